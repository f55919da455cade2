"""Where values stand: sentences in Japanese and English, tables, JSON, code, logs.

A form is a function (rng, spec, marks) -> (text, findings): `spec` names the value's words, `marks` are one to four values.
"""

import json

from writing import Mark, compose, finding, size

JA_SENTENCES = [
    "⟦label⟧は⟦v⟧です。", "⟦label⟧：⟦v⟧", "⟦label⟧: ⟦v⟧", "⟦label⟧　⟦v⟧", "お客様の⟦label⟧（⟦v⟧）を登録しました。", "【⟦label⟧】⟦v⟧",
    "⟦label⟧が⟦v⟧のデータを確認してください。", "次の申請書を要約して。\n\n⟦label⟧ ⟦v⟧\n申請区分 新規\n", "■⟦label⟧\n⟦v⟧\n", "・⟦label⟧：⟦v⟧\n・受付区分：窓口\n",
    "以下のメールに返信文を作ってください。\n> お世話になっております。\n> ⟦label⟧は ⟦v⟧ に変わりました。\n> よろしくお願いいたします。",
    "⟦label⟧「⟦v⟧」で検索しても出てこないのはなぜ?", "本人確認のため⟦label⟧ ⟦v⟧ を控えました。", "至急：⟦label⟧⟦v⟧の件、対応方針を3案ください。",
]
EN_SENTENCES = [
    "⟦label⟧: ⟦v⟧", "The ⟦label⟧ is ⟦v⟧.", "Please check ⟦label⟧ ⟦v⟧ and draft a reply to the customer.", "⟦label⟧ - ⟦v⟧", "⟦label⟧ = ⟦v⟧",
    "Summarise this ticket:\n\nCustomer wrote: my ⟦label⟧ is ⟦v⟧, please update it.\nStatus: open", "We were given the ⟦label⟧ (⟦v⟧) over the phone.",
    "Can you format this? ⟦label⟧ ⟦v⟧", "Subject: update\n\nHi,\n\nthe new ⟦label⟧ is\n⟦v⟧\n\nThanks", "- ⟦label⟧: ⟦v⟧\n- channel: web\n",
    "Why does the form reject ⟦label⟧ ⟦v⟧?", "\"⟦label⟧\": \"⟦v⟧\"",
]
# A password has no shape: only what joins it to its name tells.
JA_ASSIGNED = ["⟦label⟧は⟦v⟧です。", "⟦label⟧：⟦v⟧", "⟦label⟧: ⟦v⟧", "⟦label⟧ = ⟦v⟧", "⟦label⟧は「⟦v⟧」です。変更してください。", "ログイン情報\nID: yamabiko01\n⟦label⟧: ⟦v⟧\n", "社内Wi-Fiの⟦label⟧：⟦v⟧（来月変更）",
               "以下を手順書にまとめて。\n1. 管理画面を開く\n2. ⟦label⟧：⟦v⟧ を入力\n"]
EN_ASSIGNED = ["⟦label⟧: ⟦v⟧", "⟦label⟧ = ⟦v⟧", "⟦label⟧=⟦v⟧", "The ⟦label⟧ is ⟦v⟧ until Friday", "\"⟦label⟧\": \"⟦v⟧\"", "user: yamabiko01\n⟦label⟧: ⟦v⟧\nplease write the onboarding mail", "⟦label⟧ => '⟦v⟧'",
               "login yamabiko01 / ⟦label⟧: ⟦v⟧"]
JA_BARE = ["⟦v⟧", "これを確認して: ⟦v⟧", "⟦v⟧ を使ってください。", "このコードの ⟦v⟧ は何ですか", "メモ\n⟦v⟧\n以上", "「⟦v⟧」を英語のメールに入れて", "（⟦v⟧）"]
EN_BARE = ["⟦v⟧", "Use ⟦v⟧ for this.", "what is ⟦v⟧?", "It says <⟦v⟧> here", "note to self:\n⟦v⟧\nend", "I pasted `⟦v⟧` by mistake", "see ⟦v⟧, then go on"]
JA_NOTES = ["確認済", "要連絡", "保留", "新規", "更新", "完了"]
EN_NOTES = ["open", "done", "pending", "new", "checked", "on hold"]


class Spec:
    """Words of a type: labels in both languages and a key for JSON, code and columns."""

    def __init__(self, ja, en, key):
        self.ja, self.en, self.key = ja, en, key


def ja_sentence(rng, spec, marks):
    template, label = rng.choice(JA_SENTENCES), rng.choice(spec.ja)
    # "IDAKIA…" would be another word.
    if label[-1].isascii() and label[-1].isalnum():
        template = template.replace("⟦label⟧⟦v⟧", "⟦label⟧ ⟦v⟧")
    return compose(template, label=label, v=marks[0])


def en_sentence(rng, spec, marks):
    return compose(rng.choice(EN_SENTENCES), label=rng.choice(spec.en), v=marks[0])


