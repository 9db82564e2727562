#!/usr/bin/python3
"""Programs that have pidometer as a library: the examples, and hosts with threads, signals and children."""

import gzip
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, library, program, rows, tap  # noqa: E402

MTIME = 973743001  # 2000-11-08 22:10:01 at UTC-6
ZONE = program.ZONE[1]
RUN_OUTCOMES = {"complete": 0, "nothing": 1, "usage": 2, "partial": 3, "no_log": 4}


def program_rows(*arguments):
    return program.run("scan", "--quiet", *program.ZONE, *arguments).out.decode().splitlines()


def findings(lines):
    """What a finding says, whatever its log is called."""
    return [(row["data_type"], row["timestamp"], row.get("excess_pids"), row.get("level"))
            for row in map(json.loads, lines)]


class Examples(library.LibraryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.holder.name)
        cls.log = cls.folder / "copy"
        cls.log.write_bytes(evidence.LOG)
        os.utime(cls.log, (MTIME, MTIME))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()
        super().tearDownClass()

    def c_host(self, *arguments):
        host = self.folder / "host"
        if not host.exists():
            subprocess.run(["gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                            "-I", program.SOURCE_ROOT / "capi", program.SOURCE_ROOT / "examples" / "host.c",
                            "-o", host, library.LIBRARY, f"-Wl,-rpath,{library.LIBRARY.parent}"], check=True)
        return subprocess.run([host, *arguments], capture_output=True, text=True, check=False)

    def python_host(self, *arguments):
        return subprocess.run(["/usr/bin/python3", library.HOST_PY, *arguments], capture_output=True, text=True,
                              check=False, env={**os.environ, "LIBPIDOMETER": str(library.LIBRARY)})

    def test_c_gives_the_rows_of_the_program(self):
        for image in (program.RAW, program.E01):
            run = self.c_host("--set", f"timezone={ZONE}", "--set", "records=true", image)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertEqual(run.stdout.splitlines(), program_rows("--records", image))

    def test_c_judges_fed_bytes_as_the_log_itself(self):
        run = self.c_host("--set", f"timezone={ZONE}", "--set", "year=2000", "--feed", f"/var/log/cron={self.log}")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        want = findings(program_rows("--year", "2000", self.log))
        self.assertEqual(findings(run.stdout.splitlines()), want)
        self.assertIn(842, [row[2] for row in want])
        self.assertEqual({json.loads(line)["display_name"] for line in run.stdout.splitlines()}, {"OS:/var/log/cron"})

    def test_c_says_that_a_file_cannot_be_read(self):
        """A folder opens as a file does."""
        run = self.c_host("--set", f"timezone={ZONE}", "--feed", f"/var/log/cron={self.folder}")
        self.assertEqual((run.returncode, run.stdout), (RUN_OUTCOMES["usage"], ""), run.stderr)
        self.assertIn(f"{self.folder}: Is a directory\n", run.stderr)
        run = self.c_host("--set", f"timezone={ZONE}", "--feed", f"/var/log/cron.1={self.folder}", program.RAW)
        self.assertEqual(run.returncode, RUN_OUTCOMES["partial"])
        self.assertEqual(run.stdout.splitlines(), program_rows(program.RAW))

    def test_python_prints_the_findings(self):
        for arguments in ((program.E01,), ("--feed", f"/var/log/cron={self.log}")):
            run = self.python_host("--timezone", ZONE, *arguments)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertEqual(len(run.stdout.splitlines()), len(program_rows(program.E01)))
            self.assertRegex(run.stdout, r"critical  2000-11-08T14:50:00\S+  842 more PIDs")

    def test_errors_are_said_as_by_the_program(self):
        for host in (self.c_host, self.python_host):
            run = host("/nonexistent")
            self.assertEqual((run.returncode, run.stdout), (1, ""))
            self.assertIn("cannot open /nonexistent", run.stderr)
        run = self.c_host("--set", "timezone=Mars/Olympus", program.RAW)
        self.assertEqual(run.returncode, 1)
        self.assertIn("cannot use the option 'timezone'", run.stderr)
        self.assertIn("unknown time zone 'Mars/Olympus'", run.stderr)
        run = self.c_host("--set", "colour=true", program.RAW)
        self.assertEqual(run.returncode, 1)
        self.assertIn("there is no option 'colour'", run.stderr)

    def test_one_input_of_two_fails(self):
        run = self.c_host("--set", f"timezone={ZONE}", program.RAW, "/nonexistent")
        self.assertEqual(run.returncode, RUN_OUTCOMES["partial"])
        self.assertEqual(run.stdout.splitlines(), program_rows(program.RAW))
        self.assertEqual(run.stderr, "error: cannot open /nonexistent\n")
        run = self.python_host("--timezone", ZONE, program.RAW, "/nonexistent")
        self.assertEqual(run.returncode, RUN_OUTCOMES["partial"])
        self.assertEqual(len(run.stdout.splitlines()), len(program_rows(program.RAW)))
        self.assertEqual(run.stderr, "error: cannot open /nonexistent\n")

    def test_python_says_what_is_wrong_with_a_file_that_is_fed(self):
        for fed, status, words in (("/var/log/cron", 2, "'/var/log/cron' is not NAME=FILE"), ("=x", 2, "is not NAME=FILE"),
                                   ("/var/log/cron=/nonexistent", 1, "error: [Errno 2] No such file or directory: '/nonexistent'")):
            run = self.python_host("--feed", fed)
            self.assertEqual((run.returncode, run.stdout), (status, ""))
            self.assertIn(words, run.stderr)
            self.assertNotIn("Traceback", run.stderr)


