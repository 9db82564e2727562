#!/usr/bin/python3
"""Outputs: never into evidence, under their names only when whole, nothing left behind."""

import gzip
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, images, program, rows, tap  # noqa: E402


class OutputTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def log(self, name="cron", copies=1):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(evidence.LOG * copies)
        os.utime(path, (973743001, 973743001))
        return path

    def names(self):
        return sorted(os.listdir(self.folder))


class Scan(OutputTest):
    def test_never_into_an_input_folder(self):
        self.log("logs/cron")
        for option in ("-o", "--summary"):
            for target in ("logs/cron", "logs/new", "logs/../logs/deep"):
                with self.subTest((option, target)):
                    run = program.run("scan", option, self.folder / target, "--force",
                                      self.folder / "logs")
                    self.assertEqual(run.status, 2)
                    self.assertIn("evidence is never written", run.err)
        self.assertEqual((self.folder / "logs/cron").read_bytes(), evidence.LOG)
        self.assertEqual(os.listdir(self.folder / "logs"), ["cron"])

    def test_never_over_what_a_disk_is_made_of(self):
        if images.tool("qemu-img") is None:
            self.skipTest("qemu-img is not installed")
        base = self.folder / "base.raw"
        base.write_bytes(program.RAW.read_bytes())
        images.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", self.folder / "top.qcow2")
        extent = self.folder / "flat.raw"  # begins as text does: what it is shows when it is opened
        extent.write_bytes(b"x" * (1 << 20))
        sectors = extent.stat().st_size // 512
        (self.folder / "disk.vmdk").write_text(
            f'# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\n\n'
            f'RW {sectors} FLAT "flat.raw" 0\n\nddb.geometry.cylinders = "2"\nddb.geometry.heads = "16"\n'
            f'ddb.geometry.sectors = "63"\n')
        mapped = self.folder / "mapped.raw"
        mapped.write_bytes(base.read_bytes())
        (self.folder / "mapped.map").write_text(f"# Mapfile. Created by GNU ddrescue version 1.27\n0x0 + 1\n"
                                                f"0x0 0x{mapped.stat().st_size:X} +\n")
        for image, target in (("top.qcow2", base), ("disk.vmdk", extent), ("mapped.raw", self.folder / "mapped.map")):
            before = target.read_bytes()
            for option in ("-o", "-s"):
                run = program.run("scan", image, option, target.name, "--force", cwd=self.folder)
                self.assertEqual(run.status, 2, (image, run.err))
                self.assertIn("evidence is never written", run.err)
            run = program.run("extract", image, "-d", "copies", "-s", target.name, "--force", cwd=self.folder)
            self.assertIn("evidence is never written", run.err)
            self.assertEqual(target.read_bytes(), before)

    def test_nothing_is_written_where_nothing_was_read(self):
        good = self.folder / "good.jsonl"
        self.assertEqual(program.run("scan", self.log(), "-o", good).status, 0)
        before = good.read_bytes()
        for arguments in (("scan", "nosuch.E01", "-o"), ("scan", "nosuch.E01", "--report"), ("report", "nosuch.E01", "-o"),
                          ("schedule", "nosuch.E01", "-o")):
            run = program.run(*arguments, good, "--force", "-s", self.folder / "summary.json", cwd=self.folder)
            self.assertEqual(run.status, 1, run.err)
            self.assertIn(f"{good} is left as it was", run.err)
            self.assertEqual(good.read_bytes(), before)
            self.assertEqual(rows.parse((self.folder / "summary.json").read_text())["exit_status"], 1)
            self.assertEqual(program.run(*arguments, "new", cwd=self.folder).status, 1)
            self.assertFalse((self.folder / "new").exists())

    def test_never_over_a_list_that_the_run_reads(self):
        log = self.log()
        known = self.folder / "known.csv"
        words = "begin,end,reason\n2000-11-08,2000-11-09,x\n"
        known.write_text(words)
        os.link(known, self.folder / "linked")
        for target in ("known.csv", "./known.csv", "linked"):
            for command, options in (("scan", ("-o", "--summary", "--report")), ("report", ("-o", "-s"))):
                for option in options:
                    run = program.run(command, "--known", "known.csv", "--force", option, target, log, cwd=self.folder)
                    self.assertEqual(run.status, 2, run.err)
                    self.assertIn("it is the list of --known", run.err)
                    self.assertEqual(known.read_text(), words)

    def test_what_cannot_be_written_is_no_wrong_usage(self):
        log = self.log()
        for option in ("-o", "--summary"):
            run = program.run("scan", option, self.folder / "none/such/rows", log)
            self.assertEqual(run.status, 1, run.err)
            run = program.run("scan", option, self.folder, log)
            self.assertEqual(run.status, 2, run.err)

    def test_rows_and_summary_need_two_files(self):
        log = self.log()
        for other in ("both", "./both", "x/../both"):
            (self.folder / "x").mkdir(exist_ok=True)
            run = program.run("scan", "--force", "-o", "both", "-s", other, log, cwd=self.folder)
            self.assertEqual(run.status, 2, other)
        self.assertEqual(program.run("scan", "-s", "-", log).status, 2)
        self.assertEqual(self.names(), ["cron", "x"])

    def test_closed_standard_output(self):
        log = self.log()
        summary = self.folder / "summary.json"
        done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", program.PROGRAM, "scan", "-s",
                               summary, log], stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write standard output", done.stderr)
        self.assertEqual(rows.parse(summary.read_text())["exit_status"], 1)

    def test_a_device_that_leads_to_a_file(self):
        log = self.log()
        for force in ((), ("--force",)):
            with open(self.folder / "real", "wb") as real:
                done = subprocess.run([program.PROGRAM, "scan", *force, "-o", "/dev/stdout", log], stdout=real,
                                      stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.folder / "real").read_bytes(), program.run("scan", log).out)

    def test_a_link_that_leads_nowhere_is_refused_at_once(self):
        (self.folder / "link").symlink_to("nowhere")
        run = program.run("scan", "-o", self.folder / "link", self.log())
        self.assertEqual(run.status, 2, run.err)
        self.assertIn("it is a link that leads to no file", run.err)
        self.assertNotIn("finding", run.err)

    def test_reader_that_goes_away(self):
        log = self.log(copies=300)
        summary = self.folder / "summary.json"
        with subprocess.Popen([program.PROGRAM, "scan", "--records", "-s", summary, log],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 1)
        self.assertEqual(self.names(), ["cron", "summary.json"])

    def test_interrupted(self):
        # A pipe in the evidence's place would hang; a log of some size takes long enough.
        log = self.log(copies=3000)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number), subprocess.Popen(
                    [program.PROGRAM, "scan", "--records", "-o", self.folder / "rows", "-s",
                     self.folder / "summary", log],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
                program.wait_for_handlers(process)
                process.send_signal(number)
                self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 130)
                self.assertIn(b"interrupted; nothing was written\n", process.stderr.read())
                self.assertEqual(self.names(), ["cron"])

    def test_interrupted_when_the_rows_are_written(self):
        log = self.log()
        os.mkfifo(self.folder / "pipe")
        with subprocess.Popen([program.PROGRAM, "scan", "-o", self.folder / "rows", "-s", self.folder / "summary",
                               "--report", self.folder / "pipe", log], stderr=subprocess.PIPE) as process:
            # The report fills the pipe, behind the rows; its reader goes away behind the interrupt.
            with open(self.folder / "pipe", "rb") as report:
                while process.poll() is None and not (self.folder / "rows").exists():
                    time.sleep(0.002)
                report.read(1)
                process.send_signal(signal.SIGINT)
                time.sleep(0.1)
            self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 130)
            said = process.stderr.read().decode()
        self.assertIn(f"interrupted; written and whole: {self.folder / 'rows'}; nothing else\n", said)
        self.assertEqual(self.names(), ["cron", "pipe", "rows"])
        self.assertEqual((self.folder / "rows").read_bytes(), program.run("scan", log).out)

    def test_out_of_memory(self):
        if program.SANITIZED:
            self.skipTest("sanitizers need the address space themselves")
        log = self.log(copies=6000)
        limit = 96 << 20
        done = subprocess.run(
            [program.PROGRAM, "scan", "-s", self.folder / "summary", log], capture_output=True,
            check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"error: ", done.stderr)
        self.assertEqual(self.names(), ["cron"])

    def test_full_disk(self):
        run = program.run("scan", "-o", "/dev/full", self.log())
        self.assertEqual(run.status, 1)
        self.assertIn("No space left on device", run.err)


