#!/usr/bin/env python3
"""Writes the labelled corpus of the detectors: one JSON object a line, the same for the same seed on every machine.

    make_corpus.py OUT.jsonl [--seed N]

Fields: id, part (typed, negative, evasion, clean), kind, text, findings ([{type, or, start, end}], bytes of UTF-8), allow (types that may be
found besides), technique. `score.py` reads them. Values are made by chance with right check digits and belong to nobody.
"""

import argparse
import json
import random

import clean_code
import clean_data
import clean_prose
import evasions
import negatives
import typed_cases
import wild_cases
from writing import Corpus

SEED = 20261126


def add_clean(seed, corpus, each):
    for module in (clean_prose, clean_code, clean_data):
        for kind in module.KINDS:
            rng = random.Random(f"{seed}/{kind.__module__}/{kind.__name__}")
            made = tries = 0
            while made < each and tries < 10 * each:
                tries += 1
                made += corpus.add("clean", kind.__name__, kind(rng))


def build(seed):
    corpus = Corpus()
    for module in (typed_cases, wild_cases, negatives, evasions):
        module.add_all(random.Random(f"{seed}/{module.__name__}"), corpus)
    add_clean(seed, corpus, 26)
    return corpus.cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    cases = build(options.seed)
    with open(options.out, "w", encoding="utf-8") as out:
        for case in cases:
            out.write(json.dumps(case, ensure_ascii=False) + "\n")
    parts = {}
    for case in cases:
        parts[case["part"]] = parts.get(case["part"], 0) + 1
    print(f"{len(cases)} texts, seed {options.seed}: " + ", ".join(f"{n} {part}" for part, n in parts.items()))


if __name__ == "__main__":
    main()
