"""Running it: reload, drain, the admin listener, the journal when the disk is full or the process is killed, no packet to refused places."""
import base64
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from harness import OK, POLICY, ROOT, SEKISHO, TIMEOUT, Bench, Gateway, chat, post, sh


class Operations(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com", script=lambda c, r: self.answer(c, r))
        self.answer = lambda conn, request: conn.send(OK)

    def start(self, **kw):
        return self.bench.gateway({"api.openai.com": self.origin.port}, **kw)

    def ask(self, gateway, text="hi"):
        tunnel = gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(text)))
        answer = tunnel.message()
        tunnel.close()
        return answer

    def test_ready_line_and_admin_pages(self):
        gateway = self.start()
        self.assertEqual(gateway.ready["event"], "listening")
        self.assertRegex(gateway.ready["policy"], r"^sha256:[0-9a-f]{64}$")
        self.assertEqual(gateway.ask("GET", "/livez")[0], 200)
        status, body = gateway.ask("GET", "/readyz")
        ready = json.loads(body)
        self.assertEqual((status, ready["ready"], ready["reasons"], ready["policy"]), (200, True, [], gateway.ready["policy"]))
        self.assertTrue(any("allow_addresses" in w for w in ready["warnings"]))
        self.assertEqual(json.loads(gateway.ask("GET", "/policy")[1])["digest"], gateway.ready["policy"])
        self.ask(gateway)
        metrics = gateway.ask("GET", "/metrics")[1].decode()
        self.assertRegex(metrics, r'sekisho_decisions_total\{verdict="allow",reason=""\} 1\n')
        self.assertEqual(gateway.ask("POST", "/reload", body="{}")[0], 415)

    def test_admin_refuses_foreign_hosts(self):
        gateway = self.start()
        self.assertEqual(gateway.ask("GET", "/metrics", headers={"Host": "evil.example.com"})[0], 421)

    def test_reload_takes_effect_on_open_tunnels(self):
        gateway = self.start()
        tunnel = gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat("社内 project-x の件")))
        self.assertEqual(tunnel.message().status, 200)
        policy = gateway.folder / "policy.yaml"
        policy.write_text(policy.read_text(encoding="utf-8") + "  - { id: project, findings: [project_code], action: block }\ndetectors:\n  custom:\n    - { type: project_code, pattern: 'project-[a-z]', confidence: high, category: confidential }\n", encoding="utf-8")
        status, said = gateway.reload()
        self.assertEqual((status, said["previous"]), (200, gateway.ready["policy"]), said)
        tunnel.send(post("api.openai.com", chat("社内 project-x の件")))
        self.assertEqual(tunnel.message().status, 400)
        kept = {p.name for p in (gateway.folder / "audit" / "policies").iterdir()}
        self.assertEqual(len(kept), 2)
        admin = [r for r in gateway.journal() if r["kind"] == "admin" and r["what"] == "reload"]
        self.assertEqual((admin[-1]["old"], admin[-1]["new"]), (said["previous"], said["digest"]))

    def test_reload_ends_a_spliced_tunnel_that_is_no_longer_admitted(self):
        origin = self.bench.origin("splice.example.jp")
        gateway = self.bench.gateway({"splice.example.jp": origin.port})

        def spliced():
            conn = gateway.connect("splice.example.jp")
            conn.until(b"\r\n\r\n")
            conn.sock = ssl.create_default_context(cafile=str(self.bench.pki.ca)).wrap_socket(conn.sock, server_hostname="splice.example.jp")
            conn.send(post("splice.example.jp", b"{}"))
            self.assertEqual(conn.message().status, 200)
            return conn

        conn = spliced()
        self.assertEqual(gateway.reload()[0], 200)
        conn.send(post("splice.example.jp", b"{}"))  # still admitted: goes on
        self.assertEqual(conn.message().status, 200)
        policy = gateway.folder / "policy.yaml"
        policy.write_text(policy.read_text(encoding="utf-8").replace("hosts: [splice.example.jp]", "hosts: [other.example.jp]"), encoding="utf-8")
        self.assertEqual(gateway.reload()[0], 200)
        self.assertEqual(conn.rest(), b"")
        decision = [d for d in gateway.decisions() if d["coverage"] == "spliced"][0]
        self.assertEqual(decision["policy"], gateway.ready["policy"])

    def test_sighup_reloads(self):
        gateway = self.start()
        policy = gateway.folder / "policy.yaml"
        policy.write_text(policy.read_text(encoding="utf-8").replace("name: test", "name: second"), encoding="utf-8")
        gateway.process.send_signal(signal.SIGHUP)
        for _ in range(2000):  # each look is a request: bounded by TIMEOUT of the connection
            if json.loads(gateway.ask("GET", "/policy")[1])["name"] == "second":
                return
        self.fail("the new policy never came into force")

    def test_reload_says_which_changes_take_a_restart(self):
        gateway = self.start()
        admin = lambda what: [(r["old"], r["new"]) for r in gateway.journal() if r.get("what") == what]
        warned = lambda: [w for w in json.loads(gateway.ask("GET", "/readyz")[1])["warnings"] if "takes a restart" in w]
        before = gateway.config.read_text(encoding="utf-8")
        self.assertEqual(gateway.reload()[1]["restart"], [])
        witness = f'witnesses: [{{ name: nas, directory: {gateway.folder} }}], sinks: [{{ name: siem, syslog: "127.0.0.1:1" }}], retention: {{ default: 3y }}'
        after = before.replace('"audit/"', '"audit/", ' + witness).replace("level: info", "level: warn").replace("geo: {", "geo: { max_age: 20d,")
        gateway.config.write_text(after, encoding="utf-8")
        for _ in range(2):
            status, said = gateway.reload()
            self.assertEqual((status, said.get("restart")), (200, ["audit.sinks", "audit.witnesses", "log.level"]), said)
            self.assertIn("再起動", said["message"]["ja"])
            self.assertIn("audit.witnesses", said["message"]["en"])
        self.assertEqual(admin("restart_needed"), [(None, "audit.sinks, audit.witnesses, log.level")])  # once: the second brought no news
        self.assertEqual(admin("keeping"), [(None, "retention.default 3y")])
        self.assertEqual(len(warned()), 3)
        self.assertIn("restart_needed", (gateway.folder / "gateway.log").read_text(encoding="utf-8"))
        gateway.config.write_text(before, encoding="utf-8")
        self.assertNotIn("message", gateway.reload()[1])
        self.assertEqual(warned(), [])
        self.assertEqual(admin("keeping")[-1], ("retention.default 3y", None))

    def test_bad_policy_keeps_the_old_one(self):
        gateway = self.start()
        policy = gateway.folder / "policy.yaml"
        for broken in ("data: [", "mode: enforced\n", "nonsense: 1\n"):
            good = policy.read_text(encoding="utf-8")
            policy.write_text(good + broken, encoding="utf-8")
            status, said = gateway.reload()
            self.assertEqual(status, 422)
            self.assertTrue(all(p["line"] >= 1 for p in said["problems"]), said)
            policy.write_text(good, encoding="utf-8")
        policy.write_text(good.replace("[openai-api,", "[openai-apii,") + "nonsense: 1\n", encoding="utf-8")
        messages = " ".join(p["message"] for p in gateway.reload()[1]["problems"])
        self.assertIn("openai-apii", messages)  # a wrong name and a wrong key in one run
        self.assertIn("nonsense", messages)
        policy.write_text(good + "tests:\n  - { name: wrong, given: { to: api.openai.com, address_country: US, prompt: hi }, expect: { verdict: block } }\n", encoding="utf-8")
        self.assertEqual(gateway.reload()[0], 422)
        self.assertEqual(self.ask(gateway).status, 200)
        self.assertIn("reload_failed", [r.get("what") for r in gateway.journal()])

    def test_reload_under_load_fails_no_request(self):
        gateway = self.start()
        stop, failures, done = threading.Event(), [], []

        def load():
            tunnel = gateway.tunnel("api.openai.com")
            while not stop.is_set():
                tunnel.send(post("api.openai.com", chat("load")))
                status = tunnel.message().status
                (done if status == 200 else failures).append(status)

        threads = [threading.Thread(target=load) for _ in range(4)]
        for t in threads:
            t.start()
        for _ in range(10):
            self.assertEqual(gateway.reload()[0], 200)
        stop.set()
        for t in threads:
            t.join()
        self.assertEqual(failures, [])
        self.assertGreater(len(done), 10)

    def test_drain_finishes_what_is_in_progress(self):
        release = threading.Event()

        def slow(conn, request):
            release.wait(TIMEOUT)
            conn.send(OK)

        self.answer = slow
        gateway = self.start()
        busy, idle = gateway.tunnel("api.openai.com"), gateway.tunnel("api.openai.com")
        busy.send(post("api.openai.com", chat("hi")))
        self.origin.wait_requests(1)
        gateway.process.send_signal(signal.SIGTERM)
        self.assertEqual(idle.rest(), b"")  # ended at once
        release.set()
        self.assertEqual(busy.message().status, 200)
        self.assertEqual(gateway.process.wait(TIMEOUT), 0)
        kinds = [r["kind"] for r in gateway.journal()]
        self.assertEqual(kinds.count("decision"), kinds.count("outcome"))
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config)).returncode, 0)

    def test_killed_gateway_leaves_every_decision_of_what_arrived(self):
        gateway = self.start()
        stop = threading.Event()

        def load():
            try:
                tunnel = gateway.tunnel("api.openai.com")
                while not stop.is_set():
                    tunnel.send(post("api.openai.com", chat("kill")))
                    tunnel.message()
            except (OSError, EOFError, ValueError):
                pass

        for round_ in range(3):
            before = len(self.origin.requests)
            threads = [threading.Thread(target=load) for _ in range(4)]
            for t in threads:
                t.start()
            self.origin.wait_requests(before + 40)
            gateway.process.kill()
            gateway.stop()
            for t in threads:
                t.join()
            arrived = len(self.origin.requests)
            gateway.start()
            allowed = [d for d in gateway.decisions() if d["verdict"] == "allow"]
            self.assertGreaterEqual(len(allowed), arrived)
            self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config), check=False).returncode, 0)

    def test_core_dumps_are_impossible(self):
        gateway = self.start()
        limits = pathlib.Path(f"/proc/{gateway.process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0")

    def test_secrets_stay_out_of_log_journal_and_metrics(self):
        gateway = self.start()
        secret = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"
        tunnel = gateway.tunnel("api.openai.com")
        for body, path, headers in ((chat(secret), "/v1/x", ""), (b"{}", f"/v1/x?k={secret}", ""), (b"{}", "/v1/x", f"X-Note: {secret}\r\n"), (b'{"a": "' + secret.encode() + b'" broken', "/v1/x", "")):
            tunnel.send(post("api.openai.com", body, path=path, headers=headers))
            self.assertNotIn(secret.encode(), tunnel.message().body)
        gateway.stop()
        for p in [gateway.folder / "gateway.log", *(gateway.folder / "audit").glob("*.jsonl")]:
            self.assertNotIn(secret, p.read_text(encoding="utf-8"))


