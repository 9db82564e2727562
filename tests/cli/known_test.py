#!/usr/bin/python3
"""--known: findings within known work are kept, marked, and one level lower."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402


class Known(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def scan(self, text=None, name="known.csv", status=0):
        arguments = ["scan", *program.ZONE, program.E01]
        if text is not None:
            path = self.folder / name
            path.write_text(text)
            arguments += ["--known", path]
        run = program.run(*arguments)
        self.assertEqual(run.status, status, run.err)
        return run

    def rows(self, *arguments):
        found = rows.split_rows(self.scan(*arguments).out.decode("ascii"))
        schema = rows.load_schema("row")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        return found

    # The hour of the rootkit by the host's clock, --timezone.
    HOUR = "begin,end,reason\n2000-11-08T08:00,2000-11-08T10:00,restore from tape\n"

    def log_of_another_zone(self):
        log = self.folder / "cron.log"
        log.write_text("".join(f"2026-03-{1 + i // 144:02}T{i // 6 % 24:02}:{i % 6 * 10:02}:01+02:00 web01 CRON[{600 + 2 * i}]: (root) CMD (job)\n"
                               for i in range(3 * 144)))
        return log

    def test_a_time_without_an_offset_beside_a_zone_is_warned_of(self):
        log = self.log_of_another_zone()
        known = self.folder / "zone.csv"
        for begin, warned in (("2026-03-02T02:00", True), ("2026-03-02T02:00+02:00", False)):
            known.write_text(f"begin,end,reason\n{begin},2026-03-02T04:30Z,backup\n")
            for zone in ([], ["-z", "Europe/Berlin"]):
                run = program.run("scan", *zone, "--known", known, log)
                said = [line for line in run.err.splitlines() if "were read as UTC" in line]
                self.assertEqual(len(said), 1 if warned and not zone else 0, run.err)
                self.assertTrue(not said or "+02:00" in said[0], said)

    def test_an_option_s_time_without_an_offset_beside_a_zone_is_warned_of(self):
        """Taken from a row, where it is the host's, it would leave out the row itself."""
        log = self.log_of_another_zone()
        for command, option in ((["scan"], "--since"), (["scan"], "--until"), (["when", "--pid", "601"], "--near")):
            for time, warned in (("2026-03-02T02:00", True), ("2026-03-02T02:00+02:00", False), ("2026-03-02T02:00Z", False)):
                for zone in ([], ["-z", "Europe/Berlin"], ["-z", "UTC"]):
                    with self.subTest(option, time=time, zone=zone):
                        run = program.run(*command, *zone, option, time, log)
                        self.assertEqual(run.status, 0, run.err)
                        said = [line for line in run.err.splitlines() if "were read as UTC" in line]
                        self.assertEqual(len(said), 1 if warned and not zone else 0, run.err)
                        for words in (option, time, "+02:00", "--timezone") if said else ():
                            self.assertIn(words, said[0])

    def test_marks_and_lowers(self):
        before = self.rows()
        after = self.rows(self.HOUR)
        self.assertEqual([row["datetime"] for row in before], [row["datetime"] for row in after])
        marked = [row for row in after if "known_reason" in row]
        self.assertEqual(sorted(row["excess_pids"] for row in marked), [18, 29, 41, 842, 930])
        for row in marked:
            self.assertEqual(row["level"], "high")
            self.assertIn("known", row["tag"])
            self.assertIn("within known work (restore from tape)", row["message"])
        for old, new in zip(before, after):
            if "known_reason" not in new:
                self.assertEqual(old, new)
            else:
                self.assertEqual(old.get("finding_id"), new.get("finding_id"))

    def test_what_reaches_beyond_keeps_its_level(self):
        found = self.rows("begin,end,reason\n2000-11-08T08:55,2000-11-08T10:00,restore\n")
        [row] = [row for row in found if row.get("excess_pids") == 842]
        self.assertEqual((row["level"], row["known_beside"]), ("critical", "restore"))

    def test_json_and_offsets(self):
        found = self.rows('[{"begin": "2000-11-08T14:00Z", "end": "2000-11-08T16:00Z", "reason": "restore"}]',
                          "known.json")
        self.assertEqual(len([row for row in found if "known_reason" in row]), 5)

    def test_windows_that_adjoin_hold_a_finding_together(self):
        found = self.rows("begin,end,reason\n2000-11-08T08:00,2000-11-08T08:55,restore\n"
                          '2000-11-08T08:55,2000-11-08T10:00,"restart\nof all"\n')
        [row] = [row for row in found if row.get("excess_pids") == 842]
        self.assertEqual((row["level"], row["known_reason"]), ("high", "restore; restart of all"))

    def test_a_window_of_a_host_that_was_not_read_is_named(self):
        log = self.folder / "messages"
        log.write_text("".join(f"Nov  5 {i // 6 % 24:02}:{i % 6 * 10:02}:01 web01 CRON[{600 + 2 * i}]: (root) CMD (job)\n"
                               for i in range(140)))
        known = self.folder / "changes.csv"
        known.write_text("begin,end,reason,host\n2000-11-05T08:00,2000-11-05T10:00,restore,web01\n"
                         "2000-11-05T08:00,2000-11-05T10:00,restore,wbe01\n")
        summary = self.folder / "summary.json"
        run = program.run("scan", "--timezone", "UTC", "--year", "2000", "--known", known, "--summary", summary, log)
        self.assertEqual(run.status, 0, run.err)
        warned = [line for line in run.err.splitlines() if "changes.csv" in line]
        self.assertEqual(len(warned), 1, run.err)
        self.assertIn(f"line 3 of {known} is about the host wbe01", warned[0])
        self.assertIn("the logs read are of web01", warned[0])
        told = rows.parse(summary.read_text())
        self.assertEqual(rows.problems(told, rows.load_schema("summary")), [])
        self.assertEqual([w["kind"] for w in told["warnings"] if w["kind"] == "unused_known"], ["unused_known"])

    def test_a_host_has_the_name_of_its_log_and_that_of_the_user(self):
        """A change calendar has the one, a case the other."""
        log = self.folder / "messages"
        log.write_text("".join(f"Nov  5 {i // 6 % 24:02}:{i % 6 * 10:02}:01 web01 CRON[{600 + 2 * i + 300 * (i > 50)}]: (root) CMD (job)\n"
                               for i in range(140)))
        known = self.folder / "changes.csv"
        how = ["--timezone", "UTC", "--year", "2000", "--known", known, "--host", "WEB-7", log]
        for host, marked in (("web01", True), ("WEB-7", True), ("web02", False)):
            with self.subTest(host):
                known.write_text(f"begin,end,reason,host\n2000-11-05T08:00,2000-11-05T10:00,restore,{host}\n"
                                 f"2001-11-05T08:00,2001-11-05T10:00,patches,{host}\n")
                run = program.run("scan", *how)
                [row] = [row for row in rows.split_rows(run.out.decode()) if row.get("excess_pids") == 300]
                self.assertEqual((row["hostname"], row.get("known_reason")), ("WEB-7", "restore" if marked else None))
                self.assertEqual("is about the host" in run.err, not marked, run.err)
                self.assertEqual(f"line 3 of {known} lies wholly outside" in run.err, marked, run.err)
                told = program.run("explain", row["finding_id"], *how)
                self.assertEqual("restore" in told.out.decode(), marked, told.out)

    def test_windows_outside_of_the_log_are_named_once(self):
        """A year that was mistyped would leave alarms that look as if nobody knew of them."""
        def warned(text):
            run = self.scan(text)
            return [line for line in run.err.splitlines() if line.startswith("warning: ") and "marks nothing" in line]

        self.assertEqual(warned(self.HOUR), [])
        known = self.folder / "known.csv"
        self.assertEqual(warned(self.HOUR.replace("2000-", "2002-")), [
            f"warning: line 2 of {known} lies wholly outside of the logs that were read and marks nothing; "
            f"line 2 of {known} would lie in them in 2000: is its year mistyped?"])
        # The calendar of a year, to a log of four days.
        calendar = self.HOUR + "".join(f"2000-{month:02}-20T08:00,2000-{month:02}-20T10:00,patches\n" for month in range(1, 13))
        self.assertEqual(warned(calendar), [
            f"warning: line 3 of {known} (12 such windows in all) lies wholly outside of the logs that were read and marks nothing"])

    def test_a_file_that_is_not_understood_ends_the_run(self):
        for text in ("", "begin,end,reason\nnoon,midnight,x\n", "[{}]"):
            with self.subTest(text):
                run = self.scan(text, status=2)
                self.assertEqual(run.out, b"")
                self.assertIn("known.csv", run.err)
        run = program.run("scan", "--known", self.folder / "none", program.E01)
        self.assertEqual(run.status, 2)
        self.assertIn("cannot be read for --known", run.err)
        run = program.run("scan", "--known", self.folder, program.E01)
        self.assertEqual(run.status, 2)


if __name__ == "__main__":
    tap.main()
