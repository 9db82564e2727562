"""Deleted logs: a quiet host's lines, what a scan with --recover makes of an image, and what of it was deleted."""

import json
import os
import pathlib
import random
import sys

from tests.support import images, program, rows
from tests.support.images import run

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def cron_lines(days, first_day=1, month=9, pid=1000, seed=1):
    """A quiet host: a job every five minutes, one more every hour, three PIDs a job."""
    pick = random.Random(seed)
    lines = []
    for day in range(first_day, first_day + days):
        at, date = month, day
        while date > DAYS[at]:
            date -= DAYS[at]
            at += 1
        for minute in range(0, 1440, 5):
            jobs = ["/usr/lib/sa/sa1 1 1"]
            if minute % 60 == 0:
                jobs.append("run-parts /etc/cron.hourly")
            for job in jobs:
                pid = 300 + (pid + 3 - 300) % 32468
                lines.append(f"{MONTHS[at]} {date:2} {minute // 60:02}:{minute % 60:02}:01 web01 "
                             f"CROND[{pid}]: (root) CMD ({job})\n")
    pick.random()
    return lines


def append_slowly(path, lines, pieces=40):
    """As a daemon does: piece by piece, each on the disk before the next."""
    step = max(1, len(lines) // pieces)
    for first in range(0, len(lines), step):
        with open(path, "a", encoding="ascii") as file:
            file.write("".join(lines[first:first + step]))
            file.flush()
            os.fsync(file.fileno())


def line_at(image, offset):
    end = image.find(b"\n", offset)
    return image[offset:end + 1 if end >= 0 else None].decode("latin-1")


# No filesystem of these tests has smaller ones; a line goes on behind a border or does not.
SMALLEST_BLOCK = 1024


class Scan:
    """A scan with --recover --records: its rows by where they come from."""

    def __init__(self, test, source, *options, raw=None):
        self.test = test
        summary = test.folder() / "summary.json"
        done = program.run("scan", "--recover", "--records", "--summary", summary, *options, source)
        self.status, self.err = done.status, done.err
        self.rows = [json.loads(line) for line in done.out.decode().splitlines()]
        self.summary_text = summary.read_text()
        self.summary = json.loads(self.summary_text)
        self.recovered = [row for row in self.rows if "recovered" in row]
        self.records = [row for row in self.recovered if row["data_type"].startswith("syslog:")]
        self.live = [row for row in self.rows if "recovered" not in row]
        image = pathlib.Path(raw or source).read_bytes()
        self.offsets = [row["image_offset"] for row in self.records]
        self.lines = [line_at(image, offset) for offset in self.offsets]
        schema = rows.load_schema("row")
        for row in self.recovered[::400]:  # the validator takes its time
            test.assertEqual(rows.problems(row, schema), [])
        test.assertTrue(all("recovered" in row["tag"] for row in self.recovered))
        test.assertTrue(all("recovered" not in row.get("tag", ()) for row in self.live))
        test.assertEqual(rows.problems(self.summary, rows.load_schema("summary")), [])
        for log in self.summary["logs"]:
            test.assertEqual(log["lines"], log["records"] + log["other_lines"]
                             + log["unparsed_lines"] + log["duplicate_lines"], log)
            test.assertEqual(sum(log["lines_skipped"].values()),
                             log["other_lines"] + log["unparsed_lines"], log)

    def check_removed_night(self, lines):
        """The live log has the rest of the lines, and says what is missing of it."""
        gaps = [row for row in self.live if not row["data_type"].startswith("syslog:")]
        self.test.assertEqual([(row["data_type"], row["cause"], row["missing_records"]) for row in gaps],
                              [("pidometer:anomaly:record_gap", "records_removed", lines)])
        self.test.assertGreaterEqual(gaps[0]["recovered_lines"], 0.98 * lines)

    def methods(self):
        return {row["recovered"] for row in self.records}

    def findings(self):
        return [row for row in self.recovered if row["data_type"].startswith("pidometer:anomaly")]


class RecoveryTest(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")

    def make(self, kind, *options, size="64M"):
        self.need(f"mkfs.{kind}")
        image = self.folder() / "image.raw"
        run(f"mkfs.{kind}", "-q", "-F", *options, image, size)
        return image

    def check(self, name, scan, deleted, least, torn_of=()):
        """All that came back was deleted, nothing twice; how much of it."""
        self.assertEqual(len(scan.lines), len(set(scan.lines)), f"{name}: a line came back twice")
        whole = [line for line in scan.lines if line in deleted]
        torn = [(line, at) for line, at in zip(scan.lines, scan.offsets) if line not in deleted]
        for line, at in torn:  # at a block's border: the rest of the bytes is something else's
            start = line[:SMALLEST_BLOCK - at % SMALLEST_BLOCK]
            self.assertTrue(any(one.startswith(start) for one in torn_of or deleted), (name, start[:200]))
        recall = len(whole) / len(deleted)
        print(f"# {name}: {len(whole)} of {len(deleted)} deleted lines ({recall:.1%}), "
              f"{len(torn)} torn", file=sys.stderr)
        self.assertGreaterEqual(recall, least, name)
        return recall

    def extracted(self, image):
        """What extract --recover copies out of it: name below recovered/, bytes."""
        out = self.folder() / "out"
        done = program.run("extract", "--recover", image, "-d", out)
        self.assertIn(done.status, (0, 4), done.err)
        folder = out / "whole/recovered"
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
