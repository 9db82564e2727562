#!/usr/bin/python3
"""What it costs to get a 10 MB log out of a large image, beside ifind and icat.

    images_bench.py [--runs N]

Makes a 20 GB ext4, a 20 GB XFS (both sparse) and a 2 GB E01, and prints: bytes read by the reader against the log's own;
CPU seconds of `list_tree IMAGE PATH` (the bytes alone, as icat gives them), of `list_logs` (with SHA-256), of
`pidometer extract` (with its reader process, SHA-256 and the file on the disk), and of `ifind` + `icat`, in turn, with
the median of the ratios pair by pair. No figure is asserted.
"""
import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images  # noqa: E402

LIST_TREE = images.program.BUILD_ROOT / "tests" / "list_tree"
LOG_BYTES = 10_000_000
GIB = 1 << 30


def cpu(*commands):
    """CPU seconds of commands run one after another, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)  # os.times() counts hundredths
    for command in commands:
        done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode not in (0, 4):
            sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_ext4(folder, size, log):
    tree = images.write_tree(folder / "tree", {"/var/log/cron": log})
    image = folder / f"ext4-{size // GIB}.raw"
    images.run("mkfs.ext4", "-q", "-F", "-d", tree, image, f"{size // GIB}G")
    return image


def make_xfs(folder, size, log):
    (folder / "cron").write_bytes(log)
    (folder / "proto").write_text("/stand/diskboot\n0 0\nd--755 0 0\nvar d--755 0 0\nlog d--755 0 0\n"
                                  f"cron ---644 0 0 {folder / 'cron'}\n$\n$\n$\n")
    image = folder / "xfs.raw"
    with open(image, "wb") as file:
        file.truncate(size)
    images.run("mkfs.xfs", "-q", "-f", "-p", folder / "proto", image)
    return image


def reading(name, image):
    listing = images.list_logs(image)
    read = listing.cost["read_bytes"]
    print(f"{name}: {read:,} bytes in {listing.cost['reads']:,} reads; "
          f"{read / LOG_BYTES:.3f} of the log's own, {read - LOG_BYTES:,} more")


def compare(name, ours, theirs, runs):
    cpu(*ours), cpu(*theirs)
    pairs = [(cpu(*ours), cpu(*theirs)) for _ in range(runs)]
    print(f"{name}: {statistics.median(a for a, _ in pairs):.4f} s against "
          f"{statistics.median(b for _, b in pairs):.4f} s; ratio {statistics.median(a / b for a, b in pairs):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    log = images.log_text(LOG_BYTES)
    program = images.program.PROGRAM
    with tempfile.TemporaryDirectory() as holder:
        folder = pathlib.Path(holder)
        ext4 = make_ext4(folder, 20 * GIB, log)
        reading("ext4, 20 GB", ext4)
        xfs = make_xfs(folder, 20 * GIB, log)
        reading("XFS, 20 GB", xfs)
        small = make_ext4(folder, 2 * GIB, log)
        images.run("ewfacquire", "-u", "-q", "-c", "fast", "-S", 1 << 40, "-t", folder / "ext4", small)
        e01 = folder / "ext4.E01"
        for name, image, form in (("ext4, 20 GB", ext4, "raw"), ("E01 of ext4, 2 GB", e01, "ewf")):
            number = subprocess.run(["ifind", "-i", form, "-n", "var/log/cron", image], capture_output=True,
                                    check=True).stdout.decode().strip()
            theirs = [["ifind", "-i", form, "-n", "var/log/cron", image], ["icat", "-i", form, image, number]]
            if form == "raw":
                compare(f"{name}, bytes / ifind+icat, CPU", [[LIST_TREE, image, "/var/log/cron"]], theirs, options.runs)
            compare(f"{name}, bytes and SHA-256 / ifind+icat, CPU", [[images.LIST_LOGS, image, "cron*"]], theirs,
                    options.runs)
            compare(f"{name}, extract / ifind+icat, CPU",
                    [[program, "extract", "--quiet", "--force", "-d", folder / "out", image]], theirs, options.runs)
        compare("XFS, 20 GB, bytes and SHA-256 / sha256sum of the log, CPU", [[images.LIST_LOGS, xfs, "cron*"]],
                [["sha256sum", folder / "cron"]], options.runs)


if __name__ == "__main__":
    main()
