"""Registered lists, documents and words: built by the command, used by the running gateway, swapped under it."""
import json
import os
import stat
import threading
import unittest

from harness import POLICY, SEKISHO, Bench, Gateway, chat, post, sh

LIST = """id,name,email,phone
C0001001,山田 太郎,t.yamada@kaisha-sample.co.jp,090-1234-5670
C0001002,佐々木 花子,hanako@kaisha-sample.co.jp,03-9876-5432
C0001003,鈴木 一郎,ichiro@kaisha-sample.co.jp,03-1111-2222
"""
NEW_ROW = "C0001004,高橋 健,ken@kaisha-sample.jp,0466-12-3456\n"
EXTRA = """  - { id: customers, findings: ["dataset:customers"], action: block }
  - { id: designs, findings: ["dataset:designs"], action: block }
  - { id: words, findings: [project], action: block }
datasets:
  customers: { exact: customers.csv, columns: [name, email, phone], key: id, at_least_columns: 2 }
  designs: { documents: designs/, similarity: 0.3 }
detectors:
  custom:
    - { type: project, dictionary: words.txt, category: confidential, confidence: high }
"""
PARAGRAPH = ("新型ポンプの軸受は、試作三号機で得た振動の記録にもとづき、外輪の肉厚を従来より一割増し、潤滑溝の角度を七度に改める。"
             "材料は高炭素クロム鋼とし、熱処理後の硬さを六十以上に保つこと。量産時の原価は一個あたり四百二十円を上限とし、調達先は二社に分ける。")


class Site:
    """A folder with a policy and its lists, before a gateway runs there."""

    def __init__(self, bench: Bench):
        self.home = bench.folder / f"site{len(list(bench.folder.iterdir()))}"
        self.home.mkdir()
        self.config = self.home / "gateway.yaml"
        (self.home / "customers.csv").write_text(LIST, encoding="utf-8")
        (self.home / "words.txt").write_text("# 呼び名\nあかつき計画\n", encoding="utf-8")
        (self.home / "designs").mkdir()
        (self.home / "designs" / "pump.md").write_text(PARAGRAPH, encoding="utf-8")
        (self.home / "policy.yaml").write_text(POLICY.format(extra=EXTRA), encoding="utf-8")
        self.config.write_text('version: 1\nlisten: [{ address: "127.0.0.1:0" }]\n', encoding="utf-8")

    def command(self, *arguments: str):
        return sh(SEKISHO, *arguments, "-c", str(self.config), check=False)


