"""A small audit log that is always the same, written without a gateway: what documents show is made from it."""
import base64
import datetime
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POLICIES = {
    "before": """version: 1
name: office
destinations:
  - id: openai
    providers: [openai-api]
data:
  - id: no-personal-data
    findings: [pii]
    action: redact
""",
    "after": """version: 1
name: office
groups:
  claims: { users: [saki@example.co.jp] }
destinations:
  - id: openai
    providers: [openai-api]
  - id: mistral
    providers: [mistral-api]
data:
  - id: no-personal-data
    findings: [pii]
    action: redact
transfers:
  - id: openai-us
    providers: [openai-api]
    country: US
    route: equivalent_measures
    recipient: Example Service Inc.
    basis: { ja: 委託契約 2025-04, en: contract of 2025-04 }
    regime: { text: { ja: 包括的な法律はない, en: no general law }, as_of: 2025-06-01 }
    measures: { text: { ja: 契約による, en: by contract }, checked: 2025-06-15 }
exceptions:
  - id: claims-desk
    lifts: [no-personal-data]
    groups: [claims]
    until: 2025-09-30
    ticket: SEC-41
    approved_by: [aoi@example.co.jp, ren@example.co.jp]
    reason: { ja: 保険金の照会, en: insurance claims }
""",
}
DIGEST = {name: "sha256:" + hashlib.sha256(text.encode()).hexdigest() for name, text in POLICIES.items()}


# Of nobody: the keys of a log that exists in documents alone.
ORIGIN = "sekisho.example.co.jp/gw1"
SIGNING = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the log of the documents").digest())
FINDING_KEY = hashlib.sha256(b"findings of the documents").digest()
MAIL = "customer@example.net"


def value_hash(kind: str, value: str) -> tuple:
    mac = hmac.new(FINDING_KEY, kind.encode() + b"\0" + value.encode(), hashlib.sha256).digest()
    return kind, base64.urlsafe_b64encode(mac).decode()[:16]


def public_key() -> bytes:
    return b"\x01" + SIGNING.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id() -> bytes:
    return hashlib.sha256(ORIGIN.encode() + b"\n" + public_key()).digest()[:4]


def merkle_root(leaves: list) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


