#!/usr/bin/python3
"""scan -d: what the status file says of the run itself, at any time, on a full disk too."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import fleet_hosts, fleets, images, program, rows, tap  # noqa: E402


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Status(FleetTest):
    def tree(self, folder):
        return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}

    def watched(self, *arguments):
        """The states that the file has, in order, and when it says that it was written."""
        states, updated = [], set()
        process = fleets.start(self.out, *arguments)
        while process.poll() is None:
            try:
                status = rows.parse((self.out / "status.json").read_text())
            except FileNotFoundError:
                continue
            updated.add(status["updated"])
            if states[-1:] != [status["state"]]:
                states.append(status["state"])
        process.stderr.close()
        self.assertEqual(process.returncode, 0)
        return states, updated

    def test_what_a_run_is_at(self):
        log = self.log("first")
        self.fleet("-z", "UTC", log)
        logs = [log, *(self.log(f"log{number}", number) for number in range(200))]
        big = self.place / "big"
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(500)))
        states, _ = self.watched("-z", "UTC", "--records", "--resume", *logs, big)
        self.assertEqual([state for state in states if state != "complete"], ["planning", "running", "timeline"])
        self.assertEqual(fleets.status_of(self.out)["state"], "complete")

    def test_it_lives_while_inputs_are_looked_at(self):
        """A share that hangs stops the processes that read, and nothing else."""
        log = self.log("first")
        self.fleet("-z", "UTC", log)
        before = fleets.status_of(self.out)["images"]
        process = fleets.start(self.out, "-z", "UTC", "--resume", log, self.log("second", 2))
        readers = []
        try:
            while process.poll() is None and not readers:
                readers = children(process.pid)  # the one that makes readers; none was asked for yet
            for pid in readers:
                os.kill(pid, signal.SIGSTOP)
            deadline = time.monotonic() + 60
            updated = set()
            while len(updated) < 2 and time.monotonic() < deadline:
                status = fleets.status_of(self.out)
                if status["state"] != "complete":  # of the run before
                    self.assertEqual(status["state"], "planning")
                    updated.add(status["updated"])
                time.sleep(0.05)
            self.assertEqual(len(updated), 2, "it is written once")
        finally:
            process.kill()
            process.wait()
            for pid in readers:
                try:
                    os.kill(pid, signal.SIGCONT)  # to see that it has ended
                except ProcessLookupError:
                    pass
            process.stderr.close()
        # Killed before it decided anything, it has taken nothing away.
        self.fleet("-z", "UTC", "--resume", log)
        self.assertEqual(self.kept(), {"first"})
        image, = fleets.status_of(self.out)["images"]
        self.assertEqual({**image, "kept": True}, {**before[0], "kept": True})

    def test_it_lives_until_all_is_said(self):
        """What is said of all images at the end reads each summary, which takes long from a share: here one hangs."""
        late = self.place / "late"  # takes long enough for the change to come before the end
        late.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(100)))
        process = fleets.start(self.out, "-z", "UTC", "--records", "--jobs", "1", self.log("a"), late)
        log = self.out / "images" / "late.log"
        summary = self.out / "images" / "a.summary.json"
        try:
            while process.poll() is None and not log.exists():
                time.sleep(0.002)
            summary.unlink()
            os.mkfifo(summary)
            deadline = time.monotonic() + 60
            while process.poll() is None and not (self.out / "timeline.jsonl").exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            before = fleets.status_of(self.out)
            deadline = time.monotonic() + 30
            while (after := fleets.status_of(self.out))["updated"] == before["updated"] and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertGreater(after["updated"], before["updated"], "it looks as if it was killed")
            self.assertEqual(after["state"], "timeline")
            while process.poll() is None:
                try:
                    os.close(os.open(summary, os.O_WRONLY | os.O_NONBLOCK))
                except OSError:  # nobody reads
                    time.sleep(0.01)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()
        self.assertEqual(process.returncode, 0)
        self.assertEqual(fleets.status_of(self.out)["state"], "complete")

    def test_all_runs_are_told_of(self):
        log, other = self.log("a"), self.log("b", 2)
        self.fleet("-z", "UTC", log)
        self.fleet("-z", "UTC", "--resume", log, other)
        self.fleet("-z", "UTC", log, status=2)  # refused: it was no run
        self.fleet("-z", "UTC", "--resume", log, other, self.place / "none", status=3)
        status = fleets.status_of(self.out)
        self.assertEqual([run["command_line"][6:] for run in status["runs"]],
                         [[str(log)], ["--resume", str(log), str(other)],
                          ["--resume", str(log), str(other), str(self.place / "none")]])
        self.assertEqual([(run["state"], run["exit_status"]) for run in status["runs"]],
                         [("complete", 0), ("complete", 0), ("partial", 3)])
        last = status["runs"][-1]
        self.assertEqual({key: status[key] for key in last}, last)
        times = [run[key] for run in status["runs"] for key in ("started", "ended")]
        self.assertEqual(times, sorted(times))
        started = {image["name"]: image.get("started") for image in status["images"]}
        self.assertTrue(status["runs"][0]["started"] <= started["a"] <= status["runs"][0]["ended"])
        self.assertTrue(status["runs"][1]["started"] <= started["b"] <= status["runs"][1]["ended"])
        self.fleet("-z", "UTC", "--force", log)
        self.assertEqual(len(fleets.status_of(self.out)["runs"]), 1)

    def test_a_run_that_is_refused_leaves_nothing(self):
        log = self.log("evidence/cron")
        list_ = self.place / "list.csv"
        list_.write_text(f"segments\n{log}\n{log}\n")
        for name in ("status.json", "timeline.jsonl", "images/cron.jsonl", "images/cron.log"):
            path = self.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("of another program")
            before = self.tree(self.out)
            for arguments in ((log,), ("--case", list_), *((("--resume", log),) if name == "status.json" else ())):
                with self.subTest(name, arguments=arguments):
                    self.fleet("-z", "UTC", *arguments, status=2)
                    self.assertEqual(self.tree(self.out), before)
            path.unlink()
            if path.parent != self.out:
                path.parent.rmdir()
        before = self.tree(self.place)
        for arguments in (("--case", list_), ("--case", self.place / "none")):
            self.fleet("-z", "UTC", *arguments, out=self.place / "x" / "y", status=2)
            self.assertEqual(self.tree(self.place), before)
        # With results of an earlier fleet they stay as they are.
        self.fleet("-z", "UTC", log)
        before = self.tree(self.out)
        for arguments in ((log,), ("--resume", "--case", list_), ("--force", "--case", list_)):
            self.fleet("-z", "UTC", *arguments, status=2)
            self.assertEqual(self.tree(self.out), before)

    def test_a_disk_that_is_full_at_the_end(self):
        if os.geteuid() != 0:
            self.skipTest("only root mounts a small file system")
        self.out.mkdir()
        logs = [self.log(name, number) for number, name in enumerate("abcd")]
        full = 0
        for pages in range(1, 40):
            mount = ["mount", "-t", "tmpfs", "-o", f"size={pages * resource.getpagesize()}", "tmpfs", self.out]
            if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
                self.skipTest("nothing can be mounted here")
            try:
                run = program.run("scan", "-d", self.out, "-z", "UTC", "--jobs", "2", *logs)
                with self.subTest(pages=pages):
                    if not (self.out / "status.json").exists():
                        # There was no room to begin.
                        self.assertEqual(run.status, 1)
                        self.assertEqual(list(self.out.iterdir()), [])
                        continue
                    status = fleets.status_of(self.out)
                    self.assertEqual(status.get("exit_status"), run.status, run.err)
                    self.assertNotIn(status["state"], ("planning", "running", "timeline"))
                    if run.status == 1:
                        full += 1
                        self.assertIn("No space left on device", json_of(status))
                        self.assertIn("No space left on device", run.err)
            finally:
                images.run("umount", self.out)
        self.assertGreater(full, 3)


def json_of(status):
    return " ".join([error.get("reason", "") for error in status["errors"]] +
                    [image.get("message", "") for image in status["images"]])


if __name__ == "__main__":
    tap.main()
