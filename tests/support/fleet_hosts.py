"""Makes the images of a fleet: hosts of one small file system each, as E01, some of them damaged."""

import datetime
import random

from tests.support import evidence, images

DAYS = 3
START = datetime.datetime(2026, 3, 1)
MTIME = int((START + datetime.timedelta(DAYS)).replace(tzinfo=datetime.timezone.utc).timestamp())


def log_of(number):
    """Three days of cron on one host, with one burst of processes; no two hosts are alike."""
    pick = random.Random(number)
    name, pid = f"host{number:04}", pick.randrange(400, 20000)
    burst = pick.randrange(40, DAYS * 96 - 10)
    lines = []
    for quarter in range(DAYS * 96):
        when = START + datetime.timedelta(minutes=15 * quarter)
        pid += 12 + (300 + pick.randrange(900) if quarter == burst else pick.randrange(3))
        pid = pid if pid < 32768 else pid - 32768 + 300
        lines.append(f"{when:%b %e %H:%M:%S} {name} CROND[{pid}]: (root) CMD (/usr/lib/sa/sa1 1 {number})\n")
    return "".join(lines).encode()


def make_host(folder, number, form="E01"):
    """`folder`/hostNNNN.E01 (or .raw)."""
    name = f"host{number:04}"
    tree = images.write_tree(folder / f"tree{number}", {
        "/var/log/cron": log_of(number), "/etc/hostname": f"{name}\n".encode()},
        {"/etc/localtime": "/usr/share/zoneinfo/Etc/UTC"})
    images.os.utime(tree / "var/log/cron", (MTIME, MTIME))
    raw = folder / f"{name}.raw"
    images.make_ext(raw, tree, "-U", "00000000-0000-0000-0000-%012d" % number, size="1M", kind="ext2")
    images.shutil.rmtree(tree)
    if form == "raw":
        return raw
    images.run("ewfacquire", "-u", "-q", "-c", "fast", "-t", raw.with_suffix(""), raw)
    raw.unlink()
    return raw.with_suffix(".E01")


def log_chunk(content, number):
    return evidence.chunk_offset(content, log_of(number)[5000:5040])


def cut_short(path, content, _):
    path.write_bytes(content[:len(content) * 2 // 3])


def chunk_flipped(path, content, number):
    offset, length = log_chunk(content, number)
    path.write_bytes(evidence.flip(content, offset + length // 2))


def header_gone(path, content, _):
    path.write_bytes(bytes(512) + content[512:])


def empty(path, *_):
    path.write_bytes(b"")


def picture(path, *_):
    path.write_bytes(evidence.PNG)


def missing(path, *_):
    path.unlink()


def unreadable_chunk_table(path, content, _):
    at = content.index(b"table\0", 13)
    path.write_bytes(evidence.flip(content, at + 76, 64))


def noise(path, content, _):
    path.write_bytes(b"EVF\x09\x0d\x0a\xff\x00" + evidence.noise(len(content)))


# What is done to an image, and the states that it may end in: a table of chunks has a copy.
DAMAGES = [(cut_short, {"partial", "failed"}), (chunk_flipped, {"partial"}), (header_gone, {"failed"}),
           (empty, {"failed"}), (picture, {"failed"}), (missing, {"failed"}),
           (unreadable_chunk_table, {"partial", "complete"}), (noise, {"failed"})]


def damage(path, number, kind):
    """The states that the image may end in now."""
    change, states = DAMAGES[kind % len(DAMAGES)]
    change(path, path.read_bytes(), number)
    return states
