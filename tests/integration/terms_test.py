"""On which terms: what the origin received when policy sets headers, fields and the company's key; approvals that end."""
import datetime
import gzip
import json
import os
import pathlib
import re
import tempfile
import unittest

from harness import OK, SEKISHO, Bench, chat, post, sh

OURS = "our-company-key-" + "0123456789abcdef"
THEIRS = "personal-key-of-somebody"
ROOT = pathlib.Path(__file__).resolve().parents[2]

POLICY = """version: 1
name: terms
messages: { contact: "security@example.co.jp" }
destinations:
  - id: all
    providers: [openai-api, anthropic-api, google-gemini-api, openrouter, groq]
    side_hosts: [signin]
  - { id: house, hosts: [llm.example.jp], facts: { operator_country: JP } }
  - { id: lab, hosts: [lab.example.jp], facts: { operator_country: JP } }
enforce:
  - id: company-accounts
    company_accounts: { openai: [org-Aa, org-Bb], anthropic: [id-1] }
  - id: no-storage
    providers: [openai-api]
    paths: [/v1/responses, /v1/chat/completions]
    body: { store: false }
  - id: no-collection
    providers: [openrouter]
    body: { provider.data_collection: deny, provider: { zdr: true } }
  - id: our-key
    providers: [openai-api, anthropic-api, google-gemini-api]
    credential: { use: ours }
  - id: no-key
    destinations: [house]
    credential: strip
    headers: { X-Opt-Out: "1" }
    remove_headers: [X-Team]
  - id: tried
    destinations: [lab]
    mode: observe
    headers: { X-Opt-Out: "1" }
    body: { store: false }
    credential: { use: ours }
data:
  - { id: cards, findings: [credit_card], action: redact }
"""
HOSTS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "openrouter.ai", "api.groq.com", "llm.example.jp", "lab.example.jp")


