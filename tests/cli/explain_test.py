#!/usr/bin/python3
"""What `pidometer explain` shows of one finding: enough to redo it by hand."""

import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402


class Explain(program.ProgramTest):
    def setUp(self):
        super().setUp()
        run = program.run("scan", *program.ZONE, program.RAW)
        self.found = rows.split_rows(run.out.decode("ascii"))

    def explain(self, finding, *arguments):
        return program.run("explain", finding, *program.ZONE, *(arguments or (program.RAW,)))

    def of(self, excess):
        row, = [row for row in self.found if row.get("excess_pids") == excess and "finding_id" in row]
        return row

    def test_the_arithmetic_of_an_excess(self):
        row = self.of(842)
        run = self.explain(row["finding_id"])
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        self.assertIn(row["message"], text)
        self.assertIn(f"handed out: {row['last_pid']} - {row['first_pid']} = {row['observed_pids']} PIDs", text)
        # every comparable interval with both of its lines, and their subtraction is right
        compared = re.findall(r"line [0-9]+: ([0-9]+) - ([0-9]+) = ([0-9]+)\n {8}(.+)\n {8}(.+)\n", text)
        self.assertEqual(len(compared), row["baseline_samples"] - 1)
        for last, first, advance, first_line, last_line in compared:
            self.assertEqual(int(last) - int(first), int(advance))
            self.assertIn(f"-{first})", first_line)
            self.assertIn(f"-{last})", last_line)
        costs = dict(re.findall(r"([0-9]+) PIDs ([0-9]+) times?", text))
        self.assertEqual(sum(map(int, costs.values())), len(compared))
        self.assertIn(f"Score {row['score']:.3f}", text)

    def test_each_finding_can_be_explained(self):
        for row in self.found:
            finding = row.get("finding_id", row.get("activity_id"))
            with self.subTest(row["data_type"], finding=finding):
                run = self.explain(finding)
                self.assertEqual(run.status, 0, run.err)
                text = run.out.decode()
                self.assertTrue(text.startswith("["), text)
                self.assertEqual(text.count("\n["), 0, "more than the one that was asked for")
                self.assertEqual("How it was reckoned" in text, row["data_type"].startswith("pidometer:anomaly:pid_"))

    def test_the_same_in_whatever_container(self):
        finding = self.of(842)["finding_id"]
        raw, e01 = self.explain(finding), self.explain(finding, program.E01)
        self.assertEqual(e01.out, raw.out)

    def test_an_id_that_is_not_there(self):
        run = self.explain("0123456789abcdef")
        self.assertEqual((run.status, run.out), (1, b""))
        self.assertIn("no finding has the id 0123456789abcdef", run.err)

    def test_arguments(self):
        for arguments in ((), ("0123456789abcdef",)):
            run = program.run("explain", *arguments)
            self.assertEqual(run.status, 2, run.err)
            self.assertIn("pidometer", run.err)

    def test_a_log_without_findings(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            log.write_text("Nov  8 14:50:00 web01 CROND[2441]: (root) CMD (a)\n")
            run = self.explain("0123456789abcdef", log)
            self.assertEqual(run.status, 1, run.err)


if __name__ == "__main__":
    tap.main()
