#!/usr/bin/python3
"""--jobs without -d: several inputs at once, and the same bytes as one after the other."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, fleet_hosts, program, rows, tap  # noqa: E402


class Jobs(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        picture, big = self.folder / "picture", self.folder / "big"
        picture.write_bytes(evidence.PNG)
        big.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(200)))
        logs = []
        for number in range(12):
            logs.append(self.folder / f"h{number}" / "cron")
            logs[-1].parent.mkdir()
            logs[-1].write_bytes(fleet_hosts.log_of(number) + b"garbage\n" * 5 * number)
        # The slowest first, so that the others wait for it.
        self.inputs = [big, *logs, program.RAW, evidence.flipped_e01(self.folder / "flipped.E01"), picture,
                       self.folder / "none", program.E01]

    def outcome(self, *arguments):
        """Status, rows, messages but for the time in the last line, and the summary but for the run record."""
        summary = self.folder / "summary.json"
        run = program.run("scan", "--force", "-z", "UTC", "-s", summary, *arguments)
        report = rows.parse(summary.read_text())
        del report["run"]
        return run.status, run.out, run.err.rpartition(" in ")[0], report

    def test_any_number_gives_the_same(self):
        for more in ([], ["--records", "--hash"], ["--recover"], ["-f", "summary"], ["-f", "text"]):
            with self.subTest(more):
                one = self.outcome(*more, *self.inputs)
                self.assertEqual(one[0], 3)
                self.assertGreater(len(one[1]), 1000)
                for jobs in (2, 7, 64):
                    for left, right in zip(one, self.outcome("-j", jobs, *more, *self.inputs), strict=True):
                        self.assertEqual(left, right)

    def test_report_too(self):
        pages = []
        for jobs in (1, 3):
            page = self.folder / f"{jobs}.html"
            program.run("scan", "-z", "UTC", "-j", jobs, "--report", self.folder / "page.html", "--force", *self.inputs)
            (self.folder / "page.html").rename(page)
            pages.append(page.read_bytes())
        self.assertEqual(*pages)

    def test_full_disk_ends_all(self):
        run = program.run("scan", "-j", "4", "-o", "/dev/full", "--records", *self.inputs)
        self.assertEqual(run.status, 1)
        self.assertIn("No space left on device", run.err)


if __name__ == "__main__":
    tap.main()
