"""Hostile, broken and impatient peers: time-outs in each phase, half-closes, departures, early and late answers. Limits are short; nothing sleeps but where a peer is to drip."""
import contextlib
import re
import socket
import ssl
import threading
import time
import unittest

from harness import TIMEOUT, chat, post
from hostile_peers import FOUND, GET, HOST, HostileCase, bare_fin, close_notify, delivered, drip, ended, eventually, reset


class Departures(HostileCase):
    """Clients that leave, and clients that only send no more. No time-out may be what ends it here."""
    GATEWAY = {"limits": "{ answer: 60s, idle: 60s }"}

    def setUp(self):
        super().setUp()
        self.told, self.go = threading.Event(), threading.Event()

    def wait_for_end(self, conn):
        if ended(conn.sock):
            self.told.set()
        return "close"

    def leaves(self, leave, begin=b"", then=b"", **tunnel):
        def answer(conn, request):
            conn.send(begin)
            return self.wait_for_end(conn)
        self.told.clear()
        self.answer_with(answer)
        client = self.gateway.tunnel(HOST)
        before = len(self.origin.requests)
        client.send(post(HOST, chat("hello")) + then)
        self.origin.wait_requests(before + 1)
        if begin:
            client.until(b"data: 1")
        leave(client)
        self.assertTrue(self.told.wait(10), "the origin was not told")
        self.assertEqual(self.last_outcome()["abort"], "client_closed")

    def test_origin_is_told_when_the_client_resets_before_the_answer(self):
        self.leaves(reset)

    def test_origin_is_told_when_the_client_closes_before_the_answer(self):
        self.leaves(lambda c: c.sock.close())

    def test_origin_is_told_when_the_client_closes_in_order_before_the_answer(self):
        self.leaves(lambda c: (close_notify(c), c.sock.close()))

    STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"

    def test_origin_is_told_in_the_silence_of_a_stream(self):
        self.leaves(reset, self.STREAM)
        self.leaves(lambda c: c.sock.close(), self.STREAM)
        self.leaves(lambda c: (close_notify(c), c.sock.close()), self.STREAM)

    def test_origin_is_told_though_the_client_had_sent_ahead(self):
        self.leaves(lambda c: c.sock.close(), then=GET)

    def test_plain_client_that_resets_is_missed_at_once(self):
        self.answer_with(lambda conn, request: self.wait_for_end(conn))
        client = self.gateway.plain()
        before = len(self.clear.requests)
        client.send(b"GET http://plain.example.jp/x HTTP/1.1\r\nHost: plain.example.jp\r\n\r\n")
        self.clear.wait_requests(before + 1)
        reset(client)
        self.assertTrue(self.told.wait(10))

    def test_requests_sent_ahead_are_no_departure(self):
        def answer(conn, request):
            self.go.wait(TIMEOUT)
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + request.start.split(b" ")[1][-2:])
        self.answer_with(answer)
        tunnel = self.gateway.tunnel(HOST)
        before = len(self.origin.requests)
        tunnel.send(b"".join(b"GET /n%02d HTTP/1.1\r\nHost: api.openai.com\r\n\r\n" % i for i in range(20)))
        self.origin.wait_requests(before + 1)
        self.go.set()
        self.assertEqual([tunnel.message().body for _ in range(20)], [b"%02d" % i for i in range(20)])

    def test_large_request_sent_ahead_is_no_departure(self):
        self.answer_with(lambda conn, request: self.go.wait(TIMEOUT) and conn.send(FOUND))
        tunnel = self.gateway.tunnel(HOST)
        before = len(self.origin.requests)
        tunnel.send(GET)
        self.origin.wait_requests(before + 1)
        body = chat("x" * (1 << 20))
        tunnel.send(post(HOST, body)[:200000])
        self.go.set()
        self.assertEqual(tunnel.message().body, b"found")
        tunnel.send(post(HOST, body)[200000:])
        self.assertEqual(tunnel.message().body, b"found")

    def half_closed(self, client, request, end, origin):
        def answer(conn, _):
            self.go.wait(TIMEOUT)
            conn.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfound\r\n0\r\n\r\n")
        self.go.clear()
        self.answer_with(answer)
        before = len(origin.requests)
        client.send(request)
        end(client)
        origin.wait_requests(before + 1)
        self.go.set()
        self.assertEqual(client.message().body, b"found")
        self.assertTrue(ended(client.sock))

    def test_answer_reaches_a_client_that_sends_no_more(self):
        self.half_closed(self.gateway.plain(), b"GET http://plain.example.jp/x HTTP/1.1\r\nHost: plain.example.jp\r\n\r\n",
                         lambda c: c.sock.shutdown(socket.SHUT_WR), self.clear)

    def test_answer_reaches_a_tls_client_that_sends_no_more(self):
        for end in (close_notify, bare_fin):
            with self.subTest(end=end.__name__):
                self.half_closed(self.gateway.tunnel(HOST), GET, end, self.origin)

    def test_half_sent_request_of_a_gone_client_goes_nowhere(self):
        before = len(self.origin.requests)
        client = self.gateway.tunnel(HOST)
        client.send(post(HOST, chat("x" * 1000))[:-10])
        close_notify(client)
        self.assertTrue(ended(client.sock))
        self.assertEqual(len(self.origin.requests), before)
        eventually(lambda: self.metric("sekisho_memory_used_bytes") == 0, "the memory")

    def test_origin_that_sends_no_more_is_not_used_again(self):
        said = threading.Semaphore(0)

        def answer(conn, request):
            conn.send(FOUND)
            if request.get("x-end") == "fin":
                socket.socket.shutdown(conn.sock, socket.SHUT_WR)
            else:
                close_notify(conn)
            delivered(conn.sock)
            said.release()
            self.wait_for_end(conn)
            return "close"
        self.answer_with(answer)
        for end in ("fin", "notify"):
            with self.subTest(end=end):
                tunnel = self.gateway.tunnel(HOST)
                for _ in range(3):
                    tunnel.send(post(HOST, chat("hello"), headers=f"X-End: {end}\r\n"))
                    self.assertEqual(tunnel.message().body, b"found")
                    self.assertTrue(said.acquire(timeout=TIMEOUT))


