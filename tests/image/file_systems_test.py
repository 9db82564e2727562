#!/usr/bin/python3
"""Logs come out of every kind of filesystem as they went in, raw and as E01, and as icat says."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, tap  # noqa: E402
from tests.support.images import MIB, log_text, make_e01, make_ext, run, sha256  # noqa: E402

LOG = log_text(700_001)
SMALL = log_text(90, seed=2)
FILES = {"/var/log/cron": LOG, "/var/log/cron.1": SMALL, "/var/log/messages": b"no cron\n"}

# name, kind of mkfs, options, whether libtsk 4.11 is known to read it right
EXT = [
    ("ext2 1k", "ext2", ["-b", "1024"], True),
    ("ext2 2k", "ext2", ["-b", "2048"], True),
    ("ext2 4k", "ext2", ["-b", "4096"], True),
    ("ext2 revision 0 inodes", "ext2", ["-b", "1024", "-I", "128"], True),
    ("ext3 1k", "ext3", ["-b", "1024"], True),
    ("ext3 4k", "ext3", ["-b", "4096"], True),
    ("ext4", "ext4", [], True),
    ("ext4 1k", "ext4", ["-b", "1024"], True),
    ("ext4 64k", "ext4", ["-b", "65536", "-O", "^has_journal"], False),
    ("ext4 block map", "ext4", ["-O", "^extents,^64bit"], True),
    ("ext4 64bit", "ext4", ["-O", "64bit"], True),
    ("ext4 32bit", "ext4", ["-O", "^64bit"], True),
    ("ext4 no checksums", "ext4", ["-O", "^metadata_csum"], True),
    ("ext4 gdt checksums", "ext4", ["-O", "^metadata_csum,uninit_bg"], True),
    ("ext4 checksum seed", "ext4", ["-O", "metadata_csum_seed"], False),
    ("ext4 no flex_bg", "ext4", ["-O", "^flex_bg", "-b", "1024"], True),
    ("ext4 bigalloc", "ext4", ["-O", "bigalloc", "-C", "16384"], False),
    ("ext4 meta_bg", "ext4", ["-O", "meta_bg,^resize_inode", "-b", "1024"], False),
    ("ext4 inline_data", "ext4", ["-O", "inline_data", "-I", "256"], False),
    ("ext4 sparse_super2", "ext4", ["-O", "sparse_super2"], False),
    ("ext4 casefold", "ext4", ["-O", "casefold"], False),
    ("ext4 no journal", "ext4", ["-O", "^has_journal"], True),
]


def icat_hash(image, path):
    """What libtsk's own tools say; they cannot follow what list_logs must not need them for."""
    inode = run("ifind", "-n", path, image).decode().strip()
    return sha256(run("icat", image, inode))


