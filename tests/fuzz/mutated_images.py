#!/usr/bin/python3
"""Changes bytes of images and runs the whole program on each: no crash, no hang, no wrong status, no silent loss.

    mutated_images.py [--count N] [--seed N] [--keep DIR] [--only KIND]

Images of every kind are made once; each run changes a few bytes of one (in blocks that are not zeros), calls `pidometer
extract` and `pidometer scan`, and puts the bytes back. A run is bad where
  * the program was ended by a signal, ran longer than the limit, or gave a status that is none of 0, 1, 3, 4;
  * it said that all was read (0 or 4) and a log is missing, shorter or longer, or differs in more bytes than were
    changed: what has no checksum can change unseen, and nothing else may.
Bad runs are printed with seed and changes, and the image is kept. Ends with 1 where there was one.
"""
import argparse
import collections
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, stacks  # noqa: E402
from tests.support.images import MIB, run  # noqa: E402

LIMIT_SECONDS = 60
STEP_LIMIT = 20
BLOCK = 4096
GOOD = (0, 1, 3, 4)
LOG = images.log_text(150_001)
FILES = {"/var/log/cron": LOG, "/var/log/cron.1": images.log_text(20_011, seed=5)}


class Target:
    """An image, the bytes of it that are worth changing, and what lies in it."""

    def __init__(self, name, path):
        self.name = name
        # qcow2 packs clusters of 64 KiB by raw deflate, without a checksum: one byte may change all of one.
        # ext2's pointers have none either: a byte of one in the inode moves a block of 1 KiB, in the inode's pointer to
        # pointers 256 of them.
        self.spread = {"qcow2, compressed": 65536, "ext2": 256 * 1024}.get(name, 1)
        self.path = path
        with open(path, "rb") as file:
            blocks = iter(lambda: file.read(BLOCK), b"")
            self.blocks = [n for n, block in enumerate(blocks) if block.strip(b"\0")]

    def mutate(self, pick):
        """Changes in place; what to write back, and how many bytes are others."""
        undo, changed = [], 0
        with open(self.path, "r+b") as file:
            for _ in range(pick.randrange(1, 5)):
                at = pick.choice(self.blocks) * BLOCK + pick.randrange(BLOCK)
                length = pick.choice((1, 1, 2, 4, 8, 64, 512, BLOCK))
                file.seek(at)
                old = file.read(length)
                how = pick.randrange(4)
                if how == 0:
                    new = bytes(byte ^ (1 << pick.randrange(8)) for byte in old[:1]) + old[1:]
                elif how == 1:
                    new = pick.randbytes(len(old))
                else:
                    new = bytes([0xff if how == 2 else 0]) * len(old)
                undo.append((at, old))
                changed += sum(a != b for a, b in zip(old, new))
                file.seek(at)
                file.write(new)
        return undo[::-1], changed

    def restore(self, undo):
        with open(self.path, "r+b") as file:
            for at, old in undo:
                file.seek(at)
                file.write(old)


def ext(folder, kind, *options):
    tree = images.write_tree(folder / f"tree-{kind}", {**FILES, "/etc/hostname": b"host\n"})
    return images.make_ext(folder / f"{kind}{len(options)}.raw", tree, *options, kind=kind, size="8M")


def mounted(folder, name, size, *mkfs):
    image = folder / f"{name}.raw"
    with open(image, "wb") as file:
        file.truncate(size)
    run(*mkfs, image)
    with stacks.Mounted(image) as point:
        images.write_tree(point, FILES)
    return image


def targets(folder):
    ext4 = ext(folder, "ext4")
    yield Target("ext4", ext4)
    yield Target("ext2", ext(folder, "ext2", "-b", "1024"))
    xfs = None
    if not stacks.can_mount():
        xfs = mounted(folder, "xfs", 300 * MIB, "mkfs.xfs", "-q", "-f")
        yield Target("xfs", xfs)
        yield Target("btrfs", mounted(folder, "btrfs", 120 * MIB, "mkfs.btrfs", "-q", "-f"))
    yield Target("gpt", stacks.gpt(ext4, folder).images[0])
    for name, make, _ in stacks.CONTAINERS[2:]:
        yield Target(name, make(ext4, folder))
    for name, make in getattr(stacks, "VOLUMES", {}).items():
        yield Target(name, make(xfs or ext4, folder).images[0])
    archive = folder / "collection.tar.gz"
    run("tar", "-C", folder / "tree-ext4", "-czf", archive, "var", "etc")
    yield Target("tar.gz", archive)


def call(*arguments):
    """Status, or the word for what went wrong."""
    try:
        done = subprocess.run([program.PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "hang", b""
    return done.returncode, done.stderr


def complaint(target, changed, folder):
    """What is wrong with how the program took the changed image; None where nothing is."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    scan, said = call("scan", target.path, "--quiet", "-o", "/dev/null", "--step-limit", STEP_LIMIT)
    if scan not in GOOD:
        return f"scan: status {scan}: {said[-300:]!r}"
    extract, said = call("extract", target.path, "-d", out, "--step-limit", STEP_LIMIT)
    if extract not in GOOD:
        return f"extract: status {extract}: {said[-300:]!r}"
    if extract not in (0, 4):
        return None
    for path, wanted in FILES.items():
        found = [one for one in out.rglob(pathlib.Path(path).name) if one.is_file()] if out.exists() else []
        if not found:
            return f"{path} is missing and the status is {extract}: {said[-300:]!r}"
        got = found[0].read_bytes()
        if len(got) != len(wanted):
            return f"{path} has {len(got)} bytes of {len(wanted)} and the status is {extract}"
        others = sum(a != b for a, b in zip(got, wanted))
        if others > changed * target.spread:
            return f"{path} differs in {others} bytes, {changed} were changed, and the status is {extract}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("mutated"))
    parser.add_argument("--only")
    options = parser.parse_args()
    tally, bad, slowest = collections.Counter(), 0, 0.0
    with tempfile.TemporaryDirectory() as holder:
        folder = pathlib.Path(holder)
        all_targets = [one for one in targets(folder) if options.only in (None, one.name)]
        for number in range(options.count):
            pick = random.Random(options.seed * 1_000_003 + number)
            target = all_targets[number % len(all_targets)]
            undo, changed = target.mutate(pick)
            start = time.monotonic()
            wrong = complaint(target, changed, folder)
            slowest = max(slowest, time.monotonic() - start)
            tally[target.name, "bad" if wrong else "good"] += 1
            if wrong:
                bad += 1
                options.keep.mkdir(exist_ok=True)
                kept = options.keep / f"{target.name.replace(' ', '_')}-{options.seed}-{number}"
                run("cp", "--sparse=always", target.path, kept)
                print(f"{target.name}, run {number}: {wrong}; {kept}", flush=True)
            target.restore(undo)
    for (name, verdict), count in sorted(tally.items()):
        print(f"{name}: {count} {verdict}")
    print(f"{options.count} changed images, {bad} bad, the slowest took {slowest:.1f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
