"""Makes small images with the systems' own tools (no root, nothing mounted), and reads them back."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

from tests.support import program

LIST_LOGS = program.BUILD_ROOT / "tests" / "list_logs"
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
MTIME = 1_767_225_600  # 2026-01-01 00:00 UTC
MIB = 1 << 20


def tool(name):
    return shutil.which(name, path=PATH)


def run(*command, stdin=None):
    """Runs a tool; its output as text. Fails with what the tool said."""
    done = subprocess.run(
        [tool(command[0]) or command[0], *map(str, command[1:])], input=stdin,
        capture_output=True, timeout=120, check=False,
        env={**os.environ, "PATH": PATH, "LC_ALL": "C", "TZ": "UTC"})
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode(errors='replace')}"
                             f"{done.stdout.decode(errors='replace')[-500:]}")
    return done.stdout


def log_text(size, seed=1):
    """Lines in cron's form, so that no two blocks are alike."""
    pick = random.Random(seed)
    lines, length, pid = [], 0, 600
    while length < size:
        pid += pick.randrange(1, 9)
        line = f"root (11/05-{pid % 24:02}:{pid % 60:02}:00-{pid}) CMD (job {pick.random()})\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()[:size]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def write_tree(folder, files, links=()):
    """`files` are path: bytes, `links` path: target."""
    for path, data in files.items():
        target = folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (MTIME, MTIME))
    for path, to in dict(links).items():
        link = folder / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(to)
    return folder


def make_ext(image, tree, *options, size="16M", kind="ext4"):
    command = [f"mkfs.{kind}", "-q", "-F", "-E", "lazy_itable_init=0",
               "-d", tree, *options, image, size]
    run(*command)
    return image


def make_e01(image):
    """An E01 beside `image`, in segments; the names joined as list_logs takes them."""
    run("ewfacquire", "-u", "-q", "-c", "fast", "-S", "1048576", "-t", image.with_suffix(""), image)
    return ",".join(sorted(map(str, image.parent.glob(image.stem + ".E0*"))))


class Listing:
    def __init__(self, rows):
        self.folders = [row for row in rows if row["row"] == "folder"]
        self.volumes = {row["name"]: row for row in rows if row["row"] == "volume"}
        self.warnings = [row for row in rows if row["row"] == "warning"]
        self.cost = next(row for row in rows if row["row"] == "cost")
        self.files = {f"{folder['volume']}:{file['path']}": file
                      for folder in self.folders for file in folder["files"]}

    def messages(self):
        return [f"{row['volume']}:{row['path']}: {row['message']}" for row in self.warnings]


def list_logs(image, *globs):
    out = run(LIST_LOGS, image, *(globs or ("cron*",)))
    return Listing([json.loads(line) for line in out.decode().splitlines()])


class FolderTest(unittest.TestCase):
    """A test with folders of its own, which may need tools."""

    maxDiff = None

    def need(self, *tools):
        for name in tools:
            if tool(name) is None:
                self.skipTest(f"{name} is not installed")

    def folder(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        return pathlib.Path(holder.name)


class ImageTest(FolderTest):
    """A test that looks at images with list_logs."""

    def setUp(self):
        if not LIST_LOGS.exists():
            self.skipTest(f"{LIST_LOGS} is not built; ninja -C {program.BUILD_ROOT} tests/{LIST_LOGS.name} builds it")
