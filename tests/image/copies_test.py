#!/usr/bin/python3
"""Several copies of a host's logs on one disk: all are found, each by itself, and the live one is said."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, lvm, program, rows, tap  # noqa: E402
from tests.support.copies import Copy, CopiesTest, cron_log, disk, root_files, zone_file  # noqa: E402
from tests.support.images import MIB, run, sha256  # noqa: E402

OLD = cron_log("web01", "Sep")
NEW = cron_log("web01", "Nov", excess_on=18)
THIRD = cron_log("web01", "Oct", excess_on=5)
ROOT_UUID = "11111111-2222-3333-4444-555555555555"
VAR_UUID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
GUID = "12345678-9abc-def0-1234-56789abcdef0"
HIDDEN = "/etc/fstab of p1 mounts {} over it on {}, which is {}"
UNKNOWN = "and no volume of this image is known by that name"


class MountedVar(CopiesTest):
    """(root with an old /var/log/cron, /var on the second partition)"""

    def root(self, fstab, log=OLD, more=None):
        return self.ext(root_files("web01", fstab, log, **(more or {})), "-U", ROOT_UUID)

    def var(self, log=NEW, label="my var", uuid=VAR_UUID, path="/log/cron"):
        return self.ext({path: log}, "-L", label, "-U", uuid)

    def want(self, device, *, number=False, point="/var", log=NEW, folder="/log"):
        words = f"/etc/fstab of p1 mounts the volume on {point}"
        if number:
            words += ", by the number of its partition and not by a name of its own"
        return {("p1", "/var/log"): Copy(OLD, "hidden", "/var/log", HIDDEN.format(device, point, "p2"), "web01"),
                ("p2", folder): Copy(log, "live", "/var/log", words, "web01")}

    def test_by_each_name(self):
        names = [
            (f"UUID={VAR_UUID}", f"UUID={VAR_UUID}"), (f'UUID="{VAR_UUID.upper()}"',) * 2,
            (f"/dev/disk/by-uuid/{VAR_UUID}",) * 2, ("LABEL=my\\040var", "LABEL=my var"),
            ("/dev/disk/by-label/my\\x20var", "/dev/disk/by-label/my\\x5cx20var"),
            ("PARTUUID=deadbeef-02",) * 2, ("/dev/sda2",) * 2, ("/dev/nvme0n1p2",) * 2,
            ("/dev/disk/by-id/ata-DISK_7-part2",) * 2]
        for written, read in names:
            with self.subTest(written):
                image = disk(self.folder() / "disk.raw", [
                    self.root(f"# the root\nUUID={ROOT_UUID} / ext4 errors=remount-ro 0 1\n"
                              f"{written}\t/var  ext4  defaults 0 2\n"), self.var()])
                self.check(image, self.want(read, number=read.startswith(("/dev/sd", "/dev/nv", "/dev/disk/by-id"))))

    def test_by_the_names_of_a_gpt(self):
        for device in (f"PARTUUID={GUID}", "PARTLABEL=var-part"):
            with self.subTest(device):
                image = disk(self.folder() / "disk.raw",
                             [self.root(f"{device} /var ext4 defaults 0 2\n"), self.var()], "gpt",
                             {2: f", uuid={GUID.upper()}, name=var-part"})
                self.check(image, self.want(device))

    def test_a_volume_for_the_logs_alone(self):
        fstab = f"UUID={VAR_UUID} /var/log ext4 defaults 0 2\n"
        image = disk(self.folder() / "disk.raw", [self.root(fstab), self.var(path="/cron")])
        self.check(image, self.want(f"UUID={VAR_UUID}", point="/var/log", folder="/"))

    def test_three_deep(self):
        fstab = f"UUID={VAR_UUID} /var ext4 defaults 0 2\nLABEL=logs /var/log ext4 defaults 0 2\n"
        logs = self.ext({"/cron": THIRD}, "-L", "logs")
        image = disk(self.folder() / "disk.raw", [self.root(fstab), self.var(), logs])
        over = HIDDEN.format("LABEL=logs", "/var/log", "p3")
        self.check(image, {
            ("p1", "/var/log"): Copy(OLD, "hidden", "/var/log", over, "web01"),
            ("p2", "/log"): Copy(NEW, "hidden", "/var/log", over, "web01"),
            ("p3", "/"): Copy(THIRD, "live", "/var/log", "/etc/fstab of p1 mounts the volume on /var/log",
                              "web01")})

    def test_what_is_mounted_is_not_in_the_image(self):
        for options, copy, words in (
                ("defaults", "hidden", f"over it on /var, {UNKNOWN}"),
                ("nofail", None, f"over it on /var unless that is missing (nofail), {UNKNOWN}")):
            with self.subTest(options):
                image = disk(self.folder() / "disk.raw", [self.root(f"UUID=0000-0000 /var ext4 {options} 0 2\n"),
                                                          self.ext({"/srv/a": b"a"})])
                self.check(image, {("p1", "/var/log"): Copy(
                    OLD, copy, "/var/log", f"/etc/fstab of p1 mounts UUID=0000-0000 {words}", "web01")})

    def test_lines_that_are_no_mounts_of_a_volume(self):
        """Comments, swap, what is only mounted when asked for; blanks that are written as \\040."""
        fstab = (f"# UUID={VAR_UUID} /var ext4 defaults 0 2\n   #UUID={VAR_UUID} /var ext4 defaults 0 2\n"
                 f"\n/dev/sda2 none swap sw 0 0\nUUID={VAR_UUID} /mnt/my\\040old\\040var ext4 defaults 0 2\n"
                 f"UUID={VAR_UUID} /var ext4 noauto 0 0\nproc /proc proc defaults 0 0\ngarbage\n")
        image = disk(self.folder() / "disk.raw", [self.root(fstab), self.var()])
        self.check(image, {
            ("p1", "/var/log"): Copy(OLD, "live", "/var/log", "/etc/fstab of p1 mounts nothing over it", "web01"),
            ("p2", "/log"): Copy(NEW, None, "/var/log",
                                 "/etc/fstab of p1 mounts the volume on /var only when asked (noauto)", "web01")})

    def test_memory_and_overlays(self):
        for line, device in (("tmpfs /var/log tmpfs size=50m 0 0\n", "tmpfs"),
                             ("overlay /var/log overlay lowerdir=/var/log,upperdir=/u,workdir=/w 0 0\n", "overlay"),
                             ("nas:/logs /var/log nfs defaults 0 0\n", "nas:/logs")):
            with self.subTest(device):
                image = disk(self.folder() / "disk.raw", [self.root(line)])
                self.check(image, {("p1", "/var/log"): Copy(
                    OLD, "hidden", "/var/log", f"/etc/fstab of p1 mounts {device} over it on /var/log", "web01")})

    def test_a_bind_mount_shows_logs_from_elsewhere(self):
        fstab = (f"UUID={VAR_UUID} /srv/data ext4 defaults 0 2\n"
                 "/srv/data/system/logs /var/log none bind,x-systemd.requires=/srv/data 0 0\n")
        image = disk(self.folder() / "disk.raw", [self.root(fstab), self.var(path="/system/logs/cron")])
        self.check(image, {
            ("p1", "/var/log"): Copy(
                OLD, "hidden", "/var/log", "/etc/fstab of p1 mounts /srv/data/system/logs over it on /var/log "
                "(bind), which is p2 (/system/logs)", "web01"),
            ("p2", "/system/logs"): Copy(
                NEW, "live", "/var/log", "/etc/fstab of p1 shows /srv/data/system/logs on /var/log (bind)",
                "web01")})

    def test_a_backup_is_not_live(self):
        image = disk(self.folder() / "disk.raw", [
            self.root(f"UUID={VAR_UUID} /backup ext4 defaults 0 2\n", NEW), self.var(OLD, path="/var/log/cron")])
        self.check(image, {
            ("p1", "/var/log"): Copy(NEW, "live", "/var/log", "/etc/fstab of p1 mounts nothing over it", "web01"),
            ("p2", "/var/log"): Copy(OLD, None, "/backup/var/log",
                                     "/etc/fstab of p1 has the volume on /backup, and the host's own logs in "
                                     "/var/log", "web01")})

    def test_of_two_lines_for_one_mount_point(self):
        """`mount -a` mounts both, the last one lies on top; systemd takes the first."""
        fstab = f"UUID={VAR_UUID} /var ext4 defaults 0 2\nLABEL=second /var ext4 defaults 0 2\n"
        root = Copy(OLD, "hidden", "/var/log", None, "web01")
        live = Copy(None, "live", "/var/log", "/etc/fstab of p1 mounts the volume on /var", "web01")
        for systemd in (False, True):
            with self.subTest(systemd=systemd):
                folder = self.folder()
                tree = images.write_tree(folder / "tree", root_files("web01", fstab, OLD),
                                         {"/sbin/init": "../lib/systemd/systemd"} if systemd else {})
                first = images.make_ext(folder / "ext", tree, "-U", ROOT_UUID)
                image = disk(self.folder() / "disk.raw", [
                    first, self.var(), self.ext({"/log/cron": THIRD}, "-L", "second")])
                if systemd:
                    second = Copy(THIRD, None, "/var/log", "/etc/fstab of p1 has another line for /var before that "
                                  "of the volume, and systemd takes the first", "web01")
                    wants = {("p1", "/var/log"): root._replace(words=HIDDEN.format(f"UUID={VAR_UUID}", "/var", "p2")),
                             ("p2", "/log"): live._replace(log=NEW), ("p3", "/log"): second}
                else:
                    over = HIDDEN.format("LABEL=second", "/var", "p3")
                    wants = {("p1", "/var/log"): root._replace(words=over),
                             ("p2", "/log"): root._replace(log=NEW, words=over),
                             ("p3", "/log"): live._replace(log=THIRD)}
                self.check(image, wants)

    def test_one_name_of_two_volumes(self):
        """A partition and its clone: fstab cannot tell, and nothing is picked."""
        var = self.var()
        image = disk(self.folder() / "disk.raw", [
            self.root(f"UUID={VAR_UUID} /var ext4 defaults 0 2\n"), var, self.var(THIRD)])
        alike = f"/etc/fstab of p1 mounts UUID={VAR_UUID} on /var, which p2 and p3 alike are"
        self.check(image, {
            ("p1", "/var/log"): Copy(OLD, "hidden", "/var/log", f"/etc/fstab of p1 mounts UUID={VAR_UUID} over it on "
                                     "/var, which p2 and p3 alike are", "web01"),
            ("p2", "/log"): Copy(NEW, None, "/var/log", alike, "web01"),
            ("p3", "/log"): Copy(THIRD, None, "/var/log", alike, "web01")})

    def test_a_clone_of_the_root(self):
        fstab = f"UUID={ROOT_UUID} / ext4 defaults 0 1\n"
        both = "names UUID=" + ROOT_UUID + " as the root, which p1 and p2 alike are"
        image = disk(self.folder() / "disk.raw", [self.root(fstab), self.root(fstab, NEW)])
        self.check(image, {(name, "/var/log"): Copy(log, None, "/var/log", f"/etc/fstab of {name} {both}", "web01")
                           for name, log in (("p1", OLD), ("p2", NEW))})

    def test_a_clone_of_the_disk_in_a_second_image(self):
        """Each image has its own series and its own live log; nothing of one stands in the other's."""
        parts = [self.root(f"UUID={VAR_UUID} /var ext4 defaults 0 2\n"), self.var()]
        first = disk(self.folder() / "disk.raw", parts)
        second = self.folder() / "clone.raw"
        second.write_bytes(first.read_bytes())
        summary = self.folder() / "summary.json"
        done = program.run("scan", "--records", "--summary", summary, first, second)
        got = rows.split_rows(done.out.decode())
        series = [(pathlib.Path(one["input"]).name, one["volume"], one.get("log_copy"), one["records"])
                  for one in rows.parse(summary.read_text())["series"]]
        lines = OLD.count(b"\n")
        self.assertEqual(series, [(name, *rest) for name in ("disk.raw", "clone.raw")
                                  for rest in (("p1", "hidden", lines), ("p2", "live", lines))])
        records = [row for row in got if row["data_type"].startswith("syslog:")]
        self.assertEqual(len(records), 4 * lines)
        out = self.folder() / "out"
        self.assertEqual(program.run("extract", first, second, "-d", out).status, 0)
        self.assertEqual({str(path.relative_to(out)): sha256(path.read_bytes()) for path in out.rglob("cron")},
                         {f"{name}/{rest}": sha256(log) for name in ("disk.raw", "clone.raw")
                          for rest, log in (("p1/var/log/cron", OLD), ("p2/log/cron", NEW))})
        findings = [(row["pathspec"], row["finding_id"]) for row in got
                    if row["data_type"] == "pidometer:anomaly:pid_excess"]
        self.assertEqual(len(findings), 4)
        # An id is that of the finding, wherever the image lies: the clone's are those of the first.
        self.assertEqual(len({one for _, one in findings}), 2)
        self.assertEqual(sorted(self.image_of(spec) for spec, _ in findings), ["clone.raw"] * 2 + ["disk.raw"] * 2)


    def image_of(self, spec):
        while "parent" in spec:
            spec = spec["parent"]
        return pathlib.Path(spec["location"]).name