class Command(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.site = Site(self.bench)

    def test_builds_files_of_hashes_that_only_their_owner_reads(self):
        done = self.site.command("dataset", "build", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        built = {d["name"]: d for d in json.loads(done.stdout)["datasets"]}
        self.assertEqual(built["customers"]["rows"], 3)
        self.assertEqual([c["name"] for c in built["customers"]["columns"]], ["name", "email", "phone", "id"])
        self.assertEqual(built["designs"]["documents"], 1)
        files = sorted(p.name for p in (self.site.home / "datasets").iterdir())
        self.assertEqual(files, ["customers.sks", "designs.sks"])
        for path in [*(self.site.home / "datasets").iterdir(), self.site.home / "keys" / "dataset.key"]:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        data = b"".join(p.read_bytes() for p in (self.site.home / "datasets").iterdir())
        for word in ("yamada", "kaisha", "山田", "太郎", "1234", "5670", "C0001001", "c0001001", "ポンプ", "軸受", "customers", "pump"):
            for coding in ("utf-8", "utf-16-le", "utf-32-le", "cp932"):
                self.assertNotIn(word.encode(coding), data)

    def test_check_tells_what_is_not_built_old_or_of_another_key(self):
        def told():
            done = self.site.command("check", "--json")
            answer = json.loads(done.stdout)
            return done.returncode, " ".join(p["message"] for p in answer["problems"]), " ".join(answer["warnings"])
        code, problems, _ = told()
        self.assertEqual(code, 1)
        self.assertIn("'customers' was never built", problems)
        self.assertIn("'designs' was never built", problems)
        self.assertEqual(self.site.command("dataset", "build").returncode, 0)
        self.assertEqual(self.site.command("dataset", "status").returncode, 0)
        self.assertNotIn("built", told()[1])
        with open(self.site.home / "customers.csv", "a", encoding="utf-8") as f:
            f.write(NEW_ROW)
        self.assertIn("'customers' is older than", told()[2])
        status = self.site.command("dataset", "status", "--json")
        self.assertEqual(status.returncode, 1)
        self.assertEqual([d["state"] for d in json.loads(status.stdout)["datasets"]], ["old", "ready"])
        (self.site.home / "keys" / "dataset.key").unlink()
        self.assertEqual(self.site.command("dataset", "build", "designs").returncode, 0)  # makes another key
        code, problems, _ = told()
        self.assertIn("another key", problems)
        self.assertNotIn("designs", problems)

    def test_says_what_is_wrong(self):
        self.assertEqual(self.site.command("dataset", "build", "custmers").returncode, 2)
        self.assertIn("did you mean 'customers'?", self.site.command("dataset", "build", "custmers").stderr)
        (self.site.home / "customers.csv").write_text(LIST + "one cell\n", encoding="utf-8")
        done = self.site.command("dataset", "build", "customers")
        self.assertEqual(done.returncode, 1)
        self.assertIn("customers.csv:5:1: this row has 1 cells", done.stderr)
        self.assertFalse((self.site.home / "datasets" / "customers.sks").exists())

    def test_scan_and_explain_use_them(self):
        self.site.command("dataset", "build")
        (self.site.home / "text.txt").write_text("山田太郎 / 090 1234 5670 / アカツキ計画", encoding="utf-8")
        scanned = sh(SEKISHO, "scan", str(self.site.home / "text.txt"), "-c", str(self.site.config), check=False).stdout
        self.assertIn("dataset:customers", scanned)
        self.assertIn("project", scanned)
        body = self.site.home / "body.json"
        body.write_bytes(chat("要約: " + PARAGRAPH[30:]))
        answer = sh(SEKISHO, "explain", "-c", str(self.site.config), "--to", "https://api.openai.com/v1/chat/completions", "--country", "US",
                    "--body", str(body), "--json", check=False)
        self.assertEqual(json.loads(answer.stdout)["rule"], "designs", answer.stderr)


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.origin = cls.bench.origin("api.openai.com")
        site = Site(cls.bench)
        # The gateway lives where the lists are.
        cls.home = site.home
        assert site.command("dataset", "build").returncode == 0
        cls.gateway = Gateway(site.home, cls.bench.pki, {"api.openai.com": cls.origin.port}, extra=EXTRA)
        cls.bench.stack.callback(lambda: cls.gateway.process.poll() is None and cls.gateway.stop())

    def verdict(self, text: str) -> tuple[int, str]:
        conn = self.gateway.tunnel("api.openai.com")
        conn.send(post("api.openai.com", chat(text)))
        answer = conn.message()
        conn.close()
        rule = "" if answer.status == 200 else answer.json()["error"]["sekisho"]["rule"]
        return answer.status, rule

    def test_rows_paragraphs_and_words_are_blocked_what_is_like_them_passes(self):
        self.assertEqual(self.verdict("山田太郎さん、t.yamada@kaisha-sample.co.jp")[1], "customers")
        self.assertEqual(self.verdict("c0001003 について")[1], "customers")
        self.assertEqual(self.verdict("英訳して: " + PARAGRAPH.replace("。", "。\n"))[1], "designs")
        self.assertEqual(self.verdict("ｱｶﾂｷ計画の進捗")[1], "words")
        self.assertEqual(self.verdict("山田太郎と鈴木一郎の打ち合わせ")[0], 200)
        self.assertEqual(self.verdict("ポンプの軸受の設計を教えて")[0], 200)

    def test_records_hold_no_value(self):
        self.verdict("佐々木花子 03-9876-5432")
        text = "".join(p.read_text(encoding="utf-8") for p in (self.home / "audit").glob("*.jsonl"))
        self.assertIn("dataset:customers", text)
        for word in ("佐々木", "9876-5432", "98765432", "hanako@"):
            self.assertNotIn(word, text)

    def test_a_new_generation_takes_over_at_a_reload_while_requests_run(self):
        row = "高橋健 ken@kaisha-sample.jp"
        self.assertEqual(self.verdict(row)[0], 200)
        done = threading.Event()
        seen, failures = [], []

        def ask():
            try:
                while not done.is_set():
                    seen.append(self.verdict("山田太郎 090-1234-5670")[0])
            except Exception as e:  # told by the test below
                failures.append(e)
        thread = threading.Thread(target=ask)
        thread.start()
        try:
            with open(self.home / "customers.csv", "a", encoding="utf-8") as f:
                f.write(NEW_ROW)
            for _ in range(5):
                built = sh(SEKISHO, "dataset", "build", "customers", "-c", str(self.gateway.config), check=False)
                self.assertEqual(built.returncode, 0, built.stderr)
                self.assertEqual(self.gateway.reload()[0], 200)
        finally:
            done.set()
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(set(seen), {400})
        self.assertEqual(self.verdict(row)[1], "customers")

    def test_a_damaged_file_does_not_load_and_the_old_one_stays(self):
        path = self.home / "datasets" / "designs.sks"
        whole = path.read_bytes()
        beside = path.with_suffix(".bad")
        beside.write_bytes(whole[: len(whole) // 2])
        os.replace(beside, path)
        try:
            status, answer = self.gateway.reload()
            self.assertEqual(status, 422)
            self.assertIn("damaged", json.dumps(answer))
            self.assertEqual(self.verdict("英訳して: " + PARAGRAPH)[1], "designs")
        finally:
            beside.write_bytes(whole)
            os.replace(beside, path)
        self.assertEqual(self.gateway.reload()[0], 200)


if __name__ == "__main__":
    unittest.main()
