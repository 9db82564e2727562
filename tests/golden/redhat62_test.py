#!/usr/bin/python3
"""The 2001 case: the same findings from every form of the evidence, and they follow the data.

PIDOMETER_ACCEPT=1 rewrites redhat62.jsonl and redhat62.txt and reports the cases as skipped.
"""

import bz2
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from testdata import cron_log_2001  # noqa: E402
from tests.support import program, rows, tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MTIME = 973743001  # 2000-11-08 22:10:01 at UTC-6
KINDS = ("pidometer:anomaly:pid_excess", "pidometer:anomaly:pid_deficit")


def published():
    """(excess, UTC time of the record, its PID, the next PID) of the 14."""
    records = cron_log_2001.records()
    out = []
    for (minute, pid, _), (_, next_pid, _) in zip(records, records[1:]):
        when = f"{minute:%m/%d-%H:%M}"
        if when in cron_log_2001.EXCESSES:
            time = minute.replace(second=cron_log_2001.SECONDS.get(when, 0))
            time += cron_log_2001.datetime.timedelta(hours=6)
            out.append((cron_log_2001.EXCESSES[when], f"{time:%Y-%m-%dT%H:%M:%S}.000000+00:00",
                        pid, next_pid))
    return out


def numbers(found):
    return [(row["excess_pids"], row["window_start"], row["first_pid"], row["last_pid"])
            for row in found if row["data_type"] in KINDS]


def without_place(found):
    """Rows without what depends on the container and on where the input lies."""
    place = ("pathspec", "display_name", "filename", "inode", "finding_id", "activity_id", "parts", "time_basis",
             "time_certainty")
    return [{key: value for key, value in row.items() if key not in place} for row in found]


def ids_of(row):
    return [row.get(key) for key in ("finding_id", "activity_id", "parts")]


class Redhat62(program.ProgramTest):
    def scan(self, *arguments):
        run = program.run("scan", *program.ZONE, *arguments, cwd=program.SOURCE_ROOT)
        self.assertEqual(run.status, 0, run.err)
        return run.out

    def rows_of(self, *arguments):
        return rows.split_rows(self.scan(*arguments).decode("ascii"))

    def against(self, name, content):
        # Rows name the image by its absolute path; where the checkout lies is no finding.
        content = content.replace(os.fsencode(program.SOURCE_ROOT), b"<source>")
        golden = HERE / name
        if os.environ.get("PIDOMETER_ACCEPT"):
            golden.write_bytes(content)
            self.skipTest(f"{name} is rewritten")
        self.assertEqual(content.decode(), golden.read_bytes().decode())

    def loose_log(self, folder, text=None, mtime=MTIME):
        path = pathlib.Path(folder) / "cron"
        path.write_text(cron_log_2001.text() if text is None else text)
        os.utime(path, (mtime, mtime))
        return path

    def test_raw_image_gives_the_golden_rows(self):
        content = self.scan("testdata/redhat62.ext2.raw")
        self.assertEqual(numbers(rows.split_rows(content.decode())), published())
        self.against("redhat62.jsonl", content)

    def test_raw_image_gives_the_golden_text(self):
        self.against("redhat62.txt", self.scan("--format", "text", "testdata/redhat62.ext2.raw"))

    def test_e01_gives_the_same_rows_but_for_its_layers(self):
        raw = self.rows_of("testdata/redhat62.ext2.raw")
        e01 = self.rows_of("testdata/redhat62.E01")
        self.assertEqual(without_place(e01), without_place(raw))
        layers = e01[0]["pathspec"]
        self.assertEqual([layers["type_indicator"], layers["parent"]["type_indicator"]],
                         ["EXT", "EWF"])
        # The same log of the same host is the same finding, in whatever container it comes.
        self.assertEqual([ids_of(row) for row in e01], [ids_of(row) for row in raw])

    def test_loose_log_with_its_mtime(self):
        with tempfile.TemporaryDirectory() as folder:
            found = self.rows_of(self.loose_log(folder))
        self.assertEqual(numbers(found), published())

    def test_loose_log_with_a_new_mtime_and_the_year(self):
        with tempfile.TemporaryDirectory() as folder:
            found = self.rows_of("--year", "2000", self.loose_log(folder, mtime=1700000000))
        self.assertEqual(numbers(found), published())

    def test_two_runs_write_the_same_bytes(self):
        for arguments in ((), ("--records",), ("--format", "text")):
            with self.subTest(arguments):
                self.assertEqual(self.scan(*arguments, "testdata/redhat62.E01"),
                                 self.scan(*arguments, "testdata/redhat62.E01"))

    def test_without_the_activities_nothing_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            found = self.rows_of(self.loose_log(folder, cron_log_2001.text(excesses={})))
        self.assertEqual(numbers(found), [])

    def test_findings_follow_the_data(self):
        text = cron_log_2001.text({**cron_log_2001.EXCESSES, "11/07-15:20": 7}, daily_at=(5, 22))
        with tempfile.TemporaryDirectory() as folder:
            found = numbers(self.rows_of(self.loose_log(folder, text)))
        excesses = [excess for excess, *_ in found]
        self.assertIn((7, "2000-11-07T21:20:00.000000+00:00"), [entry[:2] for entry in found])
        # 04:02 is no job any more, so the deficit of the daily job is gone with it.
        want = [e for when, e in sorted({**cron_log_2001.EXCESSES, "11/07-15:20": 7}.items())
                if when != "11/06-04:02"]
        self.assertEqual(excesses, want)


