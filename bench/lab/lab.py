#!/usr/bin/env python3
"""Measures sekisho beside its peers on this machine alone, and prints the table. See docs/performance.md."""
import argparse
import json
import os
import random
import resource
import signal
import sys
import time

import certificates
import measuring
import namespaces
import parts
import peers
import places
import prompts
import report

COUNTS = {"full": parts.FULL, "quick": parts.QUICK, "tiny": parts.TINY}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=None, help="default: 3 with full counts, else 1")
    parser.add_argument("--parts", default=",".join(parts.PARTS), help="of " + ",".join(parts.PARTS))
    parser.add_argument("--peers", default=",".join(peers.PEERS), help="of " + ",".join(peers.PEERS))
    parser.add_argument("--counts", choices=COUNTS, default="full", help="how many requests: full, quick (a smoke test) or tiny")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.counts == "full" else 1)
    chosen.parts = chosen.parts.split(",")
    chosen.peers = chosen.peers.split(",")
    for kind, known in (("parts", parts.PARTS), ("peers", peers.PEERS)):
        if unknown := set(getattr(chosen, kind)) - set(known):
            parser.error(f"--{kind}: no such thing: {', '.join(sorted(unknown))}")
    return chosen


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def prepare() -> None:
    places.LAB.mkdir(parents=True, exist_ok=True)
    os.umask(0o022)  # the peers' own users read these files
    certificates.make()
    prompts.make()
    namespaces.write_hosts()


def present(names: list[str]) -> list[str]:
    found = []
    for name in names:
        why = peers.PEERS[name].missing()
        if why:
            say(f"{name}: left out: {why}")
        else:
            found.append(name)
    return found


class Run:
    """One run: its records, and the order in which they are made."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen = chosen
        self.counts = COUNTS[chosen.counts]
        self.records = places.RECORDS.open("w")
        self.names = present(chosen.peers)
        self.failed = False

    def record(self, part: str, name: str, round_: int, case: str, result: dict) -> None:
        self.records.write(json.dumps({"part": part, "peer": name, "round": round_, "case": case, **result}) + "\n")
        self.records.flush()
        what = result.get("fail") or f"{result['ok']} ok, {result['failed']} failed {result['errors'] or ''}"
        say(f"  round {round_ + 1} {part:9} {name:15} {case:8} {what}")

    def groups(self) -> list[list[str]]:
        """Parts that share one start of a peer. A measurement takes a fresh peer for each; a smoke test saves the time."""
        if self.chosen.counts == "full":
            return [[part] for part in self.chosen.parts]
        pinned = [part for part in self.chosen.parts if parts.PARTS[part].pinned]
        return [group for group in (pinned, [p for p in self.chosen.parts if p not in pinned]) if group]

    def measure(self) -> None:
        for round_ in range(self.chosen.rounds):
            for group in self.groups():
                with measuring.Origin(parts.PARTS[group[0]].pinned):
                    self.measure_group(group, round_)

    def measure_group(self, group: list[str], round_: int) -> None:
        """All peers in an order of its own for every round: what drifts in the machine meets each of them."""
        order = list(self.names)
        random.Random(f"{round_} {group}").shuffle(order)
        for name in order:
            part = group[0]
            try:
                with peers.RunningPeer(peers.PEERS[name]) as running:
                    for part in group:
                        for case, result in parts.PARTS[part].run(running, self.counts):
                            self.record(part, name, round_, case, result)
            except Exception as problem:  # noqa: BLE001 - one peer's failure must not cost the others' table
                self.failed = True
                self.record(part, name, round_, "", {"fail": str(problem)})


def machine(chosen: argparse.Namespace) -> dict:
    return {"part": "machine", "load": os.getloadavg()[0], "at": time.strftime("%Y-%m-%d %H:%M"), "rounds": chosen.rounds, "counts": chosen.counts}


def main() -> int:
    chosen = arguments()
    if not namespaces.inside():
        if not namespaces.possible():
            say("lab: no network and mount namespaces here (unshare --net --mount): run it as root, outside of a locked-down container")
            return 77
        prepare()
    namespaces.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    run = Run(chosen)
    run.records.write(json.dumps(machine(chosen)) + "\n")
    run.measure()
    text = report.write(places.RECORDS)
    places.REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
