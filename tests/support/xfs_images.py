"""XFS filesystems in sparse files: made and filled by the kernel (loop mount, root) or by mkfs's prototype file, and
what the kernel says of all their files."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import stat
import subprocess

from tests.support import images, program

LIST_TREE = program.BUILD_ROOT / "tests" / "list_tree"


def make(image, *options, size="320M"):
    """mkfs.xfs 6.1 refuses less than 300 MB; the file is sparse."""
    with open(image, "wb"):
        os.truncate(image, 0)
    images.run("truncate", "-s", size, image)
    images.run("mkfs.xfs", "-q", *options, image)
    return image


@contextlib.contextmanager
def mounted(image, *options):
    """The folder where `image` is mounted; None where this system does not allow it."""
    folder = pathlib.Path(f"{image}.mnt")
    folder.mkdir(exist_ok=True)
    words = [images.tool("mount") or "mount", "-o", ",".join(("loop", *options)), image, folder]
    done = subprocess.run(words, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        images.run("umount", folder)


def fragmented(path, extents, block, seed=7):
    """A file without holes of some `extents` extents: every second block first, then those between."""
    data = random.Random(seed).randbytes(extents * block - 5)
    with open(path, "wb") as file:
        for start in (0, 1):
            for i in range(start, extents, 2):
                file.seek(i * block)
                file.write(data[i * block:(i + 1) * block])
            file.flush()
            os.fsync(file.fileno())


def fill(root, block, most_extents=6000, names=(3, 40, 400, 4000)):
    """Every form of file and directory, /var/log/cron of 3,000,098 bytes among them."""
    log = root / "var/log"
    log.mkdir(parents=True)
    (log / "cron").write_bytes(images.log_text(3_000_098))
    fragmented(log / "cron-700", 700 if block <= 16384 else 100, block)
    fragmented(log / "cron-btree", min(most_extents, 24 * images.MIB // block), block)
    with open(log / "cron-sparse", "wb") as file:
        for i in range(5):
            file.seek(i * 1_000_000)
            file.write(f"{i}\n".encode() * 1000)
        file.truncate(9_000_001)
    with open(log / "cron-preallocated", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 3 * images.MIB)
        file.seek(1_000_000)
        file.write(b"in the middle\n" * 1000)
    for seconds in (-2**31, -1, 0, 2**31 - 1, 2**31, 2**33):
        times = root / f"times{seconds}"
        times.write_bytes(b"")
        with contextlib.suppress(OSError):
            os.utime(times, ns=(0, seconds * 10**9 + 123_456_789))
    for length in (3, 200, 400, 1000):
        (log / f"link{length}").symlink_to("x" * length)
    for count in names:
        folder = root / f"names{count}"
        folder.mkdir()
        for i in range(count):
            (folder / f"{i:05}-{'n' * (i * 7 % 120)}").write_bytes(b"%d\n" % i if i % 50 == 0 else b"")
        # Names that went away, one by one and whole blocks of them.
        for i in range(count):
            if i % 9 == 4 or count // 3 < i < count // 2:
                (folder / f"{i:05}-{'n' * (i * 7 % 120)}").unlink()


def crash(image, options=()):
    """Changes much in `image`, appends to /var/log/cron, and stops as in a crash, the log being
    written and nothing else. What was appended."""
    pick = random.Random(5)
    new = images.log_text(20_011, seed=9)
    with mounted(image, *options) as root:
        for count in (3, 60, 600, 3000):
            folder = root / f"new{count}"
            folder.mkdir()
            for i in range(count):
                (folder / f"{i:05}-{'n' * (i * 7 % 120)}").write_bytes(pick.randbytes(i * 7 % 3000))
            for i in range(0, count, 3):
                (folder / f"{i:05}-{'n' * (i * 7 % 120)}").unlink()
            (folder / f"00001-{'n' * 7}").rename(root / f"renamed{count}")
            (folder / "link").symlink_to("x" * min(900, count))
        with open(root / "pieces", "wb") as file:
            for i in range(1500):
                file.seek(i * 8192)
                file.write(pick.randbytes(4096))
        shutil.rmtree(root / "new60")
        with open(root / "var/log/cron", "ab") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        images.run("xfs_io", "-x", "-c", "shutdown -f", root)
    return new


def replayed_by_kernel(image):
    """kernel_view of a copy that the kernel mounted, and whose log it replayed."""
    copy = f"{image}.kernel"
    images.run("cp", "--sparse=always", image, copy)
    with mounted(copy) as root:
        return kernel_view(root)


def kernel_view(root):
    """path: (kind, size, mtime in us, sha256 or target)."""
    view = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder) / name
            status = path.lstat()
            known = None
            if stat.S_ISREG(status.st_mode):
                kind, known = "file", images.sha256(path.read_bytes())
            elif stat.S_ISLNK(status.st_mode):
                kind, known = "symlink", os.readlink(path)
            else:
                kind = "directory" if stat.S_ISDIR(status.st_mode) else "other"
            view[f"/{path.relative_to(root)}"] = (kind, status.st_size, status.st_mtime_ns // 1000, known)
    return view


class Tree:
    """What list_tree says of an image."""

    def __init__(self, image):
        rows = [json.loads(line) for line in images.run(LIST_TREE, image).decode().splitlines()]
        self.files = {row["path"]: row for row in rows if "path" in row}
        self.warnings = [row["warning"] for row in rows if "warning" in row]
        self.unsupported = next((row["unsupported"] for row in rows
                                 if "unsupported" in row and "warning" not in row), None)
        self.unallocated = next((row["unallocated"] for row in rows if "unallocated" in row), None)
        self.damage = next((row["damage"] for row in rows if "size" in row and "path" not in row), None)

    def view(self):
        """As kernel_view."""
        return {path: (row.get("kind"), row.get("size"), row.get("mtime_us"),
                       row.get("sha256", row.get("target"))) for path, row in self.files.items()}

    def file_damage(self):
        return {path: row["damage"] for path, row in self.files.items() if row.get("damage")}

    def errors(self):
        return {path: row["error"] for path, row in self.files.items() if "error" in row}
