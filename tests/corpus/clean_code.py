"""Prompts about programs in which nothing is to be found: code of many languages, stack traces, queries, lock files, bundles, styles."""

import base64

import values_secret as secret

NOUNS = "order invoice parcel session report widget course ticket sensor route basket ledger".split()
ACTIONS = "load save merge render validate export archive retry schedule compare".split()
ASK = ("Why is this slow?", "Add type hints.", "このコードをレビューして。", "単体テストを書いて。", "Find the bug.", "エラーの原因は?", "Refactor this.", "コメントを日本語で付けて。", "Port this to Rust.", "この関数の計算量は?")


def hexes(r, n):
    return secret.chars(r, secret.HEX, n)


def b64(r, n):
    return base64.b64encode(r.randbytes(n)).decode()


def fenced(r, language, code):
    return f"{r.choice(ASK)}\n\n```{language}\n{code}\n```"


def python(r):
    n, a = r.choice(NOUNS), r.choice(ACTIONS)
    return fenced(r, "python", f"import logging\nfrom dataclasses import dataclass\n\nlog = logging.getLogger(__name__)\n\n\n@dataclass(frozen=True)\nclass {n.title()}:\n    id: int\n    total: float = {r.randrange(1, 9999)}.{r.randrange(10, 99)}\n\n\n"
                  f"def {a}_{n}(items: list[{n.title()}], limit: int = {r.randrange(10, 5000)}) -> dict[str, float]:\n    out = {{}}\n    for i, item in enumerate(items[:limit]):\n        if item.id % {r.randrange(2, 9)} == 0:\n            log.info('%s skipped: %d', __name__, item.id)\n            continue\n"
                  f"        out[f'{n}-{{i:04d}}'] = round(item.total * 1.{r.randrange(1, 20):02d}, 2)\n    return out")


def javascript(r):
    n, a = r.choice(NOUNS), r.choice(ACTIONS)
    return fenced(r, "js", f"import {{ useEffect, useState }} from 'react';\n\nexport function {n.title()}List({{ api, pageSize = {r.randrange(5, 100)} }}) {{\n  const [{n}s, set{n.title()}s] = useState([]);\n  useEffect(() => {{\n    let gone = false;\n"
                  f"    api.{a}('/v{r.randrange(1, 4)}/{n}s?page=' + pageSize).then((r) => {{ if (!gone) set{n.title()}s(r.items ?? []); }});\n    return () => {{ gone = true; }};\n  }}, [api, pageSize]);\n  return <ul>{{{n}s.map((x) => <li key={{x.id}}>{{x.title}}</li>)}}</ul>;\n}}")


def typescript(r):
    n = r.choice(NOUNS)
    return fenced(r, "ts", f"export interface {n.title()} {{ id: string; createdAt: Date; amount: bigint; tags?: readonly string[]; token?: never; }}\nexport type {n.title()}Key = keyof {n.title()};\nconst MAX_{n.upper()} = 0x{hexes(r, 8)};\n"
                  f"export const is{n.title()} = (x: unknown): x is {n.title()} => typeof x === 'object' && x !== null && 'id' in x;\nenum State {{ Open = {r.randrange(9)}, Closed = {r.randrange(10, 99)} }}")


def go(r):
    n, a = r.choice(NOUNS), r.choice(ACTIONS)
    return fenced(r, "go", f"package {n}\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"time\"\n)\n\nconst timeout = {r.randrange(1, 60)} * time.Second\n\nfunc {a.title()}(ctx context.Context, ids []int64) (map[int64]string, error) {{\n\tctx, cancel := context.WithTimeout(ctx, timeout)\n\tdefer cancel()\n"
                  f"\tout := make(map[int64]string, len(ids))\n\tfor _, id := range ids {{\n\t\tselect {{\n\t\tcase <-ctx.Done():\n\t\t\treturn nil, fmt.Errorf(\"{n} %d: %w\", id, ctx.Err())\n\t\tdefault:\n\t\t\tout[id] = fmt.Sprintf(\"{n}-%06d\", id)\n\t\t}}\n\t}}\n\treturn out, nil\n}}")


