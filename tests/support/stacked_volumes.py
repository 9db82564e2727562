"""Volume groups of LVM2 and arrays of md around a filesystem, for the matrix.

A group is made by LVM2's own commands on loop devices; an array's superblocks are those of md.py, which `mdadm
--examine` reads. Nothing is activated: bytes are laid where LVM2 says that the extents lie.
"""

import mmap
import pathlib
import tempfile
import unittest

from tests.support import lvm, md, stacks
from tests.support.images import MIB

PIECE = 256 * 1024
SPARE = 8 * MIB  # behind the filesystem, for what the layers write of themselves


class Bench:
    """What Lab asks of a test, for a disk that is made outside of one."""

    def __init__(self, folder):
        self.holder = tempfile.TemporaryDirectory(dir=folder)
        self.ends = []

    def folder(self):
        return pathlib.Path(self.holder.name)

    def skipTest(self, why):
        raise unittest.SkipTest(why)

    def addCleanup(self, end):
        self.ends.append(end)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in self.ends:
            end()
        self.holder.cleanup()


def lay(lab, name, source):
    """Puts a filesystem into a volume of vg0, holes left as they are."""
    handles = {device: open(path, "r+b") for device, path in lab.devices.items()}
    with open(source, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        done = 0
        for length, device, offset in lab.runs("vg0", name):
            for at in range(0, length, PIECE):
                piece = data[done + at:min(done + at + PIECE, done + length)]
                if piece.strip(b"\0"):
                    handles[device].seek(offset + at)
                    handles[device].write(piece)
            done += length
        assert done >= len(data), (done, len(data))
    for handle in handles.values():
        handle.close()


def group(source, folder, sizes, make):
    """A volume group over new disks of these sizes; `make` makes its volume `log`."""
    with Bench(folder) as bench:
        lab = lvm.Lab(bench)
        devices = [lab.disk(f"pv{number}.raw", size) for number, size in enumerate(sizes)]
        lab.lvm("vgcreate", "-s", "1M", "vg0", *devices)
        make(lab)
        lay(lab, "log", source)
        paths = [lab.detach(device) for device in devices]
        return [path.rename(folder / path.name) for path in paths]


def extents(source):
    return source.stat().st_size // MIB


def in_group(images, volume="lvm-vg0-log"):
    return stacks.Disk(images, grub="(lvm/vg0-log)", volume=volume)


def linear(source, folder):
    """Two segments, and another volume between them."""
    def make(lab):
        lab.create("vg0", "log", "-l", str(extents(source) // 2))
        lab.create("vg0", "between", "-l", "3")
        lab.lvm("lvextend", "-l", str(extents(source)), "vg0/log")
        assert len(lab.runs("vg0", "log")) == 2
    return in_group(group(source, folder, [source.stat().st_size + SPARE], make))


def striped(source, folder):
    size = source.stat().st_size // 2 + SPARE
    return in_group(group(source, folder, [size, size], lambda lab: lab.create(
        "vg0", "log", "-i", "2", "-I", "64k", "-l", str(extents(source)))))


def over_two_disks(source, folder):
    size = source.stat().st_size // 2 + SPARE
    return in_group(group(source, folder, [size, size], lambda lab: lab.create(
        "vg0", "log", "-l", str(extents(source)))))


def mirror(version):
    def make(source, folder):
        size = source.stat().st_size + SPARE
        images = []
        for number in (0, 1):
            if version == "0.90":
                supers, data_offset, _ = md.super_0(size, number=number)
            else:
                supers, data_offset, _ = md.super_1(size, version=version, number=number)
            path = folder / f"md{number}.raw"
            stacks.place(source, path, data_offset, size)
            with open(path, "r+b") as file:
                for offset, text in supers.items():
                    file.seek(offset)
                    file.write(text)
            images.append(path)
        return stacks.Disk(images, grub="(md", volume="md-00000001" if version == "0.90" else "md-root")
    return make


def linear_on_mirror(source, folder):
    pv = linear(source, folder)
    return in_group(mirror("1.2")(pv.images[0], folder).images)


def linear_on_gpt(source, folder):
    pv = linear(source, folder)
    return in_group(stacks.gpt(pv.images[0], folder).images)


VOLUMES = {
    "LVM, linear, 2 segments": linear,
    "LVM, striped over 2 disks": striped,
    "LVM, linear over 2 disks": over_two_disks,
    "md RAID1, metadata 0.90": mirror("0.90"),
    "md RAID1, metadata 1.0": mirror("1.0"),
    "md RAID1, metadata 1.1": mirror("1.1"),
    "md RAID1, metadata 1.2": mirror("1.2"),
    "LVM on md RAID1": linear_on_mirror,
    "LVM on GPT": linear_on_gpt,
}
