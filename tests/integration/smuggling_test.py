"""The framing table through the real gateway: what the origin received and what the client received are read again by strict readers.

Each row states what the RFCs oblige; here it is judged by what came out at the other end: an origin sees whole, single, unambiguous requests or nothing,
a client sees one answer a request. Rows are sent whole and byte by byte.
"""
import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import threading
import unittest

from harness import SEKISHO, Bench, Conn, Origin

TABLE = pathlib.Path(SEKISHO).parent / "framing_table_json"
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"


def table(*lists: str) -> list[dict]:
    out = []
    for line in subprocess.run([str(TABLE)], text=True, capture_output=True, check=True).stdout.splitlines():
        row = json.loads(line)
        for key in ("bytes", "head", "body", "rest"):
            row[key] = bytes.fromhex(row[key])
        if row["list"] in lists:
            out.append(row)
    return out


class Strict:
    """Messages out of bytes, by the letter: anything that two readers might take differently is an error."""

    def __init__(self, data: bytes, answers_to: list[bytes] | None = None):
        self.data, self.messages, self.faults = data, [], []
        self.answers_to = None if answers_to is None else list(answers_to)
        try:
            while self.data:
                self.messages.append(self.message())
        except ValueError as fault:
            self.faults.append(str(fault))

    def message(self) -> tuple[bytes, dict, bytes]:
        head, mark, rest = self.data.partition(b"\r\n\r\n")
        if not mark:
            raise ValueError(f"no whole head: {self.data!r}")
        start, *lines = head.split(b"\r\n")
        fields: dict[bytes, list[bytes]] = {}
        for line in lines:
            if not (parts := re.fullmatch(b"(" + TOKEN + rb"):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*", line)):
                raise ValueError(f"bad line {line!r}")
            fields.setdefault(parts[1].lower(), []).append(parts[2])
        answer = start.startswith(b"HTTP/")
        if answer:
            if not re.fullmatch(rb"HTTP/1\.1 [1-5][0-9][0-9] [\t\x20-\x7e\x80-\xff]*", start):
                raise ValueError(f"bad status line {start!r}")
        else:
            if not re.fullmatch(TOKEN + rb" (\*|/[\x21\x22\x24-\x7e]*) HTTP/1\.1", start):
                raise ValueError(f"bad request line {start!r}")
            if len(fields.get(b"host", [])) != 1:
                raise ValueError(f"hosts: {fields.get(b'host')}")
        return start, fields, self.body(start, fields, rest, answer)

    def body(self, start: bytes, fields: dict, rest: bytes, answer: bool) -> bytes:
        lengths, codings = fields.get(b"content-length", []), fields.get(b"transfer-encoding", [])
        if len(lengths) + len(codings) > 1:
            raise ValueError(f"two framings: {lengths} {codings}")
        status = int(start.split(b" ")[1]) if answer else 0
        interim = answer and status < 200
        method = self.answers_to.pop(0) if answer and not interim and self.answers_to else b""
        if answer and (interim or status in (204, 304) or method == b"HEAD"):
            if (interim or status == 204) and (lengths or codings):
                raise ValueError("framing where no body may be")
            self.data = rest
            return b""
        if codings:
            if codings != [b"chunked"]:
                raise ValueError(f"coding {codings}")
            return self.chunks(rest)
        if not lengths:
            self.data = b"" if answer else rest
            return rest if answer else b""
        if not re.fullmatch(rb"0|[1-9][0-9]{0,18}", lengths[0]):
            raise ValueError(f"length {lengths[0]!r}")
        size = int(lengths[0])
        if len(rest) < size:
            raise ValueError("cut within a body")
        self.data = rest[size:]
        return rest[:size]

    def chunks(self, rest: bytes) -> bytes:
        out = b""
        while True:
            if not (line := re.match(rb"([0-9a-f]{1,16})\r\n", rest)):
                raise ValueError(f"bad chunk size {rest[:20]!r}")
            size, rest = int(line[1], 16), rest[line.end():]
            if size == 0:
                break
            if len(rest) < size + 2 or rest[size:size + 2] != b"\r\n":
                raise ValueError("bad chunk end")
            out, rest = out + rest[:size], rest[size + 2:]
        while not rest.startswith(b"\r\n"):
            line, mark, rest = rest.partition(b"\r\n")
            if not mark or not re.fullmatch(TOKEN + rb":[ \t\x21-\x7e\x80-\xff]*", line):
                raise ValueError(f"bad trailer {line!r}")
        self.data = rest[2:]
        return out


def host_of(row: dict) -> str:
    """The destination a client of this row would have asked for."""
    found = re.search(rb"\nhost:[ \t]*([^\r\n]*)", row["head"] or row["bytes"], re.I)
    host = found[1].decode("latin1") if found and row["head"] else ""
    return host or ("api.example" if b"api.example" in row["bytes"] else "a.example")


def canonical(host: str) -> tuple[str, int]:
    host, _, port = host.rpartition(":") if re.search(r":\d+$", host) and not host.endswith("]") else (host, "", "443")
    return host.lower().rstrip("."), int(port)


