#!/usr/bin/python3
"""XFS is read as the kernel reads it: every file of every form, over the features and sizes of mkfs.xfs."""

import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, tap, xfs_images  # noqa: E402
from tests.support.images import log_text, run, sha256  # noqa: E402

# name, options of mkfs.xfs, size of the volume
V5 = [
    ("defaults", [], "320M"),
    ("1 KiB blocks", ["-b", "size=1024"], "320M"),
    ("2 KiB blocks", ["-b", "size=2048"], "320M"),
    ("8 KiB blocks", ["-b", "size=8192"], "320M"),
    ("16 KiB blocks", ["-b", "size=16384"], "320M"),
    ("32 KiB blocks", ["-b", "size=32768"], "640M"),
    ("64 KiB blocks", ["-b", "size=65536"], "640M"),
    ("8 KiB directory blocks", ["-n", "size=8192"], "320M"),
    ("64 KiB directory blocks", ["-n", "size=65536"], "320M"),
    ("1 KiB blocks, 64 KiB directory blocks", ["-b", "size=1024", "-n", "size=65536"], "320M"),
    ("no bigtime", ["-m", "bigtime=0"], "320M"),
    ("nrext64", ["-i", "nrext64=1"], "320M"),
    ("nrext64, 1 KiB blocks", ["-i", "nrext64=1", "-b", "size=1024"], "320M"),
    ("rmapbt", ["-m", "rmapbt=1"], "320M"),
    ("no reflink", ["-m", "reflink=0"], "320M"),
    ("no finobt, no inobtcount", ["-m", "finobt=0,inobtcount=0"], "320M"),
    ("no sparse inodes", ["-i", "sparse=0"], "320M"),
    ("inodes of 1 KiB", ["-i", "size=1024"], "320M"),
    ("inodes of 2 KiB", ["-i", "size=2048"], "320M"),
    ("4 KiB sectors", ["-s", "size=4096"], "320M"),
    ("7 allocation groups of an odd size", ["-d", "agcount=7"], "601M"),
    ("8-byte inode numbers", ["-d", "agcount=7", "-l", "size=64m"], "6500G"),
]
# v4 cannot be mounted any more: mkfs.xfs fills it.
V4 = [
    ("v4", [], False),
    ("v4, 512-byte blocks", ["-b", "size=512"], False),
    ("v4, no ftype", ["-n", "ftype=0"], True),
    ("v4, 1 KiB blocks, 64 KiB directory blocks", ["-b", "size=1024", "-n", "size=65536"], False),
    ("v4, 64 KiB blocks", ["-b", "size=65536"], False),
    ("v4, inodes of 2 KiB, no ftype", ["-i", "size=2048", "-n", "ftype=0"], True),
    ("v4, 8-byte inode numbers", ["-d", "agcount=7", "-l", "size=64m"], False),
]


def block_size(options):
    sizes = [word for flag, word in zip(options, options[1:]) if flag == "-b"]
    return int(sizes[0].split("=")[1]) if sizes else 4096