class Log:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        (folder / "policies").mkdir(parents=True)
        for name, text in POLICIES.items():
            (folder / "policies" / (DIGEST[name][7:] + ".yaml")).write_text(text, encoding="utf-8")
        self.file = (folder / "000000000000.jsonl").open("w", encoding="utf-8", newline="\n")
        self.seq, self.prev, self.policy, self.made, self.leaves = 0, hashlib.sha256(b"").digest(), "before", 0, []

    def close(self):
        self.file.close()

    def at(self, when: str):
        """A time in Tokyo: "2025-07-02 09:30"."""
        local = datetime.datetime.fromisoformat(when).replace(tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
        self.time = local.astimezone(datetime.timezone.utc)
        return self

    def _write(self, members: dict, id_=None) -> int:
        body = {"id": id_, "t": self.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), **members}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))[1:]
        line = '{"v":1,"seq":%d,"prev":"%s",%s' % (self.seq, base64.b64encode(self.prev).decode(), text)
        self.prev = hashlib.sha256(b"\0" + line.encode()).digest()
        self.leaves.append(self.prev)
        self.file.write(line + "\n")
        self.seq += 1
        return self.seq - 1

    def control(self, kind: str, **members):
        return self._write({"kind": kind, "gw": "gw1", **members})

    def key(self):
        text = f"{ORIGIN}+{key_id().hex()}+{base64.b64encode(public_key()).decode()}"
        return self.control("admin", what="key", old=None, new=text, by=None, note=None)

    def checkpoint(self):
        size, root = self.seq, base64.b64encode(merkle_root(self.leaves)).decode()
        self.control("checkpoint", size=size, root=root, told=[])
        text = f"{ORIGIN}\n{size}\n{root}\n"
        signature = base64.b64encode(key_id() + SIGNING.sign(text.encode())).decode()
        note = f"{text}\n\u2014 {ORIGIN} {signature}\n"
        (self.folder / "checkpoints").mkdir(exist_ok=True)
        for name in ("%012d.ckpt" % size, "latest.ckpt"):
            (self.folder / "checkpoints" / name).write_text(note, encoding="utf-8")

    def admin(self, what: str, old=None, new=None, by="operator"):
        return self.control("admin", what=what, old=old, new=new, by=by)

    def mark(self, id_, decided, word, reason, by, rule="no-personal-data", action="redact"):
        time = datetime.datetime.fromisoformat(decided + "+09:00").astimezone(datetime.timezone.utc)
        return self.admin("mark", f"{id_} {time:%Y-%m-%dT%H:%M:%S.%fZ} rule {action} enforce {rule}", f"{word}: {reason}", by)

    def exchange(self, user, host="api.openai.com", verdict="allow", finds=(), *, provider="openai-api", entry="openai", country="US", address=None,
                 reason=None, rule=None, exception=None, would=None, coverage="inspected", skipped=(), retry=0, size=1800, outcome=True):
        self.made += 1
        id_ = "sks_" + base64.b32encode(hashlib.sha256(b"%d" % self.made).digest()).decode().lower()[:16]
        evidence = [["operator", country or "unknown", f"catalogue:{provider}" if provider else "host", "ok" if country else "unknown"]]
        if address:
            evidence.append(["address", address, "geo:test", "ok"])
        rule = rule or ("no-personal-data" if finds else entry or "unlisted")
        seq = self._write({
            "kind": "decision", "gw": "gw1",
            "who": {"user": user + "@example.co.jp", "groups": ["everyone"], "by": "basic", "ip": "10.1.2.3"},
            "client": {"ua": "OpenAI/Python 1.99", "retry": retry},
            "dst": {"host": host, "port": 443, "ip": None, "provider": provider or None, "entry": entry or None, "tls": "bump"},
            "req": {"method": "POST", "path": "/v1/chat/completions", "dialect": "openai", "model": "gpt-4o", "stream": False},
            "evidence": evidence, "verdict": verdict, "would": would, "reason": reason, "rule": rule,
            "rules": [{"id": rule, "matched": True, "action": verdict, "mode": "enforce", "why": "it matched"}], "exception": exception,
            "findings": [{"type": t, "n": 1, "conf": 0.9, "where": ["/messages/0/content"], "h": [h]} for t, h in finds],
            "coverage": coverage, "skipped": list(skipped), "bytes": {"in": size, "decoded": size}, "ms": {}, "policy": DIGEST[self.policy]}, id_)
        blocked = verdict == "block"
        if outcome:
            self._write({"kind": "outcome", "gw": "gw1", "ref": seq, "status": 403 if blocked else 200, "sent": 0 if blocked else size,
                         "received": 0 if blocked else 900, "ms": {"total": 800.0}, "restored": 0, "tokens": None, "abort": None}, id_)
        return id_


