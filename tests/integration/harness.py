"""The real binary between scripted clients and a scripted origin, everything on loopback and port 0.

Standard library only. Certificates are made once a run by the openssl command; nothing sleeps: waits are for an event or a line.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEKISHO = os.environ.get("SEKISHO_BIN", str(ROOT / "build" / "release" / "sekisho"))
os.environ.update({"LANG": "C.UTF-8", "LC_ALL": ""})  # what commands say is read in English, whoever runs the tests
os.environ.pop("LC_MESSAGES", None)
TIMEOUT = 20  # s, for anything that is expected at once; generous for sanitizers


def sh(*command, check=True, **kw):
    return subprocess.run(command, check=check, text=True, capture_output=True, **kw)


class Pki:
    """An origin CA and certificates it signs, in a folder of their own."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.ca = folder / "origin-ca.crt"
        self._key = folder / "origin-ca.key"
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(self._key), "-out", str(self.ca),
           "-days", "30", "-subj", "/CN=Test Origin CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def leaf(self, *names: str, days: int = 20, name: str = "origin") -> ssl.SSLContext:
        path = self.folder / name
        sh("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}.key", "-out", f"{path}.csr", "-subj", "/CN=test")
        san = ",".join(("IP:" if n[0].isdigit() or ":" in n else "DNS:") + n for n in names)
        pathlib.Path(f"{path}.ext").write_text(f"subjectAltName={san}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")
        sh("openssl", "x509", "-req", "-in", f"{path}.csr", "-CA", str(self.ca), "-CAkey", str(self._key), "-CAcreateserial", "-days", str(days),
           "-out", f"{path}.crt", "-extfile", f"{path}.ext")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{path}.crt", f"{path}.key")
        return context


class Conn:
    """One side of a connection, read strictly: nothing is guessed, an early end is an error."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.sock.settimeout(TIMEOUT)
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def more(self) -> bytes:
        try:
            data = self.sock.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            data = b""
        self.buffer += data
        return data

    def until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            if not self.more():
                raise EOFError(f"ended before {mark!r}: {self.buffer!r}")
        head, _, self.buffer = self.buffer.partition(mark)
        return head + mark

    def exactly(self, n: int) -> bytes:
        while len(self.buffer) < n:
            if not self.more():
                raise EOFError(f"ended after {len(self.buffer)} of {n} bytes")
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def rest(self) -> bytes:
        while self.more():
            pass
        out, self.buffer = self.buffer, b""
        return out

    def message(self, head_only: bool = False) -> "Message":
        head = self.until(b"\r\n\r\n")
        m = Message(head)
        if head_only or m.bodiless:
            return m
        if m.get("transfer-encoding"):
            if m.get("transfer-encoding") != "chunked" or m.get("content-length"):
                raise ValueError(f"ambiguous framing: {head!r}")
            while True:
                size = int(self.until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    while (line := self.until(b"\r\n")) != b"\r\n":
                        m.trailers.append(line)
                    return m
                m.body += self.exactly(size)
                if self.exactly(2) != b"\r\n":
                    raise ValueError("chunk not ended by CRLF")
        elif m.get("content-length") is not None:
            m.body = self.exactly(int(m.get("content-length")))
        elif m.start.startswith(b"HTTP/"):
            m.body = self.rest()
        return m

    def chunk(self) -> bytes:
        data = self.exactly(int(self.until(b"\r\n"), 16))
        self.until(b"\r\n")
        return data

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()


class Message:
    def __init__(self, head: bytes):
        self.head = head
        self.start, *lines = head[:-4].split(b"\r\n")
        self.fields = [tuple(x.split(b": ", 1)) if b": " in x else (x.split(b":", 1)[0], x.split(b":", 1)[1]) for x in lines]
        self.body = b""
        self.trailers = []

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])

    @property
    def bodiless(self) -> bool:
        return self.start.startswith(b"HTTP/") and (self.status < 200 or self.status in (204, 304))

    def get(self, name: str):
        found = [v.decode("latin1") for k, v in self.fields if k.lower() == name.lower().encode()]
        return found[0] if found else None

    def json(self):
        return json.loads(self.body)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Origin:
    """A TLS (or plain) origin. Each connection is served by `script(conn, request)` a request, or by `raw(conn)`; what arrived is kept as the witness."""

    def __init__(self, context: ssl.SSLContext | None, script=None, raw=None, at=("127.0.0.1", 0)):
        self.context, self.script, self.raw = context, script or (lambda conn, request: conn.send(OK)), raw
        self.requests: list[Message] = []
        self.connections = 0
        self.bytes = b""
        self.arrived = threading.Condition()
        self.listener = socket.create_server(at)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.arrived:
                self.connections += 1
                self.arrived.notify_all()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            sock.settimeout(TIMEOUT)
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            conn = Conn(sock)
            if self.raw:
                self.raw(conn)
                return
            while True:
                request = conn.message()
                with self.arrived:
                    self.requests.append(request)
                    self.arrived.notify_all()
                if self.script(conn, request) == "close":
                    break
        except (EOFError, OSError, ValueError):
            pass
        finally:
            with contextlib.suppress(OSError):
                sock.close()

    def wait_requests(self, n: int) -> list[Message]:
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= n, TIMEOUT):
                raise TimeoutError(f"{len(self.requests)} of {n} requests arrived")
            return list(self.requests)

    def close(self):
        self.listener.close()


POLICY = """version: 1
name: test
messages: {{ languages: [ja, en], contact: "security@example.co.jp" }}
regions:
  allow: [JP, US]
  deny: [CN, HK, MO]
  evidence: {{ operator: required, storage: if_known, processing: if_known, endpoint: if_known, address: required }}
