"""Superblocks of Linux md RAID members, written by hand (linux/raid/md_p.h): the kernel's md is not
needed, and `mdadm --examine` reads them as a check."""

import struct
import uuid as uuids

SECTOR = 512
MAX = 0xFFFF_FFFF_FFFF_FFFF
SPARE, FAULTY = 0xFFFF, 0xFFFE


def _fold(total):
    return ((total & 0xFFFF_FFFF) + (total >> 32)) & 0xFFFF_FFFF


def super_1(size, *, version="1.2", array=b"A" * 16, name="web01:root", level=1, disks=2, number=0,
            roles=(0, 1), events=100, features=0, data_offset=None, data_size=None,
            recovery_offset=0, resync_offset=MAX, member=None, bad_blocks=()):
    """{offset: bytes} of a superblock on a member of `size` bytes; where its data starts; bytes of
    data."""
    offset = {"1.0": (size // SECTOR - 16) // 8 * 8 * SECTOR, "1.1": 0, "1.2": 4096}[version]
    if data_offset is None:
        data_offset = 0 if version == "1.0" else 1 << 20
    if data_size is None:
        data_size = ((offset if version == "1.0" else size) - data_offset) // 65536 * 65536
    bad = {}
    log = (0, 0, 0)
    if bad_blocks:
        features |= 8
        log = (0, 8, 16 if version != "1.0" else -8)  # shift, sectors, from the superblock on
        table = b"".join(struct.pack("<Q", begin << 10 | count) for begin, count in bad_blocks)
        bad[offset + log[2] * SECTOR] = table.ljust(8 * SECTOR, b"\xff")
    text = struct.pack(
        "<IIII16s32sQiiQIIiIQiIIIQQQQII16sBBHiQQQII32s", 0xa92b4efc, 1, features, 0, array,
        name.encode(), 1_700_000_000, level, 0, data_size // SECTOR, 0, disks, 0, 0, 0, 0, 0, 0, 0,
        data_offset // SECTOR, data_size // SECTOR, offset // SECTOR, recovery_offset, number, 0,
        member or bytes([number + 1]) * 16, 0, *log, 1_700_000_001, events, resync_offset, 0,
        max(len(roles), 128), b"")
    assert len(text) == 256
    table = b"".join(struct.pack("<H", role) for role in roles).ljust(256, b"\xff")
    data = bytearray(text + table)
    total = sum(struct.unpack(f"<{len(data) // 4}I", data))
    struct.pack_into("<I", data, 216, _fold(total))
    return {offset: bytes(data), **bad}, data_offset, data_size


def super_0(size, *, array=(1, 2, 3, 4), level=1, disks=2, number=0, states=(6, 6), roles=None,
            events=100, order="<", minor=90, clean=1, data_size=None, minor_number=7):
    """As above, metadata 0.90; states are of the disks by number (1 faulty, 2 active, 4 in sync)."""
    offset = size // 65536 * 65536 - 65536
    data_size = offset if data_size is None else data_size
    words = [0] * 1024
    words[0:16] = [0xa92b4efc, 0, minor, 0, 0, array[0], 1_700_000_000, level & 0xFFFF_FFFF,
                   data_size // 1024, len(states), disks, minor_number, 0, *array[1:]]
    words[32:43] = [1_700_000_001, clean, disks, disks, 0, 0, 0, 0, 0, 0, 0]
    low, high = events & 0xFFFF_FFFF, events >> 32
    words[39:43] = [low, high, low, high] if order == "<" else [high, low, high, low]
    for i, state in enumerate(states):
        role = roles[i] if roles else i
        words[128 + 32 * i:128 + 32 * i + 5] = [i, 8, i + 1, role, state]
        if i == number:
            words[992:997] = [i, 8, i + 1, role, state]
    words[38] = _fold(sum(words))
    return {offset: struct.pack(f"{order}1024I", *words)}, 0, data_size


def member(size, content, made):
    """The bytes of a member: a superblock of super_0 or super_1 and the array's content."""
    supers, data_offset, data_size = made
    assert len(content) <= data_size, (len(content), data_size)
    data = bytearray(size)
    data[data_offset:data_offset + len(content)] = content
    for offset, text in supers.items():
        data[offset:offset + len(text)] = text
    return bytes(data)


def uuid_text(raw):
    """As mdadm prints it."""
    text = uuids.UUID(bytes=raw).hex
    return ":".join(text[i:i + 8] for i in range(0, 32, 8))
