#!/usr/bin/python3
"""Copies of a host's logs on one btrfs: subvolumes in the layouts of distributions, snapshots, systems that were
rolled back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import btrfs_images, images, lvm, program, tap  # noqa: E402
from tests.support.btrfs_images import btrfs  # noqa: E402
from tests.support.copies import Copy, CopiesTest, cron_log, root_files  # noqa: E402
from tests.support.images import MIB, run, sha256  # noqa: E402

OLD = cron_log("web01", "Sep")
NEW = cron_log("web01", "Nov", excess_on=18)
THIRD = cron_log("web01", "Oct", excess_on=5)
UUID = "11111111-2222-3333-4444-555555555555"
NOTHING_OVER = "/etc/fstab of {} mounts nothing over it"
MOUNTS = "/etc/fstab of {} mounts the volume on {}"


def subvolume(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        btrfs("subvolume", "create", root / name)


def snapshot(root, source, target, *options):
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    btrfs("subvolume", "snapshot", *options, root / source, root / target)


def write(root, tree, files):
    images.write_tree(root, {f"/{tree}{path}": data for path, data in files.items()})


class Btrfs(CopiesTest):
    def setUp(self):
        super().setUp()
        self.need("mkfs.btrfs", "btrfs", "mount", "umount")

    def image(self, fill):
        image = btrfs_images.make(self.folder() / "image.raw", "-U", UUID, "-L", "system", size="256M")
        with btrfs_images.mounted(image) as root:
            if root is None:
                self.skipTest("this system mounts no btrfs for us")
            fill(pathlib.Path(root))
        return image

    def snapshot_words(self, image, name):
        """As btrfs-progs tell when it was made."""
        with btrfs_images.mounted(image, "ro,subvolid=5") as root:
            shown = run("btrfs", "subvolume", "show", pathlib.Path(root) / name).decode()
        row = next(line for line in shown.splitlines() if "Creation time" in line)
        date, time = row.split(":", 1)[1].split()[:2]
        return f"{date}T{time}Z"

    def snapshot_copy(self, image, name, of, log, path="/var/log", read_only=True, host="web01"):
        words = f"snapshot of {of}, made at {self.snapshot_words(image, name)}" + (", read-only" if read_only else "")
        return Copy(log, "snapshot", path, words, host)

    def test_fedora(self):
        """Subvolumes root and home below the top, by subvol=; a snapshot of root from before."""
        def fill(root):
            subvolume(root, "root", "home")
            write(root, "root", root_files(
                "web01", f"UUID={UUID} / btrfs subvol=root,compress=zstd:1 0 0\n"
                f"UUID={UUID} /home btrfs subvol=home,compress=zstd:1 0 0\n", OLD))
            snapshot(root, "root", "before", "-r")
            write(root, "root", {"/var/log/cron": NEW})

        image = self.image(fill)
        self.check(image, {
            ("whole:root", "/var/log"): Copy(NEW, "live", "/var/log", NOTHING_OVER.format("whole:root"), "web01"),
            ("whole:before", "/var/log"): self.snapshot_copy(image, "before", "root", OLD)})

    def test_opensuse(self):
        """The default subvolume is the root, @/var hangs beside it and is mounted; older logs below."""
        def fill(root):
            subvolume(root, "@", "@/var", "@/.snapshots", "@/.snapshots/1/snapshot")
            one = root / "@/.snapshots/1/snapshot"
            write(root, "@/.snapshots/1/snapshot", root_files(
                "web01", f"UUID={UUID} / btrfs defaults 0 0\nUUID={UUID} /var btrfs subvol=/@/var 0 0\n"
                f"UUID={UUID} /.snapshots btrfs subvol=/@/.snapshots 0 0\n", OLD))
            write(root, "@/var", {"/log/cron": NEW})
            snapshot(root, "@/.snapshots/1/snapshot", "@/.snapshots/2/snapshot", "-r")
            btrfs("subvolume", "set-default", one)

        image = self.image(fill)
        root = "whole:@/.snapshots/1/snapshot"
        self.check(image, {
            (root, "/var/log"): Copy(OLD, "hidden", "/var/log", f"/etc/fstab of {root} mounts UUID={UUID} over it on "
                                     "/var, which is whole:@/var", "web01"),
            ("whole:@/.snapshots/2/snapshot", "/var/log"): self.snapshot_copy(
                image, "@/.snapshots/2/snapshot", "@/.snapshots/1/snapshot", OLD),
            ("whole:@/var", "/log"): Copy(NEW, "live", "/var/log", MOUNTS.format(root, "/var"), "web01")})

    def test_opensuse_rolled_back(self):
        """What is booted is a snapshot itself, and the default; the root before it is a copy."""
        def fill(root):
            subvolume(root, "@", "@/.snapshots", "@/.snapshots/1/snapshot")
            write(root, "@/.snapshots/1/snapshot",
                  root_files("web01", f"UUID={UUID} / btrfs defaults 0 0\n", OLD))
            snapshot(root, "@/.snapshots/1/snapshot", "@/.snapshots/3/snapshot")
            write(root, "@/.snapshots/3/snapshot", {"/var/log/cron": NEW})
            btrfs("subvolume", "set-default", root / "@/.snapshots/3/snapshot")

        image = self.image(fill)
        old, new = "whole:@/.snapshots/1/snapshot", "whole:@/.snapshots/3/snapshot"
        self.check(image, {
            (new, "/var/log"): Copy(NEW, "live", "/var/log", NOTHING_OVER.format(new), "web01"),
            (old, "/var/log"): Copy(OLD, None, None, f"/etc/fstab of {old} names UUID={UUID} as the root, which is "
                                    f"{new}", "web01")})

    def test_restored_by_name(self):
        """The old @ was moved away and a snapshot took its name: fstab says subvol=@, and that one is live."""
        def fill(root):
            subvolume(root, "@")
            write(root, "@", root_files("web01", f"LABEL=system / btrfs defaults,subvol=/@ 0 1\n", OLD))
            snapshot(root, "@", "backup/2025-10-01/@", "-r")
            (root / "@").rename(root / "@old")
            snapshot(root, "backup/2025-10-01/@", "@")
            write(root, "@", {"/var/log/cron": NEW})
            write(root, "@old", {"/var/log/cron": THIRD})

        image = self.image(fill)
        self.check(image, {
            ("whole:@", "/var/log"): Copy(NEW, "live", "/var/log", NOTHING_OVER.format("whole:@"), "web01"),
            ("whole:@old", "/var/log"): Copy(THIRD, None, None, "/etc/fstab of whole:@old names LABEL=system as the "
                                             "root, which is whole:@", "web01"),
            ("whole:backup/2025-10-01/@", "/var/log"): self.snapshot_copy(
                image, "backup/2025-10-01/@", "@old", OLD)})

    def test_a_subvolume_that_no_line_names(self):
        """@/var/log hangs in the mounted @ and is seen there without a line of its own; its snapshots are copies."""
        def fill(root):
            subvolume(root, "@")
            write(root, "@", root_files("web01", f"UUID={UUID} / btrfs subvolid=256 0 0\n"))
            subvolume(root, "@/var/log")
            write(root, "@/var/log", {"/cron": OLD})
            snapshot(root, "@/var/log", "@/.snapshots/log1", "-r")
            write(root, "@/var/log", {"/cron": NEW})

        image = self.image(fill)
        self.check(image, {
            ("whole:@/var/log", "/"): Copy(NEW, "live", "/var/log", NOTHING_OVER.format("whole:@"), "web01"),
            ("whole:@/.snapshots/log1", "/"): self.snapshot_copy(image, "@/.snapshots/log1", "@/var/log", OLD)})

    def test_the_same_log_in_a_snapshot_counts_once_in_each(self):
        def fill(root):
            subvolume(root, "@", "@var")
            write(root, "@", root_files("web01", f"UUID={UUID} / btrfs subvol=@ 0 0\n"
                                        f"UUID={UUID} /var btrfs subvol=@var,subvolid=257 0 0\n"))
            write(root, "@var", {"/log/cron": NEW})
            for number in (1, 2):
                snapshot(root, "@var", f"snapshots/{number}", "-r")

        image = self.image(fill)
        summary = self.check(image, {
            ("whole:@var", "/log"): Copy(NEW, "live", "/var/log", MOUNTS.format("whole:@", "/var"), "web01"),
            **{(f"whole:snapshots/{number}", "/log"): self.snapshot_copy(image, f"snapshots/{number}", "@var", NEW)
               for number in (1, 2)}})
        self.assertEqual([one["duplicate_lines"] for one in summary["logs"]], [0, 0, 0])

    def test_a_number_that_is_another_subvolume_s(self):
        """The kernel mounts no subvolume whose number is not the one that is given beside its name."""
        def fill(root):
            subvolume(root, "@", "@var")
            write(root, "@", root_files("web01", f"UUID={UUID} / btrfs subvol=@ 0 0\n"
                                        f"UUID={UUID} /var btrfs subvol=@var,subvolid=999 0 0\n", OLD))
            write(root, "@var", {"/log/cron": NEW})

        image = self.image(fill)
        self.check(image, {
            ("whole:@", "/var/log"): Copy(OLD, "hidden", "/var/log", f"/etc/fstab of whole:@ mounts UUID={UUID} over "
                                          "it on /var, and no volume of this image is known by that name", "web01"),
            ("whole:@var", "/log"): Copy(NEW, None, None, None, "web01")})

    def test_on_a_partition_and_on_a_logical_volume(self):
        def fill(device):
            def with_device(root):
                subvolume(root, "@", "@var")
                write(root, "@", root_files("web01", f"{device} / btrfs subvol=@ 0 0\n"
                                            f"{device} /var btrfs subvol=@var 0 0\n", OLD))
                write(root, "@var", {"/log/cron": NEW})
            return with_device

        def wants(volume, device, words):
            return {(f"{volume}:@", "/var/log"): Copy(OLD, "hidden", "/var/log", f"/etc/fstab of {volume}:@ mounts "
                                                      f"{device} over it on /var, which is {volume}:@var", "web01"),
                    (f"{volume}:@var", "/log"): Copy(NEW, "live", "/var/log", MOUNTS.format(volume + ":@", "/var")
                                                     + words, "web01")}

        part = self.image(fill("/dev/vda1"))
        image = self.folder() / "disk.raw"
        with open(image, "wb") as file:
            file.truncate(258 * MIB)
        run("sfdisk", "-q", image, stdin=f"label: dos\nstart=2048, size={256 * MIB // 512}, type=83\n".encode())
        run("dd", f"if={part}", f"of={image}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none")
        self.check(image, wants("p1", "/dev/vda1",
                                ", by the number of its partition and not by a name of its own"))
        device = "/dev/mapper/vg0-sys"
        part = self.image(fill(device))
        lab = lvm.Lab(self)
        lab.lvm("vgcreate", "-s", "1M", "vg0", lab.disk("disk.raw", 260 * MIB))
        lab.create("vg0", "sys", "-l", "256")
        lab.write("vg0", "sys", part.read_bytes())
        self.check(next(iter(lab.devices.values())), wants("lvm-vg0-sys", device, ""))

    def layer(self, volume):
        return {"p1": "p1", "lvm-vg0-sys": "lvm1"}[volume]

    def test_extracted_folders_do_not_clash(self):
        """@/var and @_var are two trees, and both would be a folder whole:@_var."""
        logs = {"@/var": OLD, "@_var": NEW, "@_var-2": THIRD}

        def fill(root):
            subvolume(root, "@", *logs)
            for name, log in logs.items():
                write(root, name, {"/log/cron": log})

        image = self.image(fill)
        for again in (False, True):
            with self.subTest(again=again):
                out = self.folder() / "out"
                for options in [()] + ([("--force",)] if again else []):
                    done = program.run("extract", *options, image, "-d", out)
                    self.assertEqual(done.status, 0, done.err)
                have = {path.parts[-3]: sha256(path.read_bytes()) for path in out.rglob("cron")}
                self.assertEqual(sorted(have.values()), sorted(map(sha256, logs.values())))
                self.assertEqual(have["whole:@_var"], sha256(OLD))
                self.assertEqual(len((out / "SHA256SUMS").read_text().splitlines()), 3)
                run("sh", "-c", f"cd '{out}' && sha256sum --check --quiet --strict SHA256SUMS")
                self.assertIn("note: the files of whole:@_var go to whole:@_var-2: another volume has that name",
                              done.err)


if __name__ == "__main__":
    tap.main()