destinations:
  - id: approved
    providers: [openai-api, anthropic-api, google-gemini-api]
  - id: house
    hosts: [llm.example.jp, "llm.example.jp:80", "127.0.0.1:*", "plain.example.jp:*"]
    facts: {{ operator_country: JP, storage_countries: [JP], trains_on_inputs: "no" }}
  - id: spliced
    hosts: [splice.example.jp]
    tls: splice
    facts: {{ operator_country: JP, storage_countries: [JP], trains_on_inputs: "no" }}
alternatives:
  deepseek-api: {{ use: aws-bedrock, note: {{ ja: "重みは Bedrock で", en: "the weights are on Bedrock" }} }}
data:
  - {{ id: secrets, findings: [secret], action: block }}
  - {{ id: cards, findings: [credit_card], action: redact }}
  - {{ id: labels, findings: [confidentiality_label], action: block }}
{extra}"""


class Gateway:
    """The binary with a configuration of its own, started and stopped by pid."""

    def __init__(self, folder: pathlib.Path, pki: Pki, hosts: dict[str, int], policy: str | None = None, extra: str = "", settings: str = "",
                 clients: str = "{ authentication: none }", limits: str = "{}", audit: str = "audit/", keeping: str = "", env=None, prefix=(), pass_fds=(), listen: str = '{ address: "127.0.0.1:0" }'):
        self.folder = folder
        self.config = folder / "gateway.yaml"
        (folder / "policy.yaml").write_text(policy or POLICY.format(extra=extra), encoding="utf-8")
        if not (folder / "ca" / "ca.crt").exists():
            sh(SEKISHO, "ca", "init", "--directory", str(folder / "ca"))
        overrides = ", ".join(f'{h}: "127.0.0.1:{p}"' for h, p in hosts.items())
        self.config.write_text(f"""version: 1
