#!/usr/bin/env python3
"""g++ 12.2 destroys temporaries twice when a statement with co_await also holds a capturing lambda, a braced aggregate or a conditional with temporaries.

Finds statements with `co_await` that contain a lambda with captures, or braces that build a value, and coroutine lambdas with captures
(their captures die with the closure, not with the frame). `co_return Agg{…}` is safe. Exit 1 and one line for each.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CAPTURING = re.compile(r"(?<![\w\])])\[\s*[^\]\s][^\]]*\]\s*(\(|\{|mutable)")
CHOICE = re.compile(r"\?[^?:]*:(?!:)")  # both branches of a conditional may be destroyed, seen as free(): invalid pointer
BRACED = re.compile(r"[\w>,(=]\s*\{")
CONTROL = re.compile(r"\b(if|while|for|switch)\s*\(.*\)\s*$", re.S)


def without_noise(text: str) -> str:
    """Comments and literals blanked, line breaks kept."""
    def blank(m: re.Match) -> str:
        s = m.group(0)
        if s.startswith("/"):
            return "".join("\n" if c == "\n" else " " for c in s)
        return '""' + "\n" * s.count("\n")
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)


def statements(text: str):
    """(line, statement) pairs cut at ; and at braces that open or close a block; braces inside parentheses stay in the statement."""
    start, depth, opened = 0, 0, []
    for i, c in enumerate(text):
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "{":
            before = text[start:i].rstrip()
            block = depth == 0 and (not before or before[-1] in ");{}:" or re.search(r"\b(else|do|try|const|override|noexcept)$", before)
                                    or re.search(r"->\s*[\w:<>, ]+$", before)  # the body of a lambda with a stated return type
                                    or re.search(r"\b(class|struct|union|namespace|enum)\b[^;(){}=]*$", before))
            opened.append(block)
            if block:
                yield text.count("\n", 0, start) + 1, text[start:i]
                start = i + 1
            else:
                depth += 1
        elif c == "}":
            block = opened.pop() if opened else True
            if block:
                start = i + 1
            else:
                depth -= 1
        elif c == ";" and depth == 0:
            yield text.count("\n", 0, start) + 1, text[start:i]
            start = i + 1


def problems_of(path: str) -> list[str]:
    text = without_noise((ROOT / path).read_text(encoding="utf-8"))
    if "co_await" not in text:
        return []
    found = []
    for line, s in statements(text):
        if "co_await" not in s:
            continue
        line += len(s) - len(s.lstrip()) and s[: len(s) - len(s.lstrip())].count("\n")
        if CAPTURING.search(s):
            found.append(f"{path}:{line}: a capturing lambda in a statement with co_await: hoist it to a named local")
        elif CHOICE.search(s):
            found.append(f"{path}:{line}: a conditional expression in a statement with co_await: hoist it to a named local")
        elif "co_return" not in s.split("co_await")[0] and BRACED.search(s):
            found.append(f"{path}:{line}: braces in a statement with co_await: hoist the value to a named local")
    return found


SAFE = "void f() { auto x = [a] { return a; }; T t{1}; co_await g(std::move(t)); if (co_await h()) { k(); } }"
UNSAFE = ["void f() { co_await g(a ? b() : \"\"); }", "void f() { co_await g(T{1}); }", "void f() { co_await g([x] { return x; }); }", "void f() { auto r = co_await g(T{.a = 1}); }"]


def self_test() -> bool:
    def count(code: str) -> int:
        return sum(1 for _, s in statements(without_noise(code)) if "co_await" in s and (CAPTURING.search(s) or CHOICE.search(s) or BRACED.search(s)))
    return count(SAFE) == 0 and all(count(u) == 1 for u in UNSAFE)


def main() -> int:
    if not self_test():
        print("coroutine lint: its own examples fail")
        return 1
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cpp", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = [p for path in listed.stdout.split() if (ROOT / path).exists() for p in problems_of(path)]
    print("\n".join(found) if found else "coroutine lint: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