class Behaviour(library.LibraryTest):
    def run_rows(self, *paths, logs=(), **settings):
        got = []
        with library.scan() as scan:
            for name, value in settings.items():
                scan.set(name.replace("_", "-"), value)
            for path in paths:
                scan.add_path(path)
            for log in logs:
                scan.add_log(*log)
            outcome = scan.run(got.append)
            return got, outcome, scan.summary()

    def test_rotations_and_witnesses_are_joined(self):
        half = evidence.LOG.index(b"\n", len(evidence.LOG) // 2) + 1
        logs = [("/var/log/cron.1", evidence.LOG[:half], MTIME), ("/var/log/cron", evidence.LOG[half:], MTIME)]
        whole, _, _ = self.run_rows(logs=[("/var/log/cron", evidence.LOG, MTIME)], timezone=ZONE)
        got, outcome, summary = self.run_rows(logs=logs, timezone=ZONE)
        self.assertEqual(outcome, 0)
        self.assertEqual([row["message"] for row in got], [row["message"] for row in whole])
        self.assertEqual([log["filename"] for log in summary["logs"]], ["/var/log/cron", "/var/log/cron.1"])
        self.assertEqual({log["sha256"] for log in summary["logs"]},
                         {hashlib.sha256(content).hexdigest() for _, content, _ in logs})

    def test_rows_and_summary_keep_to_the_schemas(self):
        got, _, summary = self.run_rows(program.RAW, logs=[("cron", evidence.LOG, MTIME)], records="true",
                                        timezone=ZONE)
        schema = rows.load_schema("row")
        self.assertEqual([problem for row in got for problem in rows.problems(row, schema)], [])
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])

    def test_what_cannot_be_read_is_told(self):
        table = [
            ("empty", [("cron", b"", MTIME)], RUN_OUTCOMES["no_log"]),
            ("no_cron", [("notes", b"hello\nworld\n" * 100, MTIME)], RUN_OUTCOMES["no_log"]),
        ]
        for name, logs, want in table:
            with self.subTest(name):
                got, outcome, summary = self.run_rows(logs=logs)
                self.assertEqual((got, outcome, summary["exit_status"]), ([], want, want))
        with library.scan() as scan, self.assertRaises(library.HOST.PidometerError) as caught:
            scan.add_log("cron.1.gz", gzip.compress(evidence.LOG))
        self.assertEqual(caught.exception.kind, "unsupported")
        self.assertIn("unpacked", caught.exception.help)

    def test_a_row_function_that_fails_stops_the_scan(self):
        seen = []

        def take(row):
            seen.append(row)
            raise KeyError("the host's own")

        with library.scan() as scan:
            scan.set("timezone", ZONE)
            scan.add_path(program.RAW)
            with self.assertRaises(KeyError):
                scan.run(take)
            self.assertEqual(scan.library.pidometer_scan_outcome(scan.handle), 130)
        self.assertEqual(len(seen), 1)


    def test_is_cancelled_from_another_thread(self):
        lines = evidence.LOG * 2000  # far more than is read before the other thread says so
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "cron")
            path.write_bytes(lines)
            for name in ("path", "bytes"):
                with self.subTest(name), library.scan() as scan:
                    scan.set("year", "2000")
                    if name == "path":
                        scan.add_path(path)
                    else:
                        scan.add_log("cron", lines)
                    timer = threading.Timer(0.05, scan.cancel)
                    timer.start()
                    start = time.monotonic()
                    with self.assertRaises(library.HOST.PidometerError) as caught:
                        scan.run(lambda row: None)
                    took = time.monotonic() - start
                    timer.join()
                    self.assertEqual(caught.exception.kind, "stopped")
                    self.assertLess(took, 30)


class BusyHost(library.LibraryTest):
    """Forks happen among threads, handlers and children that the host has for its own ends."""

    def test_many_scans_at_once_among_busy_threads(self):
        done = threading.Event()
        load = bytes(1 << 16)

        def busy():
            while not done.wait(0.001):
                hashlib.sha256(load).digest()

        want = program_rows(program.E01)
        results, failures = [], []

        def scan_some():
            try:
                for _ in range(4):
                    with library.scan() as scan:
                        got = []
                        scan.set("timezone", ZONE)
                        scan.add_path(program.E01)
                        scan.run(got.append)
                        results.append(got)
            except Exception as error:  # noqa: BLE001
                failures.append(error)

        noise = [threading.Thread(target=busy) for _ in range(2)]
        work = [threading.Thread(target=scan_some) for _ in range(3)]
        for thread in noise + work:
            thread.start()
        for thread in work:
            thread.join()
        done.set()
        for thread in noise:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(len(results), 12)
        for got in results:
            self.assertEqual(got, [json.loads(line) for line in want])

    def test_a_host_that_forgets_its_children(self):
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGCHLD, before)
        with library.scan() as scan:
            got = []
            scan.set("timezone", ZONE)
            scan.add_path(program.E01)
            self.assertEqual(scan.run(got.append), 0)
        self.assertGreater(len(got), 10)

    def test_signal_handlers_are_the_hosts(self):
        # Of the kernel: Python has a table of its own, which a library in C does not touch.
        def masks():
            status = pathlib.Path("/proc/self/status").read_text()
            return {name: value for name, _, value in (line.partition(":\t") for line in status.splitlines())
                    if name in ("SigBlk", "SigIgn", "SigCgt")}

        before = masks()
        self.assertEqual(len(before), 3)
        signal.signal(signal.SIGUSR1, lambda *_: None)
        self.addCleanup(signal.signal, signal.SIGUSR1, signal.SIG_DFL)
        self.assertNotEqual(masks(), before, "what is looked at shows a handler")
        before = masks()
        with library.scan() as scan:
            scan.add_path(program.E01)
            scan.run(lambda row: None)
        self.assertEqual(masks(), before)


if __name__ == "__main__":
    tap.main()
