"""Records on their way to other systems: the real gateway, receivers on this machine that fail as receivers do."""
import http.server
import json
import re
import socket
import ssl
import threading
import unittest

from harness import OK, SEKISHO, Bench, chat, post, sh

PATIENCE = 15


class Receiver:
    """Takes what is POSTed; `answer(path, body)` gives the status and body."""

    def __init__(self, answer=None, context: ssl.SSLContext | None = None):
        receiver = self
        self.answer = answer or (lambda path, body: (200, b"{}"))
        self.changed = threading.Condition()
        self.bodies: list[tuple[str, dict, bytes]] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status, text = receiver.answer(self.path, body)
                if status < 300:
                    with receiver.changed:
                        receiver.bodies.append((self.path, dict(self.headers), body))
                        receiver.changed.notify_all()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lines(self) -> list[dict]:
        return [json.loads(line) for _, _, body in self.bodies for line in body.splitlines()]

    def wait(self, enough) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self), PATIENCE), f"{len(self.bodies)} bodies came"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SyslogReceiver:
    """Syslog over TLS with octet counting, taken apart as RFC 6587 says."""

    def __init__(self, context: ssl.SSLContext):
        self.context = context
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.changed = threading.Condition()
        self.messages: list[bytes] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                raw, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            sock = self.context.wrap_socket(raw, server_side=True)
            rest = b""
            while data := sock.recv(65536):
                rest += data
                while frame := re.match(rb"([1-9][0-9]{0,6}) ", rest):
                    end = frame.end() + int(frame[1])
                    if len(rest) < end:
                        break
                    with self.changed:
                        self.messages.append(rest[frame.end():end])
                        self.changed.notify_all()
                    rest = rest[end:]
        except OSError:
            pass

    def wait(self, enough) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self.messages), PATIENCE), self.messages

    def close(self):
        self.listening.close()


class SinkBench(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com", script=lambda c, r: c.send(OK))

    def receiver(self, *a, **kw) -> Receiver:
        made = Receiver(*a, **kw)
        self.addCleanup(made.close)
        return made

    def start(self, sinks: str, **kw):
        return self.bench.gateway({"api.openai.com": self.origin.port}, audit=f'audit/", sinks: [{sinks}], sync: "every_decision', **kw)

    def ask(self, gateway, text="hi"):
        tunnel = gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(text)))
        self.assertEqual(tunnel.message().status, 200)
        tunnel.close()

    def ids(self, gateway) -> set[str]:
        return {d["id"] for d in gateway.decisions()}

    def metric(self, gateway, name: str, sink: str) -> float:
        text = gateway.ask("GET", "/metrics")[1].decode()
        return float(re.search(rf'^{name}{{sink="{sink}"}} (\S+)$', text, re.M)[1])


class Http(SinkBench):
    def test_every_exchange_comes_once_with_its_end(self):
        receiver = self.receiver()
        gateway = self.start(f'{{ name: siem, http: "{receiver.url}/in", format: ocsf }}')
        for _ in range(20):
            self.ask(gateway)
        ended = lambda r: [e for e in r.lines() if e["class_uid"] == 4002 and "http_response" in e]
        receiver.wait(lambda r: len(ended(r)) >= 20)
        events = ended(receiver)
        self.assertEqual(len({e["metadata"]["correlation_uid"] for e in events}), 20)
        self.assertEqual({e["http_response"]["code"] for e in events}, {200})
        self.assertEqual({e["dst_endpoint"]["hostname"] for e in events}, {"api.openai.com"})
        self.assertEqual(gateway.stop(), 0)
        # The end of the log is told before the gateway is gone, and the lines are those of the log.
        told = receiver.lines()
        self.assertEqual(told[-1]["unmapped"]["sekisho"]["record"]["kind"], "stop")
        log = {r["seq"]: r for r in gateway.journal()}
        for event in told:
            for key, line in event["unmapped"]["sekisho"].items():
                if key != "log":
                    self.assertEqual(line, log[line["seq"]])
        seen = [line["seq"] for e in told for k, line in e["unmapped"]["sekisho"].items() if k != "log"]
        self.assertEqual(sorted(seen), sorted(log))

    def test_a_receiver_that_is_down_gets_everything_later_and_holds_up_nobody(self):
        up = threading.Event()
        receiver = self.receiver(lambda path, body: (200, b"") if up.is_set() else (503, b"down"))
        gateway = self.start(f'{{ name: siem, http: "{receiver.url}/in" }}')
        for _ in range(5):
            self.ask(gateway)
        ids = self.ids(gateway)
        warned = lambda: [w for w in json.loads(gateway.ask("GET", "/readyz")[1])["warnings"] if "siem" in w]
        self.assertEqual(gateway.ask("GET", "/readyz")[0], 200)
        self.poll(lambda: warned() and "status 503" in warned()[0])
        self.assertGreater(self.metric(gateway, "sekisho_sink_lag_records", "siem"), 5)
        gateway.stop()
        up.set()
        gateway.start()
        self.addCleanup(lambda: gateway.process.poll() is None and gateway.stop())
        receiver.wait(lambda r: {e.get("decision", {}).get("id") for e in r.lines()} >= ids)
        self.poll(lambda: self.metric(gateway, "sekisho_sink_lag_records", "siem") == 0)
        self.assertEqual(warned(), [])
        self.assertGreater(self.metric(gateway, "sekisho_sink_last_success_timestamp_seconds", "siem"), 1e9)

    def test_a_gateway_that_is_killed_tells_everything_at_least_once(self):
        receiver = self.receiver()
        gateway = self.start(f'{{ name: siem, http: "{receiver.url}/in" }}')
        for _ in range(3):
            for _ in range(10):
                self.ask(gateway)
            gateway.process.kill()
            gateway.process.wait()
            gateway.stop()
            gateway.start()
        self.addCleanup(lambda: gateway.process.poll() is None and gateway.stop())
        ids = self.ids(gateway)
        self.assertEqual(len(ids), 30)
        receiver.wait(lambda r: {e.get("decision", {}).get("id") for e in r.lines()} >= ids)
        gateway.stop()
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config)).returncode, 0)

    def test_secrets_come_from_files_and_go_nowhere_else(self):
        receiver = self.receiver()
        secrets = self.bench.folder / "hec"
        secrets.write_text("authorization: Splunk synthetic-token-1\n")
        secrets.chmod(0o600)
        gateway = self.start(f'{{ name: siem, http: "{receiver.url}/in", envelope: hec, headers_file: "{secrets}" }}')
        self.ask(gateway)
        receiver.wait(lambda r: r.bodies)
        self.assertEqual(receiver.bodies[0][1]["authorization"], "Splunk synthetic-token-1")
        gateway.stop()
        for path in gateway.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"synthetic-token-1", path.read_bytes(), path)
        secrets.chmod(0o644)
        check = sh(SEKISHO, "check", "-c", str(gateway.config), check=False)
        self.assertEqual(check.returncode, 1)
        self.assertIn("readable by others", check.stderr)

    def test_tls_is_verified(self):
        receiver = self.receiver(context=self.bench.pki.leaf("receiver.example", name="receiver"))
        gateway = self.start(f'{{ name: siem, http: "{receiver.url}/in", ca: "{self.bench.pki.ca}" }}')
        self.ask(gateway)
        self.poll(lambda: any("siem" in w for w in json.loads(gateway.ask("GET", "/readyz")[1])["warnings"]))
        self.assertEqual(receiver.bodies, [])

    def poll(self, true):
        """What the gateway says changes when it changes: asked again, at most PATIENCE seconds."""
        done = threading.Event()
        for _ in range(PATIENCE * 10):
            if true():
                return
            done.wait(0.1)
        self.fail("it did not come true")


