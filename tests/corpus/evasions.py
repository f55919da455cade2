"""Values in disguise: each technique of normalisation and of encoding, over several types, one and two layers deep, in Japanese and
English texts. What must be found is the outermost disguise, all of it.
"""

import base64
import gzip
import json
import quopri
import re
import urllib.parse
import zlib

import evasions_joined
import values_jp as jp
import values_secret as secret
import values_world as world
from writing import Mark, compose

# type -> (label ja, label en, maker): values that a disguise is tried on.
VALUES = {
    "credit_card": ("カード番号", "card number", lambda r: world.card_grouped(world.card(r), r.choice("- "))),
    "jp_my_number": ("マイナンバー", "My Number", lambda r: jp.grouped(jp.my_number(r), (4, 4, 4), r.choice("- "))),
    "jp_phone": ("電話番号", "phone", lambda r: jp.grouped(jp.mobile(r), (3, 4, 4), "-")),
    "us_ssn": ("社会保障番号", "SSN", world.ssn),
    "iban": ("IBAN", "IBAN", world.iban),
    "email": ("メール", "email", world.email),
    "aws_access_key_id": ("アクセスキー", "access key", secret.aws_key_id),
    "github_token": ("トークン", "token", lambda r: "gh" "p_" + (b := secret.chars(r, secret.ALNUM, 30)) + secret.base62_crc(b)),
    "openai_api_key": ("APIキー", "api key", secret.openai_key),
    "anthropic_api_key": ("APIキー", "api key", secret.anthropic_key),
    "slack_token": ("トークン", "token", secret.slack_token),
    "npm_token": ("トークン", "token", secret.npm_token),
}
DIGITS = ["credit_card", "jp_my_number", "jp_phone", "us_ssn"]
TOKENS = ["aws_access_key_id", "github_token", "openai_api_key", "slack_token"]
ALL = DIGITS + ["iban", "email", "aws_access_key_id", "github_token", "anthropic_api_key", "npm_token"]

JA = ["次のメモを整えて。\n⟦label⟧: ⟦v⟧\n以上", "⟦label⟧は ⟦v⟧ です。", "お客様から届いた内容\n⟦label⟧ ⟦v⟧\n返信案をください"]
EN = ["Tidy this note.\n⟦label⟧: ⟦v⟧\nThanks", "the ⟦label⟧ is ⟦v⟧ as agreed", "Customer sent us\n⟦label⟧ ⟦v⟧\nplease answer"]

WHOLE_JA = ["⟦v⟧", "この文字列を解読して: ⟦v⟧ お願いします", "次は何ですか\n⟦v⟧\nを説明してください"]
WHOLE_EN = ["⟦v⟧", "decode this: ⟦v⟧ please", "what does\n⟦v⟧\nmean?"]


def between(text, rng, marks, every=1):
    """`text` with a mark after each `every`-th character but the last."""
    out = ""
    for i, ch in enumerate(text):
        out += ch
        if i + 1 < len(text) and (i + 1) % every == 0:
            out += rng.choice(marks)
    return out


def full_width(text, rng):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def full_width_digits(text, rng):
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


def mathematical(text, rng):
    base = rng.choice((0x1D7CE, 0x1D7D8, 0x1D7EC, 0x1D7F6))
    return "".join(chr(base + int(c)) if c.isdigit() else c for c in text)


def mathematical_letters(text, rng):
    def one(c):
        if "A" <= c <= "Z":
            return chr(0x1D400 + ord(c) - 65)
        return chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else chr(0x1D7CE + int(c)) if c.isdigit() else c
    return "".join(map(one, text))


def circled(text, rng):
    return "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(c)] if c.isdigit() else c for c in text)


def other_script(text, rng):
    zero = rng.choice((0x660, 0x6F0, 0x966, 0xE50, 0x9E6, 0xAE6))
    return "".join(chr(zero + int(c)) if c.isdigit() else c for c in text)


def kanji(text, rng):
    return "".join(jp.KANJI_DIGITS[int(c)] if c.isdigit() else "" for c in text)


HOMOGLYPHS = {"A": "Α А", "B": "Β В", "E": "Ε Е", "H": "Η Н", "I": "Ι І", "K": "Κ К", "M": "Μ М", "N": "Ν", "O": "Ο О", "P": "Ρ Р", "S": "Ѕ", "T": "Τ Т", "X": "Χ Х",
              "Y": "Υ", "a": "а", "c": "с", "e": "е", "i": "і", "o": "о ο", "p": "р", "s": "ѕ", "x": "х", "y": "у", "h": "һ", "j": "ј", "g": "ɡ"}


