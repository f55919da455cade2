"""What the documents show is what the program prints: every `$ sekisho …` in them is run, and its output compared.

SEKISHO_REWRITE_DOCS=1 python3 -m unittest docs_test     writes the outputs anew; read the difference before you commit it
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import Bench, ROOT, SEKISHO

DATA = pathlib.Path(__file__).parent / "data" / "review"
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)


class Documents(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-docs-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for file in DATA.iterdir():
            shutil.copy(file, self.folder)
        shutil.copy(ROOT / "config" / "policy.yaml", self.folder)
        shutil.copy(ROOT / "config" / "providers.yaml", self.folder)

    def run_command(self, command: str) -> str:
        path = f"{pathlib.Path(SEKISHO).parent}:{os.environ.get('PATH', '')}"
        environment = {**os.environ, "PATH": path, "TZ": "UTC", "LANG": "C.UTF-8"}
        for name in ("LC_ALL", "LC_MESSAGES"):
            environment.pop(name, None)
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=environment, text=True, capture_output=True, timeout=60)
        text = done.stdout + done.stderr
        # Texts of policies change for other reasons than these documents.
        text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", text)
        return text if not text or text.endswith("\n") else text + "\n"

    def renewed(self, block: re.Match) -> str:
        commands = re.findall(r"^\$ (.*(?:\\\n.*)*)\n", block[1], re.M)
        self.assertTrue(commands, block[1])
        return "```console\n" + "".join(f"$ {c}\n{self.run_command(c)}" for c in commands) + "```\n"

    def check(self, name: str, least: int):
        path = ROOT / "docs" / name
        text = path.read_text(encoding="utf-8")
        self.assertGreaterEqual(len(BLOCK.findall(text)), least)
        fresh = BLOCK.sub(self.renewed, text)
        if os.environ.get("SEKISHO_REWRITE_DOCS"):
            path.write_text(fresh, encoding="utf-8")
            return
        self.maxDiff = None
        self.assertEqual(fresh, text, f"docs/{name} shows something else; see the head of docs_test.py")

    def test_cases_of_explain(self):
        self.check("explain_cases.md", 10)

    def test_review_row_by_row(self):
        self.check("deepseek_review.md", 14)

    def test_a_refusal_as_curl_shows_it(self):
        """The sample of docs/refusals.md, from a gateway with the shipped policy. Only the number of the request is another each time."""
        bench = Bench()
        self.addCleanup(bench.close)
        gateway = bench.gateway({}, policy=(ROOT / "config" / "policy.yaml").read_text(encoding="utf-8"))
        path = ROOT / "docs" / "refusals.md"
        text = path.read_text(encoding="utf-8")
        sample = re.search(r"```\n\$ curl -i (https://\S+) (.*)\n((?:.*\n)*?)```\n", text)
        self.assertTrue(sample, "no sample of curl")
        host, port = gateway.proxy
        done = subprocess.run(["curl", "-si", "--max-time", "30", "--proxy", f"http://{host}:{port}", "--cacert", str(gateway.folder / "ca" / "ca.crt"), sample[1],
                               "-H", "content-type: application/json", "-d", '{"model":"deepseek-chat","messages":[{"role":"user","content":"hello"}]}'],
                              capture_output=True, text=True, check=True)
        fresh = re.sub(r"sks_[a-z2-7]{16}", "sks_…", done.stdout.replace("\r\n", "\n")).rstrip("\n") + "\n"
        renewed = text[:sample.start(3)] + fresh + text[sample.end(3):]
        if os.environ.get("SEKISHO_REWRITE_DOCS"):
            path.write_text(renewed, encoding="utf-8")
            return
        self.maxDiff = None
        self.assertEqual(renewed, text, "docs/refusals.md shows something else; see the head of docs_test.py")


if __name__ == "__main__":
    unittest.main()
