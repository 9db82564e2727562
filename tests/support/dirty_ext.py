"""Makes ext3/ext4 images whose journal waits to be replayed, and has the kernel replay a copy. Needs
root and loop mounts; skips where they are not to be had."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

from tests.support import images

EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
FLUSH_LOG, NO_FLUSH = 1, 2      # EXT4_GOING_FLAGS_LOGFLUSH, _NOLOGFLUSH


class NoMount(Exception):
    pass


@contextlib.contextmanager
def mounted(image, folder, options=""):
    """A loop mount; the loop device goes with it."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "ext4", "-o", ",".join(filter(None, ["loop", options])), image, folder]
    done = subprocess.run([images.tool(words[0]), *map(str, words[1:])], capture_output=True,
                          check=False, timeout=60)
    if done.returncode != 0:
        raise NoMount(done.stderr.decode(errors="replace").strip())
    try:
        yield folder
    finally:
        subprocess.run([images.tool("umount"), str(folder)], check=True, timeout=60)


def can_mount(folder):
    """Empty where loop mounts work, else why not."""
    if os.geteuid() != 0:
        return "needs root for loop mounts"
    image = folder / "probe.raw"
    images.run("mkfs.ext4", "-q", "-F", image, "8M")
    try:
        with mounted(image, folder / "probe"):
            return ""
    except NoMount as error:
        return f"no loop mounts here: {error}"
    finally:
        image.unlink()


def commit(path):
    """fsync: the running transaction gets its commit block. Nothing is written home, as sync(2) and
    syncfs(2) would do, and a replay would then change nothing."""
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def shut_down(folder, flag=NO_FLUSH):
    """The filesystem stops at once, as in a crash; nothing more is written."""
    handle = os.open(folder, os.O_RDONLY)
    fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, flag.to_bytes(4, "little"))
    os.close(handle)


def generation(path):
    """Of the inode; another one, another file in its place."""
    handle = os.open(path, os.O_RDONLY)
    FS_IOC_GETVERSION = 0x80087601  # _IOR('v', 1, long)
    answer = fcntl.ioctl(handle, FS_IOC_GETVERSION, bytes(8))
    os.close(handle)
    return int.from_bytes(answer[:4], "little")


def copy_image(image, target):
    shutil.copyfile(image, target)
    return target


def hashes(folder):
    """Every regular file below, by its path from the filesystem's root."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file() and not path.is_symlink():
            found["/" + str(path.relative_to(folder))] = (
                hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    return found


def kernel_view(image, folder):
    """What the kernel makes of a copy of the image, its journal replayed."""
    copy = copy_image(image, folder / "kernel.raw")
    with mounted(copy, folder / "kernel"):
        found = hashes(folder / "kernel")
    copy.unlink()
    return found
