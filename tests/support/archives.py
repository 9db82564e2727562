"""Archives in the layouts that responders' tools make, and what a scan of them said."""

import io
import json
import pathlib
import struct
import tarfile
import tempfile
import zipfile

from testdata import cron_log_2001
from tests.support import images, program

LOG = cron_log_2001.text().encode()
MTIME = 973_700_000  # 2000-11-08, the day of the log's last line
ZONE = pathlib.Path("/usr/share/zoneinfo/America/Chicago")
TREE = {
    "var/log/cron": LOG,
    "etc/hostname": b"web01\n",
    "etc/sysctl.conf": b"kernel.pid_max = 32768\n",
    "usr/share/zoneinfo/America/Chicago": ZONE.read_bytes() if ZONE.exists() else b"",
}
LINKS = {"etc/localtime": "/usr/share/zoneinfo/America/Chicago"}


def member(name, data=b"", kind=tarfile.REGTYPE, link="", mtime=MTIME):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.type = kind
    info.linkname = link
    info.mtime = mtime
    return info, io.BytesIO(data)


def make_tar(path, prefix="", tree=None, links=None, mode="w:gz", extra=(), form=tarfile.PAX_FORMAT):
    with tarfile.open(path, mode, format=form) as archive:
        for name, data in (TREE if tree is None else tree).items():
            archive.addfile(*member(prefix + name, data))
        for name, target in (LINKS if links is None else links).items():
            archive.addfile(*member(prefix + name, kind=tarfile.SYMTYPE, link=target))
        for info, data in extra:
            archive.addfile(info, data)
    return path


def extended_time(seconds):
    return struct.pack("<HHBi", 0x5455, 5, 1, seconds)


def make_zip(path, prefix="", tree=None, method=zipfile.ZIP_DEFLATED, extra=extended_time(MTIME)):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (TREE if tree is None else tree).items():
            info = zipfile.ZipInfo(prefix + name, (2000, 11, 8, 10, 13, 20))
            info.compress_type = method
            info.extra = extra
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return path


class CollectionTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def scan(self, *inputs, status=0, options=()):
        """Rows and summary of a scan."""
        summary = self.folder / "summary.json"
        run = program.run("scan", "--records", "--force", "--summary", summary, *options, *inputs)
        self.assertEqual(run.status, status, run.err)
        self.err = run.err
        self.summary = json.loads(summary.read_text())
        self.rows = [json.loads(line) for line in run.out.decode("ascii").splitlines()]
        return self.rows

    def logs(self):
        return {(log.get("volume", ""), log["filename"]): log for log in self.summary["logs"]}

    def assert_log(self, volume="root", path="/var/log/cron", data=LOG):
        log = self.logs()[volume, path]
        self.assertEqual(log["sha256"], images.sha256(data))
        self.assertEqual(log["size"], len(data))
        return log

    def warnings(self):
        return [f"{warning.get('path', '')}: {warning['message']}" for warning in self.summary["warnings"]]

    def assert_warned(self, *words):
        self.assertTrue(any(all(word in one for word in words) for one in self.warnings()),
                        self.warnings())


def same_rows(found):
    """Rows without what says where they come from."""
    out = []
    for row in found:
        row = {key: value for key, value in row.items()
               if key not in ("pathspec", "display_name", "inode", "finding_id", "parts", "activity_id")}
        out.append(row)
    return out
