"""Virtual disks that no tool here makes, written after their formats' specifications."""

import struct
import uuid

from tests.support.images import MIB

SECTOR = 512


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return ~crc & 0xffffffff


def with_crc(data, at=4):
    data = bytearray(data)
    data[at:at + 4] = bytes(4)
    struct.pack_into("<I", data, at, crc32c(data))
    return data


# --- VHDX (Microsoft, [MS-VHDX]) -------------------------------------------------------------------------------------

BAT = "2DC27766-F623-4200-9D64-115E9BFD4A08"
METADATA = "8B7CA206-4790-4B9A-B8FE-575F050F886E"
FILE_PARAMETERS = "CAA16737-FA36-4D43-B3B6-33F0AA44E76B"
PARENT_LOCATOR = "A8D35F2D-B30B-454D-ABF7-D3D84834AB0C"
LOCATOR_TYPE = "B04AEFB7-D19E-4A81-B789-25B8E9445913"


def guid(text):
    return uuid.UUID(text).bytes_le


def vhdx_region(data, region):
    """Where a region lies, by the first of the two tables."""
    for at in range(0x30010, 0x30010 + 32 * struct.unpack_from("<I", data, 0x30008)[0], 32):
        if data[at:at + 16] == guid(region):
            return struct.unpack_from("<Q", data, at + 16)[0]
    raise AssertionError("no such region")


def vhdx_write_id(data):
    """Of the newer of the two headers."""
    newer = max((0x10000, 0x20000), key=lambda at: struct.unpack_from("<Q", data, at + 8)[0])
    return bytes(data[newer + 32:newer + 48])


