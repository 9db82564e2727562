#!/usr/bin/python3
"""The record of custody that extract writes: what it says is so, also where the extraction is partial."""

import datetime
import getpass
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, images, program, rows, tap  # noqa: E402

SCHEMA = rows.load_schema("custody")
MD5_OF_E01 = "159e4c1c627b22a737363b3379199476"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Custody(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.out = self.folder / "out"

    def extract(self, *arguments, status=0):
        run = program.run("extract", *arguments, "-d", self.out)
        self.assertEqual(run.status, status, run.err)
        record = rows.parse((self.out / "CUSTODY.json").read_bytes().decode("ascii"))
        self.assertEqual(rows.problems(record, SCHEMA), [])
        # What it says of the files is so, and it says it of all.
        there = {str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file()}
        self.assertEqual(there, {file["extracted"] for file in record["files"]}
                         | {"CUSTODY.json", "CUSTODY.txt", "SHA256SUMS", *record.get("earlier_files", [])})
        for file in record["files"]:
            path = self.out / file["extracted"]
            self.assertEqual((file["sha256"], file["bytes"]), (sha256(path), path.stat().st_size))
        self.assertEqual(record["sha256sums_sha256"], sha256(self.out / "SHA256SUMS"))
        self.assertIn(f"SHA-256 of CUSTODY.json: {sha256(self.out / 'CUSTODY.json')}\n", run.err)
        self.text = (self.out / "CUSTODY.txt").read_text()
        return record

    def image(self, files):
        if images.tool("mkfs.ext4") is None:
            self.skipTest("mkfs.ext4 is not installed")
        images.write_tree(self.folder / "tree", files)
        image = self.folder / "host.raw"
        image.write_bytes(b"\0" * (8 << 20))
        images.run("mkfs.ext4", "-q", "-F", "-d", self.folder / "tree", image)
        return image

    def test_says_who_what_when_and_with_what(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        record = self.extract(program.E01, "--examiner", "A. Examiner", "--case", "2001-17", "--evidence", "HD 1")
        after = datetime.datetime.now(datetime.timezone.utc)
        self.assertEqual((record["examiner"], record["case"], record["evidence"]), ("A. Examiner", "2001-17", "HD 1"))
        self.assertEqual((record["user"]["name"], record["user"]["uid"]), (getpass.getuser(), os.geteuid()))
        self.assertEqual(record["host"]["name"], socket.gethostname())
        self.assertEqual(record["tool"]["sha256"], sha256(program.PROGRAM))
        self.assertEqual(record["command_line"], [
            str(program.PROGRAM), "extract", str(program.E01), "--examiner", "A. Examiner", "--case", "2001-17",
            "--evidence", "HD 1", "-d", str(self.out)])
        started, ended = map(datetime.datetime.fromisoformat, (record["started"], record["ended"]))
        self.assertTrue(before <= started <= ended <= after)
        self.assertEqual((record["exit_status"], record["complete"]), (0, True))
        # One run, one start.
        summary = self.folder / "summary.json"
        run = program.run("extract", program.E01, "-d", self.folder / "again", "-s", summary)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(rows.parse(summary.read_text())["run"]["started"],
                         rows.parse((self.folder / "again/CUSTODY.json").read_text())["started"])
        image, = record["inputs"]
        self.assertEqual((image["kind"], image["stored_md5"], image["path"]),
                         ("ewf", MD5_OF_E01, str(program.E01)))
        self.assertEqual(image["segments"], [str(program.E01)])
        log, = record["files"]
        self.assertEqual({key: log[key] for key in ("extracted", "volume", "filename", "inode", "size", "modified")}, {
            "extracted": "whole/var/log/cron", "volume": "whole", "filename": "/var/log/cron", "inode": "14",
            "size": len(evidence.LOG), "modified": "2000-11-09T04:10:01.000000+00:00"})
        self.assertEqual((record["missing"], record["errors"], record["warnings"]), ([], [], []))
        for word in ("A. Examiner", "2001-17", "HD 1", MD5_OF_E01, log["sha256"], "complete (exit status 0)"):
            self.assertIn(word, self.text)

    def test_names_the_segments_that_were_read_and_no_neighbour(self):
        """A segment of another disk lies where one of this image is missing, under its name."""
        for name in ("one", "other"):
            (self.folder / name).mkdir()
        one = evidence.segmented_e01(self.folder / "one")
        medium = self.folder / "other" / "medium.raw"
        medium.write_bytes(program.RAW.read_bytes() + evidence.noise(5 << 20))
        subprocess.run(["ewfacquire", "-u", "-q", "-t", self.folder / "other" / "disk", "-f", "encase6", "-S", "1048576",
                        medium], check=True, capture_output=True)
        self.assertGreater(len(one), 2)
        shutil.copy(self.folder / "other" / "disk.E02", one[1])
        record = self.extract(one[0], status=3)
        image, = record["inputs"]
        self.assertEqual(image["segments"], [str(path) for path in (one[0], *one[2:])])
        words = [warning["message"] for warning in image["warnings"]]
        self.assertTrue(words[0].startswith(f"{one[1]} has the name of a segment of this image and is of another "
                                            "acquisition: it is no part of it (of a medium of "), words)
        self.assertIn("segment 2 is missing", words[1])
        # the neighbour by itself is refused, and the one beside it is not offered as its first
        run = program.run("extract", one[1], "-d", self.folder / "none")
        self.assertEqual(run.status, 1)
        self.assertIn(f"{one[0]} has the name of a segment of this image and is of another acquisition", run.err)
        self.assertIn("give the first segment (.E01) of this acquisition too", run.err)

    def test_of_packed_logs_both_forms(self):
        record = self.extract(self.image({"/var/log/cron.1.gz": gzip.compress(evidence.LOG, mtime=0)}))
        self.assertEqual([(file["form"], file["extracted"]) for file in record["files"]],
                         [("stored", "whole/var/log/cron.1.gz"), ("decoded", "whole/var/log/cron.1.gz.text")])

    def test_of_a_damaged_log(self):
        cut = gzip.compress(evidence.LOG, mtime=0)[:-2000]
        image = self.image({"/var/log/cron": evidence.LOG, "/var/log/cron.1.gz": cut})
        record = self.extract(image, status=3)
        self.assertEqual((record["exit_status"], record["complete"]), (3, False))
        damaged = [file for file in record["files"] if file["damage"]]
        self.assertEqual([file["extracted"] for file in damaged], ["whole/var/log/cron.1.gz.text"])
        self.assertIn("NOT COMPLETE", self.text)
        self.assertRegex(self.text, r"(?m)^  damage +(from byte|bytes) \d+")
        # The exit status is a word for scripts; what is missing stays missing.
        record = self.extract(image, "--partial-ok", "--force")
        self.assertEqual((record["exit_status"], record["complete"]), (0, False))

    def test_of_a_log_of_which_no_byte_is_left(self):
        """It is copied for its name, as zeros: whoever reads what is missing finds it there."""
        raw = bytearray(program.RAW.read_bytes())
        size = -(-len(evidence.LOG) // 1024) * 1024
        start, end = evidence.LOG_START, evidence.LOG_START + size
        image = self.folder / "disk.raw"
        for lost in (8192, size):
            raw[start:start + lost] = bytes(lost)
            image.write_bytes(raw)
            image.with_suffix(".map").write_text(
                "# Mapfile. Created by GNU ddrescue version 1.27\n"
                f"0x0 + 1\n0x0 {start:#x} +\n{start:#x} {lost:#x} -\n"
                f"{start + lost:#x} {len(raw) - start - lost:#x} +\n")
            record = self.extract(image, "--force", status=3)
            self.assertEqual([file["extracted"] for file in record["files"]], ["whole/var/log/cron"])
            self.assertEqual(len(record["missing"]), 1 if lost == size else 0, record["missing"])
        self.assertIn(f"/var/log/cron was copied, and all of its {len(evidence.LOG):,} bytes are damaged", record["missing"][0])

    def test_of_an_input_that_failed(self):
        picture = self.folder / "photo.png"
        picture.write_bytes(evidence.PNG)
        record = self.extract(program.RAW, picture, status=3)
        self.assertFalse(record["complete"])
        self.assertEqual([input["name"] for input in record["inputs"]], [str(program.RAW)])
        self.assertIn("photo.png", record["errors"][0]["message"])
        self.assertRegex(self.text, r"(?m)^Error .*photo\.png")

    def test_no_other_record_is_overwritten(self):
        for name in ("CUSTODY.json", "CUSTODY.txt", "SHA256SUMS"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, name).write_text("kept")
                run = program.run("extract", program.RAW, "-d", folder)
                self.assertEqual(run.status, 2)
                self.assertIn(name, run.err)
                self.assertIn("--force", run.err)
                self.assertEqual(os.listdir(folder), [name])
                self.assertEqual(program.run("extract", program.RAW, "-d", folder, "--force").status, 0)
                self.assertNotEqual(pathlib.Path(folder, name).read_text(), "kept")

    def test_files_of_an_older_record_are_named_and_left(self):
        first = self.image({"/var/log/cron": evidence.LOG, "/var/log/cron.1": evidence.LOG})
        self.extract(first)
        first.unlink()
        (self.folder / "tree/var/log/cron.1").unlink()
        second = self.image({"/var/log/cron": evidence.LOG + evidence.LOG[-60:]})
        for _ in range(2):
            record = self.extract(second, "--force")
            self.assertEqual(record["earlier_files"], ["whole/var/log/cron.1"])
            self.assertTrue(record["complete"])
            self.assertRegex(self.text, r"(?m)^Of an earlier run +whole/var/log/cron\.1$")
            self.assertEqual((self.out / "whole/var/log/cron.1").read_bytes(), evidence.LOG)
            (self.out / "SHA256SUMS").unlink()  # as after an interrupt; the record has it from the one before
        run = program.run("extract", second, "-d", self.out, "--force")
        self.assertIn("note: whole/var/log/cron.1 is of an earlier extraction: it is left there", run.err)
        # What a user put there is no evidence of an earlier run.
        (self.out / "whole/var/log/cron.1").unlink()
        self.assertNotIn("earlier_files", self.extract(second, "--force"))

    def test_a_file_of_two_names_is_copied_once_and_has_both(self):
        images.write_tree(self.folder / "tree", {"/var/log/cron-20240310": evidence.LOG})
        os.link(self.folder / "tree/var/log/cron-20240310", self.folder / "tree/var/log/cron")
        record = self.extract("--root", self.folder / "tree")
        copied, = record["files"]
        self.assertEqual(sorted([copied["filename"], *copied["other_filenames"]]), ["/var/log/cron", "/var/log/cron-20240310"])
        self.assertIn("  also named", self.text)

    def test_an_older_record_seals_nothing_of_a_run_that_failed(self):
        image = self.image({"/var/log/cron": evidence.LOG})
        self.extract(image)
        (self.out / "whole/var/log/cron").unlink()
        (self.out / "whole/var/log/cron").mkdir()
        run = program.run("extract", image, "-d", self.out, "--force")
        self.assertNotEqual(run.status, 0)
        self.assertEqual([path.name for path in self.out.iterdir()], ["whole"])
        # Where nothing is read nothing is written, and the record stays true.
        (self.out / "whole/var/log/cron").rmdir()
        self.extract(image, "--force")
        sealed = sha256(self.out / "CUSTODY.json")
        self.assertEqual(program.run("extract", self.folder / "none", "-d", self.out, "--force").status, 1)
        self.assertEqual(sha256(self.out / "CUSTODY.json"), sealed)

    def test_a_log_that_cannot_be_read_is_named(self):
        for name in ("cron", "cron.1"):
            (self.folder / "root/var/log").mkdir(parents=True, exist_ok=True)
            (self.folder / "root/var/log" / name).write_bytes(evidence.LOG)
        (self.folder / "root/var/log/cron.1").chmod(0)
        # Root reads everything: it runs as nobody then, who may enter and write the folder.
        self.folder.chmod(0o777)
        done = subprocess.run([program.PROGRAM, "extract", "--root", self.folder / "root", "-d", self.out],
                              capture_output=True, check=False, timeout=program.TIMEOUT_SECONDS,
                              **({"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}))
        self.assertEqual(done.returncode, 3, done.stderr)
        [error] = rows.parse((self.out / "CUSTODY.json").read_text())["errors"]
        self.assertEqual(error["message"], f"{self.folder}/root: root:/var/log/cron.1: cannot be read")

    def test_words_of_the_command_line_are_escaped(self):
        record = self.extract(program.RAW, "--examiner", "A\x1b[31m\nCase      9")
        self.assertEqual(record["examiner"], "A\\x1b[31m\\x0aCase      9")
        self.assertNotRegex(self.text, re.compile("^Case", re.M))

    def test_sudo_is_told(self):
        run = program.run("extract", program.RAW, "-d", self.out, env={"SUDO_USER": "deputy"})
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(rows.parse((self.out / "CUSTODY.json").read_text())["user"]["sudo_user"], "deputy")

    def test_where_nothing_is_extracted_nothing_is_made(self):
        self.assertEqual(program.run("extract", self.image({"/etc/hostname": b"web01\n"}), "-d", self.out).status, 4)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    tap.main()
