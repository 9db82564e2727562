#!/usr/bin/python3
"""scan -d: every image is accounted for, one's failure is its own, and a killed fleet is resumed."""

import fcntl
import os
import pathlib
import pty
import resource
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, fleet_hosts, fleets, images, program, rows, tap  # noqa: E402


class FleetTest(fleets.FleetTest):
    def fleet(self, *arguments, status=0, out=None):
        run = program.run("scan", "-d", out or self.out, *arguments)
        self.assertEqual(run.status, status, run.err)
        return run

    def log(self, name, number=1):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fleet_hosts.log_of(number))
        os.utime(path, (fleet_hosts.MTIME, fleet_hosts.MTIME))
        return path

    def states(self):
        return {name: image["state"] for name, image in fleets.by_name(fleets.status_of(self.out)).items()}

    def kept(self):
        return {name for name, image in fleets.by_name(fleets.status_of(self.out)).items() if image.get("kept")}


class Outputs(FleetTest):
    def test_each_image_has_what_a_scan_of_it_writes(self):
        inputs = [program.E01, program.RAW, self.log("cron")]
        self.fleet(*program.ZONE, "--records", "--reports", *inputs)
        status = fleets.status_of(self.out)
        self.assertEqual((status["state"], status["exit_status"]), ("complete", 0))
        summary_schema = rows.load_schema("summary")
        for image, path in zip(status["images"], inputs, strict=True):
            self.assertEqual(image["name"], path.name)
            self.assertEqual(set(image["outputs"]), {"rows", "summary", "report", "log"})
            alone = program.run("scan", *program.ZONE, "--records", path)
            for kind, output in image["outputs"].items():
                content = (self.out / output["file"]).read_bytes()
                self.assertEqual(len(content), output["bytes"])
                if kind != "log":
                    self.assertEqual(images.sha256(content), output["sha256"])
            self.assertEqual((self.out / image["outputs"]["rows"]["file"]).read_bytes(), alone.out)
            summary = rows.parse((self.out / image["outputs"]["summary"]["file"]).read_text())
            self.assertEqual(rows.problems(summary, summary_schema), [])
        merged = program.run("merge", *(self.out / image["outputs"]["rows"]["file"] for image in status["images"]))
        timeline = (self.out / "timeline.jsonl").read_bytes()
        self.assertEqual(timeline, merged.out)
        self.assertEqual(images.sha256(timeline), status["timeline"]["sha256"])

    def test_images_of_the_same_name_do_not_collide(self):
        logs = [self.log(name, number) for number, name in
                enumerate(("a/cron", "b/cron", "c/CRON", "d/cr on", "e/cr_on", "f/.hidden", "g/timeline"))]
        self.fleet("-z", "UTC", *logs)
        names = [image["name"] for image in fleets.status_of(self.out)["images"]]
        self.assertEqual(len({name.lower() for name in names}), len(logs))
        self.assertIn("_.hidden", names)
        for name, log in zip(names, logs, strict=True):
            self.assertEqual((self.out / "images" / f"{name}.jsonl").read_bytes(),
                             program.run("scan", "-z", "UTC", log).out)
        self.fleet("-z", "UTC", *logs, out=self.place / "again")
        self.assertEqual(names, [image["name"] for image in fleets.status_of(self.place / "again")["images"]])

    def test_a_copy_of_an_image_is_an_image(self):
        """A scan reads one of two files of the same acquisition; a fleet accounts for both."""
        copies = [self.place / name / "disk.E01" for name in ("a", "b")]
        for copy in copies:
            copy.parent.mkdir()
            shutil.copy(program.E01, copy)
        self.fleet(*program.ZONE, *copies)
        self.assertEqual(sorted(self.states().values()), ["complete", "complete"])

    def test_options_that_do_not_go_together(self):
        log = self.log("cron")
        for arguments in (["-o", "x"], ["-s", "x"], ["--report", "x"], ["-f", "csv"], ["-f", "summary"],
                          ["--resume", "--force"], ["--jobs", "0"], ["--since", "never"], ["-z", "Nowhere/None"]):
            with self.subTest(arguments):
                self.fleet(*arguments, log, status=2)
                self.assertFalse(self.out.exists())
        for arguments in (["--resume"], ["--reports"], ["--case", "x"]):
            run = program.run("scan", *arguments, log)
            self.assertEqual(run.status, 2)
            self.assertIn("needs --output-dir", run.err)
        self.fleet(log, status=2, out=log)
        folder = self.place / "logs"
        self.log("logs/cron")
        run = self.fleet(folder, status=2, out=folder / "out")
        self.assertIn("evidence is never written", run.err)

    def test_results_are_not_overwritten(self):
        log = self.log("cron")
        self.fleet(log)
        before = fleets.rows_of(self.out)
        run = self.fleet("--records", log, status=2)
        self.assertIn("--resume", run.err)
        self.assertEqual(fleets.rows_of(self.out), before)
        self.fleet("--records", "--force", log)
        self.assertGreater(len(fleets.rows_of(self.out)["cron.jsonl"]), len(before["cron.jsonl"]))


