"""Disk images in layers: a filesystem in a volume in a container, each made by the systems' own tools.

Filling a filesystem so that its files lie in pieces needs a loop mount (root); what cannot be mounted here is
filled by its mkfs, in one piece.
"""

import dataclasses
import functools
import os
import pathlib
import random
import subprocess
import tempfile
import zlib

from tests.support import images
from tests.support.images import MIB, run

EXTENTS = 700
STRIDE = 8192
UNSYNCED = 20_000  # bytes of the log that an image of a running system has in its journal only
LOG = images.log_text(3_000_098)


def pieces():
    """A file of 700 extents: blocks of text with holes between them."""
    out = bytearray()
    text = images.log_text(4096 * EXTENTS, seed=7)
    for i in range(EXTENTS):
        out += text[i * 4096:(i + 1) * 4096] + bytes(STRIDE - 4096)
    return bytes(out[:-(STRIDE - 4096)])


PIECES = pieces()
FILES = {"var/log/cron": LOG, "var/log/cron.1": PIECES}


@functools.cache
def can_mount():
    """Why loop mounts do not work here; empty where they do."""
    if os.geteuid() != 0:
        return "mounting needs root"
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder) / "image"
        images.make_ext(image, folder, size="4M")
        point = pathlib.Path(folder) / "point"
        point.mkdir()
        done = subprocess.run(["mount", "-o", "loop", image, point], capture_output=True, check=False)
        if done.returncode != 0:
            return "the kernel refuses loop mounts"
        subprocess.run(["umount", point], check=True)
    return ""


class Mounted:
    """A loop mount for the length of a `with`."""

    def __init__(self, image, options=""):
        self.image = image
        self.options = ",".join(filter(None, ("loop", options)))
        self.holder = tempfile.TemporaryDirectory()

    def __enter__(self):
        point = pathlib.Path(self.holder.name)
        try:
            run("mount", "-o", self.options, self.image, point)
        except BaseException:
            self.holder.cleanup()
            raise
        return point

    def __exit__(self, *_):
        run("umount", self.holder.name)
        self.holder.cleanup()


def write_pieces(path, data):
    """Block by block with holes between, so that each is an extent of its own."""
    with open(path, "wb") as file:
        for at in range(0, len(data), STRIDE):
            file.seek(at)
            file.write(data[at:at + 4096])


def extents_of(path):
    """How many the kernel counts."""
    return sum(line.lstrip()[:1].isdigit() for line in run("filefrag", "-v", path).decode().splitlines())


def fill(point):
    (point / "etc").mkdir(exist_ok=True)
    (point / "etc/hostname").write_text("matrix\n")
    (point / "var/log").mkdir(parents=True, exist_ok=True)
    # Neighbours, so that no file lies where the one before ended.
    pick = random.Random(1)
    for number in range(40):
        (point / f"var/log/other{number}").write_bytes(pick.randbytes(3000 + 977 * number))
    (point / "var/log/cron").write_bytes(LOG)
    write_pieces(point / "var/log/cron.1", PIECES)
    for number in range(0, 40, 2):
        (point / f"var/log/other{number}").unlink()


@dataclasses.dataclass(frozen=True)
class FileSystem:
    name: str
    mkfs: tuple  # the image's path is put behind
    mount: str = ""
    size: int = 320 * MIB
    mountable: bool = True


