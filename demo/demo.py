#!/usr/bin/env python3
"""The main job on real clients, on this machine alone: a local LLM service, the gateway, curl and the official SDKs.

For each scene: what the employee saw, what the service received, what the audit trail holds. Everything lives in build/demo and is made anew.
Exit 0 only if every scene showed what it should.
"""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "build" / "demo"
SEKISHO = str(ROOT / "build" / "release" / "sekisho")
CLIENTS = ROOT / "tests" / "clients"
GEO_PACKAGE = CLIENTS / "node_modules" / "@ip-location-db" / "dbip-country-mmdb"
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def heading(text: str) -> None:
    print("\n" + paint("1;36", text))


def line(label: str, text: str, code: str = "") -> None:
    head, *rest = str(text).splitlines() or [""]
    print(f"  {paint('2', label.ljust(22))} {paint(code, head) if code else head}")
    for more in rest:
        print(" " * 25 + (paint(code, more) if code else more))


def sh(*command: str, check: bool = True, **kw) -> subprocess.CompletedProcess:
    return subprocess.run(command, check=check, text=True, capture_output=True, **kw)


class Demo:
    """The processes and files of one run, and the scenes."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen] = []
        self.failures: list[str] = []
        self.scene = 0

    # ---- preparation -------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        shutil.rmtree(HERE, ignore_errors=True)
        HERE.mkdir(parents=True)
        self.make_origin_certificates()
        sh(SEKISHO, "ca", "init", "--directory", str(HERE / "ca"))
        line("CA", "build/demo/ca/ca.crt  (sekisho ca init)")
        self.fetch_geo()
        self.start_service()
        self.write_configuration()
        for user in ("alice", "bob"):
            sh(SEKISHO, "user", "add", user, "--file", str(HERE / "users"), "--password-stdin", input=f"{user}-demo-password\n")
        checked = sh(SEKISHO, "check", "-c", str(HERE / "gateway.yaml"), check=False)
        self.expect(checked.returncode == 0, "check of the shipped policy: " + checked.stderr)
        line("sekisho check", "ポリシーの例はすべて合格 / every example of the policy passes")
        self.start_gateway()

    def make_origin_certificates(self) -> None:
        """A CA that stands for the public web's, and one certificate for the hosts the local service plays."""
        hosts = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.deepseek.com"]
        ca, leaf = HERE / "origin-ca", HERE / "origin"
        ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        sh("openssl", "req", "-x509", *ec, "-keyout", f"{ca}.key", "-out", f"{ca}.crt", "-days", "30", "-subj", "/CN=Demo Origin CA",
           "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        sh("openssl", "req", *ec, "-keyout", f"{leaf}.key", "-out", f"{leaf}.csr", "-subj", "/CN=demo")
        names = ",".join("DNS:" + h for h in hosts)
        (HERE / "origin.ext").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n")
        sh("openssl", "x509", "-req", "-in", f"{leaf}.csr", "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "29",
           "-out", f"{leaf}.crt", "-extfile", str(HERE / "origin.ext"))

    def fetch_geo(self) -> None:
        about = json.loads((GEO_PACKAGE / "package.json").read_text())
        (HERE / "geo").mkdir()
        shutil.copy(GEO_PACKAGE / "dbip-country.mmdb", HERE / "geo" / "country.mmdb")
        built = re.search(r"\.(20\d{6})\d*$", about["version"])
        age = ""
        if built:
            day = datetime.date(int(built[1][:4]), int(built[1][4:6]), int(built[1][6:]))
            age = f", {(datetime.date.today() - day).days} 日前のデータ / days old"
        line("country database", f"npm {about['name']} {about['version']} ({about['license']}, DB-IP.com){age}\n"
             "既定の geo.max_age (30d) では期限切れ。デモだけ 400d にしています / stale by default: this demo alone sets 400d")

    def start_service(self) -> None:
        self.witness = HERE / "witness.jsonl"
        self.witness.touch()
        service = subprocess.Popen(
            ["node", str(CLIENTS / "llm_service.mjs"), "--cert", str(HERE / "origin.crt"), "--key", str(HERE / "origin.key"), "--witness", str(self.witness)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(service)
        self.service_port = json.loads(service.stdout.readline())["port"]
        line("LLM service", f"127.0.0.1:{self.service_port}  OpenAI, Anthropic, Gemini dialects")

    def write_configuration(self) -> None:
        policy = (ROOT / "config" / "policy.yaml").read_text(encoding="utf-8")
        policy = policy.replace("情報セキュリティ担当 / your security team", "情報セキュリティ部 内線1234 <security@example.co.jp>")
        (HERE / "policy.yaml").write_text(policy, encoding="utf-8")
        played = ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"]
        override = ", ".join(f'{h}: "127.0.0.1:{self.service_port}"' for h in played)
        (HERE / "gateway.yaml").write_text(f"""version: 1
listen: [{{ address: "127.0.0.1:0" }}]
ca: {{ certificate: ca/ca.crt, key: ca/ca.key }}
keys: keys/
policy: policy.yaml
geo: {{ country: [geo/country.mmdb], max_age: 400d, warn_after: 400d, networks: {{ 127.0.0.0/8: US }} }}
resolver: {{ hosts: {{ {override} }} }}
origin_tls: {{ extra_ca: [origin-ca.crt], allow_addresses: [127.0.0.0/8] }}
clients: {{ authentication: basic, users_file: users }}
audit: {{ directory: audit/ }}
admin: {{ address: "127.0.0.1:0" }}
log: {{ level: warn, format: text }}
""", encoding="utf-8")

    def start_gateway(self) -> None:
        log = open(HERE / "gateway.log", "w", encoding="utf-8")
        began = time.monotonic()
        gateway = subprocess.Popen([SEKISHO, "run", "-c", str(HERE / "gateway.yaml")], stdout=subprocess.PIPE, stderr=log, text=True)
        self.processes.append(gateway)
        first = gateway.stdout.readline()
        if not first:
            raise SystemExit("the gateway did not start:\n" + (HERE / "gateway.log").read_text())
        ready = json.loads(first)
        self.gateway, self.proxy, self.admin = gateway, ready["proxy"][0], ready["admin"]
        line("gateway", f"{self.proxy}, started in {time.monotonic() - began:.2f} s, policy {ready['policy'][:19]}…")

    # ---- what clients do -----------------------------------------------------------------------------------------------

    def ask(self, sdk: str, messages, **options) -> dict:
        if isinstance(messages, str):
            messages = [{"role": "user", "content": messages}]
        command = ["node", str(ROOT / "demo" / "ask.mjs"), "--sdk", sdk, "--proxy", f"http://{self.proxy}", "--ca", str(HERE / "ca" / "ca.crt"),
                   "--user", options.pop("user", "alice"), "--password", options.pop("password", "alice-demo-password"), "--messages", json.dumps(messages)]
        for name, value in options.items():
            command += [f"--{name}"] if value is True else [f"--{name}", value]
        done = sh(*command, check=False)
        if not done.stdout:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def curl(self, *arguments: str, user: str = "alice:alice-demo-password") -> subprocess.CompletedProcess:
        return sh("curl", "-sS", "--max-time", "20", "--proxy", f"http://{self.proxy}", "--proxy-user", user, "--cacert", str(HERE / "ca" / "ca.crt"), *arguments, check=False)

    def received(self) -> list[dict]:
        lines = self.witness.read_text(encoding="utf-8").splitlines()
        fresh, self.seen_lines = lines[getattr(self, "seen_lines", 0):], len(lines)
        return [json.loads(x) for x in fresh]

    def records(self) -> list[dict]:
        """The newest rows of the journal, as the auditor's command gives them."""
        done = sh(SEKISHO, "audit", "query", "-c", str(HERE / "gateway.yaml"), "--json", "--limit", "1000", check=False)
        rows = json.loads(done.stdout)
        return rows["rows"] if isinstance(rows, dict) else rows

    # ---- telling -----------------------------------------------------------------------------------------------------------

    def expect(self, truth: bool, what: str) -> None:
        if not truth:
            self.failures.append(f"{self.scene}: {what}")
            line("!!", what, "1;31")

    def begin(self, ja: str, en: str) -> None:
        self.scene += 1
        heading(f"{self.scene}. {ja} / {en}")
        self.received()
        self.rows_before = len(self.records())

    def tell_employee(self, seen: dict) -> None:
        if "error" in seen:
            line("社員 / employee", f"{seen['error']} {seen.get('status', '')} (試行 / attempts: {seen['attempts']})\n{seen['message']}", "33")
        else:
            line("社員 / employee", seen["text"], "32")

    def tell_service(self) -> list[dict]:
        got = self.received()
        if not got:
            line("サービス / service", "(何も届いていない / nothing arrived)", "35")
        for r in got:
            body = as_text(r["body"])
            line("サービス / service", f"{r['method']} {r['host']}{r['url']}  {r['bytes']} bytes\n{body}")
        return got

    def tell_audit(self) -> list[dict]:
        rows = self.records()
        fresh = rows[: len(rows) - self.rows_before]
        if not fresh:
            line("監査記録 / audit", "(新しい記録なし / no new record)", "35")
        for r in reversed(fresh):
            said = [f"{k}={r[k]}" for k in ("verdict", "would", "reason", "rule") if r.get(k)]
            found = ",".join(f"{f['type']}×{f['n']}" for f in r.get("findings", []) or [])
            status = (r.get("outcome") or {}).get("status") if isinstance(r.get("outcome"), dict) else r.get("status")
            who = r.get("who", {}).get("user") or r.get("user") or "-"
            host = r.get("dst", {}).get("host") or r.get("host")
            line("監査記録 / audit", f"{r['id']}  {who} -> {host}  {' '.join(said)}" + (f"  [{found}]" if found else "") + (f"  HTTP {status}" if status else ""), "36")
        return fresh

    def tell_all(self, seen: dict) -> tuple[list[dict], list[dict]]:
        self.tell_employee(seen)
        got = self.tell_service()
        return got, self.tell_audit()

    # ---- the scenes ------------------------------------------------------------------------------------------------------------

    def clean_prompt(self) -> None:
        self.begin("ふつうの質問はそのまま届く", "a clean prompt passes untouched (openai SDK)")
        seen = self.ask("openai", "関所の歴史を一行で教えて")
        got, rows = self.tell_all(seen)
        self.expect("関所の歴史" in seen.get("text", ""), "the answer reaches the employee")
        self.expect(len(got) == 1 and len(rows) == 1 and rows[0]["verdict"] == "allow", "one request, one record, allow")

    def curl_prompt(self) -> None:
        self.begin("curl でも同じ", "the same with curl")
        body = '{"model":"gpt-local","messages":[{"role":"user","content":"hello from curl"}]}'
        done = self.curl("https://api.openai.com/v1/chat/completions", "-H", "content-type: application/json", "-H", "authorization: Bearer sk-local-demo", "-d", body)
        text = json.loads(done.stdout)["choices"][0]["message"]["content"] if done.returncode == 0 else done.stderr
        self.tell_all_text(text)
        self.expect("hello from curl" in text, "curl gets the answer")

    def tell_all_text(self, text: str) -> tuple[list[dict], list[dict]]:
        line("社員 / employee", text, "32")
        got = self.tell_service()
        return got, self.tell_audit()

    def streamed(self) -> None:
        self.begin("回答は一語ずつ流れる", "a streamed answer arrives event by event")
        seen = self.ask("openai", "slow: one two three four five six seven eight", stream=True)
        self.tell_employee(seen)
        line("", f"{seen.get('events')} events, first after {seen.get('first_ms')} ms, last after {seen.get('last_ms')} ms")
        self.tell_service()
        self.tell_audit()
        self.expect(seen.get("events", 0) >= 8 and seen["last_ms"] - seen["first_ms"] > 250, "events are spread over time, not buffered")

    def card_masked(self) -> None:
        self.begin("カード番号は伏せて送る", "a card number is masked")
        seen = self.ask("openai", "カード番号 4532 0151 1283 0366 の請求について返信を書いて")
        got, rows = self.tell_all(seen)
        self.expect(all("4532" not in r["body"] for r in got) and got and "REDACTED:credit_card" in got[0]["body"], "the number never reaches the service")
        self.expect(rows and rows[0]["verdict"] == "redact", "recorded as redact")

    def secret_blocked(self) -> None:
        self.begin("秘密鍵は止める", "a secret is blocked (Anthropic SDK: its own typed error, one attempt)")
        key = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea"
        seen = self.ask("anthropic", f"why does this fail? export GITHUB_TOKEN={key}")
        got, rows = self.tell_all(seen)
        self.expect(seen.get("error") == "BadRequestError" and seen["attempts"] == 1, "typed SDK error after one attempt")
        self.expect(not got, "nothing reached the service")
        self.expect(key not in json.dumps(rows) and key not in seen.get("message", ""), "the value is nowhere in the record or the message")

    def label_blocked(self) -> None:
        self.begin("社外秘の文書は止める", "a document marked 社外秘 is blocked")
        seen = self.ask("openai", "次の文書を要約して。\n【社外秘】\n2027年度 中期経営計画(案)\n売上目標は…")
        got, rows = self.tell_all(seen)
        self.expect(seen.get("error") == "BadRequestError" and not got, "blocked, nothing reached the service")
        self.expect(rows and rows[0]["rule"] == "confidential-documents", "the rule is named")

    def poisoned_conversation(self) -> None:
        self.begin("止められた会話は続けられる", "a blocked text in older turns does not poison the conversation")
        history = [
            {"role": "user", "content": "【社外秘】\n中期経営計画の要約をお願い"},
            {"role": "assistant", "content": "(以前の回答)"},
            {"role": "user", "content": "ありがとう。では、今日の天気の挨拶文を書いて"},
        ]
        seen = self.ask("openai", history)
        got, rows = self.tell_all(seen)
        self.expect("text" in seen, "the conversation goes on")
        self.expect(bool(got) and "REDACTED:confidentiality_label" in got[0]["body"], "the old mark left masked")

    def deepseek_refused(self) -> None:
        self.begin("DeepSeek には送らない", "DeepSeek is refused, with the reason and an alternative")
        seen = self.ask("openai", "hello", base="https://api.deepseek.com/v1", model="deepseek-chat")
        got, rows = self.tell_all(seen)
        self.expect(seen.get("error") == "BadRequestError" and seen["attempts"] == 1 and not got, "refused after one attempt, nothing sent")
        self.expect((seen.get("sekisho") or {}).get("reason") == "region", "for its region")
        self.expect("Bedrock" in seen.get("message", ""), "names the alternative")

    def wrong_password(self) -> None:
        self.begin("パスワードを間違えた", "a wrong password")
        done = self.curl("-o", "/dev/null", "-w", "%{http_connect}", "https://api.openai.com/v1/models", user="alice:wrong")
        line("社員 / employee", f"curl: HTTP {done.stdout} {done.stderr.strip()}", "33")
        self.tell_service()
        self.expect(done.stdout == "407", "407 to CONNECT")

    def observed(self) -> None:
        self.begin("記録だけのルール", "an observed rule records what it would have done")
        seen = self.ask("openai", "taro.yamada@sekisho-rei.co.jp 宛ての返信を書いて")
        got, rows = self.tell_all(seen)
        self.expect(bool(got) and "sekisho-rei.co.jp" in got[0]["body"], "passes unchanged")
        self.expect(bool(rows) and rows[0]["would"] == "pseudonymise", "the record says would=pseudonymise")

    def live_reload(self) -> None:
        self.begin("ポリシーを編集して、動かしたまま反映する", "the policy edited and reloaded live")
        policy = HERE / "policy.yaml"
        text = policy.read_text(encoding="utf-8")
        # The rule stops observing; its example in the policy's own tests follows.
        begin = text.index("  - id: personal-data ")
        edited = text[:begin] + text[begin:].replace("    mode: observe\n", "", 1)
        edited = edited.replace("expect: { verdict: allow, would: pseudonymise, rule: personal-data }", "expect: { verdict: pseudonymise, rule: personal-data }")
        policy.write_text(edited, encoding="utf-8")
        line("admin", "policy.yaml: personal-data から mode: observe を消す / `mode: observe` removed")
        answer = self.reload()
        line("POST /reload", answer[1])
        self.expect(answer[0] == 200, "the new policy is in force")
        seen = self.ask("openai", "taro.yamada@sekisho-rei.co.jp 宛ての返信を書いて")
        got, rows = self.tell_all(seen)
        self.expect(bool(got) and "sekisho-rei" not in got[0]["body"] and "SKS_EMAIL_" in got[0]["body"], "the service sees a token now")
        self.expect("taro.yamada@sekisho-rei.co.jp" in seen.get("text", ""), "the employee reads the address")

    def pseudonymised(self) -> None:
        self.begin("仮名で送り、回答では元に戻る (ストリーム)", "sent as tokens, read as values, in a stream too")
        asked = "taro.yamada@sekisho-rei.co.jp と 03-4567-8901 に連絡する手順を書いて"
        seen = self.ask("openai", asked, stream=True)
        got, rows = self.tell_all(seen)
        self.expect(bool(got) and "sekisho-rei" not in got[0]["body"] and "4567" not in got[0]["body"], "neither address nor number reaches the service")
        self.expect(asked in seen.get("text", ""), "the employee reads both")
        self.expect(bool(rows) and rows[0]["verdict"] == "pseudonymise", "recorded as pseudonymise")

    def bad_policy(self) -> None:
        self.begin("間違ったポリシーは反映されない", "a bad policy never replaces a good one")
        policy = HERE / "policy.yaml"
        good = policy.read_text(encoding="utf-8")
        policy.write_text(good.replace("action: block", "action: blok", 1), encoding="utf-8")
        status, text = self.reload()
        checked = sh(SEKISHO, "check", "-c", str(HERE / "gateway.yaml"), check=False)
        line("POST /reload", f"HTTP {status}", "33")
        line("sekisho check", checked.stderr.strip().replace(str(HERE) + "/", ""), "33")
        seen = self.ask("openai", "まだ動いている?")
        self.tell_employee(seen)
        policy.write_text(good, encoding="utf-8")
        self.expect(status == 422 and checked.returncode == 1 and "text" in seen, "refused, the old one stays in force")

    def reload(self) -> tuple[int, str]:
        request = urllib.request.Request(f"http://{self.admin}/reload", data=b"{}", headers={"content-type": "application/json"}, method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as r:
                return r.status, r.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def audit(self) -> None:
        self.begin("監査する", "the auditor's questions")
        config = str(HERE / "gateway.yaml")
        for question in (("transfers",), ("refused", "--by", "reason,host")):
            print(paint("2", "  $ sekisho audit " + " ".join(question)))
            answer = sh(SEKISHO, "audit", question[0], "-c", config, *question[1:], check=False)
            self.expect(answer.returncode == 0, f"the question {question[0]} is answered")
            print("\n".join("    " + x for x in answer.stdout.rstrip().splitlines()))
        verified = sh(SEKISHO, "audit", "verify", "-c", config, check=False)
        line("$ sekisho audit verify", (verified.stdout + verified.stderr).strip(), "32")
        self.expect(verified.returncode == 0, "the journal is whole")
        own = sh(sys.executable, str(ROOT / "docs" / "verify_journal.py"), str(HERE / "audit"), check=False)
        line("$ python3 docs/verify_journal.py", (own.stdout + own.stderr).strip(), "32")
        self.expect(own.returncode == 0, "the verifier that is not ours says the same")
        report = HERE / "overview.html"
        made = sh(SEKISHO, "audit", "report", "overview", "-c", config, "--out", str(report), check=False)
        self.expect(made.returncode == 0, "the monthly report is made")
        line("$ sekisho audit report overview", f"{report.relative_to(ROOT)} (ブラウザーで開いて印刷できます / open it in a browser and print it)", "32")
        copy = HERE / "tampered"
        shutil.copytree(HERE / "audit", copy)
        segment = sorted(copy.glob("*.jsonl"))[0]
        segment.chmod(0o600)
        data = bytearray(segment.read_bytes())
        at = data.index(b'"verdict":"block"') + 12
        data[at] ^= 0x01
        segment.write_bytes(data)
        broken = sh(SEKISHO, "audit", "verify", "--directory", str(copy), check=False)
        line("1 バイト変えた写し", (broken.stdout + broken.stderr).strip(), "31")
        self.expect(broken.returncode == 1, "one flipped byte in a copy is found")

    def stop(self) -> None:
        if hasattr(self, "gateway"):
            self.gateway.terminate()
            try:
                self.gateway.wait(40)
            except subprocess.TimeoutExpired:
                self.gateway.kill()
        for p in self.processes:
            if p.poll() is None:
                p.terminate()
                p.wait(10)

    def run(self) -> int:
        print(paint("1", "関所 Sekisho デモ / demo") + "  (すべてこのマシンの中だけ / all on this machine)")
        heading("0. 準備 / preparation")
        try:
            self.prepare()
            for scene in (self.clean_prompt, self.curl_prompt, self.streamed, self.card_masked, self.secret_blocked, self.label_blocked,
                          self.poisoned_conversation, self.deepseek_refused, self.wrong_password, self.observed, self.live_reload, self.pseudonymised,
                          self.bad_policy, self.audit):
                scene()
        finally:
            self.stop()
        if self.failures:
            print("\n" + paint("1;31", "期待と違うもの / not as expected:\n  " + "\n  ".join(self.failures)))
            return 1
        print("\n" + paint("1;32", f"{self.scene} 場面すべて期待どおり / all {self.scene} scenes as expected.") + "  次は / next: ./dev run")
        return 0


def as_text(latin1: str) -> str:
    """The body as text, cut for the terminal."""
    text = latin1.encode("latin1").decode("utf-8", "replace")
    return text if len(text) <= 300 else text[:300] + " …"


if __name__ == "__main__":
    sys.exit(Demo().run())
