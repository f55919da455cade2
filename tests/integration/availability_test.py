"""Services that fail, the parent proxy between the gateway and the services, and the PAC file of the clients."""
import base64
import json
import select
import socket
import ssl
import unittest

from harness import POLICY, SEKISHO, TIMEOUT, Bench, Origin, chat, post, sh

HEALTH = 'origin_health: { failures: 3, lasting: 0s, minimum: 4, window: 60s, pause: 10m, longest_pause: 1h }\n'
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
        for words in ("接続先の障害が続いている", "代わりに anthropic-api", "keeps failing", "status: https://status.openai.com", "状況: https://status.openai.com", "Use anthropic-api instead"):
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


class Parent:
    """A proxy that grants CONNECT. What it was asked is kept; `answer(conn, request)` may say something else and returns True then."""

    def __init__(self, bench, leads_to, context=None, answer=None):
        self.leads_to, self.answer = leads_to, answer or (lambda conn, request: False)
        self.origin = Origin(context, raw=self.serve)
        bench.stack.callback(self.origin.close)
        self.port = self.origin.port
        self.asked = []
        self.onward = []

    def serve(self, conn):
        request = conn.message(head_only=True)
        self.asked.append(request)
        if self.answer(conn, request):
            return
        name, port = request.start.split(b" ")[1].decode().rsplit(":", 1)
        onward = socket.create_connection(("127.0.0.1", self.leads_to.get(name, int(port))), TIMEOUT)
        self.onward.append(b"")
        conn.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.pump(conn.sock, onward)

    def pump(self, client, onward):
        # One thread for both ways: an SSL socket is not for two.
        for sock in (client, onward):
            sock.settimeout(None)
        while True:
            pending = isinstance(client, ssl.SSLSocket) and client.pending()
            ready = [client] if pending else select.select([client, onward], [], [])[0]
            for sock in ready:
                data = sock.recv(65536)
                other = onward if sock is client else client
                if sock is client:
                    self.onward[-1] += data
                if not data:
                    onward.close()
                    return
                other.sendall(data)


