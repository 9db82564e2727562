"""The part of OpenSearch's query strings that the rules here use, over rows in memory.

`field:"text"`, `field:word`, `field:(a OR b)`, `field:>=5`, `_exists_:field`, AND, OR, NOT and parentheses. Anything else
is a ValueError, so that a rule cannot say what no test understands.
"""

import re

TOKEN = re.compile(r'\s*(?:(AND|OR|NOT)\b|(\()|(\))|(\w+):(>=|<=|>|<)(\d+)|(\w+):(?=\()|(\w+):("[^"]*"|[\w:]+)|("[^"]*"|\w+))')
COMPARE = {">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, "<": lambda a, b: a < b}


def tokens(text):
    at, found = 0, []
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not understood: {text[at:]}")
        found.append(match)
        at = match.end()
    return found


def plain(value):
    """A row's value as it is searched for."""
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


class Query:
    """A parsed query; `fields` are (name, value) of all that it names, the value None where there is none."""

    def __init__(self, text):
        self.fields = []
        self._tokens = tokens(text)
        self._at = 0
        self.matches = self._any(None)
        if self._at != len(self._tokens):
            raise ValueError(f"not understood from part {self._at}: {text}")

    def _word(self):
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _next(self):
        if self._at >= len(self._tokens):
            raise ValueError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _any(self, field):
        parts = [self._all(field)]
        while self._word() == "OR":
            self._next()
            parts.append(self._all(field))
        return lambda row: any(part(row) for part in parts)

    def _all(self, field):
        parts = [self._one(field)]
        while self._word() == "AND":
            self._next()
            parts.append(self._one(field))
        return lambda row: all(part(row) for part in parts)

    def _one(self, field):
        _, begin, end, compared, sign, number, group, name, value, alone = self._next().groups()
        if self._tokens[self._at - 1][1] == "NOT":
            part = self._one(field)
            return lambda row: not part(row)
        if begin:
            return self._closed(field)
        if group:
            self._next()
            return self._closed(group)
        if compared:
            self.fields.append((compared, None))
            return lambda row: compared in row and COMPARE[sign](row[compared], int(number))
        if alone and field:
            name, value = field, alone
        if end or not name:
            raise ValueError("a value without a field, or an empty group")
        value = value.strip('"')
        if name == "_exists_":
            self.fields.append((value, None))
            return lambda row: value in row
        self.fields.append((name, value))
        return lambda row: name in row and value in plain(row[name])

    def _closed(self, field):
        part = self._any(field)
        if self._next()[3] is None:
            raise ValueError("a parenthesis is not closed")
        return part
