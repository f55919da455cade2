#!/usr/bin/env python3
"""The records of one run as Markdown: medians over the rounds, half of the range, multiples of the floor and of squid."""
import collections
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
from typing import Callable

import aims
import peers

BASES = ("bound", "squid-bump")
BUSY = 0.5  # load average of a machine with something else to do


@dataclasses.dataclass(frozen=True)
class Metric:
    part: str
    case: str
    value: Callable[[dict], float | None]
    title: str
    added: bool = False  # what the peer adds to the figure of `direct`


def _field(name: str, *path: str) -> Callable[[dict], float | None]:
    def read(record: dict) -> float | None:
        value = record.get(name)
        for step in path:
            value = value[step] if value else None
        return value
    return read


def _resumed_share(record: dict) -> float | None:
    return 100 * record["resumed"] / record["handshakes"] if record.get("handshakes") else None


def _metrics() -> dict[str, Metric]:
    found = {}
    for size, title in (("1k", "1 KB"), ("16k", "16 KB"), ("256k", "256 KB"), ("4m", "4 MB")):
        found[f"cpu.{size}"] = Metric("cpu", size, _field("cpu_us"), title)
        if size != "4m":
            found[f"scale.{size}"] = Metric("scale", size, _field("cpu_us"), title)
            found[f"scale.{size}.rate"] = Metric("scale", size, _field("per_second"), f"{title}, requests/s")
    for case, title in (("full", "TLS 1.3, full"), ("resumed", "TLS 1.3, resumption offered"), ("tls12", "TLS 1.2, full")):
        found[f"handshake.{case}"] = Metric("handshake", case, _field("cpu_us"), title)
        found[f"handshake.{case}.rate"] = Metric("handshake", case, _field("per_second"), "connections/s")
    found["handshake.share"] = Metric("handshake", "resumed", _resumed_share, "resumed %")
    found["mint"] = Metric("mint", "first", _field("cpu_us"), "CPU µs")
    found["mint.rate"] = Metric("mint", "first", _field("per_second"), "names/s")
    found["mint.p50"] = Metric("mint", "first", _field("latency_us", "p50"), "p50 µs")
    found["mint.p99"] = Metric("mint", "first", _field("latency_us", "p99"), "p99 µs")
    found["sse.p50"] = Metric("sse", "paced", _field("event_delay_us", "p50"), "delay p50 µs")
    found["sse.p99"] = Metric("sse", "paced", _field("event_delay_us", "p99"), "delay p99 µs")
    found["sse.added_p50"] = Metric("sse", "paced", _field("event_delay_us", "p50"), "added p50 µs", added=True)
    found["sse.added_p99"] = Metric("sse", "paced", _field("event_delay_us", "p99"), "added p99 µs", added=True)
    found["sse.first"] = Metric("sse", "paced", _field("first_event_us", "p50"), "first event p50 µs")
    found["sse.cpu"] = Metric("sse", "paced", _field("cpu_us"), "CPU µs/event")
    found["sse.burst"] = Metric("sse", "burst", _field("cpu_us"), "burst: CPU µs/event")
    found["sse.burst.rate"] = Metric("sse", "burst", _field("per_second"), "burst: events/s")
    found["idle"] = Metric("idle", "tunnels", _field("kib_per_tunnel"), "KiB per further tunnel")
    return found


METRICS = _metrics()
TABLES = (
    ("cpu", "CPU µs of the proxy for a request, by size of the prompt (16 connections)", ["cpu.1k", "cpu.16k", "cpu.256k", "cpu.4m"]),
    ("handshake", "New connections, 16 at once: CPU µs of the proxy for each",
     ["handshake.full", "handshake.full.rate", "handshake.resumed", "handshake.resumed.rate", "handshake.share", "handshake.tls12", "handshake.tls12.rate"]),
    ("mint", "First visit to a name: a leaf is minted (8 at once)", ["mint", "mint.rate", "mint.p50", "mint.p99"]),
    ("sse", "Event streams, 50 with an event every 20 ms; one-way delay", ["sse.p50", "sse.p99", "sse.added_p50", "sse.added_p99", "sse.first", "sse.cpu",
                                                                        "sse.burst", "sse.burst.rate"]),
    ("idle", "Idle tunnels: memory (PSS) of the proxy", ["idle"]),
    ("scale", "One worker and two, client and service on all CPUs: CPU µs of the proxy for a request",
     ["scale.1k", "scale.1k.rate", "scale.16k", "scale.16k.rate", "scale.256k", "scale.256k.rate"]),
)
# Units in which a ratio says something; of rates and shares only the figure is printed.
_PLAIN = (".rate", ".share")