def rust(r):
    n = r.choice(NOUNS)
    return fenced(r, "rust", f"use std::collections::HashMap;\n\n#[derive(Debug, Clone, PartialEq)]\npub struct {n.title()} {{ id: u64, weight: f32 }}\n\nimpl {n.title()} {{\n    pub const LIMIT: usize = {r.randrange(100, 99999)};\n    pub fn group(items: &[Self]) -> HashMap<u64, Vec<&Self>> {{\n"
                  f"        let mut out: HashMap<u64, Vec<&Self>> = HashMap::new();\n        for item in items.iter().filter(|i| i.weight > {r.randrange(1, 9)}.{r.randrange(10, 99)}) {{\n            out.entry(item.id % {r.randrange(2, 99)}).or_default().push(item);\n        }}\n        out\n    }}\n}}")


def cpp(r):
    n = r.choice(NOUNS)
    return fenced(r, "cpp", f"#include <algorithm>\n#include <cstdint>\n#include <vector>\n\nnamespace {n} {{\n\nconstexpr std::uint64_t kPrime = 0x{hexes(r, 16)}ULL;\n\nstd::uint64_t mix(const std::vector<std::uint8_t>& bytes) {{\n  std::uint64_t h = {r.randrange(10**18, 9 * 10**18)}ULL;\n"
                  f"  for (const auto b : bytes) h = (h ^ b) * kPrime;\n  return h ^ (h >> {r.randrange(20, 40)});\n}}\n\n}}  // namespace {n}")


def java(r):
    n, a = r.choice(NOUNS), r.choice(ACTIONS)
    return fenced(r, "java", f"public final class {n.title()}Service {{\n    private static final long serialVersionUID = {r.randrange(10**17, 10**18)}L;\n    private final {n.title()}Repository repository;\n\n    public Optional<{n.title()}> {a}(long id) {{\n        if (id <= 0) throw new IllegalArgumentException(\"id must be positive: \" + id);\n"
                  f"        return repository.findById(id).filter(x -> x.getAmount().compareTo(BigDecimal.valueOf({r.randrange(100, 99999)})) > 0);\n    }}\n}}")


def php(r):
    n = r.choice(NOUNS)
    return fenced(r, "php", f"<?php\nnamespace App\\Http\\Controllers;\n\nclass {n.title()}Controller extends Controller\n{{\n    public function index(Request $request)\n    {{\n        $rows = {n.title()}::where('state', $request->input('state', 'open'))->orderBy('id')->paginate({r.randrange(10, 100)});\n"
                  f"        return view('{n}.index', ['rows' => $rows, 'csrf' => csrf_token()]);\n    }}\n}}")


def shell(r):
    n = r.choice(NOUNS)
    return fenced(r, "bash", f"#!/usr/bin/env bash\nset -euo pipefail\ncd \"$(dirname \"$0\")\"\nfor f in data/{n}-*.csv; do\n  count=$(wc -l < \"$f\")\n  [ \"$count\" -gt {r.randrange(10, 9999)} ] && gzip -{r.randrange(1, 9)} \"$f\"\ndone\nfind . -name '*.log' -mtime +{r.randrange(3, 90)} -delete\n"
                  f"curl -fsS \"https://api.hanbai.jp/v2/{n}s?since=$(date -I)\" -H \"Authorization: Bearer $TOKEN\" | jq '.items | length'")


def sql(r):
    n = r.choice(NOUNS)
    return fenced(r, "sql", f"SELECT c.region, date_trunc('month', o.created_at) AS month, sum(o.amount) AS total, count(*) FILTER (WHERE o.state = 'returned') AS returned\nFROM {n}s o JOIN customers c ON c.id = o.customer_id\nWHERE o.created_at >= '20{r.randrange(20, 27)}-0{r.randrange(1, 9)}-01' AND o.amount BETWEEN {r.randrange(10, 999)} AND {r.randrange(1000, 99999)}\n"
                  f"GROUP BY 1, 2 HAVING sum(o.amount) > {r.randrange(10**4, 10**7)} ORDER BY total DESC LIMIT {r.randrange(5, 500)};\n\nCREATE INDEX CONCURRENTLY idx_{n}_{hexes(r, 6)} ON {n}s (created_at, customer_id);")


