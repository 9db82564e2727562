"""Makes damaged, cut and odd evidence out of the bundled one."""

import pathlib
import struct
import subprocess
import zlib

from testdata import cron_log_2001
from tests.support import program

LOG = cron_log_2001.text().encode()
LOG_START = program.RAW.read_bytes().index(LOG[:100])
CHUNK_SIZE = 32768


def chunk_offset(e01, part):
    """Where the compressed chunk whose medium bytes hold `part` begins in an E01; and its length."""
    start = e01.find(b"\x78")
    while start != -1:
        unpack = zlib.decompressobj()
        try:
            chunk = unpack.decompress(e01[start:])
            if len(chunk) == CHUNK_SIZE and part in chunk:
                return start, len(e01) - start - len(unpack.unused_data)
        except zlib.error:
            pass
        start = e01.find(b"\x78", start + 1)
    raise ValueError("no chunk holds that")


def flip(content, offset, count=64):
    """`count` bytes inverted."""
    middle = bytes(byte ^ 0xFF for byte in content[offset:offset + count])
    return content[:offset] + middle + content[offset + count:]


def flipped_e01(path, part=b"(11/06-12:00:00-"):
    e01 = program.E01.read_bytes()
    offset, length = chunk_offset(e01, part)
    path.write_bytes(flip(e01, offset + length // 2))
    return path


def e01_with_read_errors(path, sectors):
    """The bundled E01 with an `error2` section before its hash: (first, count) sectors not read."""
    e01 = program.E01.read_bytes()
    head = struct.Struct("<16sQQ40sI")

    def section(kind, after, size, padding):
        start = struct.pack("<16sQQ40s", kind, after, size, padding)
        return start + struct.pack("<I", zlib.adler32(start, 1))

    at, out, shift = 13, bytearray(e01[:13]), 0
    while True:
        kind, after, size, padding, _ = head.unpack_from(e01, at)
        name = kind.rstrip(b"\0")
        if not shift and name in (b"hash", b"digest", b"done"):
            front = struct.pack("<I", len(sectors)).ljust(516, b"\0")
            rows = b"".join(struct.pack("<II", *one) for one in sectors)
            data = b"".join(part + struct.pack("<I", zlib.adler32(part, 1)) for part in (front, rows))
            shift = head.size + len(data)
            out += section(b"error2", at + shift, shift, bytes(40)) + data
        last = name == b"done"
        out += section(kind, after + shift, size, padding) + e01[at + head.size:None if last else after]
        if last:
            path.write_bytes(out)
            return path
        at = after


def split_raw(folder, parts=4):
    raw = program.RAW.read_bytes()
    size = len(raw) // parts
    paths = []
    for number in range(parts):
        path = pathlib.Path(folder) / f"disk.raw.{number + 1:03}"
        path.write_bytes(raw[number * size:(number + 1) * size])
        paths.append(path)
    return paths


def noise(count):
    """Bytes that do not compress, the same every time."""
    state, out = 0x2545F491, bytearray()
    for _ in range(count // 4):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out += state.to_bytes(4, "little")
    return bytes(out)


def segmented_e01(folder):
    """The bundled volume with 3 MiB of noise behind it, as E01 of several segments."""
    medium = pathlib.Path(folder) / "medium.raw"
    medium.write_bytes(program.RAW.read_bytes() + noise(3 << 20))
    subprocess.run(["ewfacquire", "-u", "-q", "-t", pathlib.Path(folder) / "disk", "-f", "encase6",
                    "-S", "1048576", medium], check=True, capture_output=True)
    medium.unlink()
    return sorted(pathlib.Path(folder).glob("disk.E*"))


PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082")


def write_nameless_hosts(folder):
    """Loose logs of two hosts in a folder, neither of which is named: of a/cron a record is missing, and 700 PIDs are
    too many there."""
    for name in "ab":
        log = folder / name / "cron"
        log.parent.mkdir(parents=True)
        log.write_text("".join(
            f"root (11/{5 + i // 144:02}-{i // 6 % 24:02}:{i % 6 * 10:02}:00-{1000 + 2 * i + 700 * (name == 'a' and i > 300)}) CMD (job)\n"
            for i in range(432) if name == "b" or i != 300))
