"""Values leave as tokens and come back as values: whole answers, streams, codings; judged by what the origin received."""
import gzip
import json
import re
import threading
import unittest
import zlib

from harness import POLICY, chat, post
from proxy_test import ProxyCase

MAIL = "taro.yamada@sekisho-rei.co.jp"
TOKEN = re.compile(r"SKS_EMAIL_[A-Z2-7]{13}")
RULE = "  - { id: mail, findings: [email], action: pseudonymise, restore: { tools: [Edit], never: [Bash] } }\n"


def event(text, **more) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}, **more}]}).encode() + b"\n\n"


def told(stream: bytes) -> str:
    """What an SDK makes of the pieces."""
    lines = [x[6:] for x in stream.decode().split("\n") if x.startswith("data: {")]
    return "".join(json.loads(x)["choices"][0]["delta"].get("content", "") for x in lines)


class Pseudonyms(ProxyCase):
    GATEWAY = {"policy": POLICY.format(extra=RULE)}

    @staticmethod
    def token_in(request) -> str:
        return TOKEN.search(request.body.decode()).group()

    def stream(self, coding, compress):
        """An origin that sends each event only after the client has the one before."""
        def answer(conn, request):
            token = self.token_in(request)
            conn.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{coding}Etag: \"x\"\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            for text in ["to ", token[:9], token[9:20], token[20:] + " then", "."]:
                data = compress(event(text))
                conn.send(b"%x\r\n%s\r\n" % (len(data), data))
                self.gate.wait(20)
                self.gate.clear()
            data = compress(None)
            if data:
                conn.send(b"%x\r\n%s\r\n" % (len(data), data))
            conn.send(b"0\r\n\r\n")
        self.answer_with(answer)

    def read_stream(self, coding, compress, decode, accept="gzip, deflate, br, zstd"):
        self.gate = threading.Event()
        self.stream(coding, compress)
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(f"write to {MAIL}", stream=True), headers=f"Accept-Encoding: {accept}\r\n"))
        head = tunnel.message(head_only=True)
        self.assertIsNone(head.get("etag"))
        self.assertIsNone(head.get("content-length"))
        plain = decode(tunnel.chunk())
        self.assertEqual(told(plain), "to ")  # here before the next is sent
        self.gate.set()
        for _ in range(2):  # the pieces that end within the token come without it
            self.gate.set()
            plain += decode(tunnel.chunk())
            self.assertNotIn(b"SKS_", plain)
        self.gate.set()
        plain += decode(tunnel.chunk())
        self.assertEqual(told(plain), f"to {MAIL} then")
        self.gate.set()
        while size := int(tunnel.until(b"\r\n"), 16):
            plain += decode(tunnel.exactly(size))
            tunnel.until(b"\r\n")
            self.gate.set()
        tunnel.close()
        self.assertEqual(told(plain), f"to {MAIL} then.")
        return head

    def test_the_origin_sees_tokens_and_the_client_values(self):
        def answer(conn, request):
            body = json.dumps({"choices": [{"message": {"content": "I read: " + json.loads(request.body)["messages"][-1]["content"]}}]}).encode()
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Digest: sha-256=:x:\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self.answer_with(answer)
        answer = self.ask(post("api.openai.com", chat(f"write to {MAIL} and {MAIL.upper()}")))
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], f"I read: write to {MAIL} and {MAIL}")
        self.assertIsNone(answer.get("content-digest"))
        request = self.arrived()[0]
        self.assertNotIn(b"sekisho-rei", request.body.lower())
        self.assertEqual(len(set(TOKEN.findall(request.body.decode()))), 1)
        decision = self.newest()
        self.assertEqual((decision["verdict"], decision["rule"]), ("pseudonymise", "mail"))
        again = self.ask(post("api.openai.com", chat(f"again {MAIL}")))
        self.assertIn(MAIL.encode(), again.body)
        self.assertEqual(self.token_in(self.arrived()[1]), self.token_in(request))

    def test_streams_are_restored_event_by_event(self):
        self.read_stream("", lambda data: data or b"", lambda data: data)

    def test_a_gzip_stream_stays_gzip_and_each_event_is_flushed(self):
        packer, unpacker = zlib.compressobj(wbits=31), zlib.decompressobj(wbits=31)
        compress = lambda data: packer.flush() if data is None else packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
        head = self.read_stream("Content-Encoding: gzip\r\n", compress, unpacker.decompress)
        self.assertEqual(head.get("content-encoding"), "gzip")
        self.assertTrue(unpacker.eof)

    def test_codings_that_cannot_be_undone_are_not_asked_for(self):
        self.ask(post("api.openai.com", chat(f"to {MAIL}"), headers="Accept-Encoding: gzip, dcb, br\r\n"))
        self.ask(post("api.openai.com", chat("nothing to hide"), headers="Accept-Encoding: gzip, dcb, br\r\n"))
        self.assertEqual([r.get("accept-encoding") for r in self.arrived()], ["gzip, br", "gzip, dcb, br"])

    def test_an_answer_in_an_unknown_coding_passes_with_its_tokens(self):
        self.answer_with(lambda conn, request: conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: compress\r\nContent-Length: 4\r\n\r\n\x1f\x9d\x90{"))
        answer = self.ask(post("api.openai.com", chat(f"to {MAIL}")))
        self.assertEqual((answer.get("content-encoding"), answer.get("content-length"), answer.body), ("compress", "4", b"\x1f\x9d\x90{"))

    def test_a_body_that_is_not_in_its_coding_is_cut(self):
        self.answer_with(lambda conn, request: conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"))
        with self.assertRaises(EOFError):
            self.ask(post("api.openai.com", chat(f"to {MAIL}")))

    def test_a_stream_that_is_cut_shows_no_half_token(self):
        def answer(conn, request):
            data = event("to " + self.token_in(request)[:15])
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(data), data))
            return "close"
        self.answer_with(answer)
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(f"to {MAIL}")))
        tunnel.message(head_only=True)
        got = tunnel.rest()
        tunnel.close()
        self.assertIn(b'"to "', got)
        self.assertNotIn(b"SKS_", got)

    def test_http_10_clients_get_values_too(self):
        self.answer_with(lambda conn, request: conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n" + self.token_in(request).encode()[:24].ljust(24)))
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(f"to {MAIL}")).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        got = tunnel.rest()
        tunnel.close()
        self.assertIn(MAIL.encode(), got)

    def test_no_value_is_in_any_record_log_or_metric(self):
        self.ask(post("api.openai.com", chat(f"to {MAIL}")))
        written = b"".join(p.read_bytes() for p in self.gateway.folder.rglob("*") if p.is_file() and p.name != "policy.yaml" and "policies" not in p.parts)
        self.assertNotIn(b"sekisho-rei", written.lower())
        status, metrics = self.gateway.ask("GET", "/metrics")
        self.assertIn(b"sekisho_tokens_issued_total", metrics)
        self.assertNotIn(b"sekisho-rei", metrics)

    def test_tools_get_values_only_where_the_policy_allows(self):
        def answer(conn, request):
            call = lambda name: {"function": {"name": name, "arguments": json.dumps({"x": self.token_in(request)})}}
            body = gzip.compress(json.dumps({"choices": [{"message": {"content": None, "tool_calls": [call("Edit"), call("Bash"), call("Other")]}}]}).encode())
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self.answer_with(answer)
        answer = self.ask(post("api.openai.com", chat(f"to {MAIL}"), headers="Accept-Encoding: gzip\r\n"))
        calls = json.loads(gzip.decompress(answer.body))["choices"][0]["message"]["tool_calls"]
        given = {c["function"]["name"]: json.loads(c["function"]["arguments"])["x"] for c in calls}
        self.assertEqual(given["Edit"], MAIL)
        self.assertRegex(given["Bash"], TOKEN)
        self.assertRegex(given["Other"], TOKEN)