class OtherReceivers(SinkBench):
    def test_otlp(self):
        receiver = self.receiver()
        gateway = self.start(f'{{ name: otel, otlp: "{receiver.url}/v1/logs" }}')
        self.ask(gateway)
        (request,) = self.ids(gateway)
        records = lambda r: [x for _, _, b in r.bodies for x in json.loads(b)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]]
        named = lambda x: {a["key"]: next(iter(a["value"].values())) for a in x["attributes"]}
        receiver.wait(lambda r: any(named(x).get("sekisho.request.id") == request for x in records(r)))
        path, headers, _ = receiver.bodies[0]
        self.assertEqual((path, headers["content-type"]), ("/v1/logs", "application/json"))

    def test_syslog_over_tls_in_both_formats(self):
        context = self.bench.pki.leaf("localhost", name="syslog")
        receiver = SyslogReceiver(context)
        self.addCleanup(receiver.close)
        at = f'syslog: "localhost:{receiver.port}", ca: "{self.bench.pki.ca}"'
        gateway = self.start(f"{{ name: soc, {at} }}, {{ name: cef, {at}, format: cef }}")
        self.ask(gateway)
        receiver.wait(lambda m: sum(b"api.openai.com" in x for x in m) >= 2)
        exchanges = [m.decode() for m in receiver.messages if b"api.openai.com" in m]
        plain = next(m for m in exchanges if "CEF:" not in m)
        cef = next(m for m in exchanges if "CEF:" in m)
        self.assertRegex(plain, r'^<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ sekisho - exchange \[sekisho@32473 log="')
        self.assertRegex(cef, r"^<110>1 \S+ \S+ sekisho - exchange - CEF:0\|Sekisho\|gateway\|[\d.]+\|allow\|Sekisho allow\|1\|rt=\d{13} ")


class Export(SinkBench):
    def test_writes_every_format_from_the_same_log(self):
        gateway = self.start("")
        for _ in range(3):
            self.ask(gateway)
        gateway.stop()
        for form in ("json", "ocsf", "ecs", "otlp", "cef", "rfc5424"):
            done = sh(SEKISHO, "audit", "export", "-c", str(gateway.config), "--format", form)
            lines = done.stdout.splitlines()
            if form not in ("cef", "rfc5424"):
                for line in lines:
                    json.loads(line)
            self.assertEqual(sum("api.openai.com" in line for line in lines), 3)
        self.assertEqual(sh(SEKISHO, "audit", "export", "-c", str(gateway.config), "--from", "2099-01-01").stdout, "")
        self.assertEqual(sh(SEKISHO, "audit", "export", "-c", str(gateway.config), "--format", "xml", check=False).returncode, 2)

    def test_nothing_is_sent_unless_it_is_configured(self):
        gateway = self.bench.gateway({"api.openai.com": self.origin.port})
        self.ask(gateway)
        self.assertNotIn("sekisho_sink_", gateway.ask("GET", "/metrics")[1].decode())
        self.assertFalse((gateway.folder / "audit" / "cursors").exists())


if __name__ == "__main__":
    unittest.main()
