#!/usr/bin/python3
"""Writes docs/output_reference.md from the schemas.

    output_reference.py [--check]

With --check nothing is written: the exit status says whether the file is what it should be.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "schemas"
TARGET = ROOT / "docs" / "output_reference.md"
DOCUMENTS = (("row", "Rows", "`pidometer scan`, one JSON object a line"),
             ("birth", "Births", "`pidometer when --json`, one JSON object a line"),
             ("summary", "The summary", "`--summary FILE`, one JSON document"),
             ("left_out", "Rows left out", "`pidometer merge --left-out FILE`, one JSON object a line"),
             ("custody", "Custody", "`pidometer extract`, one JSON document"),
             ("fleet_status", "Status of a fleet", "`pidometer scan -d DIR` to `DIR/status.json`, one JSON document"))


def resolved(schema, part):
    """A part of a schema with what it refers to laid beneath it."""
    while "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        part = {**schema["$defs"][name], **{key: value for key, value in part.items() if key != "$ref"}}
    return part


def type_words(schema, part):
    part = resolved(schema, part)
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    kind = part.get("type", "")
    if kind == "array":
        inner = type_words(schema, part["items"]) if isinstance(part.get("items"), dict) else ""
        return f"list of {inner}" if inner else "list"
    return " or ".join(kind) if isinstance(kind, list) else kind or "object"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def fields(schema, part, prefix=""):
    """Rows of the table: name, type, whether it is always there, what it says; objects in it below."""
    part = resolved(schema, part)
    required = set(part.get("required", ()))
    for name, inner in part.get("properties", {}).items():
        full = resolved(schema, inner)
        yield f"`{prefix}{name}`", type_words(schema, inner), "yes" if name in required else "", full.get("description", "")
        item = resolved(schema, full["items"]) if full.get("type") == "array" and isinstance(full.get("items"), dict) else full
        # A path spec holds one.
        if "properties" in item and inner.get("$ref") != part.get("$ref") and prefix.count(".") < 3 \
                and not prefix.endswith(f"{name}."):
            yield from fields(schema, item, f"{prefix}{name}{'[]' if item is not full else ''}.")


def table(rows):
    yield "| field | type | always | what it says |"
    yield "|---|---|---|---|"
    for row in rows:
        yield "| " + " | ".join(map(cell, row)) + " |"


def condition_words(condition):
    kind = condition.get("properties", {}).get("data_type", {})
    if "const" in kind:
        return f"`{kind['const']}`"
    if "enum" in kind:
        return ", ".join(f"`{value}`" for value in kind["enum"])
    return f"`data_type` like `{kind['pattern']}`" if "pattern" in kind else None


def document():
    unnamed = {path.name.partition(".")[0] for path in SCHEMAS.glob("*.schema.json")} - {name for name, _, _ in DOCUMENTS}
    if unnamed:
        sys.exit(f"error: tools/output_reference.py does not name the schemas of {', '.join(sorted(unnamed))}")
    yield "# Output reference"
    yield ""
    yield "Made of the schemas by `tools/output_reference.py`; the schemas are the contract, and a field that they do not"
    yield "have is an error. What they cannot say stands in [schemas/README.md](../schemas/README.md); what a finding"
    yield "means in [reading_findings.md](reading_findings.md)."
    for name, title, origin in DOCUMENTS:
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        yield ""
        yield f"## {title}"
        yield ""
        yield f"Written by {origin}. {schema.get('description', '')}".strip()
        yield ""
        yield from table(fields(schema, schema))
        for rule in schema.get("allOf", ()):
            words = condition_words(rule.get("if", {}))
            more = list(fields(schema, rule.get("then", {})))
            if not words or not more:
                continue
            yield ""
            yield f"### {words}"
            yield ""
            yield from table(more)


def main():
    text = "\n".join(document()) + "\n"
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.exit(f"error: {TARGET.relative_to(ROOT)} is not what the schemas say; run tools/output_reference.py")
        return
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
