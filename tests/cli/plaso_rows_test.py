#!/usr/bin/python3
"""Rows of Plaso's as input: the findings are those of the log that the rows were made of."""

import datetime
import pathlib
import random
import sys
import tempfile
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from testdata import cron_log_2001  # noqa: E402
from tests.support import plaso_rows, program, rows, tap  # noqa: E402

CHICAGO = "America/Chicago"
# What a row of one and the same finding has in both scans.
SAME = ("data_type", "datetime", "level", "excess_pids", "excess_low", "excess_high", "expected_pids",
        "observed_pids", "first_pid", "last_pid", "intervals", "boot_session", "hostname", "command",
        "username", "cause", "score_log10")


def log_2001():
    """The log of the 2001 case as cronie would have written it."""
    lines = ["Nov  5 09:33:42 apollo crond[390]: (CRON) STARTUP (fork ok)"]
    for minute, pid, command in cron_log_2001.records():
        when = f"{minute:%m/%d-%H:%M}"
        second = cron_log_2001.SECONDS.get(when, 0)
        lines.append(f"{minute:%b} {minute.day:2} {minute:%H:%M}:{second:02} apollo CROND[{pid}]: "
                     f"(root) CMD ({command})")
    return "\n".join(lines) + "\n"


def log_of_crowded_seconds():
    """Three weeks of a host of Debian's: several jobs a second, their sessions and ends in between, a
    counter that wraps, and an intruder's 60 processes; nothing is left of the second's order in rows."""
    chance = random.Random(5)
    moment = datetime.datetime(2024, 3, 4)
    pid = 29000
    lines = []

    def born(count):
        nonlocal pid
        pid += count
        if pid >= 32768:
            pid -= 32768 - 300
        return pid

    while moment < datetime.datetime(2024, 3, 25):
        moment += datetime.timedelta(minutes=5)
        stamp = f"{moment:%b} {moment.day:2} {moment:%H:%M}:01 mail7 CRON"
        due = [("root", "/usr/lib/sa/sa1 1 1"), ("www-data", "php /srv/cron.php")]
        if moment.minute == 0:
            due.append(("root", "   cd / && run-parts --report /etc/cron.hourly"))
        for user, command in due:
            session, job = born(1), born(1)
            lines.append(f"{stamp}[{session}]: pam_unix(cron:session): session opened for user {user}"
                         "(uid=0) by (uid=0)")
            lines.append(f"{stamp}[{job}]: ({user}) CMD ({command})")
        born(3 + chance.randrange(2))
        if moment == datetime.datetime(2024, 3, 20, 2, 35):
            born(60)
    return "\n".join(lines) + "\n"


class PlasoRows(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def scan(self, name, text, *options, status=0):
        path = self.folder / name
        path.write_text(text)
        summary = self.folder / "summary.json"
        run = program.run("scan", "--force", "--summary", summary, *options, path)
        self.assertEqual(run.status, status, run.err)
        schema = rows.load_schema("row")
        found = rows.split_rows(run.out.decode("ascii"))
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        told = rows.parse(summary.read_text())
        self.assertEqual(rows.problems(told, rows.load_schema("summary")), [])
        return found, told["logs"]

    def assert_same(self, text, year, zone, *options):
        want, _ = self.scan("cron", text, "--year", year, "--timezone", zone)
        self.assertGreater(len(want), 0)
        made = plaso_rows.of_log(text, year, zone)
        for name, written in (("plaso.jsonl", plaso_rows.write(made)),
                              ("timesketch.jsonl", plaso_rows.timesketch(made))):
            with self.subTest(name):
                got, [log] = self.scan(name, written, "--timezone", zone)
                self.assertEqual([{key: row.get(key) for key in SAME} for row in got],
                                 [{key: row.get(key) for key in SAME} for row in want])
                self.assertEqual(log["records"], len(made))
                self.assertEqual({row["time_certainty"] for row in got}, {"taken_from_plaso"})
        return made

    def test_the_case_of_2001(self):
        made = self.assert_same(log_2001(), 2000, CHICAGO)
        lines = plaso_rows.write(made).splitlines()
        got, _ = self.scan("plaso.jsonl", "\n".join(lines) + "\n")
        [rootkit] = [row for row in got if row.get("excess_pids") == 842]
        # Its lines are those of the rows' file.
        for number, pid in ((rootkit["first_line"], 2441), (rootkit["last_line"], 3285)):
            self.assertEqual(rows.parse(lines[number - 1])["pid"], pid)
        self.assertEqual(rootkit["first_record"],
                         "2000-11-08T08:50:00-06:00 apollo CROND[2441]: (root) CMD (   /sbin/rmmod -as)")

    def test_the_order_of_a_second_comes_back(self):
        text = log_of_crowded_seconds()
        made = self.assert_same(text, 2024, "Europe/Berlin")
        written = [rows.parse(line) for line in plaso_rows.write(made).splitlines()]
        self.assertNotEqual([row["pid"] for row in written], [row["pid"] for row in made])

    def test_pids_of_six_digits(self):
        text = log_2001()
        # A host of a large pid_max, over the border of what Plaso has a place for.
        for number in range(618, 3600):
            text = text.replace(f"CROND[{number}]", f"CROND[{number + 97000}]")
        made = self.assert_same(text, 2000, CHICAGO)
        self.assertTrue(any(row["message_body"].startswith("[1") for row in made))

    def test_other_rows_are_counted(self):
        made = plaso_rows.of_log(log_2001(), 2000, CHICAGO)
        day = datetime.datetime(2000, 11, 7, tzinfo=zoneinfo.ZoneInfo("UTC"))
        other = [plaso_rows.stat_row(day + datetime.timedelta(hours=hour), f"/bin/x{hour}")
                 for hour in range(-40, 40)]
        # Debian's syslog holds cron.log's lines as well.
        twice = plaso_rows.of_log(log_2001(), 2000, CHICAGO, filename="/var/log/syslog", inode=9)
        got, [log] = self.scan("plaso.jsonl", plaso_rows.write(made + other + twice))
        want, _ = self.scan("plaso.jsonl", plaso_rows.write(made))
        self.assertEqual([row.get("excess_pids") for row in got], [row.get("excess_pids") for row in want])
        self.assertEqual(log["lines_skipped"], {"a row of Plaso's of another data type": 80})
        self.assertEqual(log["duplicate_lines"], len(twice))
        self.assertIn("Plaso", log["time_basis"])

    def test_a_row_that_cannot_be_read_is_told_with_its_place(self):
        lines = plaso_rows.write(plaso_rows.of_log(log_2001(), 2000, CHICAGO)).splitlines()
        lines[99] = lines[99][:-10]
        got, [log] = self.scan("plaso.jsonl", "\n".join(lines) + "\n")
        self.assertEqual(log["unparsed_lines"], 1)
        # Nobody is accused of what lay in the row.
        [gap] = [row for row in got if row["data_type"] == "pidometer:anomaly:record_gap"]
        self.assertEqual((gap["cause"], gap["level"]), ("evidence_damaged", "informational"))
        told = rows.parse((self.folder / "summary.json").read_text())
        [warning] = told["warnings"]
        self.assertEqual(warning["line"], 100)
        self.assertIn("no JSON object", warning["message"])


if __name__ == "__main__":
    tap.main()