class Records:
    def __init__(self, path: pathlib.Path) -> None:
        self.machine: dict = {}
        self.failures: list[dict] = []
        self._of = collections.defaultdict(list)
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if record["part"] == "machine":
                self.machine = record
            elif "fail" in record:
                self.failures.append(record)
            else:
                self._of[record["part"], record["case"], record["peer"]].append(record)

    def of(self, metric: Metric, peer: str) -> list[dict]:
        return self._of.get((metric.part, metric.case, peer), [])

    def all(self) -> list[dict]:
        return [record for records in self._of.values() for record in records]

    def peers(self, part: str) -> list[str]:
        measured = {peer for (measured_part, _, peer) in self._of if measured_part == part}
        return [name for name in peers.PEERS if name in measured]

    def values(self, key: str, peer: str) -> list[float]:
        metric = METRICS[key]
        values = [value for record in self.of(metric, peer) if (value := metric.value(record)) is not None]
        return [value - (self.direct(metric) or 0) for value in values] if metric.added else values

    def direct(self, metric: Metric) -> float | None:
        values = [value for record in self.of(metric, "direct") if (value := metric.value(record)) is not None]
        return statistics.median(values) if values else None

    def median(self, key: str, peer: str) -> float | None:
        if METRICS[key].added and (peer == "direct" or self.direct(METRICS[key]) is None):
            return None
        values = self.values(key, peer)
        return statistics.median(values) if values else None

    def half_range(self, key: str, peer: str) -> float:
        """In per cent of the median."""
        values = self.values(key, peer)
        middle = statistics.median(values)
        return 50 * (max(values) - min(values)) / middle if middle else 0

    def ratio(self, key: str, peer: str, base: str) -> float | None:
        mine, theirs = self.median(key, peer), self.median(key, base)
        return mine / theirs if mine is not None and theirs and theirs > 0 else None

    def failed_share(self, key: str, peer: str) -> float:
        records = self.of(METRICS[key], peer)
        failed = sum(record["failed"] for record in records)
        return 100 * failed / max(1, failed + sum(record["ok"] for record in records))


def number(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def multiple(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def cell(records: Records, key: str, peer: str) -> str:
    """median ±half-range % (× bound / × squid-bump), and what failed."""
    value = records.median(key, peer)
    if value is None:
        return "–"
    text = number(value)
    if len(records.values(key, peer)) > 1:
        text += f" ±{records.half_range(key, peer):.0f} %"
    if not key.endswith(_PLAIN) and peer != "direct":
        text += f" ({multiple(records.ratio(key, peer, BASES[0]))} / {multiple(records.ratio(key, peer, BASES[1]))})"
    if failed := records.failed_share(key, peer):
        text += f"; {failed:.1f} % failed"
    return text


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def idle_points(records: Records, peer: str) -> list[str]:
    """Tunnels held and MiB, of the last round."""
    record = records.of(METRICS["idle"], peer)[-1]
    points = [f"{point['held']:,}: {point['pss_kib'] / 1024:.1f}" for point in record["points"]]
    return [f"{record['rest_kib'] / 1024:.1f}", ", ".join(points)]


def part_table(records: Records, part: str, title: str, keys: list[str]) -> str:
    names = records.peers(part)
    if not names:
        return ""
    head, rows = ["peer", *[METRICS[key].title for key in keys]], []
    for name in names:
        rows.append([name, *[cell(records, key, name) for key in keys]])
        if part == "idle":
            rows[-1] += idle_points(records, name)
    if part == "idle":
        head += ["MiB at rest", "tunnels: MiB"]
    return f"### {part}: {title}\n\n" + table(head, rows)


def aims_table(records: Records) -> str:
    rows = []
    for aim in aims.AIMS:
        metric = METRICS[aim.metric]
        for base, limit in aim.limits.items():
            ratio = records.ratio(aim.metric, aim.peer, base)
            if ratio is not None:
                verdict = "reached" if aim.reached(ratio, limit) else "**not reached**"
                rows.append([f"{metric.part}: {metric.title}", f"{aim.peer} / {base}", f"{'≥' if aim.at_least else '≤'} {limit:.3g}", f"{ratio:.3g}", verdict])
    return "### Aims (docs/performance.md)\n\n" + table(["measure", "ratio of", "aim", "measured", ""], rows) if rows else ""


def versions() -> str:
    packages = ("squid-openssl", "c-icap", "mitmproxy", "libhyperscan5", "libssl3", "libre2-9")
    listed = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Version}, ", *packages], capture_output=True, text=True).stdout
    return listed.rstrip(", ")


def cpu_model() -> str:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown CPU")


def preface(records: Records) -> str:
    m = records.machine
    lines = [f"{m['at']}, {m['rounds']} round(s), counts: {m['counts']}. {os.cpu_count()} CPUs, {cpu_model()}, Linux {os.uname().release}. {versions()}.",
             "A cell: median ± half of the range in per cent (multiple of `bound` / multiple of `squid-bump`)."]
    if m["load"] > BUSY:
        lines.append(f"**The machine was busy (load {m['load']:.1f}) when the run began: these figures are not to be published.**")
    if m["counts"] != "full":
        lines.append("**A smoke test with small counts: it shows that everything runs, not how fast.**")
    return "\n".join(lines) + "\n"


def failures(records: Records) -> str:
    lines = [f"- {record['peer']}, {record['part']}, round {record['round'] + 1}: {record['fail']}" for record in records.failures]
    return "### Did not run\n\n" + "\n".join(lines) + "\n" if lines else ""


def write(path: pathlib.Path) -> str:
    records = Records(path)
    pieces = [preface(records), *[part_table(records, *spec) for spec in TABLES], aims_table(records), failures(records)]
    return "\n".join(piece for piece in pieces if piece)


if __name__ == "__main__":
    print(write(pathlib.Path(sys.argv[1])))