class Failures(FleetTest):
    def test_one_failure_is_named_and_the_rest_goes_on(self):
        good, picture, none = self.log("cron"), self.place / "picture", self.place / "none"
        picture.write_bytes(evidence.PNG)
        run = self.fleet(picture, good, none, status=3)
        self.assertEqual(self.states(), {"picture": "failed", "cron": "complete", "none": "failed"})
        status = fleets.by_name(fleets.status_of(self.out))
        self.assertIn("it is a PNG picture", status["picture"]["message"])
        self.assertIn("No such file", status["none"]["message"])
        self.assertNotIn("rows", status["none"]["outputs"])
        self.assertIn("picture failed", run.err)
        self.fleet("--resume", "--partial-ok", picture, good, none)
        self.assertEqual(self.kept(), {"cron"})

    def test_exit_statuses_of_the_whole(self):
        none, no_log = self.place / "none", self.place / "mail.log"
        no_log.write_text("Nov  1 00:00:00 host postfix/smtpd[5]: connect\n" * 10)
        self.fleet(none, status=1, out=self.place / "1")
        self.fleet(no_log, status=4, out=self.place / "2")
        self.fleet(no_log, self.log("cron"), out=self.place / "3")
        self.fleet(evidence.flipped_e01(self.place / "flipped.E01"), *program.ZONE, status=3, out=self.place / "4")
        self.assertEqual([fleets.status_of(self.place / name)["state"] for name in "1234"],
                         ["failed", "complete", "complete", "partial"])

    def test_a_process_that_is_killed_is_the_failure_of_its_image(self):
        big = self.place / "big"
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(2000)))
        process = fleets.start(self.out, "-z", "UTC", "--records", "--jobs", "2", self.log("cron"), big)
        killed = False
        while process.poll() is None and not killed:
            for pid in fleets.processes_of(self.out / "images" / "big.jsonl"):
                os.kill(pid, signal.SIGKILL)
                killed = True
            time.sleep(0.002)
        process.stderr.close()
        self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 3)
        self.assertEqual(self.states(), {"cron": "complete", "big": "failed"})
        image = fleets.by_name(fleets.status_of(self.out))["big"]
        self.assertEqual(image["signal"], 9)
        self.assertIn("ended by signal 9 (SIGKILL)", image["message"])
        self.assertEqual([path.name for path in (self.out / "images").iterdir() if "big" in path.name], ["big.log"])


    def test_no_memory_is_the_failure_of_its_image(self):
        if program.SANITIZED:
            self.skipTest("sanitizers need the address space themselves")
        big = self.place / "big"
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(12000)))
        limit = 160 << 20
        done = subprocess.run(
            [program.PROGRAM, "scan", "-d", self.out, "-z", "UTC", "--jobs", "2", big, self.log("cron")],
            capture_output=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.states(), {"cron": "complete", "big": "failed"})
        self.assertIn("memory", fleets.by_name(fleets.status_of(self.out))["big"]["message"])

    def test_a_full_disk_leaves_room_for_the_reason(self):
        if os.geteuid() != 0:
            self.skipTest("only root mounts a small file system")
        self.out.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", self.out]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(images.run, "umount", self.out)
        self.fleet("-z", "UTC", "--records", "--jobs", "1", self.log("a"), self.log("b", 2), status=1)
        for image in fleets.status_of(self.out)["images"]:
            self.assertIn("No space left on device", image["message"])

    def test_progress_is_for_terminals(self):
        logs = [self.log(f"log{number}", number) for number in range(20)]
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        with subprocess.Popen([program.PROGRAM, "scan", "-d", self.out, "-z", "UTC", *logs],
                              stdin=subprocess.DEVNULL, stderr=follower) as process:
            os.close(follower)
            shown = b""
            try:
                while block := os.read(leader, 65536):
                    shown += block
            except OSError:  # the other side is closed
                pass
            self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 0)
        os.close(leader)
        self.assertRegex(shown, rb"\r\x1b\[K\d+/20 done")
        self.assertRegex(shown, rb"done; \d+ images/min, \d+\.\d MB/s, \d+:\d\d:\d\d left")
        self.assertLess(max(len(line) for line in shown.split(b"\r\x1b[K") if b"/20" in line), 60)
        self.assertNotIn("/20 done", self.fleet("-z", "UTC", *logs, out=self.place / "other").err)


