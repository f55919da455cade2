#!/usr/bin/env python3
"""The gateway under mixed load with faults, for as long as you like; at the end its memory is flat, its descriptors are back, and every request
that an origin received stands in the verified journal.

    soak.py [--seconds 3600] [--rate 60] [--clients 8] [--seed N] [--json FILE]

Exit: 0 all promises held, 1 not (the table says which). Standard library only, everything on loopback.
"""
import argparse
import base64
import collections
import contextlib
import json
import os
import pathlib
import random
import signal
import ssl
import struct
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import POLICY, ROOT, SEKISHO, TIMEOUT, Bench, Gateway, chat, post, sh  # noqa: E402
from witness import Compared, Witness, confirmed  # noqa: E402

HOST, UNLISTED = "llm.example.jp", "unlisted.example.com"
KEY = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"
CARD = "4532 0151 1283 0366"
USER, PASSWORD, GUEST = "alice", "correct horse", "guest"
LIMITS = "{ answer: 2s, head_timeout: 5s, body_timeout: 5s, idle: 20s }"
RELOAD_PERIOD = 10  # s
REST_PERIOD = 30.0  # s between two moments at rest
DISK_REST = 3.0  # s after a disk fault in which a refusal by the journal is expected

# What a client does, how often, and the answers that are right. 0 = the connection ended without a whole answer.
MIX = {
    "small": (40, {200}), "large": (4, {200}), "answer_big": (4, {200}), "sse": (12, {200}), "blocked": (8, {400}), "redacted": (8, {200}), "upload": (3, {200}),
    "new_connection": (8, {200}), "vanish_head": (2, {0}), "vanish_body": (2, {0}), "vanish_stream": (2, {0}), "vanish_hello": (2, {0}), "reset": (2, {502, 0}),
    "stall": (1, {504}), "early": (2, {429}), "half": (2, {0}), "cut_stream": (2, {0}), "unlisted": (3, {400}), "malformed": (2, {400}), "splice": (3, {200}),
    "no_password": (1, {407}), "guest": (1, {200, 407}),
}


def credentials(user: str, password: str) -> str:
    return f"Proxy-Authorization: Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}\r\n"


AUTH = credentials(USER, PASSWORD)


class SoakGateway(Gateway):
    """With a users file, and the failing disk below it when it was built."""

    def start(self, env=None, prefix=(), pass_fds=()):
        self.users = self.folder / "users"
        self.rules = self.folder / "rules"
        if not self.users.exists():
            self.user("add", USER, PASSWORD)
        shim = pathlib.Path(os.environ.get("SEKISHO_FAULTY_DISK") or pathlib.Path(SEKISHO).parent / "libfaulty_disk.so")
        self.can_fail = shim.exists()
        if self.can_fail:
            self.rules.write_text("")
            env = {"LD_PRELOAD": str(shim), "FAULTY_DISK": str(self.folder.resolve() / "audit"), "FAULTY_DISK_RULES": str(self.rules)}
        super().start(env, prefix, pass_fds)

    def user(self, what: str, name: str, password: str = "") -> None:
        more = ["--password-stdin"] if what == "add" else []
        sh(SEKISHO, "user", what, name, "--file", str(self.users), *more, input=password + "\n", check=False)

    def fail(self, rules: str) -> None:
        new = self.rules.with_suffix(".new")
        new.write_text(rules)
        new.replace(self.rules)


