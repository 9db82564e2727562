#!/usr/bin/python3
"""Volumes are found in every partition table, carry the numbers a user knows, and survive damage."""

import binascii
import pathlib
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, tap  # noqa: E402
from tests.support.images import MIB, log_text, make_e01, make_ext, run, sha256  # noqa: E402

LOG = log_text(300_001)
# Of the zone's rules themselves: a fixed offset, so that the test needs no zoneinfo.
TZIF = (b"TZif2" + bytes(15) + struct.pack(">6I", 0, 0, 0, 0, 1, 4) + struct.pack(">iBB", 3600, 0, 0)
        + b"XYZ\0") * 2 + b"\nXYZ-1\n"


def place(disk, parts):
    """Writes each image of `parts` (offset: path) into the disk."""
    with open(disk, "r+b") as out:
        for offset, part in parts.items():
            out.seek(offset)
            out.write(part.read_bytes())


def blank(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def gpt_4k(disk, partitions):
    """A primary GPT for sectors of 4096 bytes; `partitions` are (first, last) sectors."""
    sectors = disk.stat().st_size // 4096
    entries = b"".join(
        struct.pack("<16s16sQQQ72s", b"\xaf\x3d\xc6\x0f\x83\x84\x72\x47\x8e\x79\x3d\x69\xd8\x47\x7d\xe4",
                    bytes([i + 1] * 16), first, last, 0, f"part{i}".encode("utf-16-le"))
        for i, (first, last) in enumerate(partitions)).ljust(128 * 128, b"\0")

    def header(crc):
        return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, 1, sectors - 1, 6,
                           sectors - 6, bytes([9] * 16), 2, 128, 128, binascii.crc32(entries))

    with open(disk, "r+b") as out:
        out.seek(446)
        out.write(struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0xEE, 255, 255, 255, 1, sectors - 1))
        out.seek(510)
        out.write(b"\x55\xaa")
        out.seek(4096)
        out.write(header(binascii.crc32(header(0))))
        out.seek(8192)
        out.write(entries)


