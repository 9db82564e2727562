#!/usr/bin/python3
"""A 3,000,098-byte file and one of 700 extents come out of every cell of filesystem, volume and container.

Each cell is a case. The figures of other tools on the same cells are in docs/supported_images.md, which this run writes
anew with PIDOMETER_ACCEPT=1 and otherwise holds its cells against.
"""

import atexit
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, lvm, program, stacked_volumes, stacks, tap  # noqa: E402

DOCUMENT = program.SOURCE_ROOT / "docs" / "supported_images.md"
TOOL_SECONDS = 120
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="matrix"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

BY_NAME = {row.name: row for row in stacks.FILE_SYSTEMS}
CONTAINERS = {name: (make, tsk) for name, make, tsk in stacks.CONTAINERS}
VOLUMES = {"none": stacks.whole, "MBR": stacks.mbr, "GPT": stacks.gpt, "GPT, 4 KiB sectors": stacks.gpt_4k,
           **stacked_volumes.VOLUMES}
# Whatever depends on the container alone is shown by one filesystem of each reader.
USUAL = ("ext4", "XFS v5", "btrfs, zstd")
PARTITIONS = ("MBR", "GPT", "GPT, 4 KiB sectors")
# Neither group nor array knows what lies in it: one filesystem for each, and where they are stacked.
STACKED = {
    "ext4": {name: ("raw",) for name in stacked_volumes.VOLUMES} | {"LVM, linear over 2 disks": ("raw", "E01")},
    "XFS v5": {"LVM, linear, 2 segments": ("raw", "qcow2"), "LVM on md RAID1": ("raw", "E01"), "LVM on GPT": ("E01",)},
    "btrfs, zstd": {},
}


def cells():
    """Filesystem, state, volume, container; the same image made once serves all cells that follow one another."""
    for row in stacks.FILE_SYSTEMS:
        for container in CONTAINERS if row.name in USUAL else ("raw", "E01"):
            if container != stacks.E01_4K:
                yield row.name, "clean", "none", container
        for volume in PARTITIONS if row.name in USUAL else ():
            for container in ("raw", "E01", *((stacks.E01_4K,) if volume == "GPT, 4 KiB sectors" else ())):
                yield row.name, "clean", volume, container
        for volume, containers in STACKED.get(row.name, {}).items():
            for container in containers:
                yield row.name, "clean", volume, container
        if row.mountable and not row.name.startswith("ext2"):
            yield row.name, "in use", "none", "raw"


@functools.lru_cache(maxsize=1)
def file_system(name, state):
    folder = FOLDER / "fs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return stacks.make_file_system(BY_NAME[name], folder / "fs.raw", dirty=state != "clean")


@functools.lru_cache(maxsize=1)
def disk(name, state, volume):
    folder = FOLDER / "disk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return VOLUMES[volume](file_system(name, state), folder)


def judge(done, wanted, got):
    """What a tool made of a file: bytes that are wrong and said to be right are the worst there is."""
    if got == wanted:
        return "right"
    return "**wrong, not said**" if done and got is not None else "refuses"


def quiet(*command):
    try:
        return subprocess.run([images.tool(command[0]) or command[0], *map(str, command[1:])], capture_output=True,
                              timeout=TOOL_SECONDS, check=False,
                              env={**os.environ, "PATH": images.PATH, "LC_ALL": "C"})
    except (subprocess.TimeoutExpired, OSError):
        return None


def worst(verdicts):
    for verdict in ("**wrong, not said**", "refuses"):
        if verdict in verdicts:
            return verdict
    return "right"


def by_tsk(image, form, offset):
    verdicts = []
    for path, wanted in stacks.FILES.items():
        where = ("-i", form, "-o", offset, image)
        name = quiet("ifind", "-n", path, *where)
        number = name.stdout.decode().strip() if name and name.returncode == 0 else ""
        done = quiet("icat", *where, number) if re.fullmatch(r"[0-9-]+", number) else None
        good = done is not None and done.returncode == 0
        verdicts.append(judge(good, wanted, done.stdout if good else None))
    return worst(verdicts)


