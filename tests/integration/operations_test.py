"""Running it: reload, drain, the admin listener, the journal when the disk is full or the process is killed, no packet to refused places."""
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import threading
import unittest

from harness import OK, ROOT, SEKISHO, TIMEOUT, Bench, chat, post, sh


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
    """In a network namespace whose only way out is a counted interface: no host of DeepSeek causes a packet, not even a name look-up."""

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
        hosts = deepseek_hosts()
        self.assertGreater(len(hosts), 8)
        before = packets()
        for host in hosts:
            with self.subTest(host):
                tunnel = gateway.tunnel(host)
                tunnel.send(post(host, chat("hello")))
                self.assertEqual(tunnel.message().status, 400)
                # Sign-in hosts of third parties are judged on their own: no entry admits them.
                shared = host in ("accounts.google.com", "appleid.apple.com")
                self.assertEqual(gateway.decisions()[-1]["reason"], "destination" if shared else "region")
        self.assertEqual(packets() - before, 0)
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


def deepseek_hosts() -> list[str]:
    """Every host of the catalogue's DeepSeek entries, side hosts included; wildcards stand for one name below."""
    listed = json.loads(sh(SEKISHO, "providers", "show", "deepseek-api", "--json").stdout), json.loads(sh(SEKISHO, "providers", "show", "deepseek-chat", "--json").stdout)
    found = []
    for entry in listed:
        entry = entry.get("provider", entry)
        side = entry.get("side_hosts") or {}
        for h in entry["hosts"] + [h for hosts in (side.values() if isinstance(side, dict) else [s["hosts"] for s in side]) for h in hosts]:
            found.append(h.replace("*.", "any."))
    return sorted(set(found))


if __name__ == "__main__":
    unittest.main()