class Outcomes(ProxyCase):
    """What the audit trail says; read when the gateway has stopped, so that every outcome is on disk."""
    GATEWAY = {"policy": POLICY.format(extra=RULE)}

    def test_outcome_counts_places(self):
        def answer(conn, request):
            token = Pseudonyms.token_in(request)
            body = json.dumps({"choices": [{"message": {"content": f"{token} {token.lower()} SKS_EMAIL_AAAAAAAAAAAAA"}}]}).encode()
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self.answer_with(answer)
        answer = self.ask(post("api.openai.com", chat(f"to {MAIL}")))
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], f"{MAIL} {MAIL} SKS_EMAIL_AAAAAAAAAAAAA")
        self.answer_with(lambda conn, request: conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\nab"))
        self.ask(post("api.openai.com", chat(f"draw {MAIL}")))
        self.gateway.stop()
        outcomes = [r for r in self.gateway.journal() if r["kind"] == "outcome"]
        self.assertEqual((outcomes[0]["restored"], outcomes[0]["unknown"]), (2, 1))
        self.assertEqual((outcomes[1]["restored"], outcomes[1]["unrestored"]), (0, "type"))
        self.gateway.start()


class Observed(ProxyCase):
    GATEWAY = {"policy": POLICY.format(extra=RULE.replace("action", "mode: observe, action"))}

    def test_observed_rules_change_nothing(self):
        body = chat(f"to {MAIL}")
        self.ask(post("api.openai.com", body, headers="Accept-Encoding: dcb\r\n"))
        request = self.arrived()[0]
        self.assertEqual((request.body, request.get("accept-encoding")), (body, "dcb"))
        self.assertEqual((self.newest()["verdict"], self.newest()["would"]), ("allow", "pseudonymise"))


if __name__ == "__main__":
    unittest.main()