class Report(OutputTest):
    def test_only_the_report_is_written(self):
        run = program.run("report", "-o", self.folder / "case.html", self.log())
        self.assertEqual((run.status, run.out), (0, b""), run.err)
        self.assertEqual(self.names(), ["case.html", "cron"])
        self.assertTrue((self.folder / "case.html").read_text().endswith("</html>\n"))

    def test_beside_rows_and_alone_it_is_the_same(self):
        log = self.log()
        run = program.run("scan", "--report", self.folder / "both.html", log)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(run.out, program.run("scan", log).out)
        # The options in force differ, so does what is packed of them; the points do not.
        points = [page.split('class="points">')[1] for page in (
            (self.folder / "both.html").read_text(), program.run("report", log).out.decode())]
        self.assertEqual(points[0], points[1])

    def test_the_same_evidence_gives_the_same_bytes(self):
        log = self.log()
        self.assertEqual(program.run("report", log).out, program.run("report", log).out)

    def test_what_is_there_is_not_overwritten(self):
        log = self.log()
        target = self.folder / "case.html"
        target.write_text("mine")
        for arguments in (("report", "-o", target), ("scan", "--report", target)):
            run = program.run(*arguments, log)
            self.assertNotEqual(run.status, 0)
            self.assertIn("exists", run.err)
            self.assertEqual(target.read_text(), "mine")
        self.assertEqual(program.run("report", "--force", "-o", target, log).status, 0)

    def test_never_into_evidence_nor_where_rows_go(self):
        log = self.log("logs/cron")
        for target in ("logs/cron", "logs/new.html"):
            run = program.run("scan", "--force", "--report", self.folder / target, self.folder / "logs")
            self.assertEqual(run.status, 2)
            self.assertIn("evidence is never written", run.err)
        run = program.run("scan", "-o", "both", "--report", "both", log, cwd=self.folder)
        self.assertEqual(run.status, 2)
        self.assertEqual(program.run("scan", "--report", "-", log).status, 2)

    def test_full_disk(self):
        log = self.log()
        summary = self.folder / "summary.json"
        run = program.run("scan", "-o", self.folder / "rows", "-s", summary, "--report", "/dev/full", log)
        self.assertEqual(run.status, 1)
        self.assertIn("No space left on device", run.err)
        self.assertEqual(rows.parse(summary.read_text())["exit_status"], 1)

    def test_nothing_is_left_of_one_that_was_cut_short(self):
        log = self.log()
        limit = 100_000
        done = subprocess.run(
            [program.PROGRAM, "report", "-o", self.folder / "case.html", log], capture_output=True, check=False,
            preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(self.names(), ["cron"])


class Extract(OutputTest):
    def image(self, files):
        if images.tool("mkfs.ext4") is None:
            self.skipTest("mkfs.ext4 is not installed")
        tree = self.folder / "tree"
        images.write_tree(tree, files)
        image = self.folder / "host.raw"
        image.write_bytes(b"\0" * (8 << 20))
        images.run("mkfs.ext4", "-q", "-F", "-d", tree, image)
        return image

    def extract(self, image, *arguments, status=0):
        out = self.folder / "out"
        run = program.run("extract", image, "-d", out, *arguments)
        self.assertEqual(run.status, status, run.err)
        if out.exists():
            subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=True)
        return {str(path.relative_to(out / "whole")): path.read_bytes()
                for path in (out / "whole").rglob("*") if path.is_file()}

    def test_all_logs(self):
        files = {"/var/log/cron": evidence.LOG, "/var/log/wtmp": b"\1\2\3" * 128,
                 "/var/log/secure": b"Nov  5 10:54:49 apollo in.telnetd[680]: connect\n",
                 "/var/log/dmesg": b"not asked for\n", "/run/utmp": b"\4\5\6" * 128}
        image = self.image(files)
        self.assertEqual(self.extract(image), {"var/log/cron": evidence.LOG})
        want = {name[1:]: data for name, data in files.items() if not name.endswith("dmesg")}
        self.assertEqual(self.extract(image, "--all-logs", "--force"), want)

    def test_packed_logs_come_with_their_text(self):
        packed = gzip.compress(evidence.LOG, mtime=0)
        # One log is really called as another one's text would be.
        image = self.image({"/var/log/cron.1.gz": packed, "/var/log/cron.1.gz.text": b"planted\n"})
        self.assertEqual(self.extract(image), {
            "var/log/cron.1.gz": packed, "var/log/cron.1.gz.text": b"planted\n",
            "var/log/cron.1.gz.text_": evidence.LOG})

    def test_names_that_are_terminal_commands(self):
        name = "cron\x1b]0;owned\x07\n1\\2"
        image = self.image({f"/var/log/{name}": evidence.LOG})
        files = self.extract(image)
        self.assertEqual(list(files), ["var/log/cron%1B]0;owned%07%0A1\\2"])
        self.assertTrue(list(files.values()) == [evidence.LOG])
        sums = (self.folder / "out" / "SHA256SUMS").read_bytes()
        self.assertNotRegex(sums.decode(), r"[\x00-\x09\x0b-\x1f\x7f]")
        self.assertEqual(sums.count(b"\n"), 1)
        custody = rows.parse((self.folder / "out" / "CUSTODY.json").read_text())
        self.assertEqual(custody["files"][0]["filename"], "/var/log/cron\\x1b]0;owned\\x07\\x0a1\\2")
        run = program.run("extract", image, "-d", self.folder / "out", "--force")
        self.assertNotIn("\x1b", run.err)

    def test_nothing_to_extract(self):
        image = self.image({"/etc/hostname": b"web01\n"})
        self.assertEqual(self.extract(image, status=4), {})
        self.assertFalse((self.folder / "out").exists())

    def test_what_is_there_is_not_overwritten(self):
        image = self.image({"/var/log/cron": evidence.LOG})
        self.extract(image)
        before = {path: path.stat().st_mtime_ns for path in (self.folder / "out").rglob("*")}
        run = program.run("extract", image, "-d", self.folder / "out")
        self.assertEqual(run.status, 2)
        self.assertIn("--force", run.err)
        for path, changed in before.items():
            self.assertEqual(path.stat().st_mtime_ns, changed)

    def test_never_into_a_root(self):
        self.log("root/var/log/cron")
        for directory in ("root", "root/out", "root/var/../var/log"):
            run = program.run("extract", "--root", self.folder / "root", "-d", self.folder / directory, "--force")
            self.assertEqual(run.status, 2, run.err)
            self.assertIn("evidence is never written", run.err)
        self.assertEqual(os.listdir(self.folder / "root"), ["var"])
        self.assertEqual(os.listdir(self.folder / "root/var/log"), ["cron"])

    def test_loose_logs_are_not_extracted(self):
        run = program.run("extract", self.log(), "-d", self.folder / "out")
        self.assertEqual(run.status, 2)
        self.assertIn("pidometer scan", run.err)


if __name__ == "__main__":
    tap.main()
