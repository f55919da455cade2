"""The decision table through the real gateway, a sample of it; and the schemas against what the loaders take."""
import base64
import collections
import csv
import json
import pathlib
import re
import unittest

import yaml
from jsonschema import Draft202012Validator

from harness import ROOT, SEKISHO, Bench, chat, sh

TABLE = ROOT / "tests" / "policy" / "data" / "decisions"
NETWORKS = {"JP": "127.1.1.0/24", "US": "127.1.2.0/24", "CN": "127.1.3.0/24", "HK": "127.1.4.0/24", "SG": "127.1.5.0/24", "MO": "127.1.6.0/24"}
UNKNOWN = "127.1.9.1"  # in none of them


def rows() -> list[dict[str, str]]:
    with open(TABLE / "table.csv", newline="", encoding="utf-8") as f:
        return [r for r in csv.DictReader(f) if r["gateway"] == "yes"]


def policies() -> dict[str, str]:
    parts = re.split(r"^=== (.*)\n", (TABLE / "policies.txt").read_text(encoding="utf-8"), flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2])) | {"shipped": (ROOT / "config" / "policy.yaml").read_text(encoding="utf-8")}


def address_of(country: str) -> str:
    return UNKNOWN if country == "unknown" else NETWORKS[country or "JP"].replace("0/24", "1")


class Table(unittest.TestCase):
    """One gateway for each country that the addresses lie in; the policies are loaded one after the other."""

    def test_sample_is_decided_as_the_table_says(self):
        bench = Bench()
        self.addCleanup(bench.close)
        sample = rows()
        self.assertGreaterEqual(len(sample), 40)
        hosts = sorted({r["to"] for r in sample})
        origin = bench.origin(*hosts, at=("0.0.0.0", 0))
        by_country = collections.defaultdict(list)
        for r in sample:
            by_country[r["address"]].append(r)
        texts, served, loaded = policies(), 0, ""
        for country, some in sorted(by_country.items()):
            gateway, loaded = self.gateway(bench, origin, hosts, country), ""
            for r in sorted(some, key=lambda r: r["policy"]):
                with self.subTest(r["id"], policy=r["policy"], to=r["to"]):
                    if loaded != r["policy"]:
                        (gateway.folder / "policy.yaml").write_text(texts[r["policy"]], encoding="utf-8")
                        self.assertEqual(gateway.reload()[0], 200)
                        loaded = r["policy"]
                    status = self.ask(gateway, r)
                    passes = r["verdict"] != "block"
                    served += passes
                    self.assertEqual(status, 200 if passes else 400)
                    record = gateway.decisions()[-1]
                    told = {k: record[k] or "" for k in ("verdict", "would", "reason")}
                    self.assertEqual(told, {k: r[k] for k in told}, r["because"])
                    if r["rule"] and not passes:
                        self.assertEqual(record["rule"], r["rule"])
            gateway.stop()
        self.assertEqual(len(origin.requests), served)  # what was refused never reached it

    def gateway(self, bench: Bench, origin, hosts: list[str], country: str):
        users = bench.folder / "users"
        if not users.exists():
            sh(SEKISHO, "user", "add", "alice", "--password-stdin", "--file", str(users), input="synthetic\n")
        self.credential = base64.b64encode(b"alice:synthetic").decode()
        gateway = bench.gateway({}, policy="version: 1\ndetectors: { packs: [] }\n", clients=f'{{ authentication: basic, users_file: "{users}" }}')
        gateway.stop()
        text = gateway.config.read_text(encoding="utf-8")
        networks = ", ".join(f"{n}: {c}" for c, n in NETWORKS.items())
        overrides = ", ".join(f'{h}: "{address_of(country)}:{origin.port}"' for h in hosts)
        text = text.replace("networks: { 127.0.0.0/8: JP }", f"networks: {{ {networks} }}").replace("resolver: { hosts: {  } }", f"resolver: {{ hosts: {{ {overrides} }} }}")
        gateway.config.write_text(text, encoding="utf-8")
        gateway.start()
        return gateway

    def ask(self, gateway, r: dict[str, str]) -> int:
        tunnel = gateway.tunnel(r["to"], headers=f"Proxy-Authorization: Basic {self.credential}\r\n")
        self.addCleanup(tunnel.close)
        body = r["body"].encode() if r["body"].startswith("{") else chat(r["body"]) if r["body"] else b""
        path = r["path"] or ("/v1/messages" if "anthropic" in r["to"] else "/v1/chat/completions")
        fields = f"Host: {r['to']}\r\n" + (f"{r['headers']}\r\n" if r["headers"] else "")
        if body:
            fields += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        tunnel.send(f"{r['method']} {path} HTTP/1.1\r\n{fields}\r\n".encode() + body)
        return tunnel.message().status


