#!/usr/bin/env python3
"""Is an audit log of Sekisho whole? Independent of its code. The format: audit_format.md.

    python3 verify_journal.py DIRECTORY [KEPT...] [--key VKEY|FILE]... [--witness FOLDER]...
    python3 verify_journal.py --proof FILE [--key VKEY|FILE]...

KEPT is what was kept elsewhere: a checkpoint (*.ckpt), or what `sekisho audit head --json` wrote.
--key is a key of the log that was had from outside (`sekisho audit keys`); without it the first
key of the log is believed. --witness is a folder of checkpoints that the operator cannot rewrite.
--proof checks a file of `sekisho audit prove` and prints the records that it proves.
Signatures need python3-cryptography or the openssl command; compressed segments the zstd command.
Exit: 0 whole, 1 broken, 2 could not be checked.
"""
import argparse
import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile

SEGMENT = re.compile(r"(\d{12}|[1-9]\d{12,})\.jsonl(\.zst)?")
CHECKPOINT = re.compile(r"(\d{12}|[1-9]\d{12,})\.ckpt")
LONGEST_LINE = 1 << 20


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    data = base64.b64decode(text, validate=True)
    if b64(data) != text:
        raise ValueError("not in the one spelling of base64: " + text)
    return data


class Unchecked(Exception):
    """It cannot be said whether the log is whole."""


# --- keys and signed notes (C2SP signed-note, tlog-checkpoint) -----------------------------------

class Key:
    """A vkey: name+id+base64(0x01 + 32 bytes of an Ed25519 key)."""

    def __init__(self, vkey):
        self.vkey = vkey
        self.name, self.id, raw = re.fullmatch(r"([^\s+{]+)\+([0-9a-f]{8})\+(\S{44})", vkey).groups()
        raw = unb64(raw)
        if raw[0] != 1 or sha256(self.name.encode() + b"\n" + raw)[:4].hex() != self.id:
            raise ValueError("not a vkey: " + vkey)
        self.raw = raw[1:]

    def verifies(self, text, signature):
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            return self.verifies_by_openssl(text, signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text)
            return True
        except InvalidSignature:
            return False

    def verifies_by_openssl(self, text, signature):
        der = bytes.fromhex("302a300506032b6570032100") + self.raw
        pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % b64(der)
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, n) for n in ("key.pem", "text", "signature")]
            for name, data in zip(names, (pem.encode(), text, signature)):
                with open(name, "wb") as out:
                    out.write(data)
            try:
                done = subprocess.run(
                    ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", names[0], "-rawin", "-in", names[1], "-sigfile", names[2]],
                    stdin=subprocess.DEVNULL, capture_output=True, check=False)
            except FileNotFoundError:
                raise Unchecked("signatures need python3-cryptography or the openssl command: install one of them") from None
        return done.returncode == 0


class Note:
    def __init__(self, data):
        at = data.rfind(b"\n\n")
        if at < 0 or not data.endswith(b"\n"):
            raise ValueError("no signed note")
        self.text, self.signatures = data[:at + 1], []
        for line in data[at + 2:-1].decode().split("\n"):
            self.signatures.append(self.signature(line))

    @staticmethod
    def signature(line):
        dash, name, signature = line.split(" ")
        signature = unb64(signature)
        if dash != "\u2014" or len(signature) <= 4:
            raise ValueError("no signature: " + line)
        return name, signature[:4].hex(), signature[4:]

    def by(self, key):
        """True: signed; False: a signature that does not verify; None: no signature of this key."""
        found = None
        for name, key_id, signature in self.signatures:
            if (name, key_id) != (key.name, key.id):
                continue
            if len(signature) != 64 or not key.verifies(self.text, signature):
                return False
            found = True
        return found