HOSTS = ["a.example", "api.example", "xn--wgv71a.example", "my_bucket.s3.example", "localhost", "foo.localhost", "b.example", "proxy.example",
         "a" * 63 + ".example", ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])]
ADDRESSES = ["192.0.2.1", "192.0.2.7", "127.0.0.1", "[2001:db8::1]"]


def policy() -> str:
    hosts = ", ".join(f'"{h}:*"' for h in HOSTS + ADDRESSES)
    return f"""version: 1
name: framing
regions: {{ allow: [JP], deny: [CN] }}
destinations:
  - id: everything
    hosts: [{hosts}]
    facts: {{ operator_country: JP, storage_countries: [JP], processing_countries: [JP], trains_on_inputs: "no" }}
uninspected: allow
data:
  - {{ id: secrets, findings: [secret], action: block }}
"""


def send_bytewise(conn: Conn, data: bytes) -> None:
    try:
        for i in range(len(data)):
            conn.sock.send(data[i:i + 1])
    except OSError:
        pass  # refused before the end


def send_whole(conn: Conn, data: bytes) -> None:
    try:
        conn.sock.sendall(data)
    except OSError:
        pass


def read_to_end(conn: Conn) -> bytes:
    try:
        return conn.rest()
    except OSError:
        out, conn.buffer = conn.buffer, b""
        return out


class Connection:
    """What one connection brought since it was last looked at."""

    def __init__(self):
        self.bytes, self.answered = bytearray(), 0


class Witness:
    """An origin that keeps every byte of every connection and answers each whole request with 200."""

    def __init__(self):
        self.lock = threading.Lock()
        self.connections: list[Connection] = []

    def serve(self, conn: Conn) -> None:
        mine = Connection()
        with self.lock:
            self.connections.append(mine)
        while conn.more():
            with self.lock:
                mine.bytes += conn.buffer
                conn.buffer = b""
                due = len(Strict(bytes(mine.bytes)).messages) - mine.answered
                mine.answered += due
            for _ in range(due):
                conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def take(self) -> list[bytes]:
        with self.lock:
            out = [bytes(c.bytes) for c in self.connections if c.bytes]
            for c in self.connections:
                c.bytes, c.answered = bytearray(), 0
            return out


