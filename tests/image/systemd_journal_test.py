#!/usr/bin/python3
"""Cron lines out of systemd's journals: in an image, a folder, an archive, exported and as JSON,
beside the text log of the same host, damaged and cut off."""

import json
import os
import pathlib
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, rows, systemd_journals, tap  # noqa: E402

FOLDER = f"/var/log/journal/{systemd_journals.MACHINE}"
PATH = f"{FOLDER}/system.journal"


def text_log(entries):
    """What rsyslog writes of cron's entries, in UTC."""
    lines = []
    for entry in entries:
        if entry["SYSLOG_IDENTIFIER"] != "CRON":
            continue
        seconds = int(entry["_SOURCE_REALTIME_TIMESTAMP"]) // 1_000_000
        lines.append(time.strftime("%b %e %H:%M:%S", time.gmtime(seconds)) +
                     f" web-1 CRON[{entry['_PID']}]: {entry['MESSAGE']}\n")
    return "".join(lines).encode(), seconds + 5


class SystemdJournal(program.ProgramTest):
    def setUp(self):
        super().setUp()
        systemd_journals.needed()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.exported = systemd_journals.export()

    def made(self, **form):
        path = self.folder / "made.journal"
        path.unlink(missing_ok=True)
        return systemd_journals.make(path, self.exported, **form)

    def truth(self, *options):
        entries = systemd_journals.truth(self.folder / "made.journal", *options)
        return [(int(e["_SOURCE_REALTIME_TIMESTAMP"]), int(e["_PID"]), e["MESSAGE"])
                for e in entries if e["SYSLOG_IDENTIFIER"] == "CRON"]

    def scan(self, *inputs):
        """Status, records, findings, summary, stderr."""
        summary = self.folder / "summary.json"
        done = program.run("scan", "--records", "--summary", summary, "--force", *inputs)
        found = [json.loads(line) for line in done.out.decode().splitlines()]
        records = [row for row in found if row["data_type"].startswith("syslog:")]
        findings = [row for row in found if row["data_type"].startswith("pidometer:anomaly")]
        return done.status, records, findings, json.loads(summary.read_text()), done.err

    def records_of(self, records):
        return [(row["timestamp"], row["pid"], f"(root) CMD ({row['command']})") for row in records]

    def image(self, files, name="disk.img"):
        tree = images.write_tree(self.folder / f"{name}.tree", files)
        return images.make_ext(self.folder / name, tree, size="32M")

    def test_every_form_of_file_out_of_an_image(self):
        for compact in (False, True):
            for keyed in (False, True):
                with self.subTest(compact=compact, keyed=keyed):
                    data = self.made(compact=compact, keyed=keyed)
                    image = self.image({PATH: data}, f"{compact}-{keyed}.img")
                    status, records, findings, summary, _ = self.scan(image)
                    self.assertEqual(status, 0)
                    self.assertEqual(self.records_of(records), self.truth())
                    self.assertEqual({row["filename"] for row in records}, {PATH})
                    self.assertEqual({row["hostname"] for row in records}, {"web-1"})
                    self.assertEqual(summary["logs"][0]["time_certainty"], "exact")
                    self.assertEqual(summary["logs"][0]["lines"], 600)
                    self.assertEqual(summary["logs"][0]["sha256"], images.sha256(data))
                    # The second boot starts above the first one's last PID: only its ID tells.
                    boots = [row for row in findings if row["data_type"].endswith(":boot")]
                    self.assertEqual(len(boots), 1)
                    self.assertIn(systemd_journals.BOOTS[0], boots[0]["first_record"])
                    self.assertIn(systemd_journals.BOOTS[1], boots[0]["last_record"])

    def test_a_finding_names_a_place_that_journalctl_finds(self):
        image = self.image({PATH: self.made()})
        row = next(row for row in self.scan(image)[2] if row["data_type"].endswith(":boot"))
        cursor = row["last_record"].split('cursor="')[1].split('"')[0]
        entry, = systemd_journals.truth(self.folder / "made.journal", "--cursor", cursor, "-n", "1",
                                        "--no-tail")[:1] or [None]
        self.assertEqual(int(entry["_PID"]), row["last_pid"])

    def test_folders_roots_archives_and_text_forms(self):
        data = self.made()
        tree = images.write_tree(self.folder / "tree", {PATH: data, "/etc/hostname": b"web-1\n"})
        wanted = self.truth()
        archive = self.folder / "tree.tar"
        images.run("tar", "-cf", archive, "-C", tree, ".")
        export = self.folder / "made.export"
        images_json = self.folder / "made.json"
        shown = systemd_journals.truth(self.folder / "made.journal")
        images_json.write_text("".join(json.dumps(entry) + "\n" for entry in shown))
        packed = self.folder / "packed.journal.gz"
        packed.write_bytes(images.run("gzip", "-c", self.folder / "made.journal"))
        for inputs in ((tree / "var/log",), ("--root", tree), (archive,),
                       (self.folder / "made.journal",), (export,), (images_json,), (packed,)):
            with self.subTest(inputs=inputs):
                status, records, _, summary, err = self.scan(*inputs)
                self.assertEqual((status, self.records_of(records)), (0, wanted), err)
                self.assertEqual(summary["logs"][0]["time_certainty"], "exact")

    def test_a_line_that_syslog_wrote_too_is_counted_once(self):
        data = self.made()
        text, modified = text_log(systemd_journals.truth(self.folder / "made.journal"))
        tree = images.write_tree(self.folder / "both", {PATH: data, "/var/log/cron.log": text})
        os.utime(tree / "var/log/cron.log", (modified, modified))
        image = images.make_ext(self.folder / "both.img", tree, size="32M")
        status, records, _, summary, _ = self.scan(image)
        self.assertEqual(status, 0)
        self.assertEqual(self.records_of(records), self.truth())
        counts = {log["filename"]: (log["records"], log["duplicate_lines"])
                  for log in summary["logs"]}
        self.assertEqual(counts, {"/var/log/cron.log": (0, 200), PATH: (200, 0)})
        self.assertEqual(len(summary["series"]), 1)

    def test_lines_that_were_cut_out_of_the_text_log_alone(self):
        data = self.made()
        text, modified = text_log(systemd_journals.truth(self.folder / "made.journal"))
        lines = text.splitlines(keepends=True)
        cut = b"".join(lines[:40] + lines[42:])
        tree = images.write_tree(self.folder / "cut", {PATH: data, "/var/log/cron.log": cut})
        os.utime(tree / "var/log/cron.log", (modified, modified))
        image = images.make_ext(self.folder / "cut.img", tree, size="32M")
        status, records, findings, summary, _ = self.scan(image)
        self.assertEqual(status, 0)
        self.assertEqual(self.records_of(records), self.truth())
        row, = [row for row in findings if "against_journal" in row]
        schema = rows.load_schema("row")
        self.assertEqual(rows.problems(row, schema), [])
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        self.assertEqual((row["cause"], row["level"], row["filename"], row["missing_records"]),
                         ("records_removed", "high", "/var/log/cron.log", 2))
        self.assertEqual((row["first_line"], row["last_line"]), (40, 41))
        self.assertEqual(row["first_record"].encode() + b"\n", lines[39])
        self.assertEqual(row["last_record"].encode() + b"\n", lines[42])
        wanted = self.truth()[40:42]
        self.assertEqual([one["pid"] for one in row["missing_lines"]], [pid for _, pid, _ in wanted])
        self.assertTrue(all(message in one["text"] for one, (_, _, message)
                            in zip(row["missing_lines"], wanted)))
        self.assertEqual({one["filename"] for one in row["missing_lines"]}, {PATH})
        shown = program.run("scan", "--format", "text", image).out.decode()
        self.assertIn("[gap 2 records_removed]: " + row["first_record"], shown)
        self.assertEqual(shown.count("        missing: "), 2)
        explained = program.run("explain", row["finding_id"], image)
        self.assertEqual(explained.status, 0, explained.err)
        beside = next(log["beside_journal"] for log in summary["logs"]
                      if log["filename"] == "/var/log/cron.log")
        self.assertEqual(beside, {"within": 198, "copies": 198, "missing": 2, "not_judged": {}})

    def test_what_is_damaged_is_told_and_the_rest_is_read(self):
        data = self.made()
        wanted = self.truth()
        found = list(systemd_journals.objects(data))
        entries = [at for at, kind, _ in found if kind == 3]
        first_array = next(at for at, kind, size in found if kind == 6 and size > 200)
        used = found[-1][0] + found[-1][2]
        array = bytearray(data)
        array[first_array] = 0
        hole = bytearray(data)
        hole[entries[300] - 1024:entries[310]] = bytes(entries[310] - entries[300] + 1024)
        size = bytearray(data)
        size[entries[300] + 9] ^= 8  # of an entry: its neighbours would be part of it
        online = bytearray(data)
        online[16] = 1
        stale = bytearray(data)
        struct.pack_into("<Q", stale, 152, 3)
        cases = {
            # name: bytes, exit status, cron lines that are lost at most
            "an array of entries": (array, 0, 0),
            "a size": (size, 0, 0),
            "not closed": (online, 0, 0),
            "a count left behind": (stale, 0, 0),
            "no room at the end": (data[:used], 0, 0),
            "cut off": (data[:entries[450]], 3, 50),
            "a hole": (hole, 3, 6),
        }
        for name, (bytes_, want_status, lost) in cases.items():
            with self.subTest(name=name):
                image = self.image({PATH: bytes(bytes_)}, f"{name.replace(' ', '_')}.img")
                status, records, findings, summary, err = self.scan(image)
                self.assertEqual(status, want_status, err)
                got = self.records_of(records)
                self.assertLessEqual(set(got), set(wanted))
                self.assertGreaterEqual(len(got), len(wanted) - lost)
                self.assertEqual(len(got) < len(wanted), want_status == 3)
                self.assertEqual(bool(summary["logs"][0]["damage"]), want_status == 3)
                if want_status == 3:
                    self.assertIn("systemd journal", err)
                    self.assertIn("entries that its header counts are not in the file",
                                  json.dumps(summary["logs"][0]["damage"]))
                self.assertFalse([row["message"] for row in findings
                                  if row.get("cause") == "records_removed"])

    def test_extract_gives_the_text_that_lines_and_offsets_count_in(self):
        image = self.image({PATH: self.made()})
        out = self.folder / "out"
        done = program.run("extract", image, "-d", out)
        self.assertEqual(done.status, 0, done.err)
        stored = next(out.rglob("system.journal"))
        self.assertEqual(stored.read_bytes(), (self.folder / "made.journal").read_bytes())
        text = stored.with_name("system.journal.text").read_bytes()
        row = self.scan(image)[1][17]
        line = text[row["line_offset"]:].split(b"\n", 1)[0]
        self.assertEqual(line, text.split(b"\n")[row["line"] - 1])
        self.assertIn(f" CRON {row['pid']} ".encode(), line)


if __name__ == "__main__":
    tap.main()
