#!/usr/bin/python3
"""Lines of invented jobs, put into the bundled log beside the night's work, hide none of it."""

import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402

TICK = "root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)\n"


class ForgedLines(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        whole = pathlib.Path(self.folder.name) / "x"
        run = program.run("extract", program.RAW, "-d", whole)
        self.assertEqual(run.status, 0, run.err)
        self.text, = [path.read_text() for path in whole.rglob("cron")]
        self.assertIn(TICK, self.text)

    def scan(self, text):
        """The row of the interval after the tick, that of its activity, and what explain says of the row."""
        log = pathlib.Path(self.folder.name) / "cron"
        log.write_text(text)
        options = (*program.ZONE, "--year", "2000", log)
        run = program.run("scan", *options)
        self.assertEqual(run.status, 0, run.err)
        found = rows.split_rows(run.out.decode("ascii"))
        row, = [row for row in found if row["data_type"] == "pidometer:anomaly:pid_excess" and row["first_pid"] == 2441]
        activity, = [row for row in found if row["data_type"] == "pidometer:activity" and row["first_pid"] == 2375]
        self.assertEqual(row["activity_id"], activity["activity_id"])
        return row, activity, program.run("explain", row["finding_id"], *options).out.decode("utf-8")

    def test_jobs_that_ran_nowhere_else(self):
        for jobs in (1, 2, 5):
            with self.subTest(jobs=jobs):
                lines = "".join(f"root (11/08-08:50:00-{2442 + k}) CMD (/bin/new{k})\n" for k in range(jobs))
                row, activity, words = self.scan(self.text.replace(TICK, TICK + lines))
                self.assertEqual((row["level"], row["most_level_reason"]), ("low", "unknown_job"))
                # each of them is taken for three PIDs
                self.assertLessEqual(abs(row["excess_pids"] - (842 - 3 * jobs)), 2)
                self.assertEqual(row["baseline_samples"], 0)
                self.assertGreater(activity["excess_pids"], 900)
                self.assertIn("score_if_known", words)

    def test_jobs_that_ran_once_more(self):
        """What they cost is what they cost there, not half of the work each."""
        text = self.text.replace(TICK, TICK.replace("   /sbin/rmmod -as", "/bin/x") +
                                 "root (11/08-08:50:00-2442) CMD (/bin/y)\n")
        for time, name in (("10:10:00", "x"), ("10:20:00", "y")):
            text, count = re.subn(rf"(11/08-{time}-[0-9]+\)) CMD .*", rf"\1 CMD (/bin/{name})", text)
            self.assertEqual(count, 1)
        row, activity, words = self.scan(text)
        self.assertIn(row["level"], ("low", "medium", "high", "critical"))
        self.assertLessEqual(abs(row["excess_pids"] - 840), 2)
        self.assertGreater(activity["excess_pids"], 900)
        self.assertEqual((row["baseline_samples"], row["baseline_low"], row["baseline_high"]), (1, 2, 2))
        self.assertIn("they cost: 2 PIDs 1 time", words)


if __name__ == "__main__":
    tap.main()