class Resume(FleetTest):
    def test_keeps_what_is_verified_only(self):
        logs = [self.log(name, number) for number, name in enumerate(("a", "b", "c", "d", "e"))]
        self.fleet("-z", "UTC", *logs)
        before = fleets.rows_of(self.out)
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual(self.kept(), {"a", "b", "c", "d", "e"})
        logs[0].write_bytes(logs[0].read_bytes() + fleet_hosts.log_of(0)[:70])
        os.utime(logs[1], (fleet_hosts.MTIME + 1, fleet_hosts.MTIME + 1))
        (self.out / "images" / "c.jsonl").write_bytes(b"{}\n")
        (self.out / "images" / "d.summary.json").unlink()
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual(self.kept(), {"e"})
        self.assertEqual({name: fleets.rows_of(self.out)[name] for name in ("b.jsonl", "c.jsonl", "d.jsonl", "e.jsonl")},
                         {name: before[name] for name in ("b.jsonl", "c.jsonl", "d.jsonl", "e.jsonl")})
        self.fleet("-z", "UTC", "--resume", "--records", *logs)
        self.assertEqual(self.kept(), set())
        self.fleet("-z", "UTC", "--resume", "--records", "--hash", *logs)
        self.assertEqual(self.kept(), set())
        self.fleet("-z", "UTC", "--resume", "--records", "--hash", *logs)
        self.assertEqual(self.kept(), {"a", "b", "c", "d", "e"})
        self.fleet("-z", "UTC", "--resume", "--records", *logs)
        self.assertEqual(self.kept(), {"a", "b", "c", "d", "e"})
        run = self.fleet("-z", "UTC", "--resume", "--records", "--hash", *logs[1:])
        self.assertIn("is not in this one", run.err)

    def test_what_is_asked_for_now_is_there_afterwards(self):
        log = self.log("cron")
        self.fleet("-z", "UTC", log)
        self.fleet("-z", "UTC", "--resume", "--reports", log)
        self.assertTrue((self.out / "images" / "cron.html").exists())
        self.fleet("-z", "UTC", "--resume", log)
        self.assertEqual(self.kept(), {"cron"})

    def test_files_that_the_scan_alone_knows_are_watched(self):
        self.need("qemu-img")
        base, image, disk = (self.place / name for name in ("base.raw", "image.qcow2", "disk.vmdk"))
        shutil.copy(program.RAW, base)
        images.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base.name, "-F", "raw", image)
        images.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", base, disk)
        for touched, kept in ((None, {image.name, disk.name}), (base, {disk.name}),
                              (self.place / "disk-s001.vmdk", {image.name})):
            self.fleet("-z", "UTC", "--force", image, disk)
            if touched:
                os.utime(touched, (fleet_hosts.MTIME, fleet_hosts.MTIME))
            self.fleet("-z", "UTC", "--resume", image, disk)
            self.assertEqual(self.kept(), kept)

    def test_what_another_list_left_is_named(self):
        logs = [self.log(name) for name in ("a", "b", "c")]
        self.fleet("-z", "UTC", logs[0])
        self.assertIn("not in this one; what was written of them stays, and is in no timeline: a",
                      self.fleet("-z", "UTC", "--force", logs[1]).err)
        self.assertIn(": a, b\n", self.fleet("-z", "UTC", "--resume", logs[2]).err)

    def test_a_list_of_known_work_that_changed_changes_the_rows(self):
        known, log = self.place / "known.csv", self.log("cron")
        known.write_text("begin,end,reason\n2026-03-01,2026-03-02,x\n")
        self.fleet("-z", "UTC", "--known", known, log)
        self.fleet("-z", "UTC", "--resume", "--known", known, log)
        self.assertEqual(self.kept(), {"cron"})
        known.write_text("begin,end,reason\n2026-03-01,2026-03-03,x\n")
        self.fleet("-z", "UTC", "--resume", "--known", known, log)
        self.assertEqual(self.kept(), set())

    def test_a_folder_is_always_read_again(self):
        folder = self.log("logs/cron").parent
        self.fleet("-z", "UTC", folder)
        self.fleet("-z", "UTC", "--resume", folder)
        self.assertEqual((self.kept(), self.states()), (set(), {"logs": "complete"}))

    def test_a_status_file_that_is_none_is_named(self):
        log = self.log("cron")
        self.fleet(log)
        for text in ("", "{", "[]", '{"status_version": 2, "images": []}', '{"status_version": 1}'):
            (self.out / "status.json").write_text(text)
            run = self.fleet("--resume", log, status=2)
            self.assertIn("status.json is no status file of a fleet", run.err)
        # What is not understood in it is done again.
        (self.out / "status.json").write_text('{"status_version": 1, "images": [1, {}, {"name": "cron", "outputs": []}]}')
        self.fleet("--resume", log)
        self.assertEqual(self.kept(), set())

    def test_children_die_with_a_fleet_that_is_killed(self):
        big = self.place / "big"
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(4000)))
        arguments = ("-z", "UTC", "--records", "--jobs", "2", big, self.log("cron"))
        rows_file = self.out / "images" / "big.jsonl"
        self.fleet("-z", "UTC", self.log("cron"))
        process = fleets.start(self.out, "--resume", *arguments)
        self.assertTrue(fleets.kill_when(process, lambda: fleets.processes_of(rows_file)))
        time.sleep(0.3)  # it would take seconds
        self.assertEqual(fleets.processes_of(self.out), [])
        self.assertFalse(rows_file.exists())
        self.assertFalse((self.out / "timeline.jsonl").exists())
        self.assertEqual(fleets.status_of(self.out)["state"], "running")
        self.fleet("--resume", *arguments)
        self.assertEqual([path.name for path in (self.out / "images").iterdir() if path.name.count(".jsonl.")], [])
        self.assertEqual(rows_file.read_bytes(), program.run("scan", "-z", "UTC", "--records", big).out)

    def test_two_fleets_in_one_folder_are_refused(self):
        log = self.log("cron")
        self.fleet(log)
        before = fleets.rows_of(self.out)
        with open(self.out / ".lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run = self.fleet("--resume", log, status=2)
        self.assertIn("another fleet writes to", run.err)
        self.assertEqual(fleets.rows_of(self.out), before)

    def test_an_interrupt_leaves_what_can_be_resumed(self):
        logs = [self.log(f"log{number:02}", number) for number in range(30)]
        process = fleets.start(self.out, "-z", "UTC", "--jobs", "1", *logs)
        while process.poll() is None and fleets.done_in(self.out) < 5:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 130)
        self.assertIn(b"interrupted; what is complete is kept", process.stderr.read())
        process.stderr.close()
        status = fleets.status_of(self.out)
        self.assertEqual(status["state"], "interrupted")
        self.assertEqual(status["counts"]["running"], 0)
        self.assertGreaterEqual(status["counts"]["complete"], 4)
        self.assertFalse((self.out / "timeline.jsonl").exists())
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual(len(self.kept()), status["counts"]["complete"])
        self.fleet("-z", "UTC", *logs, out=self.place / "undisturbed")
        self.assertEqual(fleets.rows_of(self.out), fleets.rows_of(self.place / "undisturbed"))