class Reload(unittest.TestCase):
    """Two versions of every file, in folders of their own; `..data` leads to the one in force, as in a Kubernetes ConfigMap."""

    FILES = ("policy.yaml", "overlay.yaml", "users")

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com")
        self.home = self.bench.folder / "versions"
        self.home.mkdir()
        for v in ("one", "two"):
            (self.home / v).mkdir()
            # The policy names a service that only its own overlay knows: a mixture does not load.
            policy = POLICY.format(extra="").replace("security@example.co.jp", f"{v}@example.co.jp").replace("id: secrets", f"id: secrets-{v}")
            policy = policy.replace("providers: [openai-api,", f"providers: [house-{v}, openai-api,")
            (self.home / v / "policy.yaml").write_text(policy, encoding="utf-8")
            (self.home / v / "overlay.yaml").write_text(f"version: 1\nproviders:\n  - {{ id: house-{v}, name: House, hosts: [{v}.example.jp], operator_country: JP, trains_on_inputs: \"no\" }}\n", encoding="utf-8")
            sh(SEKISHO, "user", "add", f"user-{v}", "--token", "--file", str(self.home / v / "users"))
        self.swap_to("one")
        for name in self.FILES:
            (self.home / name).symlink_to(f"..data/{name}")
        self.secret = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"

    def swap_to(self, version):
        new = self.home / "..data_new"
        new.symlink_to(version)
        os.replace(new, self.home / "..data")

    def start(self, **kw):
        gateway = Gateway(self.home, self.bench.pki, {"api.openai.com": self.origin.port}, policy=(self.home / "policy.yaml").read_text(encoding="utf-8"),
                          settings="catalogue: { overlay: overlay.yaml }\n", **kw)
        self.addCleanup(lambda: gateway.process.poll() is None and gateway.stop())
        return gateway

    def test_every_answer_is_of_one_version_while_they_alternate(self):
        gateway = self.start()
        digests = {"one": gateway.ready["policy"]}
        stop, failures, seen, lock = threading.Event(), [], [], threading.Lock()

        def load(keep):
            tunnel = None
            while not stop.is_set():
                try:
                    tunnel = tunnel or gateway.tunnel("api.openai.com")
                    tunnel.send(post("api.openai.com", chat(self.secret)))
                    refused = tunnel.message()
                    tunnel.send(post("api.openai.com", chat("harmless")))
                    passed = tunnel.message()
                    said = refused.json()["error"]["sekisho"]
                    with lock:
                        seen.append((said["request_id"], said["rule"], said["contact"]))
                        if (refused.status, passed.status) != (400, 200):
                            failures.append((refused.status, passed.status))
                    if not keep:
                        tunnel.close()
                        tunnel = None
                except (OSError, EOFError, ValueError, KeyError) as e:
                    with lock:
                        failures.append(repr(e))
                    tunnel = None

        def swap():  # goes on without regard to who reads
            while not stop.is_set():
                for v in ("two", "one"):
                    self.swap_to(v)
                    stop.wait(0.003)

        threads = [threading.Thread(target=load, args=(i % 2 == 0,)) for i in range(4)] + [threading.Thread(target=swap)]
        for t in threads:
            t.start()
        reloaded = set()
        try:
            for i in range(40):
                if i % 4 == 3:
                    gateway.process.send_signal(signal.SIGHUP)
                status, said = gateway.reload()
                self.assertEqual(status, 200, said)
                reloaded.add(said["digest"])
                if i >= 15 and len(reloaded) == 2 and len(seen) > 60:
                    break
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertEqual(failures, [])
        self.assertEqual(len(reloaded), 2)
        digests["two"] = (reloaded - {digests["one"]}).pop()
        self.assertEqual(gateway.stop(), 0)
        records = gateway.journal()
        decisions = {d["id"]: d for d in records if d["kind"] == "decision"}
        versions = set()
        for request, rule, contact in seen:
            version = rule.removeprefix("secrets-")
            versions.add(version)
            self.assertEqual((contact, decisions[request]["rule"], decisions[request]["policy"]), (f"{version}@example.co.jp", rule, digests[version]))
        self.assertEqual(versions, {"one", "two"})
        self.assertNotIn("reload_failed", [r.get("what") for r in records])
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config)).returncode, 0)

    def test_the_users_are_of_the_same_version(self):
        tokens = {}
        for v in ("one", "two"):
            tokens[v] = sh(SEKISHO, "user", "add", f"user-{v}", "--token", "--replace", "--file", str(self.home / v / "users")).stdout.split()[-1]
        gateway = self.start(clients="{ authentication: basic, users_file: users }")

        def login(v):
            code = base64.b64encode(f"user-{v}:{tokens[v]}".encode()).decode()
            conn = gateway.connect("api.openai.com", headers=f"Proxy-Authorization: Basic {code}\r\n")
            return conn.until(b"\r\n")

        self.assertIn(b" 200 ", login("one"))
        self.assertIn(b" 407 ", login("two"))
        self.swap_to("two")
        self.assertEqual(gateway.reload()[0], 200)
        self.assertIn(b" 407 ", login("one"))
        self.assertIn(b" 200 ", login("two"))
        (self.home / "two" / "users").write_text("no colon here\n")
        status, said = gateway.reload()
        self.assertEqual(status, 422)
        self.assertIn(str(self.home / "users"), said["problems"][0]["message"])  # not the folder behind the link
        self.assertIn(b" 200 ", login("two"))

    def test_the_certificates_of_sealed_copies_are_of_the_same_version(self):
        for v in ("one", "two"):
            sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(self.home / v / "auditors.key"),
               "-out", str(self.home / v / "auditors.pem"), "-subj", f"/CN={v}", "-days", "60")
            policy = self.home / v / "policy.yaml"
            policy.write_text(policy.read_text(encoding="utf-8").replace("findings: [credit_card], action: redact", "findings: [credit_card], action: redact, seal: [auditors]"), encoding="utf-8")
        (self.home / "auditors.pem").symlink_to("..data/auditors.pem")
        gateway = self.start(keeping=", sealed: { recipients: { auditors: [auditors.pem] } }")
        stop, pairs = threading.Event(), set()

        def swap():
            while not stop.is_set():
                for v in ("two", "one"):
                    self.swap_to(v)
                    stop.wait(0.003)

        swapping = threading.Thread(target=swap)
        swapping.start()
        try:
            for _ in range(40):
                status, said = gateway.reload()
                self.assertEqual(status, 200, said)
                told = [r["new"] for r in gateway.journal() if r.get("what") == "sealed_recipients"]
                pairs.add((said["digest"], told[-1]))
                if len(pairs) > 1 and len(told) > 4:
                    break
        finally:
            stop.set()
            swapping.join()
        self.assertEqual((len(pairs), len({digest for digest, _ in pairs}), len({told for _, told in pairs})), (2, 2, 2))

    def test_a_problem_names_the_file_as_people_wrote_it(self):
        gateway = self.start()
        broken = self.home / "one" / "overlay.yaml"
        broken.write_text(broken.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
        status, said = gateway.reload()
        self.assertEqual((status, said["problems"][0]["file"], said["problems"][0]["line"]), (422, str(self.home / "overlay.yaml"), 4))


FAKETIME = next((p for p in pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


@unittest.skipUnless(FAKETIME, "needs the package faketime")
class ClockSteps(unittest.TestCase):
    """Somebody sets the machine's clock while the gateway runs. The steady clock goes on."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com", "api.anthropic.com")
        self.clock = self.bench.folder / "clock"
        self.clock.write_text("+0\n")
        environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        ends = (datetime.date.today() + datetime.timedelta(days=3)).isoformat()
        exception = f"""exceptions:
  - {{ id: EX-1, lifts: [labels], groups: [everyone], providers: [openai-api], until: {ends}, ticket: T-1, approved_by: [sato], reason: "test" }}
"""
        try:
            self.gateway = self.bench.gateway({"api.openai.com": self.origin.port, "api.anthropic.com": self.origin.port}, extra=exception, env=environment)
        except RuntimeError as e:
            if "Sanitizer" in str(e):
                self.skipTest("the sanitizer does not run under a preloaded library")
            raise

    def set_clock(self, offset):
        steps = len(self.steps())
        self.clock.write_text(offset + "\n")
        for _ in range(20000):
            self.gateway.ask("GET", "/livez")
            if len(self.steps()) > steps:
                return
        self.fail("the step was not noticed")

    def steps(self):
        return [r for r in self.gateway.journal() if r["kind"] == "admin" and r["what"] == "clock_step"]

    def ask(self, tunnel, text="hi"):
        tunnel.send(post("api.openai.com", chat(text)))
        return tunnel.message()

    def leaf_dates(self, host):
        conn = self.gateway.connect(host)
        conn.until(b"\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        der = context.wrap_socket(conn.sock, server_hostname=host).getpeercert(binary_form=True)
        said = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-startdate", "-enddate"], input=der, capture_output=True, check=True).stdout.decode()
        return [ssl.cert_time_to_seconds(line.split("=")[1].strip()) for line in said.splitlines()]

    def endings_told(self):
        """Warnings about the exception's end, in the order of the log."""
        lines = (self.gateway.folder / "gateway.log").read_text(encoding="utf-8").splitlines()
        said = [json.loads(line).get("warning", "") for line in lines if line.startswith("{")]
        return [int(days[1]) if (days := re.search(r"'EX-1'.* ends in (\d+) days?", w)) else 0 for w in said if "'EX-1'" in w]

    def test_what_ends_soon_is_told_every_day(self):
        told = self.endings_told()
        self.assertEqual(len(told), 1, told)  # at the start
        self.set_clock("+5h")
        self.set_clock("+1d")
        self.set_clock("+2d")
        self.set_clock("+10d")
        end = time.monotonic() + 20
        while len(self.endings_told()) < 4 and time.monotonic() < end:
            self.gateway.ask("GET", "/livez")
        days = self.endings_told()
        # Once a day, nearer each time; at last that it has ended.
        self.assertEqual(days, [told[0], told[0] - 1, told[0] - 2, 0], days)

    def test_steps_there_and_back(self):
        label = "【社外秘】\n計画"
        tunnel = self.gateway.tunnel("api.openai.com")
        self.assertEqual(self.ask(tunnel, label).status, 200)  # the exception lifts the rule
        self.set_clock("+5h")
        self.assertEqual(self.ask(tunnel).status, 200)  # the connection is kept, nothing hangs
        ahead = self.leaf_dates("api.anthropic.com")
        self.set_clock("+0")
        self.assertLess(self.leaf_dates("api.anthropic.com")[0], ahead[0])  # minted anew: the other is not valid yet
        self.set_clock("-3d")
        self.assertEqual(self.ask(tunnel).status, 200)
        self.set_clock("+0")
        self.set_clock("+10d")
        self.assertEqual(self.ask(tunnel, label).status, 400)  # the exception has ended
        self.set_clock("+800d")
        begin, end = self.leaf_dates("api.openai.com")
        now = datetime.datetime.now().timestamp() + 800 * 86400
        self.assertLess(begin, now)
        self.assertGreater(end, now)
        self.set_clock("+0")
        self.assertEqual(self.ask(tunnel, label).status, 200)
        self.assertEqual(self.ask(self.gateway.tunnel("api.openai.com")).status, 200)
        steps = [(r["old"], r["new"]) for r in self.steps()]
        self.assertEqual([new > old for old, new in steps], [True, False, False, True, True, True, False])
        self.assertEqual(self.gateway.stop(), 0)
        records = self.gateway.journal()
        self.assertEqual([r["seq"] for r in records], list(range(records[0]["seq"], records[0]["seq"] + len(records))))
        times = [r["t"] for r in records]
        self.assertNotEqual(times, sorted(times))  # wall time, as it was
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(self.gateway.config)).returncode, 0)
        found = {r["id"] for r in self.gateway.query("--from", "-1d")}  # also what stands before the days that were not
        self.assertEqual({r["id"] for r in self.gateway.decisions() if r["t"] > records[0]["t"]}, found)


HOSTILE = {
    "newline": "a\r\n{\"level\":\"info\",\"event\":\"forged\"}", "ansi": "a\x1b[2J\x1b]0;owned\x07b", "c1": "a\x9b31mb", "bidi": "a\u202egnp.exe\u2066b\u2069",
    "separators": "a\u2028b\u2029c\u0085d", "invisible": "a\u200bb\ufeffc\u00ad", "tags": "a\U000e0069\U000e0067", "quotes": "a\"},{\"b\":\"\\", "html": "<script>alert(1)</script><img src=x onerror=y>", "nul": "a\x00b",
}
INVALID = b"a\xff\xfe\xc3(\xed\xa0\x80\xf8\x88\x80\x80\x80b"


class HostileText(unittest.TestCase):
    """What clients and origins say is shown in many places; nowhere can it end a line, move a cursor or turn the direction of writing."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com")

    def values(self):
        return [v.encode("latin1" if v.isascii() or max(map(ord, v)) < 256 else "utf-8") for v in HOSTILE.values()] + [v.encode("utf-8") for v in HOSTILE.values()] + [INVALID]

    def check(self, where, raw: bytes, lines=True):
        """Only LF between lines; no control, no direction mark, nothing that is no UTF-8."""
        text = raw.decode("utf-8")
        for c in text:
            bad = (ord(c) < 32 and c not in "\n") or 0x7f <= ord(c) < 0xa0 or c in "\u061c\u200e\u200f\u2028\u2029\ufeff\u200b\u00ad" or "\U000e0000" <= c <= "\U000e007f" or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069"
            self.assertFalse(bad, f"{where}: {c!r} in {text[max(0, text.index(c) - 60):text.index(c) + 20]!r}")

    def send_everything(self, gateway):
        for value in self.values():
            for request in (
                    b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nUser-Agent: " + value + b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                    b"POST /v1/" + value + b" HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 0\r\n\r\n",
                    b"POST /v1/x HTTP/1.1\r\nHost: " + value + b"\r\nContent-Length: 0\r\n\r\n"):
                tunnel = gateway.tunnel("api.openai.com")
                tunnel.send(request)
                self.check("an answer", self.body_of(tunnel))
                tunnel.close()
            model = json.dumps({"model": value.decode("utf-8", "replace"), "messages": [{"role": "user", "content": "hi"}]}).encode()
            tunnel = gateway.tunnel("api.openai.com")
            tunnel.send(post("api.openai.com", model))
            self.body_of(tunnel)
            tunnel.close()
            for line in (b"CONNECT " + value + b":443 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://" + value + b"/ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: " + value + b"\r\n\r\n"):
                conn = gateway.plain()
                conn.send(line)
                body = self.body_of(conn)
                if not line.startswith(b"GET / "):
                    self.check("a refusal", body)
                self.assertNotIn(b"<script>", body)
                self.assertNotIn(b"<img", body)
                conn.close()

    @staticmethod
    def body_of(conn):
        try:
            return conn.message().body
        except (EOFError, ValueError):
            return b""

    def everywhere(self, gateway):
        self.check("the log", (gateway.folder / "gateway.log").read_bytes())
        for segment in (gateway.folder / "audit").glob("*.jsonl"):
            self.check("the journal", segment.read_bytes())
            for line in segment.read_text(encoding="utf-8").split("\n")[:-1]:
                json.loads(line)
        for form in ("--table", "--csv", "--json"):
            raw = subprocess.run([SEKISHO, "audit", "query", "-c", str(gateway.config), form, "--limit", "1000"], capture_output=True, check=True).stdout
            self.check(form, raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))
        shown = gateway.decisions()[-1]["id"]
        self.check("show", subprocess.run([SEKISHO, "audit", "show", "-c", str(gateway.config), shown], capture_output=True, check=True).stdout)

    def test_clients(self):
        for form in ("json", "text"):
            with self.subTest(form):
                gateway = self.bench.gateway({"api.openai.com": self.origin.port}, settings="")
                config = gateway.config.read_text(encoding="utf-8").replace("level: info, format: json", f"level: debug, format: {form}")
                gateway.stop()
                gateway.config.write_text(config, encoding="utf-8")
                gateway.start()
                self.send_everything(gateway)
                self.check("metrics", gateway.ask("GET", "/metrics")[1])
                gateway.stop()
                self.everywhere(gateway)
                log = (gateway.folder / "gateway.log").read_text(encoding="utf-8").split("\n")
                self.assertFalse([x for x in log if x.startswith('{"level":"info","event":"forged"')])
                if form == "json":
                    self.assertFalse([x for x in log if x and json.loads(x).get("event") == "forged"])

    def test_user_names(self):
        gateway = self.bench.gateway({"api.openai.com": self.origin.port})
        users = gateway.folder / "users"
        sh(SEKISHO, "user", "add", "alice", "--token", "--file", str(users))
        gateway.stop()
        gateway.config.write_text(gateway.config.read_text(encoding="utf-8").replace("clients: { authentication: none }", "clients: { authentication: basic, users_file: users }"), encoding="utf-8")
        gateway.start()
        for value in self.values():
            for _ in range(3):
                conn = gateway.connect("api.openai.com", headers="Proxy-Authorization: Basic " + base64.b64encode(value + b":x").decode() + "\r\n")
                self.check("a 407", conn.message().body)
                conn.close()
        gateway.stop()
        self.everywhere(gateway)

    def test_origins(self):
        """Reasons, field values and certificates of an origin that is not trusted."""
        answers = iter([b"HTTP/1.1 200 " + v + b"\r\nX-Y: " + v + b"\r\nContent-Length: 0\r\n\r\n" for v in self.values()])
        self.origin.script = lambda conn, request: (conn.send(next(answers)), "close")[1]
        gateway = self.bench.gateway({"api.openai.com": self.origin.port})
        for _ in self.values():
            tunnel = gateway.tunnel("api.openai.com")
            tunnel.send(post("api.openai.com", chat("hi")))
            self.check("an answer", self.body_of(tunnel))
            tunnel.close()
        gateway.stop()
        self.everywhere(gateway)


def inside(test: unittest.TestCase, *namespaces: str) -> bool:
    """Runs the calling test again inside new namespaces; True there. In a chroot whose root is no mount point a private mount namespace cannot
    be made: then without one (SEKISHO_INSIDE=bare), as mounts would be seen outside."""
    if os.environ.get("SEKISHO_INSIDE"):
        return True
    name = f"{type(test).__module__}.{type(test).__name__}"
    for mode, more in (("mounts", ["-m", "--propagation", "private"]), ("bare", [])):
        flags = [*namespaces, *more]
        if not flags:
            break
        done = subprocess.run(["unshare", *flags, sys.executable, "-m", "unittest", name], cwd=pathlib.Path(__file__).parent,
                              env={**os.environ, "SEKISHO_INSIDE": mode}, text=True, capture_output=True)
        if not done.stderr.startswith("unshare:"):
            test.assertEqual(done.returncode, 0, done.stderr)
            return False
    test.skipTest("no right to make the namespaces: " + done.stderr.strip())


class DiskFull(unittest.TestCase):
    """The journal on a file system of its own, 24 MiB, in a mount namespace."""

    def test_full_disk_refuses_and_recovers(self):
        if not inside(self):
            return
        bench = Bench()
        self.addCleanup(bench.close)
        origin = bench.origin("api.openai.com")
        disk = bench.folder / "disk"
        disk.mkdir()
        sh("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk))
        self.addCleanup(lambda: sh("umount", "-l", str(disk), check=False))
        gateway = bench.gateway({"api.openai.com": origin.port}, audit=str(disk / "audit"))

        def ask(text="hi"):
            tunnel = gateway.tunnel("api.openai.com")
            tunnel.send(post("api.openai.com", chat(text)))
            return tunnel.message()

        self.assertEqual(ask().status, 200)
        (disk / "ballast").write_bytes(b"x" * (23 << 20))
        refused = ask()
        before = len(origin.requests)
        self.assertEqual(refused.status, 503)
        self.assertEqual((refused.get("retry-after"), refused.get("x-should-retry")), ("30", None))
        self.assertEqual(ask("【社外秘】\n計画").status, 503)  # a refusal without a record would name an id that finds nothing
        self.assertEqual(gateway.ask("GET", "/readyz")[0], 503)
        self.assertEqual(len(origin.requests), before)
        (disk / "ballast").unlink()
        for _ in range(200):
            if ask().status == 200:
                break
        else:
            self.fail("never recovered")
        self.assertEqual(gateway.ask("GET", "/readyz")[0], 200)
        gateway.stop()
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config), check=False).returncode, 0)


class NoPacket(unittest.TestCase):
    """In a network namespace whose only way out is a counted interface: no host of a service operated from a denied country (by its operator
    or the operator's parent) causes a packet, not even a name look-up."""

    def test_refused_destinations_cause_no_packet(self):
        if not inside(self, "-n"):
            return
        bench = Bench()
        self.addCleanup(bench.close)
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "out0", "type", "veth", "peer", "name", "out1")
        for name in ("out0", "out1"):  # no router solicitations among what is counted
            pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        sh("ip", "link", "set", "out1", "up")
        sh("ip", "addr", "add", "192.0.2.2/24", "dev", "out0")
        sh("ip", "link", "set", "out0", "up")
        sh("ip", "route", "add", "default", "via", "192.0.2.1")
        resolv = bench.folder / "resolv.conf"
        resolv.write_text("nameserver 192.0.2.53\noptions timeout:1 attempts:1\n")
        mounts = os.environ["SEKISHO_INSIDE"] == "mounts"
        if mounts:
            sh("mount", "--bind", str(resolv), "/etc/resolv.conf")
        policy = (ROOT / "config" / "policy.yaml").read_text(encoding="utf-8")
        gateway = bench.gateway({}, policy=policy, limits="{ connect: 2s }")
        hosts = denied_hosts()
        self.assertGreater(len(hosts), 200)
        self.assertIn("api.deepseek.com", hosts)
        before = packets()
        for host in hosts:
            with self.subTest(host):
                tunnel = gateway.tunnel(host)
                tunnel.send(post(host, chat("hello")))
                self.assertEqual(tunnel.message().status, 400)
                tunnel.close()
        self.assertEqual(packets() - before, 0)
        decided = {d["dst"]["host"]: d for d in gateway.decisions()}
        for host in hosts:
            with self.subTest(host):
                self.assertEqual(decided[host]["verdict"], "block")
                # Hosts of third parties (sign-in, telemetry) are judged on their own: no entry admits them.
                if decided[host]["dst"]["provider"] in DENIED:
                    self.assertEqual(decided[host]["reason"], "region")
                else:
                    self.assertIn(decided[host]["reason"], ("destination", "region"))
        # The counter counts; and an admitted host is looked up, which is a packet.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.sendto(b"x", ("192.0.2.9", 9))
        counted = packets()
        self.assertGreater(counted, before)
        if mounts:
            tunnel = gateway.tunnel("api.openai.com")
            tunnel.send(post("api.openai.com", chat("hello")))
            self.assertIn(tunnel.message().status, (502, 504))
            self.assertGreater(packets(), counted)


def packets() -> int:
    """Packets sent on out0, from /proc/net/dev of this namespace (sysfs shows another one's)."""
    for line in pathlib.Path("/proc/net/dev").read_text().splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == "out0":
            return int(numbers.split()[9])
    raise AssertionError("no out0")


DENIED: set[str] = set()  # ids of the services


def denied_hosts() -> list[str]:
    """Every host of every service whose operator or parent sits in a denied country, side hosts included; wildcards stand for one name below."""
    found = set()
    for entry in json.loads(sh(SEKISHO, "providers", "list", "--json").stdout)["providers"]:
        if not {entry["operator_country"], entry["parent_country"]} & {"CN", "HK", "MO"}:
            continue
        DENIED.add(entry["id"])
        for host in entry["hosts"] + [h for hosts in entry["side_hosts"].values() for h in hosts]:
            found.add(host.replace("*.", "any."))
    return sorted(found)


if __name__ == "__main__":
    unittest.main()