class TwoSystems(CopiesTest):
    def test_each_keeps_its_own(self):
        """Two roots and their /var: names, zones and fstabs are not mixed, though both call their disk sda."""
        logs = {"p1": cron_log("web01", "Sep"), "p2": cron_log("web01"), "p3": cron_log("db02", "Oct")}
        image = disk(self.folder() / "disk.raw", [
            self.ext(root_files("web01", "/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 /var ext4 defaults 0 2\n",
                                logs["p1"], zone_file("XST", -6))),
            self.ext({"/log/cron": logs["p2"]}),
            self.ext(root_files("db02", "/dev/sda3 / ext4 defaults 0 1\n", logs["p3"], zone_file("YST", 9)))])
        summary = self.check(image, {
            ("p1", "/var/log"): Copy(logs["p1"], "hidden", "/var/log", HIDDEN.format("/dev/sda2", "/var", "p2"),
                                     "web01"),
            ("p2", "/log"): Copy(logs["p2"], "live", "/var/log", "/etc/fstab of p1 mounts the volume on /var, by the "
                                 "number of its partition and not by a name of its own", "web01"),
            ("p3", "/var/log"): Copy(logs["p3"], "live", "/var/log", "/etc/fstab of p3 mounts nothing over it",
                                     "db02")})
        begins = {one["volume"]: one["coverage"]["begin"] for one in summary["series"]}
        self.assertEqual(begins, {"p1": "2025-09-01T06:00:01.000000+00:00", "p2": "2025-11-01T06:00:01.000000+00:00",
                                  "p3": "2025-09-30T15:00:01.000000+00:00"})


