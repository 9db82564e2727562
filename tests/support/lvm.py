"""Volume groups made by LVM2's own tools, without device-mapper: loop devices, and contents that are
written where LVM2 itself says that the extents lie."""

import json
import os
import pathlib
import subprocess

from tests.support import images
from tests.support.images import log_text, make_ext, sha256

LOG = log_text(3_000_098)
SMALL = log_text(300_001, seed=2)


def can_make():
    """Why a volume group cannot be made here; nothing where it can."""
    for name in ("losetup", "pvcreate", "vgcreate", "lvcreate"):
        if images.tool(name) is None:
            return f"{name} is not installed"
    if os.geteuid() != 0:
        return "loop devices need root"
    if subprocess.run([images.tool("losetup"), "-f"], capture_output=True, check=False).returncode:
        return "no loop device is to be had"
    return None


class Lab:
    """Loop devices over files, and lvm commands that see these devices only."""

    def __init__(self, test):
        why = can_make()
        if why:
            test.skipTest(why)
        self.test = test
        self.folder = test.folder()
        self.devices = {}  # loop device: file
        test.addCleanup(self.close)

    def disk(self, name, size, *options):
        """A new file behind a loop device; the device's name."""
        path = self.folder / name
        with open(path, "wb") as file:
            file.truncate(size)
        return self.attach(path, *options)

    def attach(self, path, *options):
        device = images.run("losetup", "-f", "--show", *options, path).decode().strip()
        self.devices[device] = pathlib.Path(path)
        return device

    def close(self):
        for device in list(self.devices):
            self.detach(device)

    def detach(self, device):
        images.run("losetup", "-d", device)
        return self.devices.pop(device)

    def lvm(self, *command, stdin=None):
        """Runs a command of LVM2; activates nothing."""
        accept = ",".join(f'"a|^{device}$|"' for device in self.devices)
        config = (f'devices {{ use_devicesfile=0 scan=["/dev"] filter=[{accept},"r|.*|"] '
                  f'allow_changes_with_duplicate_pvs=1 }} '
                  f'activation {{ udev_sync=0 udev_rules=0 monitoring=0 }} '
                  f'backup {{ backup=0 archive=0 }}')
        return images.run(command[0], "--driverloaded", "n", "--config", config, *command[1:],
                          stdin=stdin)

    def create(self, vg, name, *options, on=()):
        self.lvm("lvcreate", "-an", "-Zn", "-Wn", "-y", "-n", name, *options, vg, *on)

    def report(self, command, fields, *options):
        out = self.lvm(command, "--reportformat", "json", "--units", "b", "--nosuffix", "-o", fields,
                       *options)
        return next(iter(json.loads(out)["report"][0].values()))

    def runs(self, vg, name):
        """Where the bytes of a volume lie, by LVM2's own word: (length, device, offset) in order."""
        starts = {row["pv_name"]: (int(row["pe_start"]), int(row["vg_extent_size"]))
                  for row in self.report("pvs", "pv_name,pe_start,vg_extent_size")
                  if row["vg_extent_size"] != "0"}
        out = []
        rows = self.report("lvs", "seg_start_pe,seg_size_pe,stripes,stripe_size,seg_pe_ranges",
                           "--segments", f"{vg}/{name}")
        for row in sorted(rows, key=lambda row: int(row["seg_start_pe"])):
            parts = []
            for text in row["seg_pe_ranges"].split():
                device, _, extents = text.rpartition(":")
                start, extent = starts[device]
                first, last = map(int, extents.split("-"))
                parts.append((device, start + first * extent, (last - first + 1) * extent))
            if len(parts) == 1:
                out.append((parts[0][2], parts[0][0], parts[0][1]))
                continue
            stripe = int(row["stripe_size"])
            for turn in range(parts[0][2] // stripe):
                out += [(stripe, device, offset + turn * stripe) for device, offset, _ in parts]
        return out

    def write(self, vg, name, data):
        """Puts `data` at the beginning of the volume."""
        runs = self.runs(vg, name)
        assert sum(length for length, _, _ in runs) >= len(data), (name, len(data))
        handles = {device: open(self.devices[device], "r+b") for device in self.devices}
        done = 0
        for length, device, offset in runs:
            handles[device].seek(offset)
            handles[device].write(data[done:done + length])
            done += length
            if done >= len(data):
                break
        for handle in handles.values():
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()


class LvmTest(images.ImageTest):
    def ext(self, log, size, path="/var/log/cron"):
        folder = self.folder()
        tree = images.write_tree(folder / "tree", {path: log})
        return make_ext(folder / "ext", tree, "-b", "1024", size=f"{size // 1024}k").read_bytes()

    def hashes(self, listing):
        return {name: file.get("sha256") for name, file in listing.files.items()}

    def grub(self, paths, volume, path):
        """The hash of a file by grub's reader, which knows LVM2 by itself."""
        self.need("grub-fstest")
        out = subprocess.run([images.tool("grub-fstest"), *map(str, paths), "-c", str(len(paths)),
                              "cat", f"(lvm/{volume}){path}"], capture_output=True, check=True)
        return sha256(out.stdout)

    def fill(self, lab, vg, name, log):
        size = sum(length for length, _, _ in lab.runs(vg, name))
        lab.write(vg, name, self.ext(log, size))
