#!/usr/bin/python3
"""Journals of ext3 and ext4 that wait: every file as the kernel gives it after its own replay."""

import os
import pathlib
import random
import re
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
        self.need("mkfs.ext4", "debugfs", "e2fsck", "dumpe2fs", "mount", "umount", "losetup")
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
        # Else the image was clean in all but name, and the test showed nothing.
        self.assertTrue(any(row["replayed"] for row in listing.files.values()))
        return listing

    def test_every_kind_of_journal_is_replayed_as_by_the_kernel(self):
        for name, options, mount_options, size, rounds in CASES:
            with self.subTest(name):
                folder = self.folder()
                try:
                    for _ in range(3):  # a busy kernel may have written all back before the copy
                        image = self.dirty_image(folder, options, mount_options, size,
                                                 lambda root, n=rounds: write_rounds(root, n))
                        if any(row["replayed"] for row in images.list_logs(image, "*").files.values()):
                            break
                except dirty_ext.NoMount as error:
                    self.skipTest(f"{name}: {error}")
                self.assertIn("needs_recovery", images.run("dumpe2fs", "-h", image).decode())
                self.compare(image, folder)

    def before(self, image, inode, folder):
        """A file as it is without the replay, by debugfs; None where the inode holds none."""
        stat = images.run("debugfs", "-R", f"stat <{inode}>", image).decode()
        links = re.search(r"Links: (\d+)", stat)
        if "Type: regular" not in stat or links is None or links.group(1) == "0":
            return None, None
        target = folder / "before.bin"
        images.run("debugfs", "-R", f"dump <{inode}> {target}", image)
        return re.search(r"Generation: (\d+)", stat).group(1), target.read_bytes()

    def test_what_is_told_of_the_replay_is_what_differs_without_it(self):
        for options, mount_options in ((["-t", "ext4", "-b", "1024"], ""),
                                       (["-t", "ext3", "-b", "4096"], "data=journal")):
            folder = self.folder()
            image = self.dirty_image(folder, options, mount_options, "64M",
                                     lambda root: write_rounds(root, 12))
            listing = self.compare(image, folder)
            kernel = dirty_ext.copy_image(image, folder / "kernel.raw")
            told = 0
            with dirty_ext.mounted(kernel, folder / "kernel") as root:
                for row in listing.files.values():
                    with self.subTest(f"{options} {row['path']}"):
                        path = root / row["path"].lstrip("/")
                        now = path.read_bytes()
                        generation, old = self.before(image, row["inode"], folder)
                        ranges = row["replayed"]
                        told += sum(end - begin for begin, end in ranges)
                        inside = bytearray(len(now))
                        for begin, end in ranges:
                            inside[begin:end] = b"x" * (end - begin)
                        if old is None or generation != str(dirty_ext.generation(path)):
                            self.assertEqual(bytes(inside), b"x" * len(now))
                            continue
                        differs = {at for at in range(len(now))
                                   if at >= len(old) or now[at] != old[at]}
                        self.assertEqual({at for at in differs if not inside[at]}, set())
                        for begin, end in ranges:  # and none begins or ends with what is the same
                            self.assertTrue(begin in differs and end - 1 in differs)
            self.assertGreater(told, 1000)

    def test_crashes(self):
        for flag in (dirty_ext.FLUSH_LOG, dirty_ext.NO_FLUSH):
            with self.subTest(flag):
                folder = self.folder()

                def work(root, flag=flag):
                    write_rounds(root, 9)
                    (root / LOGS / "cron.late").write_bytes(b"not on disk yet")
                    dirty_ext.shut_down(root, flag)

                image = self.dirty_image(folder, ["-t", "ext4", "-b", "1024"], "", "32M", work)
                self.compare(image, folder)

    def test_orphans_do_not_change_a_log(self):
        """Files that are open and unlinked, and a truncation that waits: the kernel clears them up
        when it mounts; no byte of a file with a name is another for it."""
        folder = self.folder()
        held = []

        def work(root):
            write_rounds(root, 8)
            for name in ("held1", "held2"):
                held.append(open(root / name, "wb"))
                held[-1].write(images.log_text(50_000))
                held[-1].flush()
                os.unlink(root / name)
            os.truncate(root / LOGS / "cron", 3_000)
            append(root / LOGS / "cron", b"root (11/05-10:00:00-7) CMD (after the trim)\n")
            copied.append(dirty_ext.copy_image(folder / "live.raw", folder / "held.raw"))
            for file in held:
                file.close()

        copied = []
        self.dirty_image(folder, ["-t", "ext4", "-b", "1024"], "", "32M", work)
        self.compare(copied[0], folder)

    def test_fast_commits_are_said_and_nothing_else_is_lost(self):
        folder = self.folder()

        def work(root):
            write_rounds(root, 6)
            for i in range(20):
                append(root / LOGS / "cron", images.log_text(700, seed=i))

        image = self.dirty_image(folder, ["-t", "ext4", "-b", "1024", "-O", "fast_commit"], "", "64M",
                                 work)
        kernel = dirty_ext.kernel_view(image, folder)
        listing = images.list_logs(image, "*")
        stale = [row["path"] for row in listing.files.values()
                 if (row["sha256"], row["size"]) != kernel.get(row["path"])]
        if not stale and not listing.messages():
            self.skipTest("this kernel wrote no fast commit")
        self.assertEqual(len(listing.messages()), 1)
        self.assertIn("fast commits", listing.messages()[0])
        self.assertIn("newest records", listing.messages()[0])

    def test_a_journal_that_is_hit_is_never_silent(self):
        folder = self.folder()
        image = self.dirty_image(folder, ["-t", "ext4", "-b", "1024", "-J", "size=4"], "", "32M",
                                 lambda root: write_rounds(root, 12))
        good = {path: row["sha256"] for path, row in images.list_logs(image, "*").files.items()}
        log = images.run("debugfs", "-R", "logdump -a", image).decode()
        # Not of the last transaction: without its commit block it was never finished, and a kernel
        # that dies while it writes leaves the same.
        whole = log[:log.rindex("(descriptor block)")]
        copies = re.findall(r"logged at journal block (\d+)", whole)
        descriptors = re.findall(r"\(descriptor block\) at block (\d+)", whole)
        table = images.run("debugfs", "-R", "bmap <8> 0", image).decode()
        first = int(table.split()[-1])
        pick = random.Random(3)
        told = 0
        for number in pick.sample(copies, 25) + pick.sample(descriptors, 10):
            place = int(images.run("debugfs", "-R", f"bmap <8> {number}", image).split()[-1]) * 1024
            self.assertGreaterEqual(place, first * 1024)
            with open(image, "r+b") as file:
                file.seek(place + pick.randrange(1024))
                byte = file.read(1)
                file.seek(-1, 1)
                file.write(bytes([byte[0] ^ 1 << pick.randrange(8)]))
                file.flush()
                try:
                    listing = images.list_logs(image, "*")
                finally:
                    file.seek(-1, 1)
                    file.write(byte)
            now = {path: row["sha256"] for path, row in listing.files.items()}
            told += bool(listing.messages())
            self.assertTrue(now == good or listing.messages(), f"block {number} at {place}")
        self.assertGreaterEqual(told, 10)  # of descriptors, each

    def test_a_clean_filesystem_is_not_replayed(self):
        folder = self.folder()
        image = self.dirty_image(folder, ["-t", "ext4", "-b", "1024"], "", "32M",
                                 lambda root: write_rounds(root, 5))
        with dirty_ext.mounted(image, folder / "again"):
            pass
        listing = images.list_logs(image, "*")
        self.assertEqual(listing.messages(), [])
        for row in listing.files.values():
            self.assertEqual(row["replayed"], [])

    def test_a_journal_elsewhere_is_said(self):
        folder = self.folder()
        device, image = folder / "journal.raw", folder / "live.raw"
        images.run("mkfs.ext4", "-q", "-F", "-b", "4096", "-O", "journal_dev", device, "16M")
        loop = images.run("losetup", "-f", "--show", device).decode().strip()
        try:
            images.run("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", f"device={loop}", image, "64M")
            with dirty_ext.mounted(image, folder / "live") as root:
                write_rounds(root, 5)
                copy = dirty_ext.copy_image(image, folder / "dirty.raw")
        finally:
            images.run("losetup", "-d", loop)
        listing = images.list_logs(copy, "*")
        self.assertEqual(len(listing.messages()), 1)
        self.assertIn("device of its own", listing.messages()[0])


if __name__ == "__main__":
    tap.main()