def by_grub(disks, device):
    if not device.endswith(")"):  # the beginning of a name that has an identifier in it
        listed = quiet("grub-fstest", *disks, "-c", len(disks), "ls")
        words = listed.stdout.decode(errors="replace").split() if listed else []
        device = next((word for word in words if word.startswith(device)), "(none)")
    verdicts = []
    for path, wanted in stacks.FILES.items():
        out = FOLDER / "grub.out"
        out.unlink(missing_ok=True)
        done = quiet("grub-fstest", *disks, "-c", len(disks), "cp", f"{device}/{path}", out)
        good = done is not None and done.returncode == 0 and out.exists()
        verdicts.append(judge(good, wanted, out.read_bytes() if good else None))
    return worst(verdicts)


RESULTS = []


class Matrix(program.ProgramTest):
    def cell(self, name, state, volume, container):
        row = BY_NAME[name]
        if images.tool(row.mkfs[0]) is None:
            self.skipTest(f"{row.mkfs[0]} is not installed")
        if row.mountable and stacks.can_mount():
            self.skipTest(stacks.can_mount())
        if "LVM" in volume and lvm.can_make():
            self.skipTest(lvm.can_make())
        for tool in {"E01": ("ewfacquire",), stacks.E01_4K: ("ewfacquire",), "raw": (),
                     "split raw": ()}.get(container, ("qemu-img",)):
            if images.tool(tool) is None:
                self.skipTest(f"{tool} is not installed")
        made = disk(name, state, volume)
        make, tsk = CONTAINERS[container]
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            folder = pathlib.Path(folder)
            inputs = [make(image, folder) for image in made.images]
            done = program.run("extract", *inputs, "-d", folder / "out")
            # Of several images each that has something has a folder of its own.
            out = folder / "out" / (inputs[0].name if len(inputs) > 1 else "")
            for path, wanted in stacks.FILES.items():
                got = out / made.volume / path
                self.assertTrue(got.exists(), f"{path} was not found: {done.err}")
                self.assertEqual(images.sha256(got.read_bytes()), images.sha256(wanted), path)
            self.assertEqual(done.status, 0, done.err)
            if os.environ.get("PIDOMETER_ACCEPT"):
                others = (by_tsk(inputs[0], tsk, made.sector_offset) if tsk and len(inputs) == 1 else "not tried",
                          by_grub(inputs, made.grub) if made.grub and container == "raw" else "not tried")
                RESULTS.append((name, state, volume, container, "right", *others))

    def test_the_document_lists_the_cells(self):
        if os.environ.get("PIDOMETER_ACCEPT"):
            self.skipTest("the document is written anew")
        listed = {tuple(part.strip() for part in line.split("|")[1:5])
                  for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")}
        self.assertEqual(set(cells()) - listed, set())
        self.assertGreaterEqual(len(set(cells())), 40)


def case(cell):
    return lambda self: self.cell(*cell)


for number, one in enumerate(cells()):
    words = re.sub(r"[^a-z0-9]+", "_", " ".join(one).lower())
    setattr(Matrix, f"test_{number:03}_{words}", case(one))


def write_document():
    versions = [(quiet("icat", "-V").stdout.decode().split("ver ")[-1].strip(), "icat"),
                (quiet("grub-fstest", "-V").stdout.decode().split()[-1], "grub-fstest")]
    head = (program.SOURCE_ROOT / "docs" / "supported_images.head.md").read_text()
    lines = [head.rstrip(), "",
             "| filesystem | state | volume | container | pidometer | "
             f"TSK {versions[0][0]} (ifind, icat) | grub-fstest {versions[1][0]} |",
             "|---|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in RESULTS]
    DOCUMENT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if os.environ.get("PIDOMETER_ACCEPT"):
        atexit.register(lambda: RESULTS and write_document())
    tap.main()
