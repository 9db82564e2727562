#!/usr/bin/python3
"""The bundled evidence is what its script makes, and its log what the published numbers say."""

import csv
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from testdata import cron_log_2001  # noqa: E402
from tests.support import program, tap  # noqa: E402


def tool(name):
    return shutil.which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")


class Log(unittest.TestCase):
    def test_numbers_are_those_published(self):
        records = cron_log_2001.records()
        self.assertEqual(len(records), 596)
        self.assertEqual(records[0][1], 618)
        self.assertEqual(records[-1][1], 3588)
        self.assertEqual(records[-1][1] - records[0][1], 1958 + 1012)
        self.assertEqual(sum(cron_log_2001.EXCESSES.values()), 1012)

    def test_first_and_last_lines(self):
        lines = cron_log_2001.text().splitlines()
        self.assertEqual(lines[:2], ["CRON (11/05-09:33:42-390) STARTUP (fork ok)",
                                     "root (11/05-09:40:00-618) CMD (   /sbin/rmmod -as)"])
        self.assertEqual(lines[-1], "root (11/08-22:10:00-3588) CMD (   /sbin/rmmod -as)")
        self.assertIn("root (11/08-09:01:01-3287) CMD (run-parts /etc/cron.hourly)", lines)
        self.assertIn("root (11/08-21:50:01-3577) CMD (   /sbin/rmmod -as)", lines)
        self.assertIn("root (11/06-04:02:00-1000) CMD (run-parts /etc/cron.daily)", lines)

    def test_agrees_with_the_analysis_where_it_is_present(self):
        expected = program.SHARED / "evidence" / "honeynet-2001" / "expected.tsv"
        if not expected.exists():
            self.skipTest("the shared evidence is not present")
        with expected.open() as file:
            want = [(row["record_time"], int(row["pid"]), int(row["excess"]),
                     row["command"]) for row in csv.DictReader(file, delimiter="\t")]
        have = []
        for minute, pid, command in cron_log_2001.records():
            when = f"{minute:%m/%d-%H:%M}"
            if when in cron_log_2001.EXCESSES:
                second = cron_log_2001.SECONDS.get(when, 0)
                have.append((f"{minute:%Y-%m-%dT%H:%M}:{second:02}", pid,
                             cron_log_2001.EXCESSES[when], command.strip()))
        self.assertEqual(have, want)


class Image(unittest.TestCase):
    def test_holds_the_log(self):
        if tool("debugfs") is None:
            self.skipTest("debugfs is not installed")
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "cron"
            subprocess.run([tool("debugfs"), "-R", f"dump /var/log/cron {out}", program.RAW],
                           check=True, capture_output=True)
            self.assertEqual(out.read_text(), cron_log_2001.text())

    def test_hashes_are_those_of_the_readme(self):
        readme = (program.TESTDATA / "README.md").read_text()
        contents = [program.RAW.read_bytes(), program.E01.read_bytes(),
                    cron_log_2001.text().encode()]
        for content in contents:
            self.assertIn(f"`{hashlib.sha256(content).hexdigest()}`", readme)

    def test_comes_out_the_same(self):
        for name in ("mke2fs", "debugfs", "ewfacquire"):
            if tool(name) is None:
                self.skipTest(f"{name} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program.TESTDATA / "make_redhat62.sh", folder], check=True,
                           capture_output=True)
            made = pathlib.Path(folder, "redhat62.ext2.raw").read_bytes()
            self.assertTrue(made == program.RAW.read_bytes(), "the raw image differs")
            medium = pathlib.Path(folder, "medium")
            for e01 in (program.E01, pathlib.Path(folder, "redhat62.E01")):
                subprocess.run(["ewfexport", "-u", "-q", "-f", "raw", "-t", medium, e01],
                               check=True, capture_output=True)
                self.assertTrue(pathlib.Path(f"{medium}.raw").read_bytes() == made, f"{e01} differs")
                pathlib.Path(f"{medium}.raw").unlink()


if __name__ == "__main__":
    tap.main()
