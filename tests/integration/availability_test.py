"""Services that fail, the parent proxy between the gateway and the services, and the PAC file of the clients."""
import socket
import ssl
import unittest

from harness import POLICY, SEKISHO, Bench, chat, post, sh

HEALTH = 'origin_health: { failures: 3, minimum: 4, window: 60s, pause: 10m, longest_pause: 1h }\n'
ALTERNATIVES = POLICY.format(extra="").replace("alternatives:\n", "alternatives:\n  openai-api: { use: anthropic-api, note: { ja: 社内標準, en: our standard } }\n  house: { use: openai-api }\n")


def closed_port() -> int:
    """A port that refuses: bound, never listened on, kept for the life of the process."""
    keep = socket.socket()
    keep.bind(("127.0.0.1", 0))
    closed_port.kept.append(keep)
    return keep.getsockname()[1]


closed_port.kept = []


class AvailabilityCase(unittest.TestCase):
    """Each test has a gateway of its own: circuits remember."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)

    def serve(self, hosts, settings=HEALTH, policy=ALTERNATIVES, **kw):
        self.gateway = self.bench.gateway(hosts, settings=settings, policy=policy, **kw)
        return self.gateway

    def tunnel(self, host="api.openai.com"):
        tunnel = self.gateway.tunnel(host)
        self.addCleanup(tunnel.close)
        return tunnel

    def ask(self, tunnel, host="api.openai.com", request=None):
        tunnel.send(request or post(host, chat("hello")))
        return tunnel.message()

    def log(self, event):
        lines = (self.gateway.folder / "gateway.log").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if f'"{event}"' in line]

    def metric(self, line):
        status, body = self.gateway.ask("GET", "/metrics")
        found = [row.rsplit(" ", 1)[1] for row in body.decode().splitlines() if row.startswith(line + " ")]
        return float(found[0]) if found else None


class Health(AvailabilityCase):
    def test_a_service_that_cannot_be_reached_is_refused_at_once_and_the_alternative_named(self):
        self.serve({"api.openai.com": closed_port()})
        tunnel = self.tunnel()
        for _ in range(3):
            answer = self.ask(tunnel)
            self.assertEqual((answer.status, answer.get("retry-after")), (502, None))
            self.assertEqual(answer.json()["error"]["sekisho"]["alternative"], "anthropic-api")
        before = self.metric("sekisho_origin_connects_total")
        answer = self.ask(tunnel)
        self.assertEqual(answer.status, 503)
        self.assertIn(int(answer.get("retry-after")), range(500, 601))
        self.assertIsNone(answer.get("x-should-retry"))
        told = answer.json()["error"]
        self.assertEqual((told["sekisho"]["reason"], told["sekisho"]["rule"], told["sekisho"]["alternative"]), ("origin", "origin_down", "anthropic-api"))
        for words in ("接続先の障害が続いている", "代わりに anthropic-api", "keeps failing", "Use anthropic-api instead"):
            self.assertIn(words, told["message"])
        self.assertEqual(self.metric("sekisho_origin_connects_total"), before)

    def test_what_is_down_is_told_to_the_admin_and_recorded(self):
        self.serve({"api.openai.com": closed_port()})
        tunnel = self.tunnel()
        for _ in range(5):
            self.ask(tunnel)
        self.assertEqual(self.metric('sekisho_origin_circuits_open{provider="openai-api"}'), 1)
        self.assertEqual(self.metric('sekisho_origin_circuit_opened_total{provider="openai-api"}'), 1)
        self.assertEqual(self.metric('sekisho_origin_refused_total{provider="openai-api"}'), 2)
        self.assertEqual(self.metric('sekisho_origin_failures_total{provider="openai-api",kind="connect"}'), 3)
        status, body = self.gateway.ask("GET", "/readyz")
        self.assertEqual(status, 200)
        self.assertIn("api.openai.com:443 (openai-api) is down: 3 failures in a row (connect)", body.decode())
        self.assertEqual(len(self.log("origin_down")), 1)
        tunnel.close()
        self.gateway.stop()
        outcomes = [r for r in self.gateway.journal() if r["kind"] == "outcome"]
        self.assertEqual([(o["status"], o["abort"]) for o in outcomes], [(502, "connect")] * 3 + [(503, "origin_down")] * 2)

    def test_errors_are_passed_on_until_they_are_too_many_and_a_good_answer_ends_it(self):
        status = [b"500"]
        origin = self.bench.origin("api.openai.com", script=lambda c, r: c.send(b"HTTP/1.1 " + status[0] + b" X\r\nContent-Length: 2\r\n\r\n{}"))
        self.serve({"api.openai.com": origin.port}, settings=HEALTH.replace("pause: 10m", "pause: 1ms"))
        tunnel = self.tunnel()
        self.assertEqual([self.ask(tunnel).status for _ in range(4)], [500] * 4)
        self.assertEqual(len(self.log("origin_down")), 1)
        status[0] = b"200"
        answers = [self.ask(tunnel).status]
        while answers[-1] == 503 and len(answers) < 1000:  # the pause is a millisecond
            answers.append(self.ask(tunnel).status)
        self.assertEqual(answers[-1], 200)
        self.assertEqual(len(self.log("origin_probed")), 1)
        self.assertEqual(len(self.log("origin_up")), 1)
        self.assertEqual(self.metric('sekisho_origin_circuits_open{provider="openai-api"}'), 0)

    def test_answers_429_and_4xx_are_no_failures(self):
        statuses = iter([b"429", b"400", b"401", b"404", b"422"] * 4)
        origin = self.bench.origin("api.openai.com", script=lambda c, r: c.send(b"HTTP/1.1 " + next(statuses) + b" X\r\nContent-Length: 2\r\n\r\n{}"))
        self.serve({"api.openai.com": origin.port})
        tunnel = self.tunnel()
        for _ in range(20):
            self.assertLess(self.ask(tunnel).status, 500)
        self.assertEqual(self.log("origin_down"), [])

    def test_connections_closed_without_an_answer_count(self):
        origin = self.bench.origin("api.openai.com", script=lambda c, r: "close")
        self.serve({"api.openai.com": origin.port})
        tunnel = self.tunnel()
        self.assertEqual([self.ask(tunnel).status for _ in range(4)], [502, 502, 502, 503])
        self.assertEqual(len(origin.requests), 3)

    def test_an_alternative_that_is_down_itself_is_not_named(self):
        self.serve({"api.openai.com": closed_port(), "llm.example.jp": closed_port()})
        tunnel = self.tunnel("llm.example.jp")
        answer = self.ask(tunnel, "llm.example.jp")
        self.assertEqual(answer.json()["error"]["sekisho"]["alternative"], "openai-api")
        other = self.tunnel()
        for _ in range(3):
            self.ask(other)
        answer = self.ask(tunnel, "llm.example.jp")
        self.assertIsNone(answer.json()["error"]["sekisho"]["alternative"])

    def test_a_spliced_tunnel_to_what_is_down_is_closed_without_a_packet(self):
        self.serve({"splice.example.jp": closed_port()})
        for _ in range(4):
            conn = self.gateway.connect("splice.example.jp")
            conn.until(b"\r\n\r\n")
            with self.assertRaises(OSError):
                ssl.create_default_context(cafile=str(self.bench.pki.ca)).wrap_socket(conn.sock, server_hostname="splice.example.jp")
            conn.close()
        decisions = self.gateway.decisions()
        self.assertEqual([d["reason"] for d in decisions], ["origin"] * 4)
        self.assertEqual(decisions[3]["detail"], "origin_down")
        self.assertEqual(self.metric("sekisho_origin_connects_total"), 3)

    def test_time_outs_are_those_of_the_provider(self):
        origin = self.bench.origin("api.openai.com", "api.anthropic.com", script=lambda c, r: c.more())
        self.serve({"api.openai.com": origin.port}, settings="origin_timeouts: { openai-api: { connect: 5s, answer: 300ms } }\n")
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["rule"]), (504, "origin_timeout"))
        self.assertIn("接続先が時間内に応答しません", answer.json()["error"]["message"])

    def test_time_outs_of_a_service_that_nobody_knows_are_a_problem_at_their_line(self):
        self.serve({})
        with open(self.gateway.config, "a", encoding="utf-8") as file:
            file.write("origin_timeouts:\n  openai-apl: { connect: 5s }\n  house: { connect: 5s }\n")
        done = sh(SEKISHO, "check", "-c", str(self.gateway.config), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"gateway.yaml:\d+:3: `origin_timeouts`: no provider and no destination is called 'openai-apl' \(did you mean 'openai-api'\?\)")
        self.assertIn("1 problem\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
