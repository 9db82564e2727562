#!/usr/bin/python3
"""scan -d DIR --case FILE: a list of images with what the examiner says of each."""

import hashlib
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, fleet_hosts, fleets, program, rows, tap  # noqa: E402

JSON = {"case": "2026-041", "timezone": "America/Chicago", "images": [
    {"segments": ["redhat62.E01"], "evidence": "E-01", "host": "apollo", "year": 2000},
    {"segments": [f"disk.raw.{number:03}" for number in range(1, 5)], "evidence": "E/02"},
    {"segments": "logs/cron", "timezone": "UTC", "case": "2026-042"}]}
CSV = ("segments,case,evidence,host,timezone,year\n"
       "redhat62.E01,2026-041,E-01,apollo,America/Chicago,2000\n"
       "disk.raw.001;disk.raw.002;disk.raw.003;disk.raw.004,2026-041,E/02,,America/Chicago,\n"
       "logs/cron,2026-042,,,UTC,\n")


class Case(fleets.FleetTest):
    def setUp(self):
        super().setUp()
        shutil.copy(program.E01, self.place)
        evidence.split_raw(self.place)
        (self.place / "logs").mkdir()
        (self.place / "logs" / "cron").write_bytes(fleet_hosts.log_of(1))

    def case(self, text, name="case.json", status=0, out=None):
        path = self.place / name
        path.write_text(text)
        run = program.run("scan", "--records", "-d", out or self.out, "--case", path)
        self.assertEqual(run.status, status, run.err)
        return run

    def log(self, name):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fleet_hosts.log_of(1))
        return path

    def test_labels_and_options_of_each(self):
        self.case(json.dumps(JSON))
        status = fleets.status_of(self.out)
        self.assertEqual([image["name"] for image in status["images"]], ["E-01", "E_02", "cron"])
        self.assertEqual([image.get("case_id") for image in status["images"]], ["2026-041", "2026-041", "2026-042"])
        first, second, third = status["images"]
        self.assertEqual((first["hostname"], first["year"], first["timezone"]), ("apollo", 2000, "America/Chicago"))
        self.assertEqual(len(second["files"]), 4)
        schema = rows.load_schema("row")
        for image, hosts in ((first, {"apollo"}), (second, {None}), (third, {"host0001"})):
            found = rows.split_rows((self.out / image["outputs"]["rows"]["file"]).read_text())
            self.assertGreater(len(found), 100)
            self.assertEqual({row.get("hostname") for row in found}, hosts)
            self.assertEqual({(row["case_id"], row.get("evidence_id")) for row in found},
                             {(image["case_id"], image.get("evidence_id"))})
            self.assertEqual(rows.problems(found[0], schema), [])
            summary = rows.parse((self.out / image["outputs"]["summary"]["file"]).read_text())
            self.assertEqual(summary["case_id"], image["case_id"])

    def test_the_list_is_told_by_its_hash(self):
        log, case = self.place / "cron", self.place / "list.csv"
        log.write_bytes(fleet_hosts.log_of(1))
        case.write_text(f"segments\n{log}\n")
        program.run("scan", "-d", self.out, "-z", "UTC", "--case", case)
        self.assertEqual(fleets.status_of(self.out)["case_sha256"], hashlib.sha256(case.read_bytes()).hexdigest())

    def test_lists_that_can_be_read_once_are_refused(self):
        """A child could not read them again, and nobody could hash them; one that is silent is not waited for."""
        log = self.log("log")
        pipe = self.place / "pipe"
        os.mkfifo(pipe)
        case = self.place / "case.csv"
        case.write_text(f"segments\n{log}\n")
        for flags in (("-d", self.out, "--case", pipe), ("-d", self.out, "--known", pipe, log), ("--known", pipe, log)):
            with self.subTest(flags=flags):
                run = program.run("scan", "-z", "UTC", *flags)
                self.assertEqual(run.status, 2, run.err)
                self.assertIn("reason: it is a pipe or a device, and is read more than once\n"
                              "help: write what it gives to a file", run.err)
                self.assertFalse(self.out.exists())

    def test_a_root_folder_is_an_entry(self):
        for name in ("web", "db"):
            self.log(f"{name}/var/log/cron")
            (self.place / name / "etc").mkdir()
            (self.place / name / "etc/hostname").write_text(name)
        self.case('[{"root": "web", "evidence": "E-1"}, {"root": "db"}, {"segments": "logs/cron"}]')
        roots = {name: image["arguments"][-1] for name, image in fleets.by_name(fleets.status_of(self.out)).items()}
        self.assertEqual(roots, {"E-1": f"--root={self.place}/web", "db": f"--root={self.place}/db",
                                 "cron": f"{self.place}/logs/cron"})
        self.assertEqual([image.get("root") for image in fleets.status_of(self.out)["images"]], [True, True, None])
        self.case("root,segments,evidence\nweb,,E-1\ndb,,\n,logs/cron,\n", "case.csv", out=self.place / "csv")
        self.assertEqual(fleets.rows_of(self.out), fleets.rows_of(self.place / "csv"))

    def test_an_entry_of_several_images_is_told(self):
        self.log("other")
        run = self.case('[{"segments": "logs/cron"}, {"segments": ["redhat62.E01", "other"], "host": "x"}]')
        words = (f"entry 2 of {self.place}/case.json has 2 images, which are read as those of one host, x: "
                 f"{self.place}/redhat62.E01, {self.place}/other; where they are of several hosts, give each an entry")
        self.assertIn(f"warning: {words}\n", run.err)
        self.assertEqual(fleets.status_of(self.out)["notes"], [words])

    def test_csv_says_the_same(self):
        self.case(json.dumps(JSON))
        self.case(CSV, "case.csv", out=self.place / "csv")
        self.assertEqual(fleets.rows_of(self.out), fleets.rows_of(self.place / "csv"))

    def test_two_disks_of_a_host_are_one_image(self):
        self.case(json.dumps([{"segments": ["redhat62.E01", "logs/cron"], "evidence": "both", "timezone": "UTC"}]))
        [image] = fleets.status_of(self.out)["images"]
        found = rows.split_rows((self.out / image["outputs"]["rows"]["file"]).read_text())
        self.assertEqual(len({row["filename"] for row in found}), 2)

    def test_the_first_segment_is_enough_and_all_are_watched(self):
        self.case('[{"segments": "disk.raw.001"}]')
        [image] = fleets.status_of(self.out)["images"]
        self.assertEqual(len(image["files"]), 4)

    def test_what_is_not_understood_names_file_entry_and_remedy(self):
        for name, text, words in (
                ("x.json", "{", "x.json has no list of images"),
                ("x.json", '{"case": "1"}', "no array 'images'"),
                ("x.json", "[]", "x.json names no image"),
                ("x.json", "[1]", "entry 1 of x.json"),
                ("x.json", '[{"segments": "logs/cron"}, {"host": "x"}]', "entry 2 of x.json"),
                ("x.json", '[{"segments": []}]', "it names no segment"),
                ("x.json", '[{"segments": [""]}]', "an empty name"),
                ("x.json", '[{"segments": "a\\u0000b"}]', "a byte of zero"),
                ("x.json", '[{"segments": 5}]', "no array of strings"),
                ("x.json", '[{"segments": "a", "zone": "UTC"}]', "a key 'zone'"),
                ("x.json", '[{"segments": "a", "host": 1}]', "its host is no string"),
                ("x.json", '[{"segments": "a", "host": "\\u001b[2J"}]', "its host is not printable"),
                ("x.json", '[{"segments": "a", "year": 1900}]', "its year '1900'"),
                ("x.json", '[{"segments": "a", "timezone": "Mars/Olympus"}]', "the time zone of"),
                ("x.json", '[{"segments": "logs/cron"}, {"segments": "logs/../logs/cron"}]', "more than once"),
                ("x.json", '{"images": [{"segments": "a"}], "segments": "b"}', "a key 'segments'"),
                ("x.json", '{"images": [{"segments": "a"}], "root": "b"}', "a key 'root'"),
                ("x.json", '[{"segments": "a", "root": "b"}]', "both segments and a root"),
                ("x.json", '[{"root": ["b"]}]', "its root is no string"),
                ("x.csv", "segments,root\na,b\n", "both segments and a root"),
                ("x.csv", "segments,root\n,\n", "it names no segment"),
                ("x.json", '[{"segments": "a", "segments": "b"}]', "'segments' stands twice"),
                ("x.json", '{"images": [{"segments": "a"}], "images": [{"segments": "b"}]}', "'images' stands twice"),
                ("x.json", '[{"segments": "disk.raw.001"}, {"segments": "disk.raw.002"}]', "entries 1 and 2"),
                ("x.csv", "", "no column 'segments'"),
                ("x.csv", "segments\n", "names no image"),
                ("x.csv", "host\nx\n", "no column 'segments'"),
                ("x.csv", "segments,segments\n", "stands there twice"),
                ("x.csv", "segments,zone\na,b\n", "'zone' is no key"),
                ("x.csv", "segments,year\na,x\n", "line 2 of x.csv"),
                ("x.csv", "segments,year\na\n", "it has 1 fields, the head 2"),
                ("x.csv", 'segments,host\na,x\n"b,y\nc,z\n', "line 3 of x.csv is no CSV")):
            with self.subTest(text):
                run = self.case(text, name, status=2)
                self.assertIn(words, run.err.replace(f"{self.place}/", ""))
                self.assertIn("help: ", run.err)
                self.assertFalse(self.out.exists())
        run = program.run("scan", "-d", self.out, "--case", self.place / "nowhere")
        self.assertEqual(run.status, 2)
        self.assertIn("cannot be read for --case", run.err)
        (self.place / "x.json").write_text('[{"segments": "a"}]')
        run = program.run("scan", "-d", self.out, "--case", self.place / "x.json", program.E01)
        self.assertEqual(run.status, 2)
        self.assertIn("inputs are given beside --case", run.err)

    def test_an_image_that_is_not_there_is_accounted_for(self):
        self.case('[{"segments": "nowhere.E01", "evidence": "E-9"}, {"segments": "logs/cron"}]', status=3)
        self.assertEqual({name: image["state"] for name, image in fleets.by_name(fleets.status_of(self.out)).items()},
                         {"E-9": "failed", "cron": "complete"})


if __name__ == "__main__":
    tap.main()