class Killed(FleetTest):
    """tests/bench/fleet_bench.py does the same with a thousand images."""

    HOSTS = 40

    def test_forty_hosts_of_which_some_are_damaged(self):
        self.need("mkfs.ext2", "ewfacquire")
        hosts, allowed = [], {}
        for number in range(self.HOSTS):
            path = fleet_hosts.make_host(self.place, number)
            allowed[path.name] = {"complete"}
            if number % 4 == 1:
                allowed[path.name] = fleet_hosts.damage(path, number, number // 4)
            hosts.append(path)
        whole = self.place / "whole"
        self.fleet(*hosts, status=3, out=whole)
        states = {name: image["state"] for name, image in fleets.by_name(fleets.status_of(whole)).items()}
        self.assertEqual(set(states), set(allowed))
        for name, state in states.items():
            self.assertIn(state, allowed[name], name)
        for image in fleets.status_of(whole)["images"]:
            if image["state"] != "complete":
                self.assertTrue(image["message"])
        kills = 0
        for _ in range(4):
            before = fleets.done_in(self.out)
            resume = ["--resume"] if (self.out / "status.json").exists() else []
            process = fleets.start(self.out, *resume, *hosts)
            kills += fleets.kill_when(process, lambda: fleets.done_in(self.out) >= before + 5)
            deadline = time.monotonic() + 10
            while fleets.processes_of(self.out) and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual(fleets.processes_of(self.out), [], "children outlive their fleet")
        self.assertGreaterEqual(kills, 2)
        self.fleet("--resume", *hosts, status=3)
        self.assertEqual(fleets.rows_of(self.out), fleets.rows_of(whole))
        self.assertEqual({name: image["state"] for name, image in
                          fleets.by_name(fleets.status_of(self.out)).items()}, states)
        self.assertEqual([path for path in self.out.rglob("*") if path.suffix not in
                          (".json", ".jsonl", ".log", "") or path.name.endswith(".lock.")], [])


if __name__ == "__main__":
    tap.main()
