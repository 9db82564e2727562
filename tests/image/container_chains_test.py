#!/usr/bin/python3
"""Virtual disks of several files and of forms that qemu-img does not write."""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, made_disks, program, rows, tap  # noqa: E402
from tests.support.images import MIB, log_text, make_ext, run, sha256  # noqa: E402
from tests.support.virtual_disks import dump, silently_wrong  # noqa: E402

LOG = log_text(300_001)


class ChainTest(images.ImageTest):
    def setUp(self):
        super().setUp()
        self.need("qemu-img", "qemu-io", "mkfs.ext4")
        if not program.PROGRAM.exists():
            self.skipTest("the program is not built")

    def disk(self, folder, size="12M", files=None):
        tree = images.write_tree(folder / "tree", {"/var/log/cron": LOG} if files is None else files)
        raw = make_ext(folder / "disk.raw", tree, size=size)
        noise = random.Random(7).randbytes(MIB)
        with open(raw, "r+b") as out:
            out.seek(0, 2)
            out.write(noise)
        return raw


class Qcow2(ChainTest):
    def test_sparse_subclusters(self):
        folder = self.folder()
        # A run of tables' worth: each cluster of 16 KiB has one subcluster of 512 bytes; and as the disks of large
        # hosts are, one in 2 MiB.
        for name, size, stride, options in (("dense", 128 * MIB, 16384, "cluster_size=16k,data_file={}"),
                                            ("each 2 MiB", 128 * MIB, 2 * MIB, "cluster_size=64k"),
                                            ("outside", 128 * MIB, 2 * MIB, "cluster_size=64k,data_file={}"),
                                            ("each 32 MiB", 128 * MIB, 32 * MIB, "cluster_size=64k")):
            with self.subTest(name):
                image = folder / f"{name}.qcow2"
                run("qemu-img", "create", "-q", "-f", "qcow2", "-o",
                    "extended_l2=on," + options.format(folder / f"{name}.img"), image, str(size))
                count = size // stride
                want = bytearray(size)
                words = []
                for number in range(count):
                    at, fill = number * stride + number % 8 * 2048, 1 + number % 250
                    words.append(f"write -q -P {fill} {at} 512\n")
                    want[at:at + 512] = bytes([fill]) * 512
                run("qemu-io", "-t", "unsafe", "-f", "qcow2", image, stdin="".join(words).encode())
                data, said = dump(image, folder)
                self.assertEqual(said["warnings"], [])
                self.assertEqual(said["damage"], [])
                self.assertEqual(sha256(data), sha256(bytes(want)))

    def test_a_snapshot_is_named_and_the_result_is_whole(self):
        for name, files, status in (("log", None, 0), ("none", {"/etc/hosts": b"x\n"}, 3)):
            with self.subTest(name):
                folder = self.folder()
                raw = self.disk(folder, files=files)
                image = folder / f"{name}.qcow2"
                run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image)
                run("qemu-img", "snapshot", "-c", "before the update", image)
                summary = folder / "summary.json"
                done = program.run("scan", image, *program.ZONE, "--year", "2001", "--summary", summary)
                self.assertEqual(done.status, status, done.err)
                self.assertIn("1 snapshot (before the update)", done.err)
                said = rows.parse(summary.read_text())
                self.assertEqual(rows.problems(said, rows.load_schema("summary")), [])
                self.assertIn("unread_state", [one["kind"] for one in said["warnings"]])


