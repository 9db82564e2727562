#!/usr/bin/python3
"""Tagger rules and search templates have the form that Timesketch reads, name fields that rows have, and find them."""

import json
import pathlib
import re
import sys
import unittest
import uuid

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.timesketch.tests import query  # noqa: E402
from tests.support import program, rows, tap  # noqa: E402

HERE = program.SOURCE_ROOT / "integrations" / "timesketch"
TAGS = yaml.safe_load((HERE / "tags.yaml").read_text())
TEMPLATES = [one for path in sorted((HERE / "search_templates").glob("*.yaml")) for one in yaml.safe_load(path.read_text())]
SCHEMA = rows.load_schema("row")
ROWS = [row for path in [*sorted((rows.SCHEMAS / "examples").glob("*.jsonl")),
                         program.SOURCE_ROOT / "tests" / "golden" / "redhat62.jsonl"] for row in rows.load_rows(path)]
# Names that the server has a picture for (July 2026); of another it shows nothing.
EMOJIS = {"FIRE", "HIGH_VOLTAGE", "LINK", "MAGNIFYING_GLASS", "SKULL_CROSSBONE", "SPARKLES", "VALIDATE", "WASTEBASKET"}
RULE_KEYS = {"query_string", "tags", "emojis", "save_search", "search_name"}
TEMPLATE_KEYS = {"id", "short_name", "display_name", "description", "query_string", "query_filter", "query_dsl", "tags", "parameters"}
# Values for the parameters, of the examples; rows that the template then finds.
EXAMPLE = next(row for row in ROWS if "activity_id" in row and "finding_id" in row)
VALUES = {"activity": EXAMPLE["activity_id"], "finding": EXAMPLE["finding_id"], "pids": "800",
          "pid": str(EXAMPLE["first_pid"]), "user": "root"}
# What no example row shows: rows made of one that is there.
GAP = next(row for row in ROWS if "cause" in row)
MADE = [{**EXAMPLE, "known_reason": "upgrade"}, {**EXAMPLE, "log_copy": "hidden"}, {**GAP, "cause": "system_down"}]


def properties(node):
    """{key: [schemas]} of everything that the schema of rows names."""
    found = {}
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            found.setdefault(key, []).append(value)
        children = list(node.values()) + list(node.get("properties", {}).values())
    else:
        children = node if isinstance(node, list) else []
    for child in children:
        for key, values in properties(child).items():
            found.setdefault(key, []).extend(values)
    return found


def filled(template):
    """The query string with values for its parameters, as the server's Jinja fills them in."""
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: VALUES[found[1]], template["query_string"])


QUERIES = {**{name: rule["query_string"] for name, rule in TAGS.items()},
           **{template["short_name"]: filled(template) for template in TEMPLATES}}


class Forms(unittest.TestCase):
    def test_tagger_rules(self):
        for name, rule in TAGS.items():
            with self.subTest(name):
                self.assertTrue(name.startswith("pidometer_"))
                self.assertLessEqual(rule.keys(), RULE_KEYS)
                self.assertIsInstance(rule["save_search"], bool)
                self.assertEqual(rule["save_search"], "search_name" in rule)
                self.assertTrue(rule["tags"])
                for tag in rule["tags"]:
                    self.assertRegex(tag, r"\A(\$\w+|[a-z0-9-]+)\Z")
                    if tag.startswith("$"):
                        self.assertIn(tag[1:], properties(SCHEMA))
                self.assertLessEqual(set(rule.get("emojis", [])), EMOJIS)
        names = [rule["search_name"] for rule in TAGS.values() if "search_name" in rule]
        self.assertEqual(len(set(names)), len(names))

    def test_search_templates(self):
        for template in TEMPLATES:
            with self.subTest(template["short_name"]):
                self.assertEqual(template.keys(), TEMPLATE_KEYS)
                uuid.UUID(template["id"])
                # The web page counts the parameters: without the list it fails.
                self.assertIsInstance(template["parameters"], list)
                for one in template["parameters"]:
                    self.assertEqual(one.keys(), {"name", "description", "type"})
                self.assertEqual({one["name"] for one in template["parameters"]},
                                 set(re.findall(r"\{\{ (\w+) \}\}", template["query_string"])))
                self.assertLess(len(template["query_string"]), 10_000)
                self.assertLess(len(template["display_name"]), 255)
                self.assertEqual((template["query_filter"], template["query_dsl"]), ({}, {}))
                json.dumps(template)  # the server keeps it as JSON
        for key in ("id", "short_name", "display_name"):
            self.assertEqual(len({template[key] for template in TEMPLATES}), len(TEMPLATES))