class Xfs(images.ImageTest):
    def setUp(self):
        super().setUp()
        self.need("mkfs.xfs", "xfs_db")

    def filled(self, options, size="320M", **how):
        """An image that the kernel filled, and its view of it."""
        image = xfs_images.make(self.folder() / "image.raw", *options, size=size)
        with xfs_images.mounted(image) as root:
            if root is None:
                self.skipTest("this system mounts no XFS for us")
            xfs_images.fill(root, block_size(options), **how)
        with xfs_images.mounted(image, "ro") as root:
            return image, xfs_images.kernel_view(root)

    def proto(self, files, *options, size="320M"):
        """An image that mkfs.xfs fills, without root: {name: bytes} in /var/log."""
        folder = self.folder()
        lines = ["/", "0 0", "d--755 0 0", "var d--755 0 0", "log d--755 0 0"]
        for name, data in files.items():
            (folder / name).write_bytes(data)
            lines.append(f"{name} ---644 0 0 {folder / name}")
        (folder / "prototype").write_text("\n".join([*lines, "$", "$", "$", ""]))
        return xfs_images.make(folder / "image.raw", *options, "-p", folder / "prototype", size=size)

    def inode_place(self, image, inode):
        """Byte offset of an inode in the image."""
        with open(image, "rb") as file:
            sector = file.read(512)
        block_size, ag_blocks = (int.from_bytes(sector[at:at + 4], "big") for at in (4, 84))
        inode_size = int.from_bytes(sector[104:106], "big")
        per_block_log, ag_log = sector[123], sector[124]
        block, slot = inode >> per_block_log, inode & ((1 << per_block_log) - 1)
        group, within = block >> ag_log, block & ((1 << ag_log) - 1)
        return (group * ag_blocks + within) * block_size + slot * inode_size

    def check(self, image, view, warnings=()):
        tree = xfs_images.Tree(image)
        self.assertIsNone(tree.unsupported)
        have = tree.view()
        wrong = {path: (have.get(path), view.get(path)) for path in {*have, *view}
                 if have.get(path) != view.get(path)}
        self.assertEqual(dict(sorted(wrong.items())[:5]), {})
        self.assertEqual((tree.file_damage(), tree.errors(), tree.damage), ({}, {}, []))
        self.assertEqual(tree.warnings, list(warnings))
        self.check_free_space(image, tree)
        return tree

    def check_free_space(self, image, tree):
        """As xfs_db counts it, and nothing of it belongs to a file."""
        total = int(run("xfs_db", "-r", "-c", "sb 0", "-c", "p fdblocks", image).split()[2])
        size = int(run("xfs_db", "-r", "-c", "sb 0", "-c", "p blocksize", image).split()[2])
        shown = run("xfs_db", "-r", "-c", "freesp -s", image).decode()
        listed = int(re.search(r"total free blocks (\d+)", shown)[1])
        ours = sum(end - begin for begin, end in tree.unallocated)
        self.assertEqual(ours, listed * size)
        self.assertLess(abs(total - listed), total // 10 + 10000)

    def test_what_the_kernel_wrote(self):
        for name, options, size in V5:
            with self.subTest(name):
                many = {"names": (3, 40, 400, 12000)} if name in ("defaults", "1 KiB blocks") else {}
                self.check(*self.filled(options, size, **many))


    def test_v4_by_prototype(self):
        for name, options, no_type in V4:
            with self.subTest(name):
                folder = self.folder()
                view, prototype = {}, ["/", "0 0", "d--755 0 0"]
                data = log_text(3_000_098)
                (folder / "cron").write_bytes(data)
                prototype += ["log d--755 0 0", f"cron ---644 0 0 {folder / 'cron'}"]
                view["/log"] = "directory"
                view["/log/cron"] = sha256(data)
                for length in (3, 200, 400, 1000):
                    prototype.append(f"link{length} l--777 0 0 {'x' * length}")
                    view[f"/log/link{length}"] = "x" * length
                prototype.append("$")
                for count in (3, 40, 400, 4000):
                    prototype.append(f"names{count} d--755 0 0")
                    view[f"/names{count}"] = "directory"
                    for i in range(count):
                        entry = f"{i:05}-{'n' * (i * 7 % 120)}"
                        prototype.append(f"{entry} ---644 0 0 /dev/null")
                        view[f"/names{count}/{entry}"] = sha256(b"")
                    prototype.append("$")
                prototype += ["$", ""]
                (folder / "prototype").write_text("\n".join(prototype))
                size = "6500G" if "8-byte" in name else "320M"
                image = xfs_images.make(folder / "image.raw", "-m", "crc=0,finobt=0", *options, "-p",
                                        folder / "prototype", size=size)
                version = run("xfs_db", "-r", "-c", "version", image).decode()
                self.assertIn("V4", version)
                self.assertEqual("FTYPE" in version, not no_type, version)
                tree = xfs_images.Tree(image)
                have = {path: row.get("sha256", row.get("target", row.get("kind")))
                        for path, row in tree.files.items()}
                self.assertEqual(dict(sorted(set(view.items()) ^ set(have.items()))[:5]), {})
                self.assertEqual((tree.warnings, tree.file_damage(), tree.errors()), ([], {}, {}))
                self.check_free_space(image, tree)

    def test_in_use_when_imaged(self):
        """The log is replayed as the kernel replays it."""
        self.need("xfs_io")
        for name, options, mount in [
            ("defaults", [], ()),
            ("1 KiB blocks", ["-b", "size=1024"], ()),
            ("64 KiB directory blocks, rmapbt, nrext64",
             ["-n", "size=65536", "-m", "rmapbt=1", "-i", "nrext64=1"], ()),
            ("no bigtime, large records", ["-m", "bigtime=0", "-l", "su=256k"],
             ("logbsize=256k",)),
        ]:
            with self.subTest(name):
                image = xfs_images.make(self.folder() / "image.raw", *options)
                old = log_text(3_000_098)
                with xfs_images.mounted(image) as root:
                    if root is None:
                        self.skipTest("this system mounts no XFS for us")
                    (root / "var/log").mkdir(parents=True)
                    (root / "var/log/cron").write_bytes(old)
                new = xfs_images.crash(image, mount)
                view = xfs_images.replayed_by_kernel(image)
                tree = xfs_images.Tree(image)
                have = tree.view()
                wrong = {path: (have.get(path), view.get(path)) for path in {*have, *view}
                         if have.get(path) != view.get(path)}
                self.assertEqual(dict(sorted(wrong.items())[:5]), {})
                self.assertEqual((tree.warnings, tree.errors(), tree.file_damage()), ([], {}, {}))
                # What was appended comes from the replay, what was there before does not.
                log = tree.files["/var/log/cron"]
                self.assertEqual(log["size"], len(old) + len(new))
                self.assertEqual(log["replayed"], [[len(old), len(old) + len(new)]])

    def test_copied_while_in_use(self):
        """Copied under a mounted filesystem: nothing stopped it, and its log is as young as mkfs.xfs leaves it."""
        for name, options, mount in [
            ("defaults", [], ()),
            ("1 KiB blocks", ["-b", "size=1024"], ()),
            ("small log", ["--unsupported", "-l", "size=10m"], ()),
            ("large records", ["-l", "su=256k"], ("logbsize=256k",)),
            ("log stripes of 4 KiB", ["-l", "su=4k"], ()),
            ("4 KiB sectors", ["-s", "size=4096"], ()),
        ]:
            for rounds in (0, 1, 12):
                with self.subTest(name, rounds=rounds):
                    image, new = self.copied_while_in_use(options, mount, rounds)
                    view = xfs_images.replayed_by_kernel(image)
                    self.assertIn("/var/log/cron", view)
                    tree = xfs_images.Tree(image)
                    have = tree.view()
                    wrong = {path: (have.get(path), view.get(path)) for path in {*have, *view}
                             if have.get(path) != view.get(path)}
                    self.assertEqual(dict(sorted(wrong.items())[:5]), {})
                    self.assertEqual((tree.warnings, tree.errors(), tree.file_damage()), ([], {}, {}))
                    self.assertEqual(have["/var/log/cron"][3], sha256(new))

    def copied_while_in_use(self, options, mount, rounds):
        """Image and what its /var/log/cron holds; each of `rounds` is a record of the log or several."""
        live = xfs_images.make(self.folder() / "live.raw", *options)
        image = live.with_name("image.raw")
        data = log_text(300_000)
        with xfs_images.mounted(live, *mount) as root:
            if root is None:
                self.skipTest("this system mounts no XFS for us")
            (root / "var/log").mkdir(parents=True)
            for i in range(200):
                (root / f"other{i}").write_bytes(b"%d\n" % i * i)
            (root / "var/log/cron").write_bytes(data[:200_000])
            run("sync", "-f", root)
            with open(root / "var/log/cron", "ab") as log:
                for i in range(rounds + 1):
                    log.write(data[200_000 + i * 5000:205_000 + i * 5000])
                    log.flush()
                    os.fsync(log.fileno())
            run("cp", "--sparse=always", live, image)
        return image, data[:205_000 + rounds * 5000]

    def test_a_log_that_cannot_be_replayed_is_told(self):
        self.need("xfs_io")
        image = xfs_images.make(self.folder() / "image.raw")
        with xfs_images.mounted(image) as root:
            if root is None:
                self.skipTest("this system mounts no XFS for us")
            (root / "var/log").mkdir(parents=True)
            (root / "var/log/cron").write_bytes(b"old\n" * 1000)
        xfs_images.crash(image)
        shown = run("xfs_logprint", "-t", image).decode()
        tail = int(re.search(r"log tail: (\d+)", shown)[1])
        start = int(re.search(r"daddr: (\d+)", shown)[1])
        with open(image, "r+b") as file:
            file.seek((start + tail + 2) * 512 + 100)
            file.write(b"\xff" * 8)
        tree = xfs_images.Tree(image)
        self.assertEqual(len(tree.warnings), 1, tree.warnings)
        self.assertIn("was in use when it was imaged and its log", tree.warnings[0])
        self.assertEqual(tree.files["/var/log/cron"]["sha256"], sha256(b"old\n" * 1000))

    def test_wrong_checksums_are_told_and_read(self):
        files = {f"cron-{i:03}": b"%d\n" % i * 100 for i in range(120)}
        image = self.proto({"cron": log_text(700_001), **files})
        sound = xfs_images.Tree(image)
        self.assertEqual(sound.warnings, [])
        inode = sound.files["/var/log/cron"]["inode"]
        folder = sound.files["/var/log"]["inode"]
        block = int(run("xfs_db", "-r", "-c", f"inode {folder}", "-c", "dblock 0", "-c", "daddr",
                        image).split()[-1]) * 512
        for name, place, want in [
            ("superblock", 108, "superblock: wrong checksum"),
            ("inode", self.inode_place(image, inode) + 48, f"inode {inode} "),
            ("directory", block + 24, f"directory inode {folder} "),
        ]:
            with self.subTest(name):
                copy = self.folder() / "copy.raw"
                run("cp", "--sparse=always", image, copy)
                with open(copy, "r+b") as file:
                    file.seek(place)
                    byte = file.read(1)[0]
                    file.seek(place)
                    file.write(bytes([byte ^ 0x55]))
                tree = xfs_images.Tree(copy)
                self.assertEqual(tree.view(), sound.view())
                self.assertTrue(any(want in text for text in tree.warnings), tree.warnings)
                self.assertTrue(all("may be wrong" in text for text in tree.warnings), tree.warnings)

    def test_hostile_sizes_are_bounded(self):
        image = self.proto({"cron": log_text(700_001)}, "-m", "crc=0,finobt=0")
        inode = xfs_images.Tree(image).files["/var/log/cron"]["inode"]
        with open(image, "r+b") as file:
            file.seek(self.inode_place(image, inode) + 56)
            file.write((2**62).to_bytes(8, "big"))
        file = xfs_images.Tree(image).files["/var/log/cron"]
        self.assertLess(file["bytes"], 704_512 + 1)
        self.assertEqual(len(file["damage"]), 1)

    def test_cost_of_a_log_in_a_large_filesystem(self):
        data = log_text(10_000_000)
        image = self.proto({"cron": data}, size="20G")
        listing = images.list_logs(image)
        self.assertEqual(listing.files["whole:/var/log/cron"]["sha256"], sha256(data))
        self.assertEqual(listing.volumes["whole"]["reader"], "xfs")
        self.assertLess(listing.cost["read_bytes"], len(data) * 1.2 + 1_000_000)


if __name__ == "__main__":
    tap.main()
