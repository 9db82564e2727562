#!/usr/bin/python3
"""`pidometer merge`: rows of several tools become one timeline that Timesketch imports."""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402

START = 1_600_000_000_000_000


def iso(stamp):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp // 1_000_000)) + f".{stamp % 1_000_000:06}+00:00"


def plaso(stamp, message="m", **more):
    """A line as psort's json_line writes it."""
    event = {"__container_type__": "event", "__type__": "AttributeContainer", "data_type": "fs:stat",
             "date_time": {"__class_name__": "PosixTimeInMicroseconds", "__type__": "DateTimeValues", "timestamp": stamp},
             "display_name": "EXT:/x", "inode": "-", "message": message, "parser": "filestat",
             "pathspec": {"__type__": "PathSpec", "inode": 5, "location": "/x", "type_indicator": "EXT", "parent": {
                 "__type__": "PathSpec", "location": "/e.raw", "type_indicator": "OS"}},
             "tag": {"__container_type__": "event_tag", "__type__": "AttributeContainer", "labels": ["a", "b_2"]},
             "timestamp": stamp, "timestamp_desc": "Creation Time", **more}
    return json.dumps(event, sort_keys=True) + "\n"


def timesketch(stamp, message="m", **more):
    return json.dumps({"message": message, "datetime": iso(stamp), "timestamp_desc": "Event Logged", **more}) + "\n"


def without_hidden(value):
    if isinstance(value, dict):
        return {key: without_hidden(item) for key, item in value.items() if not key.startswith("_")}
    return [without_hidden(item) for item in value] if isinstance(value, list) else value


