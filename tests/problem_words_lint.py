#!/usr/bin/env python3
"""What is said of a wrong file has a form in Japanese (config/problem_forms_*.cpp).

Reads the texts that the sources put together ("unknown key '" + key + "' in " + what) and looks for the form that would say each; every
text of config/, and in policy/, gateway/ and its commands what goes into a problem or an error. Also: no form twice, none that nothing
says any more, none whose holes do not fit. Exit 1 and one line for each.

It does not see texts that are put together over several statements (they are looked for as parts), nor those that other libraries hand
over (errors of filters/ and audit/, of yaml-cpp, RE2 and the system): tests/config/problem_words_test.cpp has the ones that matter.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMS = "config/problem_forms_*.cpp"
# Texts of config/ that are no messages.
NO_MESSAGES = re.compile(r"config/(problem_|[a-z]+_schema\.cpp|schema\.h|detector_pack_text\.cpp|facts_words)")
TABLES = re.compile(r"^ [a-z]")  # lists of names between spaces, host_pattern.cpp
THEIRS = {  # what yaml-cpp says, which yaml_document.cpp puts into other words
    "illegal map value", "illegal block entry", "illegal map key", "end of map flow not found", "end of sequence flow not found",
    "end of map not found", "end of sequence not found", "unknown token", "illegal EOF in scalar", "unknown escape character", "end of",
}
NOT_SHOWN = {"{} missing", "-----END CERTIFICATE-----", "-----BEGIN PKCS7-----", "-----BEGIN CERTIFICATE-----"}  # what a file was, to compare; what is looked for in one
# Calls whose texts are told, and the variables that hold what is told later.
TOLD = {"problem", "list_problem", "wrong", "unsupported", "check", "known", "fail", "could_not", "audit_could_not", "usage", "say", "tell", "note", "grave",
        "refuse"}
HELD = {"error", "why", "hint"}
WHO = re.compile(r"sekisho( [a-z-]+){0,2}$")  # the first argument of tell()
# Beside config/: where problems are made, and what commands say. `why` of the rest of policy/ goes into records and refusals.
SOURCES = re.compile(r"config/[a-z_]+\.(cpp|h)$|gateway/(configuration|sealing)\.cpp$|gateway/commands/(?!doctor_)[a-z_]+\.cpp$|"
                     r"policy/(data_rules|dataset_build|dataset_files|destination_text|detector_packs|enforcement|gatekeeper_names|geo|gitleaks_import|"
                     r"routed_models|service_index|snapshot)\.cpp$|"
                     r"audit/(directory_store|recovery|segment_writer|query|verify|(index|keeping|proof|sealed)/[a-z_]+)\.cpp$|"
                     r"gateway/(users|users_file|keys|log_key_files|finding_keys|parent_proxy|replace_file|passed_sockets|listener|admin_server|"
                     r"tls/authority|tls/authority_file|tls/listener_tls|sinks/secret_file|sinks/receiver|sinks/clickhouse)\.cpp$")
# Said by the system and by RE2.
BY_OTHERS = re.compile(r"^(No such file|Permission denied|Is a directory|Not a directory|No space left|Read-only file|File exists|missing [()\]]|missing terminating|"
                       r"Connection refused|Address already|Cannot assign|Input/output|Operation not|Too many open|Invalid argument|Device or|.* is required|Could not convert|.* not in \{|missing argument|unexpected \)|no argument|bad repetition|invalid |trailing )")

# Of these only what is handed over as a problem.
PROBLEMS_ONLY = re.compile(r"policy/gatekeeper_body\.cpp|gateway/(gateway|reload)\.cpp")

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|[A-Za-z_]\w*|\d[\w.\']*|::|->|\+=|[^\s]', re.S)
HOLE = "\x1f"


def is_text(token: str) -> bool:
    return token.startswith(('"', 'R"'))


def value(token: str) -> str:
    if token.startswith("R"):
        return token[token.index("(") + 1: token.rindex(")")]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), token[1:-1])


class Source:
    """The texts of one file, each with its line and the names of the calls that it stands in."""

    def __init__(self, text: str):
        text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.M)
        self.tokens, self.lines = [], []
        for m in TOKEN.finditer(text):
            if not m.group(0).startswith(("//", "/*")):
                self.tokens.append(m.group(0))
                self.lines.append(text.count("\n", 0, m.start()) + 1)
        self.match, opened = {}, []
        self.inside = []  # for each token the opening bracket around it, -1 = none
        for i, token in enumerate(self.tokens):
            if token in (")", "]", "}") and opened:
                j = opened.pop()
                self.match[i], self.match[j] = j, i
            self.inside.append(opened[-1] if opened else -1)
            if token in ("(", "[", "{"):
                opened.append(i)

    def operand_end(self, i: int) -> tuple[int, str]:
        t = self.tokens
        if is_text(t[i]):
            text = ""
            while i < len(t) and is_text(t[i]):
                text += value(t[i])
                i += 1
            return i, text
        if t[i: i + 3] == ["std", "::", "string"] and i + 4 < len(t) and t[i + 3] in ("(", "{") and is_text(t[i + 4]):
            end, text = self.operand_end(i + 4)
            if end == self.match.get(i + 3):
                return end + 1, text
        j = i
        while j < len(t):
            if t[j] in ("(", "[", "{") and j in self.match:
                j = self.match[j] + 1
            elif t[j] == "<" and ">" in t[j: j + 8] and t[j + t[j: j + 8].index(">") + 1] in ("(", "{"):
                j += t[j: j + 8].index(">") + 1
            elif re.match(r"[\w'.*&]|::|->", t[j]) and not is_text(t[j]):
                j += 1
            else:
                break
        return max(j, i + 1), HOLE

    def operand_begin(self, i: int) -> int:
        t, j = self.tokens, i
        while j >= 0:
            if t[j] in (")", "]", "}") and j in self.match:
                j = self.match[j] - 1
            elif is_text(t[j]):
                j -= 1
                if j < 0 or not is_text(t[j]):
                    break
            elif t[j] == ">" and "<" in t[max(0, j - 8): j]:
                j = j - 1 - t[max(0, j - 8): j][::-1].index("<") - 1
            elif re.match(r"[\w'.]|::|->", t[j]) and t[j] != "return":
                j -= 1
            else:
                break
        return j + 1

    def callers(self, i: int) -> list[str]:
        names = []
        at = self.inside[i]
        while at > 0:
            if self.tokens[at] == "(" and re.match(r"[A-Za-z_]", self.tokens[at - 1]):
                names.append(self.tokens[at - 1])
                if self.tokens[at - 1] == "push_back" and self.tokens[at - 3] in ("problems", "problems_", "found", "not_read"):
                    names.append("problem")
            if self.tokens[at] == "{" and self.tokens[at - 1] in (")", "const", "else", "try"):
                break  # a body
            at = self.inside[at]
        return names

    def told(self, start: int, i: int) -> bool:
        """Whether it is handed to those who tell, or held for them in a variable."""
        return bool(TOLD & set(self.callers(i))) or self.held(start)

    def held(self, start: int) -> bool:
        # `why = …`, `error += …`, also behind `condition ?`
        j = start - 1
        while j > 0 and self.tokens[j] not in (";", "{", "}", "=", "+=", "return"):
            j -= 1
        if self.tokens[j] == "=" and self.tokens[j - 1] == "+":
            j -= 1
        return self.tokens[j] in ("=", "+=", "+") and self.tokens[j - 1] in HELD

    def texts(self):
        """(line, text with holes, whether it is of a problem, whether it is told at all)"""
        used = set()
        for i, token in enumerate(self.tokens):
            if not is_text(token) or i in used:
                continue
            start = i
            if i >= 4 and self.tokens[i - 4: i - 1] == ["std", "::", "string"] and self.tokens[i - 1] in ("(", "{"):
                start = i - 4
            while start > 1 and self.tokens[start - 1] == "+":
                start = self.operand_begin(start - 2)
            end, out = start, ""
            while True:
                begin = end
                end, text = self.operand_end(begin)
                used.update(k for k in range(begin, end) if text != HOLE and is_text(self.tokens[k]))
                out += text
                if end >= len(self.tokens) or self.tokens[end] != "+":
                    break
                end += 1
            used.add(i)
            yield self.lines[i], out, "problem" in self.callers(i), self.told(start, i)

    def names_of_items(self):
        """The last text of texts(…) and list(…): what one item is called in messages."""
        for i, token in enumerate(self.tokens):
            if token in ("texts", "list") and self.tokens[i + 1: i + 2] == ["("] and i + 1 in self.match:
                inner = [k for k in range(i + 2, self.match[i + 1]) if self.inside[k] == i + 1 and is_text(self.tokens[k])]
                if inner and (token == "list" or self.tokens[i + 2: i + 4] != [self.tokens[inner[-1]], ")"]):
                    yield self.lines[i], value(self.tokens[inner[-1]])


# The matching of config/problem_words.cpp.
NEXT = re.compile(r"\{[wrlc]?\}")


def bare_list(text: str) -> bool:
    return all(k > 0 and text[k - 1] == "," for k, c in enumerate(text) if c == " ")


def sentence(text: str) -> bool:
    quote, before = "", False
    for word in text.split(" "):
        quoted = bool(quote)
        for c in word:
            if quote:
                quote = "" if c == quote else quote
            elif c in "'`\"":
                quote = c
        bare = not quoted and len(word) > 1 and re.fullmatch(r"[A-Za-z]+", word)
        if bare and before:
            return True
        before = bool(bare)
    return False


class Forms:
    def __init__(self, rows):
        self.rows = rows
        self.known = {}

    def fills(self, kind: str, text: str) -> bool:
        if not text:
            return kind == "{}"
        if kind == "{w}":
            quoted = any(len(text) > 1 and text[0] == text[-1] == q and text.count(q) == 2 for q in "'`")
            return text == HOLE or quoted or self.says(text)  # bare words too, where the program reads: here they are a text of ours
        if kind == "{l}":
            return bare_list(text)
        return kind in ("{}", "{r}") or not sentence(text)

    def fits(self, form: str, text: str) -> bool:
        hole = NEXT.search(form)
        if not hole:
            return form == text
        if not text.startswith(form[: hole.start()]):
            return False
        text, rest = text[hole.start():], form[hole.end():]
        following = NEXT.search(rest)
        literal = rest[: following.start()] if following else rest
        if not literal:
            return self.fills(hole.group(0), text)
        at = text.find(literal, 0 if hole.group(0) == "{}" else 1)
        while at >= 0:
            if self.fills(hole.group(0), text[:at]) and self.fits(rest, text[at:]):
                return True
            at = text.find(literal, at + 1)
        return False

    def says(self, text: str) -> bool:
        if text not in self.known:
            self.known[text] = False  # while it is looked for
            self.known[text] = any(self.fits(english, text) for _, english, _ in self.rows)
        return self.known[text]

    def has_part(self, text: str) -> bool:
        """A text that begins or ends in the middle of a message."""
        part = text.replace(HOLE, "{}").strip(" ()")
        return any(part in NEXT.sub("{}", english) for _, english, _ in self.rows)

    def begins(self, text: str) -> bool:
        """A text to which more is added later: "there is no table 'x'; there are", and then their names."""
        return any(NEXT.sub("{}", english).startswith(text.replace(HOLE, "{}") + " {}") for _, english, _ in self.rows)


def listed(*patterns: str) -> list[str]:
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(p for p in set(out.stdout.split()) if (ROOT / p).exists())


def source(path: str) -> Source:
    return Source((ROOT / path).read_text(encoding="utf-8"))


def read_forms() -> list[tuple[str, str, str]]:
    rows = []
    for path in listed(FORMS):
        s = source(path)
        t = s.tokens
        for i, token in enumerate(t):
            if token == "{" and i + 1 < len(t) and is_text(t[i + 1]):
                end, english = s.operand_end(i + 1)
                _, japanese = s.operand_end(end + 1)
                rows.append((f"{path}:{s.lines[i]}", english, japanese))
    return rows


def said_by(english: str, said: list[str], together: str) -> bool:
    """Whether a source says it, in one piece or, as "expected X, found nothing", with a word of its own in a hole."""
    longest = max(NEXT.split(english), key=len).strip(" ")
    if longest in together or BY_OTHERS.match(english):
        return True
    patterns = (re.escape(text).replace(HOLE, ".+") for text in said if HOLE in text and len(text.replace(HOLE, "")) > 5)
    return any(re.fullmatch(p, english) for p in patterns)


def problems_of_forms(rows, said: list[str]) -> list[str]:
    found, seen, together = [], {}, "\n".join(said)
    for where, english, japanese in rows:
        holes = len(NEXT.findall(english))
        used = {int(n) for n in re.findall(r"\{(\d)\}", japanese)} - {int(n) for n in re.findall(r"\{(\d)\}", english)}
        if english in seen:
            found.append(f"{where}: the form {english!r} is at {seen[english]} too")
        if used != set(range(holes)):
            found.append(f"{where}: {holes} holes in English, {sorted(used)} in Japanese")
        if re.search(r"[A-Za-z]{2}", NEXT.sub("", english)) and english == japanese:
            found.append(f"{where}: not translated")
        if not said_by(english, said, together):
            found.append(f"{where}: nothing says {english!r} any more")
        seen[english] = where
    return found


def is_message(path: str, text: str, told: bool) -> bool:
    words = text.replace(HOLE, "")
    if not re.search(r"[A-Za-z]{2}", words) or " " not in words.strip() or re.search(r"[ぁ-んァ-ヶ一-龠]", words):
        return False
    if text.replace(HOLE, "{}") in THEIRS | NOT_SHOWN or TABLES.match(text) and words.count(" ") > 5 or WHO.match(text) or re.fullmatch("`[^`]*`", text):
        return False
    return told or path.startswith("config/") or text.startswith("--")


SAMPLE = r"""void f() {
  problem(at, "unknown key '" + shortened(e.key) + "' in " + std::string("the ") + what_, wide ? "write it" " half-width" : near(x));
  why = "cannot be opened: " + why;
  if (text == "some words") return;
}"""
SAMPLE_TEXTS = [(2, f"unknown key '{HOLE}' in the {HOLE}", True), (2, "write it half-width", True), (3, f"cannot be opened: {HOLE}", True), (4, "some words", False)]
SAMPLE_FORMS = [("", e, "") for e in ("unknown key '{}' in {w}", "the policy", "write {c}", "{l} or {l}", "expected {w}")]
SAYS = ["unknown key 'a b' in the policy", "write { users: [alice] }", "expected a, b or c", f"unknown key '{HOLE}' in {HOLE}"]
SAYS_NOT = ["unknown key 'a' in the moon", "write to your mother", "expected some other thing", "the moon"]


def self_test() -> bool:
    forms = Forms(SAMPLE_FORMS)
    texts = [(line, text, told) for line, text, _, told in Source(SAMPLE).texts()]
    return texts == SAMPLE_TEXTS and all(map(forms.says, SAYS)) and not any(map(forms.says, SAYS_NOT))


def main() -> int:
    if not self_test():
        print("problem words lint: its own examples fail")
        return 1
    rows = read_forms()
    forms = Forms(rows)
    found, said, unwatched = [], [], []
    for path in listed("config/*.cpp", "config/*.h", "policy/*.cpp", "gateway/*.cpp", "filters/*.cpp", "audit/*.cpp"):
        if NO_MESSAGES.match(path):
            continue
        s = source(path)
        texts = list(s.texts())
        said += [text for _, text, _, _ in texts]
        only = PROBLEMS_ONLY.match(path)
        if not only and not SOURCES.match(path):
            if "Problems& problems" in (ROOT / path).read_text(encoding="utf-8") and re.search(r"problems_?\.push_back\(", "".join(s.tokens)):
                unwatched.append(path)
            continue
        for line, text, of_problem, told in texts:
            if not is_message(path, text, of_problem if only else told) or forms.says(text):
                continue
            part = text[0] in " ,;:(" or text[-1] in " ,;:("
            more = not path.startswith("config/") and forms.begins(text)
            if not more and not (part and forms.has_part(text)):
                found.append(f"{path}:{line}: no form in Japanese for {text.replace(HOLE, '{}')!r}")
        if path.startswith("config/"):
            found += [f"{path}:{line}: no form in Japanese for {name!r}" for line, name in s.names_of_items() if not any(name == e for _, e, _ in rows)]
    found += [f"{path}: makes problems and is not looked at here (SOURCES)" for path in unwatched]
    found += problems_of_forms(rows, said)
    print("\n".join(found) if found else f"problem words: clean, {len(rows)} forms")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
