#!/usr/bin/python3
"""Images that a real kernel wrote: what comes out hashes as their manifest says."""

import csv
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, tap  # noqa: E402

FOLDER = program.SHARED / "images"


class SharedImages(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not (FOLDER / "manifest.tsv").exists():
            self.skipTest("the shared images are not present")
        with (FOLDER / "manifest.tsv").open() as file:
            self.manifest = list(csv.DictReader(file, delimiter="\t"))

    def listing(self, name):
        if name.endswith(".E01"):
            stem = name.removesuffix(".E01")
            return images.list_logs(",".join(sorted(map(str, FOLDER.glob(stem + ".E0?")))),
                                    "cron*", "auth.log", "wtmp")
        self.need("zstd")
        raw = self.folder() / name
        subprocess.run([images.tool("zstd"), "-qd", "--sparse", FOLDER / f"{name}.zst", "-o", raw],
                       check=True)
        return images.list_logs(raw, "cron*", "auth.log", "wtmp")

    def check(self, name, skip=()):
        listing = self.listing(name)
        by_path = {file["path"]: file["text_sha256"] or file["sha256"]
                   for file in listing.files.values()}
        for row in self.manifest:
            if row["image"] == name and row["path_on_volume"] not in skip:
                with self.subTest(row["path_on_volume"]):
                    self.assertEqual(by_path.get(row["path_on_volume"]), row["sha256"])
        return listing

    def test_readable_images_are_silent(self):
        for name in ("01-mbr-ext4.raw", "03-gpt-var.raw", "04b-plain-ext2-1k.raw",
                     "05b-gpt-var-split.E01", "07-rotated-ext4.raw"):
            self.assertEqual(self.check(name).messages(), [])

    def test_xfs_on_a_logical_volume(self):
        listing = self.check("02-gpt-lvm-xfs.raw")
        self.assertEqual(listing.messages(), [])
        self.assertIn("lvm-rhel-var:/log/cron", listing.files)
        self.assertEqual(listing.volumes["p3"]["unsupported"], "")

    def test_a_journal_that_waits_is_replayed(self):
        listing = self.check("07c-dirty-journal-ext4.raw")
        self.assertEqual(listing.messages(), [])
        replayed = {path.partition(":")[2]: row["replayed"] for path, row in listing.files.items()}
        # The log grew by these bytes after the last time its inode was written home; cron.1 was
        # made after it.
        self.assertEqual(replayed["/var/log/cron"], [[451915, 471915]])
        self.assertEqual(replayed["/var/log/cron.1"], [[0, 70083]])


if __name__ == "__main__":
    tap.main()
