#!/usr/bin/python3
"""What is not read is named as what it is: made by the real tools, alone, in a partition, and with
an ext superblock of a former life where the tools leave it standing."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, md, program, tap  # noqa: E402
from tests.support.images import MIB, run  # noqa: E402

SIZE = 320 * MIB
START = 1 * MIB

# name: command that makes it on a file
TOOLS = {
    "f2fs": ("mkfs.f2fs", "-q", "-f"),
    "reiserfs": ("mkreiserfs", "-q", "-f", "-f"),
    "jfs": ("jfs_mkfs", "-q"),
    "LUKS1": ("cryptsetup", "luksFormat", "-q", "--type", "luks1", "--iter-time", "10",
              "--key-file", __file__),
    "LUKS2": ("cryptsetup", "luksFormat", "-q", "--type", "luks2", "--pbkdf", "pbkdf2",
              "--iter-time", "10", "--key-file", __file__),
    "minix": ("mkfs.minix",),
    "swap": ("mkswap", "-f"),
    "squashfs": ("mksquashfs",),
    "erofs": ("mkfs.erofs",),
    "nilfs2": ("mkfs.nilfs2", "-f"),
    "cramfs": ("mkfs.cramfs",),
}
NO_FILES = {"swap"}

BCACHEFS = b"\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef"
TO_GO = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
MINUTE = 60


def uberblock(written):
    return struct.pack("<5Q", 0x00bab10c, 5000, 7, 0, written)


# name: {offset: bytes}, after the formats' documentation, of what has no tool here
CRAFTED = {
    "BitLocker": {3: b"-FVE-FS-", 510: b"\x55\xaa"},
    "BitLocker To Go": {3: b"MSWIN4.1", 424: TO_GO, 510: b"\x55\xaa"},
    "bcachefs": {4120: BCACHEFS},
    "bcache": {4120: b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"},
    "Stratis pool member": {516: b"!Stra0tis\x86\xff\x02^\x41rh"},
    "dm-integrity": {0: b"integrt\0"},
    "VDO": {0: b"dmvdo001"},
    "Oracle ASM disk": {32: b"ORCLDISK"},
    "LVM1 physical volume": {0: b"HM\x01\0"},
    "VMFS": {MIB: struct.pack("<I", 0xc001d00d)},
    "zfs": {128 * 1024: uberblock(1), 132 * 1024: uberblock(2)},
    "apfs": {32: b"NXSB"},
    "hfs": {1024: b"BD".ljust(20, b"\1") + struct.pack(">I", 4096)},
    "refs": {3: b"ReFS\0\0\0\0"},
}
# Wrap or replace a filesystem and leave ext's superblock at 1024 standing.
LEAVE_EXT = {"bcachefs", "bcache", "Stratis pool member", "dm-integrity", "VDO", "Oracle ASM disk",
             "LVM1 physical volume", "zfs"}


def write_at(path, pieces):
    with open(path, "r+b") as out:
        for offset, data in pieces.items():
            out.seek(offset)
            out.write(data)


def blank(path, size):
    with open(path, "wb") as out:
        out.truncate(size)
    return path


class Recognition(images.ImageTest):
    def check(self, image, name, volume="whole"):
        listing = images.list_logs(image)
        seen = listing.volumes[volume]
        self.assertEqual(seen["file_system"], name, listing.messages())
        self.assertEqual(seen["reader"], "")
        self.assertEqual(listing.files, {})
        if name in NO_FILES:
            self.assertEqual(listing.messages(), [])
        else:
            self.assertTrue(any(name in text for text in listing.messages()), listing.messages())
        return listing

    def old_ext(self, path, size=SIZE):
        tree = images.write_tree(path.parent / "tree", {"/var/log/cron": b"old\n"})
        return images.make_ext(path, tree, "-b", "4096", size=f"{size // MIB}M")

    def test_made_by_their_tools(self):
        folder = self.folder()
        empty = folder / "empty"
        empty.mkdir()
        made = 0
        for name, command in TOOLS.items():
            with self.subTest(name):
                if images.tool(command[0]) is None:
                    continue
                image = folder / "image.raw"
                image.unlink(missing_ok=True)
                if name in ("squashfs", "cramfs"):
                    run(*command, empty, image)
                elif name == "erofs":
                    run(*command, image, empty)
                else:
                    # Over an ext4 with a log: it must never be read as if it were alive.
                    self.old_ext(image)
                    run(*command, image)
                self.check(image, name)
                made += 1
                disk = self.in_gpt(folder, image)
                self.check(disk, name, "p1")
        self.assertGreaterEqual(made, 4)

    def in_gpt(self, folder, image):
        self.need("sgdisk")
        disk = blank(folder / "disk.raw", SIZE + 8 * MIB)
        run("sgdisk", "-n", f"1:{START // 512}:+{SIZE // 512}", disk)
        with open(image, "rb") as source, open(disk, "r+b") as out:
            out.seek(START)
            while piece := source.read(4 * MIB):
                if piece.strip(b"\0"):
                    out.write(piece)
                else:
                    out.seek(len(piece), 1)
        return disk

    def test_by_their_documentation(self):
        folder = self.folder()
        for name, pieces in CRAFTED.items():
            with self.subTest(name):
                image = blank(folder / "image.raw", 8 * MIB)
                write_at(image, pieces)
                self.check(image, name)

    def test_an_older_ext_is_not_read(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        for name in sorted(LEAVE_EXT):
            with self.subTest(name):
                image = folder / "image.raw"
                image.unlink(missing_ok=True)
                self.old_ext(image, 16 * MIB)
                pieces = CRAFTED[name]
                if name == "zfs":
                    pieces = {128 * 1024: uberblock(4 * 10**9)}
                write_at(image, pieces)
                self.check(image, name)

    def test_an_older_zfs_is_not_in_the_way(self):
        self.need("mkfs.ext4")
        image = self.folder() / "image.raw"
        self.old_ext(image, 16 * MIB)
        # mke2fs leaves the ring of uberblocks where none of its own blocks lie.
        write_at(image, {255 * 1024: uberblock(10**9)})
        listing = images.list_logs(image)
        self.assertEqual(listing.volumes["whole"]["file_system"], "ext4")
        self.assertIn("whole:/var/log/cron", listing.files)


# The first name and value of a pool's label (OpenZFS, vdev_label.c; packed as nvpair.c does it, XDR).
ZFS_LABEL = (struct.pack(">4B", 1, 1, 0, 0) + struct.pack(">5I", 0, 1, 0x24, 0x20, 7) + b"version\0"
             + struct.pack(">2IQ", 8, 1, 5000))


class WholeDisks(images.ImageTest):
    """What the program itself says of an image that is one such volume from its first byte on."""

    def scan(self, image, *words):
        if not program.PROGRAM.exists():
            self.skipTest("the program is not built")
        done = program.run("scan", image)
        self.assertEqual(done.status, 3, done.err)
        for word in words:
            self.assertIn(word, done.err)
        self.assertNotIn("no evidence", done.err)

    def test_are_named(self):
        folder = self.folder()
        crafted = {**CRAFTED, "zfs": {16 * 1024: ZFS_LABEL, **CRAFTED["zfs"]}}
        for name in ("LVM1 physical volume", "bcachefs", "bcache", "Stratis pool member", "dm-integrity", "VDO", "zfs",
                     "BitLocker"):
            with self.subTest(name):
                image = blank(folder / "image.raw", 8 * MIB)
                write_at(image, crafted[name])
                self.scan(image, name)
        for name in ("LUKS2", "f2fs", "jfs", "reiserfs"):
            if images.tool(TOOLS[name][0]) is None:
                continue
            with self.subTest(name):
                (folder / "image.raw").unlink()
                run(*TOOLS[name], blank(folder / "image.raw", SIZE))
                self.scan(folder / "image.raw", name)

    def test_members_of_arrays_are_named(self):
        folder = self.folder()
        for version in ("1.1", "1.2"):
            with self.subTest(version):
                image = folder / "image.raw"
                supers, _, _ = md.super_1(16 * MIB, version=version, level=5, disks=3, roles=(0, 1, 2))
                write_at(blank(image, 16 * MIB), supers)
                self.scan(image, "RAID5", "web01:root")

    def test_firmware_raid_is_named(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        # mdadm's super-intel.c: the anchor in the last sector but one; super-ddf.c: in the last.
        for name, back, mark in (("Intel Matrix RAID (IMSM)", 1024, b"Intel Raid ISM Cfg Sig. 1.3.00"),
                                 ("DDF RAID", 512, bytes.fromhex("de11de11"))):
            for cut in (0, 100):  # some bytes behind the last whole sector
                with self.subTest(name, cut=cut):
                    tree = images.write_tree(folder / "tree", {"/var/log/cron": b"a line of a log\n" * 40})
                    image = folder / "image.raw"
                    image.unlink(missing_ok=True)
                    images.make_ext(image, tree, size="8M")
                    with open(image, "r+b") as file:
                        file.truncate(9 * MIB + cut)
                    write_at(image, {9 * MIB - back: mark})
                    self.scan(image, name, "gives wrong bytes")
                    listing = images.list_logs(image)
                    self.assertIn("whole:/var/log/cron", listing.files)
        image = folder / "plain.raw"
        images.make_ext(image, folder / "tree", size="8M")
        self.assertFalse([text for text in images.list_logs(image).messages() if "RAID" in text])


if __name__ == "__main__":
    tap.main()
