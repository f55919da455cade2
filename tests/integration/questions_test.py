"""The auditors' questions, asked of a log that is always the same and of a gateway that runs."""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import fixed_log
from harness import ROOT, SEKISHO, Bench, chat, post

QUARTER = ["--quarter", "2025Q2"]
EXAMPLES = [
    ("1", "transfers --quarter 2025Q2"), ("2", "transfers --raw --quarter 2025Q2"), ("3", "regions --quarter 2025Q2"),
    ("3", "regions --conflicts --quarter 2025Q2"), ("4", "refused --by user,host --reason region --quarter 2025Q2"), ("5", "exceptions --quarter 2025Q2"),
    ("10", "gaps --quarter 2025Q2 --limit 8"), ("11", "coverage --quarter 2025Q2"), ("12", "trend --by type,verdict --step month --quarter 2025Q2"),
    ("13", "rules --quarter 2025Q2"), ("14", "dests --quarter 2025Q2"), ("14", "dests --new --from 2025-08-01 --to 2025-08-31"),
    ("15", "subject --user saki@example.co.jp --reason '開示の請求' --quarter 2025Q2"), ("17", "policy log --quarter 2025Q2"),
    ("17", "policy at 2025-07-10T12:00"), ("18", "policy coverage no-personal-data --day 2025-07-30"), ("19", "access --quarter 2025Q2"),
    ("24", "crossborder --quarter 2025Q2"),
]
MARK = "<!-- examples -->\n"


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-questions-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / "audit"
        self.ids = fixed_log.write(self.log)

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
        self.assertIn("FROM exchange WHERE day>=? AND day<? AND personal>0", text)
        self.assertIn("exchange_personal", text)

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

    def test_a_damaged_index_is_built_anew(self):
        self.ask("transfers", *QUARTER)
        index = self.log / "index" / "index.sqlite"
        index.write_bytes(b"x" * 10000)
        done = self.run_audit("transfers", *QUARTER, "--json")
        self.assertIn("built anew", done.stderr)
        self.assertEqual(len(self.table(json.loads(done.stdout), "transfers")), 4)

    def test_reindex_gives_the_same_answers(self):
        before = self.ask("dests", *QUARTER)
        self.assertIn("records are indexed", self.run_audit("reindex").stdout)
        self.assertEqual(self.ask("dests", *QUARTER), before)


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
        self.assertIn('"access"', process.stdout.readline())
        lines = (self.log / "000000000000.jsonl").read_text(encoding="utf-8").splitlines()
        number = len(lines)
        with (self.log / ("%012d.jsonl.part" % number)).open("w", encoding="utf-8") as out:
            out.write(lines[-1].replace('"seq":%d' % (number - 1), '"seq":%d' % number).replace("9 rows", "later rows") + "\n")
        os.rename(self.log / ("%012d.jsonl.part" % number), self.log / ("%012d.jsonl" % number))
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
        # The file names the port that was bound, for the commands.
        text = self.gateway.config.read_text(encoding="utf-8")
        self.gateway.config.write_text(text.replace('admin: { address: "127.0.0.1:0" }', f'admin: {{ address: "{self.gateway.admin}" }}'), encoding="utf-8")

    def audit(self, *arguments, stdin="", expect=0):
        done = subprocess.run([SEKISHO, "audit", *arguments, "-c", str(self.gateway.config)], input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

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
        self.assertEqual([r["old"] for r in self.accesses()], ["query --type credit_card", f"show {id_}"])

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


class DocumentedQuestions(Folder):
    """SEKISHO_REWRITE_DOCS=1 writes the outputs of docs/questions.md anew; read the difference before you commit it."""

    def shown(self, command: str, lang: str) -> str:
        line = f"sekisho audit {command}" + (" --lang en" if lang == "en" else "")
        environment = {**os.environ, "PATH": f"{pathlib.Path(SEKISHO).parent}:{os.environ.get('PATH', '')}", "TZ": "UTC"}
        done = subprocess.run(["sh", "-c", line + " --directory audit"], cwd=self.folder, env=environment, text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = re.sub(r" --directory audit", "", done.stdout)
        return f"```console\n$ {line}\n{text}```\n"

    def test_outputs_are_those_of_the_program(self):
        path = ROOT / "docs" / "questions.md"
        text = path.read_text(encoding="utf-8")
        examples = "".join(f"\n**{number}.**\n\n{self.shown(command, 'ja')}" for number, command in EXAMPLES)
        english = "".join(f"\n**{number}.**\n\n{self.shown(command, 'en')}" for number, command in EXAMPLES[:4])
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
