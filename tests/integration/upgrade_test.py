"""The end and the next beginning: drain, second signal, cut streams, and listening sockets that stay open while the gateway is replaced."""
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

import harness
from harness import OK, SEKISHO, TIMEOUT, Bench, Conn, chat, post, sh

# Puts the descriptors at 3, 4, … and its own process number into the environment, as the service manager does.
LAUNCH = """import os, sys
fds = [os.dup(int(x)) for x in sys.argv[2].split(",")]
high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
for i, fd in enumerate(high): os.dup2(fd, 3 + i); os.close(fd)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)), LISTEN_FDNAMES=sys.argv[1])
os.closerange(3 + len(high), 256)
os.execv(sys.argv[3], sys.argv[3:])
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def passing(*sockets, names=None):
    """Arguments of Gateway.start that pass these sockets."""
    fds = [s.fileno() for s in sockets]
    names = names or ":".join(["proxy"] * len(fds))
    return {"prefix": (sys.executable, "-c", LAUNCH, names, ",".join(map(str, fds))), "pass_fds": fds}


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=1024)


class Draining(unittest.TestCase):
    """A stream that goes on for longer than anybody waits."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.release = threading.Event()
        self.addCleanup(self.release.set)

        def stream(conn, request):
            conn.send(HEAD + b"6\r\ndata: \r\n")
            self.release.wait(TIMEOUT * 2)
            conn.send(b"0\r\n\r\n")

        self.origin = self.bench.origin("api.openai.com", script=stream)

    def streaming(self, limits="{}"):
        gateway = self.bench.gateway({"api.openai.com": self.origin.port}, limits=limits)
        tunnel = gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat("hi", stream=True)))
        self.assertEqual(tunnel.message(head_only=True).status, 200)
        self.assertEqual(tunnel.chunk(), b"data: ")
        return gateway, tunnel

    def check_cut(self, gateway, tunnel):
        self.assertEqual(tunnel.rest(), b"")  # no last chunk: it does not look whole
        self.assertEqual(gateway.process.wait(TIMEOUT), 0)
        records = gateway.journal()
        outcomes = [r for r in records if r["kind"] == "outcome"]
        self.assertEqual([(o["status"], o["abort"]) for o in outcomes], [(200, "gateway_stopped")])
        self.assertEqual(records[-1]["kind"], "stop")
        self.assertEqual([r["what"] for r in records if r["kind"] == "admin" and r["what"] != "key"], ["start", "drain", "stop"])
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config)).returncode, 0)

    def test_a_stream_longer_than_the_deadline_is_cut_and_recorded(self):
        gateway, tunnel = self.streaming(limits="{ drain: 300ms }")
        gateway.process.send_signal(signal.SIGTERM)
        self.check_cut(gateway, tunnel)

    def test_a_second_signal_ends_at_once(self):
        gateway, tunnel = self.streaming(limits="{ drain: 10m }")
        gateway.process.send_signal(signal.SIGTERM)
        self.wait_until(lambda: "draining" in json.loads(gateway.ask("GET", "/readyz")[1])["reasons"])
        gateway.process.send_signal(signal.SIGTERM)
        self.check_cut(gateway, tunnel)

    @staticmethod
    def refuses(gateway):
        try:
            socket.create_connection(gateway.proxy, TIMEOUT).close()
        except OSError:
            return True
        return False

    def test_a_stream_that_ends_in_time_is_whole(self):
        gateway, tunnel = self.streaming()
        gateway.process.send_signal(signal.SIGTERM)
        self.wait_until(lambda: "draining" in json.loads(gateway.ask("GET", "/readyz")[1])["reasons"])
        self.wait_until(lambda: self.refuses(gateway))
        self.release.set()
        self.assertEqual(tunnel.exactly(5), b"0\r\n\r\n")
        self.assertEqual(gateway.process.wait(TIMEOUT), 0)
        self.assertEqual([r.get("abort") for r in gateway.journal() if r["kind"] == "outcome"], [None])

    def test_a_reload_while_draining_hurts_nobody(self):
        gateway, tunnel = self.streaming()
        gateway.process.send_signal(signal.SIGTERM)
        self.wait_until(lambda: "draining" in json.loads(gateway.ask("GET", "/readyz")[1])["reasons"])
        gateway.process.send_signal(signal.SIGHUP)
        self.assertEqual(gateway.reload()[0], 200)
        self.release.set()
        self.assertEqual(tunnel.exactly(5), b"0\r\n\r\n")
        self.assertEqual(gateway.process.wait(TIMEOUT), 0)

    def test_requests_that_arrived_are_answered(self):
        """Connections made before the signal: one has just connected, one has sent its CONNECT."""
        self.origin.script = lambda conn, request: conn.send(OK)
        gateway = self.bench.gateway({"api.openai.com": self.origin.port})
        fresh, statuses = [gateway.plain() for _ in range(4)], []

        def ask(conn):
            conn.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
            conn.until(b"\r\n\r\n")
            conn.sock = gateway.trust.wrap_socket(conn.sock, server_hostname="api.openai.com")
            conn.send(post("api.openai.com", chat("late")))
            answer = conn.message()
            statuses.append((answer.status, answer.get("connection")))
            conn.close()

        gateway.process.send_signal(signal.SIGTERM)
        threads = [threading.Thread(target=ask, args=(conn,)) for conn in fresh]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(statuses, [(200, "close")] * 4)
        self.assertEqual(gateway.process.wait(TIMEOUT), 0)

    def wait_until(self, condition):
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            if condition():
                return
        self.fail("never happened")