class Vmdk(ChainTest):
    def split(self, folder):
        """A disk of three extents of at most 2 GiB, a log in the first."""
        raw = self.disk(folder)
        with open(raw, "r+b") as file:
            file.truncate(4 * 1024 * MIB + 300 * MIB)
        image = folder / "disk.vmdk"
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", raw, image)
        self.assertEqual(len(list(folder.glob("disk-s*.vmdk"))), 3)
        return image

    def test_extents_are_one_image(self):
        folder = self.folder()
        image = self.split(folder)
        extents = sorted(folder.glob("disk-s*.vmdk"))
        # By its descriptor, or by all files at once in any order: one disk, read once.
        for inputs in ([image], [image, *extents], [*extents, image]):
            done = program.run("extract", *inputs, "-d", self.folder() / "out")
            self.assertEqual(done.status, 0, done.err)
            self.assertIn("1 file", done.err)

    def test_an_extent_alone_means_its_disk(self):
        folder = self.folder()
        self.split(folder)
        other = make_ext(folder / "other.raw", images.write_tree(folder / "two", {"/var/log/cron": LOG}), size="8M")
        done = program.run("extract", folder / "disk-s002.vmdk", other, "-d", self.folder() / "out")
        self.assertEqual(done.status, 0, done.err)
        self.assertIn("disk-s002.vmdk is a part of the disk of", done.err)
        self.assertIn("2 files", done.err)

    def test_a_missing_extent_is_named_and_the_others_are_read(self):
        for missing in (1, 2, 3):
            with self.subTest(missing=missing):
                folder = self.folder()
                image = self.split(folder)
                gone = folder / f"disk-s00{missing}.vmdk"
                gone.unlink()
                listing = images.list_logs(image)
                told = [text for text in listing.messages() if gone.name in text]
                self.assertTrue(told, listing.messages())
                self.assertIn("cannot be read", told[0])
                if missing != 1:
                    self.assertEqual(listing.files["whole:/var/log/cron"]["sha256"], sha256(LOG))
                done = program.run("extract", image, "-d", self.folder() / "out")
                self.assertEqual(done.status, 3, done.err)
                self.assertIn(gone.name, done.err)

    def test_a_flat_extent_cut_off_is_damage_from_there_on(self):
        folder = self.folder()
        raw = self.disk(folder)
        image = folder / "flat.vmdk"
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicFlat", raw, image)
        flat = folder / "flat-flat.vmdk"
        data = flat.read_bytes()
        flat.write_bytes(data[:-MIB - 700])
        got, said = dump(image, folder)
        self.assertEqual([one[:2] for one in said["known_damage"]], [[len(data) - MIB - 700, len(data)]])
        self.assertEqual(silently_wrong(got, said, raw.read_bytes()), [])

    def test_the_last_grain_of_a_stream_cut_off(self):
        folder = self.folder()
        raw = self.disk(folder)
        image = folder / "stream.vmdk"
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", raw, image)
        whole = image.read_bytes()
        want = raw.read_bytes()
        # qemu ends the file with the last grain, filled up to a sector; noise is packed by storing it.
        end = len(whole.rstrip(b"\0"))
        for cut in (10, 1000, 30_000, 60_000, 65_000):
            image.write_bytes(whole[:end - cut])
            got, said = dump(image, folder)
            self.assertEqual(silently_wrong(got, said, want), [], cut)
            self.assertEqual([one[:2] for one in said["known_damage"]], [[len(want) - 65536, len(want)]], (cut, said))

    def test_extents_of_esx(self):
        folder = self.folder()
        raw = self.disk(folder)
        want = raw.read_bytes()
        for name, kind, create, content in (
                ("cowd", "VMFSSPARSE", "vmfsSparse", made_disks.cowd(want)),
                ("cowd8", "VMFSSPARSE", "vmfsSparse", made_disks.cowd(want, grain=8)),
                ("sesparse", "SESPARSE", "seSparse", made_disks.sesparse(want))):
            with self.subTest(name):
                extent = folder / f"{name}-delta.vmdk"
                extent.write_bytes(content)
                image = folder / f"{name}.vmdk"
                image.write_bytes(made_disks.descriptor(kind, create, len(want) // 512, extent.name))
                run("qemu-img", "convert", "-f", "vmdk", "-O", "raw", image, folder / "oracle")
                self.assertEqual(sha256((folder / "oracle").read_bytes()), sha256(want))
                data, said = dump(image, folder)
                self.assertEqual((sha256(data), said["damage"], said["warnings"]), (sha256(want), [], []))
                # The extent alone, where its descriptor is beside it and where it is not.
                data, said = dump(extent, folder)
                self.assertEqual(sha256(data), sha256(want), said)
                image.unlink()
                data, said = dump(extent, folder)
                self.assertEqual(sha256(data), sha256(want), said)
                self.assertIn("without its descriptor", said["warnings"][0])
                # Cut off inside its grains.
                extent.write_bytes(content[:-len(want) // 40])
                data, said = dump(extent, folder)
                self.assertTrue(said["known_damage"])
                self.assertEqual(silently_wrong(data, said, want), [])

    def test_a_snapshot_of_esx_over_its_base(self):
        folder = self.folder()
        raw = self.disk(folder)
        base = folder / "base.vmdk"
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicFlat", raw, base)
        cid = next(line[4:] for line in base.read_text().splitlines() if line.startswith("CID="))
        want = bytearray(raw.read_bytes())
        want[5 * MIB:5 * MIB + 9000] = b"K" * 9000
        grains = set(range(5 * MIB // 512, (5 * MIB + 9000) // 512 + 1))
        (folder / "snap-delta.vmdk").write_bytes(made_disks.cowd(bytes(want), only=grains))
        snapshot = folder / "snap.vmdk"
        for parent_cid in (cid, "1badcafe"):
            snapshot.write_bytes(made_disks.descriptor("VMFSSPARSE", "vmfsSparse", len(want) // 512, "snap-delta.vmdk",
                                                       "base.vmdk", parent_cid))
            data, said = dump(snapshot, folder)
            self.assertEqual((sha256(data), said["damage"]), (sha256(bytes(want)), []), said)
            self.assertEqual(["CID differs" in text for text in said["warnings"]], [True] * (parent_cid != cid))
        (folder / "base-flat.vmdk").unlink()
        data, said = dump(snapshot, folder)
        self.assertEqual(silently_wrong(data, said, bytes(want)), [])
        self.assertEqual(data[5 * MIB:5 * MIB + 9000], b"K" * 9000)

    def test_a_sesparse_journal_that_waits_is_refused(self):
        folder = self.folder()
        want = self.disk(folder).read_bytes()
        extent = folder / "s-sesparse.vmdk"
        extent.write_bytes(made_disks.sesparse(want, journal=1))
        image = folder / "s.vmdk"
        image.write_bytes(made_disks.descriptor("SESPARSE", "seSparse", len(want) // 512, extent.name))
        data, said = dump(image, folder)
        self.assertIn("journal was not replayed", said["warnings"][0])
        self.assertEqual([one[:2] for one in said["known_damage"]], [[0, len(want)]])
        self.assertEqual(silently_wrong(data, said, want), [])


class Vhdx(ChainTest):
    def test_a_child_over_its_parent(self):
        folder = self.folder()
        raw = self.disk(folder)
        parent = folder / "parent.vhdx"
        run("qemu-img", "convert", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic,block_size=1M", raw, parent)
        want = bytearray(raw.read_bytes())
        noise = random.Random(3).randbytes(2 * MIB)
        whole = {2: noise[:MIB]}
        partly = {5: {sector: noise[MIB + sector * 512:MIB + sector * 512 + 512]
                      for sector in (0, 1, 2, 40, 41, 100, 2047)}}
        want[2 * MIB:3 * MIB] = whole[2]
        for sector, content in partly[5].items():
            want[5 * MIB + sector * 512:5 * MIB + sector * 512 + 512] = content
        want = bytes(want[:raw.stat().st_size])
        child = folder / "child.vhdx"
        child.write_bytes(made_disks.vhdx_child(parent.read_bytes(), "parent.vhdx", whole, partly))
        data, said = dump(child, folder)
        self.assertEqual((sha256(data), said["damage"], said["warnings"]), (sha256(want), [], []), said)
        self.assertEqual([pathlib.Path(name).name for name in said["segments"]], ["child.vhdx", "parent.vhdx"])
        # A parent that was written to since.
        content = bytearray(parent.read_bytes())
        for at in (0x10000, 0x20000):
            header = content[at:at + 4096]
            header[32:48] = bytes(16)
            content[at:at + 4096] = made_disks.with_crc(header)
        parent.write_bytes(content)
        _, said = dump(child, folder)
        self.assertTrue(any("its identifier differs" in text for text in said["warnings"]), said)
        parent.unlink()
        data, said = dump(child, folder)
        self.assertEqual(silently_wrong(data, said, want), [])
        self.assertEqual(data[2 * MIB:3 * MIB], whole[2])
        self.assertEqual(data[5 * MIB + 40 * 512:5 * MIB + 42 * 512], noise[MIB + 40 * 512:MIB + 42 * 512])
        self.assertIn("parent of child.vhdx is missing", said["damage"][0][2])
        self.assertTrue(any("looked for as" in text for text in said["warnings"]), said)


if __name__ == "__main__":
    tap.main()