class Ext(images.ImageTest):
    def check(self, source, want, volume="whole", warnings=()):
        listing = images.list_logs(source)
        have = {name: (file.get("sha256", file.get("error")), file.get("damage"))
                for name, file in listing.files.items()}
        self.assertEqual(have, {f"{volume}:{path}": (sha256(data), [])
                                for path, data in want.items()})
        self.assertEqual(listing.messages(), list(warnings))
        self.assertEqual(listing.cost["damage"], [])
        return listing

    def test_features(self):
        self.need("mkfs.ext4")
        logs = {path: data for path, data in FILES.items() if "cron" in path}
        for name, kind, options, tsk_reads_it in EXT:
            with self.subTest(name):
                folder = self.folder()
                tree = images.write_tree(folder / "tree", FILES)
                image = make_ext(folder / "image.raw", tree, *options, kind=kind)
                listing = self.check(image, logs)
                self.assertEqual(listing.volumes["whole"]["reader"], "ext2fs")
                self.assertEqual(listing.files["whole:/var/log/cron"]["mtime_us"],
                                 images.MTIME * 1_000_000)
                if images.tool("ewfacquire"):
                    self.check(make_e01(image), logs)
                if tsk_reads_it and images.tool("icat"):
                    self.assertEqual(icat_hash(image, "var/log/cron"), sha256(LOG))

    def test_file_of_700_extents(self):
        self.need("mkfs.ext4", "debugfs")
        for options in (["-b", "4096"], ["-b", "1024"], ["-b", "1024", "-O", "^extents,^64bit"]):
            with self.subTest(options):
                folder = self.folder()
                block = int(options[1])
                data = log_text(700 * block - 5, seed=3)
                (folder / "log").write_bytes(data)
                files = {f"/fill/{i:04}": bytes([i % 251 + 1]) * block for i in range(1500)}
                tree = images.write_tree(folder / "tree", {**files, "/var/log/x": b""})
                image = make_ext(folder / "image.raw", tree, *options, "-N", "2000",
                                 "-O", "^has_journal", size=f"{9 * block // 1024}M")
                # Every second block becomes free, and the log must take them one by one.
                holes = "".join(f"rm /fill/{i:04}\n" for i in range(0, 1500, 2))
                write = f"cd /var/log\nwrite {folder / 'log'} cron\n"
                run("debugfs", "-w", "-f", "-", image, stdin=(holes + write).encode())
                shown = run("debugfs", "-R", "blocks /var/log/cron", image).decode().split()
                numbers = [int(word) for word in shown if int(word) > 0]
                breaks = sum(b != a + 1 for a, b in zip(numbers, numbers[1:]))
                self.assertGreater(breaks, 600)
                self.check(image, {"/var/log/cron": data})

    def test_holes_and_preallocation_are_zeros_by_right(self):
        self.need("mkfs.ext4", "debugfs")
        folder = self.folder()
        tree = images.write_tree(folder / "tree", {"/junk": b"\xaa" * 200_000, "/var/log/x": b""})
        sparse = tree / "var/log/cron"
        with open(sparse, "wb") as file:
            file.seek(100_000)
            file.write(LOG[:5000])
        image = make_ext(folder / "image.raw", tree)
        (folder / "log").write_bytes(SMALL)
        # The blocks given to cron.1 hold what the junk left there.
        run("debugfs", "-w", "-f", "-", image, stdin=(
            f"rm /junk\ncd /var/log\nwrite {folder / 'log'} cron.1\nfallocate cron.1 1 30\n"
            "sif cron.1 size 100000\n").encode())
        self.check(image, {"/var/log/cron": sparse.read_bytes(),
                           "/var/log/cron.1": SMALL + bytes(100_000 - len(SMALL))})

    def test_directories_of_thousands(self):
        self.need("mkfs.ext4", "e2fsck")
        for options in ([], ["-b", "1024"], ["-O", "inline_data"]):
            with self.subTest(options):
                folder = self.folder()
                many = {f"/var/log/other-{i:05}-{'x' * 40}": b"" for i in range(3000)}
                want = {f"/var/log/cron-{i}": f"{i}\n".encode() for i in range(7)}
                tree = images.write_tree(folder / "tree", {**many, **want})
                image = make_ext(folder / "image.raw", tree, "-N", "4000", *options)
                done = subprocess.run([images.tool("e2fsck"), "-fyD", image], capture_output=True,
                                      check=False)
                self.assertIn(done.returncode, (0, 1), done.stdout)
                self.check(image, want)

    def test_symlinks(self):
        self.need("mkfs.ext4")
        for name, links, prefix in [
            ("relative", {"/var/log": "../data/log"}, "/data/log"),
            ("absolute", {"/var/log": "/data/log"}, "/data/log"),
            ("in the middle", {"/var": "data/var", "/data/var/log": "../log"}, "/data/log"),
            ("long", {"/var/log": "../" + "./" * 40 + "data/" + "x/../" * 10 + "log"}, "/data/log"),
            ("chain", {"/var/log": "../a", "/a": "b", "/b": "/data/log"}, "/data/log"),
        ]:
            with self.subTest(name):
                folder = self.folder()
                tree = images.write_tree(
                    folder / "tree", {f"{prefix}/cron": LOG, "/data/x/y": b"", "/var0/x": b""},
                    links)
                image = make_ext(folder / "image.raw", tree)
                listing = self.check(image, {"/var/log/cron": LOG})
                spec = listing.files["whole:/var/log/cron"]["path_spec"][0]
                self.assertEqual(spec["location"], f"{prefix}/cron")

    def test_one_inode_counts_once_and_broken_links_are_told(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        tree = images.write_tree(
            folder / "tree", {"/var/log/cron.9": LOG},
            {"/var/log/cron": "cron.9", "/var/log/cron.2": "/nowhere", "/var/log/cron.3": "cron.3",
             "/log": "var/log"})
        image = make_ext(folder / "image.raw", tree)
        self.check(image, {"/var/log/cron.9": LOG}, warnings=[
            "whole:/var/log/cron.2: the symbolic link leads to nothing on this volume: "
            "/var/log/cron.2 -> /nowhere",
            "whole:/var/log/cron.3: /var/log/cron.3 leads through too many symbolic links: "
            "the last is /var/log/cron.3 -> cron.3"])

    def test_folders_are_looked_into_as_asked(self):
        self.need("mkfs.ext4")
        utmp = b"\1\0\0\0" * 96
        ask = ("/var/run", "/run", "utmp*")
        for name, files, links, want in [
            ("both are one", {"/run/utmp": utmp, "/var/x": b""}, {"/var/run": "/run"},
             "/var/run/utmp"),
            ("old", {"/var/run/utmp": utmp}, {}, "/var/run/utmp"),
            ("a /var volume", {"/run/utmp": utmp}, {}, "/run/utmp"),
            ("a /var volume that points to its host's /run", {"/log/x": b""}, {"/run": "/run"}, None),
            ("the same, relative", {"/log/x": b""}, {"/run": "../run"}, None),
        ]:
            with self.subTest(name):
                folder = self.folder()
                tree = images.write_tree(folder / "tree", {**files, "/log/utmp": b"no"}, links)
                listing = images.list_logs(make_ext(folder / "image.raw", tree), *ask)
                self.assertEqual({path: file["sha256"] for path, file in listing.files.items()},
                                 {f"whole:{want}": sha256(utmp)} if want else {})
                self.assertEqual(listing.messages(), [])

    def test_hostile_sizes_are_bounded(self):
        self.need("mkfs.ext4", "debugfs")
        for options in (["-O", "^metadata_csum"], ["-O", "^metadata_csum,^extents,^64bit"], []):
            with self.subTest(options):
                folder = self.folder()
                tree = images.write_tree(folder / "tree", FILES)
                image = make_ext(folder / "image.raw", tree, *options)
                run("debugfs", "-w", "-R", "sif /var/log/cron size 0x7ffffffffff0", image)
                listing = images.list_logs(image)
                file = listing.files["whole:/var/log/cron"]
                self.assertLess(file["bytes"], len(LOG) + 4096)
                self.assertEqual(len(file["damage"]), 1)
                self.assertEqual(listing.files["whole:/var/log/cron.1"]["sha256"], sha256(SMALL))

    def test_corrupt_directory_block_hides_only_itself(self):
        self.need("mkfs.ext4", "debugfs")
        folder = self.folder()
        many = {f"/var/log/cron-{i:03}-{'x' * 60}": b"x" for i in range(400)}
        tree = images.write_tree(folder / "tree", many)
        image = make_ext(folder / "image.raw", tree, "-b", "1024")
        blocks = [int(word) for word in
                  run("debugfs", "-R", "blocks /var/log", image).decode().split()]
        with open(image, "r+b") as file:
            file.seek(blocks[3] * 1024)
            file.write(bytes(1024))
        listing = images.list_logs(image)
        self.assertGreater(len(listing.files), 370)
        self.assertLess(len(listing.files), 400)
        self.assertTrue(any("files may be missing" in text for text in listing.messages()),
                        listing.messages())

    def test_directories_that_lost_blocks_or_are_none_are_told(self):
        self.need("mkfs.ext2", "debugfs")
        folder = self.folder()
        many = {f"/var/log/cron-{i:03}-{'x' * 60}": b"x" for i in range(400)}
        tree = images.write_tree(folder / "tree", many)
        for name, command, words in (
                ("a block past the end", "sif /var/log block[0] 0x7ffffff", "is damaged; files may be missing"),
                ("a hole", "sif /var/log block[2] 0", "is damaged; files may be missing"),
                ("a file for a folder", "sif /var/log mode 0100644", "it should be a directory and is none"),
                ("a file on the way", "sif /var mode 0100644", "/var is no directory"),
                ("a file for the root", "sif / mode 0100644", "/ is no directory")):
            with self.subTest(name):
                image = make_ext(folder / "image.raw", tree, "-b", "1024", kind="ext2")
                run("debugfs", "-w", "-R", command, image)
                listing = images.list_logs(image)
                self.assertLess(len(listing.files), 400)
                self.assertTrue(any(words in text for text in listing.messages()), listing.messages())
                if program.PROGRAM.exists():
                    self.assertEqual(program.run("scan", image).status, 3)

    def test_wrong_checksum_is_told_and_read(self):
        self.need("mkfs.ext4", "debugfs")
        folder = self.folder()
        tree = images.write_tree(folder / "tree", FILES)
        image = make_ext(folder / "image.raw", tree, "-b", "4096")
        shown = run("debugfs", "-R", "imap /var/log/cron", image).decode()
        block = int(shown.split("at block ")[1].split(",")[0])
        offset = int(shown.split("offset ")[1], 16)
        with open(image, "r+b") as file:
            file.seek(block * 4096 + offset + 12)  # i_ctime, which nothing here needs
            file.write(b"\x01\x02\x03\x04")
        listing = images.list_logs(image)
        self.assertEqual(listing.files["whole:/var/log/cron"]["sha256"], sha256(LOG))
        self.assertEqual(len(listing.warnings), 1, listing.messages())
        self.assertIn("checksum", listing.messages()[0])


class Others(images.ImageTest):
    def check(self, image, file_system, type_indicator, log="/var/log/cron"):
        listing = images.list_logs(image)
        self.assertEqual(listing.volumes["whole"]["file_system"], file_system)
        self.assertEqual(listing.volumes["whole"]["reader"], "tsk")
        have = {name: file.get("sha256") for name, file in listing.files.items()}
        self.assertEqual(have, {f"whole:{log}": sha256(LOG), f"whole:{log}.1": sha256(SMALL)})
        self.assertEqual(listing.messages(), [])
        self.assertEqual(listing.files[f"whole:{log}"]["display_name"], f"{type_indicator}:{log}")

    def test_fat(self):
        self.need("mkfs.vfat", "mcopy", "mmd")
        for bits, size in (("12", 2), ("16", 16), ("32", 40)):
            with self.subTest(bits):
                folder = self.folder()
                tree = images.write_tree(folder / "tree", FILES)
                image = folder / "image.raw"
                image.write_bytes(bytes(size * MIB))
                run("mkfs.vfat", "-F", bits, image)
                run("mmd", "-i", image, "::/var", "::/var/log")
                for path in ("cron", "cron.1"):
                    run("mcopy", "-i", image, tree / "var/log" / path, f"::/var/log/{path}")
                self.check(image, "fat", "FAT")

    def test_iso9660(self):
        self.need("genisoimage")
        folder = self.folder()
        tree = images.write_tree(folder / "tree", FILES)
        image = folder / "image.raw"
        run("genisoimage", "-quiet", "-R", "-o", image, tree)
        self.check(image, "iso9660", "TSK", log="/var/log/CRON")  # libtsk: no Rock Ridge names


if __name__ == "__main__":
    tap.main()