class Enforced(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.origin = cls.bench.origin(*HOSTS, script=lambda conn, request: conn.send(OK))
        home = cls.bench.folder / "keys-of-services"
        home.write_text(f"# test\nours: {OURS}\n", encoding="utf-8")
        home.chmod(0o600)
        cls.keys = home
        cls.gateway = cls.bench.gateway({h: cls.origin.port for h in HOSTS}, policy=POLICY, settings=f"credentials: {home}\n")

    def send(self, host, body: bytes, path="/v1/chat/completions", headers="", authorization=f"Authorization: Bearer {THEIRS}\r\n"):
        """The answer, what the origin received, and the record."""
        before = len(self.origin.requests)
        tunnel = self.gateway.tunnel(host)
        tunnel.send((f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{authorization}{headers}"
                     f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
        answer = tunnel.message()
        tunnel.close()
        arrived = self.origin.requests[before:]
        return answer, arrived[0] if arrived else None, self.gateway.decisions()[-1]

    def fields(self, request, name):
        return [v for n, v in request.fields if n.lower() == name.encode()]

    def test_fields_are_set_in_the_bytes_of_the_body(self):
        _, got, record = self.send("api.openai.com", b'{ "model": "m", "store" : true, "temperature": 1.0 }')
        self.assertEqual(got.body, b'{ "model": "m", "store" : false, "temperature": 1.0 }')
        self.assertEqual(self.fields(got, "content-length"), [str(len(got.body)).encode()])
        rule = next(e for e in record["enforced"] if e["rule"] == "no-storage")
        self.assertEqual(rule, {"rule": "no-storage", "mode": "enforce", "set": [["body:/store", "other"]], "removed": [], "credential": None})

    def test_what_is_absent_is_inserted_and_masks_go_with_it(self):
        _, got, record = self.send("openrouter.ai", chat("card 4532 0151 1283 0366"), "/api/v1/chat/completions")
        body = json.loads(got.body)
        self.assertEqual(body["provider"], {"data_collection": "deny", "zdr": True})
        self.assertEqual(body["messages"][0]["content"], "card [REDACTED:credit_card]")
        self.assertEqual(record["verdict"], "redact")
        self.assertEqual(self.fields(got, "authorization"), [f"Bearer {THEIRS}".encode()], "no rule takes this service's key")

    def test_coded_bodies_are_decoded_first(self):
        _, got, _ = self.send("api.openai.com", gzip.compress(b'{"store":true}'), headers="Content-Encoding: gzip\r\n")
        self.assertEqual(got.body, b'{"store":false}')
        self.assertIsNone(got.get("content-encoding"))

    def test_company_headers_go_over_every_copy_and_to_their_service_alone(self):
        foreign = "OpenAI-Allowed-Organization-Ids: org-theirs\r\nopenai-allowed-organization-ids: org-other\r\n"
        _, got, record = self.send("api.openai.com", chat("x"), headers=foreign)
        self.assertEqual(self.fields(got, "openai-allowed-organization-ids"), [b"org-Aa,org-Bb"])
        self.assertIn(["header:OpenAI-Allowed-Organization-Ids", "other"], record["enforced"][0]["set"])
        _, got, _ = self.send("api.anthropic.com", chat("x"), "/v1/messages")
        self.assertEqual(self.fields(got, "anthropic-allowed-org-ids"), [b"id-1"])
        self.assertEqual(self.fields(got, "openai-allowed-organization-ids"), [])
        _, got, record = self.send("api.groq.com", chat("x"), "/openai/v1/chat/completions")
        self.assertNotIn("enforced", record)
        self.assertEqual(self.fields(got, "authorization"), [f"Bearer {THEIRS}".encode()])

    def test_personal_keys_are_swapped_where_the_service_takes_them(self):
        _, got, record = self.send("api.openai.com", chat("x"), headers="Cookie: session=personal\r\nX-Api-Key: personal\r\n")
        self.assertEqual(self.fields(got, "authorization"), [f"Bearer {OURS}".encode()])
        self.assertEqual(self.fields(got, "cookie") + self.fields(got, "x-api-key"), [])
        swapped = next(e for e in record["enforced"] if e["rule"] == "our-key")
        self.assertEqual(swapped["credential"], "ours")
        self.assertEqual(sorted(swapped["removed"]), ["header:authorization", "header:cookie", "header:x-api-key"])
        _, got, _ = self.send("api.anthropic.com", chat("x"), "/v1/messages")
        self.assertEqual((self.fields(got, "x-api-key"), self.fields(got, "authorization")), ([OURS.encode()], []))
        _, got, record = self.send("generativelanguage.googleapis.com", b'{"contents":[]}', f"/v1beta/models/g:generateContent?key={THEIRS}&alt=sse", authorization="")
        self.assertEqual(got.start, b"POST /v1beta/models/g:generateContent?alt=sse HTTP/1.1")
        self.assertEqual(self.fields(got, "x-goog-api-key"), [OURS.encode()])
        self.assertIn("query:key", record["enforced"][0]["removed"])

    def test_personal_keys_can_be_taken_away(self):
        _, got, record = self.send("llm.example.jp", chat("x"), headers="X-Team: secret\r\n")
        self.assertEqual(self.fields(got, "authorization") + self.fields(got, "x-team"), [])
        self.assertEqual(self.fields(got, "x-opt-out"), [b"1"])
        self.assertEqual(record["enforced"][0]["removed"], ["header:authorization", "header:x-team"])

    def test_what_cannot_be_set_is_not_sent(self):
        multipart = b"--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n"
        for what, body, headers in (("twice", b'{"store":true,"store":false}', ""), ("a list", b"[]", ""), ("multipart", multipart, "Content-Type: multipart/form-data; boundary=b\r\n")):
            with self.subTest(what):
                before = len(self.origin.requests)
                tunnel = self.gateway.tunnel("api.openai.com")
                kind = headers or "Content-Type: application/json\r\n"
                tunnel.send(f"POST /v1/responses HTTP/1.1\r\nHost: api.openai.com\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                answer = tunnel.message()
                tunnel.close()
                self.assertEqual(answer.status, 400)
                error = json.loads(answer.body)["error"]
                self.assertEqual((error["sekisho"]["reason"], error["sekisho"]["rule"]), ("terms", "no-storage"))
                self.assertIn("body:/store", error["message"])
                self.assertEqual(len(self.origin.requests), before)
                self.assertNotIn("enforced", self.gateway.decisions()[-1])

    def test_observed_rules_change_nothing(self):
        body = b'{"store": true}'
        _, got, record = self.send("lab.example.jp", body)
        self.assertEqual(got.body, body)
        self.assertEqual(self.fields(got, "authorization"), [f"Bearer {THEIRS}".encode()])
        self.assertEqual(self.fields(got, "x-opt-out"), [])
        change = record["enforced"][0]
        self.assertEqual((change["rule"], change["mode"], change["set"]), ("tried", "observe", [["header:X-Opt-Out", "absent"], ["body:/store", "other"]]))

    def test_keys_are_nowhere_but_on_the_wire(self):
        self.send("api.openai.com", chat("x"))
        where = [self.gateway.folder / "gateway.log", *(self.gateway.folder / "audit").rglob("*.*")]
        explained = sh(SEKISHO, "explain", "-c", str(self.gateway.config), "--to", "https://api.openai.com/v1/responses", "--json").stdout
        for text in [p.read_text(encoding="utf-8", errors="replace") for p in where if p.is_file()] + [explained, self.gateway.ask("GET", "/metrics")[1].decode()]:
            self.assertNotIn(OURS, text)
            self.assertNotIn(THEIRS, text)

    def test_explain_shows_what_would_be_set(self):
        body = self.bench.folder / "body.json"
        body.write_text('{"store":true}', encoding="utf-8")
        told = json.loads(sh(SEKISHO, "explain", "-c", str(self.gateway.config), "--to", "https://api.openai.com/v1/responses", "--body", str(body), "--json").stdout)
        self.assertEqual({e["rule"] for e in told["enforced"]}, {"company-accounts", "no-storage", "our-key"})
        text = sh(SEKISHO, "explain", "-c", str(self.gateway.config), "--to", "https://api.openai.com/v1/responses", "--body", str(body)).stdout
        self.assertIn("sets body:/store (over the client's)", text)

    def refused(self, host, headers, path="/"):
        tunnel = self.gateway.tunnel(host)
        tunnel.send(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
        answer = tunnel.message()
        tunnel.close()
        self.assertEqual((answer.status, answer.get("x-should-retry")), (400, "false"))
        return answer

    def test_everybody_is_refused_in_a_form_he_reads(self):
        text = self.refused("unknown.example.net", "User-Agent: curl/7.88.1\r\nAccept: */*\r\n")
        self.assertEqual(text.get("content-type"), "text/plain; charset=utf-8")
        self.assertIn("社内で承認された接続先ではありません".encode(), text.body)
        self.assertIn(b"is not an approved destination", text.body)
        page = self.refused("unknown.example.net", "Sec-Fetch-Mode: navigate\r\nAccept: text/html\r\n")
        self.assertEqual(page.get("content-type"), "text/html; charset=utf-8")
        plain = json.loads(self.refused("unknown.example.net", "User-Agent: python-requests/2.32\r\nAccept: */*\r\n").body)
        self.assertEqual((plain["error"]["code"], plain["sekisho"]["reason"]), ("sekisho_blocked", "destination"))
        azure = json.loads(self.refused("x.openai.azure.com", "User-Agent: curl/7.88.1\r\nAccept: */*\r\n", "/openai/v1/responses").body)
        self.assertEqual(azure["error"]["innererror"], {"code": "sekisho_blocked"})
        self.assertIn("受付番号 sks_", azure["error"]["message"])

    def test_keys_are_read_again_and_must_be_the_owners_alone(self):
        original = self.keys.read_text(encoding="utf-8")
        self.addCleanup(lambda: (self.keys.chmod(0o600), self.keys.write_text(original, encoding="utf-8"), self.gateway.reload()))
        self.keys.write_text("ours: another-key\n", encoding="utf-8")
        self.assertEqual(self.gateway.reload()[0], 200)
        _, got, _ = self.send("api.openai.com", chat("x"))
        self.assertEqual(self.fields(got, "authorization"), [b"Bearer another-key"])
        self.keys.chmod(0o640)
        status, told = self.gateway.reload()
        self.assertEqual(status, 422)
        self.assertIn("others than its owner may open it", json.dumps(told))
        self.keys.chmod(0o600)
        self.keys.write_text("theirs: x\n", encoding="utf-8")
        status, told = self.gateway.reload()
        self.assertEqual(status, 422)
        self.assertIn("the gateway holds no credential 'ours'", json.dumps(told))
        self.assertNotIn("another-key", json.dumps(told))


class Ends(unittest.TestCase):
    """Approvals and reviews that end are told ahead by check, the log, /readyz and /metrics."""

    def test_they_are_told_everywhere(self):
        bench = Bench()
        self.addCleanup(bench.close)
        day = lambda n: (datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))) + datetime.timedelta(days=n)).date()
        approval = "ticket: SEC-1, approved_by: [cto], reason: pilot"
        policy = f"""version: 1
destinations:
  - {{ id: soon, providers: [groq], until: {day(5)}, {approval} }}
  - {{ id: late, providers: [mistral-api], until: {day(40)}, {approval} }}
  - {{ id: over, providers: [cohere], until: {day(-1)}, {approval} }}
  - {{ id: reviewed, hosts: [llm.example.jp], facts: {{ operator_country: JP, reviewed_at: {day(-170)} }}, require: {{ reviewed_within: 180d }} }}
  - {{ id: unread, hosts: [new.example.jp], facts: {{ operator_country: JP }}, require: {{ reviewed_within: 180d }} }}
data: [ {{ id: labels, findings: [confidentiality_label], action: block }} ]
exceptions:
  - {{ id: EX-1, lifts: [labels], until: {day(10)}, {approval} }}
"""
        gateway = bench.gateway({}, policy=policy)
        checked = sh(SEKISHO, "check", "-c", str(gateway.config)).stderr
        ready = " | ".join(json.loads(gateway.ask("GET", "/readyz")[1])["warnings"])
        log = (gateway.folder / "gateway.log").read_text(encoding="utf-8")
        for words in (checked, ready, log):
            for told in ("the destination 'soon' (SEC-1) ends in 6 days", "接続先 'soon' (SEC-1) の期限まであと 6 日です", "the destination 'over' (SEC-1) has expired", "the exception 'EX-1' (SEC-1) ends in 11 days",
                         "the review of the terms of 'llm.example.jp' (reviewed) is due in 11 days", "the review of the terms of 'new.example.jp' (unread) is missing"):
                self.assertIn(told, words)
            self.assertNotIn("'late'", words)
        metrics = gateway.ask("GET", "/metrics")[1].decode()
        for line in ('sekisho_policy_ending_soon{kind="destination"} 1', 'sekisho_policy_ended{kind="destination"} 1', 'sekisho_policy_ending_soon{kind="exception"} 1',
                     'sekisho_policy_ending_soon{kind="review"} 1', 'sekisho_policy_ended{kind="review"} 1'):
            self.assertIn(line, metrics)
        midnight = datetime.datetime.combine(day(6), datetime.time(), datetime.timezone(datetime.timedelta(hours=9)))
        said = float(re.search(r'sekisho_policy_next_end_timestamp_seconds\{kind="destination"\} (\S+)', metrics)[1])
        self.assertEqual(said, midnight.timestamp())


class EvaluationNetwork(unittest.TestCase):
    """docs/evaluation_network.md: its policy, its questions, its answers."""

    DOC = ROOT / "docs" / "evaluation_network.md"

    def setUp(self):
        self.text = self.DOC.read_text(encoding="utf-8")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.policy = re.search(r"```yaml\n(version: 1\n.*?)```", self.text, re.DOTALL)[1]
        (self.folder / "gateway.yaml").write_text('version: 1\nlisten: [{ address: "127.0.0.1:0" }]\npolicy: policy.yaml\n', encoding="utf-8")

    def explain(self, policy, arguments):
        (self.folder / "policy.yaml").write_text(policy, encoding="utf-8")
        told = json.loads(sh(SEKISHO, "explain", "-c", str(self.folder / "gateway.yaml"), "--json", *arguments).stdout)
        return f"{told['verdict']} {told['reason'] or '-'} {told['rule'] or '-'} {told['exception'] or '-'}"

    def test_every_row_of_the_table(self):
        rows = re.findall(r"^\| (true|false) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|", self.text, re.MULTILINE)
        self.assertGreaterEqual(len(rows), 10)
        for final, user, address, to, at, expected in rows:
            with self.subTest(final=final, user=user, to=to, at=at):
                policy = re.sub(r"final: (true|false)", f"final: {final}", self.policy)
                arguments = ["--user", user.strip(), "--from", address.strip(), "--to", to.strip(), "--at", at.strip(), "--country", "JP" if "bedrock" in to else "CN"]
                self.assertEqual(self.explain(policy, arguments), expected)

    def test_the_policy_passes_its_own_examples(self):
        (self.folder / "policy.yaml").write_text(self.policy, encoding="utf-8")
        sh(SEKISHO, "ca", "init", "--directory", str(self.folder / "ca"))
        done = sh(SEKISHO, "check", "-c", str(self.folder / "gateway.yaml"), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