def ja_assigned(rng, spec, marks):
    return compose(rng.choice(JA_ASSIGNED), label=rng.choice(spec.ja), v=marks[0])


def en_assigned(rng, spec, marks):
    return compose(rng.choice(EN_ASSIGNED), label=rng.choice(spec.en), v=marks[0])


def ja_bare(rng, _, marks):
    return compose(rng.choice(JA_BARE), v=marks[0])


def en_bare(rng, _, marks):
    return compose(rng.choice(EN_BARE), v=marks[0])


def rows_of(rng, marks, japanese):
    notes = JA_NOTES if japanese else EN_NOTES
    return [(f"{i + 1}", rng.choice(notes), mark) for i, mark in enumerate(marks)]


def joined(lines):
    """Text and findings of lines of cells: [(cell or Mark, …)] with their separators given as plain strings."""
    text, findings = "", []
    for part in lines:
        if isinstance(part, Mark):
            if part.types:
                findings.append(finding(size(text), size(text) + size(part.text), *part.types))
            text += part.text
        else:
            text += part
    return text, findings


def separated(rng, spec, marks, separator, japanese):
    label = rng.choice(spec.ja if japanese else spec.en)
    head = ("番号", "状態", label) if japanese else ("no", "status", label)
    parts = [separator.join(head) + "\n"]
    for number, note, mark in rows_of(rng, marks, japanese):
        quoted = '"' if "," in mark.text or "\n" in mark.text else ""
        parts += [number + separator + note + separator + quoted, mark, quoted + "\n"]
    return joined(parts)


def csv_ja(rng, spec, marks):
    return separated(rng, spec, marks, ",", True)


def csv_en(rng, spec, marks):
    return separated(rng, spec, marks, ",", False)


def tsv(rng, spec, marks):
    return separated(rng, spec, marks, "\t", rng.random() < .5)


def markdown(rng, spec, marks):
    japanese = rng.random() < .5
    label = rng.choice(spec.ja if japanese else spec.en)
    parts = [f"| {'項番' if japanese else 'no'} | {label} | {'備考' if japanese else 'note'} |\n|---|---|---|\n"]
    for number, note, mark in rows_of(rng, marks, japanese):
        parts += [f"| {number} | ", mark, f" | {note} |\n"]
    return joined(parts)


def json_object(rng, spec, marks):
    whole = marks[0]
    escaped = json.dumps(whole.text, ensure_ascii=False)[1:-1]
    pretty = rng.random() < .5
    head = '{\n  "seq": 3,\n  "' if pretty else '{"seq":3,"'
    tail = '",\n  "state": "active"\n}' if pretty else '","state":"active"}'
    return joined([head + spec.key + ('": "' if pretty else '":"'), Mark(escaped, *whole.types), tail])


def json_lines(rng, spec, marks):
    parts = []
    for i, mark in enumerate(marks):
        parts += [f'{{"n": {i}, "{spec.key}": "', Mark(json.dumps(mark.text, ensure_ascii=False)[1:-1], *mark.types), '"}\n']
    return joined(parts)


def yaml(rng, spec, marks):
    return joined(["service:\n  name: intake\n  " + spec.key + ': "', marks[0], '"\n  retries: 3\n'])


def python(rng, spec, marks):
    return joined([rng.choice(("# temporary\n", "import os\n\n", "def load():\n    ")) + f'{spec.key} = "', marks[0], '"\nprint(' + spec.key + ")\n"])


def javascript(rng, spec, marks):
    return joined([f"const {spec.key} = '", marks[0], "';\nmodule.exports = { " + spec.key + " };\n"])


def sql(rng, spec, marks):
    return joined([f"INSERT INTO intake (id, {spec.key}, state) VALUES (17, '", marks[0], "', 'new');"])


def log(rng, spec, marks):
    stamp = f"2026-11-{rng.randrange(1, 29):02d}T0{rng.randrange(0, 9)}:1{rng.randrange(0, 9)}:22.104Z"
    return joined([f"{stamp} INFO intake worker=4 ", f"{spec.key}=", marks[0], " took=18ms\n" + f"{stamp} DEBUG intake commit\n"])


def env(rng, spec, marks):
    return joined([f"APP_MODE=batch\n{spec.key.upper()}=", marks[0], "\nAPP_WORKERS=4\n"])


def xml(rng, spec, marks):
    return joined([f"<record><seq>4</seq><{spec.key}>", marks[0], f"</{spec.key}></record>"])


TEXT_FORMS = [ja_sentence, ja_sentence, en_sentence, en_sentence]
TABLE_FORMS = [csv_ja, csv_en, tsv, markdown]
DATA_FORMS = [json_object, json_lines, yaml, python, javascript, sql, log, xml]
SECRET_FORMS = [yaml, python, javascript, env, json_object, log]
MANY = {csv_ja, csv_en, tsv, markdown, json_lines}
