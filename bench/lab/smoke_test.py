"""Runs the lab's own programs against sekisho alone, with tiny counts, so that they cannot rot. Exit 77: not possible here."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import namespaces
import parts
import places

EXPECTED = {("cpu", "1k"): parts.TINY.requests["1k"], ("cpu", "16k"): parts.TINY.requests["16k"], ("cpu", "256k"): parts.TINY.requests["256k"],
            ("cpu", "4m"): parts.TINY.requests["4m"], ("handshake", "full"): parts.TINY.new_connections,
            ("handshake", "resumed"): parts.TINY.new_connections, ("handshake", "tls12"): parts.TINY.new_connections, ("mint", "first"): parts.TINY.names,
            ("sse", "paced"): parts.TINY.paced_streams, ("sse", "burst"): parts.TINY.burst_streams, ("idle", "tunnels"): parts.TINY.tunnels[-1]}


class LabTools(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="sekisho-lab-")
        environment = dict(os.environ, SEKISHO_LAB_DIR=cls.folder.name)
        command = [sys.executable, str(places.SOURCE / "lab.py"), "--counts", "tiny", "--peers", "sekisho", "--parts", "cpu,handshake,mint,sse,idle"]
        cls.run_ = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
        if cls.run_.returncode:
            raise AssertionError(f"lab.py ended with {cls.run_.returncode}\n{cls.run_.stderr}{cls.run_.stdout}")
        lines = (pathlib.Path(cls.folder.name) / "records.jsonl").read_text().splitlines()
        cls.records = {(record["part"], record.get("case")): record for record in map(json.loads, lines)}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def test_every_part_makes_exactly_its_count_without_a_failure(self) -> None:
        good = {key: record.get("ok") for key, record in self.records.items() if key[0] != "machine"}
        self.assertEqual(good, EXPECTED, self.run_.stderr)
        self.assertEqual([record["errors"] for record in self.records.values() if record.get("failed")], [])

    def test_resumption_and_events_are_counted(self) -> None:
        resumed = self.records["handshake", "resumed"]
        self.assertEqual(resumed["resumed"], resumed["handshakes"])
        self.assertEqual(self.records["handshake", "full"]["resumed"], 0)
        self.assertEqual(self.records["sse", "paced"]["events"], 50 * parts.TINY.paced_streams)
        self.assertEqual(self.records["sse", "burst"]["events"], 200 * parts.TINY.burst_streams)

    def test_the_proxys_clock_and_memory_are_read(self) -> None:
        for key in EXPECTED:
            if key[0] != "idle":
                self.assertGreater(self.records[key]["cpu_us"], 0, key)
        self.assertGreater(self.records["idle", "tunnels"]["rest_kib"], 1000)

    def test_the_report_holds_every_table(self) -> None:
        for part in ("cpu", "handshake", "mint", "sse", "idle"):
            self.assertIn(f"### {part}: ", self.run_.stdout)
        self.assertNotIn("Did not run", self.run_.stdout)

    def test_the_driver_refuses_other_machines(self) -> None:
        for address in ("192.0.2.1:8080", "10.0.0.1:8080", "localhost:8080", "127.0.0.1"):
            refused = subprocess.run([str(places.LOAD_DRIVER), "--proxy", address, "--ca", "/dev/null"], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 2, address)
            self.assertIn("only 127.0.0.0/8 is allowed", refused.stderr)


if __name__ == "__main__":
    if not namespaces.possible():
        print("skipped: no network and mount namespaces here")
        sys.exit(77)
    unittest.main()
