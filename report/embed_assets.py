"""Makes report_assets.cc of the page, the styles and the scripts of the report.

Usage: embed_assets.py OUTPUT PAGE --style FILE... --script FILE...
"""

import argparse
import base64
import hashlib
import re
import sys

# Compilers must take string literals of 65,536 characters (C++20 [implimits]); shorter ones are joined.
LITERAL = 2000
# clang counts what is joined, and warns of it under -Wpedantic; it takes them all the same.
PRAGMA = '#pragma GCC diagnostic ignored "-Woverlength-strings"\n'


def joined(paths):
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            # Maps of sources would be looked for on a network.
            texts.append(re.sub(r"(?m)^(//|/\*)# sourceMappingURL=.*$", "", file.read()).strip())
    return "\n".join(texts) + "\n"


def literal(text):
    data = text.encode("utf-8")
    lines = []
    for begin in range(0, len(data), LITERAL):
        escaped = "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}"
            for byte in data[begin:begin + LITERAL])
        lines.append(f'    "{escaped}"')
    return "\n".join(lines) or '    ""', len(data)


def csp_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("page")
    parser.add_argument("--style", nargs="+", required=True)
    parser.add_argument("--script", nargs="+", required=True)
    arguments = parser.parse_args()
    style, script = joined(arguments.style), joined(arguments.script)
    for text, end in ((style, "</style"), (script, "</script"), (script, "<!--")):
        if end in text.lower():
            sys.exit(f"error: '{end}' stands in what is to be embedded; it would end its element")
    with open(arguments.page, encoding="utf-8") as file:
        page = file.read()
    with open(arguments.output, "w", encoding="ascii") as out:
        out.write('// Made by embed_assets.py.\n#include "report/report_assets.h"\n\n' + PRAGMA + '\nnamespace pidometer {\nnamespace {\n\n')
        for name, text in (("kPage", page), ("kStyle", style), ("kScript", script)):
            lines, size = literal(text)
            out.write(f"constexpr char {name}[] =\n{lines};\nstatic_assert(sizeof({name}) == {size} + 1);\n\n")
        out.write("}  // namespace\n\nconst ReportAssets kReportAssets = {\n")
        for name in ("kPage", "kStyle", "kScript"):
            out.write(f"    {{{name}, sizeof({name}) - 1}},\n")
        out.write(f'    "{csp_hash(style)}",\n    "{csp_hash(script)}"}};\n\n}}  // namespace pidometer\n')


if __name__ == "__main__":
    main()