class Requests(unittest.TestCase):
    """Every request of the table. The witness and the client's reader decide."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.witness, cls.clear_witness = Witness(), Witness()
        cls.origin = cls.bench.origin(*[h for h in HOSTS if len(h) < 200], "127.0.0.1", "192.0.2.1", "192.0.2.7", raw=cls.witness.serve)
        cls.clear = Origin(None, raw=cls.clear_witness.serve)
        cls.bench.stack.callback(cls.clear.close)
        cls.gateway = cls.bench.gateway({h: cls.origin.port for h in HOSTS}, policy=policy(), limits="{ head_timeout: 5s, body_timeout: 5s }")

    def outcome(self, row: dict, send) -> tuple[list, bytes]:
        """What reached an origin, as messages, and the bytes the client was answered with."""
        self.witness.take(), self.clear_witness.take()
        if row["list"] == "proxy":
            conn = self.gateway.plain()
        else:
            host, port = canonical(host_of(row))
            conn = self.gateway.plain()
            conn.send(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            conn.until(b"\r\n\r\n")
            context = ssl.create_default_context(cafile=str(self.gateway.folder / "ca" / "ca.crt"))
            context.check_hostname = False
            conn.sock = context.wrap_socket(conn.sock, server_hostname=host.strip("[]"), suppress_ragged_eofs=False)
        send(conn, row["bytes"])
        if row["list"] == "proxy" or row["rule"] == "truncated":
            with contextlib.suppress(OSError):  # the end of what this side says; not by TLS, where Python would drop what already came back
                with socket.socket(fileno=os.dup(conn.sock.fileno())) as low:
                    low.shutdown(socket.SHUT_WR)
        said = read_to_end(conn) if row["rule"] or row["list"] == "proxy" else self.read_answers(conn, row)
        conn.close()
        return self.witness.take() + self.clear_witness.take(), said

    @staticmethod
    def expected(row: dict) -> int:
        return 1 + row["rest"].count(b" HTTP/1.1\r\n")

    def read_answers(self, conn: Conn, row: dict) -> bytes:
        """As many final answers as requests were sent, or what came until the end."""
        methods = [row["head"].split(b" ")[0], *([b"GET"] * 9)]
        while conn.more():
            finals = [m for m in Strict(conn.buffer, methods).messages if not m[0].startswith(b"HTTP/1.1 1")]
            if len(finals) >= self.expected(row):
                break
        return conn.buffer

    def check(self, row: dict, send) -> None:
        arrived, said = self.outcome(row, send)
        requests = []
        for stream in arrived:
            read = Strict(stream)
            self.assertEqual(read.faults, [], "the origin received something ambiguous")
            requests += read.messages
        connect = row["bytes"].startswith(b"CONNECT")
        if connect and not row["rule"]:
            self.assertTrue(said.startswith(b"HTTP/1.1 200 Connection established\r\n\r\n"), said)
            self.assertEqual(requests, [])
            return
        if row["rule"] == "http2_preface":
            self.assertEqual((requests, said[:9]), ([], b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"))  # told in its own protocol: SETTINGS, GOAWAY
            return
        methods = [m[0].split(b" ")[0] for m in requests]
        read = Strict(said, methods or [row["bytes"].split(b" ")[0]])
        self.assertEqual(read.faults, [], "the client received something ambiguous")
        finals = [m for m in read.messages if not m[0].startswith(b"HTTP/1.1 1")]
        passed = [m for m in finals if m[0].startswith(b"HTTP/1.1 200") and m[1].get(b"x-sekisho-request-id") is None]
        refused = [m for m in finals if m not in passed]
        if row["rule"]:
            self.assertEqual(requests, [], "a refused message reached the origin")
            if row["rule"] == "truncated":
                self.assertLessEqual(len(finals), 1)
            else:
                self.assertEqual(len(finals), 1, said)
                self.assertEqual(int(finals[0][0].split(b" ")[1]), row["status"])
            return
        self.assertEqual(len(passed) + len(refused), self.expected(row), said)
        if requests:
            self.assertEqual(len(passed), len(requests))
            self.assertEqual(requests[0][2], row["body"])
            self.assertEqual(requests[0][0].split(b" ")[0], row["head"].split(b" ")[0])

    def run_list(self, *lists: str) -> None:
        for row in table(*lists):
            for send in (send_whole, send_bytewise):
                with self.subTest(row["name"], how=send.__name__, obliges=row["obliges"]):
                    self.check(row, send)

    def test_heads(self):
        self.run_list("head")

    def test_bodies(self):
        self.run_list("body")

    def test_proxy_requests(self):
        self.run_list("proxy")


class Answers(unittest.TestCase):
    """Every answer of the table, from an origin that ends its connection after it."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.row = None
        cls.how = staticmethod(send_whole)
        cls.origin = cls.bench.origin("a.example", script=cls.script)
        cls.gateway = cls.bench.gateway({"a.example": cls.origin.port}, policy=policy(), limits="{ answer: 5s }")

    @classmethod
    def script(cls, conn: Conn, request) -> str | None:
        if request.start.split(b" ")[1] == b"/sound":
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsound")
            return None
        cls.how(conn, cls.row["bytes"])
        # An orderly end: without it the gateway must take the answer for cut. Python would wait for the peer's.
        conn.sock.setblocking(False)
        with contextlib.suppress(OSError):
            conn.sock.unwrap()
        return "close"

    def check(self, row: dict) -> None:
        type(self).row = row
        tunnel = self.gateway.tunnel("a.example")
        method = row["method"]
        tunnel.send(f"{method} /x HTTP/1.1\r\nHost: a.example\r\n\r\n".encode())
        tunnel.sock.settimeout(20)
        said = b""
        read = None
        interim = row["head"].startswith(b"HTTP/1.1 1")
        # Until the strict reader has one final answer, or the connection ended.
        while True:
            more = tunnel.more()
            said, tunnel.buffer = said + tunnel.buffer, b""
            read = Strict(said, [method.encode()])
            finals = [m for m in read.messages if not m[0].startswith(b"HTTP/1.1 1")]
            if finals or not more:
                break
        if row["rule"] == "truncated" or interim:
            # Never a whole answer in the origin's name; interim answers are not followed by one.
            for m in finals:
                self.assertEqual(m[0].split(b" ")[1], b"502")
        elif row["rule"]:
            if finals:
                self.assertEqual(finals[0][0].split(b" ")[1], b"502", said)
            else:
                self.assertTrue(read.faults, "a broken body looks whole")
        else:
            self.assertEqual(read.faults, [])
            self.assertEqual(len(finals), 1, said)
            self.assertEqual(finals[0][0].split(b" ")[1], row["head"].split(b" ")[1])
            self.assertEqual(finals[0][2], b"" if method == "HEAD" else row["body"])
        tunnel.close()
        # What stood behind the answer is nobody's answer.
        fresh = self.gateway.tunnel("a.example")
        fresh.send(b"GET /sound HTTP/1.1\r\nHost: a.example\r\n\r\n")
        answer = fresh.message()
        self.assertEqual((answer.status, answer.body), (200, b"sound"))
        fresh.close()

    def run_all(self, how) -> None:
        type(self).how = staticmethod(how)
        for row in table("answer"):
            if row["method"] == "CONNECT":
                continue  # the gateway asks no other proxy
            with self.subTest(row["name"], obliges=row["obliges"]):
                self.check(row)

    def test_whole(self):
        self.run_all(send_whole)

    def test_byte_by_byte(self):
        self.run_all(send_bytewise)


if __name__ == "__main__":
    unittest.main()