class Services(HostileCase):
    """Origins that answer early, late, too much, or not at all."""
    GATEWAY = {"limits": "{ body: 32MiB, head_timeout: 1s, body_timeout: 2s, idle: 1s, connect: 1s, answer: 3s }"}
    BIG = chat("x" * (12 << 20))

    def test_early_refusal_is_passed_on_and_the_rest_is_not_sent(self):
        # The harness would read the whole request before it asks the script. Nothing more is read until the client has its answer: else all
        # of the request may have been taken, and the connection is as good as any.
        answered = threading.Semaphore(0)

        def raw(conn):
            conn.until(b"\r\n\r\n")
            conn.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\n\r\ntoo big")
            answered.acquire(timeout=TIMEOUT)
            self.stopped = ended(conn.sock)
        origin = self.bench.origin(HOST, raw=raw)
        gateway = self.bench.gateway({HOST: origin.port}, limits="{ body: 32MiB, body_timeout: 20s, answer: 20s }")
        tunnel = gateway.tunnel(HOST)
        begun = time.monotonic()
        tunnel.send(post(HOST, self.BIG))
        answer = tunnel.message()
        self.assertEqual((answer.status, answer.body), (413, b"too big"))
        self.assertLess(time.monotonic() - begun, 15)
        answered.release()
        tunnel.send(post(HOST, self.BIG))
        self.assertEqual(tunnel.message().status, 413)
        answered.release()
        self.assertEqual(origin.connections, 2)
        gateway.stop()

    def test_early_refusal_and_an_end_behind_it(self):
        def raw(conn):
            conn.until(b"\r\n\r\n")
            conn.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\nConnection: close\r\n\r\nkey")
            bare_fin(conn)
            ended(conn.sock)
        origin = self.bench.origin(HOST, raw=raw)
        gateway = self.bench.gateway({HOST: origin.port}, limits="{ body: 32MiB }")
        tunnel = gateway.tunnel(HOST)
        tunnel.send(post(HOST, self.BIG))
        self.assertEqual(tunnel.message().status, 401)
        gateway.stop()

    def test_early_yes_does_not_stop_the_request(self):
        got = []

        def raw(conn):
            head = conn.until(b"\r\n\r\n")
            conn.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            got.append(conn.exactly(int(re.search(rb"Content-Length: (\d+)", head)[1])))
            ended(conn.sock)
        origin = self.bench.origin(HOST, raw=raw)
        gateway = self.bench.gateway({HOST: origin.port}, limits="{ body: 32MiB }")
        tunnel = gateway.tunnel(HOST)
        tunnel.send(post(HOST, self.BIG))
        answer = tunnel.message()
        while answer.status == 103:
            answer = tunnel.message()
        self.assertEqual(answer.body, b"ok")
        eventually(lambda: got, "the whole request")
        self.assertEqual(got[0], self.BIG)
        gateway.stop()

    def test_origin_that_takes_nothing_is_504(self):
        def raw(conn):
            conn.until(b"\r\n\r\n")
            self.release.wait(TIMEOUT)
        self.release = threading.Event()
        origin = self.bench.origin(HOST, raw=raw)
        gateway = self.bench.gateway({HOST: origin.port}, limits="{ body: 32MiB, body_timeout: 1s }")
        tunnel = gateway.tunnel(HOST)
        tunnel.send(post(HOST, self.BIG))
        answer = tunnel.message()
        self.assertEqual(answer.status, 504)
        self.assertEqual(answer.get("x-should-retry"), "false")
        self.release.set()
        gateway.stop()

    def test_silent_origin_is_504_after_limits_answer_and_not_idle(self):
        self.answer_with(lambda conn, request: "close" if ended(conn.sock) else None)
        begun = time.monotonic()
        answer = self.ask(post(HOST, chat("hello")))
        self.assertEqual(answer.status, 504)
        self.assertGreater(time.monotonic() - begun, 2.9)
        self.assertEqual(answer.get("x-should-retry"), "false", "the request was sent")
        self.assertEqual(self.last_outcome()["abort"], "origin_timeout")

    def test_silence_longer_than_limits_idle_is_no_end(self):
        def answer(conn, request):
            self.assertFalse(ended(conn.sock, 1.5))
            conn.send(Departures.STREAM)
            self.assertFalse(ended(conn.sock, 1.5))
            conn.send(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")
        self.answer_with(answer)
        self.assertEqual(self.ask(post(HOST, chat("hello"))).body, b"data: 1\n\ndata: 2\n\n")

    def test_silence_inside_an_answer_cuts_it(self):
        self.answer_with(lambda conn, request: (conn.send(Departures.STREAM), ended(conn.sock))[0] or "close")
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(post(HOST, chat("hello")))
        with self.assertRaises(EOFError):
            tunnel.message()
        self.assertEqual(self.last_outcome()["abort"], "origin_timeout")

    def test_dripping_answer_head_is_504(self):
        self.answer_with(lambda conn, request: drip(conn, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 400, 0.05) or "close")
        begun = time.monotonic()
        self.assertEqual(self.ask(GET).status, 504)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(self.last_outcome()["abort"], "origin_timeout")

    def test_reset_without_an_answer_is_502(self):
        self.answer_with(lambda conn, request: reset(conn) or "close")
        answer = self.ask(post(HOST, chat("hello")))
        self.assertEqual(answer.status, 502)
        self.assertEqual(answer.get("x-should-retry"), "false")
        self.assertEqual(self.last_outcome()["abort"], "origin_closed")

    def test_origin_that_never_shakes_hands_is_504_that_may_be_retried(self):
        origin = self.bench.origin(raw=lambda conn: ended(conn.sock))  # reads, never answers the hello
        gateway = self.bench.gateway({HOST: origin.port}, limits="{ connect: 700ms }")
        tunnel = gateway.tunnel(HOST)
        tunnel.send(post(HOST, chat("hello")))
        answer = tunnel.message()
        self.assertEqual(answer.status, 504)
        self.assertIsNone(answer.get("x-should-retry"), "nothing was sent")
        gateway.stop()

    def test_more_than_asked_is_never_the_next_answer(self):
        evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        for more in (evil, b"x", evil[:20]):
            with self.subTest(more=more):
                self.answer_with(lambda conn, request: conn.send(FOUND + more))
                before = self.origin.connections
                tunnel = self.gateway.tunnel(HOST)
                for _ in range(3):
                    tunnel.send(post(HOST, chat("hello")))
                    self.assertEqual(tunnel.message().body, b"found")
                self.assertGreaterEqual(self.origin.connections - before, 2)

    def test_late_surplus_is_never_the_next_answer(self):
        sent = threading.Event()

        def answer(conn, request):
            conn.send(FOUND)
            if sent.is_set():
                return
            self.go.wait(TIMEOUT)
            with contextlib.suppress(OSError):
                conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                delivered(conn.sock)
            sent.set()
        self.go = threading.Event()
        self.answer_with(answer)
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(post(HOST, chat("hello")))
        self.assertEqual(tunnel.message().body, b"found")
        self.go.set()
        self.assertTrue(sent.wait(TIMEOUT))
        tunnel.send(post(HOST, chat("hello")))
        self.assertEqual(tunnel.message().body, b"found")


class Pooled(HostileCase):
    """Idle origin connections that are closed while nobody looks, or just when they are used."""

    def setUp(self):
        super().setUp()
        self.counts = {}

    def test_connection_closed_while_idle_is_not_used(self):
        closed = threading.Semaphore(0)

        def answer(conn, request):
            conn.send(FOUND)
            bare_fin(conn)
            delivered(conn.sock)
            closed.release()
            return "close"
        self.answer_with(answer)
        tunnel = self.gateway.tunnel(HOST)
        for i in range(5):
            tunnel.send(post(HOST, chat(f"hello {i}")))
            self.assertEqual(tunnel.message().status, 200)
            self.assertTrue(closed.acquire(timeout=TIMEOUT))
        self.assertEqual(len(self.arrived()), 5)

    def closing_on_second(self, begin=b""):
        """Each connection answers one request and ends at the second, having read it."""
        def answer(conn, request):
            n = self.counts[conn] = self.counts.get(conn, 0) + 1
            if n == 1:
                conn.send(FOUND)
                return None
            if begin:
                conn.send(begin)
            return "close"
        self.answer_with(answer)

    def test_get_is_sent_once_more_on_a_fresh_connection(self):
        self.closing_on_second()
        tunnel = self.gateway.tunnel("llm.example.jp")
        for _ in range(2):
            tunnel.send(GET.replace(b"api.openai.com", b"llm.example.jp"))
            self.assertEqual(tunnel.message().body, b"found")
        self.assertEqual(len(self.arrived()), 3)
        decisions = [d for d in self.gateway.decisions() if d["dst"]["host"] == "llm.example.jp"]
        self.assertEqual(len({d["id"] for d in decisions[-2:]}), 2, "one record a request, not one an attempt")
        outcome = self.outcome_of(decisions[-1])
        self.assertEqual((outcome["retried"], outcome["status"]), (1, 200))

    def test_put_is_repeated_with_its_body(self):
        self.closing_on_second()
        tunnel = self.gateway.tunnel("llm.example.jp")
        body = chat("hello")
        for _ in range(2):
            tunnel.send(post("llm.example.jp", body).replace(b"POST", b"PUT", 1))
            self.assertEqual(tunnel.message().body, b"found")
        self.assertEqual([r.body for r in self.arrived()], [body] * 3)

    def test_post_is_never_sent_twice(self):
        self.closing_on_second()
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(post(HOST, chat("one")))
        self.assertEqual(tunnel.message().status, 200)
        tunnel.send(post(HOST, chat("two")))
        answer = tunnel.message()
        self.assertEqual(answer.status, 502)
        self.assertEqual(answer.get("x-should-retry"), "false", "it was sent and may have been done")
        self.assertEqual([r.body for r in self.arrived()], [chat("one"), chat("two")])
        self.assertEqual(self.last_outcome()["abort"], "origin_closed")

    def test_answer_that_began_is_not_asked_for_again(self):
        self.closing_on_second(b"HTTP/1.1 200 OK\r\nX-")
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(GET)
        self.assertEqual(tunnel.message().status, 200)
        tunnel.send(GET)
        self.assertEqual(tunnel.message().status, 502)
        self.assertEqual(len(self.arrived()), 2)

    def test_origins_own_idle_time_is_kept(self):
        self.answer_with(b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok")
        tunnel = self.gateway.tunnel(HOST)
        before = self.origin.connections
        for _ in range(2):
            tunnel.send(GET)
            self.assertEqual(tunnel.message().status, 200)
        self.assertGreaterEqual(self.origin.connections - before, 2)


class Phases(HostileCase):
    """Each time-out of a client's request, in its phase."""
    GATEWAY = {"limits": "{ body: 1MiB, head_timeout: 1s, body_timeout: 1s, idle: 2s, answer: 20s }"}

    def took(self, call):
        begun = time.monotonic()
        out = call()
        return out, time.monotonic() - begun

    def test_dripping_connect_is_408(self):
        conn = self.gateway.plain()
        _, seconds = self.took(lambda: drip(conn, b"CONNECT " + b"a" * 200, 0.05))
        self.assertEqual(conn.message().status, 408)
        self.assertLess(seconds, 5)
        self.assertEqual((self.newest()["reason"], self.newest()["detail"]), ("limit", "client_timeout"))

    def test_dripping_hello_is_ended(self):
        for host in (HOST, "splice.example.jp"):
            with self.subTest(host=host):
                conn = self.gateway.connect(host)
                conn.until(b"\r\n\r\n")
                before = self.origin.connections
                _, seconds = self.took(lambda: drip(conn, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 200, 0.05))
                self.assertTrue(ended(conn.sock))
                self.assertLess(seconds, 5)
                self.assertEqual(self.origin.connections, before, "nobody was asked")

    def test_silence_after_connect_is_ended(self):
        conn = self.gateway.connect(HOST)
        conn.until(b"\r\n\r\n")
        _, seconds = self.took(lambda: self.assertTrue(ended(conn.sock)))
        self.assertLess(seconds, 5)

    def test_stalled_body_is_408_at_once(self):
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(post(HOST, chat("hello"))[:-5])
        answer, seconds = self.took(tunnel.message)
        self.assertEqual(answer.status, 408)
        self.assertLess(seconds, 5)
        self.assertTrue(ended(tunnel.sock))
        self.assertEqual((self.newest()["reason"], self.newest()["detail"]), ("limit", "client_timeout"))
        self.assertEqual(self.arrived(), [])

    def test_faulty_chunk_is_400_at_once(self):
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        answer, seconds = self.took(tunnel.message)
        self.assertEqual(answer.status, 400)
        self.assertLess(seconds, 5)

    def test_idle_connection_is_ended_without_a_word(self):
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(GET)
        self.assertEqual(tunnel.message().status, 200)
        _, seconds = self.took(lambda: self.assertEqual(tunnel.rest(), b""))
        self.assertGreater(seconds, 1.5)
        self.assertLess(seconds, 10)

    def test_client_that_never_reads_is_given_up(self):
        told = threading.Event()

        def answer(conn, request):
            conn.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            with contextlib.suppress(OSError):
                while True:
                    conn.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            told.set()
            return "close"
        self.answer_with(answer)
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(GET)
        self.assertTrue(told.wait(TIMEOUT), "the origin is still asked for more")
        self.assertEqual(self.last_outcome()["abort"], "client_timeout")
        tunnel.close()

    def test_four_gib_are_refused_before_they_come(self):
        tunnel = self.gateway.tunnel(HOST)
        tunnel.send(f"POST /v1/x HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {4 << 30}\r\n\r\n".encode() + b"x" * 100000)
        answer, seconds = self.took(tunnel.message)
        self.assertEqual(answer.status, 413)
        self.assertIn(b"limits.body", answer.body)
        self.assertLess(seconds, 5)
        _, seconds = self.took(lambda: self.assertTrue(ended(tunnel.sock, 30)))
        self.assertLess(seconds, 15)

    def test_endless_body_is_refused_and_its_drain_ends(self):
        tunnel = self.gateway.tunnel(HOST)
        sent = 0
        piece = b"20000\r\n" + b"x" * 0x20000 + b"\r\n"
        tunnel.send(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 1 << 30:
                tunnel.send(piece)
                sent += len(piece)
        self.assertLess(sent, 1 << 30, "it was read without end")
        self.assertEqual(self.newest()["detail"], "body")

    def test_refused_destination_drains_no_endless_body(self):
        tunnel = self.gateway.tunnel("api.deepseek.com")
        tunnel.send(f"POST /v1/x HTTP/1.1\r\nHost: api.deepseek.com\r\nContent-Length: {4 << 30}\r\n\r\n".encode())
        answer, seconds = self.took(tunnel.message)
        self.assertEqual(answer.status, 400)
        self.assertLess(seconds, 5)

    def test_http10_client_is_served_and_closed(self):
        self.answer_with(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfound\r\n0\r\n\r\n")
        conn = self.gateway.plain()
        conn.send(b"GET http://plain.example.jp/x HTTP/1.0\r\nHost: plain.example.jp\r\n\r\n")
        head = conn.until(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertEqual(conn.rest(), b"found")

    def test_offer_of_cleartext_http2_is_passed_over(self):
        conn = self.gateway.plain()
        conn.send(b"GET http://plain.example.jp/x HTTP/1.1\r\nHost: plain.example.jp\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n")
        self.assertEqual(conn.message().status, 200)
        self.assertIsNone(self.clear.requests[-1].get("upgrade"))
        self.assertIsNone(self.clear.requests[-1].get("http2-settings"))

    def test_unknown_expectation_is_417(self):
        self.assertEqual(self.ask(post(HOST, chat("x"), headers="Expect: 200-ok\r\n")).status, 417)


class Splices(HostileCase):
    GATEWAY = {"limits": "{ idle: 2s }"}

    def spliced(self):
        conn = self.gateway.connect("splice.example.jp")
        conn.until(b"\r\n\r\n")
        context = ssl.create_default_context(cafile=str(self.bench.pki.ca))
        conn.sock = context.wrap_socket(conn.sock, server_hostname="splice.example.jp", suppress_ragged_eofs=False)
        return conn

    REQUEST = b"GET /x HTTP/1.1\r\nHost: splice.example.jp\r\n\r\n"

    def test_half_close_passes_through(self):
        go = threading.Event()

        def answer(conn, request):
            go.wait(TIMEOUT)
            conn.send(FOUND)
        self.answer_with(answer)
        conn = self.spliced()
        before = len(self.origin.requests)
        conn.send(self.REQUEST)
        bare_fin(conn)
        self.origin.wait_requests(before + 1)
        go.set()
        self.assertEqual(conn.message().body, b"found")

    def test_client_that_resets_ends_the_origins_side(self):
        told = threading.Event()
        self.answer_with(lambda conn, request: told.set() if ended(conn.sock) else None)
        conn = self.spliced()
        before = len(self.origin.requests)
        conn.send(self.REQUEST)
        self.origin.wait_requests(before + 1)
        reset(conn)
        self.assertTrue(told.wait(1.9), "before limits.idle")
        self.assertEqual(self.last_outcome()["abort"], "client_closed")

    def test_silent_splice_ends_after_limits_idle(self):
        conn = self.spliced()
        conn.send(self.REQUEST)
        self.assertEqual(conn.message().status, 200)
        begun = time.monotonic()
        self.assertTrue(ended(conn.sock))
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(self.last_outcome()["abort"], "idle")


if __name__ == "__main__":
    unittest.main()