def python_trace(r):
    n, a = r.choice(NOUNS), r.choice(ACTIONS)
    return (f"このエラーを直したいです。\n\nTraceback (most recent call last):\n  File \"/srv/app/{n}/views.py\", line {r.randrange(10, 900)}, in {a}\n    result = self.backend.{a}({n}_id, timeout={r.randrange(1, 60)})\n  File \"/usr/lib/python3.11/asyncio/tasks.py\", line {r.randrange(10, 900)}, in wait_for\n"
            f"    return fut.result()\nKeyError: '{n}_{r.randrange(100, 99999)}'\n\nDuring handling of the above exception, another exception occurred:\nRuntimeError: object at 0x7f{hexes(r, 10)} is closed (attempt {r.randrange(1, 6)}/5)")


def java_trace(r):
    n = r.choice(NOUNS)
    return (f"What does this mean?\n\njava.lang.IllegalStateException: {n} {r.randrange(1000, 99999)} not open\n\tat jp.hanbai.{n}.Service.apply(Service.java:{r.randrange(10, 900)})\n\tat jp.hanbai.{n}.Service$$Lambda$%d/0x00000008{hexes(r, 8)}.run(Unknown Source)\n\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)\n"
            f"Caused by: java.sql.SQLTransientConnectionException: HikariPool-{r.randrange(1, 4)} - Connection is not available, request timed out after 30{r.randrange(100, 999)}ms." % r.randrange(100, 999))


def core_dump(r):
    return (f"Segfault on startup, any idea?\n\n#0  0x0000{hexes(r, 12)} in __memmove_avx_unaligned_erms () at ../sysdeps/x86_64/multiarch/memmove-vec-unaligned-erms.S:{r.randrange(100, 500)}\n#1  0x0000{hexes(r, 12)} in Buffer::append (this=0x7ffe{hexes(r, 8)}, data=0x0, size={r.randrange(10, 10**9)}) at buffer.cpp:{r.randrange(10, 400)}\n"
            f"rax 0x{hexes(r, 16)} rbx 0x{hexes(r, 16)}\nrip 0x{hexes(r, 12)} eflags 0x{hexes(r, 5)}")


def npm_lock(r):
    pairs = "\n".join(f'    "node_modules/{r.choice(NOUNS)}-{r.choice(ACTIONS)}": {{\n      "version": "{r.randrange(9)}.{r.randrange(30)}.{r.randrange(20)}",\n      "resolved": "https://registry.hanbai.jp/{r.choice(NOUNS)}/-/{r.choice(NOUNS)}-1.{r.randrange(9)}.0.tgz",\n      "integrity": "sha512-{b64(r, 64)}",\n      "dev": true\n    }},'
                      for _ in range(r.randrange(2, 6)))
    return f"Why does npm ci complain?\n\n{{\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{pairs}\n  }}\n}}"


def yarn_lock(r):
    return "yarn.lockの差分です。問題ありますか?\n\n" + "\n".join(f'"@babel/{r.choice(ACTIONS)}-{r.choice(NOUNS)}@^7.{r.randrange(1, 26)}.0":\n  version "7.{r.randrange(1, 26)}.{r.randrange(9)}"\n  resolved "https://registry.hanbai.jp/x/-/x-7.0.0.tgz#{hexes(r, 40)}"\n  integrity sha512-{b64(r, 64)}\n' for _ in range(r.randrange(2, 5)))


def cargo_lock(r):
    return "Which of these is outdated?\n\n" + "\n".join(f'[[package]]\nname = "{r.choice(NOUNS)}-{r.choice(ACTIONS)}"\nversion = "0.{r.randrange(30)}.{r.randrange(30)}"\nsource = "registry+https://example.com/package-index"\nchecksum = "{hexes(r, 64)}"\n' for _ in range(r.randrange(2, 5)))


