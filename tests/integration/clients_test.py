"""The official SDKs, curl and Python's urllib through the real binary, against a local service that writes down what it received."""
import json
import subprocess
import unittest
import urllib.request

from harness import POLICY, ROOT, TIMEOUT, Bench, chat, sh

CLIENTS = ROOT / "tests" / "clients"
HOSTS = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"]
TOKEN = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.bench.pki.leaf(*HOSTS, name="service")
        cls.witness = cls.bench.folder / "witness.jsonl"
        cls.witness.touch()
        service = subprocess.Popen(["node", str(CLIENTS / "llm_service.mjs"), "--cert", str(cls.bench.folder / "service.crt"), "--key", str(cls.bench.folder / "service.key"), "--witness", str(cls.witness)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(lambda: (service.stdin.close(), service.wait(TIMEOUT), service.stdout.close()))
        cls.port = json.loads(service.stdout.readline())["port"]
        cls.gateway = cls.bench.gateway({h: cls.port for h in HOSTS})
        cls.proxy = "http://%s:%d" % cls.gateway.proxy
        cls.ca = cls.gateway.folder / "ca" / "ca.crt"
        cls.direct, cls.direct_seen = cls.run_checks("--ca", str(cls.bench.pki.ca))
        cls.through, cls.through_seen = cls.run_checks("--ca", str(cls.ca), "--proxy", cls.proxy)

    @classmethod
    def run_checks(cls, *arguments):
        before = len(cls.received())
        done = sh("node", str(CLIENTS / "sdk_checks.mjs"), "--port", str(cls.port), *arguments, check=False, timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return {x["name"]: x for x in map(json.loads, done.stdout.strip().split("\n"))}, cls.received()[before:]

    @classmethod
    def received(cls):
        return [json.loads(x) for x in cls.witness.read_text(encoding="utf-8").split("\n") if x]

    def test_typed_results_equal_a_direct_connection(self):
        for name, direct in self.direct.items():
            if name == "openai_next_turn":
                continue  # the marked older turn is masked on purpose
            with self.subTest(name):
                self.assertIn("value", direct, direct)
                self.assertEqual(self.through[name].get("value"), direct["value"], self.through[name])

    def test_bodies_are_byte_identical(self):
        clean = len([n for n in self.direct if n != "openai_next_turn"])
        for a, b in zip(self.direct_seen[:clean], self.through_seen[:clean]):
            self.assertEqual((a["method"], a["url"], a["sha256"]), (b["method"], b["url"], b["sha256"]))

    def test_blocked_is_the_sdks_own_error_after_one_attempt(self):
        expected = {"openai_blocked": "BadRequestError", "openai_blocked_20_mb": "BadRequestError", "anthropic_blocked": "BadRequestError", "gemini_blocked": "ApiError"}
        for name, error in expected.items():
            with self.subTest(name):
                seen = self.through[name]
                self.assertEqual((seen.get("error"), seen.get("status"), seen["attempts"]), (error, 400, 1), seen)
                self.assertNotIn(TOKEN, seen["message"])
        self.assertFalse(any(TOKEN in r["body"] for r in self.through_seen))
        self.assertEqual(len(self.through_seen), len(self.direct_seen))  # not one request more than the clean ones

    def test_the_conversation_goes_on_after_a_block(self):
        self.assertEqual(self.through["openai_next_turn"].get("value"), "I read: next")
        body = self.through_seen[-1]["body"].encode("latin1").decode()
        self.assertIn("[REDACTED:confidentiality_label]", body)

    def test_curl(self):
        before = len(self.received())
        body = chat("hello from curl")
        done = sh("curl", "-sS", "--max-time", "20", "--proxy", self.proxy, "--cacert", str(self.ca), "-H", "content-type: application/json", "--data-binary", "@-",
                  "https://api.openai.com/v1/chat/completions", input=body.decode())
        self.assertIn("hello from curl", done.stdout)
        self.assertEqual(self.received()[before]["body"].encode("latin1"), body)

    def test_urllib(self):
        import ssl
        context = ssl.create_default_context(cafile=str(self.ca))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": self.proxy}), urllib.request.HTTPSHandler(context=context))
        request = urllib.request.Request("https://api.openai.com/v1/chat/completions", data=chat("hello from urllib"), headers={"content-type": "application/json"})
        with opener.open(request, timeout=TIMEOUT) as answer:
            self.assertIn(b"hello from urllib", answer.read())


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
