#!/usr/bin/python3
"""Every kind of row is one that Timesketch imports as it is, and the rules would notice one that is not."""

import copy
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.timesketch.tests import importer  # noqa: E402
from tests.support import program, rows, tap  # noqa: E402

GOLDEN = program.SOURCE_ROOT / "tests" / "golden"
EXAMPLES = sorted((rows.SCHEMAS / "examples").glob("*.jsonl"))
ROW = rows.load_rows(rows.SCHEMAS / "examples" / "pid_excess.jsonl")[0]
REMOVE = object()

# (name, key, value, part of the complaint)
MUTANTS = [
    ("no message", "message", REMOVE, "message is missing"), ("blank message", "message", " ", "message is missing"),
    ("no datetime", "datetime", REMOVE, "datetime"), ("no timestamp_desc", "timestamp_desc", REMOVE, "timestamp_desc"),
    ("naive", "datetime", "2000-11-08T14:50:00.000000", "server's zone"),
    ("a blank for T", "datetime", "2000-11-08 14:50:00+00:00", "server's zone"),
    ("no such day", "datetime", "2000-02-30T14:50:00+00:00", "skipped"),
    ("before 1700", "datetime", "1601-01-01T00:00:00+00:00", "skipped"),
    ("offset of another instant", "datetime", ROW["datetime"].replace("+00:00", "+01:00"), "microseconds from"),
    ("seconds", "timestamp", ROW["timestamp"] // 1_000_000, "microseconds from"),
    ("text time", "timestamp", str(ROW["timestamp"]), "no long"), ("real time", "timestamp", 1.5, "no long"),
    ("tag as text", "tag", "a,b", "tag is no list"), ("tag as Plaso's", "tag", {"labels": ["a"]}, "tag is no list"),
    ("tag of nothing", "tag", [""], "tag is no list"),
    ("underscore", "_id", "x", "stripped"), ("label", "label", "x", "the server's own"),
    ("dot", "a.b", "x", "become an object"), ("null", "hostname", None, "is null"),
    ("null within", "witnesses", [{"line": None}], "is null"), ("long", "command", "x" * 40_000, "too long"),
    ("real for a long", "excess_pids", 842.0, "is double, and long before"),
    ("long for a real", "score", 12, "is long, and double before"),
    ("text for a long within", "pathspec", {**ROW["pathspec"], "inode": "17"}, "pathspec.inode is text"),
    ("too many keys", "pathspec", {f"k{number}": 1 for number in range(460)}, "keys"),
]


def mutate(row, key, value):
    out = copy.deepcopy(row)
    if value is REMOVE:
        del out[key]
    else:
        out[key] = value
    return out


def lines(*found):
    return "".join(json.dumps(row) + "\n" for row in found).encode()


class Examples(unittest.TestCase):
    def test_all_kinds_into_one_sketch(self):
        types, kinds = {}, set()
        for path in [*EXAMPLES, GOLDEN / "redhat62.jsonl"]:
            with self.subTest(path.name):
                content = path.read_bytes()
                self.assertEqual(importer.jsonl_problems(path.name, content, types), [])
                kinds |= {row["data_type"] for row in rows.load_rows(path)}
        schema = json.dumps(rows.load_schema("row"))
        for kind in kinds:
            self.assertIn(f'"{kind}"', schema)
        self.assertGreaterEqual(len(kinds), 15)

    def test_one_type_a_key_by_the_schema_too(self):
        # Rows that no example shows: what the schema says of a key is one type wherever it stands.
        wanted = {}
        for path, kind in schema_types(rows.load_schema("row")):
            self.assertEqual(wanted.setdefault(path, kind), kind, path)
        self.assertGreater(len(wanted), 80, sorted(wanted))
        self.assertEqual((wanted["score"], wanted["first_line"], wanted["tag"], wanted["counter_restarted"]),
                         ("double", "long", "text", "boolean"))

    def test_csv(self):
        self.assertEqual(importer.csv_problems("redhat62.csv", (GOLDEN / "redhat62.csv").read_bytes()), [])


def schema_types(schema):
    """(key, type) of every property that has a type of its own, in the row and in what it refers to."""
    def resolve(node):
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return node

    def type_of(node):
        node = resolve(node)
        if node.get("type") == "array":
            return type_of(node["items"])
        if "type" in node:
            return {"integer": "long", "number": "double", "string": "text"}.get(node["type"], node["type"])
        values = node.get("enum", [node["const"]] if "const" in node else [])
        found = {importer.opensearch_type(value) for value in values}
        return found.pop() if len(found) == 1 else None

    def walk(node):
        if isinstance(node, dict):
            for key, value in node.get("properties", {}).items():
                kind = type_of(value) if isinstance(value, dict) else None
                if kind:
                    yield key, kind
            for name, value in node.items():
                if name != "$defs":
                    yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    # Objects of their own: their keys have their path before them.
    objects = ("path_spec", "witness", "missing_line")
    yield from walk({name: value for name, value in schema.items() if name != "$defs"})
    for name, value in schema["$defs"].items():
        if name not in objects:
            yield from walk(value)


class Program(program.ProgramTest):
    def write(self, command, name, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            run = program.run(command, "-o", path, *arguments)
            self.assertEqual(run.status, 0, run.err)
            return path.read_bytes()

    def test_records_and_findings(self):
        content = self.write("scan", "case.jsonl", *program.ZONE, "--records", program.E01)
        self.assertEqual(importer.jsonl_problems("case.jsonl", content), [])
        self.assertGreater(content.count(b"\n"), 600)

    def test_csv(self):
        content = self.write("scan", "case.csv", *program.ZONE, "--format", "csv", "--records", program.E01)
        self.assertEqual(importer.csv_problems("case.csv", content), [])

    def test_merged_with_plaso(self):
        content = self.write("merge", "case.jsonl", GOLDEN / "redhat62.jsonl", GOLDEN / "redhat62.plaso.jsonl")
        self.assertEqual(importer.jsonl_problems("case.jsonl", content), [])
        # As it stands, Plaso's form is none that the importer takes.
        self.assertNotEqual(importer.jsonl_problems("p.jsonl", (GOLDEN / "redhat62.plaso.jsonl").read_bytes()), [])


class Mutants(unittest.TestCase):
    def test_rows_that_would_be_garbled_are_noticed(self):
        for name, key, value, complaint in MUTANTS:
            with self.subTest(name):
                found = importer.jsonl_problems("a.jsonl", lines(ROW, mutate(ROW, key, value)))
                self.assertTrue(any(complaint in problem for problem in found), found)

    def test_files_that_would_be_refused_are_noticed(self):
        good = lines(ROW)
        self.assertEqual(importer.jsonl_problems("a.jsonl", good), [])
        for name, file, content in (("extension", "a.txt", good), ("empty", "a.jsonl", b""), ("blank line", "a.jsonl", good + b"\n"),
                                    ("no json", "a.jsonl", good + b"{\n"), ("array", "a.jsonl", b"[1]\n")):
            with self.subTest(name):
                self.assertNotEqual(importer.jsonl_problems(file, content), [])
        header = b"message,datetime,timestamp_desc\r\n"
        for name, file, content in (("extension", "a.txt", header + b"m,2000-01-01T00:00:00+00:00,d\r\n"), ("no row", "a.csv", header),
                                    ("no time", "a.csv", header + b"m,soon,d\r\n"), ("empty", "a.csv", header + b",2000-01-01T00:00:00Z,d\r\n"),
                                    ("cells", "a.csv", header + b"m,2000-01-01T00:00:00Z\r\n"), ("header", "a.csv", b"message\r\nm\r\n")):
            with self.subTest(name):
                self.assertNotEqual(importer.csv_problems(file, content), [])
        self.assertEqual(importer.csv_problems("a.csv", header + b"m,2000-01-01T00:00:00Z,d\r\n"), [])


if __name__ == "__main__":
    tap.main()