class RealCase(program.ProgramTest):
    """The real image, where the shared evidence is present; unpacked once a build folder."""

    def setUp(self):
        super().setUp()
        packed = self.shared("evidence", "honeynet-2001", "honeypot.hda7.dd.bz2")
        self.image = program.BUILD_ROOT / "honeypot.hda7.dd"
        if not self.image.exists():
            partial = self.image.with_suffix(".partial")
            with bz2.open(packed) as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            partial.rename(self.image)
        with packed.with_name("expected.tsv").open() as file:
            self.expected = [
                (int(row["excess"]), row["record_time"], int(row["pid"]), int(row["next_pid"]))
                for row in csv.DictReader(file, delimiter="\t")]

    def check(self, *arguments):
        run = program.run("scan", *program.ZONE, *arguments)
        self.assertEqual(run.status, 0, run.err)
        found = rows.split_rows(run.out.decode("ascii"))
        schema = rows.load_schema("row")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        local = [(excess, cron_log_2001.datetime.datetime.fromisoformat(time[:19])
                  - cron_log_2001.datetime.timedelta(hours=6), pid, next_pid)
                 for excess, time, pid, next_pid in numbers(found)]
        self.assertEqual([(e, f"{t:%Y-%m-%dT%H:%M:%S}", p, n) for e, t, p, n in local],
                         self.expected)
        return found

    def test_image(self):
        for row in self.check(self.image):
            self.assertEqual((row["inode"], row["filename"]), ("12110", "/log/cron"))

    def test_e01_of_it(self):
        if shutil.which("ewfacquire") is None:
            self.skipTest("ewfacquire is not installed")
        e01 = program.BUILD_ROOT / "honeypot.E01"
        if not e01.exists():
            partial = program.BUILD_ROOT / "honeypot_partial"
            subprocess.run(["ewfacquire", "-u", "-q", "-t", partial, "-c", "deflate:fast",
                            self.image], check=True, capture_output=True)
            partial.with_suffix(".E01").rename(e01)
        self.check(e01)

    def test_text_form_has_the_old_lines(self):
        run = program.run("scan", *program.ZONE, "--format", "text", self.image)
        lines = [line for line in run.out.decode().splitlines() if line.startswith("[")]
        numbers_shown = [int(line[1:line.index("]")]) for line in lines
                         if line[1:line.index("]")].lstrip("-").isdigit()]
        self.assertEqual(numbers_shown, [entry[0] for entry in self.expected])
        self.assertIn("[842]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)", lines)


if __name__ == "__main__":
    tap.main()
