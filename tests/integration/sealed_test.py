"""Sealed copies and the keys of found values, by the real binary; what is kept is opened with the ordinary openssl command."""
import hashlib
import json
import os
import pathlib
import sys
import time
import unittest

from harness import ROOT, SEKISHO, Bench, chat, post, sh
from operations_test import FAKETIME, inside

MAIL = "taro.yamada@sekisho-rei.co.jp"
PERIOD_RULES = """  - { id: kept, findings: [email], action: redact, seal: [auditors] }
  - { id: tried, findings: [credit_card], action: redact, mode: observe, seal: [auditors] }
"""


def certificate(folder: pathlib.Path, name: str, kind: str = "ec", days: int = 60):
    """A key and a certificate for it; of -1 days it is over already."""
    key = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    path = folder / name
    sh("openssl", "req", "-newkey", *key, "-nodes", "-keyout", f"{path}.key", "-out", f"{path}.csr", "-subj", f"/CN={name}")
    sh("openssl", "x509", "-req", "-in", f"{path}.csr", "-signkey", f"{path}.key", "-days", str(days), "-out", f"{path}.pem")


def decrypt(der: pathlib.Path, who: pathlib.Path) -> bytes | None:
    out = der.with_suffix(".out")
    done = sh("openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(der), "-recip", f"{who}.pem", "-inkey", f"{who}.key", "-out", str(out), check=False)
    return out.read_bytes() if done.returncode == 0 else None


class Base(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com")
        self.certs = self.bench.folder / "certs"
        self.certs.mkdir()
        self.gateway = None

    def start(self, recipients: str, more: str = "", extra: str = PERIOD_RULES, **kw):
        keeping = f", sealed: {{ recipients: {{ auditors: [{recipients}] }}{more} }}" if recipients else ""
        self.gateway = self.bench.gateway({"api.openai.com": self.origin.port}, extra=extra, keeping=keeping, **kw)
        return self.gateway

    def cert(self, name: str, *arguments, **kw) -> pathlib.Path:
        certificate(self.certs, name, *arguments, **kw)
        return self.certs / name

    def ask(self, text: str):
        tunnel = self.gateway.tunnel("api.openai.com")
        tunnel.send(post("api.openai.com", chat(text)))
        answer = tunnel.message()
        tunnel.close()
        return answer

    def copies(self) -> list[pathlib.Path]:
        return sorted((self.gateway.folder / "audit" / "sealed").rglob("*.cms"))

    def audit(self, *arguments, code=0) -> str:
        done = sh(SEKISHO, "audit", *arguments, "-c", str(self.gateway.config), check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def admin_records(self, *what) -> list[tuple]:
        return [(r["what"], r["old"], r["new"], r["by"]) for r in self.gateway.journal() if r["kind"] == "admin" and r["what"] in what]

    def verify(self):
        self.audit("verify")
        other = sh(sys.executable, "-B", str(ROOT / "docs" / "verify_journal.py"), str(self.gateway.folder / "audit"), check=False)
        self.assertEqual(other.returncode, 0, other.stdout + other.stderr)

    def check(self, code: int) -> str:
        done = sh(SEKISHO, "check", "-c", str(self.gateway.config), check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr


class Sealed(Base):
    def test_what_is_sent_is_kept_and_opens_with_plain_openssl(self):
        rsa, ec = self.cert("rsa", "rsa"), self.cert("ec")
        other = self.cert("other")
        self.start(f'"{rsa}.pem", "{ec}.pem"')
        self.assertEqual(self.ask(f"{MAIL} へ送る").status, 200)
        sent = self.origin.requests[-1].body
        self.assertNotIn(MAIL.encode(), sent)
        self.assertEqual(self.ask("nothing found here").status, 200)
        self.assertEqual(self.ask(f"【社外秘】\n計画 {MAIL}").status, 400)  # what is not sent is not kept
        self.assertEqual(self.ask("4532-0151-1283-0366").status, 200)  # a rule that only observes keeps nothing
        self.assertIn("tried", [r["id"] for r in self.gateway.decisions()[-1]["rules"] if r["matched"]])
        [copy] = self.copies()
        for who in (rsa, ec):
            head, body = decrypt(copy, who).split(b"\n", 1)
            self.assertEqual(body, sent)
        self.assertIsNone(decrypt(copy, other))
        decision = next(d for d in self.gateway.decisions() if "sealed" in d)
        head = json.loads(head)
        self.assertEqual((head["id"], head["policy"], head["host"], head["content_type"]), (decision["id"], decision["policy"], "api.openai.com", "application/json"))
        der = copy.read_bytes()
        self.assertEqual(decision["sealed"], {"sha256": hashlib.sha256(der).hexdigest(), "bytes": len(sent), "of": len(sent), "truncated": False, "groups": ["auditors"],
                                              "period": copy.parent.name})
        self.assertNotIn(MAIL.encode(), der)
        self.assertEqual((copy.stem, copy.stat().st_mode & 0o777, copy.parent.parent.stat().st_mode & 0o777), (decision["id"], 0o440, 0o700))
        self.assertEqual(sum("sealed" in d for d in self.gateway.decisions()), 1)
        self.verify()
        for path in (p for p in self.gateway.folder.rglob("*") if p.is_file()):
            self.assertNotIn(MAIL.encode(), path.read_bytes(), str(path))

    def test_a_long_body_is_cut_and_says_so(self):
        ec = self.cert("ec")
        self.start(f'"{ec}.pem"', ", cap: 2KiB", extra="  - { id: passed, findings: [email], action: allow, seal: [auditors] }\n")
        self.assertEqual(self.ask(f"{MAIL} " + "あ" * 3000).status, 200)
        [copy] = self.copies()
        sealed = self.gateway.decisions()[-1]["sealed"]
        self.assertEqual((sealed["bytes"], sealed["truncated"], sealed["of"]), (2048, True, len(self.origin.requests[-1].body)))
        for path in (p for p in self.gateway.folder.rglob("*") if p.is_file()):
            self.assertNotIn(MAIL.encode(), path.read_bytes(), str(path))
        plain = decrypt(copy, ec).split(b"\n", 1)[1]
        self.assertEqual(plain, self.origin.requests[-1].body[:2048])
        self.assertIn(MAIL.encode(), plain)  # the rule lets it through

    def test_one_opens_alone_and_it_is_recorded(self):
        ec = self.cert("ec")
        self.start(f'"{ec}.pem"')
        self.ask(f"{MAIL} です")
        id = self.gateway.decisions()[-1]["id"]
        self.assertIn(id, self.audit("sealed", "list"))
        self.assertEqual(json.loads(self.audit("sealed", "show", id, "--json"))["state"], "whole")
        out = self.bench.folder / "copy.cms"
        self.audit("sealed", "open", id, "--by", "佐藤", "--reason", "調査 12", "--out", str(out))
        self.assertIsNotNone(decrypt(out, ec))
        self.assertIn(("evidence_open", id, "調査 12", "佐藤"), self.admin_records("evidence_open"))
        self.assertIn("is there already", self.audit("sealed", "open", id, "--by", "佐藤", "--reason", "x", "--out", str(out), code=2))
        self.assertIn(id, self.audit("evidence", "list"))
        self.audit("sealed", "show", "sks_aaaaaaaaaaaaaaaa", code=1)
        [copy] = self.copies()
        os.chmod(copy, 0o600)
        copy.write_bytes(copy.read_bytes()[:-1] + b"x")
        self.assertIn("NOT the copy", self.audit("sealed", "show", id, code=1))
        self.audit("sealed", "open", id, "--by", "佐藤", "--reason", "x", "--out", str(out) + "2", code=1)
        self.assertFalse(pathlib.Path(str(out) + "2").exists())
        copy.unlink()
        self.assertIn("its file is gone", self.audit("sealed", "show", id, code=1))

    def test_two_open_with_two_keys(self):
        ec, dpo = self.cert("ec"), self.cert("dpo", "rsa")
        self.start(f'"{ec}.pem"', f', second: ["{dpo}.pem"]')
        self.ask(f"{MAIL} です")
        id = self.gateway.decisions()[-1]["id"]
        out = self.bench.folder / "copy.cms"
        ask = lambda by, code: self.audit("sealed", "open", id, "--by", by, "--reason", "調査", "--out", str(out), code=code)
        self.assertIn("second person", ask("佐藤", 1))
        self.assertIn("asked for it already", ask("佐 藤", 1))
        self.assertFalse(out.exists())
        self.assertIn(".inner", ask("鈴木", 0))
        self.assertEqual([r[0::3] for r in self.admin_records("evidence_request", "evidence_open")], [("evidence_request", "佐藤"), ("evidence_open", "佐藤, 鈴木")])
        self.assertIsNone(decrypt(out, ec))
        inner = self.bench.folder / "inner.cms"
        inner.write_bytes(decrypt(out, dpo))
        self.assertEqual(decrypt(inner, ec).split(b"\n", 1)[1], self.origin.requests[-1].body)

    def test_a_group_that_nobody_knows_is_refused(self):
        ec = self.cert("ec")
        gateway = self.start(f'"{ec}.pem"')
        policy = gateway.folder / "policy.yaml"
        good = policy.read_text(encoding="utf-8")
        policy.write_text(good.replace("seal: [auditors]", "seal: [auditor]", 1), encoding="utf-8")
        self.assertIn("knows no group 'auditor'", self.check(1))
        status, said = gateway.reload()
        self.assertEqual((status, said["problems"][0]["file"], "auditors" in said["problems"][0]["hint"]), (422, str(policy), True))
        self.ask(f"{MAIL} です")
        self.assertEqual(len(self.copies()), 1)  # the configuration before is in force
        gateway.stop()
        with self.assertRaises(RuntimeError):
            gateway.start()
        gateway.process.wait(20)
        policy.write_text(good, encoding="utf-8")
        gateway.start()

    def test_certificates_are_taken_over_by_a_reload_and_only_good_ones(self):
        ec = self.cert("ec")
        pem = ec.with_suffix(".pem")
        gateway = self.start(f'"{pem}"')
        first = pem.read_bytes()
        self.assertEqual(len(self.admin_records("sealed_recipients")), 1)
        pem.write_bytes(first[: len(first) // 2])  # somebody is writing it
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)
        self.assertEqual(gateway.reload()[0], 422)
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)
        certificate(self.certs, "over", days=-1)
        pem.write_bytes((self.certs / "over.pem").read_bytes())
        self.assertIn("expired on", self.check(1))
        self.assertIn("expired on", gateway.reload()[1]["problems"][0]["message"])
        new = self.cert("new", days=10)
        pem.write_bytes((self.certs / "new.pem").read_bytes())
        self.assertEqual(gateway.reload()[0], 200)
        self.assertEqual(len(self.admin_records("sealed_recipients")), 2)
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)
        newest = max(self.copies(), key=lambda p: p.stat().st_mtime_ns)
        self.assertIsNotNone(decrypt(newest, new))
        warning = f"sealed copies: {pem} expires on"
        self.assertTrue(any(w.startswith(warning) for w in json.loads(gateway.ask("GET", "/readyz")[1])["warnings"]))
        self.assertIn(warning, self.check(0))
        self.assertIn(warning, (gateway.folder / "gateway.log").read_text())

    def test_nothing_is_sent_whose_copy_cannot_be_kept(self):
        ec = self.cert("ec")
        self.start(f'"{ec}.pem"')
        folder = self.gateway.folder / "audit" / "sealed"
        folder.write_text("in the way")
        refused = self.ask(f"{MAIL} です")
        self.assertEqual((refused.status, refused.get("retry-after")), (503, "30"))
        self.assertEqual(json.loads(refused.body)["error"]["sekisho"]["reason"], "journal")
        self.assertEqual(self.origin.requests, [])
        decision = self.gateway.decisions()[-1]
        self.assertEqual((decision["verdict"], decision["reason"], decision["detail"]), ("block", "journal", "sealed"))
        self.assertNotIn("sealed", decision)
        self.assertEqual(self.ask("nothing found here").status, 200)  # others pass
        folder.unlink()
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)
        self.assertEqual(len(self.copies()), 1)

    def test_copies_go_in_time_and_a_hold_is_stronger(self):
        ec = self.cert("ec")
        self.start(f'"{ec}.pem"', ", retention: 30d")
        self.assertEqual([self.ask(f"{MAIL} です").status for _ in range(2)], [200, 200])
        old, young = self.copies()
        month_ago = time.time() - 31 * 86400
        os.utime(old, (month_ago, month_ago))
        self.audit("hold", "add", "--case", "7", "--user", "somebody", "--by", "佐藤", "--reason", "訴訟")
        self.maintain()
        self.assertTrue(old.exists())
        for by in ("佐藤", "鈴木"):
            self.audit("hold", "release", "--case", "7", "--by", by, "--reason", "和解")
        self.maintain(gone=old)
        self.assertTrue(young.exists())
        [(what, period, said, by)] = self.admin_records("sealed_removed")
        self.assertEqual((period, by), (old.parent.name, "audit.sealed.retention"))
        self.assertTrue(said.startswith("1 copies, written before "), said)
        self.assertIn("its file is gone", self.audit("sealed", "show", old.stem, code=1))
        self.verify()

    def test_copies_go_in_time_while_no_gateway_runs(self):
        ec = self.cert("ec")
        gateway = self.start(f'"{ec}.pem"', ", retention: 30d")
        self.assertEqual([self.ask(f"{MAIL} です").status for _ in range(2)], [200, 200])
        old, young = self.copies()
        month_ago = time.time() - 31 * 86400
        os.utime(old, (month_ago, month_ago))
        gateway.stop()
        self.assertIn("removed 1 sealed copies", self.audit("maintain"))
        self.assertEqual(self.copies(), [young])
        self.assertEqual(self.admin_records("sealed_removed"), [])  # a gateway alone writes the log
        gateway.start()
        for _ in range(200):
            if told := self.admin_records("sealed_removed"):
                break
            self.audit("verify")  # takes its time
        self.assertEqual([(t[0], t[1], t[3]) for t in told], [("sealed_removed", old.parent.name, "audit.sealed.retention")])
        self.verify()

    def test_explain_says_whom_a_copy_would_be_sealed_for(self):
        ec, dpo = self.cert("ec"), self.cert("dpo", "rsa")
        self.start(f'"{ec}.pem"', f', second: ["{dpo}.pem"]')
        body = self.bench.folder / "body.json"

        def explain(text: str, *more) -> str:
            body.write_bytes(chat(text))
            return sh(SEKISHO, "explain", "-c", str(self.gateway.config), "--to", "https://api.openai.com/v1/chat/completions", "--country", "US",
                      "--body", str(body), *more).stdout

        self.assertIn(f"sealed copy\n  for auditors ({ec}.pem)\n  second key: {dpo}.pem\n", explain(f"{MAIL} です"))
        self.assertEqual(json.loads(explain(f"{MAIL} です", "--json"))["sealed"],
                         {"recipients": {"auditors": [f"{ec}.pem"]}, "second": [f"{dpo}.pem"], "problem": None})
        for not_kept in ("nothing found here", "4532-0151-1283-0366", f"【社外秘】\n計画 {MAIL}"):
            self.assertIsNone(json.loads(explain(not_kept, "--json"))["sealed"], not_kept)
        certificate(self.certs, "over", days=-1)
        ec.with_suffix(".pem").write_bytes((self.certs / "over.pem").read_bytes())
        self.assertIn("so that nothing is sent", explain(f"{MAIL} です"))

    def maintain(self, gone=None):
        self.audit("maintain")
        for _ in range(200):
            look = json.loads(self.gateway.ask("GET", "/readyz")[1])["warnings"]
            if not gone.exists() if gone else any("legal hold" in w for w in look):
                return
            self.audit("verify")  # takes its time
        self.fail("never looked after")

    def test_who_erases_the_keys_of_a_quarter_makes_its_copies_unreadable(self):
        now = time.gmtime(time.time() + 9 * 3600)
        period = f"{now.tm_year}q{(now.tm_mon + 2) // 3}"
        quarter = self.cert(f"auditors-{period}")
        self.start(f'"{self.certs}/auditors-{{period}}.pem"')
        self.ask(f"{MAIL} です")
        [copy] = self.copies()
        self.assertEqual(copy.parent.name, period)
        self.assertIsNotNone(decrypt(copy, quarter))
        quarter.with_suffix(".key").unlink()
        certificate(self.certs, "again")
        self.assertIsNone(decrypt(copy, self.certs / "again"))
        self.assertIn("whole", self.audit("sealed", "show", copy.stem, "--json"))
        self.verify()


class FullDisk(unittest.TestCase):
    """Copies on a file system of their own, 1 MiB, in a mount namespace: it is full before that of the log is."""

    def test_what_finds_no_room_is_not_sent(self):
        if not inside(self):
            return
        test = Sealed()
        test.setUp()
        self.addCleanup(test.doCleanups)
        disk = test.bench.folder / "disk"
        disk.mkdir()
        sh("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk))
        self.addCleanup(lambda: sh("umount", "-l", str(disk), check=False))
        ec = test.cert("ec")
        test.start(f'"{ec}.pem"', f', directory: "{disk}/copies"')
        self.assertEqual(test.ask(f"{MAIL} です").status, 200)
        (disk / "ballast").write_bytes(b"x" * ((1 << 20) - 24 * 1024))
        self.assertEqual(test.ask(f"{MAIL} " + "x" * 100000).status, 503)
        self.assertEqual(len(test.origin.requests), 1)
        self.assertEqual(list(disk.rglob("*.new")), [])  # half a copy would take the room that is missing
        self.assertEqual(test.ask("nothing found here").status, 200)
        (disk / "ballast").unlink()
        self.assertEqual(test.ask(f"{MAIL} " + "x" * 100000).status, 200)
        self.assertEqual(len(list(disk.rglob("*.cms"))), 2)
        test.gateway.stop()
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(test.gateway.config), check=False).returncode, 0)


class Reserve(unittest.TestCase):
    """The log on a file system of its own, 64 MiB: the operator's deeds and the end are told on a full disk, too."""

    def test_last_words_are_written_into_the_reserve(self):
        if not inside(self):
            return
        test = Sealed()
        test.setUp()
        self.addCleanup(test.doCleanups)
        disk = test.bench.folder / "disk"
        disk.mkdir()
        sh("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk))
        self.addCleanup(lambda: sh("umount", "-l", str(disk), check=False))
        gateway = test.bench.gateway({"api.openai.com": test.origin.port}, audit=str(disk / "audit"), keeping=", disk: { reserve: 4MiB }")
        test.gateway = gateway
        self.assertEqual(test.ask("hi").status, 200)
        self.assertEqual((disk / "audit" / "reserve").stat().st_size, 4 << 20)
        with open(disk / "ballast", "wb") as ballast:
            try:
                while ballast.write(b"x" * 65536):
                    ballast.flush()
            except OSError:
                pass
        self.assertEqual(test.ask("hi").status, 503)
        self.assertEqual(gateway.reload()[0], 200)
        gateway.stop()
        (disk / "ballast").unlink()
        records = []
        for segment in sorted((disk / "audit").glob("*.jsonl")):
            records += [json.loads(x) for x in segment.read_bytes().splitlines()]
        told = [r.get("what") or r["kind"] for r in records]
        for what in ("no_space", "reload", "drain", "stop"):
            self.assertIn(what, told)
        self.assertEqual(sum(r["kind"] == "decision" for r in records), 1)
        self.assertEqual(sh(SEKISHO, "audit", "verify", "-c", str(gateway.config), check=False).returncode, 0)


class Clocked(Base):
    """The gateway has a clock of its own, and is spoken to without TLS: to us a certificate of its time may be none."""

    def setUp(self):
        super().setUp()
        self.service = self.bench.origin()
        self.clock = self.bench.folder / "clock"
        self.clock.write_text("+0\n")
        self.environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def start(self, recipients: str, **kw):
        try:
            keeping = f", sealed: {{ recipients: {{ auditors: [{recipients}] }} }}" if recipients else ""
            self.gateway = self.bench.gateway({"plain.example.jp": self.service.port}, keeping=keeping, env=self.environment, **kw)
        except RuntimeError as e:
            if "Sanitizer" in str(e):
                self.skipTest("the sanitizer does not run under a preloaded library")
            raise
        return self.gateway

    def ask(self, text: str):
        conn = self.gateway.plain()
        conn.send(post("plain.example.jp", chat(text), path="http://plain.example.jp/v1/chat/completions"))
        answer = conn.message()
        conn.close()
        return answer


@unittest.skipUnless(FAKETIME, "needs the package faketime")
class Expiry(Clocked):
    def test_nothing_is_sent_once_the_certificate_is_over(self):
        ec = self.cert("ec", days=20)
        self.start(f'"{ec}.pem"', extra=PERIOD_RULES)
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)
        self.clock.write_text("+25d\n")
        self.assertEqual(self.ask(f"{MAIL} です").status, 503)
        self.assertEqual(self.ask("nothing found here").status, 200)
        self.assertEqual(len(self.service.requests), 2)
        self.assertEqual(len(self.copies()), 1)
        said = "sealed copies cannot be made: " + str(ec) + ".pem: the certificate expired on"
        self.assertTrue(any(w.startswith(said) for w in json.loads(self.gateway.ask("GET", "/readyz")[1])["warnings"]))
        self.assertIn("the certificate expired on", (self.gateway.folder / "gateway.log").read_text())
        certificate(self.certs, "ec", days=60)
        self.assertEqual(self.gateway.reload()[0], 200)
        self.assertEqual(self.ask(f"{MAIL} です").status, 200)


@unittest.skipUnless(FAKETIME, "needs the package faketime")
class Values(Clocked):
    """Found values are followed by keyed hashes, whose key is another one each quarter."""

    LABEL = "【社外秘】\n計画"

    def setUp(self):
        super().setUp()
        self.start("")

    def blocked(self) -> dict:
        before = len(self.gateway.decisions())
        self.assertEqual(self.ask("4532-0151-1283-0366 " + self.LABEL).status, 400)
        return self.gateway.decision_after(before)

    def hashes(self, decision) -> list:
        return next(f["h"] for f in decision["findings"] if f["type"] == "credit_card")

    def command(self, *arguments, stdin="", code=0) -> str:
        done = sh(SEKISHO, "audit", *arguments, "-c", str(self.gateway.config), check=False, input=stdin, env={**os.environ, **self.environment})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def found(self) -> str:
        return self.command("value", "--type", "credit_card", stdin="4532-0151-1283-0366")

    def test_a_quarter_has_its_key_and_forgets_it(self):
        first = self.blocked()
        again = self.blocked()
        self.assertEqual(self.hashes(first), self.hashes(again))
        self.clock.write_text("+95d\n")  # the next quarter, while it runs
        second = self.blocked()
        self.assertNotEqual(first["kid"], second["kid"])
        self.assertNotEqual(self.hashes(first), self.hashes(second))
        text = self.found()
        for decision in (first, again, second):
            self.assertIn(decision["id"], text)
        ask = lambda by, code: self.command("forget-values", "--quarter", "last", "--by", by, "--reason", "期間満了", code=code)
        self.assertIn("asked:", ask("佐藤", 1))
        self.assertIn("asked for it already", ask("佐藤", 1))
        self.assertIn("are erased", ask("鈴木", 0))
        text = self.found()
        self.assertIn(second["id"], text)
        self.assertNotIn(first["id"], text)
        self.assertIn("were erased", text)
        keys = self.gateway.folder / "keys"
        self.assertFalse((keys / "finding.key").exists())
        [left] = (keys / "finding").iterdir()
        self.assertEqual((left.stem, left.stat().st_mode & 0o777), (second["kid"], 0o600))
        self.assertEqual(self.hashes(self.blocked()), self.hashes(second))  # it runs on
        self.gateway.stop()
        self.gateway.start(env=self.environment)
        self.assertEqual(self.hashes(self.blocked()), self.hashes(second))
        self.assertEqual([r[0] for r in self.admin_records("forget_values_asked", "forget_values")], ["forget_values_asked", "forget_values"])
        self.assertIn("not over", self.command("forget-values", "--quarter", "this", "--by", "佐藤", "--reason", "x", code=1))
        self.command("verify")

    def test_a_hold_keeps_the_keys(self):
        self.command("hold", "add", "--case", "9", "--user", "hanako", "--by", "佐藤", "--reason", "訴訟")
        self.assertIn("9", self.command("forget-values", "--quarter", "last", "--by", "佐藤", "--reason", "x", code=1))
        self.assertTrue((self.gateway.folder / "keys" / "finding.key").exists())

    def test_a_second_gateway_with_the_same_keys_agrees(self):
        first = self.blocked()
        keys = self.gateway.folder / "keys"
        one = self.gateway
        two = self.start("")
        two.stop()
        (two.folder / "keys" / "finding.key").write_bytes((keys / "finding.key").read_bytes())
        two.start(env=self.environment)
        self.clock.write_text("+400d\n")
        there = self.blocked()
        self.gateway = one
        here = self.blocked()
        self.assertEqual((here["kid"], self.hashes(here)), (there["kid"], self.hashes(there)))
        self.assertNotEqual(self.hashes(here), self.hashes(first))
