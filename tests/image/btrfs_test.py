#!/usr/bin/python3
"""btrfs is read as the kernel reads it: files of every form, subvolumes, checksums, copies, damage."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import btrfs_images, images, tap, xfs_images  # noqa: E402
from tests.support.images import log_text, run, sha256  # noqa: E402

LOG = log_text(3_000_098)
# name, options of mkfs.btrfs, of mount
CASES = [
    ("defaults", [], []),
    ("zlib", [], ["compress-force=zlib"]),
    ("lzo", [], ["compress-force=lzo"]),
    ("zstd", [], ["compress-force=zstd:15"]),
    ("nodes of 4 KiB, single metadata", ["-n", "4096", "-m", "single"], []),
    ("nodes of 64 KiB, zstd", ["-n", "65536"], ["compress=zstd"]),
    ("xxhash64", ["--csum", "xxhash"], []),
    ("sha256", ["--csum", "sha256"], ["compress-force=zstd"]),
    ("blake2b", ["--csum", "blake2"], []),
    ("dup data", ["-d", "dup"], []),
    ("mixed groups", ["--mixed"], []),
    ("holes are recorded", ["-O", "^no-holes"], []),
    ("no checksums of data", [], ["nodatasum"]),
    ("all inline", [], ["max_inline=4095"]),
]
# A snapshot has a name for a subvolume of its origin, and the kernel makes an empty directory of it
# whose times are no times of the disk.
STAND_IN = "/snapshots/1/var/log"


class Btrfs(images.ImageTest):
    def setUp(self):
        super().setUp()
        self.need("mkfs.btrfs", "btrfs", "mount", "umount")

    def filled(self, options=(), mount=(), fill=btrfs_images.fill):
        """An image that the kernel filled, and its view of it."""
        image = btrfs_images.make(self.folder() / "image.raw", *options)
        with btrfs_images.mounted(image, *mount) as root:
            if root is None:
                self.skipTest("this system mounts no btrfs for us")
            fill(root)
        with btrfs_images.mounted(image, "ro") as root:
            return image, xfs_images.kernel_view(root)

    def check(self, image, view, warnings=()):
        tree = xfs_images.Tree(image)
        self.assertIsNone(tree.unsupported)
        have = tree.view()
        wrong = {path: (have.get(path), view.get(path)) for path in {*have, *view}
                 if have.get(path) != view.get(path) and path != STAND_IN}
        self.assertEqual(dict(sorted(wrong.items())[:5]), {})
        self.assertEqual((tree.file_damage(), tree.errors(), tree.damage), ({}, {}, []))
        self.assertEqual(tree.warnings, list(warnings))
        return tree

    def test_features(self):
        for name, options, mount in CASES:
            with self.subTest(name):
                image, view = self.filled(options, mount)
                self.assertGreater(len(view), 300)
                self.assertEqual(view["/var/log/cron"][3], sha256(LOG))
                tree = self.check(image, view)
                self.assertEqual(tree.files[STAND_IN]["kind"], "directory")
                self.assertNotIn(STAND_IN + "/cron", tree.files)

    def test_grub_reads_the_same(self):
        self.need("grub-fstest")
        image, view = self.filled(mount=["compress-force=zstd"])
        for path in ("/var/log/cron", "/var/log/cron-700", "/sizes/text-131073"):
            out = self.folder() / "out"
            run("grub-fstest", image, "cp", f"(loop0){path}", out)
            self.assertEqual(sha256(out.read_bytes()), view[path][3], path)

    def test_without_a_mount(self):
        folder = self.folder()
        tree = images.write_tree(folder / "tree", {"/var/log/cron": LOG, "/var/log/cron.1": b"short\n"},
                                 {"/var/log/cron.link": "cron"})
        image = btrfs_images.make(folder / "image.raw", "--rootdir", tree)
        listing = images.list_logs(image)
        self.assertEqual({name: (file["sha256"], file["damage"]) for name, file in listing.files.items()},
                         {"whole:/var/log/cron": (sha256(LOG), []),
                          "whole:/var/log/cron.1": (sha256(b"short\n"), [])})
        self.assertEqual(listing.messages(), [])
        self.assertEqual(listing.volumes["whole"]["reader"], "btrfs")
        self.assertLess(listing.cost["read_bytes"], 1.2 * len(LOG) + images.MIB)

    def test_each_tree_is_a_volume_and_each_log_is_found_once(self):
        def fill(root):
            for name in ("@", "@/var/log", "@log", "home", "plain"):
                folder = root / name
                folder.parent.mkdir(parents=True, exist_ok=True)
                btrfs_images.btrfs("subvolume", "create", folder)
            images.write_tree(root, {"/@/etc/hostname": b"web01\n", "/@/var/log/cron": b"nested\n",
                                     "/@log/cron": b"apart\n", "/plain/var/log/cron": b"plain\n",
                                     "/home/web/cron": b"no log\n"})
            btrfs_images.btrfs("subvolume", "snapshot", "-r", root / "plain", root / "old")
            images.write_tree(root, {"/plain/var/log/cron": b"plain\nlater\n"})

        image, _ = self.filled(fill=fill)
        listing = images.list_logs(image)
        want = {"whole:@/var/log:/cron": b"nested\n", "whole:@log:/cron": b"apart\n",
                "whole:plain:/var/log/cron": b"plain\nlater\n", "whole:old:/var/log/cron": b"plain\n"}
        self.assertEqual({name: file["sha256"] for name, file in listing.files.items()},
                         {name: sha256(data) for name, data in want.items()})
        self.assertEqual(listing.messages(), [])
        spec = listing.files["whole:@/var/log:/cron"]["path_spec"][0]
        self.assertEqual((spec["type"], spec["location"], spec["inode"]), ("BTRFS", "/@/var/log/cron", 257))
        # The tree that it hangs in has the /etc; `plain` and its snapshot have none of their own.
        names = {folder["volume"]: folder["hostname"] for folder in listing.folders}
        self.assertEqual(names["whole:@/var/log"], "web01")
        self.assertEqual(sorted(listing.volumes),
                         ["whole", "whole:@", "whole:@/var/log", "whole:@log", "whole:home", "whole:old",
                          "whole:plain"])

    def small(self, *options, mount=()):
        def fill(root):
            images.write_tree(root, {"/var/log/cron": log_text(100_000), "/var/log/cron.1": b"inline\n"})
        return self.filled(options, mount, fill=fill)

    def test_flipped_bits_in_data_are_damage(self):
        for options, want_damage in (([], True), (["-d", "dup"], False), (["--csum", "sha256"], True)):
            with self.subTest(options):
                image, view = self.small(*options)
                places = btrfs_images.copies_of(image, log_text(100_000)[20_000:20_100])
                btrfs_images.flip(image, places[0])
                tree = xfs_images.Tree(image)
                file = tree.files["/var/log/cron"]
                if want_damage:
                    self.assertEqual(file["damage"], [[16384, 20480, "btrfs checksum does not match"]])
                    self.assertEqual(tree.warnings, [])
                else:
                    self.assertEqual((len(places), file["damage"], file["sha256"]),
                                     (2, [], view["/var/log/cron"][3]))
                    self.assertIn("their other copy is read", tree.warnings[0])

    def test_flipped_bits_in_compressed_data_are_damage(self):
        for kind in ("zlib", "lzo", "zstd"):
            with self.subTest(kind):
                image, _ = self.small(mount=[f"compress-force={kind}"])
                before = xfs_images.Tree(image).files["/var/log/cron"]
                self.assertEqual(before["damage"], [])
                with btrfs_images.mounted(image, "ro") as root:
                    shown = run("filefrag", "-v", "-b4096", root / "var/log/cron").decode()
                row = next(line for line in shown.splitlines() if line.strip().startswith("0:"))
                logical = int(row.split(":")[2].split("..")[0]) * 4096
                self.need("btrfs-map-logical")
                btrfs_images.flip(image, btrfs_images.physical(image, logical)[0] + 4096 + 10)
                after = xfs_images.Tree(image).files["/var/log/cron"]
                (begin, end, reason), = after["damage"]
                # What comes before the damage is unpacked: zlib and lzo a part of it, zstd whole blocks.
                self.assertTrue((kind == "zstd" or begin > 0) and begin < end <= 100_000, after)
                self.assertEqual(reason, "compressed extent: btrfs checksum does not match")

    def test_damaged_tree_blocks(self):
        for options, harmless in (([], True), (["-m", "single"], False)):
            with self.subTest(options):
                image, view = self.small(*options)
                places = btrfs_images.live(image, b"inline\n")
                self.assertEqual(len(places), 2 if harmless else 1)
                btrfs_images.flip(image, places[0] + 2)
                tree = xfs_images.Tree(image)
                inline = tree.files["/var/log/cron.1"]
                if harmless:
                    self.assertEqual((inline["damage"], inline["sha256"]), ([], view["/var/log/cron.1"][3]))
                    self.assertIn("another copy is read", "".join(tree.warnings))
                else:
                    self.assertEqual(inline["damage"],
                                     [[0, 7, "it is kept in a tree block that is damaged"]])
                    self.assertIn("is read although its checksum does not match", "".join(tree.warnings))
                # The bytes of the other file are vouched for by their own checksums.
                self.assertEqual(tree.files["/var/log/cron"]["sha256"], view["/var/log/cron"][3])

    def test_a_tree_block_lost_altogether_is_told(self):
        image, _ = self.small()
        for place in btrfs_images.live(image, b"inline\n"):
            with open(image, "r+b") as file:
                file.seek(place // 16384 * 16384)
                file.write(os.urandom(16384))
        listing = images.list_logs(image)
        self.assertEqual(listing.files, {})
        self.assertIn("names may be missing", "".join(listing.messages()))

    def test_the_superblock_s_copy(self):
        image, view = self.small()
        with open(image, "r+b") as file:
            file.seek(65536)
            file.write(bytes(4096))
        tree = xfs_images.Tree(image)
        self.assertEqual(tree.files["/var/log/cron"]["sha256"], view["/var/log/cron"][3])
        self.assertIn("its copy at byte 67108864 is read", "".join(tree.warnings))

    def test_truncated_image(self):
        image, view = self.small("-m", "single")
        place = btrfs_images.copies_of(image, log_text(100_000)[:100])[0]
        # The data of the only file come last, or the metadata do: either is said.
        os.truncate(image, place + 40_000)
        listing = images.list_logs(image)
        told = "".join(listing.messages()) + str(listing.files)
        self.assertIn("truncated", told)
        for file in listing.files.values():
            self.assertTrue(file["damage"] or file["sha256"] in {row[3] for row in view.values()}, file)

    def dirty(self, work, mount=()):
        """An image as it was while it was mounted, after `work`, and the kernel's view of it once it replayed."""
        folder = self.folder()
        image = btrfs_images.make(folder / "image.raw")
        with btrfs_images.mounted(image, *mount) as root:
            if root is None:
                self.skipTest("this system mounts no btrfs for us")
            btrfs_images.btrfs("subvolume", "create", root / "@")
            for top in (root, root / "@"):
                images.write_tree(top, {"/var/log/cron": LOG, "/var/log/cron.1": b"inline\n",
                                        "/var/log/old": b"old\n", "/var/log/gone": b"gone\n",
                                        "/var/log/sparse": bytes(1 << 20)})
        # What was made since the mount, or needs a new chunk, is committed by its fsync, not logged.
        with btrfs_images.mounted(image, "commit=300", *mount) as root:
            (root / "room").write_bytes(os.urandom(10 << 20))
            os.sync()
            with open(root / "room", "ab") as file:
                file.write(b"more")
                file.flush()
                os.fsync(file.fileno())
            os.sync()
            work(root)
            dirty = btrfs_images.copy(image, folder / "dirty.raw")
        replayed = btrfs_images.copy(dirty, folder / "replayed.raw")
        with btrfs_images.mounted(replayed) as root:
            view = xfs_images.kernel_view(root)
        return dirty, view

    def test_the_log_tree_is_replayed_as_the_kernel_does(self):
        def append(root, name, data):
            with open(root / name, "ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())

        def appended(root):
            append(root, "var/log/cron", log_text(200_000, seed=8))
            append(root, "var/log/cron", log_text(70, seed=9))
            append(root, "@/var/log/cron", log_text(33_333, seed=10))
            append(root, "var/log/cron.1", b"more\n")

        def grown_out_of_inline(root):
            append(root, "var/log/cron.1", log_text(9_000, seed=11))

        def created(root):
            append(root, "var/log/cron.new", b"new\n")
            (root / "var/log/dir").mkdir()
            append(root, "var/log/dir/cron", log_text(123_456, seed=12))

        def rotated(root):
            os.rename(root / "var/log/cron", root / "var/log/cron-20251125")
            append(root, "var/log/cron-20251125", b"last\n")
            append(root, "var/log/cron", b"first\n")

        def truncated(root):
            with open(root / "var/log/cron", "r+b") as file:
                file.truncate(1_234_567)
                file.seek(10_000)
                file.write(b"overwritten\n" * 3000)
                os.fsync(file.fileno())

        def holes(root):
            with open(root / "var/log/sparse", "r+b") as file:
                os.posix_fallocate(file.fileno(), 2 << 20, 1 << 17)
                file.seek(5 << 20)
                file.write(b"far\n")
                os.fsync(file.fileno())

        def removed(root):
            os.unlink(root / "var/log/gone")
            os.rename(root / "var/log/old", root / "var/log/older")
            folder = os.open(root / "var/log", os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

        def linked(root):
            os.link(root / "var/log/cron", root / "var/log/second-name")
            append(root, "var/log/cron", b"line\n")

        for work in (appended, grown_out_of_inline, created, rotated, truncated, holes, removed, linked):
            for mount in ((), ("compress-force=zstd",)):
                with self.subTest(work.__name__, mount=mount):
                    # A busy machine may commit in between, or while the image is copied: once more then.
                    for _ in range(4):
                        image, view = self.dirty(work, mount)
                        tree = xfs_images.Tree(image)
                        if btrfs_images.dump_super(image)["log_root"] != "0" and not tree.warnings:
                            break
                    have = tree.view()
                    # The sizes and times of directories are the kernel's bookkeeping.
                    wrong = {path: (have.get(path), view.get(path)) for path in {*have, *view}
                             if have.get(path) != view.get(path)
                             and "directory" not in (have.get(path, [0])[0], view.get(path, [0])[0])}
                    self.assertEqual(wrong, {})
                    self.assertEqual({path for path in have}, set(view))
                    self.assertEqual((tree.file_damage(), tree.errors(), tree.warnings), ({}, {}, []))
                    self.assertNotEqual(btrfs_images.dump_super(image)["log_root"], "0")
                    replayed = {path: row["replayed"] for path, row in tree.files.items() if "replayed" in row}
                    self.assertNotIn("/@/var/log/old", replayed)
                    if work is appended:
                        self.assertEqual(sorted(replayed), ["/@/var/log/cron", "/var/log/cron", "/var/log/cron.1"])
                        self.assertEqual(replayed["/var/log/cron.1"], [[0, 12]])
                        (begin, end), = replayed["/var/log/cron"]
                        self.assertEqual(end, 3_200_168)
                        # From the sector on that the old last line ended in.
                        self.assertTrue(len(LOG) - 131_072 <= begin <= len(LOG), begin)

    def test_a_damaged_log_tree_is_told(self):
        def work(root):
            with open(root / "var/log/cron", "ab") as file:
                file.write(log_text(200_000, seed=8))
                file.flush()
                os.fsync(file.fileno())
        image, _ = self.dirty(work)
        places = btrfs_images.blocks_at(image, int(btrfs_images.dump_super(image)["log_root"]))
        self.assertEqual(len(places), 2)
        for place in places:
            btrfs_images.flip(image, place + 200)
        tree = xfs_images.Tree(image)
        self.assertIn("log tree was not replayed", "".join(tree.warnings))
        self.assertEqual(tree.files["/var/log/cron"]["sha256"], sha256(LOG))

    def test_several_devices(self):
        folder = self.folder()
        names = [folder / f"{i}.raw" for i in range(2)]
        for name in names:
            run("truncate", "-s", "512M", name)
        run("mkfs.btrfs", "-q", "-m", "raid1", "-d", "single", *names)
        messages = "".join(images.list_logs(names[0]).messages())
        self.assertIn("needs 2 devices", messages)


if __name__ == "__main__":
    tap.main()
