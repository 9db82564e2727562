#!/usr/bin/python3
"""The older forms and Plaso's: the same rows as the JSON lines, each by the rules of its own form.

PIDOMETER_ACCEPT=1 rewrites the golden files and reports the cases as skipped.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, program, rows, tap, timelines  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = {"l2tcsv": "redhat62.l2t.csv", "tln": "redhat62.tln", "bodyfile": "redhat62.body", "csv": "redhat62.csv",
          "plaso": "redhat62.plaso.jsonl"}

# What a log line may try on whoever reads the timeline: its job's user and command.
HOSTILE = [
    (b"=cmd|'/C,calc'!A0", b"a"), (b"+1+1", b"b"), (b"-2+3", b"c"), (b"@SUM(1)", b"d"), (b'"quoted', b'e"f"'),
    (b"\xef\xbc\x9dwide", b"a"), (b"r|oot", b"a|b|c"), (b"r,oot", b"a,b,,c"), (b"r;oot", b"x; level: low; y;z"),
    (b"root", b"tab\there"), (b"root", b"\x1b[2J\x07bell\x00nul"), (b"root", b"bytes \xff\xfe\xc3("),
    (b"root", b"\xe2\x80\xaereversed\xe2\x80\xa8line"), (b"root", b"cr\rlf"), (b"root", b"\\x41 \\n"),
    (b"root", "käse ".encode() * 40), (b"root", b"'=1+1"), (b"root", b"</script><script>alert(1)</script>"),
    (b"root", b"x" * 3000), (b"-", b"-"), (b"#comment", b"#"),
]


def hostile_log():
    """vixie-cron's own form, whose lines begin with the user."""
    return b"".join(b"%s (11/05-%02d:%02d:00-%d) %s (%s)\n"
                    % (user, 9 + number // 6, number % 6 * 10, 618 + 2 * number, word, command)
                    for number, (user, command, word) in enumerate(
                        (user, command, word) for user, command in HOSTILE for word in (b"CMD", b"RELOAD")))


class Formats(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def scan(self, name, *arguments, command="scan", status=0):
        run = program.run(command, *arguments, "--format", name, cwd=program.SOURCE_ROOT)
        self.assertEqual(run.status, status, run.err)
        return run.out

    def log(self, content):
        path = self.folder / "cron"
        path.write_bytes(content)
        os.utime(path, (973743001, 973743001))
        return path

    def check_all(self, *arguments, command="scan", status=0):
        """The rows as JSON lines, after every other form was held against them."""
        found = rows.split_rows(self.scan("jsonl", *arguments, command=command, status=status).decode("ascii"))
        for name, check in timelines.CHECKS.items():
            with self.subTest(name):
                content = self.scan(name, *arguments, command=command, status=status)
                self.assertEqual(check(content, found), [])
        return found

    def test_golden_files(self):
        arguments = (*program.ZONE, "testdata/redhat62.ext2.raw")
        self.check_all(*arguments)
        accepted = []
        for name, file in GOLDEN.items():
            content = self.scan(name, *arguments).replace(os.fsencode(program.SOURCE_ROOT), b"<source>")
            if os.environ.get("PIDOMETER_ACCEPT"):
                (HERE / file).write_bytes(content)
                accepted.append(file)
                continue
            with self.subTest(file):
                self.assertEqual(content.decode(), (HERE / file).read_bytes().decode())
        if accepted:
            self.skipTest(f"{', '.join(accepted)} are rewritten")

    def test_records(self):
        found = self.check_all(*program.ZONE, "--records", program.E01)
        self.assertEqual(len(found), 597 + len(rows.load_rows(HERE / "redhat62.jsonl")))

    def test_damage(self):
        image = evidence.flipped_e01(self.folder / "flipped.E01")
        found = self.check_all(*program.ZONE, "--records", image, status=3)
        self.assertIn("pidometer:warning:damaged_log", {row["data_type"] for row in found})

    def test_explained_finding(self):
        finding = next(row for row in rows.load_rows(HERE / "redhat62.jsonl") if row.get("excess_pids") == 842
                       and "finding_id" in row)
        found, = self.check_all(finding["finding_id"], *program.ZONE, program.RAW, command="explain")
        text = program.run("explain", finding["finding_id"], *program.ZONE, program.RAW).out.decode()
        self.assertIn(found["explanation"], text)
        self.assertEqual(rows.problems(found, rows.load_schema("row")), [])

    def test_no_row_still_has_a_header(self):
        log = self.log(b"root (11/05-09:40:00-618) CMD (a)\n")
        for name in timelines.CHECKS:
            with self.subTest(name):
                self.assertEqual(self.scan(name, log).decode(), timelines.HEADERS.get(name, ""))
                self.scan(name, log, "-o", self.folder / name)
                self.assertEqual((self.folder / name).read_text(), timelines.HEADERS.get(name, ""))

    def test_hostile_lines(self):
        found = self.check_all("--records", self.log(hostile_log()))
        self.assertEqual(len([row for row in found if "line" in row]), 2 * len(HOSTILE))
        messages = [row["message"] for row in found]
        # The bait is there: the forms had something to withstand.
        for start in ("=cmd", "+1", "-2", "@SUM", '"quoted', "\uff1dwide"):
            self.assertTrue(any(message.startswith(start) for message in messages), start)
        for part in ("|", ",", ";", '"', "\t", "\\x1b[2J", "\\xff\\xfe", "\\x5cx41"):
            self.assertTrue(any(part in message for message in messages), part)

    def test_no_cell_is_a_formula(self):
        log = self.log(hostile_log())
        for name in ("csv", "l2tcsv"):
            for cells in timelines.csv.reader(self.scan(name, "--records", log).decode().split("\n")):
                for text in cells:
                    self.assertFalse(text != "-" and text.startswith(timelines.FORMULA), text)

    def test_mactime_reads_the_body_file(self):
        if shutil.which("mactime") is None:
            self.skipTest("mactime is not installed")
        body = self.folder / "body"
        body.write_bytes(self.scan("bodyfile", *program.ZONE, program.RAW))
        done = subprocess.run(["mactime", "-b", body, "-d", "-y", "-z", "UTC"], capture_output=True, check=True)
        listed = list(timelines.csv.DictReader(done.stdout.decode().splitlines()))
        want = rows.load_rows(HERE / "redhat62.jsonl")
        self.assertEqual(sorted(row["Date"] for row in listed),
                         sorted(row["datetime"].replace(".000000+00:00", "Z") for row in want))
        self.assertEqual({row["Type"] for row in listed}, {"macb"})
        self.assertEqual({row["Meta"] for row in listed}, {"14"})


class Checks(program.ProgramTest):
    """The checks themselves can fail."""

    BAD = {
        "l2tcsv": [(b",UTC,", b",CET,"), (b",2,EXT", b",,2,EXT"), (b"; level: ", b"; evil: "), (b"date,", b"day,")],
        "tln": [(b"; Start Time; ", b" Start Time; "), (b"|LOG|", b"|LOG||"), (b"973438800|", b"973438801|")],
        "bodyfile": [(b"|0|0|0|", b"|0|0|"), (b"0|[", b"#|["), (b"|973438800\n", b"|973438801\n")],
        "csv": [(b'"pid_excess,high"', b"pid_excess,high"), (b"Start Time", b"End Time"), (b",LOG,", b",FILE,")],
        "plaso": [(b'", "', b'","'), (b'"event_tag"', b'"tag"'), (b'"PathSpec"', b'"Path"'), (b'"labels"', b'"label"')],
    }

    def test_find_what_is_wrong(self):
        found = rows.load_rows(HERE / "redhat62.jsonl")
        for name, changes in self.BAD.items():
            content = (HERE / GOLDEN[name]).read_bytes()
            self.assertEqual(timelines.CHECKS[name](content, found), [])
            for old, new in changes:
                with self.subTest((name, old)):
                    self.assertIn(old, content)
                    self.assertNotEqual(timelines.CHECKS[name](content.replace(old, new, 1), found), [])


if __name__ == "__main__":
    tap.main()
