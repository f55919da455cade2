"""The auditors' questions, asked of a log that is always the same and of a gateway that runs."""
import contextlib
import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.request

import fixed_log
from harness import ROOT, SEKISHO, Bench, chat, post, sh

QUARTER = ["--quarter", "2025Q2"]
# What docs/questions.md shows, by the number of the question. "{id}": of an exchange of the log. With `-c gateway.yaml` where the question needs it; else of a copy.
EXAMPLES = [
    ("1", "audit transfers --quarter 2025Q2"), ("2", "audit transfers --raw --quarter 2025Q2"), ("3", "audit regions --quarter 2025Q2"),
    ("3", "audit regions --conflicts --quarter 2025Q2"), ("4", "audit refused --by user,host --reason region --quarter 2025Q2"),
    ("5", "audit exceptions --quarter 2025Q2"), ("6", "audit show {id}"), ("7", "replay -c gateway.yaml --policy policy.yaml --since 3650d --at recorded"), ("8", "audit verify"),
    ("9", "audit prove {id} --output proof.json && sekisho audit verify --proof proof.json"),
    ("10", "audit gaps --quarter 2025Q2 --limit 8"), ("11", "audit coverage --quarter 2025Q2"), ("12", "audit trend --by type,verdict --step month --quarter 2025Q2"),
    ("13", "audit rules --quarter 2025Q2"), ("14", "audit dests --quarter 2025Q2"), ("14", "audit dests --new --from 2025-08-01 --to 2025-08-31"),
    ("15", "audit subject --user saki@example.co.jp --reason SEC-60 --quarter 2025Q2"),
    ("16", "audit value --type email --reason SEC-52 -c gateway.yaml"), ("17", "audit policy log --quarter 2025Q2"),
    ("17", "audit policy at 2025-07-10T12:00"), ("18", "audit policy coverage no-personal-data --day 2025-07-30"), ("19", "audit access --quarter 2025Q2"),
    ("20", "audit evidence list --quarter 2025Q2"), ("21", "audit retention --quarter 2025Q2 -c gateway.yaml"), ("22", "audit hold list"),
    ("23", "audit report appi --id {id} --known-at 2025-09-16T09:00 --format csv --out appi.zip && python3 -m zipfile -l appi.zip | cut -d' ' -f1"),
    ("24", "audit crossborder --quarter 2025Q2"), ("25", "audit pack iso27001 --quarter 2025Q2 --out pack.zip && python3 -m zipfile -l pack.zip | cut -d' ' -f1"),
]
# Questions that have all options of a question; the others prove, open or write a file.
QUESTIONS = [c for _, c in EXAMPLES if c.split()[1] not in ("verify", "prove", "report", "pack") and c.startswith("audit")]
MARK = "<!-- examples -->\n"


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-questions-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / "audit"
        self.ids = fixed_log.write(self.log)
        fixed_log.write_settings(self.folder)

    def run_audit(self, *arguments, expect=0, stdin=""):
        done = subprocess.run([SEKISHO, "audit", *arguments, "--directory", str(self.log)], input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def ask(self, *arguments):
        return json.loads(self.run_audit(*arguments, "--json").stdout)

    def table(self, answer, name):
        return next(t for t in answer["tables"] if t["id"] == name)["rows"]


class Questions(Folder):
    def test_the_log_is_one(self):
        self.run_audit("verify")

    def test_incidents_and_attempts_are_both_counted(self):
        rows = self.table(self.ask("refused", "--by", "user,host", "--reason", "region", *QUARTER), "refused")
        self.assertEqual([(r["user"], r["incidents"], r["attempts"]) for r in rows], [("jiro@example.co.jp", 3, 9)])

    def test_an_answer_says_what_it_rests_on(self):
        answer = self.ask("transfers", *QUARTER)
        footer = answer["footer"]
        self.assertEqual((footer["first"], footer["behind"]), (0, 0))
        self.assertEqual(footer["looked_at"], footer["last"] + 1)
        self.assertEqual(footer["policies"], [fixed_log.DIGEST["before"], fixed_log.DIGEST["after"]])
        self.assertIn("2025年度第2四半期", answer["period"]["name"])
        self.assertEqual(answer["period"]["from"], "2025-07-01T00:00:00.000000+09:00")
        self.assertIn("--quarter 2025Q2", answer["command"])

    def test_an_empty_answer_says_of_how_many(self):
        text = self.run_audit("transfers", "--from", "2025-09-12", "--to", "2025-09-13", "--lang", "en").stdout
        self.assertIn("none: 0 of 1 records", text)

    def test_csv_goes_to_a_spreadsheet_and_the_rest_to_standard_error(self):
        done = self.run_audit("transfers", *QUARTER, "--csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))
        self.assertEqual({r["user"] for r in rows}, {u + "@example.co.jp" for u in ("hanako", "taro", "saki")})
        self.assertIn("2025Q2", done.stderr)

    def test_html_is_a_page(self):
        page = self.run_audit("transfers", *QUARTER, "--html").stdout
        self.assertTrue(page.startswith("<!DOCTYPE html>") or page.startswith("<!doctype html>"), page[:60])
        self.assertNotIn("<script", page)

    def test_explain_shows_statement_and_plan(self):
        text = self.run_audit("transfers", *QUARTER, "--explain").stdout
        self.assertIn("FROM rollup_transfer WHERE day>=? AND day<?", text)
        self.assertIn("SEARCH rollup_transfer USING PRIMARY KEY (day>? AND day<?)", text)

    def test_a_copy_of_a_log_is_not_written_to(self):
        before = (self.log / "000000000000.jsonl").read_bytes()
        self.assertIn("--directory", self.ask("access", *QUARTER)["recorded"])
        self.assertEqual((self.log / "000000000000.jsonl").read_bytes(), before)
        self.assertEqual([p.name for p in self.log.glob("*.jsonl")], ["000000000000.jsonl"])

    def test_what_is_wrong_is_said(self):
        for arguments, word in ((["refused", "--by", "password"], "--by"), (["transfers", "--quarter", "2025Q7"], "--quarter"),
                                (["trend", "--step", "year"], "--step"), (["transfers", "--format", "pdf"], "--format"),
                                (["exceptions", "--unused", "soon"], "--unused"), (["transfers", "--csv", "--part", "nothing"], "--part")):
            self.assertIn(word, self.run_audit(*arguments, expect=2).stderr)

    def test_a_typing_error_is_told_with_what_was_meant(self):
        for arguments, word in ((["transfers", "--quater", "last"], "did you mean '--quarter'?"), (["transferz"], "did you mean 'transfers'?"),
                                (["hold", "lst"], "'list' のことですか"), (["report", "overvew"], "did you mean 'overview'?"),
                                (["query", "--verdict", "blocked"], "is none of allow, redact, pseudonymise, block"),
                                (["refused", "--reason", "regions"], "is none of framing, identity")):
            self.assertIn(word, self.run_audit(*arguments, expect=2).stderr)

    def test_a_damaged_index_is_built_anew(self):
        self.ask("transfers", *QUARTER)
        index = self.log / "index" / "index.sqlite"
        index.write_bytes(b"x" * 10000)
        done = self.run_audit("transfers", *QUARTER, "--json")
        self.assertIn("built anew", done.stderr)
        self.assertEqual(len(self.table(json.loads(done.stdout), "transfers")), 4)

    def test_an_edited_index_is_found_by_verify_and_mended_by_reindex(self):
        self.ask("transfers", *QUARTER)
        self.assertIn("the index says what the log says", self.run_audit("verify", "--index").stdout)
        with contextlib.closing(sqlite3.connect(self.log / "index" / "index.sqlite")) as index:
            index.execute("DELETE FROM exchange WHERE verdict='block'")
            index.commit()
        self.run_audit("verify")
        self.assertIn("BROKEN: index/index.sqlite: first bad seq", self.run_audit("verify", "--index", expect=1).stdout)
        self.run_audit("reindex")
        self.run_audit("verify", "--index")

    def test_a_folder_without_a_log_gives_no_answer(self):
        with tempfile.TemporaryDirectory() as empty:
            for question in ("transfers", "query"):
                done = subprocess.run([SEKISHO, "audit", question, "--directory", empty], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn("there is no segment of an audit log", done.stderr)

    def test_reindex_gives_the_same_answers(self):
        before = self.ask("dests", *QUARTER)
        self.assertIn("records are indexed", self.run_audit("reindex").stdout)
        self.assertEqual(self.ask("dests", *QUARTER), before)


class EveryQuestion(Folder):
    """Each of them in every form and language, with a footer, with what was run."""

    def ask_whole(self, command: str, *more: str):
        words = command.format(id=self.ids[0]).split()[1:]
        place = ["-c", "gateway.yaml"] if "-c" in words else ["--directory", "audit"]
        if "-c" in words:
            words = words[:words.index("-c")] + words[words.index("-c") + 2:]
        done = subprocess.run([SEKISHO, "audit", *words, *place, *more], cwd=self.folder, input=fixed_log.MAIL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{command} {more}: {done.stdout}{done.stderr}")
        return done

    def test_every_form_and_language(self):
        for command in QUESTIONS:
            with self.subTest(command):
                answer = json.loads(self.ask_whole(command, "--format", "json", "--lang", "en", "--explain").stdout)
                self.assertTrue(answer["tables"] and any(t["rows"] for t in answer["tables"]), "an example that shows nothing")
                self.assertTrue(set(answer["footer"]) >= {"log", "first", "last", "looked_at", "checkpoint", "uncovered", "behind", "gaps", "policies", "scanned"})
                self.assertEqual(answer["footer"]["log"], fixed_log.ORIGIN)
                self.assertGreater(answer["footer"]["checkpoint"]["size"], 70)
                self.assertEqual(len(answer["sql"]), len(answer["plans"]))
                if "retention" not in command:  # of a log that no gateway looks after, closed segments are read
                    self.assertFalse(answer["footer"]["scanned"])
                text = self.ask_whole(command, "--lang", "ja").stdout
                for label in ("ログ: ", "範囲: seq ", "検証済みの最新チェックポイント: ", "コマンド: sekisho audit ", "閲覧の記録: "):
                    self.assertIn(label, text)
                for label in ("log: ", "range: seq ", "newest verified checkpoint: ", "command: sekisho audit "):
                    self.assertIn(label, self.ask_whole(command, "--lang", "en").stdout)
                table = next((t for t in answer["tables"] if t["id"] == answer["question"]), answer["tables"][0])
                rows = list(csv.reader(io.StringIO(self.ask_whole(command, "--format", "csv", "--lang", "en").stdout.lstrip("\ufeff"))))
                self.assertEqual(rows[0], [c["id"] for c in table["columns"]])
                self.assertEqual(len(rows) - 1, len(table["rows"]))
                self.assertTrue(self.ask_whole(command, "--format", "html").stdout.lower().startswith("<!doctype html>"))

    def test_the_record_of_a_request_is_shown_with_rule_and_policy(self):
        answer = json.loads(self.ask_whole("audit show {id}", "--json", "--lang", "en").stdout)
        self.assertEqual([r["kind"] for r in answer["records"]], ["decision", "outcome"])
        self.assertEqual({r["text"] for r in self.table(answer, "rule")} & {"  - id: no-personal-data"}, {"  - id: no-personal-data"})
        changed = [r["text"] for r in self.table(answer, "changed_since") if r["change"] == "added"]
        self.assertIn("  - id: mistral", changed)
        self.assertNotIn(fixed_log.MAIL, json.dumps(answer))

    def test_a_record_that_is_not_there(self):
        self.assertIn("sks_nothing", self.run_audit("show", "sks_nothing", expect=1).stderr)

    def test_the_policy_log_shows_the_lines(self):
        rows = self.table(self.ask("policy", "log", *QUARTER), "changed_lines")
        self.assertIn(("追加", "  - id: claims-desk"), [(r["change"], r["text"]) for r in rows])

    def test_crossborder_has_what_the_policy_states(self):
        answer = self.ask("crossborder", *QUARTER, "--lang", "en")
        us = next(r for r in self.table(answer, "crossborder") if r["country"] == "US")
        self.assertIn("equivalent measures", us["basis"])
        self.assertIn("no general law (2025-06-01)", [r["text"] for r in self.table(answer, "grounds")])

    def test_retention_has_the_periods_of_the_file(self):
        rows = self.table(json.loads(self.ask_whole("audit retention -c gateway.yaml", "--json").stdout), "retention")
        self.assertEqual({r["class"]: r["days"] for r in rows}, {c: (366 * 40 if c == "personal" else 366 * 30) for c in
                         ("personal", "financial", "secret", "confidential", "refused", "exception", "operation", "default")})
        self.assertEqual(sum(r["overdue"] for r in rows), 0)
        self.assertGreater(next(r["kept"] for r in rows if r["class"] == "refused"), 9)

    def test_holds_and_openings(self):
        holds = self.table(self.ask("hold", "list"), "holds")
        self.assertEqual([(h["case"], h["exchanges"], h["release_by"]) for h in holds], [("2025-17", 9, None), ("2025-18", 7, "sato")])
        self.assertEqual([r["by"] for r in self.table(self.ask("evidence", "list", *QUARTER), "evidence")], ["aoi (uid 1000)", "ren (uid 1001)"])

    def test_rules_have_the_precision_of_what_was_marked(self):
        row = self.table(self.ask("rules", *QUARTER), "rules")[0]
        self.assertEqual((row["rule"], row["wrong"], row["right"], row["precision"]), ("no-personal-data", 1, 1, 0.5))
        self.assertEqual(self.table(self.ask("rules", "--quarter", "2025Q1"), "rules"), [])
        self.assertEqual([(m["by"], m["in_force"]) for m in self.table(self.ask("show", self.ids[1], "--lang", "en"), "marks")],
                         [("aoi", "no, a later one is"), ("ren", "yes")])

    def test_who_used_an_exception(self):
        rows = self.table(self.ask("exceptions", *QUARTER), "uses")
        self.assertEqual([(r["id"], r["user"], r["uses"]) for r in rows], [("claims-desk", "saki@example.co.jp", 2)])


class Sql(Folder):
    def test_a_select_is_answered(self):
        done = self.run_audit("sql", "SELECT verdict, count(*) AS n FROM exchange GROUP BY verdict ORDER BY verdict", "--json")
        self.assertEqual({r["verdict"] for r in json.loads(done.stdout)["rows"]}, {"allow", "block", "redact"})

    def test_nothing_is_changed(self):
        self.ask("transfers", *QUARTER)
        before = (self.log / "index" / "index.sqlite").read_bytes()
        for statement in ("DELETE FROM exchange", "ATTACH '/etc/passwd' AS x", "PRAGMA journal_mode=OFF", "SELECT 1; DROP TABLE exchange"):
            self.run_audit("sql", statement, expect=2)
        self.assertEqual((self.log / "index" / "index.sqlite").read_bytes(), before)


class Tail(Folder):
    def test_shows_the_last_exchanges(self):
        text = self.run_audit("tail", "-n", "2").stdout
        self.assertIn(self.ids[-1], text)
        self.assertIn(self.ids[-2], text)
        self.assertNotIn(self.ids[-3], text)

    def test_filters_like_query(self):
        text = self.run_audit("tail", "-n", "100", "--user", "saki@example.co.jp").stdout
        self.assertEqual(len(re.findall(r"sks_\w+", text)), 2)

    def test_follows_over_the_end_of_a_segment(self):
        process = subprocess.Popen([SEKISHO, "audit", "tail", "-f", "-n", "1", "--json", "--directory", str(self.log)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.assertIn(self.ids[-1], process.stdout.readline())
        lines = (self.log / "000000000000.jsonl").read_text(encoding="utf-8").splitlines()
        number = len(lines)
        with (self.log / ("%012d.jsonl.part" % number)).open("w", encoding="utf-8") as out:
            out.write(re.sub(r'"seq":\d+', f'"seq":{number}', next(x for x in lines if '"access"' in x)).replace("9 rows", "later rows") + "\n")
        os.rename(self.log / ("%012d.jsonl.part" % number), self.log / ("%012d.jsonl" % number))
        between = lines[next(i for i, x in enumerate(lines) if self.ids[-1] in x) + 1:]
        for line in between:
            self.assertEqual(json.loads(process.stdout.readline())["seq"], json.loads(line)["seq"])
        self.assertIn("later rows", process.stdout.readline())


class Running(unittest.TestCase):
    """Beside a gateway that runs, and after it has stopped."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        origin = self.bench.origin("api.openai.com")
        self.gateway = self.bench.gateway({"api.openai.com": origin.port})
        conn = self.gateway.tunnel("api.openai.com")
        conn.send(post("api.openai.com", chat("my card is 4532 0151 1283 0366")))
        self.assertEqual(conn.message().status, 200)
        conn.sock.close()

    def audit(self, *arguments, stdin="", expect=0):
        done = subprocess.run([SEKISHO, "audit", *arguments, "-c", str(self.gateway.config)], input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def plain(self) -> str:
        """The id of a request that no rule had anything against."""
        conn = self.gateway.tunnel("api.openai.com")
        conn.send(post("api.openai.com", chat("hello")))
        conn.message()
        conn.sock.close()
        return self.gateway.decisions()[-1]["id"]

    def accesses(self):
        return [r for r in self.gateway.journal() if r.get("what") == "access"]

    def test_a_reading_is_recorded_by_the_gateway(self):
        answer = json.loads(self.audit("transfers", "--json", "--lang", "en"))
        self.assertEqual(answer["recorded"], "recorded")
        self.assertEqual([t["rows"][0]["sent_masked"] for t in answer["tables"]], [1, 1])
        record = self.accesses()[-1]
        self.assertIn("transfers", record["old"])
        self.assertIn("uid", record["by"])
        self.assertEqual(record["new"], "2 rows")
        self.assertIn("transfers", self.audit("access"))

    def test_query_and_show_are_recorded_too(self):
        id_ = json.loads(self.audit("query", "--json", "--type", "credit_card"))["rows"][0]["id"]
        self.audit("show", id_)
        first, second = [r["old"] for r in self.accesses()]
        self.assertEqual(first, "query --type credit_card")
        self.assertTrue(second.startswith("sekisho audit show ") and second.endswith(id_), second)

    def test_the_gateway_is_found_on_any_port_while_it_runs(self):
        place = self.gateway.folder / "audit" / "keeping" / "admin"
        self.assertEqual(place.read_text(), self.gateway.admin + "\n")
        self.assertIn(":0", self.gateway.config.read_text(encoding="utf-8"))
        self.audit("transfers")
        self.assertEqual([r["gw"] for r in self.accesses()], [r["gw"] for r in self.gateway.journal() if r.get("what") == "start"])
        self.gateway.stop()
        self.assertFalse(place.exists())
        place.write_text("127.0.0.1:1\n")  # as after a crash: nobody has the log, so nobody is asked
        self.audit("transfers")
        self.assertEqual(self.accesses()[-1]["gw"], "sekisho-audit")
        self.gateway.start()
        self.assertEqual(place.read_text(), self.gateway.admin + "\n")

    def test_a_question_after_a_crash_leaves_the_crash_to_be_told(self):
        self.gateway.stop(signal.SIGKILL)
        for _ in range(2):
            self.audit("transfers")
        self.gateway.start()
        boots = [(r["gw"], r["after"]) for r in self.gateway.journal() if r["kind"] == "boot"]
        self.assertEqual([after for _, after in boots], [None, "crash", "crash", "crash"])
        self.assertEqual([gw for gw, _ in boots[1:3]], ["sekisho-audit"] * 2)
        gaps = [t for t in json.loads(self.audit("gaps", "--json", "--lang", "en"))["tables"] if t["id"] == "gaps"][0]["rows"]
        self.assertEqual([g["reason"] for g in gaps], ["down after a crash"])
        self.gateway.stop()
        self.audit("transfers")
        self.gateway.start()
        self.assertEqual([r["after"] for r in self.gateway.journal() if r["kind"] == "boot"][-2:], ["stop", "stop"])

    def test_a_value_is_found_and_never_written(self):
        text = self.audit("value", "--type", "credit_card", "--reason", "INC-1", stdin="4532-0151-1283-0366")
        self.assertIn("api.openai.com", text)
        self.assertNotIn("sks_", self.audit("value", "--type", "credit_card", stdin="5555 5555 5555 4444"))
        self.assertEqual(len(self.accesses()), 2)
        folder = self.gateway.folder
        for path in [folder / "gateway.log", *(p for p in (folder / "audit").rglob("*") if p.is_file())]:
            raw = path.read_bytes()
            for value in (b"4532015112830366", b"4532-0151-1283-0366", b"4532 0151 1283 0366"):
                self.assertNotIn(value, raw, str(path))

    def test_a_decision_is_marked_beside_a_gateway_and_without_one(self):
        id_ = json.loads(self.audit("query", "--json", "--type", "credit_card"))["rows"][0]["id"]
        mark = lambda *words, expect=0: self.audit("mark", id_, *words, "--by", "佐藤", "--reason", "試験用の番号", expect=expect)
        rules = lambda: next(r for r in json.loads(self.audit("rules", "--json"))["tables"][0]["rows"] if r["decided"])
        self.assertEqual((rules()["wrong"], rules()["precision"]), (0, None))
        self.assertIn("marked wrong", mark("--wrong"))
        self.assertEqual((rules()["wrong"], rules()["precision"]), (1, 0))
        record = [r for r in self.gateway.journal() if r.get("what") == "mark"][-1]
        rule, action = rules()["rule"], rules()["action"]
        self.assertRegex(record["old"], rf"^{id_} \S+Z rule {action} \w+ {rule}$")
        self.assertEqual((record["new"], record["by"]), ("wrong: 試験用の番号", "佐藤"))
        self.gateway.stop()
        self.assertIn("it is kept", mark("--right", "--rule", rule))
        self.assertIn("marked right", mark("--right", "--finding", "credit_card"))
        self.assertEqual(rules()["right"], 0)  # not in the log yet
        self.gateway.start()
        self.gateway.stop()
        self.assertEqual((rules()["wrong"], rules()["right"], rules()["precision"]), (0, 1, 1))
        types = json.loads(self.audit("rules", "--json"))["tables"][1]["rows"]
        self.assertEqual([(t["type"], t["records"], t["right"]) for t in types], [("credit_card", 1, 1)])
        self.audit("reindex")
        self.assertEqual((rules()["wrong"], rules()["right"]), (0, 1))
        self.assertEqual(len([r for r in self.gateway.journal() if r.get("what") == "mark"]), 3)

    def test_a_mark_is_of_something_that_the_log_has(self):
        id_ = json.loads(self.audit("query", "--json", "--type", "credit_card"))["rows"][0]["id"]
        who = ["--by", "佐藤", "--reason", "番号ではない"]
        for arguments, expect, word in (([id_, "--wrong", "--rule", "no-such-rule", *who], 1, "it names: "), (["sks_nothing", "--wrong", *who], 1, "sks_nothing"),
                                        ([id_, "--wrong", "--finding", "email", *who], 1, "it has: credit_card"),
                                        ([self.plain(), "--wrong", *who], 1, "choose one by --rule: "), ([id_, *who], 2, "--right"), ([id_, "--wrong", "--right", *who], 2, "--right"), ([id_, "--wrong", "--by", " ", "--reason", "x"], 2, "--by"),
                                        ([id_, "--wrong", "--by", "x", "--reason", "\u202e"], 2, "--reason"), ([id_, "--wrong", "--rule", "a", "--finding", "b", *who], 2, "--finding")):
            done = subprocess.run([SEKISHO, "audit", "mark", *arguments, "-c", str(self.gateway.config)], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, expect, done.stderr)
            self.assertIn(word, done.stderr)
        self.assertEqual([r for r in self.gateway.journal() if r.get("what") == "mark"], [])

    def test_a_reading_after_the_gateway_is_a_record_too(self):
        self.gateway.stop()
        answer = json.loads(self.audit("refused", "--json", "--lang", "en"))
        self.assertEqual(answer["recorded"], "recorded")
        self.assertEqual(len(self.accesses()), 1)
        self.audit("verify")
        self.gateway.start()

    def test_the_listener_takes_nothing_else_for_a_reading(self):
        self.assertEqual(self.gateway.ask("POST", "/audit/access", body="{}", headers={"content-type": "application/json"})[0], 400)
        self.assertEqual(self.gateway.ask("POST", "/audit/access", body="{}")[0], 415)
        self.assertEqual(self.gateway.ask("GET", "/audit/access")[0], 405)
        self.assertEqual(self.accesses(), [])


CLICKHOUSE = os.environ.get("SEKISHO_CLICKHOUSE_SERVER", "/usr/sbin/clickhouse-server")


class OnClickHouse(unittest.TestCase):
    """The same questions of a ClickHouse that a sink of the gateway has filled. Debian's server: packaging/debian-packages.txt; a current one: ./dev clickhouse."""

    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-clickhouse-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.port = self.start_server()
        self.password = self.folder / "password"
        self.password.write_text("syn'thetic\n", encoding="ascii")
        self.password.chmod(0o600)
        origin = self.bench.origin("api.openai.com")
        sink = f'{{ name: house, clickhouse: "http://127.0.0.1:{self.port}", user: writer, password_file: "{self.password}" }}'
        self.gateway = self.bench.gateway({"api.openai.com": origin.port}, audit=f'audit/", sinks: [{sink}], sync: "every_decision')

    def start_server(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        for name in ("data", "tmp", "format"):
            (self.folder / name).mkdir()
        (self.folder / "users.xml").write_text("<yandex><profiles><default/></profiles><users><writer><password>syn'thetic</password><networks><ip>127.0.0.1</ip></networks>"
                                               "<profile>default</profile><quota>default</quota></writer></users><quotas><default/></quotas></yandex>", encoding="ascii")
        (self.folder / "config.xml").write_text(
            f"<yandex><logger><level>error</level><console>1</console></logger><http_port>{port}</http_port><listen_host>127.0.0.1</listen_host>"
            f"<path>{self.folder}/data/</path><tmp_path>{self.folder}/tmp/</tmp_path><format_schema_path>{self.folder}/format/</format_schema_path>"
            "<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>"
            "<mark_cache_size>67108864</mark_cache_size></yandex>", encoding="ascii")
        with (self.folder / "log").open("w", encoding="ascii") as log:
            server = subprocess.Popen([CLICKHOUSE, f"--config-file={self.folder}/config.xml"], stdout=log, stderr=log)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return port

    def query(self, sql: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/?database=sekisho", data=sql.encode(),
                                         headers={"X-ClickHouse-User": "writer", "X-ClickHouse-Key": "syn'thetic"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode().strip()

    def wait_for(self, records: int):
        for _ in range(600):
            try:
                if int(self.query("SELECT sum(records) FROM day_total")) >= records:
                    return
            except (OSError, ValueError):
                pass  # the server starts, or the tables are being made
            time.sleep(0.05)
        self.fail("the records did not arrive: " + (self.folder / "log").read_text()[-2000:])

    def ask(self, command: str, *more: str, expect=0):
        done = subprocess.run([SEKISHO, "audit", *command.split(), "--directory", str(self.gateway.folder / "audit"), "--json", *more], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout) if expect == 0 else done.stderr

    def test_it_gives_the_answers_of_the_index(self):
        for text in ("hello", "my card is 4532 0151 1283 0366", "my card is 5555 5555 5555 4444", "【社外秘】 plan"):
            conn = self.gateway.tunnel("api.openai.com")
            conn.send(post("api.openai.com", chat(text)))
            conn.message()
            conn.sock.close()
        refused = self.gateway.connect("api.deepseek.com")
        refused.message()
        refused.sock.close()
        for decision, word in zip([d for d in self.gateway.decisions() if d["rule"]], ("--wrong", "--right", "--wrong")):
            sh(SEKISHO, "audit", "mark", decision["id"], word, "--by", "sato", "--reason", "looked at", "-c", str(self.gateway.config))
        self.gateway.stop()
        records = self.gateway.journal()
        self.gateway.start()  # what was behind goes now
        self.wait_for(len(records) + 3)
        self.gateway.stop()
        ids = [r["id"] for r in records if r["kind"] == "decision"]
        store = ["--store", f"clickhouse://writer@127.0.0.1:{self.port}/sekisho?plain=1", "--password-file", str(self.password)]
        commands = ["transfers", "transfers --raw", "regions", "regions --conflicts", "refused", "refused --by host,client", "exceptions", "coverage",
                    "trend --by type,verdict", "trend --by verdict,model --step day", "rules", "dests", "dests --new", "policy log", f"policy at {next(r['t'] for r in records if r['kind'] == 'decision')}",
                    "crossborder", f"show {ids[1]}", "hold list", "gaps", "access", "evidence list", f"subject --user {self.user_of(records)} --reason test"]
        for command in commands:
            with self.subTest(command):
                here, there = self.ask(command), self.ask(command, *store)
                # A second may lie before the start, and nothing of the rest need have happened here.
                empty = command.startswith("policy at") or command.split()[0] in ("exceptions", "hold", "evidence", "access", "transfers", "regions")
                self.assertTrue(empty or any(t["rows"] for t in here["tables"]), command)
                self.assertEqual(self.behind(there), 0)
                self.assertEqual([(t["id"], t["rows"], t["notes"]) for t in there["tables"]], [(t["id"], t["rows"], t["notes"]) for t in here["tables"]])
                self.assertEqual({k: v for k, v in there["footer"].items() if k != "scanned"}, {k: v for k, v in here["footer"].items() if k != "scanned"})
                self.assertEqual((here["footer"]["scanned"], there["footer"]["scanned"]), (False, True))
        self.says_of_each_log_how_far_it_is_there(len(records), store)
        self.password.chmod(0o644)
        self.assertIn("readable by others", self.ask("transfers", *store, expect=2))

    def says_of_each_log_how_far_it_is_there(self, at_least: int, store: list[str]):
        self.assertNotIn("held", self.ask("gaps", *store)["footer"])  # there is one log
        self.query("INSERT INTO record_row (log, seq, ver, day, month, gw, kind) VALUES ('zz', 1000000000041, 0, '2026-07-01', '2026-07', 'gw9', 'boot')")
        footer = self.ask("gaps", *store)["footer"]
        own, other = footer["held"]
        self.assertEqual((own["behind"], footer["behind"]), (0, 0))
        self.assertGreaterEqual(own["size"], at_least)
        self.assertEqual(other, {"log": "zz", "size": 42, "day": "2026-07-01", "behind": None})

    @staticmethod
    def user_of(records) -> str:
        who = next(r["who"] for r in records if r["kind"] == "decision")
        return who["user"] or "ip:" + who["ip"]

    @staticmethod
    def behind(answer) -> int:
        return answer["footer"]["behind"]


class DocumentedQuestions(Folder):
    """SEKISHO_REWRITE_DOCS=1 writes the outputs of docs/questions.md anew; read the difference before you commit it."""

    def shown(self, command: str, lang: str) -> str:
        """Each example has a folder of its own: what is read with -c is recorded."""
        line = "sekisho " + command.format(id=self.ids[0])
        if lang == "en" and not command.startswith(("audit verify", "audit prove", "replay")):
            line = re.sub(r"( &&|$)", r" --lang en\1", line, count=1)
        run = line if "-c " in line else re.sub(r"^(sekisho audit (?!verify --proof)\S.*?)( &&|$)", r"\1 --directory audit\2", line)
        if " value " in line:
            line, run = f"printf %s {fixed_log.MAIL} | {line}", f"printf %s {fixed_log.MAIL} | {run}"
        with tempfile.TemporaryDirectory(prefix="sekisho-example-") as folder:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True)
            environment = {**os.environ, "PATH": f"{pathlib.Path(SEKISHO).parent}:{os.environ.get('PATH', '')}", "TZ": "UTC"}
            done = subprocess.run(["sh", "-c", run], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)
        text = re.sub(r" --directory audit", "", done.stdout)
        text = re.sub(r"(\.zip: )\d+ bytes", r"\1… bytes", text)
        return f"```console\n$ {line}\n{text}```\n"

    def test_outputs_are_those_of_the_program(self):
        path = ROOT / "docs" / "questions.md"
        text = path.read_text(encoding="utf-8")
        examples = "".join(f"\n**{number}.**\n\n{self.shown(command, 'ja')}" for number, command in EXAMPLES)
        english = "".join(f"\n**{number}.**\n\n{self.shown(command, 'en')}" for number, command in EXAMPLES)
        begin = text.index(MARK) + len(MARK)
        end = text.index("\n## English")
        last = text.index("<!-- examples in English -->\n") + len("<!-- examples in English -->\n")
        fresh = text[:begin] + examples + text[end:last] + english
        if os.environ.get("SEKISHO_REWRITE_DOCS"):
            path.write_text(fresh, encoding="utf-8")
            return
        self.maxDiff = None
        self.assertEqual(fresh, text, "docs/questions.md shows something else")


if __name__ == "__main__":
    unittest.main()
