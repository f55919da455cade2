#!/usr/bin/env python3
"""Is an audit log of Sekisho whole? Independent of its code; Python's standard library only.

    python3 verify_journal.py DIRECTORY [HEAD.json]

HEAD.json is what `sekisho audit head --json` wrote earlier and what was kept elsewhere.
Exit: 0 whole, 1 broken, 2 could not be checked. The format: audit_format.md.
"""
import base64
import hashlib
import json
import os
import re
import sys

SEGMENT = re.compile(r"(\d{12}|[1-9]\d{12,})\.jsonl")


def link(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class Broken(Exception):
    pass


def lines_of(path):
    with open(path, "rb") as segment:
        for line in segment:
            yield line


def record_of(line, expected):
    """The record of a line with its LF, in the spelling that the format demands."""
    try:
        record = json.loads(line)
        head = '{"v":1,"seq":%d,"prev":"%s",' % (record["seq"], record["prev"])
        if not line.startswith(head.encode()) or "kind" not in record:
            raise ValueError
        return record
    except (ValueError, KeyError, TypeError):
        raise Broken("seq %d: the line is no record" % expected) from None


def gap_of(path, previous):
    """How many records at the end of `previous` were never confirmed; None = no such gap."""
    first = next(lines_of(path), b"")
    try:
        record = json.loads(first)
        if record["kind"] == "gap" and record["segment"] == previous:
            return record["unsure"]
    except (ValueError, KeyError, TypeError):
        pass
    return None


def walk(directory, head):
    names = sorted((n for n in os.listdir(directory) if SEGMENT.fullmatch(n)), key=lambda n: int(n[:-6]))
    if not names and not head:
        raise FileNotFoundError(directory + ": there is no segment of an audit log")
    expected, prev, notes = 0, link(b""), []
    for i, name in enumerate(names):
        following = names[i + 1] if i + 1 < len(names) else None
        first_of_next = int(following[:-6]) if following else None
        unsure = gap_of(os.path.join(directory, following), name) if following else None
        if int(name[:-6]) != expected:
            raise Broken("seq %d: %s does not follow the segment before it" % (expected, name))
        at_next = None
        for line in lines_of(os.path.join(directory, name)):
            if expected == first_of_next and at_next is None:
                at_next = prev
            if not line.endswith(b"\n"):
                if following and unsure is None:
                    raise Broken("seq %d: the last line of %s is not whole" % (expected, name))
                notes.append(name + ": the last line is not whole")
                break
            record = record_of(line, expected)
            if record["seq"] != expected:
                raise Broken("seq %d: the record in its place says it is %d" % (expected, record["seq"]))
            if record["prev"] != prev:
                raise Broken("seq %d: does not match the prev of record %d" % (max(expected - 1, 0), expected))
            prev = link(b"\0" + line[:-1])
            expected += 1
            confirmed = first_of_next is None or expected <= first_of_next
            if head and confirmed and expected == head["size"] and prev != head["root"]:
                raise Broken("seq %d: the head says another root" % (expected - 1))
        if following and first_of_next < expected:
            if unsure is None or at_next is None or expected - first_of_next > unsure:
                raise Broken("seq %d: %s begins with a number that %s holds already" % (first_of_next, following, name))
            notes.append("%s: %d records were never confirmed" % (name, expected - first_of_next))
            expected, prev = first_of_next, at_next
    if head and head["size"] == 0 and head["root"] != link(b""):
        raise Broken("the head of an empty log says another root")
    if head and expected < head["size"]:
        raise Broken("seq %d: TRUNCATED: the head says %d records" % (expected, head["size"]))
    check_policies(os.path.join(directory, "policies"))
    return expected, prev, notes


def check_policies(folder):
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), "rb") as policy:
            if name.endswith(".yaml") and hashlib.sha256(policy.read()).hexdigest() + ".yaml" != name:
                raise Broken("policies/%s: its text does not have the digest it is named after" % name)


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        head = None
        if len(arguments) == 2:
            with open(arguments[1], "rb") as kept:
                head = json.load(kept)
                head = {"size": head["size"], "root": head["root"]}
        size, root, notes = walk(arguments[0], head)
    except Broken as broken:
        print("BROKEN:", broken)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print("could not check:", problem, file=sys.stderr)
        return 2
    for note in notes:
        print("note:", note)
    print("whole: %d records, root %s" % (size, root))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