BEFORE = """version: 1
name: before
regions: { allow: [JP, US], deny: [CN, HK, MO], evidence: { operator: required, address: required } }
destinations:
  - { id: api, providers: [openai-api, anthropic-api] }
data:
  - { id: cards, findings: [credit_card], action: redact }
  - { id: labels, findings: [confidentiality_label], action: block }
"""
AFTER = BEFORE.replace("name: before", "name: after").replace(", anthropic-api", "").replace("action: redact", "action: block") + """detectors:
  custom:
    - { type: project_code, pattern: 'PRJ-[0-9]{4}', category: confidential }
"""


class Replay(unittest.TestCase):
    """A new policy over what a gateway recorded."""

    @classmethod
    def setUpClass(cls):
        self = cls
        bench = Bench()
        cls.addClassCleanup(bench.close)
        origin = bench.origin("api.openai.com", "api.anthropic.com")
        self.gateway = bench.gateway({h: origin.port for h in ("api.openai.com", "api.anthropic.com")}, policy=BEFORE)
        for host, text in (("api.openai.com", "hello"), ("api.openai.com", "card 4532 0151 1283 0366"), ("api.openai.com", "【社外秘】計画"),
                           ("api.anthropic.com", "hello"), ("api.anthropic.com", "hello again"), ("api.deepseek.com", "hello"), ("unknown.example.com", "hello")):
            tunnel = self.gateway.tunnel(host)
            body = chat(text)
            path = "/v1/messages" if "anthropic" in host else "/v1/chat/completions"
            tunnel.send(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            tunnel.message()
            tunnel.close()
        tunnel = self.gateway.tunnel("api.openai.com")  # a matter of framing, not of the policy
        tunnel.send(b"POST / HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")
        tunnel.message()
        tunnel.close()
        self.gateway.stop()

    def replay(self, policy: str, *more: str, code: int = 0) -> dict:
        path = self.gateway.folder / "new.yaml"
        path.write_text(policy, encoding="utf-8")
        done = sh(SEKISHO, "replay", "-c", str(self.gateway.config), "--policy", str(path), "--json", *more, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def test_its_own_policy_changes_nothing(self):
        told = self.replay(BEFORE, "--fail")
        self.assertEqual((told["decisions"], told["replayed"], told["changed"]), (8, 7, 0), told)
        self.assertEqual(told["not_replayed"], {"framing": 1})

    def test_a_new_policy_is_told_by_rule_user_and_provider(self):
        told = self.replay(AFTER, "--fail", code=1)
        self.assertEqual(told["changed"], 3)
        self.assertEqual({(r["rule"], r["from"], r["to"], r["count"]) for r in told["by_rule"]},
                         {("destinations", "allow", "block destination", 2), ("cards", "redact data", "block data", 1)})
        self.assertEqual({(r["provider"], r["count"]) for r in told["by_provider"]}, {("anthropic-api", 2), ("openai-api", 1)})
        self.assertEqual(sum(r["count"] for r in told["by_user"]), 3)
        self.assertEqual({e["host"] for e in told["examples"]}, {"api.anthropic.com", "api.openai.com"})
        limits = " ".join(limit["en"] for limit in told["limits"])
        self.assertIn("the text is not kept", limits)
        self.assertIn("project_code", limits)

    def test_people_read_it(self):
        path = self.gateway.folder / "new.yaml"
        path.write_text(AFTER, encoding="utf-8")
        done = sh(SEKISHO, "replay", "-c", str(self.gateway.config), "--policy", str(path))
        self.assertIn("3 decisions change (8 recorded, 7 replayed)", done.stdout)
        self.assertIn("what this cannot tell", done.stdout)

    def test_what_cannot_be_done_is_two(self):
        for more in (("--since", "yesterday"), ("--at", "noon"), ("--directory", str(self.gateway.folder / "nowhere"))):
            path = self.gateway.folder / "new.yaml"
            path.write_text(AFTER, encoding="utf-8")
            done = sh(SEKISHO, "replay", "-c", str(self.gateway.config), "--policy", str(path), *more, check=False)
            self.assertEqual(done.returncode, 2, (more, done.stdout, done.stderr))
        done = sh(SEKISHO, "replay", "-c", str(self.gateway.config), "--policy", "nowhere.yaml", check=False)
        self.assertEqual(done.returncode, 2)


class Yaml12(yaml.SafeLoader):
    """YAML 1.2 as editors and our loader read it: `no` and dates are text."""


Yaml12.yaml_implicit_resolvers = {}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[0-9]+$"), list("0123456789"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[0-9]+\.[0-9]+$"), list("0123456789"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])

