#!/usr/bin/python3
"""What the program writes on the bundled evidence keeps the contract, and would import."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402


class ProgramRows(program.ProgramTest):
    def scan(self, *arguments, status=0):
        """Rows and summary of a scan."""
        with tempfile.TemporaryDirectory() as folder:
            summary = pathlib.Path(folder) / "summary.json"
            run = program.run("scan", *arguments, "--summary", summary)
            self.assertEqual(run.status, status, run.err)
            return rows.split_rows(run.out.decode("ascii")), rows.parse(summary.read_text())

    def check(self, found, summary):
        schema = rows.load_schema("row")
        self.assertNotEqual(found, [])
        for number, row in enumerate(found, 1):
            self.assertEqual(rows.problems(row, schema), [], f"row {number}")
        self.assertEqual(rows.timesketch_problems(found), [])
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        for log in summary["logs"]:
            self.assertEqual(log["lines"], log["records"] + log["other_lines"]
                             + log["unparsed_lines"] + log["duplicate_lines"], log["filename"])
            self.assertEqual(sum(log["lines_skipped"].values()),
                             log["other_lines"] + log["unparsed_lines"], log["filename"])
        times = [row["timestamp"] for row in found]
        self.assertEqual(times, sorted(times))

    def test_findings_of_the_bundled_image(self):
        for image in (program.RAW, program.E01):
            with self.subTest(image.name):
                self.check(*self.scan(*program.ZONE, image))

    def test_records_of_the_bundled_image(self):
        found, summary = self.scan(*program.ZONE, "--records", program.E01)
        self.check(found, summary)
        kinds = [row["data_type"] for row in found]
        self.assertEqual(kinds.count("syslog:cron:task_run"), 596)
        self.assertEqual(kinds.count("syslog:line"), 1)
        self.assertEqual(summary["logs"][0]["records"], 597)

    def test_a_log_full_of_hostile_bytes(self):
        lines = program.RAW.read_bytes()
        start = lines.index(b"CRON (11/05-09:33:42-390)")
        log = lines[start:start + 5000]
        log = log.replace(b"/sbin/rmmod", b"/sbin/\x1b[2Jrm\xffmo\xc2\x9bd\\x1b", 20)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cron"
            path.write_bytes(log)
            found, summary = self.scan(*program.ZONE, "--year", "2000", "--records", path)
        self.check(found, summary)
        self.assertTrue(any("\\x1b[2Jrm\\xffmo\\xc2\\x9bd\\x5cx1b" in row.get("command", "")
                            for row in found))


if __name__ == "__main__":
    tap.main()