class Partitions(images.ImageTest):
    def ext(self, folder, name, files, links=(), size="8M", options=()):
        tree = images.write_tree(folder / f"{name}-tree", files, links)
        return make_ext(folder / f"{name}.ext", tree, *options, size=size)

    def hashes(self, listing):
        return {name: file.get("sha256") for name, file in listing.files.items()}

    def test_gpt_keeps_the_numbers_of_its_slots(self):
        self.need("sgdisk", "mkfs.ext4")
        folder = self.folder()
        root = self.ext(folder, "root", {"/etc/hostname": b"web01\n", "/etc/localtime": TZIF,
                                         "/etc/fstab": b"/dev/sda5 /var ext4 defaults 0 2\n",
                                         "/etc/sysctl.d/50-pid-max.conf": b"kernel.pid_max = 4194304\n",
                                         "/etc/os-release": b'PRETTY_NAME="Some Linux 1"\n'})
        var = self.ext(folder, "var", {"/log/cron": LOG})
        disk = blank(folder / "disk.raw", 20 * MIB)
        run("sgdisk", "-n", "2:2048:18431", "-n", "5:18432:34815", disk)
        place(disk, {2048 * 512: root, 18432 * 512: var})
        sources = [str(disk)] + ([make_e01(disk)] if images.tool("ewfacquire") else [])
        for source in sources:
            listing = images.list_logs(source)
            self.assertEqual(list(listing.volumes), ["p2", "p5"])
            self.assertEqual(self.hashes(listing), {"p5:/log/cron": sha256(LOG)})
            self.assertEqual(listing.messages(), [])
            facts = {key: listing.folders[0][key]
                     for key in ("hostname", "os_name", "pid_max", "zone_source")}
            self.assertEqual(facts, {"hostname": "web01", "os_name": "Some Linux 1",
                                     "pid_max": 4194304, "zone_source": "/etc/localtime on p2"})
            layer = listing.files["p5:/log/cron"]["path_spec"][1]
            self.assertEqual(layer, {"type": "TSK_PARTITION", "location": "/p5",
                                     "part_index": layer["part_index"],
                                     "start_offset": 18432 * 512})
            shown = run("mmls", disk).decode()
            row = next(line for line in shown.splitlines() if " 0000018432 " in line)
            self.assertEqual(int(row.split(":")[0]), layer["part_index"])

    def test_a_gpt_disk_that_lost_its_end_is_told(self):
        self.need("sgdisk", "mkfs.ext4")
        folder = self.folder()
        root = self.ext(folder, "root", {"/var/log/cron": LOG})
        disk = blank(folder / "disk.raw", 20 * MIB)
        run("sgdisk", "-n", "1:2048:18431", disk)
        place(disk, {2048 * 512: root})
        self.assertEqual(images.list_logs(disk).messages(), [])
        for size, words in ((20 * MIB - 512, "512 are missing"), (15 * MIB, f"{5 * MIB} are missing")):
            with open(disk, "r+b") as file:
                file.truncate(size)
            listing = images.list_logs(disk)
            self.assertEqual(self.hashes(listing), {"p1:/var/log/cron": sha256(LOG)})
            self.assertEqual(len(listing.messages()), 1, listing.messages())
            self.assertIn(words, listing.messages()[0])
        # A disk that has grown since: its backup header is not at its end.
        with open(disk, "r+b") as file:
            file.truncate(30 * MIB)
        self.assertEqual(images.list_logs(disk).messages(), [])

    def mbr(self, folder):
        root = self.ext(folder, "root", {"/var/log/cron": LOG[:1000], "/etc/hostname": b"a\n"})
        data = self.ext(folder, "data", {"/var/log/cron": LOG, "/etc/hostname": b"b\n"})
        disk = blank(folder / "disk.raw", 24 * MIB)
        run("sfdisk", "-q", disk, stdin=(
            "label: dos\nstart=2048,size=16384,type=83\nstart=20480,size=28000,type=5\n"
            "start=22528,size=2048,type=82\nstart=26624,size=16384,type=83\n").encode())
        place(disk, {2048 * 512: root, 26624 * 512: data})
        return disk

    def test_mbr_with_logical_partitions(self):
        self.need("sfdisk", "mkfs.ext4")
        disk = self.mbr(self.folder())
        listing = images.list_logs(disk)
        self.assertEqual(list(listing.volumes), ["p1", "p5", "p6"])
        self.assertEqual(self.hashes(listing), {"p1:/var/log/cron": sha256(LOG[:1000]),
                                                "p6:/var/log/cron": sha256(LOG)})
        self.assertEqual([folder["hostname"] for folder in listing.folders], ["a", "b"])
        self.assertEqual(listing.messages(), [])

    def test_truncated_image_keeps_its_volumes_and_tells(self):
        self.need("sfdisk", "mkfs.ext4")
        for keep, ends in ((5 * MIB, ["p1", "p5", "p6"]), (15 * MIB, ["p5", "p6"])):
            with self.subTest(keep):
                disk = self.mbr(self.folder())
                with open(disk, "r+b") as file:
                    file.truncate(keep)
                listing = images.list_logs(disk)
                # Below 11 MiB the table of the logical partitions is gone as well.
                self.assertEqual(list(listing.volumes)[0], "p1")
                self.assertTrue(any(text.startswith(f"{ends[-1] if keep > 11 * MIB else 'p1'}:: "
                                                    "the image is truncated: it ends at byte")
                                    for text in listing.messages()), listing.messages())
                first, last = (damage[:2] for damage in (listing.cost["damage"][0],
                                                         listing.cost["damage"][-1]))
                self.assertEqual(first[0], keep)
                self.assertEqual(last[1], (26624 + 16384) * 512 if keep > 11 * MIB
                                 else (2048 + 16384) * 512)
                file = listing.files.get("p1:/var/log/cron")
                self.assertIsNotNone(file)
                if not file["damage"]:
                    self.assertEqual(file["sha256"], sha256(LOG[:1000]))

    def test_log_cut_by_truncation_says_where(self):
        self.need("mkfs.ext4", "debugfs")
        folder = self.folder()
        image = self.ext(folder, "image", {"/var/log/cron": LOG}, options=("-b", "4096"))
        blocks = [int(word) for word in
                  run("debugfs", "-R", "blocks /var/log/cron", image).decode().split()]
        half = len(blocks) // 2
        self.assertEqual(blocks, sorted(blocks))
        raw = folder / "image.raw"
        raw.write_bytes(image.read_bytes()[:blocks[half] * 4096])
        listing = images.list_logs(raw)
        file = listing.files["whole:/var/log/cron"]
        self.assertEqual(file["sha256"], sha256(LOG[:half * 4096] + bytes(len(LOG) - half * 4096)))
        self.assertEqual([damage[:2] for damage in file["damage"]], [[half * 4096, len(LOG)]])

    def test_a_claim_beyond_the_image_is_damage(self):
        self.need("mkfs.ext4")
        whole = 8 * MIB
        for options in (("-b", "1024", "-O", "^has_journal"), ("-b", "4096", "-O", "^has_journal")):
            image = self.ext(self.folder(), "image", {"/var/log/cron": LOG[:1000]}, options=options)
            data = image.read_bytes()
            self.assertEqual(len(data), whole)
            for name, keep, more, damage in [
                ("as it is", whole, b"", []),
                ("bytes behind the last block", whole, bytes(100), []),
                ("other bytes behind it", whole, b"x" * 70_000, []),
                ("a byte short", whole - 1, b"", [[whole - 1, whole, "image is truncated"]]),
                ("half", whole // 2, b"", [[whole // 2, whole, "image is truncated"]]),
            ]:
                with self.subTest(name, options=options):
                    raw = self.folder() / "image.raw"
                    raw.write_bytes(data[:keep] + more)
                    listing = images.list_logs(raw)
                    self.assertEqual(self.hashes(listing), {"whole:/var/log/cron": sha256(LOG[:1000])})
                    self.assertEqual(listing.cost["damage"], damage)
                    self.assertEqual([row["range"] for row in listing.warnings],
                                     [each[:2] for each in damage])
                    for text in listing.messages():
                        self.assertIn(f"truncated: the {listing.volumes['whole']['file_system']} "
                                      f"filesystem takes up {whole} bytes, and its image has {keep}",
                                      text)

    def test_a_fat_cut_short_is_damage_too(self):
        self.need("mkfs.vfat", "mcopy", "mmd")
        folder = self.folder()
        log = folder / "log"
        log.write_bytes(LOG[:1000])
        image = blank(folder / "image.raw", 2 * MIB)
        run("mkfs.vfat", "-F", "12", image)
        run("mmd", "-i", image, "::/var", "::/var/log")
        run("mcopy", "-i", image, log, "::/var/log/cron")
        self.assertEqual(images.list_logs(image).cost["damage"], [])
        with open(image, "r+b") as file:
            file.truncate(MIB)
        listing = images.list_logs(image)
        self.assertEqual(self.hashes(listing), {"whole:/var/log/cron": sha256(LOG[:1000])})
        self.assertEqual(listing.cost["damage"], [[MIB, 2 * MIB, "image is truncated"]])
        self.assertEqual(len(listing.warnings), 1, listing.messages())

    def test_a_filesystem_and_its_partition(self):
        self.need("sfdisk", "mkfs.ext4")
        part = self.ext(self.folder(), "part", {"/var/log/cron": LOG[:1000]}, size="4M")
        start = 2048 * 512
        for name, sectors, size, damage, words in [
            ("fits", 8192, 6 * MIB, [], None),
            ("is smaller", 9000, 6 * MIB, [], None),
            ("is larger", 8000, 6 * MIB,
             [[start + 8000 * 512, start + 4 * MIB, "past the end of the partition"]],
             "the partition is too small"),
            ("the partition is larger than the image", 8192 + 2048, 5 * MIB + 512,
             [[5 * MIB + 512, start + (8192 + 2048) * 512, "image is truncated"]],
             "the image is truncated: it ends at byte 5243392, and the partition ends at byte "
             "6291456; 1048064 bytes are missing"),
        ]:
            with self.subTest(name):
                disk = blank(self.folder() / "disk.raw", 7 * MIB)
                run("sfdisk", "-q", disk,
                    stdin=f"label: dos\nstart=2048,size={sectors},type=83\n".encode())
                place(disk, {start: part})
                with open(disk, "r+b") as file:
                    file.truncate(size)
                listing = images.list_logs(disk)
                self.assertEqual(self.hashes(listing), {"p1:/var/log/cron": sha256(LOG[:1000])})
                self.assertEqual(listing.cost["damage"], damage)
                self.assertEqual(len(listing.warnings), 1 if words else 0, listing.messages())
                if words:
                    self.assertIn(words, listing.messages()[0])

    def test_sectors_of_4096_bytes(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        part = self.ext(folder, "part", {"/var/log/cron": LOG})
        disk = blank(folder / "disk.raw", 16 * MIB)
        gpt_4k(disk, [(512, 512 + 8 * 256 - 1)])
        place(disk, {512 * 4096: part})
        listing = images.list_logs(disk)
        self.assertEqual(self.hashes(listing), {"p1:/var/log/cron": sha256(LOG)})
        self.assertEqual(listing.volumes["p1"]["start"], 512 * 4096)
        # The same in an MBR, whose sectors nothing names.
        with open(disk, "r+b") as out:
            out.write(bytes(12288))
            out.seek(446)
            out.write(struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0x83, 255, 255, 255, 512, 8 * 256))
            out.seek(510)
            out.write(b"\x55\xaa")
        self.assertEqual(self.hashes(images.list_logs(disk)), {"p1:/var/log/cron": sha256(LOG)})

    def test_impossible_entries_are_told(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        part = self.ext(folder, "part", {"/var/log/cron": LOG})
        disk = blank(folder / "disk.raw", 16 * MIB)
        gpt_4k(disk, [(512, 512 + 8 * 256 - 1), (3 * 10**18, 3 * 10**18 + 99)])
        place(disk, {512 * 4096: part})
        listing = images.list_logs(disk)
        self.assertEqual(self.hashes(listing), {"p1:/var/log/cron": sha256(LOG)})
        self.assertEqual(len(listing.warnings), 1, listing.messages())
        self.assertIn("impossible place", listing.messages()[0])

    def test_what_is_not_read_is_named(self):
        self.need("mkfs.ext4")
        level = 72

        def raid(at, old=False):
            if old:
                return {at: struct.pack("<8I", 0xa92b4efc, 0, 90, 0, 0, 0, 0, 5)}
            return {at: struct.pack("<2I", 0xa92b4efc, 1).ljust(level, b"\0") + struct.pack("<I", 5)}

        size = 8 * MIB
        for name, bytes_at in [
            ("xfs", {0: b"XFSB"}),
            ("btrfs", {65600: b"_BHRfS_M"}),
            ("LVM2 physical volume", {512: b"LABELONE"}),
            ("LUKS", {0: b"LUKS\xba\xbe"}),
            ("BitLocker", {3: b"-FVE-FS-"}),
            ("f2fs", {1024: b"\x10\x20\xf5\xf2"}),
            ("reiserfs", {65588: b"ReIsEr2Fs"}),
            ("jfs", {32768: b"JFS1"}),
            ("zfs", {131072 + 4096: struct.pack("<Q", 0x00bab10c)}),
            ("md RAID member", raid(0)),
            ("md RAID member", raid(4096)),
            ("md RAID member", raid(size - 8192)),
            ("md RAID member", raid(size - 65536, old=True)),
        ]:
            with self.subTest(name, bytes_at=bytes_at):
                image = blank(self.folder() / "image.raw", size)
                with open(image, "r+b") as out:
                    for at, data in bytes_at.items():
                        out.seek(at)
                        out.write(data)
                listing = images.list_logs(image)
                self.assertEqual(listing.volumes["whole"]["file_system"], name)
                self.assertEqual(len(listing.warnings), 1)
                self.assertIn(name, listing.messages()[0])

    def test_stripes_are_not_taken_for_a_filesystem(self):
        self.need("mkfs.ext4")
        for level, readable in ((0, False), (5, False), (1, True)):
            with self.subTest(level):
                folder = self.folder()
                image = self.ext(folder, "image", {"/var/log/cron": LOG}, size="8000k")
                with open(image, "r+b") as out:
                    out.truncate(8 * MIB)
                    out.seek(8 * MIB - 8192)
                    out.write(struct.pack("<2I", 0xa92b4efc, 1).ljust(72, b"\0")
                              + struct.pack("<I", level))
                listing = images.list_logs(image)
                want = {"whole:/var/log/cron": sha256(LOG)} if readable else {}
                self.assertEqual(self.hashes(listing), want)
                self.assertEqual(len(listing.warnings), 0 if readable else 1)

    def test_two_roots_without_a_clear_owner_of_var(self):
        self.need("sgdisk", "mkfs.ext4")
        fstab = b"/dev/sda3 /var ext4 defaults 0 2\n"
        elsewhere = b"UUID=1 /var ext4 defaults 0 2\n"
        for fstabs, owner in (((fstab, b""), "p1"), ((b"", fstab), "p2"), ((b"", b""), None),
                              ((fstab, fstab), None), ((elsewhere, b""), None)):
            with self.subTest(owner=owner, fstabs=fstabs):
                folder = self.folder()
                parts = [self.ext(folder, f"root{i}", {"/etc/hostname": f"p{i + 1}\n".encode(),
                                                       "/etc/fstab": text}, size="4M")
                         for i, text in enumerate(fstabs)]
                parts.append(self.ext(folder, "var", {"/log/cron": LOG}, size="4M"))
                disk = blank(folder / "disk.raw", 16 * MIB)
                run("sgdisk", "-n", "1:2048:+4M", "-n", "2:12288:+4M", "-n", "3:22528:+4M", disk)
                place(disk, {start * 512: part
                             for start, part in zip((2048, 12288, 22528), parts)})
                listing = images.list_logs(disk)
                self.assertEqual(listing.folders[0]["hostname"], owner or "")
                self.assertEqual(len(listing.warnings), 0 if owner else 1)

    def test_zone_of_a_link_out_of_the_image(self):
        self.need("mkfs.ext4")
        folder = self.folder()
        image = self.ext(folder, "image", {"/var/log/cron": LOG, "/etc/hostname": b"web01\n"},
                         {"/etc/localtime": "../usr/share/zoneinfo/Europe/Berlin"})
        row = images.list_logs(image).folders[0]
        if not pathlib.Path("/usr/share/zoneinfo/Europe/Berlin").exists():
            self.skipTest("the system has no zoneinfo")
        self.assertEqual((row["zone"], row["zone_source"]),
                         ("Europe/Berlin", "/etc/localtime (the zone's rules are the examiner's own)"))

    def test_zone_from_the_image_itself(self):
        self.need("mkfs.ext4")
        for files, links, want in [
            ({"/usr/share/zoneinfo/Test/Zone": TZIF}, {"/etc/localtime": "/usr/share/zoneinfo/Test/Zone"},
             ("Test/Zone", "/etc/localtime")),
            ({"/etc/localtime": TZIF}, {}, ("/etc/localtime", "/etc/localtime")),
            ({"/etc/localtime": TZIF, "/etc/timezone": b"Test/Zone\n"}, {}, ("Test/Zone", "/etc/localtime")),
            ({"/usr/share/zoneinfo/Test/Zone": TZIF, "/etc/sysconfig/clock": b'ZONE="Test/Zone"\n'}, {},
             ("Test/Zone", "/etc/sysconfig/clock")),
            ({"/etc/timezone": b"../../etc/passwd\n"}, {}, ("", "")),
            ({"/etc/localtime": b"not a zone"}, {}, ("", "")),
        ]:
            with self.subTest(want=want, files=list(files)):
                folder = self.folder()
                image = self.ext(folder, "image", {"/var/log/cron": LOG, "/etc/x": b"", **files}, links)
                row = images.list_logs(image).folders[0]
                self.assertEqual((row["zone"], row["zone_source"]), want)


if __name__ == "__main__":
    tap.main()