FILE_SYSTEMS = (
    FileSystem("ext2, 1 KiB blocks", ("mkfs.ext2", "-q", "-F", "-b", "1024"), size=48 * MIB),
    FileSystem("ext3, 4 KiB blocks", ("mkfs.ext3", "-q", "-F", "-b", "4096"), size=64 * MIB),
    FileSystem("ext4", ("mkfs.ext4", "-q", "-F"), size=64 * MIB),
    FileSystem("ext4, 1 KiB blocks", ("mkfs.ext4", "-q", "-F", "-b", "1024"), size=48 * MIB),
    FileSystem("ext4, bigalloc", ("mkfs.ext4", "-q", "-F", "-O", "bigalloc", "-C", "16384"), size=64 * MIB),
    FileSystem("ext4, meta_bg", ("mkfs.ext4", "-q", "-F", "-O", "meta_bg,^resize_inode"), size=64 * MIB),
    FileSystem("XFS v5", ("mkfs.xfs", "-q", "-f")),
    FileSystem("XFS v5, 1 KiB blocks", ("mkfs.xfs", "-q", "-f", "-b", "size=1024")),
    FileSystem("XFS v5, reflink, rmapbt, nrext64",
               ("mkfs.xfs", "-q", "-f", "-m", "reflink=1,rmapbt=1,bigtime=1,inobtcount=1", "-i", "nrext64=1")),
    FileSystem("XFS v5, 64 KiB directory blocks", ("mkfs.xfs", "-q", "-f", "-n", "size=65536")),
    FileSystem("XFS v4", ("mkfs.xfs", "-q", "-f", "-m", "crc=0"), mountable=False),
    FileSystem("btrfs", ("mkfs.btrfs", "-q", "-f")),
    FileSystem("btrfs, zlib", ("mkfs.btrfs", "-q", "-f"), mount="compress-force=zlib"),
    FileSystem("btrfs, lzo", ("mkfs.btrfs", "-q", "-f"), mount="compress-force=lzo"),
    FileSystem("btrfs, zstd", ("mkfs.btrfs", "-q", "-f"), mount="compress-force=zstd"),
)


def make_file_system(row, image, *, dirty=False):
    """Makes and fills it; `dirty` leaves it as an image of a running system would."""
    with open(image, "wb") as file:
        file.truncate(row.size)
    if row.mkfs[0] == "mkfs.xfs" and not row.mountable:
        return make_xfs_by_prototype(row, image)
    run(*row.mkfs, image)
    if not dirty:
        with Mounted(image, row.mount) as point:
            fill(point)
        return image
    live = image.with_suffix(".live")
    image.rename(live)
    with Mounted(live, row.mount) as point:
        fill(point)
        os.truncate(point / "var/log/cron", len(LOG) - UNSYNCED)
        run("sync", "-f", point)
        # Behind the sync, and on the disk: what only journal or log say.
        file = os.open(point / "var/log/cron", os.O_WRONLY | os.O_APPEND)
        os.write(file, LOG[-UNSYNCED:])
        os.fsync(file)
        os.close(file)
        run("cp", "--sparse=always", live, image)
    live.unlink()
    return image


def make_xfs_by_prototype(row, image):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, data in FILES.items():
            (folder / pathlib.Path(name).name).write_bytes(data)
        (folder / "proto").write_text(
            "/stand/diskboot\n0 0\nd--755 0 0\nvar d--755 0 0\nlog d--755 0 0\n"
            f"cron ---644 0 0 {folder / 'cron'}\ncron.1 ---644 0 0 {folder / 'cron.1'}\n$\n$\n$\n")
        run(*row.mkfs, "-p", folder / "proto", image)
    return image


# --- volumes ---------------------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Disk:
    """One image or several that belong together, and how other tools find the volume in them."""
    images: list
    sector_offset: int = 0  # of the filesystem, in 512-byte sectors; what TSK is told
    grub: str = "(loop0)"  # None where grub-fstest is not asked
    volume: str = "whole"  # as pidometer names it


def place(source, target, offset, size):
    """Copies a filesystem into a disk, holes kept."""
    with open(target, "r+b" if target.exists() else "wb") as file:
        file.truncate(max(size, target.stat().st_size))
    run("dd", f"if={source}", f"of={target}", "bs=1M", f"seek={offset // MIB}", "conv=notrunc,sparse", "status=none")


def whole(source, folder):
    del folder
    return Disk([source])


def mbr(source, folder):
    disk = folder / "mbr.raw"
    size = source.stat().st_size
    place(source, disk, 2 * MIB, size + 4 * MIB)
    run("sfdisk", "-q", disk, stdin=f"label: dos\nstart=2048, size=1024, type=83\nstart=4096, size={size // 512}, "
                                    "type=83\n".encode())
    return Disk([disk], 4096, "(loop0,msdos2)", "p2")


