"""The way of a request, byte for byte: CONNECT, TLS, framing, bodies, streams, refusals."""
import gzip
import json
import socket
import ssl
import threading
import unittest

from harness import OK, TIMEOUT, Bench, Conn, Origin, chat, post

CARD = "4532 0151 1283 0366"
TOKEN = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"


class ProxyCase(unittest.TestCase):
    """One gateway and one origin for api.openai.com and the house's own hosts, for all tests of a class."""

    GATEWAY = {}

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.origin = cls.bench.origin("api.openai.com", "api.anthropic.com", "llm.example.jp", "splice.example.jp", "127.0.0.1", script=lambda c, r: cls.script(c, r))
        cls.clear = Origin(None, script=lambda c, r: cls.script(c, r))
        cls.bench.stack.callback(cls.clear.close)
        hosts = {h: cls.origin.port for h in ("api.openai.com", "api.anthropic.com", "llm.example.jp", "splice.example.jp")}
        cls.gateway = cls.bench.gateway({**hosts, "plain.example.jp": cls.clear.port}, **cls.GATEWAY)

    @classmethod
    def script(cls, conn, request):
        return cls.answer(conn, request)

    answer = staticmethod(lambda conn, request: conn.send(OK))

    def setUp(self):
        type(self).answer = staticmethod(lambda conn, request: conn.send(OK))
        self.seen = len(self.origin.requests)

    def answer_with(self, answer):
        type(self).answer = staticmethod(answer if callable(answer) else (lambda conn, request: conn.send(answer)))

    def arrived(self):
        return self.origin.requests[self.seen:]

    def ask(self, request: bytes, host="api.openai.com"):
        tunnel = self.gateway.tunnel(host)
        tunnel.send(request)
        answer = tunnel.message()
        tunnel.close()
        return answer

    def newest(self):
        return self.gateway.decisions()[-1]


