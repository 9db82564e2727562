"""btrfs filesystems in sparse files, made by mkfs.btrfs and filled by the kernel (loop mount, root)."""

import fcntl
import os
import random
import struct
import subprocess

from tests.support import images, xfs_images

SECTOR = 4096
# Around the limits of inline extents, sectors and compressed extents.
SIZES = (0, 1, 100, 2000, 2047, 2048, 2049, 4095, 4096, 4097, 9000, 131_071, 131_072, 131_073, 400_001)


def make(image, *options, size="512M"):
    with open(image, "wb"):
        pass
    images.run("truncate", "-s", size, image)
    images.run("mkfs.btrfs", "-q", *options, image)
    return image


def mounted(image, *options):
    return xfs_images.mounted(image, *options)


def clone_range(source, target, at, length, to):
    """FICLONERANGE: `length` bytes from `at` of one file share their extents with the other's from `to`."""
    with open(source, "rb") as from_file, open(target, "r+b") as to_file:
        fcntl.ioctl(to_file, 0x4020940D, struct.pack("qQQQ", from_file.fileno(), at, length, to))


def btrfs(*words):
    images.run("btrfs", *words)


def fill(root, names=(3, 40, 400)):
    """Every form of file, in the top level, in a subvolume, in one that hangs in that, in a snapshot."""
    xfs_images.fill(root, SECTOR, most_extents=1500, names=names)
    sizes = root / "sizes"
    sizes.mkdir()
    for size in SIZES:
        (sizes / f"text-{size}").write_bytes(images.log_text(size, seed=size) if size else b"")
        (sizes / f"noise-{size}").write_bytes(random.Random(size).randbytes(size))
    os.sync()
    # A part of an extent is overwritten, another is shared: the offsets into extents are not 0.
    big = root / "var/log/cron"
    for name, pieces in {"shared": [(0, 1 << 20, 0)],
                         "shuffled": [(SECTOR * 5, SECTOR * 3, SECTOR * 9), (SECTOR * 40, SECTOR * 30, 0),
                                      (SECTOR * 41, SECTOR * 2, SECTOR * 60)]}.items():
        (root / name).write_bytes(b"")
        for at, length, to in pieces:
            clone_range(big, root / name, at, length, to)
    with open(root / "shared", "r+b") as file:
        for at in (10_000, 300_000, 300_500, 900_000):
            file.seek(at)
            file.write(b"overwritten\n" * 300)
            file.flush()
            os.fsync(file.fileno())
    btrfs("subvolume", "create", root / "@")
    (root / "@/var").mkdir()
    btrfs("subvolume", "create", root / "@/var/log")
    (root / "@/var/log/cron").write_bytes(images.log_text(200_000, seed=5))
    (root / "@/etc").mkdir()
    (root / "@/etc/hostname").write_bytes(b"web01\n")
    (root / "snapshots").mkdir()
    btrfs("subvolume", "snapshot", "-r", root / "@", root / "snapshots/1")
    btrfs("subvolume", "snapshot", "-r", root / "@/var/log", root / "snapshots/log")
    with open(root / "@/var/log/cron", "ab") as file:
        file.write(images.log_text(5000, seed=6))


def copy(image, target):
    images.run("cp", "--sparse=always", image, target)
    return target


def flip(image, offset, mask=1):
    with open(image, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ mask]))


def copies_of(image, needle, most=4):
    """Offsets of `needle` in the data of a sparse file."""
    found = []
    with open(image, "rb") as file:
        end = os.fstat(file.fileno()).st_size
        at = 0
        while at < end and len(found) < most:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            stop = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            data = os.pread(file.fileno(), stop - at, at)
            where = data.find(needle)
            while where >= 0:
                found.append(at + where)
                where = data.find(needle, where + 1)
            at = stop
    return found


def dump_super(image):
    """The fields of the first superblock, as btrfs-progs shows them."""
    shown = images.run("btrfs", "inspect-internal", "dump-super", image).decode()
    return dict(line.split(None, 1) for line in shown.splitlines() if len(line.split(None, 1)) == 2)


def live(image, needle):
    """Offsets of `needle` in the copies of the one leaf of the top level's tree; older leaves are left out."""
    shown = images.run("btrfs", "inspect-internal", "dump-tree", "-t", "5", image).decode()
    leaf = next(int(line.split()[1]) for line in shown.splitlines() if line.startswith("leaf "))
    places = []
    with open(image, "rb") as file:
        for block in physical(image, leaf):
            file.seek(block)
            at = file.read(16384).find(needle)
            if at >= 0:
                places.append(block + at)
    return places


def blocks_at(image, logical):
    """Where the copies of a tree block lie that no extent record names, by the address in its header."""
    return [at - 48 for at in copies_of(image, struct.pack("<Q", logical), most=1000) if at % SECTOR == 48]


def physical(image, logical):
    """Where the copies of a logical address lie."""
    shown = subprocess.run([images.tool("btrfs-map-logical"), "-l", str(logical), image], capture_output=True,
                           check=True).stdout.decode()
    return [int(line.split("physical")[1].split()[0]) for line in shown.splitlines() if "physical" in line]
