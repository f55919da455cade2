"""An origin that believes nobody: it writes down what arrived, byte by byte, and then behaves well or badly as the path asks.

A path is /v1/BEHAVIOUR/MARKER. The marker is unique, stands in the head's first line, and is noted as soon as that line is there, long
before the request is whole: a request that was cut by a crash counts. Everything else a test wants to know it asks the journal.
"""
import collections
import json
import re
import socket
import ssl
import struct
import threading

from harness import TIMEOUT, Conn

LINE = re.compile(rb"^[A-Z]+ (/v1/[a-z_]+/([A-Za-z0-9-]+))\S* HTTP/1\.1\r\n")
BEHAVIOURS = ("ok", "big", "sse", "blocked", "redacted", "early", "reset", "stall", "half", "cut_stream")
SEQ = re.compile(rb'\{"v":1,"seq":(\d+),')
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n'


def json_answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def confirmed(audit) -> list[dict]:
    """Every record of a journal that its writer vouched for, read without our own reader: what a failed write or sync left behind the last
    confirmed record of a segment (the `gap` that begins the next one tells) is no record."""
    segments = sorted(audit.glob("*.jsonl"), key=lambda p: int(p.stem))
    firsts = []
    for segment in segments:
        with open(segment, "rb") as lines:
            try:
                firsts.append(json.loads(next(lines, b"")))
            except ValueError:
                firsts.append({})
    records = []
    for at, segment in enumerate(segments):
        gap = firsts[at + 1] if at + 1 < len(segments) else {}
        last = gap["after"] if gap.get("kind") == "gap" and gap.get("segment") == segment.name else None
        for line in segment.read_bytes().splitlines(keepends=True):
            seq = SEQ.match(line)
            if last is not None and (not seq or not line.endswith(b"\n") or int(seq[1]) > last):
                break
            records.append(json.loads(line))
    assert [r["seq"] for r in records] == list(range(len(records))), "the numbers have a hole"
    return records


class Compared:
    """What the origins saw beside what the journal holds. `faults` must be empty."""

    def __init__(self, records: list[dict], witness: "Witness", spliced: "Witness | None" = None):
        self.allowed: collections.Counter[str] = collections.Counter()  # by marker
        self.refused: set[str] = set()
        self.arrived = witness.arrived()
        self.faults: list[str] = []
        tunnels = 0
        for d in records:
            if d["kind"] != "decision":
                continue
            marker = (d["req"].get("path") or "").rsplit("/", 1)[-1]
            if d["verdict"] == "block":
                self.refused.add(marker)
            elif d["coverage"] == "spliced":
                tunnels += 1
            else:
                self.allowed[marker] += 1
        for marker, times in self.arrived.items():
            if times > 1:
                self.faults.append(f"{marker} was sent {times} times")
            if self.allowed[marker] < times:
                self.faults.append(f"{marker} arrived without a decision that allows it")
            if marker in self.refused:
                self.faults.append(f"{marker} arrived and was refused")
        if spliced and spliced.heard > tunnels:
            self.faults.append(f"{spliced.heard} spliced tunnels spoke, {tunnels} were decided")
        for piece in witness.cut:  # half a first line: of a request that was recorded
            if not any(f"POST /v1/{b}/{m} HTTP/1.1\r\n".encode().startswith(piece) for m in self.allowed for b in BEHAVIOURS):
                self.faults.append(f"{piece!r} arrived and begins no recorded request")
        self.faults += [f"{m} carried what should have been taken out" for m in witness.leaks]


class Witness:
    def __init__(self, context: ssl.SSLContext | None, stream_events: int = 8, stream_gap: float = 0.01, forbidden: tuple[bytes, ...] = ()):
        self.context, self.stream_events, self.stream_gap, self.forbidden = context, stream_events, stream_gap, forbidden
        self.lock = threading.Lock()
        self.heads: collections.Counter[str] = collections.Counter()  # marker -> times it arrived
        self.whole: set[str] = set()  # markers whose request was whole
        self.cut: list[bytes] = []  # what arrived and was not even a first line
        self.leaks: list[str] = []  # markers whose body held something forbidden
        self.connections = 0
        self.heard = 0  # connections of which at least one byte came
        self.open = 0
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        conn = None
        with self.lock:
            self.open += 1
        try:
            sock.settimeout(TIMEOUT)
            if not sock.recv(1, socket.MSG_PEEK):
                return
            with self.lock:
                self.heard += 1
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            conn = Conn(sock)
            while self._request(conn):
                pass
        except (EOFError, OSError, ValueError):
            pass
        finally:
            if conn and conn.buffer and not LINE.match(conn.buffer):
                with self.lock:
                    self.cut.append(conn.buffer)
            try:
                sock.close()
            except OSError:
                pass
            with self.lock:
                self.open -= 1

    def _request(self, conn: Conn) -> bool:
        while b"\r\n" not in conn.buffer:
            if not conn.more():
                return False
        found = LINE.match(conn.buffer)
        if not found:
            return False  # what it was is kept as `cut`
        behaviour, marker = found[1].split(b"/")[2].decode(), found[2].decode()
        with self.lock:
            self.heads[marker] += 1
        if behaviour == "early":  # an answer before the body was read, then the end
            conn.until(b"\r\n\r\n")
            conn.send(b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            conn.buffer = b""
            return False
        request = conn.message()
        with self.lock:
            self.whole.add(marker)
            if any(f in request.body for f in self.forbidden):
                self.leaks.append(marker)
        return getattr(self, "answer_" + behaviour)(conn, request)

    def answer_ok(self, conn, request):
        conn.send(json_answer(b'{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"}}]}'))
        return True

    answer_blocked = answer_ok  # must not come here: the test sees the marker
    answer_redacted = answer_ok

    def answer_big(self, conn, request):
        conn.send(json_answer(json.dumps({"choices": [{"index": 0, "message": {"content": "x" * 200_000}}]}).encode()))
        return True

    def answer_sse(self, conn, request):
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for n in range(self.stream_events):
            event = EVENT % n
            conn.send(b"%x\r\n%s\r\n" % (len(event), event))
            if self.closed.wait(self.stream_gap):
                return False
        conn.send(b"0\r\n\r\n")
        return True

    def answer_reset(self, conn, request):
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def answer_stall(self, conn, request):  # until the other side has had enough
        conn.rest()
        return False

    def answer_half(self, conn, request):
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        return False

    def answer_cut_stream(self, conn, request):
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        conn.send(b"%x\r\n%s\r\n" % (len(EVENT % 1), EVENT % 1))
        return False

    def still_open(self) -> int:
        with self.lock:
            return self.open

    def arrived(self) -> collections.Counter:
        with self.lock:
            return self.heads.copy()

    def close(self):
        self.closed.set()
        self.listener.close()
