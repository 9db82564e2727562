#!/usr/bin/python3
"""What `pidometer merge` writes where it is short of memory, of room or of time."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.merge_test import START, MergeTest, timesketch  # noqa: E402
from tests.support import no_nameless_files, program, rows, tap  # noqa: E402


# Files that are written have no name until they are whole; where the file system has no such files they have one of
# their own, and it takes care to leave none behind.
FILES = (("nameless", None), ("named", no_nameless_files.forbid)) if no_nameless_files.supported() else (("nameless", None),)


class Outputs(MergeTest):
    def unfinished(self):
        return [name for name in os.listdir(self.folder) if ".pidometer-" in name]

    def wait_for_outputs(self, process, files, count=1):
        """Until the program has made its outputs, where that can be seen."""
        deadline = time.monotonic() + program.TIMEOUT_SECONDS
        while files == "named" and len(self.unfinished()) < count:
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline, "it has no files with names of their own")
            time.sleep(0.001)

    def big(self, size=60_000_000):
        """More than one run; in no order."""
        path = self.folder / "big.jsonl"
        with path.open("w") as out:
            for number in range(size // 1100):
                out.write(timesketch(START + number * 7_919_000_003 % 86_400_000_000, f"{number} " + "x" * 1000))
        return path

    def test_bounded_memory(self):
        if program.SANITIZED:
            self.skipTest("sanitizers need memory of their own")
        big = self.big(150_000_000)
        for option in ((), ("--dedup",)):
            process = subprocess.Popen([program.PROGRAM, "merge", "-q", *option, big, "-o", self.folder / "out", "--force"])
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            self.assertLess(usage.ru_maxrss * 1024, 100e6)
            # Line by line: a child's peak, as the kernel counts it, begins with that of its parent.
            count, last = 0, b""
            with (self.folder / "out").open("rb") as out:
                for count, line in enumerate(out, 1):
                    stamp = line[line.index(b'"datetime"'):][:40]
                    self.assertLessEqual(last, stamp)
                    last = stamp
            self.assertEqual(count, 150_000_000 // 1100)

    def test_bounded_memory_where_rows_grow(self):
        """DEL is one byte of a line and six of a row."""
        if program.SANITIZED:
            self.skipTest("sanitizers need memory of their own")
        texts = {
            "values": lambda n: '"v":"' + "\x7f" * 4_194_000 + '"',
            "keys": lambda n: ",".join(f'"{k}' + "\x7f" * 2000 + '":1' for k in range(2000)),
            "tag": lambda n: '"tag":"' + "\x7f," * 2_097_000 + '"',
            "nested": lambda n: '"v":{' + ",".join(f'"{k}":1' for k in range(379_000, 0, -1)) + "}",
            "fits": lambda n: '"v":"' + "\x7f" * 698_000 + '"',
        }
        for name, text in texts.items():
            path = self.folder / f"{name}.jsonl"
            with path.open("w") as out:
                for number in range(12):  # more than one run
                    out.write(timesketch(START - number)[:-2] + "," + text(number) + "}\n")
            for option in ((), ("--dedup",), ("--verbatim",)):
                with self.subTest(name, option=option):
                    process = subprocess.Popen([program.PROGRAM, "merge", "-q", *option, path, "-o", self.folder / "out",
                                                "--force", "--partial-ok"], stderr=subprocess.DEVNULL)
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
                    self.assertLess(usage.ru_maxrss * 1024, 100e6)
                    whole = name in ("nested", "fits") or (name != "keys" and "--verbatim" in option)
                    self.assertEqual(process.returncode, 0 if whole else 1)
            path.unlink()
        run = self.merge(self.file("one.jsonl", timesketch(START) + timesketch(START)[:-2] + "," + texts["values"](0) + "}\n"),
                         status=3)
        self.assertIn("line 2: left out: it is longer than 4 MiB in ASCII", run.err)

    def test_names(self):
        one = self.file("one.jsonl", timesketch(START))
        kept = self.file("kept.jsonl", "kept")
        for arguments in (("-o", kept), ("--left-out", kept), ("-o", one, "--force"), ("--left-out", one, "--force"),
                          ("-o", self.folder / "x", "--left-out", self.folder / "x"), ("--left-out", "-")):
            with self.subTest(arguments):
                self.merge(one, *arguments, status=2)
                self.assertEqual((kept.read_text(), one.read_text()), ("kept", timesketch(START)))
        self.merge(one, "-o", self.folder / "no" / "out", status=1)
        self.merge(one, "-o", kept, "--force")
        self.assertEqual(len(rows.load_rows(kept)), 1)
        self.assertEqual(sorted(os.listdir(self.folder)), ["kept.jsonl", "one.jsonl"])

    def test_full_disk(self):
        one = self.file("one.jsonl", timesketch(START))
        self.assertIn("No space left", self.merge(one, "-o", "/dev/full", status=1).err)

    def test_what_was_left_out_is_not_written_without_the_rows(self):
        one = self.file("one.jsonl", timesketch(START) + "bad\n")
        lost = self.folder / "lost"
        self.merge(one, "-o", "/dev/full", "--left-out", lost, status=1)
        self.assertFalse(lost.exists())
        # More than a pipe holds, so that it is still writing when the signal comes.
        many = self.file("many.jsonl", "bad\n" + "".join(timesketch(START + n, "x" * 1000) for n in range(2000)))
        with subprocess.Popen([program.PROGRAM, "merge", many, "--left-out", lost], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdout.read(1)
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
            _, err = process.communicate(timeout=program.TIMEOUT_SECONDS)
            self.assertEqual(process.returncode, 130)
            self.assertIn(b"interrupted; the rows that were written are not all", err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["many.jsonl", "one.jsonl"])

    def test_an_interrupt_is_seen_within_a_line(self):
        name = self.folder / "pipe"
        os.mkfifo(name)
        for given, sent in (("-", b""), ("-", b'{"a":"'), (name, None), (name, b'{"a":"')):
            with self.subTest(given=given, sent=sent), subprocess.Popen(
                    [program.PROGRAM, "merge", given, "-o", self.folder / "out"], stdin=subprocess.PIPE,
                    stderr=subprocess.PIPE) as process:
                program.wait_for_handlers(process)
                writer = process.stdin if given == "-" else None if sent is None else name.open("wb", buffering=0)
                if sent:
                    writer.write(sent)
                    writer.flush()
                time.sleep(0.1)
                process.send_signal(signal.SIGINT)
                try:
                    self.assertEqual(process.wait(10), 130)
                finally:
                    process.kill()
                    process.wait()
                    if writer:
                        writer.close()
                self.assertIn(b"interrupted", process.stderr.read())
                self.assertEqual(os.listdir(self.folder), ["pipe"])

    def test_no_room_for_temporary_files(self):
        big = self.big()
        for files, forbid in FILES:
            def small_files(forbid=forbid):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000))
                if forbid:
                    forbid()

            with self.subTest(files):
                done = subprocess.run([program.PROGRAM, "merge", big, "-o", self.folder / "out"], capture_output=True,
                                      check=False, preexec_fn=small_files)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"TMPDIR", done.stderr)
                self.assertEqual(os.listdir(self.folder), ["big.jsonl"])
        run = self.merge(big, "-o", self.folder / "out", env={"TMPDIR": "/nonexistent"}, status=1)
        self.assertIn("TMPDIR", run.err)
        self.assertIn("/nonexistent", run.err)
        self.assertNotIn("/tmp,", run.err)

    def test_interrupted(self):
        big = self.big()
        scratch = self.folder / "scratch"
        scratch.mkdir()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for files, forbid in FILES:
                with self.subTest(number, files=files), subprocess.Popen(
                        [program.PROGRAM, "merge", big, "-o", self.folder / "out"], stderr=subprocess.PIPE,
                        env={**os.environ, "TMPDIR": str(scratch)}, preexec_fn=forbid) as process:
                    program.wait_for_handlers(process)
                    self.wait_for_outputs(process, files)
                    process.send_signal(number)
                    status = process.wait(program.TIMEOUT_SECONDS)
                    self.assertEqual(os.listdir(scratch), [])
                    left = self.unfinished()
                    for name in left:
                        (self.folder / name).unlink()
                    # Nothing can be done about SIGKILL then; what it leaves is known by its mark.
                    self.assertEqual(len(left), 1 if files == "named" and number == signal.SIGKILL else 0)
                    self.assertEqual(sorted(os.listdir(self.folder)), ["big.jsonl", "scratch"])
                    if number != signal.SIGKILL:
                        self.assertEqual(status, 130)
                        self.assertIn(b"interrupted", process.stderr.read())

    def test_interrupted_twice(self):
        """The second signal ends the program where it stands, and leaves nothing behind either."""
        big = self.big()
        lost = self.folder / "lost.json"
        for files, forbid in FILES:
            for pause in (0.0002, 0.0005, 0.001, 0.002, 0.005):  # one of them meets the program on its way out
                with self.subTest(files, pause=pause), subprocess.Popen(
                        [program.PROGRAM, "merge", big, "-o", self.folder / "out", "--left-out", lost],
                        stderr=subprocess.DEVNULL, preexec_fn=forbid) as process:
                    program.wait_for_handlers(process)
                    time.sleep(0.05)  # its outputs are made
                    self.wait_for_outputs(process, files, 2)
                    process.send_signal(signal.SIGINT)
                    time.sleep(pause)
                    process.send_signal(signal.SIGINT)
                    self.assertIn(process.wait(program.TIMEOUT_SECONDS), (130, -signal.SIGINT))
                    self.assertEqual(os.listdir(self.folder), ["big.jsonl"])


if __name__ == "__main__":
    tap.main()
