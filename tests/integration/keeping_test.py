"""How the audit log is kept, by the real binary: compression, legal holds, damage that two persons accept, one writer, a disk that cannot be written."""
import json
import os
import signal
import subprocess
import sys
import unittest

from harness import ROOT, SEKISHO, Bench, sh


class Keeping(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)

    def start(self, keys: str = ""):
        gateway = self.bench.gateway({})
        if keys:
            text = gateway.config.read_text().replace('audit: { directory: "audit/" }', f'audit: {{ directory: "audit/", {keys} }}')
            gateway.config.write_text(text)
        return gateway

    def audit(self, gateway, *arguments, code=0) -> str:
        done = sh(SEKISHO, "audit", *arguments, "-c", str(gateway.config), check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def admin_records(self, gateway) -> list[tuple]:
        lines = []
        for segment in sorted((gateway.folder / "audit").glob("*.jsonl")):
            lines += [json.loads(line) for line in segment.read_text().splitlines()]
        return [(r["what"], r["new"], r["by"]) for r in lines if r["kind"] == "admin"]

    def verify(self, gateway, code=0):
        self.audit(gateway, "verify", code=code)
        other = sh(sys.executable, "-B", str(ROOT / "docs" / "verify_journal.py"), str(gateway.folder / "audit"), check=False)
        self.assertEqual(other.returncode, code, other.stdout + other.stderr)

    def test_a_hold_and_its_release_by_two_persons_are_records(self):
        gateway = self.start()
        self.audit(gateway, "hold", "add", "--case", "2026-17", "--user", "hanako", "--by", "佐藤", "--reason", "訴訟")
        self.assertIn("held", self.audit(gateway, "hold", "list", "--lang", "en"))
        release = ("hold", "release", "--case", "2026-17", "--reason", "和解", "--by")
        self.audit(gateway, *release, "佐藤")
        self.audit(gateway, *release, "佐藤", code=1)
        self.audit(gateway, *release, "鈴木")
        self.assertIn("released", self.audit(gateway, "hold", "list", "--lang", "en"))
        told = self.admin_records(gateway)
        for record in (("hold_add", "2026-17: user hanako (訴訟)", "佐藤"), ("hold_release_asked", "2026-17 (和解)", "佐藤"), ("hold_release", "2026-17 (和解)", "鈴木")):
            self.assertIn(record, told)
        gateway.stop()
        self.assertIn("it is kept", self.audit(gateway, "hold", "add", "--case", "x", "--id", "sks_abcdefghijklmnop", "--by", "a", "--reason", "b"))
        gateway.start()
        gateway.stop()  # what waits is written before the end
        self.assertIn(("hold_add", "x: id sks_abcdefghijklmnop (b)", "a"), self.admin_records(gateway))
        self.verify(gateway)

    def test_closed_segments_are_compressed_by_hand_while_the_gateway_runs(self):
        gateway = self.start("compress: after 0s")
        for _ in range(3):
            gateway.stop()
            gateway.start()
        self.assertIn("does it now", self.audit(gateway, "maintain"))
        for _ in range(200):
            if len(list((gateway.folder / "audit").glob("*.jsonl"))) == 1:
                break
            self.audit(gateway, "verify")  # takes its time, and reads both forms while they change
        self.assertEqual(len(list((gateway.folder / "audit").glob("*.jsonl"))), 1)
        self.assertEqual(len(list((gateway.folder / "audit").glob("*.jsonl.zst"))), 3)
        self.verify(gateway)
        gateway.stop(signal.SIGKILL)
        gateway.start()
        self.verify(gateway)

    def test_a_reload_takes_how_long_and_in_which_form_the_log_is_kept(self):
        gateway = self.start("compress: never")
        for _ in range(2):
            gateway.stop()
            gateway.start()
        text = gateway.config.read_text()
        gateway.config.write_text(text.replace("compress: never", "compress: after 0s"))
        self.assertEqual(gateway.reload()[0], 200)
        self.audit(gateway, "maintain")
        for _ in range(200):
            if len(list((gateway.folder / "audit").glob("*.jsonl"))) == 1:
                break
            self.audit(gateway, "verify")  # takes its time
        self.assertEqual(len(list((gateway.folder / "audit").glob("*.jsonl.zst"))), 2)
        self.verify(gateway)

    def test_damage_keeps_it_from_starting_until_two_persons_accept_it(self):
        gateway = self.start()
        gateway.stop()
        gateway.start()
        gateway.stop(signal.SIGKILL)
        newest = max((gateway.folder / "audit").glob("*.jsonl"))
        lines = newest.read_bytes().splitlines(True)
        self.assertGreater(len(lines), 2)
        os.chmod(newest, 0o600)
        newest.write_bytes(lines[0].replace(b'"gw":"', b'"gw":"X') + b"".join(lines[1:]))
        for by, code in (("佐藤", 0), ("佐藤", 1), ("鈴木", 0)):
            with self.assertRaises(RuntimeError) as refused:
                gateway.start()
            self.assertIn("accept-damage", str(refused.exception))
            gateway.process.wait(30)
            self.audit(gateway, "accept-damage", "--by", by, "--reason", "ディスク交換", code=code)
        gateway.start()
        last = max((gateway.folder / "audit").glob("*.jsonl"))
        damage = [r for r in map(json.loads, last.read_text().splitlines()) if r["kind"] == "damage"]
        self.assertEqual([a["by"] for a in damage[0]["accepted"]], ["佐藤", "鈴木"])
        self.audit(gateway, "verify", code=1)

    def test_a_second_gateway_on_one_log_is_refused_and_told_who_has_it(self):
        gateway = self.start()
        done = subprocess.run([SEKISHO, "run", "-c", str(gateway.config)], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"process {gateway.process.pid} on ", done.stderr)

    def test_a_read_only_file_system_is_refused_with_its_reason(self):
        gateway = self.start()
        gateway.stop()
        mounted = ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"', "sh", str(gateway.folder / "audit")]
        if os.geteuid() != 0 or subprocess.run([*mounted, "true"], capture_output=True, check=False).returncode:
            self.skipTest("needs root and a mount namespace")
        done = subprocess.run([*mounted, SEKISHO, "run", "-c", str(gateway.config)], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Read-only file system", done.stderr)


if __name__ == "__main__":
    unittest.main()
