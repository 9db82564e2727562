#!/usr/bin/python3
"""Logical volumes are read where LVM2 itself says that they lie."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, lvm, program, tap  # noqa: E402
from tests.support.images import MIB, run, sha256  # noqa: E402
from tests.support.lvm import LOG, SMALL, LvmTest  # noqa: E402


class Layouts(LvmTest):
    def group(self, lab, sizes, *options, pv_options=()):
        devices = [lab.disk(f"disk{i}.raw", size) for i, size in enumerate(sizes)]
        lab.lvm("pvcreate", *pv_options, *devices)
        lab.lvm("vgcreate", *options, "vg0", *devices)
        return devices

    def check(self, lab, wants, vg="vg0", grub=True):
        """`wants` volume: log; all disks given together."""
        paths = list(lab.devices.values())
        listing = images.list_logs(paths[0], *(f"+{path}" for path in paths[1:]), "cron*")
        self.assertEqual(self.hashes(listing),
                         {f"lvm-{vg}-{name}:/var/log/cron": sha256(log) for name, log in wants.items()})
        self.assertEqual(listing.messages(), [])
        for path in paths[1:]:
            other = images.list_logs(path, *(f"-{before}" for before in paths[:paths.index(path)]),
                                     *(f"+{after}" for after in paths[paths.index(path) + 1:]), "cron*")
            self.assertEqual(other.files, {})
            self.assertEqual(other.messages(), [])
            self.assertIn(f"physical volume of {vg}, read with {paths[0]}",
                          other.volumes["whole"]["description"])
        if grub:
            for name, log in wants.items():
                self.assertEqual(self.grub(paths, f"{vg.replace('-', '--')}-{name.replace('-', '--')}",
                                           "/var/log/cron"), sha256(log))
        return listing

    def test_linear_on_one(self):
        lab = lvm.Lab(self)
        self.group(lab, [40 * MIB], "-s", "1M")
        lab.create("vg0", "root", "-l", "12")
        lab.create("vg0", "var-log", "-l", "10")
        self.fill(lab, "vg0", "root", LOG)
        self.fill(lab, "vg0", "var-log", SMALL)
        listing = self.check(lab, {"root": LOG, "var-log": SMALL})
        volume = listing.volumes["lvm-vg0-root"]
        self.assertEqual((volume["start"], volume["size"], volume["description"]),
                         (lab.runs("vg0", "root")[0][2], 12 * MIB,
                          "LVM2 logical volume, linear, 1 segment on 1 physical volume (whole)"))
        self.assertEqual(listing.files["lvm-vg0-var-log:/var/log/cron"]["path_spec"][1],
                         {"type": "LVM", "location": "/lvm2", "volume_index": 1})
        self.assertEqual(listing.volumes["whole"]["file_system"], "LVM2 physical volume")

    def test_many_segments_on_one_and_two(self):
        for sizes in ([64 * MIB], [24 * MIB, 40 * MIB]):
            with self.subTest(sizes=sizes):
                lab = lvm.Lab(self)
                self.group(lab, sizes, "-s", "128k")
                names = ("a", "b")
                for name in names:
                    lab.create("vg0", name, "-l", "40")
                for step in range(5):
                    for name in names:
                        lab.lvm("lvextend", "-l", f"+{3 + step}", f"vg0/{name}")
                # What lies before it is extended as well: its segments do not go up the disk.
                lab.lvm("lvremove", "-y", "vg0/a")
                lab.lvm("lvextend", "-l", "140", "vg0/b")
                self.fill(lab, "vg0", "b", LOG)
                self.assertGreater(len(lab.runs("vg0", "b")), 5)
                self.check(lab, {"b": LOG})
                for device in list(lab.devices):
                    lab.detach(device)

    def test_striped(self):
        for count, stripe, extents in ((2, "4k", 24), (3, "64k", 24), (2, "1m", 24), (5, "16k", 25)):
            with self.subTest(count=count, stripe=stripe):
                lab = lvm.Lab(self)
                self.group(lab, [16 * MIB] * count, "-s", "1M")
                lab.create("vg0", "s", "-i", str(count), "-I", stripe, "-l", str(extents))
                self.fill(lab, "vg0", "s", LOG)
                listing = self.check(lab, {"s": LOG})
                self.assertIn(f"striped over {count}, 1 segment on {count} physical volumes (whole, "
                              "whole of ", listing.volumes["lvm-vg0-s"]["description"])
                for device in list(lab.devices):
                    lab.detach(device)

    def test_striped_and_linear_in_one(self):
        lab = lvm.Lab(self)
        self.group(lab, [16 * MIB, 16 * MIB, 24 * MIB], "-s", "1M")
        lab.create("vg0", "s", "-i", "2", "-I", "8k", "-l", "4")
        lab.lvm("lvextend", "-i", "1", "-l", "+3", "vg0/s")
        lab.lvm("lvextend", "-i", "3", "-I", "32k", "-l", "+9", "vg0/s")
        self.fill(lab, "vg0", "s", LOG)
        self.check(lab, {"s": LOG})

    def test_other_sizes_of_extents_and_sectors(self):
        for extent, size, loop in (("64k", 24, ()), ("4M", 48, ()), ("8M", 64, ("-b", "4096"))):
            with self.subTest(extent=extent, loop=loop):
                lab = lvm.Lab(self)
                lab.lvm("vgcreate", "-s", extent, "vg0", lab.disk("disk0.raw", size * MIB, *loop))
                lab.create("vg0", "v", "-L", "16M")
                self.fill(lab, "vg0", "v", LOG)
                self.check(lab, {"v": LOG}, grub=not loop)
                for device in list(lab.devices):
                    lab.detach(device)

    def test_in_partitions_of_one_disk(self):
        self.need("sgdisk")
        lab = lvm.Lab(self)
        self.group(lab, [16 * MIB, 20 * MIB], "-s", "1M")
        lab.create("vg0", "v", "-l", "30")
        self.fill(lab, "vg0", "v", LOG)
        disk = lab.folder / "whole.raw"
        with open(disk, "wb") as out:
            out.truncate(40 * MIB)
        run("sgdisk", "-n", "1:2048:+16M", "-n", "2:34816:+20M", disk)
        with open(disk, "r+b") as out:
            for start, path in zip((2048, 34816), lab.devices.values()):
                out.seek(start * 512)
                out.write(path.read_bytes())
        listing = images.list_logs(disk)
        self.assertEqual(self.hashes(listing), {"lvm-vg0-v:/var/log/cron": sha256(LOG)})
        self.assertEqual(listing.messages(), [])
        _, device, offset = lab.runs("vg0", "v")[0]
        partition = dict(zip(lab.devices, (2048, 34816)))[device]
        self.assertEqual(listing.volumes["lvm-vg0-v"]["start"], partition * 512 + offset)
        self.assertEqual([layer["type"] for layer in
                          listing.files["lvm-vg0-v:/var/log/cron"]["path_spec"]],
                         ["EXT", "LVM", "TSK_PARTITION", "RAW", "OS"])
        self.assertEqual(self.grub([disk], "vg0-v", "/var/log/cron"), sha256(LOG))

    def test_metadata_ring_wraps(self):
        lab = lvm.Lab(self)
        device = self.group(lab, [24 * MIB], "-s", "1M",
                            pv_options=("--metadatasize", "60k", "--dataalignment", "64k",
                                        "--pvmetadatacopies", "2"))[0]
        lab.create("vg0", "v", "-l", "12")
        self.fill(lab, "vg0", "v", LOG)
        path = lab.devices[device]
        wraps = 0
        for step in range(12):
            lab.lvm("vgchange", *(f"--addtag=t{step}{i:02}{'x' * 900}" for i in range(8)), "vg0")
            data = path.read_bytes()
            offset, length = (int.from_bytes(data[4096 + at:4104 + at], "little") for at in (40, 48))
            area = int.from_bytes(data[4096 + 32:4096 + 40], "little")
            if offset + length > area:
                wraps += 1
                self.check(lab, {"v": LOG}, grub=False)
            if step % 3 == 2:
                lab.lvm("vgchange", *(f"--deltag=t{old}{i:02}{'x' * 900}"
                                      for old in range(step - 2, step + 1) for i in range(8)), "vg0")
        self.assertGreater(wraps, 0)
        self.check(lab, {"v": LOG})

    def test_nested(self):
        """A guest's disk in a logical volume: a partition table, and a volume group of its own."""
        self.need("sfdisk")
        guest = lvm.Lab(self)
        self.group(guest, [20 * MIB], "-s", "1M")
        guest.create("vg0", "in", "-l", "12")
        self.fill(guest, "vg0", "in", LOG)
        disk = guest.folder / "guest.raw"
        with open(disk, "wb") as out:
            out.truncate(30 * MIB)
        run("sfdisk", "-q", disk, stdin=(b"label: dos\nstart=2048,size=12288,type=83\n"
                                         b"start=14336,size=40960,type=8e\n"))
        with open(disk, "r+b") as out:
            out.seek(2048 * 512)
            out.write(self.ext(SMALL, 6 * MIB))
            out.seek(14336 * 512)
            out.write(next(iter(guest.devices.values())).read_bytes())
        guest.close()
        guest.devices.clear()
        lab = lvm.Lab(self)
        lab.lvm("vgcreate", "-s", "1M", "host", lab.disk("disk0.raw", 40 * MIB))
        lab.create("host", "guest", "-l", "30")
        lab.write("host", "guest", disk.read_bytes())
        listing = images.list_logs(next(iter(lab.devices.values())))
        self.assertEqual(self.hashes(listing), {"lvm-host-guest-p1:/var/log/cron": sha256(SMALL),
                                                "lvm-vg0-in:/var/log/cron": sha256(LOG)})
        self.assertEqual(listing.messages(), [])


