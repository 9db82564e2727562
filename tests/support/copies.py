"""Disks that hold several copies of a host's logs, and what the whole program says of each."""

import collections
import json
import pathlib

from tests.support import images, program, rows
from tests.support.images import MIB, make_ext, run, sha256

# Months of 2025 that end before images.MTIME, the time that the logs were last written.
JOBS_PER_DAY = 48
EXCESS = 700  # PIDs that no schedule explains, once a log


def cron_log(host, month="Nov", days=25, excess_on=12):
    """A quiet host of its own: a job every half hour, three PIDs a job, and one night that is not."""
    pid, lines = 1000, []
    for day in range(1, days + 1):
        for slot in range(JOBS_PER_DAY):
            pid += 3
            if (day, slot) == (excess_on, 7):
                pid += EXCESS
            lines.append(f"{month} {day:2} {slot // 2:02}:{slot % 2 * 30:02}:01 {host} "
                         f"CROND[{pid}]: (root) CMD (/usr/lib/sa/sa1 1 1)\n")
    return "".join(lines).encode()


def zone_file(name, hours):
    """A TZif file of a fixed offset: hours to be added to UTC."""
    head = b"TZif2" + bytes(15)
    data = hours * 3600
    block = (head + (0).to_bytes(4, "big") * 4 + (1).to_bytes(4, "big") + (4).to_bytes(4, "big")
             + data.to_bytes(4, "big", signed=True) + b"\0\0" + name.encode() + b"\0")
    return block * 2 + f"\n{name}{-hours}\n".encode()


def root_files(host, fstab, log=None, zone=None, **more):
    files = {"/etc/hostname": f"{host}\n".encode(), "/etc/localtime": zone or zone_file("UTC", 0)}
    if fstab is not None:
        files["/etc/fstab"] = fstab.encode()
    if log is not None:
        files["/var/log/cron"] = log
    return {**files, **more}


def disk(path, parts, label="dos", options=None):
    """A disk of filesystems of 16 MiB in partitions 1, 2, ...; `options` number: words for sfdisk."""
    size = 16 * MIB // 512
    script = f"label: {label}\n" + ("label-id: 0xdeadbeef\n" if label == "dos" else "")
    with open(path, "wb") as file:
        file.truncate((len(parts) * 16 + 2) * MIB)
    for number in range(1, len(parts) + 1):
        words = (options or {}).get(number, "")
        kind = "83" if label == "dos" else "linux"
        script += f"{path}{number}: start={2048 + (number - 1) * size}, size={size}, type={kind}{words}\n"
    run("sfdisk", "-q", path, stdin=script.encode())
    for number, part in enumerate(parts, 1):
        run("dd", f"if={part}", f"of={path}", "bs=1M", f"seek={1 + (number - 1) * 16}", "conv=notrunc,sparse",
            "status=none")
    return path


Copy = collections.namedtuple("Copy", "log copy host_path words host")


def key_of(spec):
    """`p2/log/cron`: partition or logical volume, and path, as a row's path spec has them."""
    place, volume = spec["location"], ""
    while spec is not None:
        if spec["type_indicator"] == "TSK_PARTITION":
            volume = spec["location"].lstrip("/")
        if spec["type_indicator"] == "LVM" and not volume:
            volume = spec["location"].lstrip("/")
        spec = spec.get("parent")
    return volume + place


class CopiesTest(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("the program is not built")
        self.need("mkfs.ext4", "sfdisk", "dd")

    def ext(self, files, *options):
        folder = self.folder()
        return make_ext(folder / "ext", images.write_tree(folder / "tree", files), *options)

    def check(self, sources, wants, status=0):
        """`wants` (volume, folder): Copy, for each copy that is to be found; each of them with rows of its own, and
        extracted as it is. The summary."""
        sources = [sources] if isinstance(sources, pathlib.Path) else sources
        out = self.folder()
        done = program.run("scan", "--records", "--summary", out / "summary.json", *sources)
        self.assertEqual(done.status, status, done.err)
        summary = json.loads((out / "summary.json").read_text())
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        found = {(one.get("volume"), one["folder"]): one for one in summary["series"]}
        self.assertEqual(len(found), len(summary["series"]))
        told = {key: (one.get("log_copy"), one.get("host_path"), one.get("log_copy_basis"), one.get("hostname"),
                      one["records"], one["readings"]) for key, one in found.items()}
        self.assertEqual(told, {key: (want.copy, want.host_path, want.words, want.host,
                                      want.log.count(b"\n"), want.log.count(b"\n"))
                                for key, want in wants.items()})
        self.check_rows(rows.split_rows(done.out.decode()), wants)
        for (volume, folder), want in wants.items():
            said = [line for line in done.err.splitlines() if f"{folder} of {volume} is" in line and
                    want.words and want.words in line]
            self.assertEqual(len(said), 1 if want.words and want.copy != "live" else 0, done.err)
        self.check_extracted(sources, out / "logs", wants, status)
        return summary

    def check_rows(self, got, wants):
        """No line twice, none missing, and each under its own copy's name, hash and host."""
        seen = collections.defaultdict(list)
        findings = collections.defaultdict(list)
        for row in got:
            self.assertEqual(rows.problems(row, rows.load_schema("row")) if row.get("line") == 1 else [], [])
            if row["data_type"].startswith("syslog:"):
                seen[key_of(row["pathspec"]), row["log_sha256"], row.get("log_copy"), row["hostname"]].append(
                    row["line"])
            elif row["data_type"] == "pidometer:anomaly:pid_excess" and row["level"] in ("high", "critical"):
                findings[key_of(row["pathspec"])].append(row)
        want_rows = {}
        for (volume, folder), want in wants.items():
            volume, _, tree = volume.partition(":")
            key = ("" if volume == "whole" else self.layer(volume)) + ("/" + tree if tree else "")
            key += folder.rstrip("/") + "/cron"
            want_rows[key, sha256(want.log), want.copy, want.host] = list(
                range(1, want.log.count(b"\n") + 1))
            (finding,) = findings.pop(key)
            self.assertEqual((finding["log_sha256"], finding.get("log_copy"), finding["hostname"]),
                             (sha256(want.log), want.copy, want.host))
            # Nothing of another copy lies between the two lines of one.
            self.assertIn(finding["first_record"] + "\n" + finding["last_record"] + "\n", want.log.decode())
            self.assertLess(abs(finding["excess_pids"] - EXCESS), 5)
            ids = self.__dict__.setdefault("ids", set())
            ids.add((key, finding["finding_id"]))
        self.assertEqual({key: sorted(lines) for key, lines in seen.items()}, want_rows)
        self.assertEqual(dict(findings), {})
        self.assertEqual(len({one for _, one in self.ids}), len(self.ids))

    def layer(self, volume):
        """How a path spec calls a volume."""
        return volume

    def check_extracted(self, sources, folder, wants, status):
        done = program.run("extract", *sources, "-d", folder)
        self.assertEqual(done.status, status, done.err)
        run("sh", "-c", f"cd '{folder}' && sha256sum --check --quiet --strict SHA256SUMS")
        logs = {path.relative_to(folder): path for path in folder.rglob("cron")}
        have = sorted((path.parts[0] if len(sources) == 1 else path.parts[1], sha256(file.read_bytes()))
                      for path, file in logs.items())
        self.assertEqual(have, sorted((volume.replace("/", "_"), sha256(want.log))
                                      for (volume, _), want in wants.items()))