class Client(threading.Thread):
    """Does one thing of the mix after the other, over a tunnel that it keeps as long as it lasts."""

    def __init__(self, soak: "Soak", number: int):
        super().__init__(daemon=True)
        self.soak, self.number, self.chance = soak, number, random.Random(f"{soak.seed}-{number}")
        self.tunnel, self.n = None, 0

    def run(self):
        names, weights = list(MIX), [w for w, _ in MIX.values()]
        pause = self.soak.clients / self.soak.rate
        while not self.soak.over.wait(self.chance.uniform(0.5, 1.5) * pause):
            what = self.chance.choices(names, weights)[0]
            self.n += 1
            with self.soak.turn():
                began = time.monotonic()
                try:
                    status = getattr(self, what, None) or (lambda: self.ask(what))
                    status = status()
                except (OSError, EOFError, ValueError) as error:
                    status, self.soak.last_error = 0, f"{what}: {error!r}"
                    self.drop()
                self.soak.note(what, status, began)
        self.drop()

    def drop(self):
        if self.tunnel:
            self.tunnel.close()
        self.tunnel = None

    def open(self):
        if self.tunnel is None or self.chance.random() < 0.03:
            self.drop()
            self.tunnel = self.soak.gateway.tunnel(HOST, headers=AUTH)
        return self.tunnel

    def path(self, behaviour: str) -> str:
        return f"/v1/{behaviour}/c{self.number}-n{self.n}"

    def ask(self, behaviour: str, text: str = "会議の議事録を三行で要約して", headers: str = "", raw: bytes | None = None) -> int:
        body = raw if raw is not None else chat(text, stream=behaviour == "sse")
        for attempt in (1, 2):
            tunnel = self.open()
            fresh = not getattr(tunnel, "used", False)
            try:
                tunnel.send(post(HOST, body, path=self.path(behaviour), headers=headers))
                answer = tunnel.message()
                break
            except (OSError, EOFError) as error:
                # An idle tunnel that was closed meanwhile, before a byte of an answer: what every client tries again. Under another marker.
                if fresh or attempt == 2 or tunnel.buffer or behaviour in ("half", "cut_stream", "reset"):
                    raise
                self.soak.last_error = repr(error)
                self.drop()
                self.n += 1
        tunnel.used = True
        if answer.get("connection") == "close" or behaviour == "half":
            self.drop()
        return answer.status

    def small(self):
        return self.ask("ok")

    def large(self):
        return self.ask("ok", "あ" * self.chance.randrange(20_000, 200_000))

    def answer_big(self):
        return self.ask("big")

    def blocked(self):
        return self.ask("blocked", "このキーで接続: " + KEY)

    def redacted(self):
        return self.ask("redacted", f"カード番号は {CARD} です")

    def upload(self):
        text = ("2026-07-01 INFO 処理しました\n" * self.chance.randrange(10_000, 30_000)).encode()
        tunnel = self.open()
        tunnel.send(post(HOST, text, path=self.path("ok")).replace(b"Content-Type: application/json", b"Content-Type: text/plain; charset=utf-8", 1))
        return tunnel.message().status

    def new_connection(self):
        self.drop()
        return self.ask("ok")

    def vanish_hello(self):
        conn = self.soak.gateway.connect(HOST, headers=AUTH)
        conn.send(b"\x16\x03\x01\x02\x00\x01")
        conn.close()
        return 0

    def vanish_head(self):
        tunnel = self.soak.gateway.tunnel(HOST, headers=AUTH)
        tunnel.send(b"POST /v1/ok/half HTTP/1.1\r\nHos")
        tunnel.close()
        return 0

    def vanish_body(self):
        tunnel = self.soak.gateway.tunnel(HOST, headers=AUTH)
        tunnel.send(post(HOST, chat("x" * 5000), path=self.path("ok"))[:-100])
        self.reset_and_close(tunnel)
        return 0

    def vanish_stream(self):
        tunnel = self.soak.gateway.tunnel(HOST, headers=AUTH)
        tunnel.send(post(HOST, chat("x", stream=True), path=self.path("sse")))
        tunnel.until(b"data: ")
        self.reset_and_close(tunnel)
        return 0

    @staticmethod
    def reset_and_close(tunnel):
        tunnel.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tunnel.close()

    def unlisted(self):
        tunnel = self.soak.gateway.tunnel(UNLISTED, headers=AUTH)
        tunnel.send(post(UNLISTED, chat("hi"), path=self.path("blocked")))
        status = tunnel.message().status
        tunnel.close()
        return status

    def malformed(self):
        tunnel = self.soak.gateway.tunnel(HOST, headers=AUTH)
        tunnel.send(b"POST /v1/ok/x HTTP/1.1\r\nHost: llm.example.jp\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        status = tunnel.message().status
        tunnel.close()
        return status

    def splice(self):
        conn = self.soak.gateway.connect("splice.example.jp", headers=AUTH)
        if b" 200 " not in conn.until(b"\r\n\r\n"):
            raise ValueError("no tunnel")
        context = ssl.create_default_context(cafile=str(self.soak.bench.pki.ca))
        conn.sock = context.wrap_socket(conn.sock, server_hostname="splice.example.jp")
        conn.send(post("splice.example.jp", b"{}", path="/v1/ok/s"))
        status = conn.message().status
        conn.close()
        return status

    def no_password(self):
        conn = self.soak.gateway.connect(HOST)
        status = conn.message().status
        conn.close()
        return status

    def guest(self):
        conn = self.soak.gateway.connect(HOST, headers=credentials(GUEST, PASSWORD))
        status = int(conn.until(b"\r\n\r\n").split(b" ")[1])
        conn.close()
        return status


class Soak:
    def __init__(self, seconds: float, rate: float, clients: int, seed: int):
        self.seconds, self.rate, self.clients, self.seed = seconds, rate, clients, seed
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.answers: collections.Counter[tuple[str, int]] = collections.Counter()
        self.unexpected: collections.Counter[str] = collections.Counter()
        self.excused = 0  # refusals of the journal while the disk failed
        self.faults: list[str] = []
        self.samples: list[dict] = []
        self.disk_bad: list[tuple[float, float]] = []
        self.reloads = self.user_changes = self.bursts = 0
        self.changed = threading.Condition()
        self.active, self.resting = 0, False  # how many do something; nobody begins anything
        self.at_rest: list[dict] = []
        self.last_error = ""
        self.bench = Bench()
        self.origin = Witness(self.bench.pki.leaf(HOST, name="origin-a"), stream_events=6, stream_gap=0.02, forbidden=(CARD.encode(), KEY.encode()))
        self.spliced = Witness(self.bench.pki.leaf("splice.example.jp", name="origin-b"))
        home = self.bench.folder / "gateway"
        home.mkdir()
        self.gateway = SoakGateway(home, self.bench.pki, {HOST: self.origin.port, "splice.example.jp": self.spliced.port},
                                   clients="{ authentication: basic, users_file: users }", limits=LIMITS)

    @contextlib.contextmanager
    def turn(self):
        with self.changed:
            self.changed.wait_for(lambda: not self.resting)
            self.active += 1
        try:
            yield
        finally:
            with self.changed:
                self.active -= 1
                self.changed.notify_all()

    def bad_disk_since(self, began: float) -> bool:
        now = time.monotonic()
        return any(start <= now and began <= end + DISK_REST for start, end in self.disk_bad)

    def note(self, what: str, status: int, began: float):
        with self.lock:
            self.answers[what, status] += 1
            if status in MIX[what][1]:
                return
            if self.bad_disk_since(began) and status in (0, 503):
                self.excused += 1
            else:
                self.unexpected[f"{what}: {status} ({self.last_error if status == 0 else ''})"] += 1

    def operate(self):
        """Reloads every 10 s, the users' file changed every 15 s, the metrics read every 2 s, a second of a bad disk every 30 s."""
        policy = self.gateway.folder / "policy.yaml"
        text = policy.read_text(encoding="utf-8")
        step, guest = 0, False
        while not self.over.wait(1):
            step += 1
            try:
                if step % RELOAD_PERIOD == 0:
                    policy.write_text(f"{text}# {step % 3}\n", encoding="utf-8")
                    with self.turn():
                        status, said = self.gateway.reload()
                    self.reloads += 1
                    if status != 200:
                        self.faults.append(f"a reload was answered {status}: {str(said)[:300]}")
                if step % 15 == 0:
                    self.gateway.user("remove" if guest else "add", GUEST, PASSWORD)
                    guest = not guest
                    self.user_changes += 1
                if step % 2 == 0 and self.gateway.ask("GET", "/metrics")[0] != 200:
                    self.faults.append("the metrics could not be read")
                if step % 30 == 25 and self.gateway.can_fail:
                    with self.turn():
                        self.break_disk(step)
            except OSError as error:
                self.faults.append(f"the admin listener: {error!r}")

    def break_disk(self, step: int):
        began = time.monotonic()
        self.disk_bad.append((began, float("inf")))
        self.gateway.fail(("write ENOSPC 1+ short\n", "sync EIO 30%\n", "sync EIO 1+\nfsync EIO 50%\n")[step // 30 % 3])
        self.over.wait(1)
        self.gateway.fail("")
        self.disk_bad[-1] = (began, time.monotonic())
        self.bursts += 1

    def sample(self, began: float):
        proc = pathlib.Path("/proc") / str(self.gateway.process.pid)
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        rollup = dict(line.split(":", 1) for line in (proc / "smaps_rollup").read_text().splitlines()[1:])
        kib = lambda text: int(text.split()[0])  # noqa: E731
        self.samples.append({"t": time.monotonic() - began, "rss": kib(status["VmRSS"]), "pss": kib(rollup["Pss"]), "anonymous": kib(rollup["Anonymous"]),
                             "threads": int(status["Threads"]), "fds": len(os.listdir(proc / "fd")),
                             "journal": sum(p.stat().st_size for p in (self.gateway.folder / "audit").glob("*.jsonl"))})

    def metric(self, name: str) -> int:
        for line in self.gateway.ask("GET", "/metrics")[1].decode().splitlines():
            if line.startswith(f"{name} "):
                return int(float(line.split()[1]))
        raise ValueError(f"no {name}")

    def rest(self, began: float):
        """What the program uses while nothing is under way: otherwise bodies, a second policy and what the heap keeps free hide a leak."""
        with self.changed:
            self.resting = True
            calm = self.changed.wait_for(lambda: self.active == 0, timeout=20)
        try:
            used = [self.metric("sekisho_heap_used_bytes")] if calm else []
            while calm and len(used) < 20 and not self.over.is_set():  # until what is left of the last exchanges is gone
                self.over.wait(0.3)
                used.append(self.metric("sekisho_heap_used_bytes"))
                if abs(used[-1] - used[-2]) < 4096:
                    self.at_rest.append({"t": time.monotonic() - began, "heap": used[-1] / 1024})
                    break
        finally:
            with self.changed:
                self.resting = False
                self.changed.notify_all()

    def names_of_descriptors(self) -> list[str]:
        """Of files their paths, of TCP sockets local and remote address and state, as the kernel writes them."""
        folder = pathlib.Path(f"/proc/{self.gateway.process.pid}")
        lines = [x.split() for x in (folder / "net" / "tcp").read_text().splitlines()[1:]]
        tcp = {f"socket:[{x[9]}]": f"tcp {x[1]} {x[2]} {x[3]}" for x in lines}
        links = []
        for f in (folder / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                links.append(os.readlink(f))
        return sorted(tcp.get(link, link) for link in links)

    # The journal's, its index's and what reads it: they come and go by themselves, and are few.
    MOST_OF_THE_LOG = 8

    def descriptors(self) -> int:
        """Open now, those of the audit log counted as one unless they are many."""
        of_log = [name for name in self.names_of_descriptors() if name.startswith(str(self.gateway.folder / "audit"))]
        every = len(os.listdir(f"/proc/{self.gateway.process.pid}/fd"))
        return every if len(of_log) > self.MOST_OF_THE_LOG else every - len(of_log) + 1

    def run(self) -> bool:
        idle_fds = self.descriptors()
        idle_threads = len(os.listdir(f"/proc/{self.gateway.process.pid}/task"))
        threads = [Client(self, n) for n in range(self.clients)] + [threading.Thread(target=self.operate, daemon=True)]
        began = time.monotonic()
        for t in threads:
            t.start()
        interval = min(5.0, max(0.5, self.seconds / 100))
        period, next_rest = min(REST_PERIOD, self.seconds / 6), 0.0
        while time.monotonic() - began < self.seconds and self.gateway.process.poll() is None:
            self.over.wait(interval)
            with contextlib.suppress(OSError):
                self.sample(began)
                if time.monotonic() - began > next_rest:
                    self.rest(began)
                    next_rest = time.monotonic() - began + period
        self.over.set()
        for t in threads:
            t.join(TIMEOUT * 2)
        self.elapsed = time.monotonic() - began
        if self.gateway.process.poll() is not None:
            self.faults.append(f"the gateway ended by itself: {self.gateway.process.returncode}")
            return self.report()
        self.check_descriptors(idle_fds, idle_threads)
        self.check_memory()
        self.check_records()
        return self.report()

    def check_descriptors(self, idle: int, idle_threads: int):
        """All clients are gone: what is open more than at the start are connections that wait in the pool, as the origins see them."""
        until = time.monotonic() + 30  # the longest time-out that may still run
        while True:
            open_now, pooled, now = self.metric("sekisho_connections_open"), self.origin.still_open() + self.spliced.still_open(), self.descriptors()
            self.leaked = now - pooled - idle
            if (open_now == 0 and self.leaked <= 0) or time.monotonic() > until:
                break
            self.over_wait()
        if open_now:
            self.faults.append(f"{open_now} client connections are still counted as open")
        if self.leaked > 0:
            self.faults.append(f"{self.leaked} descriptors more than at the start ({now} now, {pooled} of them pooled, {idle} then): {self.names_of_descriptors()}")
        tasks = len(os.listdir(f"/proc/{self.gateway.process.pid}/task"))
        if tasks != idle_threads:
            self.faults.append(f"{tasks} threads, {idle_threads} at the start")

    @staticmethod
    def over_wait():
        threading.Event().wait(0.2)  # between two looks at /proc, which tells nobody when it changes

    def check_memory(self):
        """What was used at rest: the median of the last third of the second half may be 1 MiB above that of its first (3 MiB where it lasts less than a
        quarter of an hour: caches fill). A median, for the users' file may be loaded just then. What the process holds of the system may not grow by more
        than a tenth: the lowest of the last third beside that of the first."""
        used = [s["heap"] for s in self.at_rest if s["t"] > self.elapsed * 0.5]
        third = max(1, len(used) // 3)
        self.rise = statistics.median(used[-third:]) - statistics.median(used[:third]) if len(used) > 2 else 0.0
        self.bound = 1024.0 if self.elapsed >= 1800 else 3072.0
        if self.elapsed >= 60 and len(used) < 3:
            self.faults.append(f"the memory was seen at rest {len(used)} times only in the second half")
        if self.elapsed >= 60 and self.rise > self.bound:
            self.faults.append(f"memory rises: {self.rise:.0f} KiB in the second half, {self.bound:.0f} allowed")
        held = [s["anonymous"] for s in self.samples if s["t"] > self.elapsed * 0.5]
        third = len(held) // 3
        if self.elapsed >= 600 and min(held[-third:]) > 1.1 * min(held[:third]):
            self.faults.append(f"memory held rises from {min(held[:third])} to {min(held[-third:])} KiB")

    def check_records(self):
        code = self.gateway.stop(signal.SIGTERM)
        if code:
            self.faults.append(f"the drain ended with {code}")
        verify = sh(SEKISHO, "audit", "verify", "-c", str(self.gateway.config), check=False)
        other = sh(sys.executable, "-B", str(ROOT / "docs" / "verify_journal.py"), str(self.gateway.folder / "audit"), check=False)
        for done in (verify, other):
            if done.returncode:
                self.faults.append(f"the journal is not whole: {done.stdout}{done.stderr}")
        records = confirmed(self.gateway.folder / "audit")
        self.kinds = collections.Counter(r["kind"] for r in records)
        self.compared = Compared(records, self.origin, self.spliced)
        self.faults += self.compared.faults[:20]
        outcomes = collections.Counter(r["ref"] for r in records if r["kind"] == "outcome")
        lost = sum(r["lost"] for r in records if r["kind"] == "gap")
        missing = [r["id"] for r in records if r["kind"] == "decision" and r["verdict"] != "block" and not outcomes[r["seq"]]]
        if len(missing) > lost:
            self.faults.append(f"{len(missing)} allowed requests have no outcome, {lost} are told as lost: {missing[:5]}")

    def report(self) -> bool:
        total = sum(self.answers.values())
        print(f"\nsoak: {self.elapsed:.0f} s, seed {self.seed}, {total} exchanges ({total / self.elapsed:.0f}/s), {self.reloads} reloads, {self.user_changes} changes of the "
              f"users' file, {self.bursts} times a bad disk ({self.excused} refusals by it)")
        for what in MIX:
            print(f"  {what:15s} " + "  ".join(f"{s or 'ended'}: {n}" for (w, s), n in sorted(self.answers.items()) if w == what))
        if len(self.samples) > 3:
            print(f"  {'':15s} {'start':>9s} {'middle':>9s} {'end':>9s} {'most':>9s}")
            for name in ("rss", "pss", "anonymous", "fds", "threads", "journal"):
                values = [s[name] for s in self.samples]
                print(f"  {name:15s} {values[0]:9d} {values[len(values) // 2]:9d} {values[-1]:9d} {max(values):9d}")
        if hasattr(self, "compared"):
            shown = self.at_rest[:: max(1, len(self.at_rest) // 12)]
            print("  used at rest: " + ", ".join(f"{s['heap']:.0f}" for s in shown) + " KiB")
            print(f"  memory rises by {self.rise:.0f} KiB over the second half (allowed {self.bound:.0f}); {max(self.leaked, 0)} descriptors leaked")
            print(f"  {sum(self.compared.arrived.values())} requests reached the origin, {sum(self.compared.allowed.values())} were allowed, {self.spliced.heard} tunnels spliced; "
                  f"journal: " + ", ".join(f"{n} {k}" for k, n in self.kinds.most_common()))
        for text, n in self.unexpected.most_common(20):
            print(f"  UNEXPECTED {n} x {text}")
        for fault in self.faults:
            print(f"  FAULT {fault}")
        good = not self.faults and not self.unexpected
        print("soak: " + ("every promise held" if good else "FAILED"), flush=True)
        return good

    def close(self):
        self.origin.close()
        self.spliced.close()
        if self.gateway.process.poll() is None:
            self.gateway.stop(signal.SIGKILL)
        self.bench.close()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=3600)
    arguments.add_argument("--rate", type=float, default=60, help="exchanges a second, all clients together")
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    arguments.add_argument("--json", help="where the samples go")
    given = arguments.parse_args()
    soak = Soak(given.seconds, given.rate, given.clients, given.seed)
    try:
        good = soak.run()
        if given.json:
            pathlib.Path(given.json).write_text(json.dumps({"samples": soak.samples, "at_rest": soak.at_rest}))
        return 0 if good else 1
    finally:
        soak.close()


if __name__ == "__main__":
    sys.exit(main())
