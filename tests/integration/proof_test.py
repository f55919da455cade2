"""The audit log as evidence: checkpoints and witnesses of a running gateway, proofs, keys, both verifiers on its files."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

from harness import OK, ROOT, SEKISHO, TIMEOUT, Bench, chat, post

VERIFIER = str(ROOT / "docs" / "verify_journal.py")


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=TIMEOUT * 4, stdin=subprocess.DEVNULL, check=False)


class Witness:
    """Takes POSTs on a free port; while `answer` is not 2xx it takes nothing."""

    def __init__(self):
        witness = self
        self.answer, self.notes = 200, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                note = self.rfile.read(int(self.headers["content-length"])).decode()
                if witness.answer == 200:
                    witness.notes.append(note)
                self.send_response(witness.answer)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/checkpoints" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Proofs(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com", script=lambda c, r: c.send(OK))
        self.kept = pathlib.Path(self.bench.folder) / "kept"
        self.kept.mkdir()
        self.witness = Witness()
        self.addCleanup(self.witness.close)

    def start(self):
        audit = 'audit/", origin: "log.example.jp/gw1", checkpoint: { every: 100ms, records: 8 }, witnesses: [' \
                '{ name: nas, directory: "%s" }, { name: other, post: "%s" }], sync: "every_decision' % (self.kept, self.witness.url)
        gateway = self.bench.gateway({"api.openai.com": self.origin.port}, audit=audit, settings="laboratory: true\n")
        self.log = gateway.folder / "audit"
        return gateway

    def ask(self, gateway, n=1):
        for _ in range(n):
            tunnel = gateway.tunnel("api.openai.com")
            tunnel.send(post("api.openai.com", chat("hi")))
            self.assertEqual(tunnel.message().status, 200)
            tunnel.close()

    def wait(self, condition):
        end = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.01)

    def agree(self, code, *arguments):
        """Both verifiers on the log, with the same outcome; what ours says."""
        ours = run(SEKISHO, "audit", "verify", "--json", "--directory", self.log, *arguments)
        theirs = run(sys.executable, VERIFIER, self.log, *arguments)
        self.assertEqual((ours.returncode, theirs.returncode), (code, code), ours.stdout + ours.stderr + theirs.stdout + theirs.stderr)
        report = json.loads(ours.stdout) if code < 2 else {}
        if report.get("first_bad") is not None:
            self.assertIn("seq %d:" % report["first_bad"], theirs.stdout)
        return report

    def test_a_stopped_gateway_leaves_a_log_that_is_wholly_signed(self):
        gateway = self.start()
        self.ask(gateway, 12)
        self.assertEqual(gateway.stop(), 0)
        vkey = run(SEKISHO, "audit", "keys", "--directory", self.log).stdout.strip()
        self.assertTrue(vkey.startswith("log.example.jp/gw1+"), vkey)
        report = self.agree(0, "--key", vkey, "--witness", self.kept)
        self.assertEqual(report["checkpoint"]["size"], report["size"])
        note = run(SEKISHO, "audit", "head", "--note", "--directory", self.log).stdout
        self.assertEqual(note.split("\n")[:3], ["log.example.jp/gw1", str(report["size"]), report["root"]])
        head = json.loads(run(SEKISHO, "audit", "head", "--json", "--directory", self.log).stdout)
        self.assertEqual((head["size"], head["root"]), (report["size"], report["root"]))
        kept = sorted(p.name for p in self.kept.rglob("*.ckpt"))
        self.assertIn("%012d.ckpt" % report["size"], kept)
        self.assertEqual(self.witness.notes[-1], note)

    def test_a_policy_text_that_is_gone_is_told_by_both_verifiers(self):
        gateway = self.start()
        self.ask(gateway, 1)
        self.assertEqual(gateway.stop(), 0)
        (text,) = (self.log / "policies").glob("*.yaml")
        text.unlink()
        said = "the text of sha256:%s, which record" % text.stem
        self.assertTrue([n for n in self.agree(0)["notes"] if n.startswith(said)])
        self.assertIn(said, run(sys.executable, VERIFIER, self.log).stdout)

    def test_a_witness_on_a_file_system_that_hangs_does_not_hold_up_the_stop(self):
        folder = self.kept / "log.example.jp_gw1"
        folder.mkdir()
        for size in range(1, 400):  # a pipe that nobody writes into holds whoever opens it
            os.mkfifo(folder / ("%012d.ckpt" % size))
        gateway = self.start()
        self.ask(gateway, 3)
        began = time.monotonic()
        self.assertEqual(gateway.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)
        said = [line for line in (gateway.folder / "gateway.log").read_text(encoding="utf-8").splitlines() if "witness_lacks_last_checkpoint" in line]
        self.assertEqual(len(said), 1, said)
        for word in ('"witness":"nas"', '"has":"0"', "does not answer", "届いていません"):
            self.assertIn(word, said[0])
        report = self.agree(0)
        self.assertEqual(report["checkpoint"]["size"], report["size"])
        self.assertEqual(self.witness.notes[-1], run(SEKISHO, "audit", "head", "--note", "--directory", self.log).stdout)

    def test_a_cut_end_is_found_with_what_the_witness_holds(self):
        gateway = self.start()
        self.ask(gateway, 12)
        gateway.stop()
        segment = sorted(self.log.glob("*.jsonl"))[-1]
        lines = segment.read_bytes().splitlines(keepends=True)
        first = int(segment.name[:12])
        segment.chmod(0o600)
        segment.write_bytes(b"".join(lines[:-5]))
        self.assertEqual(self.agree(1)["first_bad"], first + len(lines) - 5)
        shutil.rmtree(self.log / "checkpoints")
        report = self.agree(1, "--witness", self.kept)
        self.assertLessEqual(report["first_bad"], first + len(lines) - 5)

    def test_one_request_is_proven_to_an_outsider(self):
        gateway = self.start()
        self.ask(gateway, 9)
        gateway.stop()
        decision = gateway.decisions()[4]
        vkey = run(SEKISHO, "audit", "keys", "--directory", self.log).stdout.strip()
        proof = pathlib.Path(self.bench.folder) / "proof.json"
        made = run(SEKISHO, "audit", "prove", decision["id"], "--directory", self.log, "-o", proof)
        self.assertEqual(made.returncode, 0, made.stderr)
        for command in ((sys.executable, VERIFIER), (SEKISHO, "audit", "verify")):
            checked = run(*command, "--proof", proof, "--key", vkey)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            self.assertIn(decision["id"], checked.stdout)
        proof.write_text(proof.read_text().replace("api.openai.com", "api.example.com", 1))
        for command in ((sys.executable, VERIFIER), (SEKISHO, "audit", "verify")):
            self.assertEqual(run(*command, "--proof", proof, "--key", vkey).returncode, 1)
        old = sorted(self.log.glob("checkpoints/0*.ckpt"))[0]
        self.assertEqual(run(SEKISHO, "audit", "prove", "--consistency", old, "--directory", self.log, "-o", proof).returncode, 0)
        self.assertEqual(run(sys.executable, VERIFIER, "--proof", proof, "--key", vkey).returncode, 0)
        self.assertEqual(run(SEKISHO, "audit", "prove", "sks_aaaaaaaaaaaaaaaa", "--directory", self.log).returncode, 1)

    def test_a_rotated_key_is_taken_at_reload_and_followed(self):
        gateway = self.start()
        self.ask(gateway)
        old = run(SEKISHO, "audit", "keys", "--directory", self.log).stdout.strip()
        rotated = run(SEKISHO, "audit", "rotate-key", "-c", gateway.folder / "gateway.yaml", "--by", "sato")
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        again = run(SEKISHO, "audit", "rotate-key", "-c", gateway.folder / "gateway.yaml", "--by", "sato")
        self.assertEqual(again.returncode, 2)
        self.assertEqual(gateway.reload()[0], 200)
        self.ask(gateway)
        gateway.stop()
        keys = run(SEKISHO, "audit", "keys", "--directory", self.log).stdout.split()
        self.assertEqual((len(keys), keys[0]), (2, old))
        for key in keys:
            self.assertEqual(self.agree(0, "--key", key)["keys"], keys)
        record = [r for r in gateway.journal() if r.get("what") == "key" and r["old"]][0]
        self.assertEqual((record["old"], record["new"], record["by"]), (*keys, "sato"))

    def test_a_dead_witness_holds_nothing_up_and_is_told(self):
        self.witness.answer = 503
        gateway = self.start()
        self.ask(gateway, 3)
        self.wait(lambda: any(r.get("what") == "witness" for r in gateway.journal()))
        metrics = gateway.ask("GET", "/metrics")[1].decode()
        self.assertRegex(metrics, r'sekisho_audit_witness_failures_total\{witness="other"\} [1-9]')
        self.assertRegex(metrics, r'sekisho_audit_witness_acknowledged_records\{witness="nas"\} [1-9]')
        self.assertTrue(any("witness other" in w for w in json.loads(gateway.ask("GET", "/readyz")[1])["warnings"]))
        self.witness.answer = 200
        self.wait(lambda: self.witness.notes)
        self.ask(gateway)
        gateway.stop()
        told = [t for r in gateway.journal() if r["kind"] == "checkpoint" for t in r["told"]]
        self.assertTrue(any(t[0] == "nas" and t[2] == "ok" for t in told), told)
        self.assertTrue(any(t[0] == "other" and "503" in t[2] for t in told), told)
        self.agree(0)

    def test_an_emptied_log_gets_a_key_of_its_own(self):
        gateway = self.start()
        self.ask(gateway)
        gateway.stop()
        first = run(SEKISHO, "audit", "keys", "--directory", self.log).stdout.strip()
        shutil.rmtree(self.log)
        gateway.start()
        self.ask(gateway)
        gateway.stop()
        self.agree(0)
        self.agree(1, "--key", first)


if __name__ == "__main__":
    unittest.main()
