"""More than there is room for: bodies beyond the memory, connections beyond their limit and the descriptors, a crowd that drips. Service goes on for everybody else."""
import contextlib
import os
import pathlib
import re
import resource
import select
import socket
import threading
import time
import unittest

from harness import SEKISHO, TIMEOUT, chat, post
from hostile_peers import FOUND, HOST, PLAIN, HostileCase, ended, eventually, reset


class Memory(HostileCase):
    """Bodies of unknown length growing at once, and clients that leave while they wait for memory."""
    GATEWAY = {"limits": "{ body: 2MiB, memory: 4MiB, admit: 300ms, body_timeout: 5s }"}
    CHUNK = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"

    def all_free(self):
        return eventually(lambda: self.metric("sekisho_memory_used_bytes") == 0, "the memory")

    def test_growing_bodies_never_wait_for_each_other(self):
        barrier = threading.Barrier(12)
        statuses = []

        def grow():
            tunnel = self.gateway.tunnel(HOST)
            tunnel.send(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
            barrier.wait(TIMEOUT)
            for _ in range(30):
                tunnel.send(self.CHUNK)
            tunnel.send(b"0\r\n\r\n")
            statuses.append(tunnel.message().status)
            tunnel.close()
        threads = [threading.Thread(target=grow) for _ in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(60)
        self.assertEqual(len(statuses), 12, "somebody got no answer")
        self.assertEqual(set(statuses) - {200, 503}, set())
        self.assertIn(200, statuses)
        self.all_free()

    def half_sent(self, size=1 << 20):
        tunnel = self.gateway.tunnel(HOST)
        body = chat("x" * size)
        tunnel.send(post(HOST, body)[:-1])
        return tunnel, body[-1:]

    def fill(self):
        """Almost all memory is held by a body of which one byte is missing."""
        holder, rest = self.half_sent((2 << 20) - 100000)
        eventually(lambda: self.metric("sekisho_memory_used_bytes") > 3 << 20, "the large body")
        return holder, rest

    def test_no_memory_in_time_is_503_that_may_be_retried(self):
        holder, rest = self.fill()
        waiting = self.gateway.tunnel(HOST)
        waiting.send(post(HOST, chat("x" * (1 << 20))))
        answer = waiting.message()
        self.assertEqual((answer.status, answer.get("retry-after"), answer.get("x-should-retry")), (503, "30", None))
        self.assertIn(b"limits.memory", answer.body)
        self.assertEqual((self.newest()["reason"], self.newest()["detail"]), ("limit", "memory"))
        holder.send(rest)
        self.assertEqual(holder.message().status, 200)
        self.all_free()

    def test_memory_of_a_client_that_leaves_is_given_back(self):
        holder, _ = self.fill()
        reset(holder)
        self.all_free()


class IdleTunnels(HostileCase):
    """A tunnel that was used once and is left open, as a browser does by the dozen."""
    MOST = 30  # KiB for each further one; measured: 21.6

    def memory(self) -> int:
        rollup = pathlib.Path(f"/proc/{self.gateway.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)[1])

    def used_once(self, n):
        tunnels = self.open_tunnels(n)
        for tunnel in tunnels:
            tunnel.send(post(HOST, chat("hello")))
            self.assertEqual(tunnel.message().status, 200)
        return tunnels

    @unittest.skipIf(b"__asan_init" in pathlib.Path(SEKISHO).read_bytes(), "a sanitized program takes more of everything")
    def test_an_idle_tunnel_takes_little(self):
        tunnels = self.used_once(200)
        before = self.memory()
        tunnels += self.used_once(300)
        self.assertLessEqual((self.memory() - before) / 300, self.MOST)
        for tunnel in tunnels:
            tunnel.close()


class MemoryLine(HostileCase):
    GATEWAY = {"limits": "{ body: 2MiB, memory: 4MiB, admit: 15s, body_timeout: 20s }"}

    fill, half_sent, all_free = Memory.fill, Memory.half_sent, Memory.all_free

    def test_waits_are_served_when_memory_comes_back(self):
        waiting = self.open_tunnels(3)
        holder, rest = self.fill()
        for w in waiting:
            w.send(post(HOST, chat("x" * (1 << 20))))
        eventually(lambda: self.metric("sekisho_memory_waiting") == 3, "the line")
        holder.send(rest)
        self.assertEqual(holder.message().status, 200)
        self.assertEqual([w.message().status for w in waiting], [200] * 3)
        self.all_free()

    def test_body_that_hardly_moves_yields_to_those_that_wait(self):
        waiting = self.gateway.tunnel(HOST)
        slow, _ = self.fill()
        waiting.send(post(HOST, chat("x" * (1 << 20))))
        self.assertEqual(waiting.message().status, 200, "within limits.admit")
        answer = slow.message()
        self.assertEqual((answer.status, answer.get("retry-after")), (503, "30"))
        self.all_free()

    def test_client_that_leaves_gives_its_place_up(self):
        leaving, staying = self.open_tunnels(2)
        holder, rest = self.fill()
        leaving.send(f"POST /v1/x HTTP/1.1\r\nHost: {HOST}\r\nExpect: 100-continue\r\nContent-Length: {2 << 20}\r\n\r\n".encode())
        eventually(lambda: self.metric("sekisho_memory_waiting") == 1, "the line")
        staying.send(post(HOST, chat("x" * 1000)))
        eventually(lambda: self.metric("sekisho_memory_waiting") == 2, "the line")
        reset(leaving)
        # What stood behind the large one is served though nothing was given back.
        self.assertEqual(staying.message().status, 200)
        holder.send(rest)
        self.assertEqual(holder.message().status, 200)
        self.all_free()


class Storm(HostileCase):
    GATEWAY = {"limits": "{ connections: 8 }"}

    def setUp(self):
        super().setUp()
        self.go = threading.Event()
        self.answer_with(lambda conn, request: self.go.wait(TIMEOUT) and conn.send(FOUND))

    def tearDown(self):
        self.go.set()
        eventually(lambda: self.metric("sekisho_connections_open") == 0, "the end of all connections")

    def try_connect(self):
        conn = self.gateway.plain()
        conn.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
        return conn, conn.message(head_only=True)

    def test_connection_over_the_limit_is_told_and_the_next_is_served(self):
        busy = self.open_tunnels(8)
        before = len(self.origin.requests)
        for b in busy:
            b.send(post(HOST, chat("hello")))
        self.origin.wait_requests(before + 8)
        conn = self.gateway.plain()
        conn.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
        answer = conn.message()
        self.assertEqual((answer.status, answer.get("retry-after"), answer.get("connection")), (503, "30", "close"))
        self.assertIn("limits.connections", answer.json()["error"]["message"])
        self.assertTrue(ended(conn.sock))
        self.assertIn("limits.connections", self.warnings())
        self.assertGreaterEqual(self.metric("sekisho_connections_refused_total"), 1)
        self.go.set()
        self.assertEqual([b.message().body for b in busy], [b"found"] * 8)
        for b in busy:
            b.close()
        served = eventually(lambda: next((c for c, a in [self.try_connect()] if a.status == 200 or c.close()), None), "a place")
        served.close()

    def test_idle_connections_make_room(self):
        idle = [self.gateway.plain() for _ in range(8)]
        eventually(lambda: self.metric("sekisho_connections_open") == 8, "eight connections")

        def served():
            conn, answer = self.try_connect()
            if answer.status == 200:
                return conn
            conn.close()
        conn = eventually(served, "a place")
        self.assertTrue(eventually(lambda: select.select([c.sock for c in idle], [], [], 0)[0], "the end of an idle one"))
        self.assertGreaterEqual(self.metric("sekisho_connections_ended_total"), 1)
        for c in [*idle, conn]:
            c.close()


class Descriptors(HostileCase):
    GATEWAY = {"prefix": ("bash", "-c", 'ulimit -n 80; exec "$@"', "gateway"), "limits": "{ head_timeout: 60s }"}

    def test_out_of_descriptors_pauses_and_goes_on(self):
        served = self.gateway.tunnel(HOST)
        served.send(post(HOST, chat("before")))
        self.assertEqual(served.message().status, 200)
        crowd = []
        for _ in range(150):
            conn = self.gateway.plain()
            conn.send(post(PLAIN, chat("x")).replace(b"POST /", b"POST http://plain.example.jp/", 1)[:-1])
            crowd.append(conn)
        eventually(lambda: "descriptors" in self.warnings(), "the warning")
        pid = self.gateway.process.pid
        # Open connections are served, also with new connections to origins.
        for i in range(5):
            served.send(post(HOST, chat(f"meanwhile {i}")))
            self.assertEqual(served.message().status, 200)
        used = self.cpu(pid)
        threading.Event().wait(1)
        self.assertLess(self.cpu(pid) - used, 0.5, "it spins")
        self.assertEqual((self.gateway.folder / "gateway.log").read_text().count('"accepting_paused"'), 1)
        for conn in crowd:
            conn.close()
        late = self.gateway.tunnel(HOST)
        late.send(post(HOST, chat("after")))
        self.assertEqual(late.message().status, 200)
        eventually(lambda: "descriptors" not in self.warnings(), "the end of the warning")

    @staticmethod
    def cpu(pid) -> float:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Crowd(HostileCase):
    """Two thousand connections that drip their heads, and everybody else."""
    GATEWAY = {"limits": "{ head_timeout: 8s }"}

    def test_service_goes_on_under_dripping_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        crowd = []
        for i in range(2000):
            conn = socket.create_connection(self.gateway.proxy, TIMEOUT)
            conn.setblocking(False)
            conn.send(b"CONNECT api.openai.com:443 HT" if i % 2 else b"G")
            crowd.append(conn)
        stop = threading.Event()

        def dripping():
            while not stop.wait(0.5):
                for conn in crowd:
                    with contextlib.suppress(OSError):
                        conn.send(b"x")
        thread = threading.Thread(target=dripping)
        thread.start()
        try:
            slowest = 0.0
            for i in range(30):
                begun = time.monotonic()
                self.assertEqual(self.ask(post(HOST, chat(f"question {i}"))).status, 200)
                slowest = max(slowest, time.monotonic() - begun)
            self.assertLess(slowest, 5)
            # All of them are ended by limits.head_timeout, however they drip.
            eventually(lambda: self.metric("sekisho_connections_open") == 0, "their end", 60)
        finally:
            stop.set()
            thread.join()
            for conn in crowd:
                conn.close()


if __name__ == "__main__":
    unittest.main()
