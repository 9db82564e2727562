#!/usr/bin/python3
"""scan -d --resume with another list: what is not in it is not lost."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import fleets, tap  # noqa: E402


class Lists(FleetTest):
    def logs(self, count):
        return [self.log(f"ev/log{number:02}", number) for number in range(count)]

    def unlisted(self):
        return {image["name"]: image for image in fleets.status_of(self.out).get("unlisted", [])}

    def test_a_wrong_list_takes_nothing_away(self):
        """The pattern that matches nothing while the evidence is away is a list of one image that is none."""
        logs = self.logs(4)
        self.fleet("-z", "UTC", *logs)
        before = fleets.rows_of(self.out)
        (self.place / "ev").rename(self.place / "away")
        run = self.fleet("-z", "UTC", "--resume", self.place / "ev/*", status=1)
        self.assertIn("4 images of an earlier fleet are not in this one", run.err)
        self.assertEqual(self.states(), {"_": "failed"})
        self.assertEqual({name: image["earlier"]["why"] for name, image in self.unlisted().items()},
                         {log.name: "it is not in the list of this run" for log in logs})
        self.assertEqual(fleets.rows_of(self.out), {**before, "timeline.jsonl": b""})
        # They hold while the evidence is away, and when it is there again.
        run = self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertEqual(set(self.states().values()), {"unreachable"})
        self.assertEqual((self.unlisted(), fleets.rows_of(self.out)), ({}, before))
        self.fleet("-z", "UTC", "--resume", self.place / "ev/*", status=1)
        (self.place / "away").rename(self.place / "ev")
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual((self.kept(), fleets.rows_of(self.out)), ({log.name for log in logs}, before))

    def test_a_shorter_list_forgets_nothing(self):
        logs = self.logs(4)
        self.fleet("-z", "UTC", *logs)
        before = fleets.rows_of(self.out)
        for flags, kept in ((("--resume",), {"log00", "log02"}), (("--force",), set())):
            with self.subTest(flags=flags):
                self.fleet("-z", "UTC", *flags, logs[0], logs[2])
                self.assertEqual(self.kept(), kept)
                self.assertEqual(set(self.unlisted()), {"log01", "log03"})
        timeline = (self.out / "timeline.jsonl").read_bytes()
        self.assertNotEqual(timeline, before["timeline.jsonl"])
        (self.place / "ev").rename(self.place / "away")
        run = self.fleet("-z", "UTC", "--resume", *logs, status=3)
        self.assertIn("4 unreachable", run.err)
        self.assertEqual(fleets.rows_of(self.out), before)

    def test_rows_that_no_status_tells_of_are_not_removed(self):
        logs = self.logs(2)
        self.fleet("-z", "UTC", logs[0])
        rows = self.out / "images" / "log01.jsonl"
        rows.write_bytes(b"{}\n")
        before = (self.out / "status.json").read_bytes()
        run = self.fleet("-z", "UTC", "--resume", *logs, status=2)
        self.assertIn("has results that its status does not tell of", run.err)
        self.assertIn(f"reason: {rows} is there", run.err)
        self.assertEqual((rows.read_bytes(), (self.out / "status.json").read_bytes()), (b"{}\n", before))
        self.fleet("-z", "UTC", "--force", *logs)
        self.assertEqual(self.states(), {"log00": "complete", "log01": "complete"})


if __name__ == "__main__":
    tap.main()
