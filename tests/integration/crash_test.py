"""The gateway killed at any moment, and on a disk that fails: every request that an origin received has its decision in the verified journal.

SEKISHO_CRASH_ROUNDS (25) and SEKISHO_CRASH_SEED (by the clock, printed) choose how many moments and which.
"""
import json
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from harness import ROOT, SEKISHO, TIMEOUT, Bench, chat, post, sh
from witness import Compared, Witness, confirmed

ROUNDS = int(os.environ.get("SEKISHO_CRASH_ROUNDS", "25"))
SEED = int(os.environ.get("SEKISHO_CRASH_SEED", time.time_ns() % 1_000_000))
CLIENTS = 5
KEY = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"


class Load:
    """Clients that keep asking until the gateway is gone or they are told to stop. What came back is kept as (marker, status)."""

    def __init__(self, gateway, name: str, host: str = "llm.example.jp", clients: int = CLIENTS, splice: bool = False):
        self.gateway, self.name, self.host = gateway, name, host
        self.over = threading.Event()
        self.begun = threading.Event()  # something was answered
        self.answers: list[tuple[str, int]] = []
        self.strange: list[str] = []
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(clients)]
        if splice:
            self.threads.append(threading.Thread(target=self._run_spliced))
        for t in self.threads:
            t.start()

    def _run(self, client: int):
        tunnel = None
        n = 0
        while not self.over.is_set():
            n += 1
            marker = f"{self.name}-c{client}-n{n}"
            try:
                if tunnel is None or n % 9 == 0:
                    if tunnel:
                        tunnel.close()
                    tunnel = self.gateway.tunnel(self.host)
                status = self._ask(tunnel, client, n, marker)
            except (OSError, EOFError, ValueError) as error:
                if self.gateway.process.poll() is None and not self.over.is_set() and not self.gateway.dying:
                    self.strange.append(f"{marker}: {error!r}")
                break
            self.answers.append((marker, status))
            self.begun.set()
        if tunnel:
            tunnel.close()

    def _ask(self, tunnel, client: int, n: int, marker: str) -> int:
        behaviour = ("ok", "ok", "sse", "ok", "blocked", "big")[(client + n) % 6]
        text = "鍵は " + KEY if behaviour == "blocked" else "議事録を要約して " + "あ" * (n * 37 % 3000)
        tunnel.send(post(self.host, chat(text), path=f"/v1/{behaviour}/{marker}"))
        return tunnel.message().status

    def _run_spliced(self):
        context = ssl.create_default_context(cafile=str(self.gateway.trust_origin))
        while not self.over.is_set():
            try:
                conn = self.gateway.connect("splice.example.jp")
                conn.until(b"\r\n\r\n")
                conn.sock = context.wrap_socket(conn.sock, server_hostname="splice.example.jp")
                conn.send(post("splice.example.jp", b"{}", path=f"/v1/ok/{self.name}-s"))
                conn.message()
                conn.close()
            except (OSError, EOFError, ValueError):
                break

    def end(self):
        self.over.set()
        for t in self.threads:
            t.join(TIMEOUT * 2)
        assert not any(t.is_alive() for t in self.threads), "a client hangs"