def go_sum(r):
    return "go.sum mismatch, what now?\n\n" + "\n".join(f"golang.org/x/{r.choice(NOUNS)} v0.{r.randrange(40)}.0 h1:{b64(r, 32)}\ngolang.org/x/{r.choice(NOUNS)} v0.{r.randrange(40)}.0/go.mod h1:{b64(r, 32)}" for _ in range(r.randrange(2, 5)))


def requirements(r):
    return "Resolve the conflict:\n\n" + "\n".join(f"{r.choice(NOUNS)}-{r.choice(ACTIONS)}=={r.randrange(30)}.{r.randrange(30)}.{r.randrange(9)} \\\n    --hash=sha256:{hexes(r, 64)} \\\n    --hash=sha256:{hexes(r, 64)}" for _ in range(r.randrange(2, 5)))


def minified(r):
    names = secret.LOWER
    body = ";".join(f"function {r.choice(names)}{r.choice(names)}({r.choice(names)}){{return {r.choice(names)}[{r.randrange(999)}]||({r.choice(names)}={r.randrange(10**6)},!{r.randrange(2)})}}" for _ in range(r.randrange(8, 30)))
    return f"What does this bundle do?\n!function(e,t){{\"object\"==typeof exports?module.exports=t():e.{r.choice(NOUNS)}=t()}}(this,(()=>{{\"use strict\";{body};var o={{key:\"{r.choice(NOUNS)}\",token:e=>e.token,password:void 0}};return o}}));\n//# sourceMappingURL=main.{hexes(r, 20)}.js.map"


def css(r):
    return fenced(r, "css", "\n".join(f".{r.choice(NOUNS)}-{r.choice(ACTIONS)}__{hexes(r, 5)} {{ color: #{hexes(r, 6)}; margin: {r.randrange(40)}px {r.randrange(40)}px; background: rgba({r.randrange(256)}, {r.randrange(256)}, {r.randrange(256)}, .{r.randrange(10, 99)}); transition: all {r.randrange(100, 900)}ms cubic-bezier(0.4, 0, 0.2, 1); }}"
                                      for _ in range(r.randrange(3, 12))))


def html(r):
    n = r.choice(NOUNS)
    return fenced(r, "html", f"<form action=\"/login\" method=\"post\" class=\"{n}-form\">\n  <input type=\"hidden\" name=\"_csrf\" value=\"\">\n  <label for=\"password\">パスワード</label>\n  <input id=\"password\" type=\"password\" name=\"password\" minlength=\"{r.randrange(8, 16)}\" required>\n  <img src=\"/img/{n}@2x.png\" srcset=\"/img/{n}@3x.png 3x\" width=\"{r.randrange(20, 900)}\">\n"
                  f"  <svg viewBox=\"0 0 {r.randrange(10, 99)} {r.randrange(10, 99)}\"><path d=\"M{r.randrange(20)}.{r.randrange(99)} {r.randrange(20)}.{r.randrange(99)}c{r.randrange(9)}.{r.randrange(99)}-{r.randrange(9)}.{r.randrange(99)} {r.randrange(9)}.{r.randrange(99)} {r.randrange(9)} {r.randrange(9)} {r.randrange(9)}z\"/></svg>\n  <button>送信</button>\n</form>")


def dockerfile(r):
    return fenced(r, "dockerfile", f"FROM debian:12-slim@sha256:{hexes(r, 64)}\nARG VERSION={r.randrange(9)}.{r.randrange(30)}.{r.randrange(9)}\nENV APP_ENV=production TOKEN_FILE=/run/secrets/token\nRUN --mount=type=cache,target=/root/.cache apt-get update && apt-get install -y curl={r.randrange(7, 9)}.{r.randrange(99)}.0-1\nEXPOSE {r.randrange(1024, 65000)}\nHEALTHCHECK CMD curl -f http://127.0.0.1:{r.randrange(1024, 65000)}/livez")


