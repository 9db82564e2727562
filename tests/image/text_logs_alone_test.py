#!/usr/bin/python3
"""What a text log's file and its own PIDs say, where a journal beside it has all of its lines."""

import calendar
import datetime
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, recovered_image, rows, systemd_journals, tap  # noqa: E402

START = datetime.datetime(2025, 11, 15, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
DAYS = 4
END = START + DAYS * DAY
JOURNAL = f"/var/log/journal/{systemd_journals.MACHINE}/system.journal"
LINE = re.compile(r"(\w+ +\d+ [\d:]+) web01 CROND\[(\d+)\]: (.*)\n")


def entries(lines):
    """The lines as an export."""
    out = []
    for number, line in enumerate(lines):
        stamp, pid, text = LINE.fullmatch(line).groups()
        second = calendar.timegm(time.strptime(f"2025 {stamp}", "%Y %b %d %H:%M:%S"))
        fields = {"__REALTIME_TIMESTAMP": second * 1_000_000 + 250_000, "__MONOTONIC_TIMESTAMP": number,
                  "_BOOT_ID": systemd_journals.BOOTS[0], "PRIORITY": 6, "SYSLOG_FACILITY": 9,
                  "SYSLOG_IDENTIFIER": "CROND", "_COMM": "crond", "_PID": pid, "SYSLOG_PID": pid,
                  "_HOSTNAME": "web01", "MESSAGE": text}
        out.append("".join(f"{name}={value}\n" for name, value in fields.items()) + "\n")
    return "".join(out).encode()


class TextLogsAlone(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        systemd_journals.needed()
        self.place = self.folder()
        self.lines = recovered_image.lines(START, DAYS)
        self.journal = systemd_journals.make(self.place / "made.journal", entries(self.lines))

    def image(self, files, born, written=END):
        self.need("mkfs.ext4", "debugfs")
        root = images.write_tree(self.folder() / "tree",
                                 {"/etc/hostname": b"web01\n", JOURNAL: self.journal, **files},
                                 {"/etc/localtime": "/usr/share/zoneinfo/Etc/UTC"})
        image = images.make_ext(self.place / "disk.raw", root, size="48M")
        orders = "".join(f"sif {path} crtime {born:%Y%m%d%H%M%S}\n"
                         f"sif {path} mtime {written:%Y%m%d%H%M%S}\n" for path in (*files, JOURNAL))
        images.run("debugfs", "-w", "-f", "-", image, stdin=orders.encode())
        return image

    def gaps(self, files, born, written=END):
        image = self.image(files, born, written)
        run = program.run("scan", "--force", "--summary", self.place / "s.json", image, cwd=self.place)
        self.assertEqual(run.status, 0, run.err)
        found = rows.split_rows(run.out.decode("ascii"))
        for row in found:
            self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
        logs = json.loads((self.place / "s.json").read_text())["logs"]
        self.assertTrue(all(log["beside_journal"]["copies"] for log in logs
                            if log["filename"] != JOURNAL))
        ids = [row["finding_id"] for row in found]
        self.assertEqual(len(ids), len(set(ids)))
        for row in found:
            done = program.run("explain", row["finding_id"], image)
            self.assertEqual(done.status, 0, done.err)
        return [row for row in found if row["data_type"].endswith(":record_gap")]

    def day(self, first, last):
        return "".join(self.lines[first * 312:last * 312]).encode()

    def test_both_whole(self):
        self.assertEqual(self.gaps({"/var/log/cron": self.day(0, DAYS)}, START), [])

    def test_a_log_that_was_cut_at_its_start(self):
        gap, = self.gaps({"/var/log/cron": self.day(1, DAYS)}, START)
        self.assertEqual((gap["cause"], gap["level"], gap["from_file_time"], gap["filename"]),
                         ("unknown", "low", True, "/var/log/cron"))
        self.assertEqual(gap["window_end"], "2025-11-16T00:00:01.000000+00:00")

    def test_a_log_that_was_cut_at_its_end(self):
        gap, = self.gaps({"/var/log/cron": self.day(0, 3)}, START)
        self.assertEqual((gap["cause"], gap["level"], gap["until_file_time"], gap["filename"]),
                         ("unknown", "low", True, "/var/log/cron"))

    def test_a_rotation_that_is_missing(self):
        gap, = self.gaps({"/var/log/cron": self.day(2, 4), "/var/log/cron.2": self.day(0, 1)},
                         START)
        self.assertEqual((gap["cause"], gap["level"]), ("rotation_missing", "low"))

    def test_a_cut_that_its_own_pids_show(self):
        """With a journal that has the lines it is no less than without one."""
        cut = "".join(self.lines[:400] + self.lines[460:]).encode()
        gap, = self.gaps({"/var/log/cron": cut}, START)
        self.assertEqual((gap["cause"], gap["level"], gap["against_journal"], gap["missing_records"]),
                         ("records_removed", "high", "log_silent", 60))
        self.assertIn("its own PIDs show", gap["message"])
        folder = self.folder()
        (folder / "cron").write_bytes(cut)
        run = program.run("scan", "--force", "--year", "2025", "--timezone", "UTC", folder)
        alone, = [row for row in rows.split_rows(run.out.decode("ascii"))
                  if row["data_type"].endswith(":record_gap")]
        self.assertEqual((alone["cause"], alone["level"]), ("records_removed", "high"))


if __name__ == "__main__":
    tap.main()
