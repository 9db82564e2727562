#!/usr/bin/python3
"""XFS is read as the kernel reads it: every file of every form, over the features and sizes of mkfs.xfs."""

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


if __name__ == "__main__":
    tap.main()
