"""Disguises that were learnt later: marks inside values, pieces that code joins by name, text packed by other means. Functions as in evasions.py."""

import base64
import bz2
import lzma
import zlib


def halves(text, rng):
    at = rng.randint(max(4, len(text) // 3), len(text) // 2)
    return text[:at], text[at:]


def bold_part(text, rng):
    first, second = halves(text, rng)
    mark = rng.choice(("**", "***", "`"))
    return mark + first + mark + second


def comment_inside(text, rng):
    return rng.choice(("/**/", "/* x */", "/* 後半 */")).join(halves(text, rng))


def markdown_escapes(text, rng):
    return "".join("\\" + c if c in "_-" and 0 < i < len(text) - 1 else c for i, c in enumerate(text))


def style_sheet(text, rng):
    return "".join(f"\\{ord(c):06x}" for c in text)


def literal_comments(text, rng):
    return '"' + rng.choice(('"  # first half\n    "', '" + // first half\n  "', '" /* first half */ + "')).join(halves(text, rng)) + '"'


def template_literal(text, rng):
    first, second = halves(text, rng)
    return rng.choice((f"f\"{{'{first}'}}{{'{second}'}}\"", f"f\"{first}{{'{second}'}}\"", f"`{first}${{\"{second}\"}}`"))


def variables(text, rng):
    first, second = halves(text, rng)
    return rng.choice((f'a = "{first}"\nb = "{second}"\nkey = a + b', f'a = "{first}"; b = "{second}"; key = f"{{a}}{{b}}"',
                       f"const a = '{first}';\nconst b = '{second}';\nconst key = `${{a}}${{b}}`;", f'$a = \'{first}\';\n$b = \'{second}\';\n$key = $a . $b;',
                       f'p1 := "{first}"\np2 := "{second}"\nkey := fmt.Sprintf("%s%s", p1, p2)', f'A="{first}"\nB="{second}"\nexport KEY="${{A}}${{B}}"'))


def appended(text, rng):
    return '.append("' + '").append("'.join(halves(text, rng)) + '")'


def to_base64(data):
    return base64.b64encode(data).decode()


def bzip2_base64(text, rng):
    return to_base64(bz2.compress(text.encode()))


def xz_base64(text, rng):
    return to_base64(lzma.compress(text.encode()))


def deflate_base64(text, rng):
    packer = zlib.compressobj(rng.choice((1, 6, 9)), zlib.DEFLATED, -15)
    return to_base64(packer.compress(f"memo 12: {text} please file it".encode()) + packer.flush())


def base64_groups(text, rng):
    whole, size = to_base64(f"memo 12: {text} please file it".encode()), rng.choice((4, 8, 10))
    return " ".join(whole[i:i + size] for i in range(0, len(whole), size))


def some_kanji(text, rng):
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    chosen = set(rng.sample(digits, len(digits) // 2))
    return "".join("〇一二三四五六七八九"[int(c)] if i in chosen else c for i, c in enumerate(text))


def wide_columns(text, rng):
    return text.replace("-", " ").replace(" ", "    ")


NUMBERS = ["credit_card", "jp_my_number", "jp_phone"]
TOKENS = ["aws_access_key_id", "github_token", "openai_api_key", "npm_token"]
BOTH = NUMBERS + TOKENS + ["email"]
# technique -> (function, types, whether a label may be disguised with the value)
TECHNIQUES = {
    "bold_part": (bold_part, BOTH, False), "comment_inside": (comment_inside, BOTH, False), "markdown_escapes": (markdown_escapes, ["github_token", "openai_api_key", "npm_token"], False),
    "style_sheet": (style_sheet, BOTH, True), "literal_comments": (literal_comments, BOTH, False), "template_literal": (template_literal, TOKENS, False), "variables": (variables, TOKENS, False),
    "appended": (appended, BOTH, False), "bzip2_base64": (bzip2_base64, BOTH, True), "xz_base64": (xz_base64, BOTH, True), "deflate_base64": (deflate_base64, BOTH, True),
    "base64_groups": (base64_groups, BOTH, True), "some_kanji": (some_kanji, NUMBERS, False), "wide_columns": (wide_columns, ["jp_my_number", "credit_card"], False),
}
