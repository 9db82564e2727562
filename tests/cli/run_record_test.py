#!/usr/bin/python3
"""The run record of the summary, --hash, and the labels of the evidence in rows and summary."""

import datetime
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, fleet_hosts, program, rows, tap  # noqa: E402


class SummaryTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.schema = rows.load_schema("summary")

    def scan(self, *arguments, status=0):
        path = self.folder / "summary.json"
        run = program.run("scan", *program.ZONE, "--force", "-s", path, *arguments)
        self.assertEqual(run.status, status, run.err)
        summary = rows.parse(path.read_text())
        self.assertEqual(rows.problems(summary, self.schema), [])
        return run, summary


class RunRecord(SummaryTest):
    def hashes(self, content):
        return {"md5": hashlib.md5(content).hexdigest(), "sha1": hashlib.sha1(content).hexdigest(),
                "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    def test_says_who_when_and_how(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        _, summary = self.scan(program.E01)
        run = summary["run"]
        started, ended = (datetime.datetime.fromisoformat(run[key]) for key in ("started", "ended"))
        self.assertLessEqual(before, started)
        self.assertLessEqual(started, ended)
        self.assertLessEqual(ended, datetime.datetime.now(datetime.timezone.utc))
        self.assertEqual(run["command_line"][1:4], ["scan", *program.ZONE])
        for key in ("working_directory", "user", "host", "system"):
            self.assertTrue(run[key], key)
        self.assertNotIn("hashes", summary["inputs"][0])

    def test_says_of_which_files_and_programs(self):
        known = self.folder / "known.csv"
        known.write_text("begin,end,reason\n2026-03-01,2026-03-02,x\n")
        _, summary = self.scan("--known", known, "--evidence", "E-01", "--host", "web01", "--case-id", "7", program.RAW)
        run, stat = summary["run"], program.RAW.stat()
        self.assertEqual(run["program"], os.path.realpath(program.PROGRAM))
        self.assertEqual(run["program_sha256"], hashlib.sha256(program.PROGRAM.read_bytes()).hexdigest())
        self.assertEqual(run["known_sha256"], hashlib.sha256(known.read_bytes()).hexdigest())
        self.assertEqual(run["files"], [{"path": os.path.abspath(program.RAW), "size": stat.st_size,
                                         "modified_ns": stat.st_mtime_ns}])
        zones = pathlib.Path("/usr/share/zoneinfo/tzdata.zi")
        self.assertEqual(run.get("tzdata"), zones.read_text().split()[2] if zones.exists() else None)
        options = summary["options"]
        self.assertEqual([options[key] for key in ("case_id", "evidence", "host", "force")], ["7", "E-01", "web01", True])
        self.assertEqual(options["summary"], str(self.folder / "summary.json"))

    def test_the_list_is_hashed_as_it_was_read(self):
        known, log = self.folder / "known.csv", self.folder / "log"
        known.write_text("begin,end,reason\n2026-03-01,2026-03-02,x\n")
        log.write_bytes(b"".join(fleet_hosts.log_of(number) for number in range(100)))
        read = hashlib.sha256(known.read_bytes()).hexdigest()
        process = subprocess.Popen([program.PROGRAM, "scan", "-z", "UTC", "--known", known, "-o", self.folder / "rows",
                                    "-s", self.folder / "summary.json", log], stderr=subprocess.DEVNULL)
        fds = pathlib.Path(f"/proc/{process.pid}/fd")
        while process.poll() is None and not any(self.is_output(path) for path in fds.iterdir()):
            time.sleep(0.001)
        known.write_text("begin,end,reason\n2026-03-01,2026-03-02,another\n")
        self.assertEqual(process.wait(program.TIMEOUT_SECONDS), 0)
        run = rows.parse((self.folder / "summary.json").read_text())["run"]
        self.assertEqual(run["known_sha256"], read)

    def is_output(self, descriptor):
        """The program has a file of the folder open that is neither the log nor the list: it has read that."""
        try:
            target = os.readlink(descriptor)
        except OSError:  # closed meanwhile
            return False
        return target.startswith(f"{self.folder}/") and pathlib.Path(target).name not in ("log", "known.csv")

    def test_rows_have_nothing_of_the_run(self):
        plain, _ = self.scan(program.E01)
        hashed, _ = self.scan("--hash", program.E01)
        self.assertEqual(plain.out, hashed.out)

    def test_hashes_of_an_e01_agree_with_the_stored_ones(self):
        run, summary = self.scan("--hash", program.E01)
        self.assertEqual(summary["inputs"][0]["hashes"],
                         {**self.hashes(program.RAW.read_bytes()), "agree": True})
        self.assertIn("MD5 as stored", run.err)

    def test_hashes_of_a_raw_image_are_those_of_its_bytes(self):
        _, summary = self.scan("--hash", program.RAW)
        self.assertEqual(summary["inputs"][0]["hashes"], self.hashes(program.RAW.read_bytes()))

    def test_all_segments_are_one_medium(self):
        for parts in (evidence.split_raw(self.folder), evidence.segmented_e01(self.folder)):
            _, summary = self.scan("--hash", *parts)
            medium = program.RAW.read_bytes()
            if parts[0].suffix == ".E01":
                self.assertGreater(len(parts), 1)
                medium += evidence.noise(3 << 20)
            found = dict(summary["inputs"][0]["hashes"])
            self.assertTrue(found.pop("agree", True))
            self.assertEqual(found, self.hashes(medium))

    def test_a_mismatch_is_an_error(self):
        """A byte of the stored MD5 is another one: every chunk is whole, and the image is not the one acquired."""
        e01 = bytearray(program.E01.read_bytes())
        stored = bytes.fromhex(hashlib.md5(program.RAW.read_bytes()).hexdigest())
        at = e01.index(stored)
        image = self.folder / "changed.E01"
        e01[at] ^= 1
        # The section's data: the hash, 16 bytes, and the checksum of all before it.
        for start in range(at, at - 8, -1):
            length = at + 32 - start
            if struct.unpack_from("<I", e01, at + 32)[0] == zlib.adler32(
                    program.E01.read_bytes()[start:start + length], 1):
                struct.pack_into("<I", e01, at + 32, zlib.adler32(bytes(e01[start:start + length]), 1))
                break
        image.write_bytes(e01)
        self.scan(image)
        run, summary = self.scan("--hash", "--quiet", image, status=3)
        self.assertFalse(summary["inputs"][0]["hashes"]["agree"])
        self.assertIn(f"error: {image} is not what it was when it was acquired", run.err)
        self.assertEqual(len(summary["errors"]), 1)

    def test_damage_is_named_beside_a_mismatch(self):
        image = evidence.flipped_e01(self.folder / "flipped.E01")
        run, summary = self.scan("--hash", image, status=3)
        self.assertFalse(summary["inputs"][0]["hashes"]["agree"])
        self.assertIn("bytes are lost and were taken as zeros", run.err)

    def test_damage_that_no_log_touches_is_named(self):
        """Only hashing reads it: without that there was a status, and not a word of its reason."""
        raw, image = self.folder / "disk.raw", self.folder / "disk.qcow2"
        raw.write_bytes(program.RAW.read_bytes() + b"".join(b"%d\n" % number for number in range(200_000)))
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", raw, image], check=True)
        content = image.read_bytes()
        # Streams of the tail's clusters begin in it, with a kind of block that deflate does not have.
        image.write_bytes(content[:-100_000] + b"\xff" * 50_000 + content[-50_000:])
        self.scan(image)
        run, summary = self.scan("--hash", image, status=3)
        found, = summary["inputs"]
        lost = sum(one["end"] - one["begin"] for one in found["damage"])
        self.assertGreater(lost, 0)
        self.assertIn(f"; {lost:,} bytes are lost and were taken as zeros\n", run.err)
        words = f"its hashes are not those of a whole medium: {lost:,} bytes are lost"
        self.assertEqual([one["message"].startswith(words) for one in found["warnings"]], [True], found["warnings"])
        self.assertEqual(len(summary["warnings"]), 1)
        folder = self.folder / "fleet"
        program.run("scan", "-d", folder, "--hash", image)
        self.assertIn(words, json.loads((folder / "status.json").read_text())["images"][0]["message"])

    def test_a_loose_log_has_no_medium(self):
        log = self.folder / "cron"
        log.write_bytes(evidence.LOG)
        _, summary = self.scan("--hash", log)
        self.assertNotIn("hashes", summary["inputs"][0])


class Labels(SummaryTest):
    def test_labels_are_in_rows_and_summary(self):
        plain, without = self.scan("--records", program.E01)
        run, summary = self.scan("--records", "--case-id", "2026-041", "--evidence", "E-07", "--host", "apollo",
                                 program.E01)
        self.assertEqual([summary.get(key) for key in ("case_id", "evidence_id", "hostname")],
                         ["2026-041", "E-07", "apollo"])
        self.assertNotIn("case_id", without)
        schema = rows.load_schema("row")
        for old, new in zip(rows.split_rows(plain.out.decode()), rows.split_rows(run.out.decode()), strict=True):
            self.assertEqual(rows.problems(new, schema), [])
            self.assertEqual([new.pop(key) for key in ("case_id", "evidence_id", "hostname")],
                             ["2026-041", "E-07", "apollo"])
            old.pop("hostname", None)
            self.assertEqual(old, new)  # finding_id too

    def test_hosts_of_a_log_server_keep_their_names(self):
        log = self.folder / "cron"
        lines = [f"Nov  {day} {hour:02}:{minute:02}:01 {host} CRON[{pid + 7 * (24 * day + hour) + minute // 15}]: "
                 "(root) CMD (true)\n"
                 for day in range(1, 8) for hour in range(24) for minute in (0, 15, 30, 45)
                 for host, pid in (("web01", 1000), ("db02", 20000))]
        log.write_text("".join(lines))
        run, _ = self.scan("--records", "--host", "apollo", log)
        hosts = {row["hostname"] for row in rows.split_rows(run.out.decode())}
        self.assertEqual(hosts, {"web01", "db02"})


if __name__ == "__main__":
    tap.main()
