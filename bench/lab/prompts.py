"""Synthetic prompts, the same in every run: chat requests of four sizes without a sensitive value, and one with three."""
import json
import random
import re

import places

SIZES = {"1k": 1 << 10, "16k": 1 << 14, "256k": 1 << 18, "4m": 1 << 22}
HITS = ["My corporate card is 4111 1111 1111 1111 exp 12/29.", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "連絡先は 090-1234-5678 です。"]

ENGLISH = """the of and to in a is that for it as was with be by on not this have from they which one you were all there would their we been
has when who will no more if out so up what its about than into them can only other time new some could these two may first then do any like
customer contract renewal quarterly revenue forecast review meeting deployment cluster latency database migration index query schema invoice
payment account number reference order shipment supplier product feature release branch merge request token limit model prompt context summary
translate document paragraph policy security compliance audit incident response employee manager department budget approval vendor service level
agreement password reset procedure access control list credit note phone support template driver license update passport photo requirements
address book insurance claim health report feedback analysis inference gateway proxy traffic certificate rotation schedule window""".split()
JAPANESE = """お客様 ご担当者様 いつもお世話になっております 株式会社 契約書 更新 について の を は が に で と ご確認ください よろしくお願いいたします 弊社
サービス システム データベース 障害 報告書 会議 議事録 要約 してください 翻訳 以下の文章 売上 四半期 予算 担当 部署 東京都 千代田区 住所 変更 手続き 電話
対応 メール 送信 個人情報 保護 方針 監査 ログ 利用者 社員 番号 管理 申請 承認 今週 来月 予定 、 。 「 」 です ます しました ため 場合 資料 添付 項目
銀行 口座 マイナンバー制度 運転 免許 保険 年金""".split()
NAMES = "user id name value config client request response handler buffer index count result status token cache session context path item".split()


class Writer:
    """Text of mixed kinds from one seed: prose in two languages, JSON, code."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def words(self, least: int, most: int) -> str:
        return " ".join(self.random.choices(ENGLISH, k=self.random.randint(least, most)))

    def english(self) -> str:
        ends = [".", f" on 20{self.random.randint(10, 29)}-{self.random.randint(1, 12):02d}-17.", f" (about {self.random.randint(1, 99)},500 units).",
                " see https://docs.example.com/handbook#limits.", f" version {self.random.randint(0, 9)}.{self.random.randint(0, 20)}.1."]
        sentences = [self.words(6, 18).capitalize() + self.random.choices(ends, [80, 8, 5, 4, 3])[0] for _ in range(self.random.randint(3, 7))]
        return " ".join(sentences) + "\n"

    def japanese(self) -> str:
        return "".join(self.random.choices(JAPANESE, k=self.random.randint(20, 60))) + f"{self.random.randint(2000, 2030)}年。\n"

    def json(self) -> str:
        values = [lambda: self.random.randint(0, 10**6), lambda: round(self.random.random(), 6), lambda: True, lambda: None, lambda: self.words(5, 5),
                  lambda: f"e{self.random.getrandbits(28):07x}-{self.random.getrandbits(16):04x}-4aaa-abcd-{self.random.getrandbits(48):012x}"]
        fields = {f"{self.random.choice(NAMES)}_{self.random.choice(NAMES)}": self.random.choice(values)() for _ in range(self.random.randint(4, 9))}
        fields["updated_at"] = f"2024-{self.random.randint(1, 12):02d}-11T09:30:00Z"
        return json.dumps(fields, indent=self.random.choice([None, 2])) + "\n"

    def code(self) -> str:
        a, b, c, d = self.random.sample(NAMES, 4)
        return self.random.choice([
            f"def get_{a}_{b}(self, {c}: str, {d}: int = {self.random.randint(0, 99)}) -> dict:\n    return self._{b}.fetch({c}, limit={d})\n\n",
            f"for (auto& {a} : {b}s) {{\n  if ({a}.{c}() != 0x{self.random.getrandbits(32):08x}) continue;\n  {d}.insert(std::move({a}));\n}}\n",
            f"SELECT {a}_id, COUNT(*) AS {c}_count FROM {d}s WHERE {a}_id IN ({self.random.randint(1, 9999)}, 17) GROUP BY 1;\n",
        ])

    def fill(self, size: int) -> str:
        """At least `size` bytes of UTF-8."""
        pieces, written = [], 0
        while written < size:
            piece = self.random.choices([self.english, self.japanese, self.json, self.code], [4, 3, 2, 2])[0]()
            pieces.append(piece)
            written += len(piece.encode())
        return "".join(pieces)


def request(text: str, stream: bool) -> bytes:
    messages = [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": text}]
    document = {"model": "lab", "stream": stream, "messages": messages}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def request_of(seed: int, size: int, stream: bool = False, hits: tuple[str, ...] = ()) -> bytes:
    """A request of at most `size` bytes, a few less where the last character does not fit."""
    start = "".join(hit + "\n" for hit in hits)
    text = start + Writer(seed).fill(size)
    while (excess := len(request(text, stream)) - size) > 0:
        text = text[:-max(1, excess // 4)]
    return request(text, stream)


def refuse_hits(name: str, body: bytes) -> None:
    """A hit would send every proxy down its slow path: that a prompt is clean is checked, not hoped for."""
    text = body.decode()
    for pattern_name, pattern in places.patterns():
        if match := re.search(pattern, text):
            raise SystemExit(f"prompts.py: {name} is not clean: {pattern_name} {match.group(0)!r}")


def make() -> None:
    if (places.BODIES / "hits.json").exists():
        return
    places.BODIES.mkdir(parents=True, exist_ok=True)
    clean = {name: request_of(7, size) for name, size in SIZES.items()}
    clean["stream"] = request_of(9, 1024, stream=True)
    for name, body in clean.items():
        refuse_hits(name, body)
        (places.BODIES / f"{name}.json").write_bytes(body)
    (places.BODIES / "hits.json").write_bytes(request_of(7, 2048, hits=tuple(HITS)))
