#!/usr/bin/env python3
"""Holds the includes against the house: which layer may use which, where third-party headers belong, no umbrella headers.

Exit 1 and one line for each include that breaks a rule.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# layer -> layers of ours it may include
MAY_USE = {
    "config": {"config"},
    "filters": {"filters"},
    "policy": {"policy", "filters", "config"},
    "audit": {"audit", "policy", "filters", "config"},
    "gateway": {"gateway", "audit", "policy", "filters", "config"},
}
OURS = set(MAY_USE)
# room of filters/ -> other rooms it may use; all may use what stands in no room, which may use all
FILTER_ROOMS = {
    "bodies": set(),
    "registered": set(),
    "values": set(),
    "patterns": {"values"},
    "views": {"bodies", "values"},
}

# third-party header -> path patterns where it may appear (product code; tests may use what they test)
THIRD_PARTY = [
    # A header that only the files of one class include ends in _impl.
    (r"re2/", r"filters/(detector_set\.cpp|[a-z]+/[^/]+\.cpp|patterns/pattern_[a-z]+_impl\.h)$"),
    (r"unicode/", r"(filters/([a-z]+/)?[^/]+|audit/reports/country_name)\.cpp$"),
    (r"yaml-cpp/", r"config/(yaml_[a-z_]+\.(cpp|h)|[^/]+\.cpp)$"),
    (r"maxminddb\.h", r"policy/[^/]+\.cpp$"),
    (r"libpsl\.h", r"gateway/tls/[^/]+\.cpp$"),
    (r"sqlite3\.h", r"audit/index/[^/]+\.cpp$"),
    (r"zip\.h", r"audit/reports/zip\.cpp$"),
    (r"boost/asio", r"gateway/.*"),
    (r"boost/beast", r"gateway/http/[^/]+\.cpp$"),
    (r"curl/", r"gateway/sinks/[^/]+\.cpp$"),
    (r"nlohmann/", r"(policy|audit|gateway/commands)/[^/]+\.cpp$"),
    (r"CLI/", r"gateway/(commands/[^/]+\.(cpp|h)|main\.cpp)$"),
    (r"spdlog/", r"gateway/log\.cpp$"),
    (r"prometheus/", r"gateway/metrics\.cpp$"),
    (r"(brotli/|zlib\.h)", r"filters/[a-z]+/[^/]+\.cpp$"),
    (r"zstd\.h", r"(filters/bodies|audit/keeping)/[^/]+\.cpp$"),
]
UMBRELLAS = {
    "boost/asio.hpp", "boost/beast.hpp", "boost/beast/http.hpp", "boost/beast/core.hpp", "boost/asio/ssl.hpp",
    "boost/asio/experimental/awaitable_operators.hpp", "yaml-cpp/yaml.h.umbrella", "bits/stdc++.h", "CLI/CLI.hpp",
}
# Below gateway/ nobody knows sockets, threads or clocks; the journal's writer thread is the exception.
NO_MACHINERY = re.compile(r"^(thread|mutex|condition_variable|future|sys/socket\.h|netdb\.h)$")
MACHINERY_ALLOWED = re.compile(r"^audit/journal[a-z_]*\.cpp$")
BAD_NAMES = re.compile(r"(^|/|_)(util|utils|common|helper|helpers|manager|base|core)(/|\.|_|$)")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def filter_room(path: str) -> str:
    parts = path.split("/")
    return parts[1] if parts[0] == "filters" and len(parts) > 2 else ""


def problems_of(path: str) -> list[str]:
    found = []
    layer = path.split("/")[0]
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        header = m.group(1)
        where = f"{path}:{number}: "
        if header in UMBRELLAS:
            found.append(where + f"umbrella header {header}")
        top = header.split("/")[0]
        if layer in OURS and top in OURS and top not in MAY_USE[layer]:
            found.append(where + f"{layer}/ may not use {header}")
        room, other = filter_room(path), filter_room(header)
        if room and other and other != room and other not in FILTER_ROOMS[room]:
            found.append(where + f"filters/{room}/ may not use {header}")
        if layer in OURS:
            for pattern, places in THIRD_PARTY:
                if re.match(pattern, header) and not re.match(places, path):
                    found.append(where + f"{header} does not belong here")
            if layer != "gateway" and NO_MACHINERY.match(header) and not MACHINERY_ALLOWED.match(path):
                found.append(where + f"<{header}> below gateway/")
    if layer in OURS and BAD_NAMES.search(path):
        found.append(f"{path}: a name that says nothing")
    return found


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cpp", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = [p for path in listed.stdout.split() if (ROOT / path).exists() for p in problems_of(path)]
    print("\n".join(found) if found else "layering: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