class Proof(unittest.TestCase):
    """What both proofs share: the house, and the comparison of witness and journal."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = Witness(self.bench.pki.leaf("llm.example.jp", name="origin-a"), stream_gap=0.005)
        self.spliced = Witness(self.bench.pki.leaf("splice.example.jp", name="origin-b"))
        self.addCleanup(self.origin.close)
        self.addCleanup(self.spliced.close)

    def start(self, **kw):
        gateway = self.bench.gateway({"llm.example.jp": self.origin.port, "splice.example.jp": self.spliced.port}, **kw)
        gateway.trust_origin = self.bench.pki.ca
        gateway.dying = False
        return gateway

    def verify(self, gateway):
        done = sh(SEKISHO, "audit", "verify", "-c", str(gateway.config), check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        other = sh(sys.executable, "-B", str(ROOT / "docs" / "verify_journal.py"), str(gateway.folder / "audit"), check=False)
        self.assertEqual(other.returncode, 0, other.stdout + other.stderr)

    def records(self, gateway) -> list[dict]:
        return confirmed(gateway.folder / "audit")

    def compare(self, gateway) -> Compared:
        """Every marker that arrived was allowed by a decision, once; no refused one arrived."""
        compared = Compared(self.records(gateway), self.origin, self.spliced)
        self.assertEqual(compared.faults, [])
        return compared


class Crash(Proof):
    def test_killed_at_any_moment_every_request_that_arrived_is_in_the_verified_journal(self):
        chance = random.Random(SEED)
        gateway = self.start()
        answered = strange = in_start = 0
        begun = time.monotonic()
        for round_ in range(ROUNDS):
            if gateway.process.poll() is not None:
                if chance.random() < 0.15:  # killed while it starts: recovery itself is cut
                    self.kill_while_starting(gateway, chance.uniform(0, 0.35))
                    in_start += 1
                gateway.start()
                gateway.dying = False
            load = Load(gateway, f"r{round_}", splice=True)
            if chance.random() < 0.8:
                load.begun.wait(TIMEOUT)
            time.sleep(chance.uniform(0, 0.5))  # the random moment
            gateway.dying = True
            gateway.stop(signal.SIGKILL)
            load.end()
            self.assertEqual(load.strange, [])
            answered += len(load.answers)
            self.check_answers(load)
            if round_ % 10 == 9:
                self.restart_and_verify(gateway)
        self.restart_and_verify(gateway)
        seen = self.compare(gateway)
        if ROUNDS >= 10:
            self.assertGreater(answered, ROUNDS)
            self.assertGreater(len(seen.refused), 0)
        kinds = [r["kind"] for r in self.records(gateway)]
        print(f"\n{ROUNDS} kills (seed {SEED}, {in_start} more in the start) in {time.monotonic() - begun:.0f} s: {answered} answers, "
              f"{sum(seen.arrived.values())} requests and {self.spliced.heard} tunnels reached an origin, {len(self.origin.cut)} cut in the first line, "
              f"{sum(seen.allowed.values())} allowed and {len(seen.refused)} refused in a journal of {len(kinds)} records, "
              f"{kinds.count('boot')} boots, {kinds.count('recovered')} torn ends", file=sys.stderr)

    def kill_while_starting(self, gateway, after: float):
        process = subprocess.Popen([SEKISHO, "run", "-c", str(gateway.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)  # the random moment
        process.kill()
        process.wait()

    def restart_and_verify(self, gateway):
        if gateway.process.poll() is not None:
            gateway.start()
            gateway.dying = False
        self.verify(gateway)

    def check_answers(self, load):
        for marker, status in load.answers:
            blocked = self.behaviour(marker) == "blocked"
            self.assertEqual(status, 400 if blocked else 200, marker)

    @staticmethod
    def behaviour(marker: str) -> str:
        client, n = (int(x) for x in re.search(r"-c(\d+)-n(\d+)$", marker).groups())
        return ("ok", "ok", "sse", "ok", "blocked", "big")[(client + n) % 6]


class FailingDisk(Proof):
    """Calls of the real binary on its journal fail, one by one and by chance, while clients ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shim = pathlib.Path(os.environ.get("SEKISHO_FAULTY_DISK") or pathlib.Path(SEKISHO).parent / "libfaulty_disk.so")
        if not cls.shim.exists():
            raise AssertionError(f"{cls.shim} is not built")

    def start_failing(self, rules: str = "", **kw):
        self.rules = self.bench.folder / "rules"
        self.rules.write_text("")
        env = {"LD_PRELOAD": str(self.shim), "FAULTY_DISK_RULES": str(self.rules), "FAULTY_DISK_SEED": str(SEED)}
        home = self.bench.folder / f"gateway{len(list(self.bench.folder.iterdir()))}"
        env["FAULTY_DISK"] = str(home.resolve() / "audit")
        gateway = self.start(env=env, **kw)
        self.assertEqual(gateway.folder, home)
        gateway.env = env
        return gateway

    def fail(self, rules: str):
        new = self.rules.with_suffix(".new")
        new.write_text(rules)
        new.replace(self.rules)

    said = b""

    def ask(self, gateway, marker: str, behaviour: str = "ok") -> int:
        tunnel = gateway.tunnel("llm.example.jp")
        tunnel.send(post("llm.example.jp", chat("hi"), path=f"/v1/{behaviour}/{marker}"))
        answer = tunnel.message()
        tunnel.close()
        self.said = answer.body  # for whoever wonders why
        return answer.status

    def until_well(self, gateway, name: str) -> int:
        for n in range(200):
            if self.ask(gateway, f"{name}-well{n}") == 200:
                return n
        self.assertTrue(False, "never recovered")

    def test_each_call_fails_once_and_nothing_is_lost(self):
        gateway = self.start_failing()
        seen = set()
        for call, error in (("write", "ENOSPC"), ("write", "EIO short"), ("sync", "EIO"), ("fsync", "EIO"), ("open", "ENOSPC"), ("rename", "EIO")):
            for k in range(1, 5):
                name = f"{call}-{error.replace(' ', '')}-{k}"
                # A second fault makes the writer begin a segment, where `fsync`, `open` and `rename` happen.
                first = "sync EIO 1\n" if call in ("fsync", "open", "rename") else ""
                if call == "rename":  # of a segment that could not be begun
                    first += "fsync EIO 1\n"
                code, *more = error.split()
                self.fail(f"{first}{call} {code} {k} {' '.join(more)}\n")
                for n in range(6):
                    status = self.ask(gateway, f"{name}-n{n}")
                    seen.add(status)
                    self.assertIn(status, (200, 503))
                self.fail("")
                self.until_well(gateway, name)
        self.assertEqual(seen, {200, 503})
        self.assertEqual(gateway.ask("GET", "/readyz")[0], 200)
        self.compare(gateway)
        self.verify(gateway)
        self.assertEqual(gateway.stop(), 0)
        self.verify(gateway)
        gaps = [r for r in self.records(gateway) if r["kind"] == "gap"]
        self.assertGreater(len(gaps), 20)
        self.assertTrue(all(g["error"] for g in gaps))

    def test_chance_under_load_loses_nothing(self):
        gateway = self.start_failing()
        chance = random.Random(SEED)
        statuses = []
        for round_, rules in enumerate(("write ENOSPC 5%\n", "sync EIO 8%\n", "write EIO 10% short\nfsync EIO 20%\n", "sync EIO 10%\nopen ENOSPC 30%\nrename EIO 30%\n",
                                        "write ENOSPC 1+\n", "write ENOSPC 1+ short\n", "sync EIO 1+\n")):
            load = Load(gateway, f"f{round_}")
            self.assertTrue(load.begun.wait(TIMEOUT))
            self.fail(rules)
            time.sleep(chance.uniform(0.5, 0.8))  # the disk fails meanwhile
            self.fail("")
            time.sleep(0.1)
            load.end()
            self.assertEqual(load.strange, [])
            statuses += [status for _, status in load.answers]
            self.until_well(gateway, f"f{round_}")
        self.assertLessEqual(set(statuses), {200, 400, 503})
        self.assertIn(503, statuses)
        seen = self.compare(gateway)
        self.assertEqual(gateway.stop(), 0)
        self.verify(gateway)
        told = sum(r["refused"] for r in self.records(gateway) if r["kind"] == "gap")
        print(f"\nfailing disk (seed {SEED}): {len(statuses)} answers, {statuses.count(503)} of them 503, {told} told of in gaps, {sum(seen.arrived.values())} reached the origin, "
              f"{sum(seen.allowed.values())} allowed", file=sys.stderr)

    def test_killed_while_the_disk_fails(self):
        """Asked for by number it is as many rounds; else a few."""
        gateway = self.start_failing()
        chance = random.Random(SEED)
        rounds = ROUNDS if "SEKISHO_CRASH_ROUNDS" in os.environ else 5
        kinds = ("", "write ENOSPC 20% short\n", "write ENOSPC 1+\n", "sync ENOSPC 1+\n", "sync EIO 20%\n", "write EIO 1+ short\n",
                 "sync EIO 30%\nfsync EIO 50%\nrename EIO 50%\n")
        begun, slowest, statuses = time.monotonic(), 0.0, {}
        for round_ in range(rounds):
            load = Load(gateway, f"k{round_}", clients=2 if rounds > 100 else CLIENTS)
            load.begun.wait(TIMEOUT)
            self.fail(chance.choice(kinds))
            time.sleep(chance.uniform(0, 0.3))  # the random moment
            gateway.dying = True
            gateway.stop(signal.SIGKILL)
            load.end()
            self.assertEqual(load.strange, [])
            for _, status in load.answers:
                statuses[status] = statuses.get(status, 0) + 1
            self.fail("")
            started = time.monotonic()
            gateway.start(env=gateway.env)
            slowest = max(slowest, time.monotonic() - started)
            gateway.dying = False
            if round_ % 100 == 99:
                self.verify(gateway)
        seen = self.compare(gateway)
        self.verify(gateway)
        self.assertLessEqual(set(statuses), {200, 400, 503})
        print(f"\n{rounds} kills on a failing or full disk (seed {SEED}) in {time.monotonic() - begun:.0f} s: answers {statuses}, "
              f"{sum(seen.arrived.values())} requests reached an origin, {sum(seen.allowed.values())} allowed; slowest start {slowest:.2f} s", file=sys.stderr)

    def test_start_that_the_disk_refuses_can_be_tried_again(self):
        gateway = self.start_failing()
        tried = refused = 0
        for call in ("write", "sync", "fsync", "open", "rename", "truncate"):
            for k in range(1, 4):
                status = self.ask(gateway, f"{call}{k}")
                self.assertEqual(status, 200, self.said)
                gateway.stop(signal.SIGKILL)
                last = max((gateway.folder / "audit").glob("*.jsonl"))
                with open(last, "ab") as segment:
                    segment.write(b'{"v":1,"seq":')  # a torn end: recovery must write, cut, rename
                self.fail(f"{call} EIO {k}\n")
                tried += 1
                try:
                    gateway.start(env=gateway.env)
                except RuntimeError as error:
                    refused += 1
                    self.assertIn("Input/output error", str(error))
                    self.fail("")
                    gateway.process.wait(TIMEOUT)
                    gateway.start(env=gateway.env)
                self.fail("")
        self.assertGreater(refused, tried // 3)
        self.compare(gateway)
        self.verify(gateway)


if __name__ == "__main__":
    unittest.main()
