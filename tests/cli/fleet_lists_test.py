#!/usr/bin/python3
"""scan -d --resume with another list: what is not in it is not lost."""

import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import evidence, fleets, program, tap  # noqa: E402


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

    def test_another_image_of_the_name_takes_nothing_over(self):
        first, second, third = (self.log(f"{folder}/cron", number) for number, folder in enumerate("abc"))
        self.fleet("-z", "UTC", first)
        before = fleets.rows_of(self.out)["cron.jsonl"]
        log = (self.out / "images" / "cron.log").read_bytes()
        for flags, given, count in ((("--resume",), second, 1), (("--force",), third, 1), (("--resume",), self.place / "d/cron", 0)):
            with self.subTest(given=given):
                run = self.fleet("-z", "UTC", *flags, given, status=0 if count else 1)
                [name] = self.states()
                self.assertRegex(name, "^cron-[0-9a-f]{8}$")
                words = (f"1 image is called as another one elsewhere, of which an earlier run left results, and gets a name apart: "
                         f"{name} ({given}); an image that was moved is known again by its evidence id")
                self.assertIn(f"note: {words}\n", run.err)
                self.assertIn(words, fleets.status_of(self.out)["notes"])
                self.assertEqual(self.unlisted()["cron"]["earlier"]["state"], "complete")
                self.assertEqual(fleets.rows_of(self.out)["cron.jsonl"], before)
                self.assertEqual((self.out / "images" / "cron.log").read_bytes(), log)
        # Each is known again, by whatever list: of a name that two have one has it already.
        self.fleet("-z", "UTC", "--resume", first, third, second)
        self.assertEqual(len(self.kept()), 3)
        self.assertEqual(self.states().keys() - {"cron"}, {name for name in self.states() if name.startswith("cron-")})
        self.assertEqual(fleets.status_of(self.out)["images"][0]["name"], "cron")
        self.assertEqual(self.unlisted(), {})

    def test_an_image_that_was_moved_is_known_by_its_id_or_a_link(self):
        case = self.place / "case.csv"
        log = self.log("a/cron")
        case.write_text(f"segments,evidence\n{log},E-01\n")
        self.fleet("-z", "UTC", "--case", case)
        (self.place / "a").rename(self.place / "b")
        case.write_text(f"segments,evidence\n{self.place / 'b/cron'},E-01\n")
        run = self.fleet("-z", "UTC", "--resume", "--case", case)
        self.assertNotIn("apart", run.err)
        self.assertEqual((self.states(), self.unlisted()), ({"E-01": "complete"}, {}))
        before = fleets.rows_of(self.out)
        self.assertIn(str(self.place / "b/cron").encode(), before["E-01.jsonl"])
        # By another case's id it is another one.
        case.write_text(f"segments,evidence,case\n{self.log('c/cron', 2)},E-01,2\n")
        self.fleet("-z", "UTC", "--resume", "--case", case)
        self.assertEqual((set(self.unlisted()), fleets.rows_of(self.out)["E-01.jsonl"]), ({"E-01"}, before["E-01.jsonl"]))
        # An id of all says nothing of one.
        self.fleet("-z", "UTC", "--evidence", "E-01", "--force", self.log("c/cron"))
        self.assertIn("apart", self.fleet("-z", "UTC", "--evidence", "E-01", "--resume", self.log("d/cron", 2)).err)
        (self.place / "link").symlink_to(self.place / "c")
        self.fleet("-z", "UTC", "--evidence", "E-01", "--resume", self.place / "link/cron")
        self.assertEqual(self.states(), {"cron": "complete"})

    def test_a_medium_that_was_moved_is_told_by_its_hash(self):
        image = self.place / "a" / "disk.E01"
        image.parent.mkdir()
        shutil.copy(program.E01, image)
        self.fleet(*program.ZONE, image)
        image.parent.rename(self.place / "b")
        run = self.fleet(*program.ZONE, "--resume", self.place / "b/disk.E01")
        [name] = self.states()
        words = (f"{name} is the medium of disk.E01 by its MD5, moved or copied: the results that an earlier run left of that one "
                 "stay, and are in no timeline")
        self.assertIn(f"note: {words}\n", run.err)
        self.assertIn(words, fleets.status_of(self.out)["notes"])
        self.assertEqual((name[:9], set(self.unlisted())), ("disk.E01-", {"disk.E01"}))
        self.assertNotIn("moved or copied", self.fleet("-z", "UTC", "--resume", self.log("cron")).err)

    def test_the_disks_of_a_host_are_not_those_of_another_list(self):
        disks = self.logs(2)
        case = self.place / "case.csv"
        case.write_text(f"segments\n{disks[0]};{disks[1]}\n")
        self.fleet("-z", "UTC", "--case", case)
        both = fleets.rows_of(self.out)["log00.jsonl"]
        case.write_text(f"segments\n{disks[0]}\n")
        run = self.fleet("-z", "UTC", "--resume", "--case", case)
        self.assertIn("0 of 1 image kept; its inputs are others", run.err)
        self.assertNotEqual(fleets.rows_of(self.out)["log00.jsonl"], both)

    def test_a_disk_is_not_that_of_the_same_name_in_a_folder_below(self):
        self.log("disk", 1)
        self.log("old/disk", 2)
        case = self.place / "case.csv"
        case.write_text("segments\ndisk;old/disk\n")
        self.fleet_here("--case", "case.csv")
        both = fleets.rows_of(self.out)["disk.jsonl"]
        run = self.fleet_here("--resume", "--case", "case.csv")
        self.assertIn("1 of them kept", run.stderr)
        case.write_text("segments\nold/disk\n")
        run = self.fleet_here("--resume", "--case", "case.csv")
        self.assertIn("0 of 1 image kept; its inputs are others\n", run.stderr)
        self.assertNotEqual(fleets.rows_of(self.out)["disk.jsonl"], both)

    def fleet_here(self, *arguments):
        """In the folder of the evidence, so that names are relative."""
        return subprocess.run([program.PROGRAM, "scan", "-d", self.out, "-z", "UTC", *arguments], check=True, cwd=self.place,
                              capture_output=True, text=True)

    def test_what_failed_and_was_not_listed_stops_no_later_run(self):
        """Its summary lay there, and no status told of it."""
        log, bad = self.logs(1)[0], self.place / "bad"
        bad.write_bytes(evidence.PNG)
        self.fleet("-z", "UTC", "--reports", log, bad, status=3)
        self.assertTrue((self.out / "images" / "bad.summary.json").exists())
        self.fleet("-z", "UTC", "--reports", "--resume", log)
        self.log("bad", 2)
        self.fleet("-z", "UTC", "--reports", "--resume", log, bad)
        self.assertEqual((self.states(), self.kept()), ({"log00": "complete", "bad": "complete"}, {"log00"}))

    def test_what_was_not_finished_and_not_listed_stops_no_later_run(self):
        """A fleet was killed between the rows of an image and the status that tells of them."""
        logs = self.logs(2)
        self.fleet("-z", "UTC", *logs)
        status = json.loads((self.out / "status.json").read_text())
        status["images"][1] = {**status["images"][1], "state": "running", "outputs": {}}
        (self.out / "status.json").write_text(json.dumps(status))
        before = fleets.rows_of(self.out)
        self.fleet("-z", "UTC", "--resume", logs[0])
        self.assertEqual(self.unlisted(), {"log01": {"name": "log01", "inputs": [str(logs[1])], "timezone": "UTC"}})
        self.assertEqual(fleets.rows_of(self.out)["log01.jsonl"], before["log01.jsonl"])
        self.fleet("-z", "UTC", "--resume", *logs)
        self.assertEqual((self.kept(), fleets.rows_of(self.out)), ({"log00"}, before))

    def test_what_was_not_finished_keeps_its_name(self):
        first, second = (self.log(f"{folder}/cron", number) for number, folder in enumerate("ab"))
        other = self.log("other", 2)
        for lists in ((second,), (other, second)):
            with self.subTest(lists=lists):
                self.fleet("-z", "UTC", first)
                rows, log = (self.out / "images" / name for name in ("cron.jsonl", "cron.log"))
                before = rows.read_bytes(), log.read_bytes()
                status = json.loads((self.out / "status.json").read_text())
                status["images"][0] = {**status["images"][0], "state": "running", "outputs": {}}
                (self.out / "status.json").write_text(json.dumps(status))
                for given in lists:
                    run = self.fleet("-z", "UTC", "--resume", given)
                    self.assertEqual(set(self.unlisted()) & {"cron"}, {"cron"})
                self.assertIn("1 image is called as another one elsewhere", run.err)
                self.assertRegex(next(iter(self.states())), "^cron-[0-9a-f]{8}$")
                self.assertEqual((rows.read_bytes(), log.read_bytes()), before)
                self.fleet("-z", "UTC", "--resume", second, first)
                self.assertEqual((fleets.status_of(self.out)["images"][1]["name"], rows.read_bytes()), ("cron", before[0]))
                shutil.rmtree(self.out)

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