class ForeignVar(CopiesTest):
    """A /var that no root of the image mounts: whose zone it has is known only where nothing contradicts."""

    def basis(self, fstab, host, warning):
        root = self.ext(root_files("web01", fstab, None, zone_file("XST", -6)), "-U", ROOT_UUID)
        image = disk(self.folder() / "disk.raw", [root, self.ext({"/log/cron": cron_log(host)})])
        summary = self.folder() / "summary.json"
        done = program.run("scan", "--summary", summary, image)
        self.assertEqual(done.status, 0, done.err)
        self.assertEqual(warning in done.err, True, done.err)
        series, = rows.parse(summary.read_text())["series"]
        return series["hostname"], series["coverage"]["begin"]

    def test_whose_zone(self):
        for fstab, host, warning, begin in (
                (f"UUID={ROOT_UUID} / ext4 defaults 0 1\n", "web01", "", "06"),
                (f"UUID={ROOT_UUID} / ext4 defaults 0 1\n", "db02",
                 "the lines name the host db02, and p1, the only volume with an /etc, is of web01: its zone is not "
                 "used", "00"),
                (f"UUID={VAR_UUID} /var ext4 defaults 0 2\n", "web01",
                 f"/etc/fstab of p1 mounts UUID={VAR_UUID} on /var and does not name this volume", "00"),
                ("tmpfs /var/log tmpfs defaults 0 0\n", "web01",
                 "/etc/fstab of p1 mounts tmpfs on /var/log and does not name this volume", "00")):
            with self.subTest(warning):
                self.assertEqual(self.basis(fstab, host, warning), (host, f"2025-11-01T{begin}:00:01.000000+00:00"))