class PassedSockets(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com")
        self.socket = listening()
        self.addCleanup(self.socket.close)

    def start(self, *sockets, names=None, **kw):
        return self.bench.gateway({"api.openai.com": self.origin.port}, **passing(*(sockets or (self.socket,)), names=names), **kw)

    def ask(self, gateway, text="hi", conn=None):
        tunnel = gateway.tunnel("api.openai.com") if conn is None else conn
        tunnel.send(post("api.openai.com", chat(text)))
        return tunnel.message()

    def test_it_serves_the_socket_it_was_given(self):
        gateway = self.start()
        self.assertEqual(gateway.ready["proxy"], ["127.0.0.1:%d" % self.socket.getsockname()[1]])
        for _ in range(20):
            self.assertEqual(self.ask(gateway).status, 200)

    def test_connections_wait_while_nobody_serves(self):
        gateway = self.start()
        self.assertEqual(gateway.stop(), 0)
        conn = gateway.connect("api.openai.com")  # accepted by the kernel
        gateway.start(**passing(self.socket))
        self.assertEqual(conn.until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")

    def test_the_admin_socket_is_passed_by_name(self):
        admin = listening()
        self.addCleanup(admin.close)
        gateway = self.start(self.socket, admin, names="sekisho.socket:admin")
        self.assertEqual(gateway.admin, "127.0.0.1:%d" % admin.getsockname()[1])
        self.assertEqual(gateway.ask("GET", "/livez")[0], 200)
        self.assertEqual(len(gateway.ready["proxy"]), 1)

    def test_an_unknown_descriptor_is_told(self):
        gateway = self.start()
        gateway.stop()
        connected = socket.create_connection(self.socket.getsockname(), TIMEOUT)
        self.addCleanup(connected.close)
        self.refused(gateway, passing(connected), "not a listening stream socket")
        wide = socket.create_server(("0.0.0.0", 0))
        self.addCleanup(wide.close)
        self.refused(gateway, passing(wide, names="admin"), "only loopback")

    def refused(self, gateway, how, why):
        done = subprocess.run([*how["prefix"], SEKISHO, "run", "-c", str(gateway.config)], pass_fds=how["pass_fds"], text=True, capture_output=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 2)
        self.assertIn(why, done.stderr)

    def test_without_sockets_a_second_gateway_on_one_log_is_refused_at_once(self):
        gateway = self.start()
        done = subprocess.run([SEKISHO, "run", "-c", str(gateway.config)], text=True, capture_output=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 2)
        self.assertIn("another gateway writes to this audit log", done.stderr)

    def test_the_next_gateway_waits_for_the_log_of_the_one_before(self):
        release, before = threading.Event(), self.start()
        self.addCleanup(release.set)

        def slow(conn, request):
            if b"slow" in request.body:
                release.wait(TIMEOUT)
            conn.send(OK)

        self.origin.script = slow
        busy = before.tunnel("api.openai.com")
        busy.send(post("api.openai.com", chat("slow")))
        self.origin.wait_requests(1)
        how = passing(self.socket)
        after = subprocess.Popen([*how["prefix"], SEKISHO, "run", "-c", str(before.config)], pass_fds=how["pass_fds"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(after.stdout.close)
        self.addCleanup(after.stderr.close)
        self.addCleanup(lambda: after.poll() is None and (after.terminate(), after.wait(TIMEOUT)))
        for line in after.stderr:
            if "waiting_for_the_gateway_before" in line:
                break
        before.process.send_signal(signal.SIGTERM)
        self.assertEqual(before.process.poll(), None)
        waiting = before.connect("api.openai.com")  # for whoever comes next
        release.set()
        self.assertEqual(busy.message().status, 200)
        self.assertEqual(before.process.wait(TIMEOUT), 0)
        self.assertEqual(json.loads(after.stdout.readline())["event"], "listening")
        self.assertEqual(waiting.until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")
        after.send_signal(signal.SIGTERM)
        self.assertEqual(after.wait(TIMEOUT), 0)
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(before.config)).returncode, 0)

    def test_restarts_under_load_lose_nothing(self):
        """Connections kept and new ones; three restarts; no connect is refused, no request fails, the chain goes on."""
        patience = mock.patch.object(harness, "TIMEOUT", 120)  # connections wait for a start, on a machine that may be busy
        patience.start()
        self.addCleanup(patience.stop)
        gateway = self.start()
        stop, failures, sent = threading.Event(), [], []
        lock = threading.Lock()

        def load(number, keep):
            conn, n = None, 0
            while not stop.is_set():
                n += 1
                text = f"request {number}-{n}"
                try:
                    if conn is None:
                        conn = gateway.tunnel("api.openai.com")
                    answer = self.ask(gateway, text, conn)
                    with lock:
                        (sent if answer.status == 200 else failures).append((text, answer.status))
                    if not keep or answer.get("connection") == "close":
                        conn.close()
                        conn = None
                except (OSError, EOFError, ValueError) as e:
                    with lock:
                        failures.append((text, repr(e)))
                    conn = None

        threads = [threading.Thread(target=load, args=(i, i % 2 == 0)) for i in range(6)]
        for t in threads:
            t.start()
        try:
            for round_ in range(3):
                self.origin.wait_requests(len(self.origin.requests) + 60)
                self.assertEqual(gateway.stop(), 0)
                gateway.start(**passing(self.socket))
            self.origin.wait_requests(len(self.origin.requests) + 60)
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertEqual(failures, [])
        self.assertEqual(gateway.stop(), 0)
        arrived = sorted(json.loads(r.body)["messages"][0]["content"] for r in self.origin.requests)
        self.assertEqual(arrived, sorted(text for text, _ in sent))  # each once
        records = gateway.journal()
        decisions = {r["seq"]: r for r in records if r["kind"] == "decision" and r["verdict"] == "allow"}
        outcomes = [r for r in records if r["kind"] == "outcome"]
        self.assertEqual(len(decisions), len(arrived))
        self.assertEqual(sorted(o["ref"] for o in outcomes), sorted(decisions))
        self.assertEqual([r.get("abort") for r in outcomes if r.get("abort")], [])
        self.assertEqual([r["after"] for r in records if r["kind"] == "boot"][1:], ["stop"] * 3)
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config)).returncode, 0)


if __name__ == "__main__":
    unittest.main()
