#!/usr/bin/python3
"""Deleted journals of systemd: by their inode in the filesystem's journal, and where they begin in free space."""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, rows, systemd_journals, tap  # noqa: E402
from tests.support.mounts import mounted  # noqa: E402

FOLDER = f"/var/log/journal/{systemd_journals.MACHINE}"
PATH = f"{FOLDER}/system.journal"
NO_JOURNAL = ("-O", "^has_journal")  # of the filesystem's own


class DeletedJournals(images.ImageTest):
    def setUp(self):
        super().setUp()
        systemd_journals.needed()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        self.place = self.folder()
        self.journal = systemd_journals.make(self.place / "made.journal", systemd_journals.export())
        self.wanted = [(int(entry["_SOURCE_REALTIME_TIMESTAMP"]), int(entry["_PID"]))
                       for entry in systemd_journals.truth(self.place / "made.journal")
                       if entry["SYSLOG_IDENTIFIER"] == "CRON"]

    def scan(self, image, *options):
        path = self.place / "summary.json"
        done = program.run("scan", "--recover", "--records", "--force", "--summary", path, *options, image)
        self.assertEqual(done.status, 0, done.err)
        found = [json.loads(line) for line in done.out.decode().splitlines()]
        self.assertEqual(rows.problems(found[0], rows.load_schema("row")), [])
        records = [row for row in found if row["data_type"].startswith("syslog:")]
        return records, [row for row in found if row not in records], json.loads(path.read_text())

    def told(self, records):
        return [(row["timestamp"], row["pid"]) for row in records]

    def image(self, kind, files=(), size="64M", options=()):
        """Made by the kernel, without holes, as journald's files are; the journal and these are deleted again."""
        self.need(f"mkfs.{kind}")
        image = self.place / f"{kind}.img"
        image.unlink(missing_ok=True)
        images.run("truncate", "-s", size, image)
        images.run(f"mkfs.{kind}", "-q", *options, image)
        files = files or {PATH: self.journal}
        with mounted(image) as root:
            for path, data in files.items():
                pathlib.Path(root + path).parent.mkdir(parents=True, exist_ok=True)
                pathlib.Path(root + path).write_bytes(data)
            os.sync()
            for path in files:
                pathlib.Path(root + path).unlink()
            os.sync()
        return image

    def test_the_inode_is_in_the_journal(self):
        image = self.image("ext4")
        records, findings, summary = self.scan(image)
        self.assertEqual(self.told(records), self.wanted)
        self.assertEqual({(row["filename"], row["recovered"]) for row in records}, {(PATH, "journal_inode")})
        self.assertEqual([row["data_type"] for row in findings], ["pidometer:anomaly:boot"])
        log, = [log for log in summary["logs"] if log.get("recovered")]
        self.assertEqual((log["records"], log["damage"], log["time_certainty"]), (len(self.wanted), [], "exact"))

    def test_it_begins_in_free_space(self):
        image = self.image("ext4", options=NO_JOURNAL)  # without a journal of its own
        records, findings, summary = self.scan(image)
        self.assertEqual(self.told(records), self.wanted)
        self.assertEqual({row["recovered"] for row in records}, {"carved_unallocated"})
        data = image.read_bytes()
        self.assertEqual({data[row["image_offset"]:][:8] for row in records[:1]}, {b"LPKSHHRH"})
        self.assertRegex(records[0]["log_sha256"], "^[0-9a-f]{64}$")
        self.assertEqual([row["data_type"] for row in findings], ["pidometer:anomaly:boot"])
        self.assertEqual(summary["recovery"][0]["files"], 1)
        self.assertEqual(summary["logs"][0]["damage"], [])
        self.assertEqual(summary["logs"][0]["time_certainty"], "exact")

    def test_blocks_that_others_have_written_cost_their_entries(self):
        image = self.image("ext4", options=NO_JOURNAL)  # without a journal of its own
        data = bytearray(image.read_bytes())
        begin = data.index(b"LPKSHHRH")
        used = [at for at, kind, _ in systemd_journals.objects(self.journal) if kind == 3]
        middle = begin + used[len(used) // 2] // 4096 * 4096
        data[middle:middle + 4096] = b"\xaa" * 4096
        image.write_bytes(data)
        records, findings, summary = self.scan(image)
        self.assertLess(len(records), len(self.wanted))
        self.assertGreater(len(records), 0.8 * len(self.wanted))
        self.assertLessEqual(set(self.told(records)), set(self.wanted))
        self.assertIn("systemd journal", json.dumps(summary["logs"][0]["damage"]))
        self.assertEqual([row for row in findings if row.get("cause") == "records_removed"], [])

    def test_a_journal_without_cron_and_a_header_alone_are_no_logs(self):
        exported = b"".join(entry + b"\n\n" for entry in systemd_journals.export().split(b"\n\n")
                            if b"IDENTIFIER=sshd" in entry and b"MESSAGE=" in entry)
        other = systemd_journals.make(self.place / "other.journal", exported)
        head = other[:256] + bytes(8 << 10)
        for options in ((), NO_JOURNAL):
            with self.subTest(options):
                image = self.image("ext4", options=options, files={PATH: other, f"{FOLDER}/head.journal": head})
                done = program.run("scan", "--recover", "--records", image)
                self.assertEqual((done.status, done.out), (4, b""), done.err)

    def test_other_filesystems(self):
        for kind, size in (("xfs", "320M"), ("btrfs", "200M")):
            with self.subTest(kind):
                image = self.image(kind, size=size)
                records, _, _ = self.scan(image)
                self.assertEqual(self.told(records), self.wanted)
                self.assertEqual({row["recovered"] for row in records}, {"carved_unallocated"})


if __name__ == "__main__":
    tap.main()
