#!/usr/bin/python3
"""Journals of ext3 and ext4 that wait: every file as the kernel gives it after its own replay."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import dirty_ext, images, tap  # noqa: E402

LOGS = "var/log"

# name, mkfs options, mount options, size, rounds of writing
CASES = [
    ("ext4 defaults", ["-t", "ext4"], "", "64M", 12),
    ("ext4 1k", ["-t", "ext4", "-b", "1024"], "", "32M", 12),
    ("ext4 2k", ["-t", "ext4", "-b", "2048"], "", "32M", 12),
    ("ext4 4k without 64bit: v3 tags of 32 bits", ["-t", "ext4", "-b", "4096", "-O", "^64bit"], "",
     "64M", 12),
    ("ext4 without metadata_csum: v1 tags", ["-t", "ext4", "-O", "^metadata_csum"], "", "64M", 12),
    ("ext4 without metadata_csum and 64bit", ["-t", "ext4", "-O", "^metadata_csum,^64bit"], "",
     "64M", 12),
    ("ext3", ["-t", "ext3", "-b", "1024"], "", "32M", 12),
    ("ext3 4k, data=journal", ["-t", "ext3", "-b", "4096"], "data=journal", "64M", 12),
    ("ext4 data=journal", ["-t", "ext4", "-b", "1024"], "data=journal", "64M", 12),
    ("ext4 data=writeback", ["-t", "ext4", "-b", "1024"], "data=writeback", "32M", 12),
    ("commit checksum (v1)", ["-t", "ext4", "-O", "^metadata_csum"], "journal_checksum", "64M", 12),
    ("commit checksum, async commit", ["-t", "ext4", "-O", "^metadata_csum"],
     "journal_async_commit,data=writeback", "64M", 12),
    ("block checksums, async commit", ["-t", "ext4"], "journal_async_commit,data=writeback", "64M",
     12),
    ("small journal that wraps", ["-t", "ext4", "-b", "1024", "-J", "size=1"], "", "64M", 150),
    ("small journal that wraps, data=journal", ["-t", "ext4", "-b", "1024", "-J", "size=1"],
     "data=journal", "64M", 60),
    ("small journal that wraps, ext3", ["-t", "ext3", "-b", "1024", "-J", "size=1"], "", "64M", 150),
    ("bigalloc", ["-t", "ext4", "-b", "1024", "-O", "bigalloc", "-C", "16384"], "", "64M", 12),
    ("inline_data", ["-t", "ext4", "-O", "inline_data", "-I", "256"], "", "64M", 12),
    ("meta_bg", ["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode"], "", "64M", 12),
    ("small inodes", ["-t", "ext3", "-b", "1024", "-I", "128"], "", "32M", 12),
]


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_rounds(root, rounds):
    """Appends, rotates, deletes and reuses, as a busy host does; each round is committed."""
    logs = root / LOGS
    logs.mkdir(parents=True, exist_ok=True)
    for i in range(rounds):
        append(logs / "cron", images.log_text(5_000 + 531 * (i % 7), seed=i))
        # A directory and a file that come and go: their blocks are revoked, then used as data.
        folder = root / f"spool{i % 3}"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        for j in range(30):
            (folder / f"a-name-that-fills-the-directory-{i}-{j:040}").write_bytes(b"x" * (j * 97))
        (logs / f"cron-small{i % 5}").write_bytes(images.log_text(60 + i, seed=i))
        if i % 4 == 3:
            # Begins with jbd2's own magic number, in each block: escaped where data is journalled.
            block = b"\xc0\x3b\x39\x98" + images.log_text(1020, seed=i)
            append(logs / "cron-magic", block * 8)
        if i % 6 == 5:
            os.replace(logs / "cron", logs / f"cron.{i % 4}")
        dirty_ext.commit(logs)


class Journals(images.ImageTest):
    reason = None

    def setUp(self):
        super().setUp()
        self.need("mkfs.ext4", "mkfs.ext3", "mount", "umount")
        if Journals.reason is None:
            with tempfile.TemporaryDirectory() as folder:
                Journals.reason = dirty_ext.can_mount(pathlib.Path(folder))
        if Journals.reason:
            self.skipTest(f"{len(CASES)} journals not made: {Journals.reason}")

    def dirty_image(self, folder, options, mount_options, size, work):
        """Mounts, works, and copies the image as it is while it is mounted."""
        image = folder / "live.raw"
        images.run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", *options, image, size)
        with dirty_ext.mounted(image, folder / "live", mount_options) as root:
            work(root)
            copy = dirty_ext.copy_image(image, folder / "dirty.raw")
        image.unlink()
        return copy

    def compare(self, image, folder):
        """Ours against the kernel's: every log, and no word of anything missing."""
        want = {path: both for path, both in dirty_ext.kernel_view(image, folder).items()
                if path.startswith(f"/{LOGS}/")}
        listing = images.list_logs(image, "*")
        got = {row["path"]: (row["sha256"], row["size"]) for row in listing.files.values()}
        self.assertEqual(got, want)
        self.assertGreater(len(want), 3)
        self.assertEqual(listing.messages(), [])
        for row in listing.files.values():
            self.assertEqual(row["damage"], [])
        return listing

    def test_every_kind_of_journal_is_replayed_as_by_the_kernel(self):
        for name, options, mount_options, size, rounds in CASES:
            with self.subTest(name):
                folder = self.folder()
                try:
                    image = self.dirty_image(folder, options, mount_options, size,
                                             lambda root, n=rounds: write_rounds(root, n))
                except dirty_ext.NoMount as error:
                    self.skipTest(f"{name}: {error}")
                self.assertIn("needs_recovery", images.run("dumpe2fs", "-h", image).decode())
                self.compare(image, folder)


if __name__ == "__main__":
    tap.main()