class LogicalVolumes(CopiesTest):
    """Names of device-mapper double the dashes within a name: a-b-c is no volume of a group a-b."""

    def layer(self, volume):
        return {"lvm-rhel-a-root": "lvm1", "lvm-rhel-a-var-log": "lvm2"}[volume]

    def test_by_each_name(self):
        for device, right in (("/dev/mapper/rhel--a-var--log", True), ("/dev/rhel-a/var-log", True),
                              ("/dev/disk/by-id/dm-name-rhel--a-var--log", True),
                              ("/dev/mapper/rhel-a-var-log", False), ("/dev/mapper/rhel--a--var-log", False)):
            with self.subTest(device):
                self.one(device, right)

    def one(self, device, right):
        lab = lvm.Lab(self)
        lab.lvm("vgcreate", "-s", "1M", "rhel-a", lab.disk("disk.raw", 48 * MIB))
        root = self.ext(root_files("web01", "/dev/mapper/rhel--a-root / ext4 defaults 0 0\n"
                                   f"{device} /var/log ext4 defaults 0 0\n", OLD))
        for name, part in (("root", root), ("var-log", self.ext({"/cron": NEW}))):
            lab.create("rhel-a", name, "-l", "16")
            lab.write("rhel-a", name, part.read_bytes())
        image = next(iter(lab.devices.values()))
        over = f"/etc/fstab of lvm-rhel-a-root mounts {device} over it on /var/log, "
        self.check(image, {
            ("lvm-rhel-a-root", "/var/log"): Copy(
                OLD, "hidden", "/var/log", over + ("which is lvm-rhel-a-var-log" if right else UNKNOWN), "web01"),
            ("lvm-rhel-a-var-log", "/"): Copy(NEW, "live", "/var/log", "/etc/fstab of lvm-rhel-a-root mounts the "
                                              "volume on /var/log", "web01")
            if right else Copy(NEW, None, None, None, "web01")})
        for name in list(lab.devices):
            lab.detach(name)


if __name__ == "__main__":
    tap.main()
