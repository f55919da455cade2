#!/usr/bin/env python3
"""Scores what `sekisho scan --jsonl` finds in the labelled corpus.

    score.py --bin build/release/sekisho [--corpus FILE] [--floors floors.json] [--show [PATTERN]] [--write-floors]

An expected finding is found when one of its types (or its category) overlaps it; a second figure counts equal ranges. What is found
beyond that and not allowed is wrong. Precision, recall and F1 for each type and in all, false alarms per 1,000 clean prompts, recall
of each technique of disguise. Exit 1 when a figure lies below its floor.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import make_corpus

MEDIUM = 0.60
HERE = pathlib.Path(__file__).resolve().parent


class Score:
    def __init__(self):
        self.found = self.missed = self.wrong = self.exact = 0

    @property
    def precision(self):
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self):
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def run(binary, cases, arguments):
    """The findings of each case at or above medium, and the seconds it took."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        for case in cases:
            lines.write(json.dumps({"id": case["id"], "text": case["text"]}, ensure_ascii=False) + "\n")
        lines.flush()
        began = time.monotonic()
        done = subprocess.run([binary, "scan", "--jsonl", *arguments, lines.name], capture_output=True, text=True, encoding="utf-8", check=False)
        took = time.monotonic() - began
    if done.returncode not in (0, 2):
        sys.exit(f"sekisho scan ended with {done.returncode}:\n{done.stderr[-2000:]}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if [a["id"] for a in answers] != [c["id"] for c in cases]:
        sys.exit(f"sekisho scan answered {len(answers)} of {len(cases)} lines\n{done.stderr[-2000:]}")
    return [[f for f in a["findings"] if f["confidence"] >= MEDIUM] for a in answers], took, done.stderr


def overlaps(a, b):
    return a["start"] < b["end"] and b["start"] < a["end"]


def fits(found, expected):
    wanted = [expected["type"], *expected.get("or", [])]
    return found["type"] in wanted or "category:" + found.get("category", "") in wanted


def judge(case, found):
    """(matched, missed, wrong): pairs of expected and found, expected ones, found ones. Each finding answers for one expected one."""
    left, matched, missed = list(found), [], []
    for expected in case["findings"]:
        best = [f for f in left if overlaps(f, expected) and fits(f, expected)]
        if not best:
            missed.append(expected)
            continue
        best.sort(key=lambda f: (f["start"], f["end"]) != (expected["start"], expected["end"]))
        matched.append((expected, best[0]))
        left.remove(best[0])
    return matched, missed, [f for f in left if f["type"] not in case.get("allow", [])]


def name_of(expected):
    return "vendor tokens" if expected["type"].startswith("category:") else expected["type"]


class Report:
    def __init__(self):
        self.types, self.techniques, self.parts = {}, {}, {}
        self.all, self.alarms, self.clean, self.texts = Score(), 0, 0, []

    def type(self, name):
        return self.types.setdefault(name, Score())

    def add(self, case, found):
        matched, missed, wrong = judge(case, found)
        disguised = case["part"] == "evasion"
        scores = lambda name: [self.all, self.parts.setdefault(case["part"], Score())] + ([] if disguised else [self.type(name)])
        for expected, got in matched:
            for score in scores(name_of(expected)):
                score.found += 1
                score.exact += (expected["start"], expected["end"]) == (got["start"], got["end"])
        for expected in missed:
            for score in scores(name_of(expected)):
                score.missed += 1
        for got in wrong:
            for score in scores(got["type"]):
                score.wrong += 1
        if disguised:
            score = self.techniques.setdefault(case["technique"], Score())
            score.found, score.missed = score.found + len(matched), score.missed + len(missed)
        if case["part"] == "clean":
            self.clean, self.alarms = self.clean + 1, self.alarms + bool(found)
        if missed or wrong:
            self.texts.append((case, missed, wrong))

    @property
    def alarm_rate(self):
        return 1000 * self.alarms / self.clean if self.clean else 0.0


def print_scores(report):
    print(f"{'type':30} {'found':>6} {'missed':>6} {'wrong':>6} {'precision':>9} {'recall':>7} {'F1':>6} {'exact':>6}")
    for name, s in [*sorted(report.types.items()), *((f"[{p}]", s) for p, s in report.parts.items()), ("micro", report.all)]:
        exact = s.exact / s.found if s.found else 1
        print(f"{name:30} {s.found:6} {s.missed:6} {s.wrong:6} {s.precision:9.4f} {s.recall:7.4f} {s.f1:6.4f} {exact:6.3f}")
    print(f"\n{'technique':44} {'found':>6} {'missed':>6} {'recall':>7}")
    for name, s in sorted(report.techniques.items()):
        print(f"{name:44} {s.found:6} {s.missed:6} {s.recall:7.4f}")
    print(f"\nfalse alarms: {report.alarms} of {report.clean} clean prompts, {report.alarm_rate:.2f} in 1,000")


def shorten(text, start, end, around=36):
    raw = text.encode()
    cut = lambda b: b.decode(errors="ignore").replace("\n", "⏎")
    value = raw[start:end] if end - start <= 90 else raw[start:start + 60] + b"..." + raw[end - 20:end]
    return cut(raw[max(0, start - around):start]) + "[" + cut(value) + "]" + cut(raw[end:end + around])


def show(report, pattern):
    for case, missed, wrong in report.texts:
        label = f"{case['part']}/{case['kind']}"
        for kind, items in (("MISSED", missed), ("WRONG ", wrong)):
            for f in items:
                line = f"{kind} {f['type']:28} {f.get('confidence', ''):<5} {case['id']}: {shorten(case['text'], f['start'], f['end'])}"
                if re.search(pattern, line) or re.search(pattern, label):
                    print(line)


def floors_of(report):
    down = lambda x: int(x * 1000) / 1000
    # What is hardly found yet has no precision to keep.
    precise = lambda s: down(s.precision) if s.recall >= 0.5 else 0.0
    return {"micro": {"precision": precise(report.all), "recall": down(report.all.recall)}, "alarms_per_1000": math.ceil(report.alarm_rate * 100) / 100,
            "types": {n: {"precision": precise(s), "recall": down(s.recall)} for n, s in sorted(report.types.items())},
            "techniques": {n: down(s.recall) for n, s in sorted(report.techniques.items())}}


def below(report, floors):
    """Every figure that lies below its floor, in words."""
    bad = []
    def check(name, what, got, floor):
        if got + 1e-9 < floor:
            bad.append(f"{name}: {what} {got:.4f} is below its floor {floor:.4f}")
    for what in ("precision", "recall"):
        check("micro", what, getattr(report.all, what), floors["micro"][what])
        for name, floor in floors["types"].items():
            check(name, what, getattr(report.type(name), what), floor[what])
    for name, floor in floors["techniques"].items():
        check(name, "recall", report.techniques[name].recall if name in report.techniques else 0, floor)
    if report.alarm_rate > floors["alarms_per_1000"] + 1e-9:
        bad.append(f"clean prompts: {report.alarm_rate:.2f} false alarms in 1,000 are above the ceiling {floors['alarms_per_1000']:.2f}")
    return bad + [f"{name}: has no floor" for name in report.types if name not in floors["types"] and report.types[name].found]


def raised(old, new):
    """No floor is ever lowered."""
    out = {"micro": {k: max(v, old["micro"].get(k, 0)) for k, v in new["micro"].items()}, "alarms_per_1000": min(new["alarms_per_1000"], old["alarms_per_1000"]), "types": {}, "techniques": {}}
    for name, floor in new["types"].items():
        out["types"][name] = {k: max(v, old["types"].get(name, {}).get(k, 0)) for k, v in floor.items()}
    for name, floor in new["techniques"].items():
        out["techniques"][name] = max(floor, old["techniques"].get(name, 0))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--corpus", help="a file of make_corpus.py; made anew without it")
    parser.add_argument("--seed", type=int, default=make_corpus.SEED)
    parser.add_argument("--floors", default=str(HERE / "floors.json"))
    parser.add_argument("--show", nargs="?", const=".", metavar="PATTERN", help="list misses and false alarms (that match)")
    parser.add_argument("--write-floors", action="store_true", help="raise the floors to what is reached now")
    parser.add_argument("arguments", nargs="*", help="more arguments of sekisho scan")
    options = parser.parse_args()
    cases = [json.loads(line) for line in open(options.corpus, encoding="utf-8")] if options.corpus else make_corpus.build(options.seed)
    found, took, warnings = run(options.bin, cases, options.arguments)
    report = Report()
    for case, findings in zip(cases, found):
        report.add(case, findings)
    if options.show:
        show(report, options.show)
    print_scores(report)
    size = sum(len(c["text"].encode()) for c in cases)
    print(f"{len(cases)} texts, {size / 1e6:.2f} MB, {took:.2f} s; {warnings.count('could not decide')} could not be decided")
    path = pathlib.Path(options.floors)
    floors = json.loads(path.read_text()) if path.exists() else None
    if options.write_floors:
        path.write_text(json.dumps(raised(floors, floors_of(report)) if floors else floors_of(report), indent=1, sort_keys=True) + "\n")
        return 0
    bad = below(report, floors) if floors else ["there is no file of floors: " + options.floors]
    for line in bad:
        print("BELOW", line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