def homoglyphs(text, rng):
    """Half of the letters that have a twin, at least two of them; the first always."""
    out, changed = "", 0
    for c in text:
        if c in HOMOGLYPHS and (changed < 2 or rng.random() < .5):
            c, changed = rng.choice(HOMOGLYPHS[c].split()), changed + 1
        out += c
    return out


def tags(text, rng):
    return "".join(chr(0xE0000 + ord(c)) for c in text)


def separators(text, rng):
    """Each separator replaced by an unusual one."""
    mark = rng.choice((".", "·", "・", "–", "—", "−", "‐", "‑", "\u3000", "\u00a0", "\u2009", " - ", "／", "_", "ー", "－", "﹣", " / "))
    return "".join(mark if c in "- " else c for c in text)


def line_breaks(text, rng):
    return between(text, rng, ["\n"], every=max(4, len(text) // 3))


def wrapped_token(text, rng):
    return between(text, rng, ["\n", "\r\n", "\n  "], every=max(8, len(text) // 2))


def escape_js_hex(text, rng):
    return "".join(f"\\x{b:02x}" for b in text.encode())


def escape_json(text, rng):
    return "".join(f"\\u{ord(c):04x}" for c in text)


def escape_braces(text, rng):
    return "".join(f"\\u{{{ord(c):x}}}" for c in text)


def escape_octal(text, rng):
    return "".join(f"\\{b:03o}" for b in text.encode())


def escape_long(text, rng):
    return "".join(f"\\U{ord(c):08x}" for c in text)


def percent(text, rng):
    return "".join(f"%{b:02X}" for b in text.encode())


def entities(text, rng):
    return "".join(f"&#{ord(c)};" for c in text)


def entities_hex(text, rng):
    return "".join(f"&#x{ord(c):x};" for c in text)


def tagged(text, rng):
    pair = rng.choice((("<b>", "</b>"), ("<span class=\"n\">", "</span>"), ("<i>", "</i>")))
    out, inside = "", False
    for i, c in enumerate(text):
        if i and i % 3 == 0:
            out += pair[1] if inside else pair[0]
            inside = not inside
        out += c
    return out + (pair[1] if inside else "")


def quoted_printable(text, rng):
    return "".join(f"={b:02X}" for b in text.encode())


def quoted_printable_soft(text, rng):
    return between(text, rng, ["=\n"], every=5)


def mime_b(text, rng):
    return "=?UTF-8?B?" + base64.b64encode(text.encode()).decode() + "?="


def mime_q(text, rng):
    return "=?utf-8?Q?" + "".join(f"={b:02X}" for b in text.encode()) + "?="


def to_base64(text, rng):
    return base64.b64encode(text.encode()).decode()


def to_base64url(text, rng):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def base64_lines(text, rng):
    """As programs wrap it: a longer text in lines of one length."""
    whole = to_base64(f"memo 12\nstatus: open, asked twice by phone\n{text}\nplease file it with the others of this week\n", rng)
    width = rng.choice((32, 64, 76))
    return "\n".join(whole[i:i + width] for i in range(0, len(whole), width))


def to_hex(text, rng):
    return text.encode().hex()


def hex_upper_spaced(text, rng):
    return text.encode().hex(" ").upper()


def hex_dump(text, rng):
    data, lines = text.encode(), []
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        pairs = row.hex(" ", -2)
        shown = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{at:08x}: {pairs:<39}  {shown}")
    return "\n".join(lines)


def hex_dump_c(text, rng):
    data, lines = text.encode(), []
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        left, right = row[:8].hex(" "), row[8:].hex(" ")
        shown = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{at:08x}  {left:<23}  {right:<23}  |{shown}|")
    return "\n".join(lines)


def gzip_base64(text, rng):
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def zlib_base64(text, rng):
    return base64.b64encode(zlib.compress(text.encode())).decode()


def data_url(text, rng):
    return "data:text/plain;base64," + to_base64(text, rng)


def pieces(text, rng):
    size = rng.choice((3, 4, 5, 7))
    return [text[i:i + size] for i in range(0, len(text), size)]


def concatenated_plus(text, rng):
    return " + ".join(f'"{p}"' for p in pieces(text, rng))


def concatenated_quotes(text, rng):
    return " ".join(f"'{p}'" for p in pieces(text, rng))


def concatenated_dot(text, rng):
    return " . ".join(f"'{p}'" for p in pieces(text, rng))


def concatenated_and(text, rng):
    return " & ".join(f'"{p}"' for p in pieces(text, rng))


def char_codes(text, rng):
    return "String.fromCharCode(" + ",".join(str(ord(c)) for c in text) + ")"


def chr_calls(text, rng):
    return "+".join(f"chr({ord(c)})" for c in text)


def code_list(text, rng):
    return "[" + ", ".join(str(ord(c)) for c in text) + "]"


def hex_list(text, rng):
    return "{" + ", ".join(f"0x{b:02x}" for b in text.encode()) + "}"


def spaced(text, rng):
    return " ".join(c for c in text if c not in "- ")


def spaced_token(text, rng):
    return " ".join(text)


def cells(text, rng):
    groups = text.replace("-", " ").split(" ")
    return " | ".join(groups)


def cells_tab(text, rng):
    return "\t".join(text.replace("-", " ").split(" "))


def rows(text, rng):
    return "\n".join(f"| {g} |" for g in text.replace("-", " ").split(" "))


def deed_digits(text, rng):
    """Digits as they stand in deeds: 零壱弐参肆伍陸漆捌玖, in the new or the old forms."""
    forms = rng.choice(("零壱弐参肆伍陸漆捌玖", "零壹貳參肆伍陸漆捌玖"))
    return "".join(forms[int(c)] if c.isdigit() else c for c in text)


def wide_blanks(text, rng):
    return "\u3000".join(c for c in text if c not in "-")


def selector_bytes(text, rng):
    return "".join(chr(0xE0100 + b - 16) for b in text.encode())


def wrapped_twice(text, rng):
    """Over three lines, with the line ends and margins of mail and of YAML."""
    first = rng.randint(8, len(text) // 2)
    second = rng.randint(first + 4, len(text) - 4)
    return rng.choice(("\n", "\r\n", "\n    ", "\n> ")).join((text[:first], text[first:second], text[second:]))


def concatenated_basic(text, rng):
    half = len(text) // 2
    return f'"{text[:half]}" & _\n    "{text[half:]}"'


def joined_list(text, rng):
    return "[" + ", ".join(f'"{p}"' for p in pieces(text, rng)) + '].join("")'


# technique -> (function, types)
CHARACTERS = {
    "full_width": (full_width, DIGITS + ["iban", "email"] + TOKENS), "full_width_digits": (full_width_digits, DIGITS),
    "mathematical_digits": (mathematical, DIGITS), "mathematical_letters": (mathematical_letters, ["iban", "aws_access_key_id", "github_token"]),
    "circled_digits": (circled, DIGITS), "digits_of_other_scripts": (other_script, DIGITS), "kanji_digits": (kanji, ["credit_card", "jp_my_number", "jp_phone"]),
    "zero_width": (lambda t, r: between(t, r, ["\u200b", "\u200c", "\u200d", "\ufeff", "\u2060"], r.choice((1, 2, 3))), ALL),
    "bidi_controls": (lambda t, r: between(t, r, ["\u202a", "\u202c", "\u2066", "\u2069", "\u200e", "\u200f"], r.choice((2, 3))), ALL),
    "tag_characters": (tags, ["credit_card", "jp_my_number", "email", "aws_access_key_id", "github_token"]),
    "tags_between": (lambda t, r: between(t, r, ["\U000e0020", "\U000e0041", "\U000e007f"], 2), ALL),
    "variation_selectors": (lambda t, r: between(t, r, ["\ufe0f", "\ufe0e", "\U000e0101"], r.choice((1, 2))), ALL),
    "combining_marks": (lambda t, r: between(t, r, ["\u0336", "\u0332", "\u0301", "\u20e3"], r.choice((1, 2))), DIGITS + TOKENS),
    "soft_hyphens": (lambda t, r: between(t, r, ["\u00ad"], r.choice((1, 3, 4))), ALL), "homoglyphs": (homoglyphs, TOKENS + ["iban", "email"]),
    "separators": (separators, DIGITS), "line_breaks_in_numbers": (line_breaks, ["credit_card", "jp_my_number"]), "line_breaks_in_tokens": (wrapped_token, TOKENS),
    "deed_digits": (deed_digits, ["credit_card", "jp_my_number", "jp_phone"]), "wide_blanks": (wide_blanks, DIGITS), "selector_bytes": (selector_bytes, ALL),
    "two_line_breaks_in_tokens": (wrapped_twice, TOKENS),
}
ENCODINGS = {
    "escape_json": (escape_json, ALL), "escape_x": (escape_js_hex, ALL), "escape_braces": (escape_braces, DIGITS + TOKENS), "escape_octal": (escape_octal, DIGITS + TOKENS),
    "escape_python_long": (escape_long, DIGITS + TOKENS), "percent": (percent, ALL), "html_decimal": (entities, ALL), "html_hex": (entities_hex, ALL), "html_tags": (tagged, DIGITS),
    "quoted_printable": (quoted_printable, ALL), "quoted_printable_soft": (quoted_printable_soft, DIGITS + TOKENS), "mime_b": (mime_b, ALL), "mime_q": (mime_q, ALL),
    "base64": (to_base64, ALL), "base64url": (to_base64url, ALL), "base64_lines": (base64_lines, ALL), "hex": (to_hex, ALL), "hex_spaced": (hex_upper_spaced, ALL),
    "hex_dump": (hex_dump, ALL), "hex_dump_c": (hex_dump_c, ALL), "gzip_base64": (gzip_base64, ALL), "zlib_base64": (zlib_base64, ALL), "data_url": (data_url, ALL),
    "concatenation_plus": (concatenated_plus, ALL), "concatenation_adjacent": (concatenated_quotes, DIGITS + TOKENS), "concatenation_dot": (concatenated_dot, DIGITS + TOKENS),
    "concatenation_and": (concatenated_and, DIGITS + TOKENS), "char_codes": (char_codes, ALL), "chr_calls": (chr_calls, DIGITS + TOKENS), "code_list": (code_list, ALL),
    "hex_list": (hex_list, DIGITS + TOKENS), "spaced_digits": (spaced, DIGITS), "spaced_token": (spaced_token, TOKENS), "table_cells": (cells, ["credit_card", "jp_my_number", "jp_phone"]),
    "table_cells_tab": (cells_tab, ["credit_card", "jp_my_number", "jp_phone"]), "table_rows": (rows, ["credit_card", "jp_my_number"]),
    "concatenation_basic": (concatenated_basic, TOKENS), "joined_list": (joined_list, TOKENS),
}
# outer layer, inner layer
NESTED = [("base64", "base64"), ("base64", "escape_json"), ("base64", "percent"), ("base64", "zero_width"), ("base64", "full_width"), ("base64url", "hex"), ("hex", "base64"), ("percent", "base64"),
          ("percent", "percent"), ("escape_json", "base64"), ("gzip_base64", "base64"), ("base64", "gzip_base64"), ("zlib_base64", "escape_json"), ("data_url", "html_decimal"),
          ("mime_b", "base64"), ("html_decimal", "base64"), ("quoted_printable", "base64"), ("base64_lines", "full_width_digits"), ("char_codes", "base64"), ("concatenation_plus", "base64"),
          ("hex_dump", "base64"), ("code_list", "base64"), ("base64", "kanji_digits"), ("base64", "html_tags"), ("char_codes", "zero_width"), ("char_codes", "mathematical_digits"),
          ("code_list", "soft_hyphens")]
# Hidden characters are a finding by themselves where there are many of them.
HIDES = {"tag_characters", "selector_bytes", "tags_between", "variation_selectors", "bidi_controls", "zero_width", "combining_marks"}
# What takes several lines begins on its own.
BLOCKS = {"hex_dump", "hex_dump_c", "base64_lines", "table_rows"}
KEEPS_SHAPE = set(CHARACTERS) | {"spaced_digits", "spaced_token", "table_cells", "table_cells_tab", "table_rows", "html_tags"}


def add_one(rng, corpus, technique, function, kind, japanese, whole=False):
    """`whole`: the label is disguised with the value."""
    ja, en, make = VALUES[kind]
    label = ja if japanese else en
    value = make(rng)
    template = rng.choice(JA if japanese else EN)
    if whole:
        hidden = function(f"{label}: {value}", rng)
        template = rng.choice(WHOLE_JA if japanese else WHOLE_EN)
        if technique.split(">")[-1] in BLOCKS:
            template = WHOLE_JA[2] if japanese else WHOLE_EN[2]
        text, findings = compose(template, v=Mark(hidden, kind))
    else:
        if technique.split(">")[-1] in BLOCKS:
            template = rng.choice(("次を読んで。⟦label⟧\n⟦v⟧\n以上", "⟦label⟧：\n⟦v⟧\n") if japanese else ("⟦label⟧:\n⟦v⟧\nthat is all", "Please read, ⟦label⟧\n\n⟦v⟧\n"))
        text, findings = compose(template, label=label, v=Mark(function(value, rng), kind))
    allow = {"hidden_text"} if technique.split(">")[0] in HIDES or technique.split(">")[-1] in HIDES else set()
    # A disguise may stand behind a key word ("token: …"), where it is a secret of some kind as well.
    corpus.add("evasion", technique.replace(">", "_in_"), text, findings, allow=allow | {"generic_secret_high_entropy"}, technique=technique)


def add_single(rng, corpus, each):
    for techniques in (CHARACTERS, ENCODINGS):
        for technique, (function, kinds) in techniques.items():
            for i in range(each):
                kind = kinds[i % len(kinds)]
                whole = technique not in KEEPS_SHAPE and i % 3 == 2
                add_one(rng, corpus, technique, function, kind, i % 2 == 0, whole)


def add_nested(rng, corpus, each):
    known = {**CHARACTERS, **ENCODINGS}
    for outer, inner in NESTED:
        first, second = known[inner][0], known[outer][0]
        kinds = [k for k in known[inner][1] if k in ALL]
        for i in range(each):
            both = lambda text, r: second(first(text, r), r)
            add_one(rng, corpus, f"{inner}>{outer}", both, kinds[i % len(kinds)], i % 2 == 0, i % 3 == 2 and inner not in KEEPS_SHAPE)


LABEL_TRICKS = {"full_width": full_width, "zero_width": CHARACTERS["zero_width"][0], "homoglyphs": homoglyphs, "soft_hyphens": CHARACTERS["soft_hyphens"][0],
                "base64": lambda t, r: to_base64("【" + t + "】\n来期の計画", r), "percent": lambda t, r: percent("【" + t + "】", r),
                "spaced_label": lambda t, r: " ".join(t), "escape_json": lambda t, r: escape_json("【" + t + "】", r), "html_decimal": lambda t, r: entities("【" + t + "】", r)}


def add_labels(rng, corpus):
    for technique, function in LABEL_TRICKS.items():
        for label in ("CONFIDENTIAL", "社外秘", "INTERNAL USE ONLY", "極秘"):
            if technique == "homoglyphs" and label[0] > "Z":
                continue
            plain = technique in CHARACTERS or technique == "spaced_label"
            text, findings = compose("【⟦v⟧】\n2027 plan" if plain else "次を要約して\n⟦v⟧\n", v=Mark(function(label, rng), "confidentiality_label"))
            corpus.add("evasion", technique, text, findings, allow=["hidden_text"], technique=technique)


def add_messages(rng, corpus, each):
    """Values cut at the border of two messages of one conversation, in the JSON of a request and in a transcript."""
    for i in range(each):
        kind = ("credit_card", "jp_my_number", "aws_access_key_id", "github_token")[i % 4]
        ja, en, make = VALUES[kind]
        value = make(rng)
        at = value.find("-", 5) if "-" in value[5:] else value.find(" ", 5) if " " in value[5:] else len(value) // 2
        first, second = value[:at], value[at:].lstrip("- ") if kind in DIGITS else value[at:]
        label = ja if i % 2 else en
        if i % 8 < 4:
            middle = Mark(first + '"},{"role":"user","content":"' + second, kind)
            text, findings = compose('[{"role":"user","content":"' + label + ' ⟦v⟧ を確認"}]', v=middle)
        else:
            text, findings = compose(f"user: {label} ⟦v⟧ です\n", v=Mark(first + "\nuser: " + second, kind))
        corpus.add("evasion", "adjacent_messages", text, findings, allow=["generic_secret_high_entropy"], technique="adjacent_messages")


def add_mail(rng, corpus):
    """Whole parts of mails, as they are pasted from a source view."""
    for i in range(16):
        kind = ALL[i % len(ALL)]
        ja, _, make = VALUES[kind]
        body = f"お世話になっております。\n{ja}: {make(rng)} でお願いします。\n"
        if i % 2:
            coded = quopri.encodestring(body.encode()).decode()
            head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
            value = body.split(": ", 1)[1].split(" で")[0]
            place = re.search("(?:=\n)?".join(map(re.escape, value)), coded)
            mark, before, after = place.group(), coded[:place.start()], coded[place.end():]
        else:
            coded = base64.encodebytes(body.encode()).decode().strip()
            head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
            mark, before, after = coded, "", "\n"
        text, findings = compose(head + before + "⟦v⟧" + after, v=Mark(mark, kind))
        corpus.add("evasion", "mail_part", text, findings, allow=["generic_secret_high_entropy", "email"], technique="mail_part")


def add_fields(rng, corpus):
    """A JSON document inside a JSON string, a form body, a query."""
    for i in range(30):
        kind = ALL[i % len(ALL)]
        ja, en, make = VALUES[kind]
        value = make(rng)
        inner = json.dumps({ja if i % 2 else en: value})
        if i % 3 == 0:
            text = json.dumps({"arguments": inner})
        elif i % 3 == 1:
            text = "payload=" + urllib.parse.quote(inner, safe="")
        else:
            text = "https://crm.hanbai.jp/find?" + urllib.parse.urlencode({en.replace(" ", "_"): value})
        shown = value if value in text else urllib.parse.quote(value, safe="") if urllib.parse.quote(value, safe="") in text else urllib.parse.quote_plus(value)
        begin = len(text[:text.index(shown)].encode())
        findings = [{"type": kind, "start": begin, "end": begin + len(shown.encode())}]
        corpus.add("evasion", "nested_fields", text, findings, allow=["generic_secret_high_entropy"], technique="nested_fields")


RECORD_CODINGS = {"base64": to_base64, "gzip_base64": gzip_base64, "percent": percent, "hex": to_hex, "html_decimal": entities, "escape_json": escape_json, "mime_b": mime_b,
                  "quoted_printable": quoted_printable, "data_url": data_url}


def add_records(rng, corpus, each):
    """A whole record in one disguise: every type in it is found where the disguise stands."""
    for coding, function in RECORD_CODINGS.items():
        for i in range(each):
            values = {"person_name_ja": jp.name(rng), "date_of_birth": jp.birth_date(rng), "jp_postal_address": jp.address(rng, False), "jp_phone": jp.grouped(jp.mobile(rng), (3, 4, 4), "-"),
                      "email": world.email(rng), "jp_my_number": jp.my_number(rng), "credit_card": world.card_grouped(world.card(rng), "-")}
            labels = {"person_name_ja": "氏名", "date_of_birth": "生年月日", "jp_postal_address": "住所", "jp_phone": "電話番号", "email": "メール", "jp_my_number": "個人番号", "credit_card": "カード番号"}
            kinds = rng.sample(sorted(values), 3)
            text, (whole,) = compose("次のデータです\n⟦v⟧\n", v=Mark(function("\n".join(f"{labels[k]}: {values[k]}" for k in kinds), rng), "x"))
            corpus.add("evasion", "record_in_" + coding, text, [{**whole, "type": k} for k in kinds], technique="record>" + coding)


def add_json_text(rng, corpus, each):
    """What programs write that keep to ASCII."""
    makers = {"person_name_ja": ("氏名", jp.name), "jp_postal_address": ("住所", jp.address), "date_of_birth": ("生年月日", lambda r: f"昭和{r.randrange(30, 63)}年{r.randrange(1, 13)}月{r.randrange(1, 29)}日"),
              "confidentiality_label": ("区分", lambda r: r.choice(("社外秘", "極秘", "部外秘")))}
    for i in range(each):
        kind = sorted(makers)[i % len(makers)]
        label, make = makers[kind]
        value = make(rng)
        text = json.dumps({"seq": i, label: value, "state": "ok"})
        shown = json.dumps(value)[1:-1]
        begin = text.index(shown)
        corpus.add("evasion", "ascii_json", text, [{"type": kind, "start": begin, "end": begin + len(shown)}], technique="ascii_json")


def add_joined(rng, corpus, each):
    for technique, (function, kinds, may_be_whole) in evasions_joined.TECHNIQUES.items():
        for i in range(each):
            add_one(rng, corpus, technique, function, kinds[i % len(kinds)], i % 2 == 0, may_be_whole and i % 3 == 2)


def add_all(rng, corpus):
    add_records(rng, corpus, 6)
    add_json_text(rng, corpus, 24)
    add_single(rng, corpus, 20)
    add_nested(rng, corpus, 6)
    add_labels(rng, corpus)
    add_messages(rng, corpus, 24)
    add_mail(rng, corpus)
    add_fields(rng, corpus)
    add_joined(rng, corpus, 20)