class Statement:
    """What somebody says about the log at one size."""

    def __init__(self, source, size, root, is_link=False, outside=False, origin=None, note=None):
        self.source, self.size, self.root, self.is_link = source, size, root, is_link
        self.outside, self.origin, self.note = outside, origin, note

    @classmethod
    def of_note(cls, source, data, outside=False):
        note = Note(data)
        origin, size, root, rest = note.text.decode().split("\n")
        if rest or not origin or str(int(size)) != size or int(size) < 0 or len(unb64(root)) != 32:
            raise ValueError(source + ": no checkpoint")
        return cls(source, int(size), root, outside=outside, origin=origin, note=note)

    @classmethod
    def kept(cls, source):
        data = read(source)
        line = re.search(rb" note=([A-Za-z0-9+/]+=*)\s*$", data)  # of a syslog receiver
        try:
            return cls.of_note(source, base64.b64decode(line[1]) if line else data, outside=True)
        except ValueError:
            pass
        head = json.loads(data)
        return cls(source, head["size"], head["root"], is_link="link" not in head, outside=True)


class KeyChain:
    def __init__(self, given):
        self.given, self.entries, self.trusted = given, [], []

    def add(self, seq, vkey, rotation):
        try:
            key = Key(vkey)
        except (ValueError, AttributeError):
            return "it publishes what is no key"
        if self.entries and self.entries[-1][1].vkey == vkey:
            return None
        vouched = bool(self.entries) and self.vouches(rotation, self.entries[-1][1], key)
        wrong = bool(self.entries) and not vouched and vkey not in [k.vkey for k in self.given]
        self.entries.append((seq, key, vouched))
        return "it publishes a key for which the key before it did not vouch" if wrong else None

    @staticmethod
    def vouches(rotation, old, new):
        try:
            note = Note(rotation.encode())
        except (ValueError, AttributeError):
            return False
        lines = note.text.decode().split("\n")
        return lines[:3] == ["sekisho-log-key/1", old.vkey, new.vkey] and len(lines) == 6 \
            and note.by(old) is True and note.by(new) is True

    def settle(self):
        self.trusted = [k.vkey for k in self.given] or [e[1].vkey for e in self.entries[:1]]
        more = True
        while more:
            more = False
            for before, after in zip(self.entries, self.entries[1:]):
                pair = {before[1].vkey, after[1].vkey}
                if after[2] and len(pair & set(self.trusted)) == 1:
                    self.trusted += pair - set(self.trusted)
                    more = True

    def origin(self):
        keys = [e[1] for e in self.entries] + self.given
        return keys[0].name if keys else None

    def problem(self, note, size=None):
        known = self.given + [e[1] for e in self.entries]
        for key in known:
            if note.by(key) is False:
                return "its signature by the key %s does not fit" % key.id
        if size is None or not self.entries:
            good = any(k.vkey in self.trusted and note.by(k) for k in known)
            return None if good else "no key of this log signed it"
        force = ([e[1] for e in self.entries if e[0] < size] or [self.entries[0][1]])[-1]
        if note.by(force) is not True:
            return "it is not signed by the key that was in force (%s)" % force.id
        return None if force.vkey in self.trusted else "it is signed by the key %s, for which no key that was given vouches" % force.id


# --- the tree (RFC 6962) ------------------------------------------------------------------------

class Tree:
    def __init__(self, first=0):
        self.nodes, self.end = [], first  # [level, hash]

    def copy(self):
        other = Tree(self.end)
        other.nodes = list(self.nodes)
        return other

    def add(self, level, value):
        if not 0 <= level <= 62 or self.end % (1 << level) or self.end + (1 << level) > 1 << 62:
            raise ValueError("a subtree cannot stand here")
        self.end += 1 << level
        while self.nodes and self.nodes[-1][0] == level and self.end % (2 << level) == 0:
            value = sha256(b"\1" + self.nodes.pop()[1] + value)
            level += 1
        self.nodes.append((level, value))

    def root(self):
        if not self.nodes:
            return sha256(b"")
        root = self.nodes[-1][1]
        for _, value in reversed(self.nodes[:-1]):
            root = sha256(b"\1" + value + root)
        return root