class Tunnels(ProxyCase):
    def test_answer_to_connect_is_bare(self):
        conn = self.gateway.connect("api.openai.com")
        self.assertEqual(conn.until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.assertEqual(conn.buffer, b"")

    def test_connect_without_port_in_host_is_the_same_host(self):
        conn = self.gateway.plain()
        conn.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertIn(b" 200 ", conn.until(b"\r\n\r\n"))

    def test_connect_with_another_host_names_both(self):
        conn = self.gateway.plain()
        conn.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: evil.example.com:443\r\n\r\n")
        answer = conn.message()
        self.assertEqual(answer.status, 400)
        self.assertIn(b"api.openai.com", answer.body)
        self.assertIn(b"evil.example.com", answer.body)

    def test_connect_targets_are_strict(self):
        for target in ("api.openai.com", "api.openai.com:0", "api.openai.com:65536", "2001:db8::1:443", "user@api.openai.com:443", "http://api.openai.com:443", "api.openai.com:443/", "[2001:db8::1%25eth0]:443", "0x7f.1:443", "2130706433:443"):
            with self.subTest(target):
                conn = self.gateway.plain()
                conn.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
                self.assertEqual(conn.message().status, 400)

    def test_h2_only_clients_get_the_alert(self):
        with self.assertRaises(ssl.SSLError) as refused:
            self.gateway.tunnel("api.openai.com", alpn=["h2"])
        self.assertIn("no application protocol", str(refused.exception).replace("_", " ").lower())

    def test_http11_is_chosen_when_offered(self):
        tunnel = self.gateway.tunnel("api.openai.com", alpn=["h2", "http/1.1"])
        self.assertEqual(tunnel.sock.selected_alpn_protocol(), "http/1.1")

    def test_sni_of_another_host_is_refused(self):
        with self.assertRaises(ssl.SSLError):
            self.gateway.tunnel("api.openai.com", sni="api.anthropic.com")

    def test_cleartext_inside_a_tunnel_is_told_so(self):
        conn = self.gateway.connect("api.openai.com")
        conn.until(b"\r\n\r\n")
        conn.send(b"GET / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        answer = conn.message()
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.newest()["reason"], "framing")

    def test_http2_preface_is_refused_in_its_own_protocol(self):
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        frames = tunnel.rest()
        self.assertEqual(frames[:9], b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        self.assertEqual(frames[9:].hex(), "000008070000000000000000000000000d")

    def test_websocket_is_answered_426(self):
        answer = self.ask(b"GET /v1/responses HTTP/1.1\r\nHost: api.openai.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
        self.assertEqual(answer.status, 426)
        self.assertEqual(self.arrived(), [])

    def test_host_inside_must_be_the_tunnels(self):
        answer = self.ask(b"GET / HTTP/1.1\r\nHost: api.anthropic.com\r\n\r\n")
        self.assertEqual(answer.status, 400)
        self.assertIn(b"api.anthropic.com", answer.body)
        self.assertEqual(self.newest()["reason"], "host_mismatch")
        self.assertEqual(self.arrived(), [])

    def test_splice_passes_the_origins_own_certificate(self):
        conn = self.gateway.connect("splice.example.jp")
        conn.until(b"\r\n\r\n")
        context = ssl.create_default_context(cafile=str(self.bench.pki.ca))
        conn.sock = context.wrap_socket(conn.sock, server_hostname="splice.example.jp")
        conn.send(post("splice.example.jp", chat(TOKEN)))
        self.assertEqual(conn.message().status, 200)
        record = self.newest()
        self.assertEqual((record["coverage"], record["dst"]["tls"], record["verdict"]), ("spliced", "splice", "allow"))

    def test_splice_with_another_sni_is_refused(self):
        before = self.origin.connections
        conn = self.gateway.connect("splice.example.jp")
        conn.until(b"\r\n\r\n")
        with self.assertRaises(OSError):
            ssl.create_default_context(cafile=str(self.bench.pki.ca)).wrap_socket(conn.sock, server_hostname="api.openai.com")
        self.assertEqual(self.origin.connections, before)
        self.assertEqual(self.newest()["reason"], "host_mismatch")


    def test_encrypted_hello_behind_another_outer_name_gets_nowhere(self):
        for host in ("splice.example.jp", "api.openai.com"):
            for outer in ("cloudflare-ech.com", "api.anthropic.com"):
                with self.subTest(host, outer=outer):
                    before, recorded = self.origin.connections, len(self.gateway.decisions())
                    conn = self.gateway.connect(host)
                    conn.until(b"\r\n\r\n")
                    conn.send(hello_with_ech(outer))
                    conn.rest()  # an alert, and the end
                    self.assertEqual(self.origin.connections, before)
                    record = self.gateway.decision_after(recorded)
                    self.assertEqual((record["reason"], record["dst"]["host"]), ("host_mismatch", host))

    def test_encrypted_hello_under_the_tunnels_own_name_is_what_browsers_grease(self):
        before = self.origin.connections
        conn = self.gateway.connect("splice.example.jp")
        conn.until(b"\r\n\r\n")
        conn.send(hello_with_ech("splice.example.jp"))
        self.assertEqual(conn.exactly(1), b"\x16")  # the origin's own answer
        self.assertEqual(self.origin.connections, before + 1)


def hello_with_ech(outer: str) -> bytes:
    """A ClientHello for `outer` with an encrypted_client_hello extension, whose inner name nobody but its addressee can read."""
    out = ssl.MemoryBIO()
    hello = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=outer)
    try:
        hello.do_handshake()
    except ssl.SSLWantReadError:
        pass
    body = out.read()[9:]
    at = 34
    at += 1 + body[at]
    at += 2 + int.from_bytes(body[at:at + 2], "big")
    at += 1 + body[at]
    extensions = body[at + 2:]
    # outer, HKDF-SHA256 with AES-128-GCM, configuration 7, a key of 32 bytes, a payload of 144
    ech = b"\x00\x00\x01\x00\x01\x07\x00\x20" + bytes(range(32)) + b"\x00\x90" + bytes(range(144))
    extensions += b"\xfe\x0d" + len(ech).to_bytes(2, "big") + ech
    body = body[:at] + len(extensions).to_bytes(2, "big") + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


class Messages(ProxyCase):
    def test_clean_request_arrives_byte_identical(self):
        body = '{ "model":"m","messages" : [{"role":"user","content":"関所\\u3000\\ud83d\\ude00 \\/ ok"}],\n"n":1.50e0, "big": 12345678901234567890123 }'.encode()
        self.ask(post("api.openai.com", body, headers="X-Odd-CASE:  spaced  \r\nCookie: a=\xe9; b=2\r\n".encode("latin1").decode("latin1")))
        request = self.arrived()[0]
        self.assertEqual(request.body, body)
        self.assertIn((b"X-Odd-CASE", b"spaced"), request.fields)

    def test_obs_text_and_header_lines_are_kept(self):
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\nX-Name: caf\xe9\r\nX-Twice: 1\r\nX-twice: 2\r\n\r\n")
        self.assertEqual(tunnel.message().status, 200)
        fields = self.arrived()[0].fields
        self.assertIn((b"X-Name", b"caf\xe9"), fields)
        self.assertEqual([f for f in fields if f[0].lower() == b"x-twice"], [(b"X-Twice", b"1"), (b"X-twice", b"2")])

    def test_set_cookie_lines_stay_apart(self):
        lines = b"Set-Cookie: csrf=a1; Path=/\r\nset-cookie: s=b2; Expires=Wed, 09 Jun 2027 10:18:14 GMT\r\nSET-COOKIE: old=deleted\r\nSet-Cookie: \r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n"
        self.answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + lines + b"Content-Length: 2\r\n\r\nok")
        answer = self.ask(post("api.openai.com", chat("hi")))
        self.assertIn(lines.replace(b"Set-Cookie: \r\n", b"").split(b"\r\n")[0], answer.head)
        kept = [v for k, v in answer.fields if k.lower() == b"set-cookie"]
        self.assertEqual(kept, [b"csrf=a1; Path=/", b"s=b2; Expires=Wed, 09 Jun 2027 10:18:14 GMT", b"old=deleted", b""])

    def test_keep_alive_carries_many_requests_on_one_origin_connection(self):
        tunnel = self.gateway.tunnel("llm.example.jp")
        before = self.origin.connections
        for i in range(5):
            tunnel.send(post("llm.example.jp", chat(f"question {i}")))
            self.assertEqual(tunnel.message().status, 200)
        self.assertLessEqual(self.origin.connections - before, 1)

    def test_expect_is_answered_by_us(self):
        tunnel = self.gateway.tunnel("api.openai.com")
        body = chat("hi")
        tunnel.send(f"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
        self.assertEqual(tunnel.message().status, 100)
        self.assertEqual(self.arrived(), [])
        tunnel.send(body)
        self.assertEqual(tunnel.message().status, 200)
        self.assertIsNone(self.arrived()[0].get("expect"))

    def test_chunked_request_arrives_with_a_length(self):
        body = chat("chunked")
        answer = self.ask(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%c\r\n" % (1, b) for b in body) + b"0\r\n\r\n")
        self.assertEqual(answer.status, 200)
        request = self.arrived()[0]
        self.assertEqual((request.body, request.get("content-length"), request.get("transfer-encoding")), (body, str(len(body)), None))

    def test_trailers_are_inspected(self):
        body = chat("hi")
        answer = self.ask(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(body) + body + b"\r\n0\r\nX-Note: " + TOKEN.encode() + b"\r\n\r\n")
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.arrived(), [])

    def test_post_without_body_keeps_its_length(self):
        self.ask(b"POST /v1/responses/r/cancel HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 0\r\n\r\n")
        self.ask(b"POST /v1/responses/r/cancel HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.ask(b"DELETE /v1/files/f HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        first, second, third = self.arrived()
        self.assertEqual(first.get("content-length"), "0")
        self.assertIn(second.get("content-length"), ("0", None))
        self.assertIsNone(second.get("transfer-encoding"))
        self.assertIsNone(third.get("content-length"))

    def test_head_and_interim_answers(self):
        self.answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(b"HEAD /v1/models HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertEqual(tunnel.message(head_only=True).get("content-length"), "5000")
        self.answer_with(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        tunnel.send(b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertEqual(tunnel.message().status, 103)
        self.assertEqual(tunnel.message().body, b"ok")

    def test_events_arrive_before_the_next_is_sent(self):
        step = threading.Semaphore(0)

        def stream(conn, request):
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for i in range(4):
                event = f"data: {i}\n\n".encode()
                conn.send(b"%x\r\n" % len(event) + event + b"\r\n")
                self.assertTrue(step.acquire(timeout=TIMEOUT))
            conn.send(b"0\r\n\r\n")

        self.answer_with(stream)
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat("hi", stream=True)))
        self.assertEqual(tunnel.message(head_only=True).status, 200)
        for i in range(4):
            self.assertEqual(tunnel.chunk(), f"data: {i}\n\n".encode())
            step.release()
        self.assertEqual(tunnel.until(b"0\r\n\r\n"), b"0\r\n\r\n")

    def test_answer_delimited_by_close_reaches_the_client_whole(self):
        def until_close(conn, request):
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 100000)
            conn.sock = conn.sock.unwrap()
            return "close"

        self.answer_with(until_close)
        self.assertEqual(self.ask(post("api.openai.com", chat("hi"))).body, b"x" * 100000)

    def test_truncated_answer_does_not_look_whole(self):
        def cut(conn, request):
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            return "close"

        self.answer_with(cut)
        with self.assertRaises((EOFError, OSError)):
            self.ask(post("api.openai.com", chat("hi")))

    def test_ambiguous_answers_are_refused(self):
        for head in (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Content-Length: +2\r\n", b"X: a\r\n folded\r\nContent-Length: 2\r\n"):
            with self.subTest(head):
                self.answer_with(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nok")
                answer = self.ask(post("api.openai.com", chat("hi")))
                self.assertEqual(answer.status, 502)

    def test_absolute_form_over_plain_http(self):
        conn = self.gateway.plain()
        before = len(self.clear.requests)
        conn.send(f"POST http://plain.example.jp:{self.clear.port}/v1/x?a=b HTTP/1.1\r\nHost: plain.example.jp:{self.clear.port}\r\nContent-Type: application/json\r\nProxy-Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        answer = conn.message()
        self.assertEqual(answer.status, 200, answer.body)
        request = self.clear.requests[before]
        self.assertEqual(request.start, b"POST /v1/x?a=b HTTP/1.1")
        self.assertIsNone(request.get("proxy-connection"))

    def test_plain_http_to_a_catalogue_host_is_refused(self):
        conn = self.gateway.plain()
        conn.send(b"POST http://api.openai.com/v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        self.assertEqual(conn.message().status, 400)

    def test_landing_page_and_ca(self):
        conn = self.gateway.plain()
        conn.send(b"GET / HTTP/1.1\r\nHost: proxy.test:8080\r\n\r\n")
        page = conn.message()
        self.assertEqual(page.status, 200)
        self.assertIn("関所", page.body.decode())
        self.assertIn(b"proxy.test:8080", page.body)
        conn.send(b"GET /ca.crt HTTP/1.1\r\nHost: proxy.test\r\n\r\n")
        self.assertIn(b"BEGIN CERTIFICATE", conn.message().body)


class Verdicts(ProxyCase):
    def test_card_is_masked_and_the_rest_is_untouched(self):
        body = f'{{"messages":[{{"role":"user","content":"card {CARD}\\u3002 \\"ok\\""}}], "x": 1.0}}'.encode()
        self.assertEqual(self.ask(post("api.openai.com", body)).status, 200)
        self.assertEqual(self.arrived()[0].body, body.replace(CARD.encode(), b"[REDACTED:credit_card]"))
        self.assertEqual(self.newest()["verdict"], "redact")

    def test_compressed_body_is_read_and_leaves_as_identity_when_edited(self):
        body = chat(f"card {CARD}")
        coded = gzip.compress(body)
        request = f"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(coded)}\r\n\r\n".encode() + coded
        self.assertEqual(self.ask(request).status, 200)
        got = self.arrived()[0]
        self.assertEqual((got.body, got.get("content-encoding")), (body.replace(CARD.encode(), b"[REDACTED:credit_card]"), None))

    def test_compressed_clean_body_leaves_as_received(self):
        coded = gzip.compress(chat("clean"))
        request = f"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(coded)}\r\n\r\n".encode() + coded
        self.assertEqual(self.ask(request).status, 200)
        got = self.arrived()[0]
        self.assertEqual((got.body, got.get("content-encoding")), (coded, "gzip"))

    def test_secret_is_blocked_with_nothing_at_the_origin(self):
        before = self.origin.connections, len(self.origin.requests)
        answer = self.ask(post("api.openai.com", chat(TOKEN)))
        self.assertEqual(answer.status, 400)
        self.assertEqual((self.origin.connections, len(self.origin.requests)), before)
        said = answer.json()["error"]
        self.assertEqual((said["type"], said["code"], said["param"]), ("invalid_request_error", "sekisho_blocked", None))
        self.assertEqual((said["sekisho"]["reason"], said["sekisho"]["rule"], said["sekisho"]["findings"]), ("data", "secrets", ["github_token"]))
        self.assertEqual(answer.get("x-should-retry"), "false")
        self.assertEqual(answer.get("cache-control"), "no-store")
        self.assertEqual(answer.get("x-sekisho-request-id"), said["sekisho"]["request_id"])
        self.assertNotIn(TOKEN.encode(), answer.body)
        self.assertEqual(self.newest()["id"], said["sekisho"]["request_id"])

    def test_unreadable_bodies_are_not_sent(self):
        for kind, body in (("application/json", b'{"a": tru}'), ("application/json", b'{"a":"\xff"}'), ("application/octet-stream", bytes(range(256))), ("application/json", b'{"a":1}x')):
            with self.subTest(body):
                answer = self.ask(f"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                self.assertEqual(answer.status, 400)
                self.assertEqual(self.newest()["reason"], "uninspected")
        self.assertEqual(self.arrived(), [])

    def test_unknown_coding_is_not_sent(self):
        answer = self.ask(post("api.openai.com", b"{}", headers="Content-Encoding: compress\r\n"))
        self.assertEqual((answer.status, self.newest()["reason"]), (400, "uninspected"))

    def test_blocked_turn_five_and_clean_turn_six(self):
        older = [{"role": "user", "content": "【社外秘】\n計画"}, {"role": "assistant", "content": "はい"}]
        five = json.dumps({"model": "m", "messages": [{"role": "user", "content": "【社外秘】\n計画"}]}, ensure_ascii=False).encode()
        self.assertEqual(self.ask(post("api.openai.com", five)).status, 400)
        six = json.dumps({"model": "m", "messages": [*older, {"role": "user", "content": "次の質問"}]}, ensure_ascii=False).encode()
        self.assertEqual(self.ask(post("api.openai.com", six)).status, 200)
        self.assertIn("[REDACTED:confidentiality_label]", self.arrived()[-1].body.decode())

    def test_query_strings_are_never_recorded(self):
        self.ask(b"GET /v1/models?key=" + b"secretvalue123" + b" HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertNotIn("secretvalue123", json.dumps(self.gateway.journal()))

    def test_deepseek_is_refused_inside_the_tunnel_with_an_alternative(self):
        answer = self.ask(post("api.deepseek.com", chat("hello")), host="api.deepseek.com")
        self.assertEqual(answer.status, 400)
        said = answer.json()["error"]["sekisho"]
        self.assertEqual((said["reason"], said["alternative"]), ("region", "aws-bedrock"))
        self.assertIn("Bedrock", answer.json()["error"]["message"])

    def test_browser_gets_a_page(self):
        answer = self.ask(b"GET / HTTP/1.1\r\nHost: chat.deepseek.com\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\n\r\n", host="chat.deepseek.com")
        self.assertEqual(answer.status, 400)
        self.assertTrue(answer.get("content-type").startswith("text/html"))

    def test_unlisted_host_is_refused(self):
        answer = self.ask(b"GET / HTTP/1.1\r\nHost: unknown.example.com\r\n\r\n", host="unknown.example.com")
        self.assertEqual((answer.status, self.newest()["reason"]), (400, "destination"))

    def test_refusal_is_read_by_a_client_that_sends_twenty_megabytes(self):
        body = chat("x" * (20 << 20))
        tunnel = self.gateway.tunnel("api.deepseek.com")
        tunnel.send(post("api.deepseek.com", body))  # whole: nothing is reset while it is sent
        answer = tunnel.message()
        self.assertEqual(answer.status, 400)
        tunnel.send(post("api.deepseek.com", b"{}"))
        self.assertEqual(tunnel.message().status, 400)

    def test_outcome_follows_the_decision(self):
        answer = self.ask(post("api.openai.com", chat("outcome")))
        self.assertEqual(answer.status, 200)
        decision = self.newest()
        rows = self.gateway.query("--id", decision["id"])
        self.assertEqual(len(rows), 1)


class Limits(ProxyCase):
    GATEWAY = {"limits": "{ body: 1MiB, decoded_body: 2MiB, request_head: 64KiB, memory: 8MiB, admit: 200ms, head_timeout: 1s }"}

    def test_large_heads_pass_up_to_the_limit(self):
        head = f"GET /v1/{'p' * 16000}?q=1 HTTP/1.1\r\nHost: api.openai.com\r\nCookie: {'c' * 30000}\r\n" + "".join(f"X-H{i}: v\r\n" for i in range(140)) + "\r\n"
        self.assertEqual(self.ask(head.encode()).status, 200)
        self.assertEqual(len(self.arrived()[0].get("cookie")), 30000)

    def test_larger_heads_are_431_and_targets_414(self):
        answer = self.ask(b"GET / HTTP/1.1\r\nHost: api.openai.com\r\nCookie: " + b"c" * 70000 + b"\r\n\r\n")
        self.assertEqual(answer.status, 431)
        self.assertIn(b"request_head", answer.body)
        self.assertEqual(self.newest()["reason"], "limit")
        answer = self.ask(b"GET /" + b"p" * 70000 + b" HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertEqual(answer.status, 414)

    def test_large_body_is_413_naming_the_limit(self):
        answer = self.ask(post("api.openai.com", chat("x" * (2 << 20))))
        self.assertEqual(answer.status, 413)
        self.assertIn(b"limits.body", answer.body)
        chunked = b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + b"80000\r\n" + b"x" * 0x80000 + b"\r\n80000\r\n" + b"x" * 0x80000 + b"\r\n8\r\n" + b"x" * 8 + b"\r\n0\r\n\r\n"
        self.assertEqual(self.ask(chunked).status, 413)
        self.assertEqual(self.arrived(), [])

    def test_zip_bomb_is_refused(self):
        coded = gzip.compress(b'{"a":"' + b"x" * (4 << 20) + b'"}')
        answer = self.ask(f"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(coded)}\r\n\r\n".encode() + coded)
        self.assertIn(answer.status, (400, 413))
        self.assertEqual(self.arrived(), [])

    def test_dripping_head_times_out(self):
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(b"GET / HTTP/1.1\r\nHo")
        self.assertEqual(tunnel.message().status, 408)


class Identity(ProxyCase):
    GATEWAY = {"clients": "{ authentication: basic, users_file: users }"}

    @classmethod
    def setUpClass(cls):
        import pathlib
        from harness import SEKISHO, Gateway, sh
        original = Gateway.start

        def with_users(self, *a, **kw):
            sh(SEKISHO, "user", "add", "alice", "--file", str(pathlib.Path(self.folder) / "users"), "--password-stdin", input="correct horse\n")
            return original(self, *a, **kw)

        Gateway.start = with_users
        try:
            super().setUpClass()
        finally:
            Gateway.start = original

    @staticmethod
    def authorization(user, password):
        import base64
        return f"Proxy-Authorization: Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}\r\n"

    def test_missing_and_wrong_credentials_are_407(self):
        for header in ("", self.authorization("alice", "wrong"), self.authorization("mallory", "x"), "Proxy-Authorization: Basic ???\r\n", "Proxy-Authorization: Bearer x\r\n"):
            answer = self.gateway.connect("api.openai.com", headers=header).message()
            self.assertEqual(answer.status, 407)
            self.assertTrue(answer.get("proxy-authenticate").startswith("Basic realm="))

    def test_third_failure_is_a_decision(self):
        for _ in range(4):
            self.gateway.connect("api.openai.com", headers=self.authorization("alice", "wrong")).message()
        self.assertIn("identity", [d["reason"] for d in self.gateway.decisions()])

    def test_identity_is_in_every_record_and_never_leaves(self):
        for _ in range(2):
            tunnel = self.gateway.tunnel("api.openai.com", headers=self.authorization("alice", "correct horse"))
            tunnel.send(post("api.openai.com", chat("hi")))
            self.assertEqual(tunnel.message().status, 200)
        self.assertEqual((self.newest()["who"]["user"], self.newest()["who"]["by"]), ("alice", "basic"))
        self.assertTrue(all(r.get("proxy-authorization") is None for r in self.arrived()))


class Origins(unittest.TestCase):
    """What an origin does wrong."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.wrong_name = cls.bench.origin("other.example.com")
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        cls.gateway = cls.bench.gateway({"api.openai.com": cls.wrong_name.port, "api.anthropic.com": port})

    def ask(self, host, path="/v1/chat/completions"):
        tunnel = self.gateway.tunnel(host)
        tunnel.send(post(host, chat("hi"), path=path))
        return tunnel.message()

    def test_wrong_certificate_is_502_naming_the_fault(self):
        answer = self.ask("api.openai.com")
        self.assertEqual(answer.status, 502)
        self.assertIn(b"name", answer.body)
        self.assertEqual(self.wrong_name.requests, [])
        self.assertEqual(self.gateway.decisions()[-1]["reason"], "certificate")

    def test_unreachable_origin_is_502_that_may_be_retried(self):
        answer = self.ask("api.anthropic.com", path="/v1/messages")
        self.assertEqual(answer.status, 502)
        self.assertEqual(answer.json()["type"], "error")
        self.assertIsNone(answer.get("x-should-retry"))

    def test_private_addresses_are_refused(self):
        bench = Bench()
        self.addCleanup(bench.close)
        origin = bench.origin("api.openai.com")
        gateway = bench.gateway({"api.openai.com": origin.port})
        text = gateway.config.read_text().replace(", allow_addresses: [127.0.0.0/8]", "")
        gateway.stop()
        gateway.config.write_text(text)
        gateway.start()
        tunnel = gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat("hi")))
        answer = tunnel.message()
        self.assertEqual((answer.status, gateway.decisions()[-1]["reason"]), (400, "address"))
        self.assertEqual(origin.connections, 0)

    def test_own_listener_is_never_an_origin(self):
        bench = Bench()
        self.addCleanup(bench.close)
        gateway = bench.gateway({})
        port = gateway.proxy[1]
        tunnel = gateway.tunnel("127.0.0.1", port)
        tunnel.send(post(f"127.0.0.1:{port}", chat("hi")))
        self.assertEqual(tunnel.message().status, 400)
        self.assertEqual(gateway.decisions()[-1]["reason"], "address")


if __name__ == "__main__":
    unittest.main()
