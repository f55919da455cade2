"""Reports made by the real commands from a log that is always the same, and what a browser makes of them."""
import csv
import hashlib
import html
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import fixed_log
from harness import SEKISHO

QUARTER = ["--quarter", "2025Q2"]
PLAIN = ["overview", "crossborder", "refusals", "exceptions", "policy", "suppliers", "operation"]
USER = "hanako@example.co.jp"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-reports-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.log = cls.folder / "audit"
        fixed_log.write(cls.log)

    def run_audit(self, *arguments, expect=0, stdin=""):
        done = subprocess.run([SEKISHO, "audit", *arguments, "--directory", str(self.log)], input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def report(self, name, *arguments, lang="en", suffix="html"):
        path = self.folder / f"{name}.{lang}.{suffix}"
        self.run_audit("report", name, *arguments, "--lang", lang, "--out", str(path))
        return path

    def all_reports(self, lang):
        paths = [self.report(name, *QUARTER, lang=lang) for name in PLAIN]
        paths.append(self.report("incident", "--user", USER, *QUARTER, lang=lang))
        paths.append(self.report("appi", "--user", USER, "--known-at", "2025-09-01T09:00", *QUARTER, lang=lang))
        return paths


class Commands(Folder):
    def test_every_report_is_a_page_of_its_own(self):
        for lang in ("ja", "en"):
            for path in self.all_reports(lang):
                page = path.read_text(encoding="utf-8")
                self.assertTrue(page.startswith(f'<!DOCTYPE html>\n<html lang="{lang}">'), path.name)
                for outside in ("<script", "src=", "@import", "<link"):
                    self.assertNotIn(outside, page, path.name)
                self.assertIn("default-src 'none'", page)
                self.assertIn('class="evidence"', page)
                self.assertIn("sekisho audit report", page)
                self.assertEqual(page.count("<table"), page.count("</table>"))
                self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_what_nobody_stated_is_to_be_filled_in(self):
        page = self.report("crossborder", *QUARTER, lang="ja").read_text(encoding="utf-8")
        self.assertIn("<mark>【要記入】</mark>", page)
        draft = self.report("appi", "--user", USER, "--known-at", "2025-09-01T09:00", *QUARTER, lang="ja").read_text(encoding="utf-8")
        for item in ("概要", "本人の数", "原因", "二次被害", "本人への対応", "公表", "再発防止", "その他"):
            self.assertIn(item, draft)
        for due in ("2025-09-04 から 2025-09-06<", "2025-09-06 まで", "2025-09-30 (30 日目)"):
            self.assertIn(due, draft)
        self.assertIn("本人の数ではありません", draft)

    def test_the_dossier_says_whether_the_log_is_whole(self):
        self.assertIn("whole: nothing missing", self.report("incident", "--user", USER, *QUARTER).read_text(encoding="utf-8"))

    def test_csv_is_a_zip_of_tables(self):
        path = self.folder / "overview.zip"
        self.run_audit("report", "overview", *QUARTER, "--format", "csv", "--out", str(path))
        with zipfile.ZipFile(path) as packed:
            self.assertIsNone(packed.testzip())
            self.assertIn("footer.csv", packed.namelist())
            rows = list(csv.DictReader(io.StringIO(packed.read("services.csv").decode("utf-8-sig"))))
        self.assertTrue(rows and all(int(r["requests"]) > 0 for r in rows))

    def test_the_pack_names_every_file_with_its_hash_and_command(self):
        path = self.folder / "pack.zip"
        self.run_audit("report", "iso27001", *QUARTER, "--out", str(path))
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            self.assertEqual((names[0], names[-1]), ("index.html", "SHA256SUMS"))
            sums = dict(reversed(line.split("  ")) for line in packed.read("SHA256SUMS").decode().splitlines())
            self.assertEqual(set(sums), set(names) - {"SHA256SUMS"})
            for name, digest in sums.items():
                self.assertEqual(hashlib.sha256(packed.read(name)).hexdigest(), digest, name)
            self.assertTrue(json.loads(packed.read("verification.json"))["whole"])
            index = list(csv.DictReader(io.StringIO(packed.read("index.csv").decode("utf-8-sig"))))
            self.assertTrue(all(r["file"] in names and r["command"].startswith("sekisho audit ") for r in index))
            controls = {r["control"] for r in index}
            self.assertLessEqual({"5.23", "5.28", "5.34", "8.12", "8.15", "8.16", "8.17", "8.23", "8.32"}, controls)
            policies = [n for n in names if n.startswith("policies/")]
            for name in policies:
                self.assertEqual(hashlib.sha256(packed.read(name)).hexdigest(), pathlib.Path(name).stem)
            self.assertTrue(policies)
        self.run_audit("pack", "iso27001", *QUARTER, "--out", str(path))

    def test_the_commands_of_the_pack_make_its_files_again(self):
        path = self.folder / "pack.zip"
        self.run_audit("report", "iso27001", *QUARTER, "--out", str(path))
        with zipfile.ZipFile(path) as packed:
            files = {n: packed.read(n) for n in packed.namelist()}
        made = {}
        for row in csv.DictReader(io.StringIO(files["index.csv"].decode("utf-8-sig"))):
            name, command = row["file"], row["command"]
            if name.startswith("policies/") or name in made:
                continue
            done = subprocess.run([SEKISHO, *shlex.split(command)[1:]], cwd=self.folder, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, command + done.stderr.decode())
            made[name] = done.stdout
            if name.startswith("questions/"):
                self.assertEqual(done.stdout, files[name], command)
            elif name.endswith(".csv"):
                with zipfile.ZipFile(self.folder / (name.split("/")[1] + ".zip")) as again:
                    self.assertEqual(again.read(name.split("/")[2]), files[name], command)
        self.assertGreater(len(made), 40)

    def test_an_empty_period_says_so(self):
        path = self.folder / "empty.html"
        self.run_audit("report", "refusals", "--month", "2001-02", "--lang", "en", "--out", str(path))
        self.assertIn("0 of 0 records", path.read_text(encoding="utf-8"))

    def test_what_is_wrong_is_said(self):
        out = str(self.folder / "x.html")
        for arguments, word in ((["overview", "--month", "2025-13", "--out", out], "--month"), (["overview", *QUARTER, "--format", "csv", "--out", out], ".zip"),
                                (["overview", *QUARTER, "--out", "/nowhere/x.html"], "/nowhere/x.html"), (["iso27001", *QUARTER, "--out", out], ".zip"),
                                (["incident", "--out", out], "--user"), (["appi", "--user", USER, "--known-at", "soon", "--out", out], "--known-at"),
                                (["overview", "--format", "pdf", *QUARTER, "--out", out], "--format")):
            self.assertIn(word, self.run_audit("report", *arguments, expect=2).stderr)


# Reports stand in frames as wide as paper; the page around them measures. A report's own policy lets no script run in it.
MEASURE = """<script>
onload = () => {
  const out = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement, wide = frame.dataset.wide === "1";
    const tables = [...page.querySelectorAll(".scroll")].filter(e => !!e.closest(".wide") === wide && e.scrollWidth > e.clientWidth + 1);
    out.push({name: frame.name, width: root.clientWidth, over: root.scrollWidth - root.clientWidth, tables: tables.map(e => e.getAttribute("aria-label")),
              fetched: frame.contentWindow.performance.getEntriesByType("resource").map(e => e.name), height: root.scrollHeight,
              charts: [...page.querySelectorAll("svg.chart")].filter(e => e.getBoundingClientRect().height < 20).length});
  }
  const mark = "MEA" + "SURED";  // the script itself is part of what is dumped
  document.body.textContent = mark + JSON.stringify(out) + mark;
};
</script>"""


@unittest.skipUnless(CHROMIUM, "NOT RUN: no chromium here, nobody looked at the pages (apt-get install chromium fonts-noto-cjk)")
class Rendered(Folder):
    def chromium(self, *arguments):
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={self.folder / 'profile'}"]
        return subprocess.run([CHROMIUM, *flags, *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)

    def test_nothing_sticks_out_of_paper_and_nothing_is_fetched(self):
        pages = {path.name: path.read_text(encoding="utf-8") for lang in ("ja", "en") for path in self.all_reports(lang)}
        frames = ""
        for name, text in pages.items():
            for width, wide in ((695, "0"), (1024, "1")):  # the printed width of A4 upright and across, in CSS pixels
                frames += f'<iframe name="{name}" data-wide="{wide}" width="{width}" height="600" srcdoc="{html.escape(text)}"></iframe>'
        measure = self.folder / "measure.html"
        measure.write_text(f"<!DOCTYPE html><meta charset=utf-8>{MEASURE}<body>{frames}", encoding="utf-8")
        done = self.chromium("--window-size=1200,900", "--dump-dom", measure.as_uri())
        found = re.search("MEASURED(.*)MEASURED", done.stdout, re.S)
        self.assertTrue(found, done.stderr[-2000:])
        measured = json.loads(html.unescape(found.group(1)))
        self.assertEqual(len(measured), 2 * len(pages))
        for m in measured:
            self.assertLessEqual(m["over"], 0, m)
            self.assertEqual(m["tables"], [], m)
            self.assertEqual(m["fetched"], [], m)
            self.assertEqual(m["charts"], 0, m)
            self.assertGreater(m["height"], 300, m)

    def test_prints_on_paper(self):
        page = self.report("overview", *QUARTER, lang="ja")
        paper = self.folder / "overview.pdf"
        done = self.chromium("--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri())
        self.assertTrue(paper.exists(), done.stderr[-2000:])
        document = paper.read_bytes()
        self.assertTrue(document.startswith(b"%PDF"))
        boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", document)
        self.assertTrue(boxes and all({round(float(a)), round(float(b))} == {595, 842} for a, b in boxes), boxes)  # A4, upright or across


if __name__ == "__main__":
    if os.environ.get("SEKISHO_KEEP") and len(sys.argv) == 1:  # writes the reports where it says, to be looked at
        Folder.setUpClass()
        for language in ("ja", "en"):
            for made in Folder().all_reports(language):
                shutil.copy(made, os.environ["SEKISHO_KEEP"])
    else:
        unittest.main()
