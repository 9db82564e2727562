#!/usr/bin/python3
"""Deleted logs of XFS and btrfs, which keep no map of a deleted file: lines come back from free space and slack.

The kernel makes the evidence.
"""

import contextlib
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import btrfs_images, tap, xfs_images  # noqa: E402
from tests.support.images import run  # noqa: E402
from tests.support.recovery import RecoveryTest, Scan, append_slowly, cron_lines  # noqa: E402


class TreeRecovery(RecoveryTest):
    def log_folder(self, root, below=""):
        if root is None:
            self.skipTest("the kernel does not mount it")
        log = pathlib.Path(root) / below / "var/log"
        log.mkdir(parents=True, exist_ok=True)
        return log

    def removed(self, support, image, name, below="", least=0.98):
        """A log is deleted beside one that lives and another file that must not come back."""
        live, gone = cron_lines(10, first_day=41), cron_lines(40)
        other = cron_lines(10, first_day=70, seed=9)
        with support.mounted(image) as root:
            log = self.log_folder(root, below)
            append_slowly(log / "cron.1", gone)
            append_slowly(log / "cron", live)
            (pathlib.Path(root) / "notes").write_text("".join(other))
            os.sync()
        with support.mounted(image) as root:
            (self.log_folder(root, below) / "cron.1").unlink()
            run("sync", "-f", root)
        scan = Scan(self, image)
        self.assertEqual(scan.status, 0, scan.err)
        self.check(name, scan, set(gone), least)
        self.assertEqual(scan.methods(), {"carved_unallocated"})
        self.assertFalse(set(scan.lines) & set(other))
        self.assertEqual(len(scan.live), len(live))
        whole = "".join(gone).encode()
        for found in self.extracted(image).values():
            self.assertIn(found.strip(b"\n"), whole)


class XfsRecovery(TreeRecovery):
    def make(self, *options):
        self.need("mkfs.xfs", "xfs_io")
        return xfs_images.make(self.folder() / "image.raw", *options)

    def test_removed(self):
        for options in ((), ("-b", "size=1024"), ("-m", "reflink=0")):
            with self.subTest(options):
                self.removed(xfs_images, self.make(*options), f"removed, XFS {' '.join(options)}")

    def test_slack(self):
        """A live log gets blocks that a deleted one had, and never writes them."""
        image = self.make()
        live, gone = cron_lines(10, first_day=41), cron_lines(20)
        with xfs_images.mounted(image) as root:
            log = self.log_folder(root)
            (log / "cron").write_text("".join(live))
            (log / "cron.1").write_text("".join(gone))
            os.sync()
            # No room is left but that of cron.1.
            with open(root / "filler", "wb", buffering=0) as file:
                for size in (1 << 20, 1 << 12):
                    with contextlib.suppress(OSError):
                        while True:
                            file.write(bytes(size))
            os.sync()
            (log / "cron.1").unlink()
            run("sync", "-f", root)
            run("xfs_io", "-c", "falloc -k 700k 300k", log / "cron")
            run("sync", "-f", root)
        text = set(image.read_bytes().split(b"\n"))
        left = {line for line in gone if line.encode()[:-1] in text}
        self.assertGreater(len(left), 0.5 * len(gone))
        scan = Scan(self, image)
        self.assertEqual(scan.status, 0, scan.err)
        self.check("slack, XFS", scan, left, 0.9, gone)
        self.assertIn("carved_slack", scan.methods())
        self.assertEqual(len(scan.live), len(live))

    def test_sed(self):
        image = self.make()
        lines = cron_lines(40)
        night = {line for line in lines if line.startswith("Oct 20 0")}
        with xfs_images.mounted(image) as root:
            log = self.log_folder(root)
            append_slowly(log / "cron", lines)
            os.sync()
            run("sed", "-i", "/^Oct 20 0/d", log / "cron")
            os.sync()
        scan = Scan(self, image)
        self.check("sed -i, XFS", scan, night, 0.98)
        scan.check_removed_night(len(night))
        self.assertEqual(len(scan.live), len(lines) - len(night) + 1)


class BtrfsRecovery(TreeRecovery):
    def make(self, *options, size="256M"):
        self.need("mkfs.btrfs", "btrfs")
        return btrfs_images.make(self.folder() / "image.raw", *options, size=size)

    def test_removed(self):
        for options in ((), ("-d", "dup"), ("--mixed",), ("-m", "single", "--csum", "xxhash")):
            with self.subTest(options):
                self.removed(btrfs_images, self.make(*options), f"removed, btrfs {' '.join(options)}")

    def test_removed_from_a_subvolume(self):
        image = self.make()
        with btrfs_images.mounted(image) as root:
            if root is None:
                self.skipTest("the kernel does not mount it")
            btrfs_images.btrfs("subvolume", "create", root / "@")
        self.removed(btrfs_images, image, "removed, btrfs subvolume", below="@")

    def test_a_snapshot_keeps_it(self):
        """What a snapshot still has is no free space: it comes from the snapshot, as a live file of that."""
        image = self.make()
        gone = cron_lines(20)
        with btrfs_images.mounted(image) as root:
            log = self.log_folder(root)
            append_slowly(log / "cron.1", gone, pieces=1)
            os.sync()
            btrfs_images.btrfs("subvolume", "snapshot", "-r", root, root / "snapshot")
            (log / "cron.1").unlink()
            os.sync()
        scan = Scan(self, image)
        self.assertEqual(scan.recovered, [])
        self.assertEqual(len(scan.live), len(gone))

    def test_a_chunk_that_was_given_back(self):
        """The whole device's free space is searched, that outside of all chunks too."""
        image = self.make(size="1G")
        gone = cron_lines(40)
        with btrfs_images.mounted(image) as root:
            log = self.log_folder(root)
            (pathlib.Path(root) / "big").write_bytes(random.Random(1).randbytes(200 << 20))
            append_slowly(log / "cron.1", gone)
            os.sync()
            (log / "cron.1").unlink()
            (pathlib.Path(root) / "big").unlink()
            os.sync()
            btrfs_images.btrfs("balance", "start", "-dusage=0", root)
        scan = Scan(self, image)
        self.check("chunk given back, btrfs", scan, set(gone), 0.98)


if __name__ == "__main__":
    tap.main()
