"""What users of other gateways ran into, through the real binary: the answers to CONNECT, addresses as destinations, empty bodies, cookies, large heads,
the hosts an agent asks first, spreadsheets, streams that are cut, dates, countries, the client's own credentials."""
import csv
import io
import json
import os
import signal
import ssl
import threading
import unittest

from harness import OK, POLICY, ROOT, SEKISHO, Bench, chat, post, sh
from proxy_test import ProxyCase

EXTRA = """
  - id: by-address
    hosts: ["[2001:db8::1]:*"]
    facts: { operator_country: JP, storage_countries: [JP], trains_on_inputs: "no" }
"""


def policy_with(entry: str) -> str:
    return POLICY.format(extra="").replace("alternatives:\n", entry.lstrip("\n") + "alternatives:\n")


class Destinations(ProxyCase):
    GATEWAY = {"policy": policy_with(EXTRA)}

    def leaf_of(self, literal: str) -> bytes:
        conn = self.gateway.plain()
        conn.send(f"CONNECT {literal}:443 HTTP/1.1\r\nHost: {literal}:443\r\n\r\n".encode())
        self.assertEqual(conn.until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = ssl.create_default_context(cafile=str(self.gateway.folder / "ca" / "ca.crt"))
        conn.sock = context.wrap_socket(conn.sock, server_hostname="2001:db8::1")  # checks iPAddress names only
        leaf = conn.sock.getpeercert()
        conn.close()
        return leaf

    def test_the_answer_to_connect_is_a_status_line_and_nothing_else(self):
        for host in ("api.openai.com", "api.deepseek.com", "unknown.example.com"):
            with self.subTest(host):
                conn = self.gateway.connect(host)
                self.assertEqual(conn.until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")
                conn.sock.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    conn.sock.recv(1)  # nothing before the client's hello

    def test_an_ipv6_destination_has_one_leaf_under_every_spelling(self):
        first = self.leaf_of("[2001:db8::1]")
        second = self.leaf_of("[2001:DB8:0:0:0:0:0:1]")
        self.assertEqual(first["subjectAltName"], (("IP Address", "2001:DB8:0:0:0:0:0:1"),))
        self.assertEqual(first["serialNumber"], second["serialNumber"])

    def test_unbracketed_and_zoned_ipv6_is_refused_before_anything_else(self):
        for target in ("2001:db8::1:443", "[2001:db8::1%25eth0]:443", "[2001:db8::1%eth0]:443", "2001:db8::1", "[2001:db8::1]"):
            with self.subTest(target):
                conn = self.gateway.plain()
                conn.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
                answer = conn.message()
                self.assertEqual((answer.status, answer.get("x-should-retry")), (400, "false"))
                self.assertEqual(self.newest()["reason"], "framing")

    def test_absolute_form_takes_its_host_from_the_target(self):
        for target, host in ((f"http://plain.example.jp:{self.clear.port}/x", "plain.example.jp"), (f"http://PLAIN.example.jp.:{self.clear.port}/x", f"plain.example.jp:{self.clear.port}")):
            with self.subTest(target):
                before = len(self.clear.requests)
                conn = self.gateway.plain()
                conn.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                self.assertEqual(conn.message().status, 200)
                got = self.clear.wait_requests(before + 1)[before]
                self.assertEqual([v for k, v in got.fields if k.lower() == b"host"], [f"plain.example.jp:{self.clear.port}".encode()])

    def test_http10_without_host_is_served(self):
        before = len(self.clear.requests)
        conn = self.gateway.plain()
        conn.send(f"GET http://plain.example.jp:{self.clear.port}/x HTTP/1.0\r\n\r\n".encode())
        self.assertEqual(conn.message().status, 200)
        self.assertEqual(self.clear.wait_requests(before + 1)[before].get("host"), f"plain.example.jp:{self.clear.port}")
        answer = self.ask(b"GET /v1/models HTTP/1.0\r\nAccept: application/json\r\n\r\n")
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.arrived()[-1].get("host"), "api.openai.com")

    def test_options_of_a_host_asks_about_the_server(self):
        before = len(self.clear.requests)
        conn = self.gateway.plain()
        conn.send(f"OPTIONS http://plain.example.jp:{self.clear.port} HTTP/1.1\r\nHost: plain.example.jp\r\n\r\n".encode())
        self.assertEqual(conn.message().status, 200)
        self.assertEqual(self.clear.wait_requests(before + 1)[before].start, b"OPTIONS * HTTP/1.1")

    def test_hosts_inside_a_tunnel(self):
        for host, status in (("api.openai.com", 200), ("API.OpenAI.com:443", 200), ("api.openai.com.", 200), ("api.openai.com:8443", 400), ("api.openai.com:80", 400), ("www.openai.com", 400),
                             ("api.openai.com.evil.example", 400), ("openai.com", 400), ("127.0.0.1", 400)):
            with self.subTest(host):
                self.assertEqual(self.ask(f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status, status)
                if status == 400:
                    self.assertEqual(self.newest()["reason"], "host_mismatch")

    def test_absolute_form_inside_a_tunnel(self):
        for target, status in (("https://api.openai.com/v1/models?a=b", 200), ("https://api.openai.com:443/v1/models", 200), ("http://api.openai.com/v1/models", 400), ("https://api.anthropic.com/v1/models", 400),
                               ("https://api.openai.com:8443/", 400), ("https://user@api.openai.com/", 400)):
            with self.subTest(target):
                answer = self.ask(f"GET {target} HTTP/1.1\r\nHost: api.openai.com\r\n\r\n".encode())
                self.assertEqual(answer.status, status, answer.body)
        self.assertTrue(all(r.start.split(b" ")[1].startswith(b"/v1/models") for r in self.arrived()))

    def test_a_tunnel_leads_to_one_place(self):
        answer = self.ask(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
        self.assertEqual((answer.status, self.newest()["reason"]), (400, "framing"))

    def test_an_upgrade_nobody_needs_is_left_out(self):
        answer = self.ask(b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
        self.assertEqual(answer.status, 200)
        got = self.arrived()[-1]
        self.assertEqual([got.get(n) for n in ("upgrade", "connection", "http2-settings")], [None, None, None])


class Bodies(ProxyCase):
    def test_length_zero_reaches_the_service(self):
        def strict(conn, request):
            if request.start.startswith(b"POST") and request.get("content-length") is None:
                return conn.send(b"HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n")
            conn.send(OK)

        self.answer_with(strict)
        self.assertEqual(self.ask(b"POST /v1/responses/resp_0/cancel HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 0\r\n\r\n").status, 200)
        self.assertEqual(self.arrived()[-1].get("content-length"), "0")

    def test_no_body_is_invented(self):
        for method in ("POST", "DELETE", "GET"):
            self.ask(f"{method} /v1/x HTTP/1.1\r\nHost: api.openai.com\r\n\r\n".encode())
            got = self.arrived()[-1]
            self.assertIsNone(got.get("transfer-encoding"))
            self.assertIn(got.get("content-length"), (None, "0") if method == "POST" else (None,))

    def test_only_a_last_chunk_is_one_request_without_content(self):
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(b"PUT /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/after HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        self.assertEqual([tunnel.message().status, tunnel.message().status], [200, 200])
        put, after = self.arrived()
        self.assertEqual((put.body, put.get("transfer-encoding"), put.get("content-length")), (b"", None, "0"))
        self.assertEqual(after.start, b"GET /v1/after HTTP/1.1")

    def test_lines_of_an_answer_stay_as_they_are(self):
        lines = (b"Content-Type: text/html\r\nSet-Cookie: a=1; Path=/; SameSite=Lax\r\nset-cookie: __Host-b=2; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/; Secure\r\n"
                 b"SET-COOKIE: c=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0\r\nSet-Cookie: \r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n")
        self.answer_with(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 2\r\n\r\nok")
        answer = self.ask(post("api.openai.com", chat("hi")))
        self.assertIn(lines, answer.head)

    def test_a_large_answer_head_arrives_and_a_larger_one_names_the_limit(self):
        policy = b"p" * (58 * 1024)
        self.answer_with(b"HTTP/1.1 200 OK\r\nContent-Security-Policy: " + policy + b"\r\nContent-Length: 2\r\n\r\nok")
        answer = self.ask(post("api.openai.com", chat("hi")))
        self.assertEqual((answer.status, answer.get("content-security-policy")), (200, policy.decode()))
        self.answer_with(b"HTTP/1.1 200 OK\r\nContent-Security-Policy: " + policy * 2 + b"\r\nContent-Length: 2\r\n\r\nok")
        answer = self.ask(post("api.openai.com", chat("hi")))
        self.assertEqual(answer.status, 502)
        self.assertIn(b"limits.request_head", answer.body)

    def test_heads_of_single_sign_on_arrive(self):
        for line in (f"Cookie: {'c' * (40 << 10)}", f"X-Assertion: {'s' * (30 << 10)}", "\r\n".join(f"X-H{i}: v" for i in range(150))):
            self.assertEqual(self.ask(f"GET /v1/x HTTP/1.1\r\nHost: api.openai.com\r\n{line}\r\n\r\n".encode()).status, 200)
            self.assertIn(line.encode(), self.arrived()[-1].head)
        self.assertEqual(self.ask(f"GET /{'u' * (16 << 10)} HTTP/1.1\r\nHost: api.openai.com\r\n\r\n".encode()).status, 200)
        answer = self.ask(f"GET / HTTP/1.1\r\nHost: api.openai.com\r\nCookie: {'c' * (70 << 10)}\r\n\r\n".encode())
        self.assertEqual((answer.status, self.newest()["reason"]), (431, "limit"))
        self.assertIn(b"limits.request_head", answer.body)


PREFLIGHT = [("GET", "api.anthropic.com", "/api/hello"), ("GET", "platform.claude.com", "/v1/oauth/hello"), ("GET", "auth.openai.com", "/.well-known/openid-configuration"),
             ("GET", "api.github.com", "/copilot_internal/v2/token"), ("HEAD", "api.openai.com", "/v1/models"), ("POST", "platform.claude.com", "/v1/oauth/token")]


class Preflight(unittest.TestCase):
    """The shipped policy and the hosts that coding agents ask before the first prompt."""

    def test_each_gets_an_answer_and_a_record(self):
        bench = Bench()
        self.addCleanup(bench.close)
        hosts = sorted({host for _, host, _ in PREFLIGHT})
        origin = bench.origin(*hosts)
        gateway = bench.gateway({h: origin.port for h in hosts}, policy=(ROOT / "config" / "policy.yaml").read_text(encoding="utf-8"))
        for method, host, path in PREFLIGHT:
            with self.subTest(host + path):
                tunnel = gateway.tunnel(host)
                body = b'{"grant_type":"refresh_token","refresh_token":"x","client_id":"y"}' if method == "POST" else b""
                length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
                tunnel.send(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: token ghu_{'x' * 36}\r\n{length}\r\n".encode() + body)
                answer = tunnel.message(head_only=method == "HEAD")
                record = gateway.decisions()[-1]
                self.assertEqual((record["dst"]["host"], record["req"]["path"]), (host, path))
                if record["verdict"] == "block":
                    self.assertEqual(answer.status, 400)
                    self.assertIn(host.encode(), answer.body)
                else:
                    self.assertEqual(answer.status, 200)


class Records(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.release = threading.Event()
        self.addCleanup(self.release.set)
        self.origin = self.bench.origin("api.anthropic.com", script=self.stream)
        self.gateway = self.bench.gateway({"api.anthropic.com": self.origin.port})

    def stream(self, conn, request):
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        event = b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":25,"output_tokens":1}}}\n\n'
        conn.send(b"%x\r\n" % len(event) + event + b"\r\n")
        while not self.release.wait(0.05):  # goes on until the client is gone
            conn.send(b"8\r\n: ping\n\n\r\n")
        return "close"

    def begin(self):
        tunnel = self.gateway.tunnel("api.anthropic.com")
        tunnel.send(post("api.anthropic.com", json.dumps({"model": "claude", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}).encode(), path="/v1/messages"))
        tunnel.until(b"\r\n\r\n")
        self.assertIn(b"input_tokens", tunnel.chunk())
        return tunnel

    def test_an_open_stream_is_visible_and_a_cut_one_says_how_it_ended(self):
        tunnel = self.begin()
        row = self.gateway.query()[0]
        self.assertEqual((row["verdict"], row["outcome"]), ("allow", "none"))
        tunnel.close()
        row = self.until_outcome(row["id"])
        self.assertEqual(row["outcome"]["abort"], "client_closed")
        self.assertEqual(row["outcome"]["tokens"], {"in": 25, "out": 1})
        self.assertGreater(row["outcome"]["received"], 100)

    def until_outcome(self, request_id):
        for _ in range(400):  # each look is a process of its own
            row = self.gateway.query("--id", request_id)[0]
            if row["outcome"] != "none":
                return row
        self.fail("no outcome")

    def test_a_kill_leaves_the_decision_without_an_outcome(self):
        self.addCleanup(self.begin().close)  # open until the end
        request_id = self.gateway.query()[0]["id"]
        self.gateway.stop(signal.SIGKILL)
        self.gateway.start()
        row = self.gateway.query("--id", request_id)[0]
        self.assertEqual((row["verdict"], row["outcome"]), ("allow", "none"))
        self.assertIn("outcome: none", sh(SEKISHO, "audit", "show", request_id, "--lang", "en", "-c", str(self.gateway.config)).stdout)


HOSTILE = ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@x", "\t=1", "＝1"]


class Spreadsheets(ProxyCase):
    def test_no_cell_of_an_export_begins_a_formula(self):
        for value in HOSTILE:
            agent = value.encode() if value[0] != "\t" else b"=1"
            body = json.dumps({"model": value, "messages": [{"role": "user", "content": "hi"}]}).encode()
            self.assertEqual(self.ask(b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nUser-Agent: " + agent + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body).status, 200)
        out = sh(SEKISHO, "audit", "query", "-c", str(self.gateway.config), "--csv").stdout
        grouped = sh(SEKISHO, "audit", "query", "-c", str(self.gateway.config), "--csv", "--group-by", "model").stdout
        self.assertTrue(out.startswith("\ufeff"))
        for text in (out, grouped):
            for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
                for cell in row:
                    self.assertNotIn(cell[:1] or " ", set("=+-@\t\r\n＝＋－＠"), cell)
        self.assertIn("'=HYPERLINK", out)
        models = [r["req"]["model"] for r in self.gateway.query()]
        self.assertEqual(sorted(models), sorted(HOSTILE))  # the record itself is unchanged


class Policies(unittest.TestCase):
    """Values that YAML, calendars and clouds read differently from people."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.folder = self.bench.folder
        sh(SEKISHO, "ca", "init", "--directory", str(self.folder / "ca"))
        (self.folder / "gateway.yaml").write_text('version: 1\nlisten: [{ address: "127.0.0.1:0" }]\nca: { certificate: ca/ca.crt, key: ca/ca.key }\nkeys: keys/\npolicy: policy.yaml\naudit: { directory: audit/ }\n')

    def policy(self, text: str):
        (self.folder / "policy.yaml").write_text("version: 1\nname: field\n" + text, encoding="utf-8")
        done = sh(SEKISHO, "check", "-c", str(self.folder / "gateway.yaml"), "--json", check=False)
        return json.loads(done.stdout)["problems"]

    def explain(self, *arguments: str) -> dict:
        done = sh(SEKISHO, "explain", "-c", str(self.folder / "gateway.yaml"), "--json", *arguments, env={**os.environ, "TZ": "UTC"})
        return json.loads(done.stdout)

    def test_no_is_norway_and_a_word(self):
        self.assertEqual(self.policy("""regions: { allow: [JP, NO], deny: [CN], evidence: { operator: required, storage: required, address: required } }
destinations:
  - { id: fjord, hosts: [llm.example.no], facts: { operator_country: NO, storage_countries: [NO], trains_on_inputs: no }, require: { trains_on_inputs: [no] } }
"""), [])
        self.assertEqual(self.explain("--user", "a", "--to", "llm.example.no", "--country", "NO")["verdict"], "allow")
        self.assertEqual(self.explain("--user", "a", "--to", "llm.example.no", "--country", "SE")["reason"], "region")

    ENTRY = """regions: {{ allow: [JP], deny: [CN], evidence: {{ operator: if_known }} }}
destinations:
  - {{ id: pilot, hosts: [llm.example.jp], facts: {{ operator_country: JP }}, until: {until}, ticket: S-1, approved_by: [cto], reason: "pilot" }}
"""

    def test_a_day_ends_where_the_policy_lives(self):
        self.assertEqual(self.policy(self.ENTRY.format(until="2026-12-31")), [])
        for at, reason in (("2026-12-30T15:00:00Z", None), ("2026-12-31T00:00:00Z", None), ("2026-12-31T14:59:59Z", None), ("2026-12-31T15:00:00Z", "expired")):
            with self.subTest(at):
                self.assertEqual(self.explain("--user", "a", "--to", "llm.example.jp", "--country", "JP", "--at", at)["reason"], reason)

    def test_what_is_no_day_is_an_error_with_its_place(self):
        for until in ("2026-02-30", "31-12-2026", '"2026-12-31T12:00"', "2026-12-31T12:00:00Z", "2026-1-5", "20261231"):
            with self.subTest(until):
                problems = self.policy(self.ENTRY.format(until=until))
                self.assertEqual([p["line"] for p in problems], [5])
                self.assertIn("YYYY-MM-DD", problems[0]["message"] + problems[0]["hint"])

    MISTAKES = """mdoe: observe
regions: { allow: [JP、US] }
destinations:
  - { id: pilot, providers: [opanai-api], groups: [staff] }
"""

    def test_mistakes_are_told_in_the_language_of_the_terminal(self):
        (self.folder / "policy.yaml").write_text("version: 1\nname: field\n" + self.MISTAKES, encoding="utf-8")

        def said(command: str, lang: str, *options: str) -> list[str]:
            config = str(self.folder / "gateway.yaml")
            return sh(SEKISHO, *command.split(), "-c", config, *options, check=False, env={**os.environ, "LANG": lang}).stderr.replace(f"{self.folder}/", "").splitlines()

        self.assertEqual(said("check", "ja_JP.UTF-8"), [
            "policy.yaml:3:1: ポリシーに知らないキー 'mdoe' がある ('mode' の間違いではないか)",
            "policy.yaml:4:20: 'JP、US' は一つの文字列で、国の並びではない (半角のコンマで区切る: [JP, US])",
            "policy.yaml:6:30: カタログにないサービス 'opanai-api' ('openai-api' の間違いではないか)",
            "policy.yaml:6:52: 定義されていないグループ 'staff' (次のどれか: everyone)",
            "誤りが 4 件あります"])
        self.assertEqual(said("check", "en_GB.UTF-8"), [
            "policy.yaml:3:1: unknown key 'mdoe' in the policy (did you mean 'mode'?)",
            "policy.yaml:4:20: 'JP、US' is one text, not several countries (separate them by a half-width comma: [JP, US])",
            "policy.yaml:6:30: unknown service 'opanai-api' (did you mean 'openai-api'?)",
            "policy.yaml:6:52: unknown group 'staff' (one of: everyone)",
            "4 problems"])
        self.assertEqual(said("check", "ja_JP.UTF-8", "--json"), [])
        self.assertEqual([p["message"] for p in json.loads(sh(SEKISHO, "check", "-c", str(self.folder / "gateway.yaml"), "--json", check=False, env={**os.environ, "LANG": "ja_JP.UTF-8"}).stdout)["problems"]][0],
                         "unknown key 'mdoe' in the policy")
        for command in ("explain --user a --to llm.example.jp", "pac", "providers due"):
            with self.subTest(command):
                self.assertEqual(said(command, "ja_JP.UTF-8")[0], "policy.yaml:3:1: ポリシーに知らないキー 'mdoe' がある ('mode' の間違いではないか)")

    def test_commands_say_in_that_language_why_they_could_not(self):
        for command, ja, en in ((("scan",), "sekisho scan: ファイルかフォルダー (- は標準入力) を書くか、--jsonl を使う", "sekisho scan: name a file or a folder (- is standard input), or use --jsonl"),
                                (("check", "-c", "nowhere.yaml"), "sekisho: nowhere.yaml: 存在しない", "sekisho: nowhere.yaml: it does not exist"),
                                (("schema", "moon"), "sekisho schema: 'moon' というスキーマはない。policy と gateway がある", "sekisho schema: no schema 'moon'; there are policy and gateway"),
                                (("providers", "show", "opanai-api"), "sekisho providers show: カタログに 'opanai-api' というサービスはない。'openai-api' の間違いではないか",
                                 "sekisho providers show: no service 'opanai-api' in the catalogue, did you mean 'openai-api'?"),
                                (("user", "add", "alice"), "sekisho user: 利用者のファイルが分からない。--file users か -c gateway.yaml を書く", "sekisho user: which users file? Give --file users or -c gateway.yaml"),
                                (("audit", "verify"), "sekisho audit: どのログかを書く: -c gateway.yaml か --directory DIR", "sekisho audit: say which log: -c gateway.yaml or --directory DIR")):
            for lang, line in (("ja_JP.UTF-8", ja), ("C.UTF-8", en)):
                with self.subTest(command=command, lang=lang):
                    self.assertEqual(sh(SEKISHO, *command, check=False, cwd=self.folder, env={**os.environ, "LANG": lang}).stderr.splitlines()[:1], [line])

    def test_hong_kong_is_found_behind_harmless_names(self):
        self.assertEqual(self.policy("regions: { allow: [JP, US, SG, TW], deny: [CN, HK, MO], evidence: { operator: if_known } }\ndestinations:\n  - { id: clouds, providers: [azure-openai, aws-bedrock, google-vertex] }\n"), [])
        for host, place, result in (("eastasia.api.cognitive.microsoft.com", "HK", "denied"), ("bedrock-runtime.ap-east-1.amazonaws.com", "HK", "denied"), ("asia-east2-aiplatform.googleapis.com", "HK", "denied"),
                                    ("southeastasia.api.cognitive.microsoft.com", "SG", "ok"), ("bedrock-runtime.ap-east-2.amazonaws.com", "TW", "ok"), ("asia-east1-aiplatform.googleapis.com", "TW", "ok"),
                                    ("japaneast.api.cognitive.microsoft.com", "JP", "ok")):
            with self.subTest(host):
                said = self.explain("--user", "a", "--to", host, "--country", "JP")
                endpoint = [e for e in said["evidence"] if e["kind"] == "endpoint"]
                self.assertEqual([(e["value"], e["result"]) for e in endpoint], [(place, result)])
                self.assertEqual(said["verdict"], "block" if result == "denied" else "allow")

    def test_destinations_are_read_as_the_gateway_reads_them(self):
        self.assertEqual(self.policy('regions: { allow: [JP], evidence: { operator: if_known } }\ndestinations:\n  - { id: a, hosts: [例え.jp, "127.0.0.1:*"], facts: { operator_country: JP } }\n'), [])
        for host in ("例え.jp", "xn--r8jz45g.jp", "XN--R8JZ45G.jp.", "https://例え.jp/v1"):
            said = self.explain("--user", "a", "--to", host, "--country", "JP")
            self.assertEqual((said["verdict"], said["destination"]["host"]), ("allow", "xn--r8jz45g.jp"))
        for host in ("127.1", "2130706433", "0x7f.1", "017700000001", "http://0177.0.0.1/", "例え。jp", "１２７．０．０．１", "ＡＰＩ.example.jp", "а.example.jp", "a.example.jp:0443", "a.example.jp:+443", "a.example.jp:0",
                     "user:pw@a.example.jp", "a%2eexample.jp", "a..example.jp", "[fe80::1%25lo]", "x" * 64 + ".jp", "-a.jp"):
            with self.subTest(host):
                done = sh(SEKISHO, "explain", "-c", str(self.folder / "gateway.yaml"), "--user", "a", "--to", host, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertTrue(done.stderr.startswith("sekisho explain: --to:"), done.stderr)


class Routes(unittest.TestCase):
    """Whoever answers behind a service that forwards, and addresses in bodies: refused without a packet, told in answer and record."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.origin = cls.bench.origin("openrouter.ai", "api.openai.com", script=lambda conn, request: conn.send(OK))
        policy = POLICY.format(extra="").replace("[openai-api, anthropic-api, google-gemini-api]", "[openai-api, openrouter]")
        cls.gateway = cls.bench.gateway({"openrouter.ai": cls.origin.port, "api.openai.com": cls.origin.port}, policy=policy)

    def ask(self, host: str, body: dict):
        tunnel = self.gateway.tunnel(host)
        tunnel.send(post(host, json.dumps(body).encode()))
        answer = tunnel.message()
        tunnel.close()
        return answer

    def refused(self, host: str, body: dict, reason: str, *said: str):
        seen, decisions = len(self.origin.requests), len(self.gateway.decisions())
        answer = self.ask(host, body)
        self.assertEqual((answer.status, answer.get("x-should-retry")), (400, "false"))
        text = json.dumps(answer.json(), ensure_ascii=False)
        record = self.gateway.decisions()[-1]
        self.assertEqual(len(self.gateway.decisions()), decisions + 1)
        self.assertEqual((record["verdict"], record["reason"]), ("block", reason))
        for words in said:
            self.assertIn(words, text)
        self.assertEqual(len(self.origin.requests), seen)
        return record

    def test_a_forwarding_service_gets_only_what_is_pinned_to_allowed_companies(self):
        self.refused("openrouter.ai", {"model": "deepseek/deepseek-r1", "messages": []}, "region", "openrouter.ai")
        record = self.refused("openrouter.ai", {"model": "a/b", "provider": {"only": ["deepseek"]}, "messages": []}, "region", "deepseek-api, /provider/only/0")
        self.assertIn(["operator", "CN", "body:/provider/only/0 catalogue:deepseek-api", "denied"], record["evidence"])
        answer = self.ask("openrouter.ai", {"model": "deepseek/deepseek-r1", "provider": {"only": ["Together"]}, "messages": []})
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.gateway.decisions()[-1]["verdict"], "allow")

    def test_lists_are_written_by_the_gateway_from_what_policy_allows(self):
        """`sub_providers: allowed`: nobody keeps a list by hand, and what left is what the record says."""
        bench = Bench()
        self.addCleanup(bench.close)
        origin = bench.origin("openrouter.ai", "ai-gateway.vercel.sh", "router.huggingface.co", script=lambda conn, request: conn.send(OK))
        policy = POLICY.format(extra="enforce:\n  - { id: pin, providers: [openrouter, vercel-gateway], sub_providers: allowed }\n")
        policy = policy.replace("[openai-api, anthropic-api, google-gemini-api]", "[openrouter, vercel-gateway, huggingface]")
        gateway = bench.gateway({h: origin.port for h in ("openrouter.ai", "ai-gateway.vercel.sh", "router.huggingface.co")}, policy=policy)

        def send(host, body, path):
            before = len(origin.requests)
            tunnel = gateway.tunnel(host)
            tunnel.send(post(host, json.dumps(body).encode(), path=path))
            answer = tunnel.message()
            tunnel.close()
            arrived = [json.loads(r.body) for r in origin.requests[before:]]
            return answer, arrived[0] if arrived else None, gateway.decisions()[-1]

        answer, sent, record = send("openrouter.ai", {"model": "deepseek/deepseek-r1", "messages": []}, "/api/v1/chat/completions")
        self.assertEqual(answer.status, 200, answer.body)
        only = sent["provider"]["only"]
        self.assertIn("Together", only)
        self.assertFalse({"DeepSeek", "Alibaba", "Z.AI", "Moonshot AI", "Novita", "SiliconFlow"} & set(only), only)
        self.assertEqual(record["enforced"], [{"rule": "pin", "mode": "enforce", "set": [["body:/provider/only", "absent"]], "removed": [], "credential": None}])
        self.assertTrue([e for e in record["evidence"] if e[2].startswith("body:/provider/only/0 catalogue:")], record["evidence"])
        answer, sent, record = send("openrouter.ai", {"model": "a/b", "provider": {"only": ["deepseek", "together"], "order": ["deepseek"]}, "messages": []}, "/api/v1/chat/completions")
        self.assertEqual((answer.status, sent["provider"]), (200, {"only": ["together"], "order": ["together"]}))
        self.assertEqual(record["enforced"][0]["set"], [["body:/provider/only", "other"], ["body:/provider/order", "other"]])
        answer, sent, record = send("openrouter.ai", {"model": "a/b", "provider": {"only": ["deepseek"]}, "messages": []}, "/api/v1/chat/completions")
        self.assertEqual((answer.status, sent, record["reason"]), (400, None, "region"))
        self.assertIn("deepseek-api, /provider/only/0", json.dumps(answer.json(), ensure_ascii=False))
        answer, sent, _ = send("ai-gateway.vercel.sh", {"model": "deepseek/deepseek-v3", "messages": []}, "/v1/chat/completions")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn("bedrock", sent["providerOptions"]["gateway"]["only"])
        self.assertNotIn("deepseek", sent["providerOptions"]["gateway"]["only"])
        # Hugging Face takes no list: who is not pinned there is refused.
        self.assertEqual(send("router.huggingface.co", {"model": "a/b", "messages": []}, "/v1/chat/completions")[2]["reason"], "region")
        answer, sent, _ = send("router.huggingface.co", {"model": "a/b:together", "messages": []}, "/v1/chat/completions")
        self.assertEqual((answer.status, sent["model"]), (200, "a/b:together"))

    def test_models_in_forms_and_batches_are_judged(self):
        bench = Bench()
        self.addCleanup(bench.close)
        origin = bench.origin("llm.example.jp", script=lambda conn, request: conn.send(OK))
        gateway = bench.gateway({"llm.example.jp": origin.port})

        def send(body, kind):
            tunnel = gateway.tunnel("llm.example.jp")
            tunnel.send((f"POST /v1/files HTTP/1.1\r\nHost: llm.example.jp\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
            status = tunnel.message().status
            tunnel.close()
            return status, gateway.decisions()[-1]

        def part(name, value, file=""):
            return f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'

        def line(model):
            return json.dumps({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": model, "messages": []}}) + "\n"

        form = "multipart/form-data; boundary=b"
        file = '; filename="batch.jsonl"'
        for what, body, kind, status in (
                ("a field", part("model", "azure/whisper") + "--b--\r\n", form, 200),
                ("a field of a denied company", part("model", "dashscope/asr") + "--b--\r\n", form, 400),
                ("a batch", part("file", line("azure/gpt-4o") * 3, file) + "--b--\r\n", form, 200),
                ("a batch with one line of it", part("file", line("azure/gpt-4o") * 3 + line("deepseek/deepseek-chat"), file) + "--b--\r\n", form, 400),
                ("lines", line("azure/gpt-4o"), "application/x-ndjson", 200),
                ("lines of it", line("azure/gpt-4o") + line("volcengine/doubao"), "application/jsonl", 400)):
            with self.subTest(what):
                before = len(origin.requests)
                got, record = send(body.encode(), kind)
                self.assertEqual((got, record["reason"]), (status, "region" if status == 400 else None))
                self.assertEqual(len(origin.requests) - before, 1 if status == 200 else 0)

    def test_an_address_in_the_body_is_a_destination(self):
        tool = lambda url: {"model": "m", "input": "x", "tools": [{"type": "mcp", "server_url": url}]}  # noqa: E731
        record = self.refused("api.openai.com", tool("https://api.deepseek.com/mcp"), "region", "api.deepseek.com", "/tools/0/server_url")
        self.assertIn(["operator", "CN", "body:/tools/0/server_url catalogue:deepseek-api", "denied"], record["evidence"])
        self.refused("api.openai.com", tool("https://tools.example.net/"), "destination", "tools.example.net")
        self.refused("api.openai.com", tool("https://169.254.169.254/"), "address", "169.254.169.254")
        self.assertEqual(self.ask("api.openai.com", tool("https://llm.example.jp/mcp")).status, 200)
        picture = {"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://pictures.example.net/a.png"}}]}]}
        self.assertEqual(self.ask("api.openai.com", picture).status, 200)


if __name__ == "__main__":
    unittest.main()
