#!/usr/bin/python3
"""Fault -> exit status -> message. What is intact is still there, whatever else is lost."""

import gzip
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, program, rows, tap  # noqa: E402

LINES = evidence.LOG.decode().splitlines()


class FaultTest(program.ProgramTest):
    """A folder for broken evidence, and a scan of it that checks what it writes."""

    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def scan(self, status, words, *arguments):
        """A scan with --records: rows, summary; the status and words on stderr are asserted."""
        summary = self.folder / "summary.json"
        run = program.run("scan", *program.ZONE, "--year", "2000", "--records", "--summary", summary,
                          "--force", *arguments)
        self.assertEqual(run.status, status, run.err)
        for word in words:
            self.assertIn(word, run.err)
        report = rows.parse(summary.read_text())
        self.assertEqual(report["exit_status"], status)
        self.assertEqual(rows.problems(report, rows.load_schema("summary")), [])
        found = rows.split_rows(run.out.decode("ascii"))
        for row in found:
            self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
        return found, report

    def pids(self, found):
        return [row["pid"] for row in found if row["data_type"] == "syslog:cron:task_run"]

    def all_pids(self, lines=LINES):
        return [int(line.partition(") CMD (")[0].rpartition("-")[2])
                for line in lines if ") CMD (" in line]


class Encodings(FaultTest):
    """Logs that an editor or a shell of another system saved."""

    def test_a_byte_order_mark_of_utf8_costs_no_line(self):
        plain, _ = self.scan(0, [], self.write("cron", evidence.LOG))
        marked, report = self.scan(0, [], self.write("cron", b"\xef\xbb\xbf" + evidence.LOG))
        self.assertEqual(self.pids(marked), self.pids(plain))
        self.assertEqual(report["logs"][0]["unparsed_lines"], 0)
        by_line = {row["line"]: row for row in marked if "line" in row}
        self.assertEqual(by_line[1]["line_offset"], 3)
        users = lambda found: {row["username"] for row in found if "username" in row}
        self.assertEqual(users(marked), users(plain))
        for row in marked:
            self.assertNotIn("\ufeff", row["message"])
        syslog = b"".join(b"Nov  5 %02d:%02d:01 web01 CRON[%d]: (root) CMD (job)\n" % (i // 6 % 24, i % 6 * 10, 600 + 2 * i)
                          for i in range(140))
        found, _ = self.scan(0, [], self.write("messages", b"\xef\xbb\xbf" + syslog))
        self.assertEqual(self.pids(found)[0], 600)

    def test_utf16_is_named_and_refused(self):
        text = evidence.LOG.decode()
        for name, content in (("little", b"\xff\xfe" + text.encode("utf-16-le")), ("big", b"\xfe\xff" + text.encode("utf-16-be")),
                              ("unmarked", text.encode("utf-16-le")), ("packed", gzip.compress(b"\xff\xfe" + text.encode("utf-16-le")))):
            with self.subTest(name):
                found, report = self.scan(3, ["UTF-16", "iconv -f UTF-16 -t UTF-8"],
                                          self.write("cron.gz" if name == "packed" else "cron", content))
                self.assertEqual(self.pids(found), [])
                self.assertEqual([warning["kind"] for warning in report["warnings"]], ["skipped_file"])

    def test_utf16_beside_a_good_log(self):
        folder = self.folder / "log"
        folder.mkdir()
        (folder / "cron").write_bytes(evidence.LOG)
        (folder / "cron.1").write_bytes(b"\xff\xfe" + evidence.LOG.decode().encode("utf-16-le"))
        found, _ = self.scan(3, ["cron.1", "UTF-16"], folder)
        self.assertEqual(self.pids(found), self.all_pids())


    def test_utf16_is_not_left_out_of_an_extraction_silently(self):
        """A log whose name is not cron's is copied for its lines, which are not seen here."""
        root = self.folder / "root" / "var" / "log"
        root.mkdir(parents=True)
        (root / "cron").write_bytes(evidence.LOG)
        (root / "syslog.1").write_bytes(b"\xff\xfe" + "Nov  5 01:00:01 web01 CRON[600]: (root) CMD (job)\n".encode("utf-16-le") * 20)
        for options, status, copied in (((), 3, False), (("--all-logs",), 0, True)):
            with self.subTest(options):
                out = self.folder / ("out" + "".join(options))
                run = program.run("extract", *options, "--root", self.folder / "root", "-d", out)
                self.assertEqual(run.status, status, run.err)
                self.assertEqual(bool(list(out.rglob("syslog.1"))), copied)
                if copied:
                    continue
                for word in ("/var/log/syslog.1", "UTF-16", "--all-logs", "iconv -f UTF-16 -t UTF-8"):
                    self.assertIn(word, run.err)
                self.assertIn("syslog.1", (out / "CUSTODY.txt").read_text())


class GivenTwice(FaultTest):
    def test_one_log_under_two_paths(self):
        for name in ("first", "second"):
            (self.folder / name).mkdir()
            self.write(f"{name}/cron", evidence.LOG)
        one, _ = self.scan(0, [], self.folder / "first" / "cron")
        found, report = self.scan(0, ["has the same content as", "counted twice", "give one of the two"],
                                  self.folder / "first" / "cron", self.folder / "second" / "cron")
        ids = [row["finding_id"] for row in found if "finding_id" in row]
        self.assertEqual(sorted(ids), sorted(2 * [row["finding_id"] for row in one if "finding_id" in row]))
        [warning] = [warning for warning in report["warnings"] if warning["kind"] == "duplicate_input"]
        self.assertIn(str(self.folder / "first" / "cron"), warning["message"])
        self.assertEqual(warning["path"], str(self.folder / "second" / "cron"))
        # both in one folder
        self.scan(0, ["has the same content as"], self.folder / "first", self.folder / "second")
        run = program.run("scan", *program.ZONE, "--year", "2000", self.folder / "first")
        self.assertNotIn("same content", run.err)

    def test_two_images_of_one_disk(self):
        run = program.run("scan", *program.ZONE, program.E01, program.RAW)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("has the same content as", run.err)
        self.assertIn("/var/log/cron", run.err)


class Faults(FaultTest):
    def test_flipped_bytes_in_the_logs_chunk_of_an_e01(self):
        image = evidence.flipped_e01(self.folder / "flipped.E01")
        found, report = self.scan(3, ["warning: ", "checksum"], image)
        log, = report["logs"]
        self.assertNotEqual(log["damage"], [])
        self.assertTrue(any(row["data_type"] == "pidometer:warning:damaged_log" for row in found))
        # What lies outside the damaged bytes is all there, and nothing else.
        offset, intact = 0, []
        for line in LINES:
            end = offset + len(line) + 1
            if not any(d["begin"] < end and offset < d["end"] for d in log["damage"]):
                intact.append(line)
            offset = end
        self.assertEqual(self.pids(found), self.all_pids(intact))
        self.assertGreater(len(intact), 20)
        self.assertLess(len(intact), len(LINES))

    def test_read_errors_of_the_acquisition(self):
        # One sector inside the log; zeros by right, and still not evidence.
        first = evidence.LOG_START // 512 + 6
        begin = first * 512 - evidence.LOG_START
        image = evidence.e01_with_read_errors(self.folder / "errors.E01", [(first, 1)])
        found, report = self.scan(3, ["warning: ", "read error at acquisition"], image)
        damage, = report["logs"][0]["damage"]
        self.assertEqual((damage["begin"], damage["end"], damage["reason"]),
                         (begin, begin + 512, "read error at acquisition"))
        damage, = report["inputs"][0]["damage"]
        self.assertEqual((damage["begin"], damage["end"]), (first * 512, first * 512 + 512))
        self.assertTrue(any(row["data_type"] == "pidometer:warning:damaged_log"
                            and "/var/log/cron" in row["display_name"] for row in found))
        # The same list elsewhere on the volume hits no log, and is said all the same.
        image = evidence.e01_with_read_errors(self.folder / "errors.E01",
                                              [(program.RAW.stat().st_size // 512 - 8, 8)])
        found, report = self.scan(3, ["warning: ", "read error at acquisition"], image)
        self.assertEqual(report["logs"][0]["damage"], [])
        self.assertEqual(self.pids(found), self.all_pids())

    def test_partial_ok_makes_it_zero(self):
        image = evidence.flipped_e01(self.folder / "flipped.E01")
        self.scan(0, ["checksum"], "--partial-ok", image)

    def test_raw_image_cut_in_half(self):
        raw = program.RAW.read_bytes()
        found, _ = self.scan(3, ["truncated"], self.write("half.raw", raw[:len(raw) // 2]))
        self.assertEqual(self.pids(found), self.all_pids())

    def test_raw_image_cut_inside_the_log(self):
        cut = evidence.LOG_START + 5000
        found, report = self.scan(3, ["truncated"],
                                  self.write("cut.raw", program.RAW.read_bytes()[:cut]))
        whole = evidence.LOG[:5000].decode().splitlines()[:-1]
        self.assertEqual(self.pids(found)[:len(whole) - 1], self.all_pids(whole))
        self.assertNotEqual(report["logs"][0]["damage"], [])

    def test_e01_cut_in_half(self):
        e01 = program.E01.read_bytes()
        found, report = self.scan(3, ["warning: "], self.write("half.E01", e01[:len(e01) // 2]))
        self.assertNotEqual(report["inputs"][0]["damage"] + report["inputs"][0]["warnings"], [])
        self.assertLess(len(self.pids(found)), len(self.all_pids()) + 1)

    def test_middle_segment_of_a_split_raw_image_missing(self):
        parts = evidence.split_raw(self.folder)
        parts[2].unlink()
        found, report = self.scan(3, ["missing"], parts[0], parts[1], parts[3])
        self.assertEqual(self.pids(found), self.all_pids())
        self.assertNotEqual(report["inputs"][0]["warnings"], [])

    def test_middle_segment_of_an_e01_missing(self):
        if shutil.which("ewfacquire") is None:
            self.skipTest("ewfacquire is not installed")
        segments = evidence.segmented_e01(self.folder)
        self.assertGreaterEqual(len(segments), 3)
        segments[1].unlink()
        found, _ = self.scan(3, ["missing"], segments[0], *segments[2:])
        self.assertEqual(self.pids(found), self.all_pids())

    def test_nothing_usable(self):
        cases = [
            ("empty_file", self.write("empty.raw", b""), 1, ["error: ", "empty"]),
            ("picture", self.write("photo.png", evidence.PNG), 1, ["error: ", "photo.png"]),
            ("missing_file", self.folder / "no.raw", 1, ["error: ", "no.raw"]),
        ]
        for name, path, status, words in cases:
            with self.subTest(name):
                found, report = self.scan(status, words, path)
                self.assertEqual(found, [])
                self.assertNotEqual(report["errors"], [])

    def test_folder_without_logs(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for root in ((), ("--root",)):
            self.assertEqual(self.scan(1, ["there is no file in it", "mounted there"], *root, empty)[0], [])
        (empty / "notes.txt").write_text("nothing of cron\n")
        self.assertEqual(self.scan(4, ["no cron log"], empty)[0], [])

    def test_one_bad_image_among_two_good_ones(self):
        bad = self.write("bad.raw", b"")
        found, report = self.scan(3, ["error: ", "bad.raw"], program.RAW, bad, program.E01)
        self.assertEqual(len(self.pids(found)), 2 * len(self.all_pids()))
        self.assertEqual(len(report["errors"]), 1)
        self.assertEqual(len(report["logs"]), 2)


class LostLogs(FaultTest):
    """A log that was found, and of which no line is left."""

    def test_a_flipped_bit_of_a_gzip(self):
        packed = bytearray(gzip.compress(evidence.LOG, mtime=0))
        packed[-8] ^= 1  # in its CRC-32
        found, _ = self.scan(3, ["cron.1.gz was found", "doubtful and left out"],
                             self.write("cron.1.gz", bytes(packed)))
        self.assertEqual(found, [])
        run = program.run("scan", self.folder / "cron.1.gz")
        self.assertNotIn("no cron log was found", run.err)
        self.assertEqual(run.err.count("warning: "), 1, run.err)

    def test_a_gzip_that_ends_too_early(self):
        packed = gzip.compress(evidence.LOG, mtime=0)
        cut = self.write("cron.1.gz", packed[:len(packed) // 2])
        _, report = self.scan(3, [f"{cut}: ", "gzip data ends too early", "look for a whole copy of the file"],
                              cut, self.write("cron", evidence.LOG))
        [told] = [one for one in report["warnings"] if one["kind"] == "truncated_stream"]
        self.assertEqual(told["path"], str(cut))

    def test_what_was_read_of_it_and_is_counted_in_another_log_is_said(self):
        for folder in ("alone", "both"):
            (self.folder / folder).mkdir()
        head = gzip.compress(evidence.LOG, mtime=0)[:3000]
        for name in ("alone/cron.1.gz", "both/cron.1.gz"):
            self.write(name, head)
        self.write("both/cron", evidence.LOG)
        words = []
        for folder, more in (("alone", ""), ("both", ", all of them also in another log of the series and counted there")):
            _, report = self.scan(3, ["lines from there on are lost"], self.folder / folder)
            [told] = [one for one in report["warnings"] if one["kind"] == "truncated_stream"]
            [read] = re.findall(r"\((\d+) records were read([^)]*)\)", told["message"])
            self.assertEqual(read[1], more)
            words.append(int(read[0]))
        self.assertGreater(words[0], 0)
        self.assertEqual(words[0], words[1])

    def test_a_log_in_bad_sectors(self):
        raw = bytearray(program.RAW.read_bytes())
        size = -(-len(evidence.LOG) // 1024) * 1024
        raw[evidence.LOG_START:evidence.LOG_START + size] = bytes(size)
        image = self.write("disk.raw", bytes(raw))
        self.write("disk.map", ("# Mapfile. Created by GNU ddrescue version 1.27\n"
                                f"0x0 + 1\n0x0 {evidence.LOG_START:#x} +\n"
                                f"{evidence.LOG_START:#x} {size:#x} -\n"
                                f"{evidence.LOG_START + size:#x} "
                                f"{len(raw) - evidence.LOG_START - size:#x} +\n").encode())
        _, report = self.scan(3, ["/var/log/cron was found", f"all of its {len(evidence.LOG):,} bytes"],
                              image)
        self.assertFalse(any("crash" in one["message"] for one in report["warnings"]))


class OddLogs(FaultTest):
    """Logs that are not what an editor would save, one oddity each."""

    def test_table(self):
        log = evidence.LOG
        odd = [
            ("as_it_is", log, 0, 0),
            ("no_final_newline", log[:-1], 0, 0),
            ("crlf", log.replace(b"\n", b"\r\n"), 0, 0),
            ("torn_first_line", log[20:], 0, 1),
            ("nul_run_between_lines", log.replace(b"\n", b"\n" + bytes(64) + b"\n", 1), 0, 1),
            ("bytes_above_127", log.replace(b"/sbin/rmmod", b"/sbin/\xff\xfermmod"), 0, 0),
            ("nul_in_a_command", log.replace(b"rmmod -as", b"rmmod \0-as", 3), 0, 0),
            ("escape_sequence", log.replace(b"rmmod -as", b"rmmod \x1b[2J", 3), 0, 0),
        ]
        for name, content, status, odd_lines in odd:
            with self.subTest(name):
                found, report = self.scan(status, [], self.write("cron", content))
                self.assertEqual(self.pids(found), self.all_pids())
                counts = report["logs"][0]
                self.assertEqual(counts["unparsed_lines"] + counts["other_lines"], odd_lines)
                self.assertEqual(counts["lines"], counts["records"] + odd_lines)


if __name__ == "__main__":
    tap.main()