listen: [{listen}]
workers: 2
ca: {{ certificate: ca/ca.crt, key: ca/ca.key }}
keys: keys/
policy: policy.yaml
geo: {{ networks: {{ 127.0.0.0/8: JP }} }}
resolver: {{ hosts: {{ {overrides} }} }}
origin_tls: {{ extra_ca: ["{pki.ca}"], allow_addresses: [127.0.0.0/8] }}
clients: {clients}
audit: {{ directory: "{audit}"{keeping} }}
limits: {limits}
admin: {{ address: "127.0.0.1:0" }}
log: {{ level: info, format: json }}
{settings}""", encoding="utf-8")
        self.start(env, prefix, pass_fds)

    def start(self, env=None, prefix=(), pass_fds=()):
        self.log = open(self.folder / "gateway.log", "a", encoding="utf-8")
        self.process = subprocess.Popen([*prefix, SEKISHO, "run", "-c", str(self.config)], stdout=subprocess.PIPE, stderr=self.log, text=True, env={**os.environ, **(env or {})}, pass_fds=pass_fds)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the gateway did not start:\n" + (self.folder / "gateway.log").read_text())
        self.ready = json.loads(line)
        host, port = self.ready["proxy"][0].rsplit(":", 1)
        self.proxy = (host, int(port))
        self.admin = self.ready["admin"]
        self.trust = ssl.create_default_context(cafile=str(self.folder / "ca" / "ca.crt"))

    def stop(self, how=signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(45)
        self.process.stdout.close()
        self.log.close()
        log = (self.folder / "gateway.log").read_text(encoding="utf-8", errors="replace")
        report = re.search(r"(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:).*", log, re.DOTALL)
        if report:
            raise AssertionError(report[0][:20000])
        return code

    def plain(self) -> Conn:
        return Conn(socket.create_connection(self.proxy, TIMEOUT))

    def connect(self, host: str, port: int = 443, headers: str = "") -> Conn:
        conn = self.plain()
        conn.send(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}\r\n".encode())
        return conn

    def tunnel(self, host: str, port: int = 443, headers: str = "", alpn=None, sni: str | None = None) -> Conn:
        conn = self.connect(host, port, headers)
        head = conn.until(b"\r\n\r\n")
        if head != b"HTTP/1.1 200 Connection established\r\n\r\n" or conn.buffer:
            raise ValueError(f"answer to CONNECT: {head!r} {conn.buffer!r}")
        context = ssl.create_default_context(cafile=str(self.folder / "ca" / "ca.crt"))
        if alpn:
            context.set_alpn_protocols(alpn)
        if sni is not None:
            context.check_hostname = False
        conn.sock = context.wrap_socket(conn.sock, server_hostname=sni if sni is not None else host, suppress_ragged_eofs=False)
        return conn

    def ask(self, method: str, path: str, **kw) -> tuple[int, bytes]:
        """A request to the admin listener."""
        connection = http.client.HTTPConnection(self.admin, timeout=TIMEOUT)
        connection.request(method, path, **kw)
        response = connection.getresponse()
        out = response.status, response.read()
        connection.close()
        return out

    def reload(self) -> tuple[int, dict]:
        status, body = self.ask("POST", "/reload", body="{}", headers={"content-type": "application/json"})
        return status, json.loads(body)

    def query(self, *arguments: str) -> list[dict]:
        done = sh(SEKISHO, "audit", "query", "-c", str(self.config), "--json", "--limit", "100000", *arguments)
        return json.loads(done.stdout)["rows"]

    def journal(self) -> list[dict]:
        """Every line of every segment, parsed without our own reader."""
        lines = []
        for segment in sorted((self.folder / "audit").glob("*.jsonl")):
            whole = segment.read_bytes().rpartition(b"\n")[0]  # without a line that is being written
            lines += [json.loads(x) for x in whole.splitlines()]
        return lines

    def decisions(self) -> list[dict]:
        return [r for r in self.journal() if r["kind"] == "decision"]

    def decision_after(self, before: int) -> dict:
        """The newest decision, once there are more than `before`: what ends without an answer is seen before it is recorded."""
        end = time.monotonic() + TIMEOUT
        while len(decisions := self.decisions()) <= before:
            if time.monotonic() > end:
                raise TimeoutError(f"no decision after the first {before}")
        return decisions[-1]

    def wait_metric(self, line: str):
        """Until /metrics has this line: what ends without an answer is seen before it is counted."""
        end = time.monotonic() + TIMEOUT
        while line not in (text := self.ask("GET", "/metrics")[1].decode()).splitlines():
            if time.monotonic() > end:
                raise TimeoutError(f"no {line} in {text}")


def chat(text: str, **more) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **more}, ensure_ascii=False).encode()


def post(host: str, body: bytes, path: str = "/v1/chat/completions", headers: str = "") -> bytes:
    return (f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer sk-test\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Bench:
    """Folder, certificates and clean-up of one test class."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-test-"))
        self.pki = Pki(self.folder)
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def origin(self, *names: str, **kw) -> Origin:
        origin = Origin(self.pki.leaf(*names, name=f"leaf{len(list(self.folder.iterdir()))}") if names else None, **kw)
        self.stack.callback(origin.close)
        return origin

    def gateway(self, hosts: dict[str, int], **kw) -> Gateway:
        home = self.folder / f"gateway{len(list(self.folder.iterdir()))}"
        home.mkdir()
        gateway = Gateway(home, self.pki, hosts, **kw)
        self.stack.callback(lambda: gateway.process.poll() is None and gateway.stop())
        return gateway

    def close(self):
        self.stack.close()