def gpt(source, folder, sector=512):
    disk = folder / f"gpt{sector}.raw"
    size = source.stat().st_size
    place(source, disk, 2 * MIB, size + 4 * MIB)
    write_gpt(disk, sector, [(2 * MIB // sector, (2 * MIB + size) // sector - 1)])
    return Disk([disk], 4096, "(loop0,gpt1)" if sector == 512 else None, "p1")


def gpt_4k(source, folder):
    return gpt(source, folder, 4096)


def write_gpt(disk, sector, parts):
    """A GPT as the UEFI specification (5.3) has it; no tool here writes one of 4096-byte sectors into a file."""
    total = disk.stat().st_size // sector
    linux = bytes.fromhex("af3dc60f838472478e793d69d8477de4")
    entries = b"".join(
        linux + bytes([n + 1] * 16) + first.to_bytes(8, "little") + last.to_bytes(8, "little") + bytes(8 + 72)
        for n, (first, last) in enumerate(parts)).ljust(128 * 128, b"\0")
    table = 128 * 128 // sector

    def header(here, other, entries_at):
        def with_crc(crc):
            return (b"EFI PART" + (0x10000).to_bytes(4, "little") + (92).to_bytes(4, "little") +
                    crc.to_bytes(4, "little") + bytes(4) + here.to_bytes(8, "little") + other.to_bytes(8, "little") +
                    (2 + table).to_bytes(8, "little") + (total - table - 2).to_bytes(8, "little") + bytes([9] * 16) +
                    entries_at.to_bytes(8, "little") + (128).to_bytes(4, "little") + (128).to_bytes(4, "little") +
                    zlib.crc32(entries).to_bytes(4, "little"))
        return with_crc(zlib.crc32(with_crc(0))).ljust(sector, b"\0")

    protective = bytearray(512)
    protective[446:462] = (b"\0\0\2\0\xee\xff\xff\xff" + (1).to_bytes(4, "little") +
                           min(total - 1, 0xFFFFFFFF).to_bytes(4, "little"))
    protective[510:512] = b"\x55\xaa"
    with open(disk, "r+b") as file:
        file.write(protective)
        file.seek(sector)
        file.write(header(1, total - 1, 2) + entries)
        file.seek((total - 1 - table) * sector)
        file.write(entries + header(total - 1, 1, total - 1 - table))


# --- containers ------------------------------------------------------------------------------------------------------

def raw(image, folder):
    del folder
    return image


def split_raw(image, folder):
    run("split", "-b", 37 * MIB, "-d", "-a", 3, "--numeric-suffixes=1", image, folder / "split.")
    return folder / "split.001"


E01_4K = "E01, 4 KiB sectors"


def e01(image, folder, *options):
    run("ewfacquire", "-u", "-q", "-c", "fast", "-S", 16 * MIB, *options, "-t", folder / image.stem, image)
    return folder / f"{image.stem}.E01"


def e01_4k(image, folder):
    return e01(image, folder, "-P", "4096")


def converted(form, suffix, *options):
    def convert(image, folder):
        target = folder / f"{image.stem}{suffix}"
        run("qemu-img", "convert", "-q", "-f", "raw", "-O", form, *options, image, target)
        return target
    return convert


# name, how it is made, the word for TSK's -i (None: TSK has none, and the file is not given to it)
CONTAINERS = (
    ("raw", raw, "raw"),
    ("split raw", split_raw, None),
    ("E01", e01, "ewf"),
    (E01_4K, e01_4k, "ewf"),
    ("qcow2", converted("qcow2", ".qcow2"), None),
    ("qcow2, compressed", converted("qcow2", ".c.qcow2", "-c"), None),
    ("VMDK", converted("vmdk", ".vmdk"), "vmdk"),
    ("VMDK, streamOptimized", converted("vmdk", ".s.vmdk", "-o", "subformat=streamOptimized"), "vmdk"),
    ("VHD", converted("vpc", ".vhd", "-o", "force_size=on"), "vhd"),
    ("VHDX", converted("vhdx", ".vhdx"), None),
)
