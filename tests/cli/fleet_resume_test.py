#!/usr/bin/python3
"""scan -d --resume: results stay until there are better ones."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import fleet_hosts, fleets, program, tap  # noqa: E402


class Earlier(FleetTest):
    def test_results_stay_while_their_evidence_is_away(self):
        logs = [self.log(f"share/{name}", number) for number, name in enumerate(("a", "b"))]
        self.fleet("-z", "UTC", *logs)
        before = fleets.rows_of(self.out)
        (self.place / "share").rename(self.place / "away")
        run = self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertIn(f"a is kept unverified: {logs[0]} cannot be reached; the results are those of 2", run.err)
        self.assertIn("2 unreachable (results of an earlier run)", run.err)
        self.assertEqual(self.states(), {"a": "unreachable", "b": "unreachable"})
        self.assertEqual(fleets.rows_of(self.out), before)
        # With other arguments they are of another question, and in no timeline.
        run = self.fleet("-z", "UTC", "--resume", "--year", "2026", *logs, status=1)
        self.assertIn("0 of 2 images kept; the arguments changed (--year)", run.err)
        self.assertIn("does not hold: the arguments changed (--year)", run.err)
        self.assertEqual(self.states(), {"a": "failed", "b": "failed"})
        self.assertEqual(fleets.rows_of(self.out), {**before, "timeline.jsonl": b""})
        (self.place / "away").rename(self.place / "share")
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual((self.kept(), fleets.rows_of(self.out)), ({"a", "b"}, before))
        self.assertFalse((self.out / "images" / ".earlier").exists())

    def root(self, name, *numbers):
        """A system whose logs are of these hosts; without any, one that is not mounted."""
        for number in numbers:
            self.log(f"{name}/var/log/cron" + ("" if number == numbers[0] else f".{number}"), number)
        (self.place / name / "etc").mkdir(parents=True, exist_ok=True)
        return self.place / name

    def test_an_empty_mount_point_replaces_nothing(self):
        roots = [self.root("one", 1), self.root("two", 2)]
        arguments = ("-z", "UTC", "--root", roots[0], "--root", roots[1])
        self.fleet(*arguments)
        before = fleets.rows_of(self.out)
        roots[0].rename(self.place / "away")
        roots[0].mkdir()
        run = self.fleet(*arguments, "--resume", status=3)
        self.assertIn("reason: one is no evidence".replace("one", str(roots[0])), run.err)
        self.assertIn("there is no file in it", run.err)
        self.assertEqual(self.states(), {"one": "failed", "two": "complete"})
        found = fleets.rows_of(self.out)
        self.assertEqual((found["one.jsonl"], found["two.jsonl"]), (before["one.jsonl"], before["two.jsonl"]))
        # What is mounted there in its place has no log.
        (roots[0] / "notes").write_text("nothing of cron\n")
        run = self.fleet(*arguments, "--resume", status=3)
        self.assertIn("no cron log is in it now; before there were 288 records in 1 log, by the run of 2", run.err)
        self.assertIn("help: see that all of it is mounted; --force gives up the earlier results, those of all images", run.err)
        self.assertEqual(fleets.by_name(fleets.status_of(self.out))["one"]["earlier"]["state"], "complete")
        self.assertEqual(fleets.rows_of(self.out)["one.jsonl"], before["one.jsonl"])
        shutil.rmtree(roots[0])
        (self.place / "away").rename(roots[0])
        self.fleet(*arguments, "--resume")
        self.assertEqual(fleets.rows_of(self.out), before)
        self.fleet(*arguments, "--force")

    def test_rows_that_change_while_the_fleet_runs_are_in_no_timeline(self):
        logs = [self.log("a", 1), self.log("b", 2)]
        late = self.place / "late"  # takes long enough for the change to come before the timeline
        late.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(100)))
        self.fleet("-z", "UTC", "--records", *logs, late)
        whole = fleets.rows_of(self.out)
        for change in (lambda rows: b"", lambda rows: rows + rows[:rows.index(b"\n") + 1], lambda rows: rows + b"x\n"):
            shutil.rmtree(self.out)
            process = fleets.start(self.out, "-z", "UTC", "--records", "--jobs", "1", *logs, late)
            log = self.out / "images" / "late.log"
            while process.poll() is None and not log.exists():
                time.sleep(0.002)
            rows = self.out / "images" / "b.jsonl"
            rows.write_bytes(change(whole["b.jsonl"]))
            _, err = process.communicate(timeout=program.TIMEOUT_SECONDS)
            self.assertIn(f"error: {rows} is not what the scan of its image wrote", err.decode())
            self.assertEqual(process.returncode, 1)
            self.assertFalse((self.out / "timeline.jsonl").exists())
            status = fleets.status_of(self.out)
            self.assertEqual((status["state"], len(status["errors"])), ("failed", 1))
            self.fleet("-z", "UTC", "--records", "--resume", *logs, late)
            self.assertEqual((self.kept(), fleets.rows_of(self.out)), ({"a", "late"}, whole))

    def test_all_rows_that_changed_are_named(self):
        err = self.err_where_rows_change(lambda files: (
            files[0].write_bytes(b"x\n"), files[1].unlink(), files[2].write_bytes(b"{}\n")))
        a, c, d = (self.out / "images" / f"{name}.jsonl" for name in "acd")
        self.assertIn(f"error: {a}, {d} are not what the scans of their images wrote\n", err)
        self.assertIn(f"not the one in the status; cannot read {c}: it is not there\n", err)

    def test_rows_that_cannot_be_read_are_not_called_changed(self):
        """A share that went away is no tampering."""
        err = self.err_where_rows_change(lambda files: (files[0].unlink(), files[1].unlink(), files[1].mkdir()))
        rows = self.out / "images" / "a.jsonl"
        self.assertIn(f"error: cannot open {rows}\nreason: No such file or directory\n", err)
        self.assertNotIn("changed meanwhile", err)

    def err_where_rows_change(self, change):
        """What a fleet says when the rows of a, c and d change before it has all of its five."""
        logs = [self.log(name, number) for number, name in enumerate("abcd")]
        late = self.place / "late"  # takes long enough for the changes to come before the timeline
        late.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(100)))
        process = fleets.start(self.out, "-z", "UTC", "--records", "--jobs", "1", *logs, late)
        log = self.out / "images" / "late.log"
        while process.poll() is None and not log.exists():
            time.sleep(0.002)
        files = [self.out / "images" / f"{name}.jsonl" for name in "acd"]
        change(files)
        _, err = process.communicate(timeout=program.TIMEOUT_SECONDS)
        self.assertEqual((process.returncode, (self.out / "timeline.jsonl").exists()), (1, False))
        return err.decode()

    def test_another_host_at_the_same_path_is_told(self):
        root = self.root("mnt", 1)
        arguments = ("-z", "UTC", "--root", root)
        self.fleet(*arguments)
        shutil.rmtree(root)
        self.root("mnt", 2)
        run = self.fleet(*arguments, "--resume")
        words = "mnt has another host name than in the run before, whose results it replaces"
        self.assertIn(f"note: {words}", run.err)
        self.assertTrue(any(note.startswith(words) for note in fleets.status_of(self.out)["notes"]))
        self.assertNotIn("another host name", self.fleet(*arguments, "--resume").err)

    def test_fewer_records_than_before_are_told(self):
        root = self.root("one", 1)
        arguments = ("-z", "UTC", "--root", root)
        self.fleet(*arguments)
        log = root / "var/log/cron"
        log.write_bytes(b"".join(log.read_bytes().splitlines(True)[100:]))
        run = self.fleet(*arguments, "--resume")
        words = "188 records in 1 log; before there were 288 records in 1 log, by the run of 2"
        self.assertIn(f"warning: one has less than before: {words}", run.err)
        self.assertIn(words, fleets.status_of(self.out)["images"][0]["message"])
        self.assertNotIn("before", self.fleet(*arguments, "--resume").err)

    def test_a_log_of_an_image_is_verified_too(self):
        logs = [self.log(name, number) for number, name in enumerate(("a", "b", "c"))]
        self.fleet("-z", "UTC", *logs)
        (self.out / "images" / "a.log").unlink()
        (self.out / "images" / "b.log").write_text("all is well\n")
        run = self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual(self.kept(), {"c"})
        self.assertIn("1 of 3 images kept; 2: what was written of it changed", run.err)
        self.assertIn("288 records", (self.out / "images" / "b.log").read_text())

    def test_what_cannot_be_read_for_a_moment_is_not_removed(self):
        logs = [self.log(name, number) for number, name in enumerate(("a", "b"))]
        self.fleet("-z", "UTC", *logs)
        before = fleets.rows_of(self.out)
        rows, away = self.out / "images" / "a.jsonl", self.place / "away"
        rows.rename(away)
        rows.mkdir()  # of a folder no byte can be read, by root neither
        run = self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertIn("1 of 2 images kept; 1: what was written of it cannot be read", run.err)
        self.assertIn(f"error: a failed\nreason: cannot read {rows}: Is a directory\n", run.err)
        self.assertEqual(self.states(), {"a": "failed", "b": "complete"})
        rows.rmdir()
        away.rename(rows)
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual((self.kept(), fleets.rows_of(self.out)), ({"a", "b"}, before))

    def test_a_changed_log_costs_no_rows(self):
        logs = [self.log(f"ev/{name}", number) for number, name in enumerate(("a", "b", "c"))]
        self.fleet("-z", "UTC", "--reports", *logs)
        before = fleets.rows_of(self.out)
        with (self.out / "images" / "a.log").open("a") as log:
            log.write("a note of mine\n")
        (self.out / "images" / "b.html").unlink()
        (self.place / "ev").rename(self.place / "away")
        self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertEqual(set(self.states().values()), {"unreachable"})
        self.assertEqual(fleets.rows_of(self.out), before)
        messages = [image["message"] for image in fleets.status_of(self.out)["images"]]
        self.assertEqual([message.partition("what was written changed: ")[2] for message in messages],
                         ["its log", "its report", ""])
        # Once more: the log and the report that are not verified are none of the result.
        self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertEqual(fleets.rows_of(self.out), before)
        (self.place / "away").rename(self.place / "ev")
        run = self.fleet("-z", "UTC", "--resume", *logs)
        self.assertIn("2 of 3 images kept; 1: what was written of it changed", run.err)
        self.assertEqual(fleets.rows_of(self.out), before)

    def test_the_status_of_a_fleet_that_lives_is_fresh(self):
        """One that waits for an image as large as a disk looked like one that was killed."""
        big = self.place / "big"
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(2000)))
        process = fleets.start(self.out, "-z", "UTC", big)
        stopped = []
        deadline = time.monotonic() + 60
        while not stopped and time.monotonic() < deadline:
            stopped = [pid for pid in fleets.processes_of(self.out / "images" / "big.jsonl")]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        deadline = time.monotonic() + 60
        while self.states() != {"big": "running"} and time.monotonic() < deadline:
            time.sleep(0.1)  # what began is written a second later, and later on a busy disk
        before = fleets.status_of(self.out)
        time.sleep(10.5)
        after = fleets.status_of(self.out)
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        process.stderr.close()
        self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 0)
        self.assertGreater(after["updated"], before["updated"])
        self.assertEqual(after["images"], before["images"])

    def test_an_interrupt_does_not_wait_for_the_hash_of_a_large_file(self):
        logs = [self.log(name, number) for number, name in enumerate(("a", "b", "c"))]
        self.fleet("-z", "UTC", *logs)
        status = json.loads((self.out / "status.json").read_text())
        before = fleets.by_name(status)
        # A hole takes no room, and to hash 200 GB takes minutes.
        size = 200 << 30
        rows_file = self.out / "images" / "b.jsonl"
        whole = rows_file.read_bytes()
        os.truncate(rows_file, size)
        before["b"]["outputs"]["rows"]["bytes"] = size
        (self.out / "status.json").write_text(json.dumps(status))
        process = fleets.start(self.out, "-z", "UTC", "--resume", *logs)
        fds = pathlib.Path(f"/proc/{process.pid}/fd")
        while process.poll() is None and rows_file not in {self.link_of(path) for path in fds.iterdir()}:
            time.sleep(0.005)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            self.assertEqual(process.wait(20), 130)
        finally:
            process.kill()
            process.wait()
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn(b"interrupted; what is complete is kept", process.stderr.read())
        process.stderr.close()
        # It has decided nothing of what it did not see to the end.
        os.truncate(rows_file, len(whole))
        self.assertEqual(rows_file.read_bytes(), whole)
        status = fleets.status_of(self.out)
        self.assertEqual((status["state"], self.states()), ("interrupted", {"a": "complete", "b": "waiting", "c": "waiting"}))
        found = fleets.by_name(status)
        self.assertEqual(found["c"]["earlier"]["outputs"], before["c"]["outputs"])
        found["b"]["earlier"]["outputs"]["rows"]["bytes"] = len(whole)
        (self.out / "status.json").write_text(json.dumps(status))
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual(self.kept(), {"a", "b", "c"})

    @staticmethod
    def link_of(path):
        try:
            return path.readlink()
        except OSError:  # closed meanwhile
            return None

    def test_the_same_files_by_another_name_are_the_same(self):
        log = self.log("logs/cron")
        self.fleet("-z", "UTC", log)
        done = subprocess.run([program.PROGRAM, "scan", "-d", self.out, "--resume", "-z", "UTC", "cron"], check=True,
                              cwd=log.parent, capture_output=True)
        self.assertIn(b"1 of them kept", done.stderr)

    def test_images_of_one_name_are_the_same_by_any_spelling(self):
        logs = [self.log(f"{folder}/cron", number) for number, folder in enumerate("ab")]
        case = self.place / "case.json"
        case.write_text(json.dumps([{"segments": f"{folder}/cron"} for folder in "ab"]))
        self.fleet("-z", "UTC", "--case", case)
        names = set(self.states())
        dotted = [f"{self.place}/./{folder}/../{folder}/cron" for folder in "ab"]
        for inputs in (("--case", f"{self.place}/./case.json"), dotted, logs):
            self.fleet("-z", "UTC", "--resume", *inputs)
            self.assertEqual(self.kept(), names)

    def test_what_is_not_kept_stays_until_there_is_better(self):
        logs = [self.log(f"log{number:02}", number) for number in range(12)]
        self.fleet("-z", "UTC", "--reports", *logs)
        before = fleets.rows_of(self.out)
        self.fleet("-z", "UTC", "--records", *logs, out=self.place / "better")
        better = fleets.rows_of(self.place / "better")
        for number, reached in ((signal.SIGINT, 2), (signal.SIGKILL, 5)):
            with self.subTest(number=number):
                process = fleets.start(self.out, "-z", "UTC", "--resume", "--records", "--jobs", "1", *logs)
                summary = self.out / "images" / f"{logs[reached].name}.summary.json"
                while process.poll() is None and b"--records" not in summary.read_bytes():
                    time.sleep(0.002)
                process.send_signal(number)
                process.stderr.close()
                self.assertNotEqual(process.wait(program.TIMEOUT_SECONDS), 0)
                found = fleets.rows_of(self.out)
                self.assertEqual({name for name in found if found[name] not in (before[name], better[name])}, set())
                self.assertEqual(found.keys() | {"timeline.jsonl"}, before.keys())
                self.assertEqual(found["log00.jsonl"], better["log00.jsonl"])
                self.assertEqual(found["log11.jsonl"], before["log11.jsonl"])
        # What was done with other arguments is done again, all else is as it was.
        run = self.fleet("-z", "UTC", "--resume", "--reports", *logs)
        self.assertRegex(run.err, r"\d+ of 12 images kept; .*: the arguments changed \(--records\)")
        self.assertEqual(fleets.rows_of(self.out), before)
        self.assertTrue((self.out / "images" / "log00.html").exists())
        self.fleet("-z", "UTC", "--resume", "--records", *logs)
        self.assertFalse((self.out / "images" / "log00.html").exists(), "a report of an earlier run")


if __name__ == "__main__":
    tap.main()