def vhdx_child(parent, name, whole, partly):
    """A differencing VHDX with blocks of 1 MiB: `whole` is {block: bytes}, `partly` {block: {sector: bytes}}; `parent`
    the bytes of the parent, which a dynamic one of the same size was made from."""
    child = bytearray(parent)
    metadata, table = vhdx_region(parent, METADATA), vhdx_region(parent, BAT)
    child[table:table + 8 * 4097] = bytes(8 * 4097)
    child += bytes(-len(child) % MIB)

    def block(entry, state, content):
        struct.pack_into("<Q", child, table + 8 * entry, len(child) | state)
        child.extend(content.ljust(MIB, b"\0"))

    bitmap = bytearray(MIB)
    for number, content in whole.items():
        block(number, 6, content)
    for number, sectors in partly.items():
        content = bytearray(MIB)
        for sector, bytes_ in sectors.items():
            content[sector * SECTOR:(sector + 1) * SECTOR] = bytes_
            bit = number * MIB // SECTOR + sector
            bitmap[bit // 8] |= 1 << bit % 8
        block(number, 7, bytes(content))
    # 2^23 sectors are a chunk: 4096 blocks, and one entry for their bitmap.
    block(4096, 6, bytes(bitmap))

    entries = struct.unpack_from("<H", child, metadata + 10)[0]
    for at in range(metadata + 32, metadata + 32 + 32 * entries, 32):
        if child[at:at + 16] == guid(FILE_PARAMETERS):
            place = metadata + struct.unpack_from("<I", child, at + 16)[0]
            struct.pack_into("<II", child, place, MIB, 2)
    linkage = "{%s}" % uuid.UUID(bytes_le=vhdx_write_id(parent))
    pairs = [("parent_linkage", linkage), ("relative_path", f".\\{name}"), ("absolute_win32_path", f"C:\\vm\\{name}")]
    words, where = b"", []
    for pair in pairs:
        for text in pair:
            encoded = text.encode("utf-16-le")
            where.append((20 + 12 * len(pairs) + len(words), len(encoded)))
            words += encoded
    locator = guid(LOCATOR_TYPE) + struct.pack("<HH", 0, len(pairs))
    for (key, key_bytes), (value, value_bytes) in zip(where[::2], where[1::2]):
        locator += struct.pack("<IIHH", key, value, key_bytes, value_bytes)
    locator += words
    place = 0x10000 + 0x4000
    child[metadata + place:metadata + place + len(locator)] = locator
    struct.pack_into("<16sIII", child, metadata + 32 + 32 * entries, guid(PARENT_LOCATOR), place, len(locator), 4)
    struct.pack_into("<H", child, metadata + 10, entries + 1)
    for at in (0x10000, 0x20000):
        header = child[at:at + 4096]
        header[32:48] = bytes(range(1, 17))
        child[at:at + 4096] = with_crc(header)
    return bytes(child)


# --- VMDK of ESX (as qemu reads them: block/vmdk.c) --------------------------------------------------------------------

def descriptor(kind, create, sectors, file, parent="", parent_cid="ffffffff"):
    hint = f'parentFileNameHint="{parent}"\n' if parent else ""
    return (f'# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID={parent_cid}\ncreateType="{create}"\n{hint}'
            f'RW {sectors} {kind} "{file}"\nddb.adapterType = "lsilogic"\n').encode()


def cowd(disk, grain=1, only=None):
    """A COWD extent with the grains of `disk` that are not zeros, or those of `only`."""
    grains = [disk[at:at + grain * SECTOR] for at in range(0, len(disk), grain * SECTOR)]
    tables = (len(grains) + 4095) // 4096
    directory_at, tables_at = 4, 4 + (tables * 4 + SECTOR - 1) // SECTOR
    data_at = tables_at + tables * 32
    entries, data = [0] * (tables * 4096), bytearray()
    for number, content in enumerate(grains):
        if (content.strip(b"\0") if only is None else number in only):
            entries[number] = data_at + len(data) // SECTOR
            data += content.ljust(grain * SECTOR, b"\0")
    head = struct.pack("<4s10I", b"COWD", 1, 3, len(disk) // SECTOR, grain, directory_at, tables, 0, 1, 1, 1)
    directory = struct.pack(f"<{tables}I", *(tables_at + 32 * number for number in range(tables)))
    out = head.ljust(directory_at * SECTOR, b"\0") + directory
    return out.ljust(tables_at * SECTOR, b"\0") + struct.pack(f"<{len(entries)}I", *entries) + bytes(data)


def sesparse(disk, *, journal=0):
    """A seSparse extent of version 2.1, grains of 4 KiB in reversed order, each third one given back by the guest."""
    grains = [disk[at:at + 4096].ljust(4096, b"\0") for at in range(0, len(disk), 4096)]
    tables = (len(grains) + 4095) // 4096
    directory_sectors = 64
    directory_at, tables_at = 16, 16 + directory_sectors
    grains_at = (tables_at + tables * 64 + 7) // 8 * 8
    entries, stored = [0] * (tables * 4096), []
    for number, content in reversed(list(enumerate(grains))):
        if not content.strip(b"\0"):
            entries[number] = (0, 1 << 60, 2 << 60)[number % 3]
            continue
        place = len(stored)
        entries[number] = 3 << 60 | (place & 0xfff) << 48 | place >> 12
        stored.append(content)
    head = bytearray(SECTOR)
    struct.pack_into("<6Q", head, 0, 0xcafebabe, 0x200000001, len(disk) // SECTOR, 8, 64, 0)
    struct.pack_into("<16Q", head, 80, 1, 1, 2, 2, 4, 4, directory_at, directory_sectors, tables_at, tables * 64,
                     0, 0, 0, 0, grains_at, len(stored) * 8)
    state = struct.pack("<4Q", 0xcafecafe, 0, 0, journal).ljust(SECTOR, b"\0")
    directory = struct.pack(f"<{tables}Q", *(1 << 60 | number for number in range(tables)))
    out = (bytes(head) + state).ljust(directory_at * SECTOR, b"\0") + directory
    out = out.ljust(tables_at * SECTOR, b"\0") + struct.pack(f"<{len(entries)}Q", *entries)
    return out.ljust(grains_at * SECTOR, b"\0") + b"".join(stored)