def write(folder: pathlib.Path) -> list:
    """The second quarter of fiscal 2025, in thirty exchanges. Returns their ids."""
    log = Log(folder)
    log.at("2025-07-01 08:58").control("segment", format="sekisho-journal/1", hash="sha256", previous=None)
    log.control("boot", version="0.1.0", after=None)
    log.key()
    log.admin("start", new=DIGEST["before"])
    ids = []
    email, phone, number = value_hash("email", MAIL), ("jp_phone", "a0PhoNeHash00001"), ("jp_my_number", "m0NumberHash0001")
    for week in range(12):
        day = datetime.date(2025, 7, 2) + datetime.timedelta(weeks=week)
        log.at(f"{day} 10:15")
        if week == 4:
            log.policy = "after"
            log.at(f"{day} 09:00").admin("reload", DIGEST["before"], DIGEST["after"], "signal")
            log.at(f"{day} 10:15")
        ids.append(log.exchange("hanako", verdict="redact", finds=[email]))
        if week % 3 == 0:
            ids.append(log.exchange("taro", verdict="redact", finds=[email, phone]))
        if week % 4 == 1:
            for retry in range(3):
                log.at(f"{day} 11:00:0{retry}")
                ids.append(log.exchange("jiro", "api.deepseek.com", "block", provider="deepseek-api", entry="", country="CN", reason="region",
                                        rule="regions", retry=retry, coverage="no_body"))
    log.at("2025-08-06 13:00")
    ids.append(log.exchange("saki", finds=[phone], exception="claims-desk"))
    ids.append(log.exchange("saki", finds=[phone], exception="claims-desk"))
    ids.append(log.exchange("taro", verdict="block", finds=[number], reason="data"))
    log.at("2025-08-20 15:00")
    ids.append(log.exchange("hanako", "api.mistral.ai", finds=[email], provider="mistral-api", entry="mistral", country="FR", would="redact"))
    ids.append(log.exchange("taro", coverage="partly", skipped=["body:encrypted"], size=40000))
    ids.append(log.exchange("taro", "chat.unlisted.example", "block", provider="", entry="", country="", reason="destination", coverage="no_body"))
    ids.append(log.exchange("hanako", address="SG"))
    log.at("2025-08-21 18:00").admin("stop", DIGEST["after"], by="signal")
    log.control("stop")
    log.at("2025-08-21 18:40").control("boot", version="0.1.0", after="stop")
    log.admin("start", new=DIGEST["after"])
    log.at("2025-09-10 10:00")
    ids.append(log.exchange("hanako", outcome=False))
    log.at("2025-09-12 09:00").admin("access", "sekisho audit transfers --quarter 2025Q2 -c gateway.yaml", "9 rows", "aoi (uid 1000)")
    log.at("2025-09-16 11:00").admin("evidence_request", ids[0], "SEC-52: 問い合わせの確認", "aoi (uid 1000)")
    log.at("2025-09-16 14:20").admin("evidence_open", ids[0], "SEC-52: 問い合わせの確認", "ren (uid 1001)")
    log.at("2025-09-17 10:00").mark(ids[0], "2025-07-02 10:15", "wrong", "公開している代表のアドレス", "aoi")
    log.mark(ids[1], "2025-07-02 10:15", "wrong", "取引先の公開の番号", "aoi")
    log.at("2025-09-17 16:00").mark(ids[1], "2025-07-02 10:15", "right", "個人の番号と分かった", "ren")
    log.at("2025-09-18 10:00").checkpoint()
    log.close()
    write_holds(folder / "keeping")
    return ids


def write_holds(folder: pathlib.Path):
    folder.mkdir()
    lines = [{"v": 1, "t": "2025-09-01T01:00:00.000000Z", "what": "add", "case": "2025-17", "user": "jiro@example.co.jp", "from": "2025-06-30T15:00:00.000000Z",
              "by": "sato", "reason": "労務の調査"},
             {"v": 1, "t": "2025-09-02T01:00:00.000000Z", "what": "add", "case": "2025-18", "user": "taro@example.co.jp", "by": "sato", "reason": "開示の請求"},
             {"v": 1, "t": "2025-09-10T01:00:00.000000Z", "what": "release_asked", "case": "2025-18", "by": "sato", "reason": "終了"}]
    (folder / "holds.jsonl").write_text("".join(json.dumps(x, ensure_ascii=False, separators=(",", ":")) + "\n" for x in lines), encoding="utf-8")
    (folder / "holds.count").write_text(f"{len(lines)}\n", encoding="utf-8")


def write_settings(folder: pathlib.Path):
    """A gateway.yaml beside the log in `folder`/audit, its policy and the key of the values' hashes."""
    (folder / "keys").mkdir()
    key = folder / "keys" / "finding.key"
    key.write_text(base64.b64encode(FINDING_KEY).decode() + "\n", encoding="ascii")
    key.chmod(0o600)
    (folder / "policy.yaml").write_text(POLICIES["after"], encoding="utf-8")
    (folder / "gateway.yaml").write_text(SETTINGS, encoding="utf-8")


SETTINGS = """version: 1
listen: [{ address: "127.0.0.1:0" }]
ca: { certificate: ca/ca.crt, key: ca/ca.key }
keys: keys/
policy: policy.yaml
audit:
  directory: audit/
  retention: { default: 30y, classes: { personal: 40y } }
admin: { address: "127.0.0.1:0" }
"""