def kubernetes(r):
    n = r.choice(NOUNS)
    return fenced(r, "yaml", f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {n}-api\n  uid: {hexes(r, 8)}-{hexes(r, 4)}-4{hexes(r, 3)}-a{hexes(r, 3)}-{hexes(r, 12)}\nspec:\n  replicas: {r.randrange(1, 20)}\n  template:\n    spec:\n      containers:\n        - name: api\n          image: registry.hanbai.jp/{n}:{r.randrange(9)}.{r.randrange(30)}\n          env:\n"
                  f"            - name: DB_PASSWORD\n              valueFrom:\n                secretKeyRef: {{ name: {n}-db, key: password }}\n          resources: {{ limits: {{ cpu: {r.randrange(100, 2000)}m, memory: {r.randrange(64, 4096)}Mi }} }}")


def terraform(r):
    n = r.choice(NOUNS)
    return fenced(r, "hcl", f"variable \"db_password\" {{\n  type      = string\n  sensitive = true\n}}\n\nresource \"aws_db_instance\" \"{n}\" {{\n  identifier        = \"{n}-prod\"\n  allocated_storage = {r.randrange(20, 2000)}\n  username          = \"app\"\n  password          = var.db_password\n  kms_key_id        = aws_kms_key.{n}.arn\n}}")


def git_log(r):
    return "変更履歴をリリースノートにして\n\n" + "\n".join(f"commit {hexes(r, 40)}\nAuthor: build bot\nDate:   2026-0{r.randrange(1, 9)}-{r.randrange(10, 28)}\n\n    {r.choice(ACTIONS).title()} the {r.choice(NOUNS)} list\n\nindex {hexes(r, 7)}..{hexes(r, 7)} 100644" for _ in range(r.randrange(2, 6)))


def diff(r):
    n = r.choice(NOUNS)
    return fenced(r, "diff", f"--- a/{n}.py\n+++ b/{n}.py\n@@ -{r.randrange(1, 900)},{r.randrange(1, 30)} +{r.randrange(1, 900)},{r.randrange(1, 30)} @@\n-    limit = {r.randrange(10**5)}\n+    limit = {r.randrange(10**6)}\n-TIMEOUT = {r.randrange(99)}\n+TIMEOUT = {r.randrange(999)}\n+# see RFC {r.randrange(1000, 9999)} section {r.randrange(9)}.{r.randrange(9)}.{r.randrange(9)}.{r.randrange(9)}")


def regexes(r):
    return r.choice((r"郵便番号の正規表現 ^\d{3}-?\d{4}$ を説明して", r"Is ^(?:\+81|0)\d{1,4}-?\d{1,4}-?\d{4}$ right for Japanese telephone numbers?", r"Explain (?i)password\s*[:=]\s*['\"]?([^\s'\"]+)", r"^4[0-9]{12}(?:[0-9]{3})?$ はVisaの番号に一致しますか",
                     r"Write a regex for [A-Z]{2}[0-9]{7}", r"[\w.+-]+@[\w-]+\.[\w.]+ の欠点は?", r"AKIA[0-9A-Z]{16} という正規表現は何を探す?", r"sed -E 's/(token=)[^&]+/\1***/' の意味")) + f" （{r.randrange(2, 20)}例）"


def ini(r):
    return fenced(r, "ini", f"[server]\nport = {r.randrange(1024, 65000)}\nworkers = {r.randrange(1, 64)}\ntoken_ttl = {r.randrange(60, 86400)}\npassword_file = /run/secrets/db\n\n[log]\nlevel = {r.choice(('info', 'debug'))}\nrotate = {r.randrange(1, 90)}d\nkey_prefix = {r.choice(NOUNS)}:{r.choice(ACTIONS)}:v{r.randrange(9)}")


KINDS = [python, javascript, typescript, go, rust, cpp, java, php, shell, sql, python_trace, java_trace, core_dump, npm_lock, yarn_lock, cargo_lock, go_sum, requirements, minified, css, html, dockerfile, kubernetes, terraform, git_log,
         diff, regexes, ini]
