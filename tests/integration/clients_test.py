"""The official SDKs, undici, curl, urllib and httpx through the real binary, against a local service that writes down what it received."""
import hashlib
import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from harness import POLICY, ROOT, SEKISHO, TIMEOUT, Bench, chat, sh
from sinks_test import Receiver

CLIENTS = ROOT / "tests" / "clients"
HOSTS = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"]
TOKEN = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"
URL = "https://api.openai.com/v1/chat/completions"
# Names of checks in which the gateway steps in, on purpose.
BLOCKED = {"openai_blocked": "BadRequestError", "openai_blocked_20_mb": "BadRequestError", "anthropic_blocked": "BadRequestError", "gemini_blocked": "ApiError"}
SIX_TURNS = ("openai_six_turns", "anthropic_six_turns", "gemini_six_turns")
CHANGED = {*BLOCKED, *SIX_TURNS, "openai_next_turn"}
# Untidy on purpose: what leaves is the very text, not a retelling of it.
UNTIDY = '{ "model":"m" ,\r\n\t"messages":[ {"role":"user","content":"caf\\u00e9 \\ud83d\\ude00 日本語 \\/ end"} ], "n":1.50e0, "big":12345678901234567890 }\n'.encode()


class Service:
    """The service and its witness."""

    def __init__(self, bench: Bench):
        bench.pki.leaf(*HOSTS, name="service")
        self.witness = bench.folder / "witness.jsonl"
        self.witness.touch()
        self.process = subprocess.Popen(["node", str(CLIENTS / "llm_service.mjs"), "--cert", str(bench.folder / "service.crt"), "--key", str(bench.folder / "service.key"), "--witness", str(self.witness)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = json.loads(self.process.stdout.readline())
        self.port, self.control = said["port"], said["control"]

    @staticmethod
    def lines(path) -> list[dict]:
        return [json.loads(x) for x in path.read_text(encoding="utf-8").split("\n") if x]

    def received(self) -> list[dict]:
        return self.lines(self.witness)

    def answered(self) -> list[dict]:
        return self.lines(self.witness.with_name(self.witness.name + ".answers"))

    def close(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()


class Suite(unittest.TestCase):
    """Runs the whole suite of SDK checks and keeps what the programs and the service saw."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.service = Service(cls.bench)
        cls.addClassCleanup(cls.service.close)

    @classmethod
    def start_gateway(cls, **kw):
        gateway = cls.bench.gateway({h: cls.service.port for h in HOSTS}, **kw)
        cls.proxy = "http://%s:%d" % gateway.proxy
        cls.ca = gateway.folder / "ca" / "ca.crt"
        return gateway

    @classmethod
    def run_checks(cls, *arguments):
        before = len(cls.service.received()), len(cls.service.answered())
        done = sh("node", str(CLIENTS / "sdk_checks.mjs"), "--port", str(cls.service.port), "--control", str(cls.service.control), *arguments, check=False, timeout=240)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return {x["name"]: x for x in map(json.loads, done.stdout.strip().split("\n"))}, cls.service.received()[before[0]:], cls.service.answered()[before[1]:]

    def curl(self, *arguments, body: bytes):
        return subprocess.run(["curl", "-sS", "--max-time", "20", "--proxy", self.proxy, "--cacert", str(self.ca), "-H", "content-type: application/json", "--data-binary", "@-", *arguments, URL],
                              input=body, capture_output=True, check=True, timeout=TIMEOUT * 2).stdout

    def python(self, interpreter, library, body=UNTIDY):
        done = subprocess.run([interpreter, str(CLIENTS / "python_client.py"), library, "--proxy", self.proxy, "--ca", str(self.ca), "--control", str(self.service.control)],
                              input=body, capture_output=True, timeout=TIMEOUT * 2)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def check_python(self, interpreter, library):
        before = len(self.service.received()), len(self.service.answered())
        seen = self.python(interpreter, library)
        plain, stream = self.service.received()[before[0]:]
        self.assertEqual((seen["status"], plain["sha256"]), (200, hashlib.sha256(UNTIDY).hexdigest()))
        self.assertEqual(seen["sha256"], self.service.answered()[before[1]]["answer_sha256"])
        self.assertEqual("".join(seen["events"]), "I read: acked: one two three 日本語")
        self.assertGreater(len(seen["events"]), 6)

    def check_httpx(self):
        found = [p for p in (sys.executable, "/usr/bin/python3") if subprocess.run([p, "-c", "import httpx"], capture_output=True).returncode == 0]
        if not found:
            self.skipTest("needs the package python3-httpx")
        self.check_python(found[0], "httpx")

    def check_curl(self):
        before = len(self.service.received())
        answer = self.curl(body=UNTIDY)
        self.assertEqual(self.service.received()[before]["sha256"], hashlib.sha256(UNTIDY).hexdigest())
        self.assertEqual(hashlib.sha256(answer).hexdigest(), self.service.answered()[-1]["answer_sha256"])

    def check_curl_stream(self):
        """curl shows each event before the service sends the next."""
        process = subprocess.Popen(["curl", "-sSN", "--max-time", "20", "--proxy", self.proxy, "--cacert", str(self.ca), "-H", "content-type: application/json", "--data-binary", chat("acked: one two three", stream=True), URL],
                                   stdout=subprocess.PIPE)
        events = 0
        for line in process.stdout:
            if line.startswith(b"data: {"):
                events += 1
                urllib.request.urlopen(f"http://127.0.0.1:{self.service.control}/ack", timeout=TIMEOUT).close()
        process.stdout.close()
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual(events, 2 + len("I read: acked: one two three".split()))


    def check_bun(self):
        """Bun takes no byte of a stream for the CONNECT's answer, and its connection serves a second time."""
        bun = next((CLIENTS / "node_modules" / "@oven").glob("bun-linux-*/bin/bun"), None)
        if bun is None:
            self.skipTest("Bun is not made for this processor")
        environment = {**os.environ, "HTTPS_PROXY": self.proxy, "NO_PROXY": "127.0.0.1", "NODE_EXTRA_CA_CERTS": str(self.ca)}
        done = subprocess.run([bun, CLIENTS / "bun_fetch.mjs", "--control", str(self.service.control)], env=environment, capture_output=True, timeout=TIMEOUT * 3)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        seen = [json.loads(x) for x in done.stdout.splitlines()]
        self.assertEqual(seen, [{"status": 200, "begins": "data: ", "events": 2 + len("I read: acked: one two three 日本語".split())}] * 2)


class Clients(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sinks = {form: Receiver() for form in ("json", "ocsf", "ecs", "otlp")}
        for sink in cls.sinks.values():
            cls.addClassCleanup(sink.close)
        sinks = ", ".join(f'{{ name: {form}, otlp: "{sink.url}/v1/logs" }}' if form == "otlp" else f'{{ name: {form}, http: "{sink.url}/", format: {form} }}' for form, sink in cls.sinks.items())
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(cls.bench.folder / "auditor.key"), "-out", str(cls.bench.folder / "auditor.pem"),
           "-days", "60", "-subj", "/CN=auditor")
        sealed = f', sealed: {{ recipients: {{ auditors: ["{cls.bench.folder}/auditor.pem"] }} }}'
        policy = POLICY.format(extra="").replace("action: redact", "action: redact, seal: [auditors]")
        cls.gateway = cls.start_gateway(policy=policy, audit=f'audit/", sinks: [{sinks}], sync: "every_decision', keeping=sealed)
        cls.direct, cls.direct_seen, _ = cls.run_checks("--ca", str(cls.bench.pki.ca))
        cls.through, cls.through_seen, cls.through_answered = cls.run_checks("--ca", str(cls.ca), "--proxy", cls.proxy)

    def test_typed_results_equal_a_direct_connection(self):
        for name, direct in self.direct.items():
            if name in CHANGED:
                continue
            with self.subTest(name):
                self.assertIn("value", direct, direct)
                self.assertEqual(self.through[name].get("value"), direct["value"], self.through[name])
                self.assertEqual((self.through[name]["attempts"], self.through[name]["answers"]), (direct["attempts"], direct["answers"]))

    def test_bodies_are_byte_identical(self):
        """In both ways, by the witness: what the service received, and what it sent is what the client got."""
        seen = lambda x: (x["method"], x["url"], x["bytes"], x["sha256"])
        sent, bodies = {seen(a) for a in self.direct_seen}, {a["sha256"] for a in self.direct_seen}
        passed = [b for b in self.through_seen if b["sha256"] in bodies]
        self.assertEqual([seen(b) for b in passed if seen(b) not in sent], [])
        changed = [b for b in self.through_seen if b["sha256"] not in bodies]
        self.assertTrue(all("[REDACTED:" in b["body"] or "(refused)" in b["body"] for b in changed))
        self.assertGreater(len(passed), 20)
        delivered = {x for check in self.through.values() for x in check["answers"]}
        self.assertTrue({x["answer_sha256"] for x in self.through_answered} <= delivered)

    def test_each_event_is_delivered_before_the_next_is_sent(self):
        for name in ("openai_acked", "openai_responses_acked", "anthropic_acked", "gemini_acked"):
            with self.subTest(name):
                self.assertGreater(self.through[name]["value"]["events"], 5)
                self.assertEqual(self.through[name]["value"], self.direct[name]["value"])

    def test_blocked_is_the_sdks_own_error_after_one_attempt(self):
        for name, error in BLOCKED.items():
            with self.subTest(name):
                seen = self.through[name]
                self.assertEqual((seen.get("error"), seen.get("status"), seen["attempts"]), (error, 400, 1), seen)
                self.assertNotIn(TOKEN, seen["message"])
                self.assertIn("value", self.direct[name])
        self.assertFalse(any(TOKEN in r["body"] for r in self.through_seen))

    def test_a_block_in_turn_5_leaves_turn_6_alone(self):
        for name in SIX_TURNS:
            with self.subTest(name):
                turns = self.through[name]["value"]
                self.assertEqual(turns, [f"I read: turn {n}" for n in range(1, 5)] + [{"status": 400, "attempts": 1}, "I read: turn 6"])
        last = [r["body"] for r in self.through_seen if "turn 6" in r["body"]]
        self.assertEqual(len(last), 3)
        for body in last:
            self.assertIn("[REDACTED:", body)

    def test_the_conversation_goes_on_after_a_block(self):
        self.assertEqual(self.through["openai_next_turn"].get("value"), "I read: next")
        body = self.through_seen[-1]["body"].encode("latin1").decode()
        self.assertIn("[REDACTED:confidentiality_label]", body)

    def test_seeded_values_are_written_nowhere(self):
        """The journal, what lies beside it, the log, pages, metrics, and everything that was sent to other systems."""
        self.assertIn(b"choices", self.curl(body=chat("4532-0151-1283-0366")))  # masked, and a sealed copy of it kept
        refused = self.curl(body=chat(f"{TOKEN} 4111 1111 1111 1111"))
        blocked = json.loads(refused)["error"]["sekisho"]["request_id"].encode()
        for form, sink in self.sinks.items():
            sink.wait(lambda r: any(blocked in body for _, _, body in r.bodies))
        seeds = [x.encode() for x in (TOKEN, TOKEN[4:], "4111 1111 1111 1111", "4111111111111111", "4532-0151-1283-0366", "4532015112830366")]
        places = {str(p): p.read_bytes() for p in self.gateway.folder.rglob("*") if p.is_file()}
        places |= {page: self.gateway.ask("GET", page)[1] for page in ("/metrics", "/readyz", "/policy")}
        places |= {form: b"\n".join(body for _, _, body in sink.bodies) for form, sink in self.sinks.items()}
        places["the refusal"] = refused
        for form in ("cef", "rfc5424"):
            places[form] = sh(SEKISHO, "audit", "export", "-c", str(self.gateway.config), "--format", form).stdout.encode()
        copies = [p for p in places if p.endswith(".cms")]
        self.assertEqual(len(copies), sum("sealed" in d for d in self.gateway.decisions()))
        self.assertGreater(len(copies), 0)
        self.assertIn(blocked, b"".join(x for p, x in places.items() if p.endswith(".jsonl")))
        for place, written in places.items():
            for seed in seeds:
                self.assertNotIn(seed, written, place)

    def test_curl(self):
        self.check_curl()
        self.check_curl_stream()

    def test_urllib(self):
        self.check_python(sys.executable, "urllib")

    def test_httpx(self):
        self.check_httpx()

    def test_bun(self):
        self.check_bun()

    def test_one_attempt_of_curl_and_python_when_blocked(self):
        before = len(self.service.received())
        self.assertEqual(json.loads(self.curl(body=chat(TOKEN)))["error"]["code"], "sekisho_blocked")
        decisions = len(self.gateway.decisions())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            import ssl
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": self.proxy}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.ca))))
            opener.open(urllib.request.Request(URL, data=chat(TOKEN), headers={"content-type": "application/json"}), timeout=TIMEOUT)
        self.assertEqual(refused.exception.code, 400)
        refused.exception.close()
        self.assertEqual(len(self.gateway.decisions()), decisions + 1)
        self.assertEqual(len(self.service.received()), before)


class Observed(Suite):
    """Observe mode stops and changes nothing: the whole suite, digests equal in both ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = cls.start_gateway(policy=POLICY.format(extra="").replace("name: test", "name: test\nmode: observe"))
        cls.direct, cls.direct_seen, cls.direct_answered = cls.run_checks("--ca", str(cls.bench.pki.ca))
        cls.through, cls.through_seen, cls.through_answered = cls.run_checks("--ca", str(cls.ca), "--proxy", cls.proxy)

    def test_requests_are_equal(self):
        facts = lambda r: (r["method"], r["url"], r["bytes"], r["sha256"])
        self.assertEqual([facts(r) for r in self.through_seen], [facts(r) for r in self.direct_seen])

    def test_fields_keep_name_value_and_order(self):
        hop = {"host", "connection", "content-length", "transfer-encoding"}  # of one connection, or naming the port of the other way
        kept = lambda r: [(k, v) for k, v in r["headers"] if k.lower() not in hop]
        for a, b in zip(self.direct_seen, self.through_seen):
            self.assertEqual(kept(a), kept(b))

    def test_answers_are_equal(self):
        for name, direct in self.direct.items():
            with self.subTest(name):
                self.assertIn("value", direct)
                self.assertEqual((self.through[name].get("value"), self.through[name]["answers"], self.through[name]["attempts"]), (direct["value"], direct["answers"], direct["attempts"]))
        self.assertEqual([x["answer_sha256"] for x in self.through_answered], [x["answer_sha256"] for x in self.direct_answered])

    def test_what_would_have_happened_is_recorded(self):
        would = [d["would"] for d in self.gateway.decisions()]
        self.assertGreaterEqual(would.count("block"), len(BLOCKED) + len(SIX_TURNS))
        self.assertEqual({d["verdict"] for d in self.gateway.decisions()}, {"allow"})

    def test_other_clients(self):
        self.check_curl()
        self.check_curl_stream()
        self.check_python(sys.executable, "urllib")

    def test_httpx(self):
        self.check_httpx()


class Pseudonymised(unittest.TestCase):
    """The employee's program reads values, the service has seen tokens."""
    MAIL = "taro.yamada@sekisho-rei.co.jp"

    def test_sdks_read_values_where_the_service_saw_tokens(self):
        bench = Bench()
        self.addCleanup(bench.close)
        bench.pki.leaf(*HOSTS, name="service")
        witness = bench.folder / "witness.jsonl"
        witness.touch()
        service = subprocess.Popen(["node", str(CLIENTS / "llm_service.mjs"), "--cert", str(bench.folder / "service.crt"), "--key", str(bench.folder / "service.key"), "--witness", str(witness)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (service.stdin.close(), service.wait(TIMEOUT), service.stdout.close()))
        port = json.loads(service.stdout.readline())["port"]
        rule = "  - { id: mail, findings: [email], action: pseudonymise }\n"
        gateway = bench.gateway({h: port for h in HOSTS}, policy=POLICY.format(extra=rule))
        done = sh("node", str(CLIENTS / "pseudonym_checks.mjs"), "--ca", str(gateway.folder / "ca" / "ca.crt"), "--proxy", "http://%s:%d" % gateway.proxy, "--mail", self.MAIL, check=False, timeout=120)
        seen = [json.loads(x) for x in done.stdout.strip().split("\n")]
        self.assertEqual(len(seen), 10, done.stderr)
        for check in seen:
            with self.subTest(check["name"]):
                self.assertEqual(check.get("value"), f"I read: split: write to {self.MAIL}, S SKS_", check)
        requests = [json.loads(x) for x in witness.read_text(encoding="utf-8").split("\n") if x]
        self.assertEqual(len(requests), 10)
        for request in requests:
            self.assertNotIn("sekisho-rei", request["body"])
            self.assertRegex(request["body"], r"SKS_EMAIL_[A-Z2-7]{13}")


if __name__ == "__main__":
    unittest.main()