WRONG_POLICIES = {
    "an unknown key": "version: 1\nregion: { allow: [JP] }\n",
    "another version": "version: 2\n",
    "a word that is none": "version: 1\nmode: shadow\n",
    "a boolean that is none": "version: 1\nregions: { allow: [JP], final: yes }\n",
    "a country in small letters": "version: 1\nregions: { allow: [jp] }\n",
    "no list of countries": "version: 1\nregions: { deny: [CN] }\n",
    "a rule without an action": "version: 1\ndata:\n  - { id: a, findings: [email] }\n",
    "a count of none": "version: 1\ndata:\n  - { id: a, findings: [email], action: block, at_least: 0 }\n",
    "an exception without an end": "version: 1\nexceptions:\n  - { id: a, lifts: [b], ticket: t, approved_by: [c], reason: r }\n",
    "a date that is none": "version: 1\ndestinations:\n  - { id: a, hosts: [a.example.jp], until: soon, ticket: t, approved_by: [c], reason: r }\n",
    "an unknown fact": "version: 1\ndestinations:\n  - { id: a, hosts: [a.example.jp], facts: { seat: JP } }\n",
    "a fact that is no word": "version: 1\ndestinations:\n  - { id: a, hosts: [a.example.jp], require: { trains_on_inputs: never } }\n",
    "an unknown role": "version: 1\ndestinations:\n  - { id: a, providers: [openai-api], side_hosts: [ads] }\n",
    "a test without a destination": "version: 1\ntests:\n  - { name: a, given: { user: alice }, expect: { verdict: allow } }\n",
}
WRONG_GATEWAYS = {
    "no listener": "version: 1\n",
    "a size without a unit": "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\nlimits: { body: 32 }\n",
    "a duration without a unit": "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\nlimits: { idle: 5 }\n",
    "an unknown key": "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\nport: 8080\n",
    "no workers": "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\nworkers: 0\n",
    "an unknown log level": "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\nlog: { level: loud }\n",
}


class Schemas(unittest.TestCase):
    def setUp(self):
        self.validators = {}
        for name in ("policy", "gateway"):
            schema = json.loads(sh(SEKISHO, "schema", name).stdout)
            Draft202012Validator.check_schema(schema)
            self.validators[name] = Draft202012Validator(schema)

    def faults(self, name: str, text: str) -> list[str]:
        return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in self.validators[name].iter_errors(yaml.load(text, Yaml12))]

    def test_shipped_and_example_files_are_valid(self):
        files = {"policy": [ROOT / "config" / "policy.yaml", ROOT / "tests" / "config" / "data" / "every_key_policy.yaml",
                            ROOT / "tests" / "config" / "data" / "policy_example.yaml"],
                 "gateway": [ROOT / "config" / "gateway.yaml", ROOT / "docker" / "gateway.yaml", ROOT / "tests" / "config" / "data" / "every_key_gateway.yaml",
                             ROOT / "tests" / "config" / "data" / "gateway_example.yaml"]}
        for name, paths in files.items():
            for path in paths:
                with self.subTest(path.name):
                    self.assertEqual(self.faults(name, path.read_text(encoding="utf-8")), [])
        for name, text in policies().items():
            with self.subTest(name):
                self.assertEqual(self.faults("policy", text), [])

    def test_refuse_what_the_loaders_refuse(self):
        bench = Bench()
        self.addCleanup(bench.close)
        gateway = 'version: 1\nlisten: [{ address: "127.0.0.1:0" }]\npolicy: policy.yaml\n'
        for name, wrong in (("policy", WRONG_POLICIES), ("gateway", WRONG_GATEWAYS)):
            for what, text in wrong.items():
                with self.subTest(what):
                    self.assertNotEqual(self.faults(name, text), [])
                    (bench.folder / "policy.yaml").write_text(text if name == "policy" else "version: 1\n", encoding="utf-8")
                    (bench.folder / "gateway.yaml").write_text(text if name == "gateway" else gateway, encoding="utf-8")
                    done = sh(SEKISHO, "check", "-c", str(bench.folder / "gateway.yaml"), check=False)
                    self.assertIn(f"{name}.yaml:", done.stderr)
                    self.assertNotEqual(done.returncode, 0)

    def test_every_key_is_described_in_japanese_and_english(self):
        def walk(node, path):
            if isinstance(node, dict):
                for key, value in node.get("properties", {}).items():
                    # The two languages of a text in two languages need no words of their own.
                    if path and path[-1] == "$defs":
                        continue
                    said = value.get("description", "")
                    self.assertRegex(said, r"[\u3040-\u30ff\u4e00-\u9fff]", "/".join((*path, key)))
                    self.assertRegex(said.split("\n")[-1], r"[a-zA-Z]", "/".join((*path, key)))
                for key, value in node.items():
                    if key != "$defs":
                        walk(value, (*path, key))
            elif isinstance(node, list):
                for value in node:
                    walk(value, path)
        for validator in self.validators.values():
            walk(validator.schema, ())


if __name__ == "__main__":
    unittest.main()
