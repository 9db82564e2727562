#!/usr/bin/python3
"""The process that reads the evidence dies, stalls, or loses its evidence: a message, a status, the rest."""

import gzip
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, images, program, rows, tap  # noqa: E402

# Long enough to be met half way on any machine; packed, so that it is the reader that works.
LINES = 1_000_000
# Hundredths of a second of CPU time of the reader, which takes some eight for all of it; sanitizers take more to begin.
TICKS_HALF_WAY = 8 if program.SANITIZED else 4
TRIES = 5  # on a busy machine a program may end before it is looked at again


def big_log():
    lines = []
    for number in range(LINES):
        minute = number // 3
        lines.append(f"Nov {1 + minute // 1440 % 28:2} {minute // 60 % 24:02}:{minute % 60:02}:01 web01 "
                     f"CROND[{300 + number % 32000}]: (root) CMD (job {number * 7919 % 1000003})\n")
    return "".join(lines).encode()


def children(pid):
    """Processes that a process forked, with their CPU time in ticks."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found[int(entry.name)] = int(fields[11]) + int(fields[12])
    return found


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


class IsolationTest(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holder = tempfile.TemporaryDirectory()
        cls.shared_folder = pathlib.Path(cls.holder.name)
        cls.image = None
        if images.tool("mkfs.ext4") is None:
            return
        tree = images.write_tree(cls.shared_folder / "tree", {
            "/var/log/cron": evidence.LOG, "/var/log/cron.1.gz": gzip.compress(big_log(), 1)})
        cls.image = images.make_ext(cls.shared_folder / "big.raw", tree, size="64M")
        shutil.rmtree(tree)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        if self.image is None:
            self.skipTest("mkfs.ext4 is not installed")
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def run_and(self, do, *arguments, inputs=None, prepare=lambda: None):
        """Scans; calls do(pid of the reader) once that is half way. Status, stderr, summary, rows.

        `prepare` is called before each try.
        """
        out, summary = self.folder / "rows.jsonl", self.folder / "summary.json"
        for _ in range(TRIES):
            prepare()
            seen = set()
            done = False
            with subprocess.Popen(
                    [program.PROGRAM, "scan", *program.ZONE, "--year", "2000", "--force", "-o", out, "-s",
                     summary, *arguments, *(inputs or (self.image, program.RAW))],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
                while process.poll() is None:
                    for child, ticks in children(process.pid).items():
                        seen.add(child)
                        if not done and ticks >= TICKS_HALF_WAY:
                            done = True
                            do(child if do is not self.interrupt else process.pid)
                    time.sleep(0.002)
                said = process.stderr.read().decode("utf-8", "replace")
            if done and process.returncode != 0:
                break
        else:
            self.fail(f"{TRIES} scans ended before they could be disturbed; the last one said {said}")
        self.assertNotEqual(seen, set())
        self.assertTrue(all(map(is_gone, seen)), "a reader process is left behind")
        left = sorted(os.listdir(self.folder))
        if process.returncode == 130:
            return process.returncode, said, left, None
        self.assertEqual(left, ["rows.jsonl", "summary.json"])
        report = rows.parse(summary.read_text())
        self.assertEqual(rows.problems(report, rows.load_schema("summary")), [])
        self.assertEqual(report["exit_status"], process.returncode)
        return process.returncode, said, report, out.read_bytes().decode("ascii")

    @staticmethod
    def interrupt(pid):
        os.kill(pid, signal.SIGINT)

    def check_the_rest(self, report):
        """The small logs of both images are whole, whatever became of the large one."""
        wanted = evidence.LOG.count(b"\n")
        for log in report["logs"]:
            if log["filename"].endswith("cron"):
                self.assertEqual(log["lines"], wanted)
                self.assertTrue(log["complete"])
        self.assertEqual(sum(log["filename"].endswith("cron") for log in report["logs"]), 2)
        return next(log for log in report["logs"] if log["filename"].endswith(".gz"))


class Dies(IsolationTest):
    def test_killed_half_way(self):
        status, said, report, _ = self.run_and(lambda pid: os.kill(pid, signal.SIGKILL))
        self.assertEqual(status, 3, said)
        self.assertIn("the reader process was ended by signal 9 (SIGKILL) while", said)
        self.assertEqual(report["warning_counts"]["reader_died"], 1)
        warning, = [one for one in report["warnings"] if one["kind"] == "reader_died"]
        self.assertEqual(warning["input"], str(self.image))
        log = self.check_the_rest(report)
        # Killed while it read, or while it waited: then nothing is lost.
        if "while reading" in said:
            self.assertEqual((warning["volume"], warning["path"]), ("whole", "/var/log/cron.1.gz"))
            self.assertFalse(log["complete"])
            self.assertLess(log["lines"], LINES)
            self.assertIn("is read up to byte", warning["message"])
        else:
            self.assertEqual(log["lines"], LINES)

    def test_stalls(self):
        status, said, report, _ = self.run_and(lambda pid: os.kill(pid, signal.SIGSTOP),
                                               "--step-limit", "2")
        self.assertEqual(status, 3, said)
        self.assertIn("the reader process answered nothing for 8 s while", said)
        self.assertEqual(report["warning_counts"]["reader_died"], 1)
        self.check_the_rest(report)

    def test_interrupted(self):
        status, said, left, _ = self.run_and(self.interrupt)
        self.assertEqual((status, left), (130, []), said)
        self.assertIn("interrupted", said)

    def extract_and(self, out, act, half_way):
        """`act` is called with the program's and the reader's ids once `half_way` says of the latter that it is time."""
        for _ in range(TRIES):
            shutil.rmtree(out, ignore_errors=True)
            done = False
            with subprocess.Popen([program.PROGRAM, "extract", self.image, "-d", out],
                                  stderr=subprocess.PIPE) as process:
                while process.poll() is None:
                    for child, ticks in children(process.pid).items():
                        if not done and half_way(ticks):
                            done = True
                            act(process.pid, child)
                    time.sleep(0.002)
                said = process.stderr.read().decode()
            if done and process.returncode != 0:
                return process.returncode, said
        self.fail(f"{TRIES} extractions ended before they could be disturbed; the last one said {said}")

    def test_killed_while_extracting(self):
        out = self.folder / "out"
        status, said = self.extract_and(out, lambda _, reader: os.kill(reader, signal.SIGKILL),
                                        lambda ticks: ticks >= TICKS_HALF_WAY)
        self.assertEqual(status, 3, said)
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=True)
        self.assertEqual((out / "whole/var/log/cron").read_bytes(), evidence.LOG)
        names = {path.name for path in out.rglob("*") if path.is_file()}
        self.assertLessEqual(names, {"CUSTODY.json", "CUSTODY.txt", "SHA256SUMS", "cron", "cron.1.gz", "cron.1.gz.text"})
        text = out / "whole/var/log/cron.1.gz.text"
        if text.exists():
            self.assertEqual(text.read_bytes(), big_log())
        self.assertFalse(rows.parse((out / "CUSTODY.json").read_text())["complete"])

    def test_interrupted_while_extracting(self):
        """What was copied until then has its record, and it says that there is more."""
        out = self.folder / "out"
        packed = out / "whole/var/log/cron.1.gz"
        # while it is unpacked
        status, said = self.extract_and(out, lambda program_id, _: os.kill(program_id, signal.SIGINT),
                                        lambda _: packed.exists())
        self.assertEqual(status, 130, said)
        record = rows.parse((out / "CUSTODY.json").read_text())
        self.assertEqual(rows.problems(record, rows.load_schema("custody")), [])
        self.assertEqual((record["exit_status"], record["complete"]), (130, False))
        self.assertIn("interrupted", record["missing"][-1])
        # What was found and not copied is named, to the person too, and is no error of the evidence.
        self.assertTrue(any("/var/log/cron.1.gz" in words for words in record["missing"]), record["missing"])
        self.assertEqual(record["errors"], [])
        self.assertNotIn("error: ", said)
        for words in record["missing"][:-1]:
            self.assertIn(f"missing: {words}", said)
        self.assertRegex(said, "interrupted; [0-9]+ files?, [0-9,]+ bytes extracted to .*; what has its name there is whole, and it is not all\n$")
        names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
        self.assertEqual(names, {file["extracted"] for file in record["files"]} | {"CUSTODY.json", "CUSTODY.txt"})
        self.assertIn("whole/var/log/cron", [file["extracted"] for file in record["files"]])
        self.assertFalse((out / "SHA256SUMS").exists())
        for file in record["files"]:
            self.assertEqual(hashlib.sha256((out / file["extracted"]).read_bytes()).hexdigest(), file["sha256"])


class EvidenceChanges(IsolationTest):
    def test_the_image_shrinks(self):
        copy = self.folder.parent / (self.folder.name + "-shrinks.raw")
        self.addCleanup(copy.unlink)
        status, said, report, _ = self.run_and(lambda pid: os.truncate(copy, 1 << 20), inputs=(copy, program.RAW),
                                               prepare=lambda: shutil.copy(self.image, copy))
        self.assertEqual(status, 3, said)
        self.assertIn("bytes are damaged in the evidence", said)
        self.assertEqual(sum(log["filename"].endswith("cron") and log["complete"]
                             for log in report["logs"]), 2)
        self.assertEqual({one["reason"] for one in report["inputs"][0]["damage"]},
                         {"image is truncated"})

    def test_two_runs_are_alike(self):
        results = []
        for name in ("a", "b"):
            out, summary = self.folder / name, self.folder / (name + ".json")
            run = program.run("scan", *program.ZONE, "--year", "2000", "-o", out, "-s",
                              summary, self.image, program.E01, program.RAW)
            self.assertIn(run.status, (0, 3), run.err)
            report = rows.parse(summary.read_text())
            self.assertEqual([one["isolation"] for one in report["inputs"]],
                             ["process, limits, seccomp"] * 3)
            del report["options"]
            del report["run"]  # the only times of the run
            results.append((out.read_bytes(), report))
        self.assertEqual(*results)

    def test_no_permission(self):
        if os.geteuid() != 0 or images.tool("setpriv") is None:
            self.skipTest("needs root and setpriv")
        self.folder.chmod(0o755)
        secret, open_one = self.folder / "secret.raw", self.folder / "open.raw"
        for path, mode in ((secret, 0o600), (open_one, 0o644)):
            shutil.copy(program.RAW, path)
            path.chmod(mode)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        if subprocess.run([*nobody, program.PROGRAM, "--version"], capture_output=True,
                          check=False).returncode != 0:
            self.skipTest("the program cannot be run by another user here")
        for inputs, status in (((secret,), 1), ((secret, open_one), 3)):
            done = subprocess.run([*nobody, program.PROGRAM, "scan", *program.ZONE, *inputs],
                                  capture_output=True, check=False, timeout=program.TIMEOUT_SECONDS)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(b"secret.raw", done.stderr)
            self.assertIn(b"Permission denied", done.stderr)
            self.assertEqual(done.stdout.count(b"\n") > 0, status == 3)


class Output(IsolationTest):
    def test_full_disk(self):
        if os.geteuid() != 0:
            self.skipTest("a small disk is mounted by root alone")
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("tmpfs cannot be mounted here")
        try:
            run = program.run("scan", *program.ZONE, "--records", "-o", disk / "rows", self.image)
            self.assertEqual(run.status, 1, run.err)
            self.assertIn("No space left on device", run.err)
            self.assertEqual(os.listdir(disk), [])
        finally:
            subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    tap.main()