def root_by_path(index, size, leaf, path):
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        raise ValueError("the record is not in the tree")
    node, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if node % 2 or node == last:
            value = sha256(b"\1" + sibling + value)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            value = sha256(b"\1" + value + sibling)
        node, last = node // 2, last // 2
    if last:
        raise ValueError("the path is too short")
    return value


def consistent(old_size, size, old_root, root, path):
    """RFC 9162, 2.1.4.2."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    steps = ([old_root] if old_size & (old_size - 1) == 0 else []) + path
    node, last = old_size - 1, size - 1
    while node % 2:
        node, last = node // 2, last // 2
    if not steps:
        return False
    before = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            before, now = sha256(b"\1" + step + before), sha256(b"\1" + step + now)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            now = sha256(b"\1" + now + step)
        node, last = node // 2, last // 2
    return last == 0 and before == old_root and now == root


# --- the log ------------------------------------------------------------------------------------

def read(path):
    with open(path, "rb") as file:
        return file.read()


def lines_of(path):
    if not path.endswith(".zst"):
        with open(path, "rb") as segment:
            yield from segment
        return
    try:
        unpacked = subprocess.run(["zstd", "-dcq", path], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except FileNotFoundError:
        raise Unchecked(path + ": compressed segments need the zstd command: install zstd") from None
    yield from io.BytesIO(unpacked.stdout)
    if unpacked.returncode:
        yield b"the compressed segment is damaged\n"


def record_of(line):
    """The record of a line without its LF, in the spelling that the format demands; None = it is none."""
    try:
        record = json.loads(line)
        head = '{"v":1,"seq":%d,"prev":"%s",' % (record["seq"], record["prev"])
        return record if line.startswith(head.encode()) and "kind" in record and len(line) <= LONGEST_LINE else None
    except (ValueError, KeyError, TypeError):
        return None


def segments_of(directory):
    """[(first seq, name)]; of a segment that is there both ways the plain one."""
    found = {}
    for name in sorted(os.listdir(directory), reverse=True):  # x.jsonl.zst before x.jsonl
        if SEGMENT.fullmatch(name):
            found[int(name.split(".")[0])] = name
    return sorted(found.items())


class Verifier:
    def __init__(self, directory, kept, keys):
        self.directory, self.keys = directory, KeyChain(keys)
        self.misfits, self.notes = [], []
        self.tree, self.prev, self.expected = Tree(), sha256(b""), 0
        self.pruned_until = self.proven = 0
        self.told = self.newest = None
        self.clock = ""
        self.loaded = {}
        self.good = set()
        self.walk_broken = False
        self.used_tombstones = []
        self.own = self.own_checkpoints()
        self.statements = sorted(self.own + kept, key=lambda s: s.size)
        self.next_statement = 0
        self.tombstones = self.read_tombstones()

    def bad(self, seq, what):
        self.misfits.append((float("inf") if seq is None else seq, what))

    # What lies beside the segments.

    def own_checkpoints(self):
        folder = os.path.join(self.directory, "checkpoints")
        found = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if not CHECKPOINT.fullmatch(name):
                continue
            size = int(name[:-5])
            try:
                statement = Statement.of_note("checkpoints/" + name, read(os.path.join(folder, name)))
                if statement.size != size:
                    raise ValueError
                found.append(statement)
            except ValueError:
                self.bad(size - 1 if size else None, "checkpoints/%s is no checkpoint of this size" % name)
        found.sort(key=lambda s: s.size)
        latest = os.path.join(folder, "latest.ckpt")
        try:
            statement = Statement.of_note("checkpoints/latest.ckpt", read(latest)) if os.path.exists(latest) else None
        except ValueError:
            self.bad(found[-1].size - 1 if found else None, "checkpoints/latest.ckpt is no checkpoint")
            return found
        if found and (not statement or statement.size < found[-1].size):
            self.bad(found[-1].size - 1, "checkpoints/latest.ckpt is missing or older than " + found[-1].source)
        return found + ([statement] if statement else [])

    def read_tombstones(self):
        path = os.path.join(self.directory, "pruned.jsonl")
        found = {}
        for line in lines_of(path) if os.path.exists(path) else []:
            try:
                body, signatures = line[:-1].decode().rsplit(',"sig":[', 1)
                stone = json.loads(body + "}")
                stone["text"] = (body + "}\n").encode()
                stone["signatures"] = [Note.signature(s) for s in json.loads("[" + signatures[:-1])]
                tree = Tree(stone["first"])
                for level, value in stone["subtrees"]:
                    tree.add(level, unb64(value))
                if stone["pruned"] != "segment" or tree.end != stone["last"] + 1:
                    raise ValueError
                found[stone["first"]] = stone
            except (ValueError, KeyError, TypeError):
                if line.endswith(b"\n"):
                    self.bad(None, "a line of pruned.jsonl is no tombstone")
        return found

    # The records.

    def walk(self):
        segments = segments_of(self.directory)
        if not segments and not self.statements:
            raise Unchecked(self.directory + ": there is no segment of an audit log")
        self.check_statements(None)
        for i, (first, name) in enumerate(segments):
            following = segments[i + 1] if i + 1 < len(segments) else None
            self.take_tombstones(first)
            if first != self.expected:
                self.walk_broken = True
                self.bad(min(first, self.expected), "%s does not follow the records before it" % name)
                return
            if not self.walk_segment(name, following):
                self.walk_broken = True
                return
        self.take_tombstones(None)

    def walk_segment(self, name, following):
        first_of_next = following[0] if following else None
        unsure = self.gap_of(following[1], name) if following else None
        at_next = None
        for line in lines_of(os.path.join(self.directory, name)):
            if self.expected == first_of_next and at_next is None:
                at_next = (self.tree.copy(), self.prev)
            if not line.endswith(b"\n"):
                if following and unsure is None:
                    self.bad(self.expected, "the last line of %s is not whole" % name)
                    return False
                self.notes.append(name + ": the last line is not whole")
                break
            if not self.take_line(line[:-1], first_of_next):
                return False
        if following and first_of_next < self.expected:
            if unsure is None or at_next is None or self.expected - first_of_next > unsure:
                self.bad(first_of_next, "%s begins with a number that %s holds already" % (following[1], name))
                return False
            self.notes.append("%s: %d records were never confirmed" % (name, self.expected - first_of_next))
            self.expected, (self.tree, self.prev) = first_of_next, at_next
        return True

    def gap_of(self, name, previous):
        """How many records at the end of `previous` were never confirmed; None = no such gap."""
        record = record_of(next(lines_of(os.path.join(self.directory, name)), b"").rstrip(b"\n"))
        if record and record["kind"] == "gap" and record.get("segment") == previous:
            return record["unsure"]
        return None

    def take_line(self, line, first_of_next):
        seq, record = self.expected, record_of(line)
        if record is None:
            self.bad(seq, "the line is no record")
            return False
        if record["seq"] != seq:
            self.bad(seq, "the record in its place says it is %d" % record["seq"])
            return False
        if record["prev"] != b64(self.prev):
            if self.pruned_until == seq and seq:
                self.bad(seq, "it does not follow the records that were removed before it")
            else:
                self.bad(max(seq - 1, 0), "does not match the prev of record %d" % seq)
            return False
        if record["kind"] not in ("decision", "outcome"):
            self.take_control(record)
        self.prev = sha256(b"\0" + line)
        self.tree.add(0, self.prev)
        self.expected += 1
        self.check_statements(first_of_next)
        return True

    def take_control(self, record):
        seq, kind = record["seq"], record["kind"]
        if kind == "admin":
            wrong = self.keys.add(seq, record.get("new"), record.get("note")) if record.get("what") == "key" else None
            if wrong:
                self.bad(seq, wrong)
            if record.get("what") in ("start", "reload"):
                self.loaded.setdefault(record.get("new"), seq)
            return
        if record["t"][:19] < self.clock[:19]:
            self.notes.append("record %d: the clock was set back, from %s to %s" % (seq, self.clock, record["t"]))
        self.clock = record["t"]
        if kind == "checkpoint":
            self.told = record["size"]
            if record["size"] != seq or record["root"] != b64(self.tree.root()):
                self.bad(seq, "the root that it states is not that of the records in front of it")

    def take_tombstones(self, until):
        while self.expected in self.tombstones and (until is None or self.expected < until):
            stone = self.tombstones[self.expected]
            if until is not None and stone["last"] >= until:
                return
            for level, value in stone["subtrees"]:
                self.tree.add(level, unb64(value))
            self.prev, self.expected = unb64(stone["link"]), stone["last"] + 1
            self.pruned_until = self.expected
            self.used_tombstones.append(stone)
            self.notes.append("records %d-%d were removed (%s); a signed tombstone stands for them" % (stone["first"], stone["last"], stone["why"]))
            self.check_statements(None)

    def check_statements(self, first_of_next):
        if first_of_next is not None and self.expected > first_of_next:
            return  # never confirmed: nothing was said of it
        while self.next_statement < len(self.statements) and self.statements[self.next_statement].size <= self.expected:
            statement = self.statements[self.next_statement]
            self.next_statement += 1
            if statement.size < self.expected:
                if statement.outside:
                    self.notes.append(statement.source + ": the records around its size were removed since")
            elif statement.root == b64(self.prev if statement.is_link else self.tree.root()):
                self.good.add(id(statement))
                self.proven = statement.size
            elif statement.outside and self.expected and self.proven == self.expected:
                self.bad(self.expected - 1, "%s is of another log of the same size: %d records were stated twice, with two roots"
                         % (statement.source, self.expected))
            else:
                self.bad(self.expected - 1 if self.expected else None, "%s says another root at size %d: something from record %d on was changed"
                         % (statement.source, statement.size, self.proven))

    # What is said about them.

    def check_signatures(self):
        self.keys.settle()
        # Behind a broken record no key of the log is believed: of signatures nothing can be said.
        for statement in self.statements if self.keys.origin() or not self.walk_broken else []:
            if not statement.note:
                continue
            wrong = self.keys.problem(statement.note, statement.size)
            if not wrong and statement.origin != self.keys.origin():
                wrong = "it is of another log, " + statement.origin
            if wrong:
                self.bad(statement.size - 1 if statement.size else None, "%s: %s" % (statement.source, wrong))
            elif id(statement) in self.good:
                self.newest = statement
        for stone in self.used_tombstones if self.keys.origin() or not self.walk_broken else []:
            note = Note.__new__(Note)
            note.text, note.signatures = stone["text"], stone["signatures"]
            wrong = self.keys.problem(note)
            if wrong:
                self.bad(stone["first"], "the tombstone of %s: %s" % (stone["segment"], wrong))
        if not self.own and self.told is not None:
            self.bad(max(self.told - 1, 0), "its records tell of checkpoints, but there is none in checkpoints/")
        elif self.keys.given and not self.newest and not self.misfits:
            self.bad(None, "no checkpoint is signed by a key that was given")

    def check_policies(self):
        folder = os.path.join(self.directory, "policies")
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith(".yaml") and sha256(read(os.path.join(folder, name))).hex() + ".yaml" != name:
                self.bad(None, "policies/%s: its text does not have the digest it is named after" % name)
        for digest, seq in self.loaded.items():
            if digest and not os.path.exists(os.path.join(folder, digest.removeprefix("sha256:") + ".yaml")):
                self.notes.append("the text of %s, which record %d put in force, is not in policies/" % (digest, seq))

    def run(self):
        self.walk()
        if not self.walk_broken and self.statements and self.statements[-1].size > self.expected:
            self.bad(self.expected, "TRUNCATED: %s says %d records" % (self.statements[-1].source, self.statements[-1].size))
        self.check_signatures()
        self.check_policies()
        for note in self.notes:
            print("note:", note)
        if self.misfits:
            seq, what = min(self.misfits, key=lambda m: m[0])
            print("BROKEN: seq %s: %s" % ("-" if seq == float("inf") else seq, what))
            return 1
        if self.newest:
            print("checkpoint: %d records of %s, signed by %s" % (self.newest.size, self.newest.origin, ", ".join(sorted(set(self.keys.trusted)))))
        if self.newest and self.newest.size < self.expected:
            print("note: %d records behind the newest checkpoint are held by the chain alone" % (self.expected - self.newest.size))
        if self.newest and not self.keys.given:
            print("note: the key was taken from the log itself; give --key with one that was had from outside")
        print("whole: %d records, root %s" % (self.expected, b64(self.tree.root())))
        return 0


# --- proofs -------------------------------------------------------------------------------------

def trusted_note(data, proof, keys):
    """The checkpoint of a note that one of the keys signed, or the key that the file names."""
    statement = Statement.of_note("the proof", data.encode())
    for key in keys or [Key(proof["vkey"])]:
        if statement.note.by(key) is True and statement.origin == key.name:
            return statement
    raise ValueError("the checkpoint is not signed by a key that was given")


def check_proof(path, keys):
    proof = json.loads(read(path))
    try:
        new = trusted_note(proof["note"], proof, keys)
        if proof["format"] == "sekisho-consistency/1":
            old = trusted_note(proof["old"], proof, keys)
            if not consistent(old.size, new.size, unb64(old.root), unb64(new.root), [unb64(h) for h in proof["path"]]):
                raise ValueError("the later log does not contain the earlier one")
            print("proven: the log of %d records begins with the log of %d records" % (new.size, old.size))
        elif proof["format"] == "sekisho-proof/1":
            for record in proof["records"]:
                leaf = sha256(b"\0" + record["line"].encode())
                if root_by_path(record["index"], new.size, leaf, [unb64(h) for h in record["path"]]) != unb64(new.root):
                    raise ValueError("record %d is not in the log" % record["index"])
                if json.loads(record["line"])["seq"] != record["index"]:
                    raise ValueError("record %d says another number" % record["index"])
            for record in proof["records"]:
                print("proven: record %d of %s: %s" % (record["index"], new.origin, record["line"]))
        else:
            raise Unchecked(path + ": a form of proof that is not known")
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        print("BROKEN:", wrong)
        return 1
    if not keys:
        print("note: the key was taken from the file itself; give --key with one that was had from outside")
    return 0


def keys_of(arguments):
    keys = []
    for argument in arguments:
        lines = read(argument).decode().split() if os.path.exists(argument) else [argument]
        try:
            keys += [Key(line) for line in lines]
        except (ValueError, AttributeError):
            raise Unchecked("--key %s: it is no vkey, and no file of them" % argument) from None
    return keys


def witnessed(folder):
    found = []
    for place, _, names in os.walk(folder, onerror=lambda e: (_ for _ in ()).throw(e)):
        for name in sorted(n for n in names if n.endswith(".ckpt")):
            path = os.path.join(place, name)
            try:
                found.append(Statement.of_note(path, read(path), outside=True))
            except ValueError:
                continue
    return found


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?")
    parser.add_argument("kept", nargs="*")
    parser.add_argument("--since", action="append", default=[])
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--proof")
    options = parser.parse_args(arguments)
    try:
        keys = keys_of(options.key)
        if options.proof:
            return check_proof(options.proof, keys)
        if not options.directory:
            parser.print_usage(sys.stderr)
            return 2
        kept = [Statement.kept(path) for path in options.kept + options.since]
        for folder in options.witness:
            kept += witnessed(folder)
        return Verifier(options.directory, kept, keys).run()
    except (Unchecked, OSError, ValueError, KeyError, TypeError) as problem:
        print("could not check:", problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
