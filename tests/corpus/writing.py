"""Texts with the byte ranges of what they hold.

A template is ordinary text with slots ⟦name⟧. A slot is filled with a string or with a `Mark`, which says of which
type the value is; `compose` returns the text and the expected findings.
"""

import re

SLOT = re.compile("⟦([a-z_0-9]+)⟧")


class Mark:
    """A value that must be found. `types`: the first is the wanted type, the others are as good where kinds overlap.
    "category:secret" stands for any type of that category; without a type it must not be found."""

    def __init__(self, text, *types):
        self.text = text
        self.types = list(types)

    def __str__(self):
        return self.text


def size(text):
    return len(text.encode("utf-8"))


def compose(template, **slots):
    """(text, findings) of a template."""
    text, findings, at = "", [], 0
    for match in SLOT.finditer(template):
        text += template[at:match.start()]
        value = slots[match.group(1)]
        if isinstance(value, Mark):
            if value.types:
                begin = size(text)
                findings.append(finding(begin, begin + size(value.text), *value.types))
            value = value.text
        text += str(value)
        at = match.end()
    return text + template[at:], findings


def finding(start, end, *types):
    made = {"type": types[0], "start": start, "end": end}
    if len(types) > 1:
        made["or"] = list(types[1:])
    return made


class Corpus:
    """Collects cases; the same text is taken once."""

    def __init__(self):
        self.cases, self.seen, self.counts = [], set(), {}

    def add(self, part, kind, text, findings=(), allow=(), technique=None):
        """`part`: typed, negative, evasion or clean. `kind` groups the report. `allow`: types that may be found too."""
        if text in self.seen:
            return False
        self.seen.add(text)
        number = self.counts[kind] = self.counts.get(kind, 0) + 1
        case = {"id": f"{part}-{kind}-{number:03d}", "part": part, "kind": kind, "text": text, "findings": list(findings)}
        if allow:
            case["allow"] = sorted(allow)
        if technique:
            case["technique"] = technique
        self.cases.append(case)
        return True
