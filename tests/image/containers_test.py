#!/usr/bin/python3
"""Virtual disks of every kind that qemu-img makes: every byte is right, or is said to be damaged."""

import pathlib
import random
import shutil
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, tap  # noqa: E402
from tests.support.images import MIB, log_text, make_ext, run, sha256  # noqa: E402
from tests.support.made_disks import BAT, vhdx_region, with_crc  # noqa: E402
from tests.support.virtual_disks import KINDS, dump, silently_wrong  # noqa: E402

LOG = log_text(300_001)


class Containers(images.ImageTest):
    def setUp(self):
        super().setUp()
        self.need("qemu-img", "qemu-io", "mkfs.ext4")

    def disk(self, folder, size="12M"):
        tree = images.write_tree(folder / "tree", {"/var/log/cron": LOG})
        raw = make_ext(folder / "disk.raw", tree, size=size)
        # Bytes that do not pack, at the end: so that every container has long runs of data.
        noise = random.Random(7).randbytes(MIB)
        with open(raw, "r+b") as out:
            out.seek(0, 2)
            out.write(noise)
        return raw

    def convert(self, raw, folder, kind, name="disk"):
        extension, form, options, _ = KINDS[kind]
        folder.mkdir(exist_ok=True)
        image = folder / f"{name}.{extension}"
        run("qemu-img", "convert", "-f", "raw", "-O", form, *options, raw, image)
        return image

    def test_every_byte_of_every_kind(self):
        folder = self.folder()
        raw = self.disk(folder)
        want = raw.read_bytes()
        for index, (kind, (extension, _, _, layer)) in enumerate(KINDS.items()):
            with self.subTest(kind):
                image = self.convert(raw, folder / f"k{index}", kind)
                data, said = dump(image, folder)
                self.assertNotIn("error", said)
                self.assertEqual(said["size"], len(want))
                self.assertEqual(sha256(data), sha256(want))
                self.assertEqual((said["damage"], said["warnings"]), ([], []))
                self.assertEqual(said["kind"], extension)
                self.assertEqual([one["type"] for one in said["path_spec"]], [layer, "OS"])
                listing = images.list_logs(image)
                self.assertEqual(listing.files["whole:/var/log/cron"]["sha256"], sha256(LOG))
                self.assertEqual(listing.messages(), [])

    def test_truncated_images_say_what_is_lost(self):
        folder = self.folder()
        raw = self.disk(folder)
        want = raw.read_bytes()
        for index, (kind, (extension, *_)) in enumerate(KINDS.items()):
            image = self.convert(raw, folder / f"t{index}", kind)
            parts = sorted(image.parent.iterdir(), key=lambda path: path.stat().st_size)
            whole = parts[-1].read_bytes()
            for share in (5, 30, 60, 90, 99):
                with self.subTest(kind, share=share):
                    parts[-1].write_bytes(whole[:len(whole) * share // 100 // 512 * 512 + 100])
                    data, said = dump(image, folder)
                    if extension == "vhd" and "fixed" in kind:
                        # Without its footer it is a raw image that is cut off.
                        self.assertEqual(said["kind"], "raw")
                        continue
                    if "error" in said:
                        self.assertLess(share, 10, said)
                        continue
                    self.assertEqual(silently_wrong(data, said, want), [])
                    self.assertEqual(said["damage"] == [], data == want)
                    self.assertTrue(said["warnings"] or data == want, said)

    def test_flipped_tables_never_give_wrong_bytes(self):
        folder = self.folder()
        raw = self.disk(folder)
        want = raw.read_bytes()
        pick = random.Random(11)
        for index, (kind, tables) in enumerate({
            "qcow2 v3": lambda b: [(be64(b, l1(b)) & 0x00fffffffffffe00, 8 * 150)],
            "qcow2, zlib": lambda b: [(be64(b, l1(b)) & 0x00fffffffffffe00, 8 * 150)],
            "qcow2, subclusters": lambda b: [(be64(b, l1(b)) & 0x00fffffffffffe00, 16 * 90)],
            "VMDK monolithicSparse": lambda b: [(le32(b, le64(b, 56) * 512) * 512, 4 * 150),
                                                (le64(b, 56) * 512, 4), (le64(b, 48) * 512, 4)],
            "VMDK streamOptimized": lambda b: [(0x10000, len(b) - 0x10000)],
            "VHD dynamic": lambda b: [(be64(b, 512 + 16), 4 * 6)],
            "VHDX dynamic": lambda b: [(vhdx_region(b, BAT), 8 * 12)],
        }.items()):
            image = self.convert(raw, folder / f"f{index}", kind)
            whole = image.read_bytes()
            for _ in range(30):
                start, length = pick.choice(tables(whole))
                at, bit = start + pick.randrange(length), pick.randrange(8)
                with self.subTest(kind, at=at, bit=bit):
                    broken = bytearray(whole)
                    broken[at] ^= 1 << bit
                    image.write_bytes(broken)
                    data, said = dump(image, folder)
                    if "error" not in said:
                        self.assertEqual(silently_wrong(data, said, want)[:3], [], said)

    def test_a_flipped_pointer_to_a_table_is_told(self):
        # What it points to now is read as a table, in which zeros are clusters never written: not each
        # wrong byte can be named (docs/adr/0009), but that something is wrong must be.
        folder = self.folder()
        raw = self.disk(folder)
        image = self.convert(raw, folder / "l1", "qcow2 v3")
        whole = image.read_bytes()
        for number in range(64):
            broken = bytearray(whole)
            broken[l1(whole) + number // 8] ^= 1 << number % 8
            image.write_bytes(broken)
            data, said = dump(image, folder)
            if "error" not in said and data != raw.read_bytes():
                self.assertTrue(said["known_damage"] or said["warnings"], (number, said))

    def test_chains(self):
        folder = self.folder()
        raw = self.disk(folder)
        for form, extension, create in (
                ("qcow2", "qcow2", ["-F", "qcow2"]), ("vmdk", "vmdk", ["-F", "vmdk"]),
                ("raw", "qcow2", ["-F", "raw"])):
            with self.subTest(form):
                where = folder / f"chain-{form}"
                where.mkdir()
                base = where / f"base.{form}"
                run("qemu-img", "convert", "-f", "raw", "-O", form, raw, base)
                below = base
                for step in (1, 2):
                    over = where / f"over{step}.{extension}"
                    fmt = form if step == 1 else extension
                    run("qemu-img", "create", "-q", "-f", extension, "-b", below, "-F", fmt, over)
                    run("qemu-io", "-f", extension, "-c", f"write -P {64 + step} {step * 5}M 200k",
                        over)
                    below = over
                want = bytearray(raw.read_bytes())
                for step in (1, 2):
                    want[step * 5 * MIB:step * 5 * MIB + 200 * 1024] = bytes([64 + step]) * 200 * 1024
                want = bytes(want[:raw.stat().st_size])
                run("qemu-img", "convert", "-f", extension, "-O", "raw", below, where / "oracle")
                self.assertEqual(sha256((where / "oracle").read_bytes()), sha256(want))
                # The folders of the machine it was made on are not looked into.
                moved = folder / f"moved-{form}"
                where.rename(moved)
                top = moved / below.name
                data, said = dump(top, folder)
                self.assertEqual(sha256(data), sha256(want), said)
                self.assertEqual((said["damage"], said["warnings"]), ([], []))
                self.assertEqual([pathlib.Path(name).name for name in said["segments"]],
                                 [top.name, f"over1.{extension}", base.name])
                (moved / base.name).rename(folder / f"gone-{form}")
                data, said = dump(top, folder)
                self.assertEqual(silently_wrong(data, said, want), [])
                self.assertTrue(said["damage"])
                self.assertIn("is missing", said["damage"][0][2])
                self.assertTrue(any("looked for as" in text for text in said["warnings"]))

    def test_a_backing_chain_that_bites_its_tail(self):
        folder = self.folder()
        for name in ("a", "b"):
            run("qemu-img", "create", "-q", "-f", "qcow2", folder / f"{name}.qcow2", "4M")
        run("qemu-img", "rebase", "-u", "-b", "b.qcow2", "-F", "qcow2", folder / "a.qcow2")
        run("qemu-img", "rebase", "-u", "-b", "a.qcow2", "-F", "qcow2", folder / "b.qcow2")
        _, said = dump(folder / "a.qcow2", folder)
        self.assertEqual(said["damage"], [[0, 4 * MIB, "the backing file of b.qcow2 is missing"]])
        self.assertTrue(any("its own parent" in text for text in said["warnings"]), said)

    def test_qcow2_zeros_snapshots_data_files_and_encryption(self):
        folder = self.folder()
        raw = self.disk(folder)
        want = bytearray(raw.read_bytes())
        image = self.convert(raw, folder / "z", "qcow2 v3")
        run("qemu-img", "snapshot", "-c", "before", image)
        run("qemu-io", "-f", "qcow2", "-c", "write -z 3M 1M", "-c", "write -P 77 5M 300k", image)
        want[3 * MIB:4 * MIB] = bytes(MIB)
        want[5 * MIB:5 * MIB + 300 * 1024] = b"M" * 300 * 1024
        data, said = dump(image, folder)
        self.assertEqual(sha256(data), sha256(want))
        self.assertEqual(said["damage"], [])
        self.assertEqual(len(said["warnings"]), 1)
        self.assertIn("1 snapshot (before)", said["warnings"][0])

        outside = folder / "outside"
        outside.mkdir()
        run("qemu-img", "create", "-q", "-f", "qcow2", "-o",
            f"data_file={outside}/bytes.img", outside / "d.qcow2", str(raw.stat().st_size))
        run("qemu-img", "convert", "-n", "-f", "raw", "-O", "qcow2", raw, outside / "d.qcow2")
        data, said = dump(outside / "d.qcow2", folder)
        self.assertEqual((sha256(data), said["damage"]), (sha256(raw.read_bytes()), []))
        (outside / "bytes.img").unlink()
        data, said = dump(outside / "d.qcow2", folder)
        self.assertEqual(silently_wrong(data, said, raw.read_bytes()), [])
        self.assertIn("external data file", said["damage"][0][2])

        secret = folder / "secret.qcow2"
        for tries_left in reversed(range(20)):
            try:
                run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "--object", "secret,id=s,data=abc",
                    "-o", "encrypt.format=luks,encrypt.key-secret=s", raw, secret)
                break
            except AssertionError as error:
                # qemu-img times its key derivation, and gives up where a busy machine gives it no time.
                if "accurate CPU usage" not in str(error) or tries_left == 0:
                    raise
        _, said = dump(secret, folder)
        self.assertIn("encrypted with LUKS", said["error"])

    def test_missing_extents_are_damage(self):
        folder = self.folder()
        raw = self.disk(folder)
        for index, kind in enumerate(("VMDK twoGbMaxExtentSparse", "VMDK monolithicFlat")):
            with self.subTest(kind):
                image = self.convert(raw, folder / f"m{index}", kind)
                extent = next(path for path in image.parent.iterdir() if path != image)
                extent.unlink()
                data, said = dump(image, folder)
                self.assertEqual([damage[:2] for damage in said["known_damage"]],
                                 [[0, raw.stat().st_size]])
                self.assertIn(extent.name, said["known_damage"][0][2])
                self.assertEqual(data, bytes(raw.stat().st_size))

    def test_a_vhd_over_its_parent(self):
        folder = self.folder()
        raw = self.disk(folder)
        parent = self.convert(raw, folder / "p", "VHD dynamic", "parent")
        want = bytearray(raw.read_bytes())
        child = folder / "p" / "child.vhd"
        child.write_bytes(vhd_child(parent.read_bytes(), "parent.vhd", 2, range(40, 90), b"K"))
        begin = 2 * 2 * MIB + 40 * 512
        want[begin:begin + 50 * 512] = b"K" * 50 * 512
        data, said = dump(child, folder)
        self.assertEqual((sha256(data), said["damage"], said["warnings"]), (sha256(want), [], []))
        parent.unlink()
        data, said = dump(child, folder)
        self.assertEqual(silently_wrong(data, said, bytes(want)), [])
        self.assertEqual(data[begin:begin + 512], b"K" * 512)
        self.assertIn("parent of child.vhd is missing", said["damage"][0][2])

    def test_a_vhdx_log_is_replayed(self):
        folder = self.folder()
        raw = self.disk(folder)
        image = self.convert(raw, folder / "x", "VHDX dynamic")
        image.write_bytes(vhdx_with_log(image.read_bytes()))
        data, said = dump(image, folder)
        self.assertEqual((sha256(data), said["damage"], said["warnings"]),
                         (sha256(raw.read_bytes()), [], []))
        oracle = folder / "oracle.vhdx"
        shutil.copy(image, oracle)
        run("qemu-img", "check", "-r", "all", oracle)
        run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", oracle, folder / "oracle")
        self.assertEqual(sha256((folder / "oracle").read_bytes()), sha256(data))
        # With the entry torn the log gives nothing, and that is said.
        broken = bytearray(image.read_bytes())
        broken[le64(broken, 0x10000 + 72) + 5000] ^= 1
        image.write_bytes(broken)
        _, said = dump(image, folder)
        self.assertTrue(any("log cannot be replayed" in text for text in said["warnings"]), said)


def be64(data, at):
    return struct.unpack_from(">Q", data, at)[0]


def le32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def le64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def l1(data):
    return be64(data, 40)


def vhdx_with_log(data):
    """Takes the block table's first sector back to zeros and leaves it in the log alone."""
    data = bytearray(data)
    table = vhdx_region(data, BAT)
    sector = data[table:table + 4096]
    data[table:table + 4096] = bytes(4096)
    guid = bytes(range(1, 17))
    log = next(le64(data, at + 72) for at in (0x10000, 0x20000))
    length = next(le32(data, at + 68) for at in (0x10000, 0x20000))
    entry = bytearray(8192)
    struct.pack_into("<4sIIIQII16sQQ", entry, 0, b"loge", 0, 8192, 4096, 9, 1, 0, guid, len(data),
                     len(data))
    struct.pack_into("<4s4s8sQQ", entry, 64, b"desc", sector[-4:], sector[:8], table, 9)
    struct.pack_into("<4sI", entry, 4096, b"data", 0)
    entry[4096 + 8:8192 - 4] = sector[8:-4]
    struct.pack_into("<I", entry, 8192 - 4, 9)
    data[log:log + length] = bytes(length)
    data[log + 4096:log + 4096 + 8192] = with_crc(entry)
    for at in (0x10000, 0x20000):
        header = data[at:at + 4096]
        header[48:64] = guid
        data[at:at + 4096] = with_crc(header)
    return bytes(data)


def complement(data, at):
    data = bytearray(data)
    data[at:at + 4] = bytes(4)
    struct.pack_into(">I", data, at, ~sum(data) & 0xffffffff)
    return bytes(data)


def vhd_child(parent, name, block, sectors, fill):
    """A differencing VHD that holds `sectors` of one block of 2 MiB."""
    footer = bytearray(parent[-512:])
    parent_id = bytes(footer[68:84])
    footer[60:64] = struct.pack(">I", 4)
    footer[68:84] = bytes([7]) * 16
    footer[16:24] = struct.pack(">Q", 512)
    footer = complement(footer, 64)
    header = bytearray(parent[512:1536])
    entries = struct.unpack_from(">I", header, 28)[0]
    struct.pack_into(">Q", header, 16, 1536)
    header[40:56] = parent_id
    encoded = f"C:\\machines\\{name}".encode("utf-16-be")
    header[64:64 + len(encoded)] = encoded
    header = complement(header, 36)
    table = [0xffffffff] * entries
    table_bytes = (entries * 4 + 511) // 512 * 512
    table[block] = (1536 + table_bytes) // 512
    bitmap, data = bytearray(512), bytearray(2 * MIB)
    for sector in sectors:
        bitmap[sector // 8] |= 0x80 >> sector % 8
        data[sector * 512:sector * 512 + 512] = fill * 512
    packed = struct.pack(f">{entries}I", *table).ljust(table_bytes, b"\xff")
    return footer + header + packed + bytes(bitmap) + bytes(data) + footer


if __name__ == "__main__":
    tap.main()