def expected(lines):
    """What the documentation says of lines of Plaso's and of Timesketch's: (instant, row)."""
    for line in lines:
        row = json.loads(line)
        if "datetime" not in row:
            row["datetime"] = iso(row["timestamp"])
        moment = rows.datetime.datetime.fromisoformat(row["datetime"].replace("Z", "+00:00"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=rows.datetime.timezone.utc)
            row["datetime"] = moment.isoformat(timespec="microseconds")
        instant = round((moment - rows.datetime.datetime.fromisoformat(iso(0))) / rows.datetime.timedelta(microseconds=1))
        row.setdefault("timestamp", instant)
        if isinstance(row.get("tag"), dict):
            row["tag"] = row["tag"]["labels"]
        elif isinstance(row.get("tag"), str):
            row["tag"] = [label.strip() for label in row["tag"].split(",") if label.strip()]
        yield instant, without_hidden(row)


def random_line(rng):
    stamp = START + rng.randrange(40) * 250_000
    text = "".join(rng.choice('ab"\\/\n\t\x7fäß€😀<>_') for _ in range(rng.randrange(30)))
    more = {rng.choice(("pid", "_x", "k\u00e9y", "nested")): rng.choice((1, -0.5, 1e300, 2**70, True, None, [], {"_a": {"b": [text]}}))}
    if rng.random() < 0.4:
        return plaso(stamp, text, **more)
    when = rng.choice(("Z", "+00:00", "+05:30", ""))
    zone = rows.datetime.timezone(rows.datetime.timedelta(minutes=330 if "5" in when else 0))
    local = rows.datetime.datetime.fromtimestamp(stamp / 1e6, zone).replace(tzinfo=None).isoformat()
    row = {"message": text, "datetime": local + when, "timestamp_desc": "x", "tag": rng.choice(("a, b", "c", ["d"])), **more}
    return json.dumps(row, ensure_ascii=rng.random() < 0.5, indent=None) + "\n"


class MergeTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def merge(self, *arguments, status=0, **keywords):
        run = program.run("merge", *arguments, **keywords)
        self.assertEqual(run.status, status, run.err)
        return run

    def merged(self, *arguments, status=0):
        return rows.split_rows(self.merge(*arguments, status=status).out.decode("ascii"))


class Rows(MergeTest):
    def test_three_tools(self):
        ours = self.file("ours.jsonl", program.run("scan", *program.ZONE, "--records", program.RAW).out)
        own = rows.load_rows(ours)
        times = [row["timestamp"] for row in own]
        theirs = self.file("plaso.jsonl", "".join(plaso(stamp + 1) for stamp in times[::40]))
        sketch = self.file("sketch.jsonl", "".join(timesketch(stamp - 1, tag="x, y") for stamp in times[::-50]))
        found = self.merged(ours, theirs, sketch)
        self.assertEqual(len(found), len(times) + len(times[::40]) + len(times[::-50]))
        self.assertEqual(rows.timesketch_problems([{**row, "inode": "5"} if row.get("inode") == "-" else row
                                                   for row in found]), [])
        stamps = [row["timestamp"] for row in found]
        self.assertEqual(stamps, sorted(stamps))
        for row in found:
            self.assertEqual(row["timestamp"], rows.datetime.datetime.fromisoformat(row["datetime"]).timestamp() * 1e6)
            self.assertNotIn("__", json.dumps(row))
        # Ours pass as they are, in their order.
        self.assertEqual([row for row in found if row["parser" if "parser" in row else "message"].startswith("pidometer/")],
                         own)
        self.assertEqual({tuple(row["tag"]) for row in found if row.get("parser") == "filestat"}, {("a", "b_2")})
        self.assertEqual({tuple(row["tag"]) for row in found if row["timestamp_desc"] == "Event Logged"}, {("x", "y")})

    def test_our_rows_alone_come_out_byte_for_byte(self):
        ours = self.file("ours.jsonl", program.run("scan", *program.ZONE, "--records", program.E01).out)
        self.assertEqual(self.merge(ours).out, ours.read_bytes())
        self.assertEqual(self.merge("--dedup", ours, ours).out, ours.read_bytes())

    def test_plasos_form_of_our_rows_is_ours(self):
        plain = program.run("scan", *program.ZONE, program.RAW).out
        strict = self.file("strict.jsonl", program.run("scan", *program.ZONE, "-f", "plaso", program.RAW).out)
        made = self.merged(strict)
        for row in made:
            self.assertEqual(row.pop("date_time"), {"timestamp": row["timestamp"]})
        want = rows.split_rows(plain.decode())
        for row in want:
            del row["source_short"], row["source_long"]
        self.assertEqual(made, want)

    def test_real_rows_of_plaso(self):
        path = self.shared("design", "plaso_rows_examples.jsonl")
        found = self.merged(path, status=3)  # one of them has an invalid time
        self.assertEqual(len(found), len(path.read_text().splitlines()) - 1)
        self.assertEqual([row["timestamp"] for row in found], sorted(row["timestamp"] for row in found))
        for row in found:
            self.assertFalse([key for key in row if key.startswith("_")])
            self.assertIsInstance(row.get("tag", []), list)

    def test_same_instant_keeps_the_order_of_the_command_line(self):
        one = self.file("one.jsonl", "".join(timesketch(START, f"1.{n}") for n in range(50)))
        two = self.file("two.jsonl", "".join(timesketch(START, f"2.{n}") for n in range(50)))
        want = [f"1.{n}" for n in range(50)] + [f"2.{n}" for n in range(50)]
        self.assertEqual([row["message"] for row in self.merged(one, two)], want)
        self.assertEqual([row["message"] for row in self.merged(two, one)], want[50:] + want[:50])

    def test_an_input_given_twice(self):
        one = self.file("one.jsonl", timesketch(START))
        run = self.merge(one, self.folder / "." / "one.jsonl")
        self.assertEqual(len(rows.split_rows(run.out.decode())), 2)
        self.assertIn("is given more than once", run.err)
        self.assertNotIn("warning", self.merge("--dedup", one, one).err)

    def test_dedup_keeps_the_first_of_the_same_content(self):
        one = self.file("one.jsonl", "".join(timesketch(START, f"{n % 7}") for n in range(50)))
        two = self.file("two.jsonl", '{"timestamp_desc" : "Event Logged", "datetime": "%s", "message": "\\u0033" }\n' % iso(START)
                        + timesketch(START + 1, "3"))
        run = self.merge("--dedup", one, two)
        self.assertEqual([row["message"] for row in rows.split_rows(run.out.decode())], list("01234563"))
        self.assertIn("44 duplicates dropped", run.err)
        self.assertEqual(len(self.merged(one, two)), 52)

    def test_against_a_merge_in_memory(self):
        rng = random.Random(5)
        inputs = [[random_line(rng) for _ in range(400)] for _ in range(3)]
        files = [self.file(f"{n}.jsonl", "".join(lines)) for n, lines in enumerate(inputs)]
        want = sorted(expected(line for lines in inputs for line in lines), key=lambda pair: pair[0])
        self.assertEqual(self.merged(*files), [row for _, row in want])
        lines = self.merge("--dedup", *files).out.decode().splitlines()
        distinct = list({json.dumps(row, sort_keys=True): None for _, row in want})
        self.assertEqual([json.dumps(json.loads(line), sort_keys=True) for line in lines], distinct)

    def test_verbatim(self):
        lines = [plaso(START + 5), timesketch(START + 4), '{"timestamp":%d,"_x": [ 1 ]}\n' % (START + 3)]
        path = self.file("rows.jsonl", "".join(lines))
        self.assertEqual(self.merge("--verbatim", path).out.decode(), "".join(reversed(lines)))

    def test_standard_input(self):
        path = self.file("rows.jsonl", timesketch(START + 1))
        done = subprocess.run([program.PROGRAM, "merge", path, "-"], input=timesketch(START, "piped").encode(),
                              capture_output=True, check=True)
        self.assertEqual([row["message"] for row in rows.split_rows(done.stdout.decode())], ["piped", "m"])
        self.merge("-", "-", status=2)


class LeftOut(MergeTest):
    BAD = [
        (b"{\"message\":\n", "it ends too early"), (b"date,time\n", "no JSON object"), (b"\xff\xfe\xfd\n", "no JSON object"),
        (b'{"message":"\xff"}\n', "not UTF-8"), (b'{"a":' + b"[" * 500_000 + b"\n", "nested too deep"),
        (timesketch(START).encode()[:-2] + b',"message":"n"}\n', "twice"), (b'{"datetime":"2026-01-01T00:00:00Z"}\n', "message"),
        (timesketch(START).replace("2020", "yesterday").encode(), "ISO 8601"), (b'{"a":"' + b"x" * (5 << 20) + b'"}\n', "longer than 4 MiB"),
        (plaso(0, date_time={"__class_name__": "InvalidTime"}).encode(), "not known"), (b'{"timestamp":5}\x00\n', "more follows"),
    ]

    def test_each_line_is_named_with_its_reason(self):
        for bad, reason in self.BAD:
            with self.subTest(reason):
                path = self.file("rows.jsonl", timesketch(START).encode() + b"\n" + bad + timesketch(START, "after").encode())
                run = self.merge(path, status=3)
                self.assertIn(f"{path}: line 3: left out: ", run.err)
                self.assertIn(reason, run.err)
                self.assertEqual([row["message"] for row in rows.split_rows(run.out.decode())], ["m", "after"])
                self.merge(path, "--partial-ok")

    def test_all_are_listed_where_asked(self):
        lines = b"".join(bad for bad, _ in self.BAD)
        one = self.file("one.jsonl", lines + timesketch(START).encode())
        two = self.file("two.jsonl", b"x\n" * 1000 + timesketch(START).encode())
        listed = self.folder / "lost.jsonl"
        run = self.merge(one, two, "--left-out", listed, status=3)
        found = rows.load_rows(listed)
        schema = rows.load_schema("left_out")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        self.assertEqual([(row["input"], row["line"]) for row in found],
                         [(str(one), n + 1) for n in range(len(self.BAD))] + [(str(two), n + 1) for n in range(1000)])
        for row, (_, reason) in zip(found, self.BAD):
            self.assertIn(reason, row["reason"])
        self.assertEqual(run.err.count("left out: "), 10)
        self.assertIn(f"{two}: 995 lines more were left out and are in {listed}", run.err)
        self.assertIn("1,011 lines left out", run.err)

    def test_the_example_of_the_schema(self):
        (self.folder / "plaso.jsonl").write_bytes(timesketch(START).encode() * 2 + b'{"__container_type__": "event", "__type__": "AttributeC')
        self.merge("plaso.jsonl", "--left-out", "lost", cwd=self.folder, status=3)
        self.assertEqual((self.folder / "lost").read_bytes(), (rows.SCHEMAS / "examples" / "left_out.json").read_bytes())

    def test_inputs_that_are_no_timelines(self):
        good = self.file("good.jsonl", timesketch(START))
        for content, words in ((b"\x1f\x8b\x08\x00packed", "gzip"), (b"SQLite format 3\x00", "psort"), (None, "cannot open")):
            path = self.folder / "bad"
            if content is not None:
                path.write_bytes(content)
            else:
                path.unlink()
            run = self.merge(good, path, status=3)
            self.assertIn(words, run.err)
            self.assertEqual(len(rows.split_rows(run.out.decode())), 1)
            self.merge(path, status=1)
        self.merge(self.folder, status=1)

    def test_nothing_usable(self):
        path = self.file("rows.csv", "datetime,message\n2026-01-01,x\n")
        run = self.merge(path, "-o", self.folder / "out", status=1)
        self.assertIn("no row could be read", run.err)
        self.assertEqual(os.listdir(self.folder), ["rows.csv"])
        # A scan without findings is no fault.
        self.assertEqual(self.merged(self.file("empty.jsonl", "")), [])

    def test_remarks(self):
        path = self.file("rows.jsonl", '{"message":"m","timestamp_desc":"d","datetime":"2020-01-01 00:00:00"}\n'
                         + timesketch(START, timestamp=START + 1) + timesketch(START, "\udcff bytes"))
        run = self.merge(path)
        for words in ("1 row with a datetime without an offset", "(first: line 1)", "another instant", "(first: line 2)",
                      "bytes that are no text", "(first: line 3)"):
            self.assertIn(words, run.err)
        self.assertIn(b'"message":"\\\\xff bytes"', run.out)

    def test_types_and_keys(self):
        one = self.file("one.jsonl", timesketch(START, pid=5, deep={"a": [1]}))
        two = self.file("two.jsonl", timesketch(START, pid="x", deep={"a": ["y"]}, **{f"k{n}": n for n in range(460)}))
        run = self.merge(one, two)
        self.assertIn(f"the key pid has several types: integer ({one} line 1), text ({two} line 1)", run.err)
        self.assertIn("the key deep.a has several types", run.err)
        self.assertIn("Timesketch takes about 450", run.err)
        self.assertNotIn("warning", self.merge(one).err)


if __name__ == "__main__":
    tap.main()