class ParentProxy(AvailabilityCase):
    NAMES = ("api.openai.com", "llm.example.jp", "splice.example.jp", "10.9.8.7")

    def start(self, answer=None, url=None, context=None, hosts=True, extra="", credentials="user:pässword\n", origin=None, policy=ALTERNATIVES):
        self.origin = origin or self.bench.origin(*self.NAMES)
        self.parent = Parent(self.bench, {"api.openai.com": self.origin.port}, context=context, answer=answer)
        if credentials:
            file = self.bench.folder / "proxy-credentials"
            file.write_text(credentials, encoding="utf-8")
            file.chmod(0o600)
            extra += f"  credentials: {file}\n"
        url = url or f"http://127.0.0.1:{self.parent.port}"
        settings = f"origin_proxy:\n  url: {url}\n{extra}"
        return self.serve({h: self.origin.port for h in self.NAMES[:3]} if hosts else {}, settings=settings, policy=policy)

    def test_connects_to_the_judged_address_with_credentials_that_no_service_sees(self):
        self.start()
        tunnel = self.tunnel()
        self.assertEqual([self.ask(tunnel).status for _ in range(2)], [200, 200])
        asked = self.parent.asked
        self.assertEqual([r.start for r in asked], [f"CONNECT 127.0.0.1:{self.origin.port} HTTP/1.1".encode()])  # once: the connection is kept
        self.assertEqual(asked[0].get("host"), f"127.0.0.1:{self.origin.port}")
        secret = base64.b64encode("user:pässword".encode())
        self.assertEqual(asked[0].get("proxy-authorization").encode(), b"Basic " + secret)
        self.assertEqual(len(self.origin.requests), 2)
        for request in self.origin.requests:
            self.assertIsNone(request.get("proxy-authorization"))
        self.gateway.stop()
        log = (self.gateway.folder / "gateway.log").read_text(encoding="utf-8")
        for told in (log, str(self.gateway.journal())):
            self.assertNotIn(secret.decode(), told)
            self.assertNotIn("pässword", told)
        self.assertEqual(self.gateway.decisions()[0]["dst"]["ip"], "127.0.0.1")

    def test_tls_inside_tls_to_an_https_proxy(self):
        origin = self.bench.origin(*self.NAMES)
        context = self.bench.pki.leaf("proxy.example.jp", name="proxy")
        self.origin = origin
        self.parent = Parent(self.bench, {}, context=context)
        self.serve({"api.openai.com": origin.port, "proxy.example.jp": self.parent.port}, settings="origin_proxy: { url: https://proxy.example.jp:3129 }\n")
        self.assertEqual(self.ask(self.tunnel(), request=post("api.openai.com", chat("x" * 100_000))).status, 200)
        self.assertEqual(len(self.parent.asked), 1)
        self.assertNotIn(b"Host: api.openai.com", self.parent.onward[0])  # what passes it is TLS

    def test_an_https_proxy_with_a_foreign_certificate_is_told_as_what_it_is(self):
        context = self.bench.pki.leaf("other.example.jp", name="proxy")
        self.parent = Parent(self.bench, {}, context=context)
        self.serve({"api.openai.com": 1, "proxy.example.jp": self.parent.port}, settings="origin_proxy: { url: https://proxy.example.jp:3129 }\n")
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["rule"]), (502, "proxy_certificate"))

    def test_the_services_certificate_is_verified_as_always(self):
        self.start(origin=self.bench.origin("other.example.jp"))
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["reason"]), (502, "certificate"))

    def test_what_the_proxy_answers_is_told_apart(self):
        rows = [
            (b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "proxy_credentials"),
            (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nsorry", "proxy_refused"),
            (b"HTTP/1.1 302 Found\r\nLocation: http://portal.example.jp/\r\n\r\n", "proxy_refused"),
            (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "connect"),
            (b"HTTP/1.1 504 Gateway Timeout\r\n\r\n", "connect"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "proxy_framing"),
            (b"HTTP/1.1 200 OK\n\n", "proxy_framing"),
            (b"HTTP/1.1 100 Continue\r\n\r\n", "proxy_framing"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", "proxy_framing"),
            (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n", "proxy_framing"),
            (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "proxy_framing"),
            (b"HTTP/1.1 200 OK\r\nContent-Le", "proxy_framing"),
            (b"", "proxy_framing"),
        ]
        turn = []
        self.start(answer=lambda conn, request: conn.send(rows[turn[-1]][0]) or True)
        tunnel = self.tunnel()
        for at, (said, word) in enumerate(rows):
            turn.append(at)
            with self.subTest(said[:40], word=word):
                answer = self.ask(tunnel)
                told = answer.json()["error"]
                self.assertEqual((answer.status, told["sekisho"]["reason"], told["sekisho"]["rule"]), (502, "origin", word))
                self.assertRegex(told["message"], "上位プロキシ|parent proxy")
        self.assertEqual(self.origin.connections, 0)
        self.assertEqual(len(self.log("origin_proxy")), len(rows))
        self.assertEqual(self.metric('sekisho_origin_proxy_failures_total{kind="proxy_credentials"}'), 1)
        self.assertEqual(self.metric('sekisho_origin_proxy_failures_total{kind="proxy_framing"}'), 8)

    def test_a_proxy_that_is_silent_or_away_is_told(self):
        self.start(answer=lambda conn, request: conn.more() or True)
        self.gateway.stop()
        text = self.gateway.config.read_text(encoding="utf-8") + "origin_timeouts: { openai-api: { connect: 300ms } }\n"
        self.gateway.config.write_text(text, encoding="utf-8")
        self.gateway.start()
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["rule"]), (504, "connect_timeout"))
        self.gateway.stop()
        self.gateway.config.write_text(text.replace(f":{self.parent.port}", f":{closed_port()}"), encoding="utf-8")
        self.gateway.start()
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["rule"]), (502, "proxy_unreachable"))

    def test_hosts_and_networks_of_no_proxy_are_reached_directly(self):
        for rule in ("[api.openai.com]", "['*.openai.com']", "[127.0.0.0/8]"):
            with self.subTest(rule):
                self.start(extra=f"  no_proxy: {rule}\n")
                self.assertEqual(self.ask(self.tunnel()).status, 200)
                self.assertEqual(self.parent.asked, [])
                self.gateway.stop()
        self.start(extra="  no_proxy: ['*.api.openai.com', openai.com, 10.0.0.0/8]\n")
        self.assertEqual(self.ask(self.tunnel()).status, 200)
        self.assertEqual(len(self.parent.asked), 1)

    def test_spliced_tunnels_and_plain_http_go_through_it_too(self):
        clear = self.bench.origin()
        self.start()
        conn = self.gateway.connect("splice.example.jp")
        conn.until(b"\r\n\r\n")
        conn.sock = ssl.create_default_context(cafile=str(self.bench.pki.ca)).wrap_socket(conn.sock, server_hostname="splice.example.jp")
        conn.send(post("splice.example.jp", chat("hello")))
        self.assertEqual(conn.message().status, 200)
        self.assertEqual(len(self.parent.asked), 1)
        conn.close()
        self.gateway.stop()
        self.gateway = self.bench.gateway({"plain.example.jp": clear.port}, settings=f"origin_proxy: {{ url: http://127.0.0.1:{self.parent.port} }}\n")
        plain = self.gateway.plain()
        plain.send(b"GET http://plain.example.jp/v1/models HTTP/1.1\r\nHost: plain.example.jp\r\n\r\n")
        self.assertEqual(plain.message().status, 200)
        self.assertEqual(self.parent.asked[-1].start, f"CONNECT 127.0.0.1:{clear.port} HTTP/1.1".encode())
        self.assertEqual(clear.requests[0].start, b"GET /v1/models HTTP/1.1")

    def test_a_name_that_the_proxy_looks_up_has_no_known_address(self):
        self.start(hosts=False, extra="  resolve: parent\n")
        answer = self.ask(self.tunnel())
        told = answer.json()["error"]["sekisho"]
        self.assertEqual((answer.status, told["reason"]), (400, "region"))  # address: required
        self.assertEqual((self.parent.asked, self.parent.origin.connections), ([], 0))
        record = self.gateway.decisions()[-1]
        self.assertIn(["address", "unknown", "origin_proxy", "unknown"], record["evidence"])
        self.assertNotIn("ip", [k for k, v in record["dst"].items() if v])
        self.gateway.stop()
        policy = ALTERNATIVES.replace("address: required", "address: if_known")
        self.start(hosts=False, extra="  resolve: parent\n", policy=policy)
        tunnel = self.tunnel()
        self.assertEqual([self.ask(tunnel).status for _ in range(2)], [200, 200])
        self.assertEqual([r.start for r in self.parent.asked], [b"CONNECT api.openai.com:443 HTTP/1.1"])
        status, body = self.gateway.ask("GET", "/readyz")
        self.assertIn("resolve: parent leaves addresses and their countries unknown", body.decode())

    def test_explain_and_check_say_what_the_proxy_means_for_the_evidence(self):
        self.start(hosts=False, extra="  resolve: parent\n  no_proxy: [llm.example.jp]\n")
        config = str(self.gateway.config)

        def explain(*arguments):
            return json.loads(sh(SEKISHO, "explain", "-c", config, "--user", "alice", "--json", *arguments).stdout)
        told = explain("--to", "api.openai.com")
        self.assertEqual((told["verdict"], told["reason"]), ("block", "region"))
        self.assertIn(("address", "unknown", "origin_proxy", "unknown"), [(e["kind"], e["value"], e["source"], e["result"]) for e in told["evidence"]])
        for way in (("--to", "llm.example.jp"), ("--to", "api.openai.com", "--country", "US"), ("--to", "api.openai.com", "--address", "127.0.0.1")):
            self.assertNotIn("origin_proxy", [e["source"] for e in explain(*way)["evidence"]])
        checked = sh(SEKISHO, "check", "-c", config).stdout
        self.assertIn(f"parent proxy: http://127.0.0.1:{self.parent.port} (looks names up itself: the countries of addresses are unknown)", checked)
        self.assertIn("名前はプロキシが解決するため、アドレスの国は不明です", checked)
        machine = json.loads(sh(SEKISHO, "check", "-c", config, "--json").stdout)
        self.assertEqual(machine["origin_proxy"], {"host": "127.0.0.1", "port": self.parent.port, "resolve": "parent"})

    def test_private_addresses_are_guarded_before_the_proxy_is_asked(self):
        self.start(hosts=False)
        self.gateway.stop()
        text = self.gateway.config.read_text(encoding="utf-8").replace("hosts: {  }", 'hosts: { api.openai.com: "169.254.169.254" }')
        self.gateway.config.write_text(text, encoding="utf-8")
        self.gateway.start()
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["reason"]), (400, "address"))
        self.assertEqual(self.parent.origin.connections, 0)

    def test_a_proxy_that_is_the_gateway_itself_is_a_loop(self):
        self.start()
        self.gateway.stop()
        port = socket.socket()
        port.bind(("127.0.0.1", 0))
        own = port.getsockname()[1]
        port.close()
        text = self.gateway.config.read_text(encoding="utf-8").replace('address: "127.0.0.1:0" }]', f'address: "127.0.0.1:{own}" }}]').replace(f":{self.parent.port}", f":{own}")
        self.gateway.config.write_text(text, encoding="utf-8")
        self.gateway.start()
        answer = self.ask(self.tunnel())
        self.assertEqual((answer.status, answer.json()["error"]["sekisho"]["rule"]), (502, "proxy_loop"))

    def test_settings_that_cannot_be_are_problems_at_their_line(self):
        self.start()
        good = self.gateway.config.read_text(encoding="utf-8")
        self.gateway.stop()
        loose = self.bench.folder / "loose"
        loose.write_text("user:password\n")
        loose.chmod(0o644)
        bad = self.bench.folder / "bad"
        bad.write_text("no colon\n")
        bad.chmod(0o600)
        rows = [
            ("url: http://user:password@proxy.example.jp:3128", "do not belong into `url`"),
            ("url: socks5://proxy.example.jp:1080", "expected the address of the proxy with its port"),
            ("url: http://proxy.example.jp", "expected the address of the proxy with its port"),
            ("url: http://proxy.example.jp:3128/path", "expected the address of the proxy with its port"),
            (f"url: http://proxy.example.jp:3128, credentials: {loose}", "readable by others"),
            (f"url: http://proxy.example.jp:3128, credentials: {bad}", "must be one line user:password"),
            ("url: http://proxy.example.jp:3128, credentials: nowhere", "cannot be read: it does not exist"),
            ("url: http://proxy.example.jp:3128, no_proxy: [.example.jp]", "write \\*.example.jp"),
            ("url: http://proxy.example.jp:3128, no_proxy: ['host:80']", "no host name without port"),
            ("url: http://proxy.example.jp:3128, resolve: there", "resolve|here"),
            ("credentials: bad", "url"),
        ]
        for text, words in rows:
            with self.subTest(text):
                self.gateway.config.write_text(good[:good.index("origin_proxy:")] + f"origin_proxy: {{ {text} }}\n", encoding="utf-8")
                done = sh(SEKISHO, "check", "-c", str(self.gateway.config), check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertRegex(done.stderr, words)
                self.assertNotIn("user:password@", done.stderr)


TABLE = [  # url, host, what the file says where the policy blocks what it does not know, and where it lets it pass unread
    ("https://api.openai.com/", "api.openai.com", "gate", "gate"),
    ("https://api.openai.com/", "API.OpenAI.com.", "gate", "gate"),
    ("https://api.deepseek.com/", "api.deepseek.com", "gate", "gate"),
    ("https://my.openai.azure.com/", "my.openai.azure.com", "gate", "gate"),
    ("https://a.b.llm-farm.example.jp/", "a.b.llm-farm.example.jp", "gate", "gate"),
    ("https://llm-farm.example.jp/", "llm-farm.example.jp", "gate", "DIRECT"),
    ("http://127.0.0.1:9000/", "127.0.0.1", "gate", "gate"),
    ("http://127.0.0.2/", "127.0.0.2", "DIRECT", "DIRECT"),
    ("http://[::1]/", "[::1]", "DIRECT", "DIRECT"),
    ("http://localhost:3000/", "localhost", "DIRECT", "DIRECT"),
    ("http://app.localhost/", "app.localhost", "DIRECT", "DIRECT"),
    ("http://portal/", "portal", "DIRECT", "DIRECT"),
    ("http://constructor/", "constructor", "DIRECT", "DIRECT"),
    ("https://www.example.com/", "www.example.com", "gate", "DIRECT"),
    ("https://x.toString/", "x.toString", "gate", "DIRECT"),
    ("https://login.microsoftonline.com/", "login.microsoftonline.com", "gate", "DIRECT"),
    ("https://evil-api.openai.com.example.net/", "evil-api.openai.com.example.net", "gate", "DIRECT"),
    ("https://wiki.corp.example.jp/", "wiki.corp.example.jp", "DIRECT", "DIRECT"),
    ("https://corp.example.jp/", "corp.example.jp", "gate", "DIRECT"),
    ("http://10.20.30.40/", "10.20.30.40", "DIRECT", "DIRECT"),
    ("http://10.255.255.255/", "10.255.255.255", "DIRECT", "DIRECT"),
    ("http://11.0.0.0/", "11.0.0.0", "gate", "DIRECT"),
    ("http://gate.example.jp:8080/", "gate.example.jp", "DIRECT", "DIRECT"),
]


class PacFile(AvailabilityCase):
    POLICY = ALTERNATIVES.replace("hosts: [llm.example.jp,", "hosts: [llm.example.jp, '*.llm-farm.example.jp',")
    SETTINGS = "pac: { proxy: gate.example.jp:8080, direct: ['*.corp.example.jp', 10.0.0.0/8] }\n"

    def get(self, path="/proxy.pac", host=None, headers=""):
        conn = self.gateway.plain()
        host = host or "127.0.0.1:%d" % self.gateway.proxy[1]
        conn.send(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
        answer = conn.message()
        conn.close()
        return answer

    def evaluate(self, script: str, asked: list) -> list:
        calls = script + ";\nconsole.log(JSON.stringify(" + json.dumps([list(a) for a in asked]) + ".map(function (a) { return FindProxyForURL(a[0], a[1]); })))"
        return json.loads(sh("node", "-e", calls).stdout)

    def results(self, script):
        return self.evaluate(script, [row[:2] for row in TABLE])

    def expected(self, column, gate="PROXY gate.example.jp:8080"):
        return [gate if row[column] == "gate" else "DIRECT" for row in TABLE]

    def test_sends_what_policy_knows_to_the_gate_and_the_rest_as_policy_says(self):
        self.serve({}, policy=self.POLICY, settings=self.SETTINGS)
        answer = self.get()
        self.assertEqual((answer.status, answer.get("content-type"), answer.get("cache-control")), (200, "application/x-ns-proxy-autoconfig", "max-age=300"))
        script = answer.body.decode()
        self.assertEqual(self.results(script), self.expected(2))
        self.assertNotIn("; DIRECT", script)
        for blocking in ("dnsResolve", "isResolvable", "isInNet", "myIpAddress"):
            self.assertNotIn(blocking, script)
        (self.gateway.folder / "policy.yaml").write_text(self.POLICY + "unlisted: splice\n", encoding="utf-8")
        self.assertEqual(self.gateway.reload()[0], 200)
        self.assertEqual(self.results(self.get().body.decode()), self.expected(3))

    def test_every_host_of_the_catalogue_goes_to_the_gate(self):
        self.serve({}, policy=self.POLICY + "unlisted: splice\n", settings=self.SETTINGS)
        catalogue = json.loads(sh(SEKISHO, "providers", "list", "--json").stdout)["providers"]
        hosts = [h.split(":")[0].replace("*.", "any.") for p in catalogue for h in p["hosts"]]
        self.assertGreater(len(hosts), 100)
        found = self.evaluate(self.get().body.decode(), [(f"https://{h}/", h) for h in hosts])
        self.assertEqual({h for h, went in zip(hosts, found) if went != "PROXY gate.example.jp:8080"}, set())

    def test_names_the_gate_as_the_client_reached_it(self):
        self.serve({}, policy=self.POLICY)
        port = self.gateway.proxy[1]
        for host, gate in ((f"127.0.0.1:{port}", f"PROXY 127.0.0.1:{port}"), ("gate.example.jp", "PROXY gate.example.jp:80"), ("[2001:db8::1]:8080", "PROXY [2001:db8::1]:8080")):
            script = self.get(host=host).body.decode()
            self.assertEqual(self.evaluate(script, [("https://api.openai.com/", "api.openai.com")]), [gate])
        answer = self.get(path=f"http://127.0.0.1:{port}/proxy.pac")
        self.assertEqual((answer.status, answer.get("content-type")), (200, "application/x-ns-proxy-autoconfig"))

    def test_is_sent_once_while_it_stays_the_same(self):
        self.serve({}, policy=self.POLICY, settings=self.SETTINGS)
        first = self.get()
        again = self.get(headers=f"If-None-Match: {first.get('etag')}\r\n")
        self.assertEqual((again.status, again.body, again.get("etag")), (304, b"", first.get("etag")))
        self.assertEqual(self.get(headers='If-None-Match: "other"\r\n').status, 200)

    def test_a_host_field_cannot_write_into_the_script(self):
        self.serve({}, policy=self.POLICY)
        for host in ('a";alert(1);//:80', "a</script>:80", "a\\u0022:80", "'+evil+':80"):
            answer = self.get(host=host)
            self.assertNotIn("alert", answer.body.decode())
            self.assertEqual(answer.status, 400)

    def test_too_many_hosts_send_everything_to_the_gate(self):
        many = ", ".join(f"host{i}.many.example.jp" for i in range(30_000))
        policy = self.POLICY.replace("hosts: [llm.example.jp,", f"hosts: [intranet-llm, {many}, llm.example.jp,") + "unlisted: splice\n"
        self.serve({}, policy=policy, settings=self.SETTINGS)
        script = self.get().body.decode()
        self.assertLess(len(script), 520_000)
        asked = ["www.example.com", "wiki.corp.example.jp", "intranet-llm", "portal"]
        self.assertEqual(self.evaluate(script, [(f"https://{h}/", h) for h in asked]), ["PROXY gate.example.jp:8080"] * 3 + ["DIRECT"])

    def test_the_command_prints_the_same(self):
        self.serve({}, policy=self.POLICY, settings=self.SETTINGS)
        printed = sh(SEKISHO, "pac", "-c", str(self.gateway.config)).stdout
        self.assertEqual(printed, self.get().body.decode())
        other = sh(SEKISHO, "pac", "-c", str(self.gateway.config), "--proxy", "10.1.2.3:3128").stdout
        self.assertEqual(self.results(other)[0], "PROXY 10.1.2.3:3128")
        self.assertEqual(sh(SEKISHO, "pac", "-c", str(self.gateway.config), "--proxy", "nowhere", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
