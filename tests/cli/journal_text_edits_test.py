#!/usr/bin/python3
"""A text log's line that is edited or inserted beside a journal that is intact."""

import datetime
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402

START = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
DAYS = 10
BURST = datetime.datetime(2026, 3, 9, 3, 22, tzinfo=datetime.timezone.utc)
JOURNAL = "var/log/journal/0f1e2d3c4b5a69788796a5b4c3d2e1f0/system.journal"


def host(pids=842):
    """(time, PID, user, command) of each run; so many PIDs more within one interval."""
    runs = []
    pid = 900
    for minute in range(DAYS * 1440):
        now = START + datetime.timedelta(minutes=minute)
        if now == BURST:
            pid += pids
        if minute % 10 == 0:
            runs.append((now, pid, "root", "/usr/lib/sa/sa1 1 1"))
            pid += 2
        if minute % 60 == 17:
            runs.append((now, pid, "root", "run-parts /etc/cron.hourly"))
            pid += 4
        if minute % 15 == 5:
            runs.append((now, pid, "www-data", "/usr/bin/php /srv/app/cron.php"))
            pid += 4
    return runs


def as_text(run):
    now, pid, user, command = run
    return f"{now:%b} {now.day:2d} {now:%H:%M}:01 web01 CRON[{pid}]: ({user}) CMD ({command})\n"


def as_entry(number, run):
    now, pid, user, command = run
    return (f"__CURSOR=s={'f' * 32};i={number + 1:x};b={'a' * 32}\n"
            f"__REALTIME_TIMESTAMP={int(now.timestamp()) + 1}000137\nSYSLOG_IDENTIFIER=CRON\n"
            f"_COMM=cron\nSYSLOG_PID={pid}\n_HOSTNAME=web01\nMESSAGE=({user}) CMD ({command})\n\n")


class EditsBesideAJournal(program.ProgramTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = folder.name

    def scan(self, text, journal=None):
        journal = host() if journal is None else journal
        root = pathlib.Path(self.place) / "root"
        summary_file = pathlib.Path(self.place) / "summary.json"
        files = {"etc/hostname": "web01\n", "var/log/cron.log": "".join(map(as_text, text)),
                 JOURNAL: "".join(as_entry(*one) for one in enumerate(journal))}
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        run = program.run("scan", "--year", 2026, "--timezone", "UTC", "--summary",
                          summary_file, "--force", "--root", root)
        self.assertEqual(run.status, 0, run.err)
        found = rows.split_rows(run.out.decode("ascii"))
        for row in found:
            self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
            done = program.run("explain", "--year", 2026, "--timezone", "UTC", row["finding_id"],
                               "--root", root)
            self.assertEqual(done.status, 0, done.err)
        summary = rows.parse(summary_file.read_text())
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        self.unjudged = {}
        for log in summary["logs"]:
            self.unjudged.update(log.get("beside_journal", {}).get("not_judged", {}))
        lines = [row for row in found if row.get("fault") in ("edited", "inserted")]
        return [row for row in found if row not in lines], lines

    def check_the_journals_own(self, others):
        """What the journal says by itself."""
        [excess] = others
        self.assertEqual((excess["data_type"], excess["level"], excess["excess_pids"]),
                         ("pidometer:anomaly:pid_excess", "critical", 842))

    def at(self, minute):
        return next(i for i, run in enumerate(host())
                    if run[0] == BURST.replace(minute=minute))

    def test_both_whole(self):
        others, lines = self.scan(host())
        self.check_the_journals_own(others)
        self.assertEqual(lines, [])

    def test_another_command(self):
        text = host()
        i = self.at(20)
        text[i] = (*text[i][:3], text[i][3] + " --nightly")
        others, [line] = self.scan(text)
        self.check_the_journals_own(others)
        self.assertEqual((line["fault"], line["level"], line["filename"], line["first_pid"]),
                         ("edited", "high", "/var/log/cron.log", text[i][1]))
        self.assertIn("--nightly", line["first_record"])
        self.assertEqual(line["journal_line"]["pid"], text[i][1])
        self.assertEqual(line["journal_line"]["filename"], "/" + JOURNAL)
        self.assertIn("was edited", line["message"])

    def test_one_bit_is_a_weak_sign(self):
        text = host()
        i = self.at(20)
        text[i] = (*text[i][:3], text[i][3].replace("1 1", "1 9"))
        others, [line] = self.scan(text)
        self.check_the_journals_own(others)
        self.assertEqual((line["fault"], line["level"]), ("edited", "low"))

    def test_another_pid(self):
        text = host()
        i = self.at(30)
        text[i] = (text[i][0], text[i][1] - 700, *text[i][2:])
        others, [line] = self.scan(text)
        self.check_the_journals_own(others)
        self.assertEqual((line["fault"], line["level"]), ("edited", "medium"))
        self.assertEqual(line["journal_line"]["pid"], text[i][1] + 700)

    def test_a_line_more(self):
        text = host()
        i = self.at(30)
        text.insert(i, (BURST.replace(minute=21), text[i - 1][1] + 3, "root", "/usr/local/bin/backup"))
        others, [line] = self.scan(text)
        self.check_the_journals_own([row for row in others
                                     if row["data_type"] != "pidometer:anomaly:new_command"])
        self.assertEqual((line["fault"], line["level"]), ("inserted", "medium"))
        self.assertNotIn("journal_line", line)
        self.assertEqual((line["previous_pid"], line["next_pid"]), (text[i - 1][1], text[i + 1][1]))

    def test_lines_that_the_journal_lost(self):
        """A whole day, of which it has nothing: they are records, and readings, as without it."""
        day = START + datetime.timedelta(days=2)
        journal = [run for run in host() if not day <= run[0] < day + datetime.timedelta(days=1)]
        others, lines = self.scan(host(), journal)
        self.check_the_journals_own(others)
        self.assertEqual(lines, [])
        self.assertEqual(sum(count for reason, count in self.unjudged.items()
                             if "may have lost it" in reason), len(host()) - len(journal))

    def test_lines_that_come_by_a_way_of_their_own(self):
        text = host()
        for day in range(DAYS):
            for hour in range(0, 24, 3):
                now = START + datetime.timedelta(days=day, hours=hour, minutes=2)
                i = next(i for i, run in enumerate(text) if run[0] > now)
                text.insert(i, (now, text[i - 1][1] + 1, "root", "/opt/agent"))
        _, lines = self.scan(text)
        self.assertEqual(lines, [])
        self.assertEqual(sum(count for reason, count in self.unjudged.items()
                             if "as so many others" in reason), DAYS * 8)


if __name__ == "__main__":
    tap.main()