class Queries(unittest.TestCase):
    def test_name_fields_and_values_that_rows_have(self):
        known = properties(SCHEMA)
        kinds = {row["data_type"] for row in ROWS}
        for name, text in QUERIES.items():
            with self.subTest(name):
                for field, value in query.Query(text).fields:
                    self.assertIn(field, known)
                    if field == "data_type":
                        self.assertIn(value, kinds)
                    elif field in ("level", "cause", "log_copy"):
                        self.assertIn(f'"{value}"', json.dumps(SCHEMA))

    def test_find_rows(self):
        for name, text in QUERIES.items():
            with self.subTest(name):
                found = [row for row in ROWS + MADE if query.Query(text).matches(row)]
                self.assertNotEqual(found, [])
                self.assertLess(len(found), len(ROWS))

    def test_every_kind_of_finding_is_found_by_a_rule(self):
        # But for rows of records, of which a log has a million.
        for row in ROWS:
            if row["data_type"].startswith("pidometer:"):
                with self.subTest(row["data_type"]):
                    self.assertTrue(any(query.Query(rule["query_string"]).matches(row) for rule in TAGS.values()
                                        if f'"{row["data_type"]}"' in rule["query_string"]))

    def test_find_what_they_say(self):
        def kinds(name):
            return {row["data_type"].rpartition(":")[2] for row in ROWS if query.Query(QUERIES[name]).matches(row)}
        self.assertEqual(kinds("pidometer_alarm"), {"pid_excess"})
        self.assertEqual(kinds("pidometer_records_removed"), {"record_gap"})
        self.assertEqual(kinds("pidometer_edited"), {"record_gap", "record_out_of_sequence", "log_rewritten"})
        self.assertEqual(kinds("pidometer_user"), {"task_run"})
        size = [row for row in ROWS if query.Query(QUERIES["pidometer_size"]).matches(row)]
        self.assertTrue(size and all(row["excess_pids"] >= 800 for row in size))
        for row in ROWS:
            if query.Query(QUERIES["pidometer_alarm"]).matches(row):
                self.assertNotIn(row["level"], ("informational", "low"))


class Language(unittest.TestCase):
    ROW = {"a": "x y", "n": 5, "tag": ["p", "q"], "t": True}

    def test_matches(self):
        for text, want in (('a:"x y"', True), ("a:x", False), ("tag:q", True), ("t:true", True), ("n:>=5", True),
                           ("n:>5", False), ("n:<=5 AND n:<6", True), ("_exists_:n", True), ("_exists_:m", False),
                           ("NOT _exists_:m", True), ('tag:("z" OR "p")', True), ('a:"z" OR tag:p AND n:5', True),
                           ('(a:"z" OR tag:p) AND n:6', False), ('NOT (a:"z" OR tag:z)', True)):
            with self.subTest(text):
                self.assertEqual(query.Query(text).matches(self.ROW), want)

    def test_what_is_not_understood_is_an_error(self):
        for text in ("", "word", "a:", "a:(b", "a:b)", "a:b c:d", "a:b AND", "a:x*", "a:[1 TO 2]", "()", "a:()"):
            with self.subTest(text), self.assertRaises(ValueError):
                query.Query(text)


if __name__ == "__main__":
    tap.main()