class Program(LvmTest):
    def test_images_given_together(self):
        if not program.PROGRAM.exists():
            self.skipTest("the program is not built")
        lab = lvm.Lab(self)
        devices = [lab.disk(name, 20 * MIB) for name in ("a.raw", "b.raw")]
        lab.lvm("vgcreate", "-s", "1M", "vg0", *devices)
        lab.create("vg0", "v", "-i", "2", "-I", "64k", "-l", "24")
        self.fill(lab, "vg0", "v", LOG)
        first, second = lab.devices.values()
        out = self.folder() / "out"
        done = program.run("extract", first, second, "-d", out)
        self.assertEqual(done.status, 0, done.err)
        self.assertEqual(sha256((out / "a.raw" / "lvm-vg0-v" / "var" / "log" / "cron").read_bytes()),
                         sha256(LOG))
        self.assertEqual([path.name for path in out.iterdir()].count("b.raw"), 0)
        self.assertEqual(program.run("scan", second, first).status, 0)
        alone = program.run("extract", second, "-d", self.folder() / "out")
        self.assertEqual(alone.status, 3, alone.err)
        self.assertIn("is missing", alone.err)


class Named(LvmTest):
    def test_what_is_not_read_is_named(self):
        lab = lvm.Lab(self)
        devices = [lab.disk(name, 80 * MIB) for name in ("a.raw", "b.raw", "c.raw")]
        lab.lvm("vgcreate", "-s", "1M", "vg0", *devices)
        made = {}
        lab.create("vg0", "plain", "-l", "12")
        self.fill(lab, "vg0", "plain", LOG)
        for name, words, options in [
            ("r1", "RAID volume (raid1)", ("--type", "raid1", "-m", "1", "-l", "4")),
            ("r5", "RAID volume (raid5", ("--type", "raid5", "-i", "2", "-l", "4")),
            ("r0", "RAID volume (raid0)", ("--type", "raid0", "-i", "2", "-l", "4")),
            ("m", "mirror", ("--type", "mirror", "-m", "1", "--mirrorlog", "core", "-l", "4")),
        ]:
            try:
                lab.create("vg0", name, *options)
                made[name] = words
            except AssertionError:
                continue
        self.restore_by_hand(lab, made)
        paths = list(lab.devices.values())
        listing = images.list_logs(paths[0], *(f"+{path}" for path in paths[1:]), "cron*")
        self.assertEqual(self.hashes(listing), {"lvm-vg0-plain:/var/log/cron": sha256(LOG)})
        self.assertGreaterEqual(len(made), 4)
        self.assertEqual(set(listing.volumes),
                         {"whole", "lvm-vg0-plain", *(f"lvm-vg0-{name}" for name in made)})
        for name, words in made.items():
            self.assertIn(words, listing.volumes[f"lvm-vg0-{name}"]["unsupported"])

    def restore_by_hand(self, lab, made):
        """Types whose making needs a running device-mapper: their text, as LVM2 writes it."""
        backup = self.folder() / "vg0"
        lab.lvm("vgcfgbackup", "-f", backup, "vg0")
        text = backup.read_text()

        def volume(name, status, segment, number):
            return (f'{name} {{\nid = "AAAAAA-aaaa-bbbb-cccc-dddd-eeee-{number:06}"\n'
                    f'status = ["READ", "WRITE"{status}]\nflags = []\nsegment_count = 1\n'
                    f'segment1 {{\nstart_extent = 0\nextent_count = 4\n{segment}\n}}\n}}\n')

        def linear(pe):
            return f'type = "striped"\nstripe_count = 1\nstripes = ["pv0", {pe}]'

        visible = ', "VISIBLE"'
        more = (volume("tp", visible, 'type = "thin-pool"\nmetadata = "tp_tmeta"\npool = "tp_tdata"\n'
                       'transaction_id = 1\nchunk_size = 128\ndiscards = "passdown"\n'
                       'zero_new_blocks = 1', 1)
                + volume("tp_tmeta", "", linear(60), 2) + volume("tp_tdata", "", linear(64), 3)
                + volume("thin", visible, 'type = "thin"\nthin_pool = "tp"\ntransaction_id = 0\n'
                         'device_id = 1', 4)
                + volume("snap", visible, linear(68), 5)
                + volume("snapshot0", "", 'type = "snapshot"\nchunk_size = 8\norigin = "plain"\n'
                         'cow_store = "snap"', 6))
        at = text.index("logical_volumes {") + len("logical_volumes {\n")
        backup.write_text(text[:at] + more + text[at:])
        try:
            lab.lvm("vgcfgrestore", "--force", "-f", backup, "vg0")
        except AssertionError as error:
            self.fail(f"LVM2 does not take the text: {error}")
        made.update({"tp": "thin pool", "thin": "thin volume of the pool tp",
                     "snap": "snapshot of plain"})


if __name__ == "__main__":
    tap.main()
