"""The proxies side by side: what each needs, how its files are written, how it is started."""
import dataclasses
import glob
import os
import pathlib
import pwd
import shutil
import string
import subprocess
import time
from typing import Callable

import places
import processes

CERTGEN = "/usr/lib/squid/security_file_certgen"
PATIENCE = 30.0  # seconds for a peer to answer its first request


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    port: int
    prepare: Callable[[pathlib.Path], None]
    commands: Callable[[pathlib.Path], list[list[str]]]
    needs: tuple[str, ...]
    ca: pathlib.Path = places.COMPANY_CA
    scans: bool = True
    cpus: frozenset[int] = frozenset(processes.PROXY_CPU)
    # By how much fewer requests, and new connections, are enough for a steady figure than for the fastest.
    request_cost: int = 1
    connection_cost: int = 1

    def missing(self) -> str | None:
        """What is not there of what it needs, or None."""
        absent = [need for need in self.needs if not shutil.which(need) and not glob.glob(need)]
        return f"{absent[0]} not found" if absent else None

    def address(self) -> list[str]:
        return ["--proxy" if self.commands is not no_commands else "--direct", f"127.0.0.1:{self.port}", "--ca", str(self.ca)]


def render(template: str, target: pathlib.Path, **values) -> None:
    text = string.Template((places.TEMPLATES / template).read_text(encoding="utf-8"))
    target.write_text(text.substitute(values), encoding="utf-8")


def give_to(user: str, folder: pathlib.Path) -> None:
    """squid and c-icap leave root's place when they start."""
    entry = pwd.getpwnam(user)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, entry.pw_uid, entry.pw_gid)


# ---- direct: the lab alone -------------------------------------------------------------------------------------------


def no_files(_: pathlib.Path) -> None:
    pass


def no_commands(_: pathlib.Path) -> list[list[str]]:
    return []


# ---- bound -----------------------------------------------------------------------------------------------------------


def bound_commands(_: pathlib.Path) -> list[list[str]]:
    return [[str(places.BOUND_PROXY), "--port", "19071", "--ca", str(places.COMPANY_CA), "--ca-key", str(places.COMPANY_KEY),
             "--origin-ca", str(places.ORIGIN_CA), "--origin", "127.0.0.1:443", "--patterns", str(places.PATTERNS)]]


# ---- squid, alone and with c-icap ------------------------------------------------------------------------------------


def squid_files(run: pathlib.Path, port: int, icap: str) -> None:
    render("squid.conf.tmpl", run / "squid.conf", port=port, pki=places.PKI, certgen=CERTGEN, run=run, icap=icap)
    subprocess.run([CERTGEN, "-c", "-s", str(run / "ssl_db"), "-M", "64MB"], check=True, capture_output=True)
    give_to("proxy", run)


def squid_bump_files(run: pathlib.Path) -> None:
    squid_files(run, 19011, "")


def squid_command(run: pathlib.Path) -> list[str]:
    return ["squid", "-N", "-f", str(run / "squid.conf")]


def squid_commands(run: pathlib.Path) -> list[list[str]]:
    return [squid_command(run)]


ICAP_PORT = 13442
ICAP_MODULES = "/usr/lib/*/c_icap"


def icap_rule(name: str, pattern: str) -> str:
    flags = "g"
    if pattern.startswith("(?i)"):
        pattern, flags = pattern[4:], "gi"
    if not pattern.isascii():
        flags += "u"
    for char, escaped in (("/", r"\x2f"), (" ", r"\x20"), ('"', r"\x22")):
        pattern = pattern.replace(char, escaped)
    return f'score=1 info{{R}}="[{name}]" /{pattern}/{flags}\n'


def squid_icap_files(run: pathlib.Path) -> None:
    icap = string.Template((places.TEMPLATES / "squid-icap.conf.tmpl").read_text()).substitute(icap_port=ICAP_PORT)
    squid_files(run, 19013, icap)
    filter_run = run / "c-icap"
    filter_run.mkdir()
    render("c-icap.conf.tmpl", filter_run / "c-icap.conf", run=filter_run, icap_port=ICAP_PORT, modules=glob.glob(ICAP_MODULES)[0])
    (filter_run / "rules.txt").write_text("".join(icap_rule(*p) for p in places.patterns()), encoding="utf-8")
    give_to("c-icap", filter_run)


def squid_icap_commands(run: pathlib.Path) -> list[list[str]]:
    return [["c-icap", "-N", "-f", str(run / "c-icap" / "c-icap.conf")], squid_command(run)]


# ---- mitmproxy -------------------------------------------------------------------------------------------------------


def mitm_files(run: pathlib.Path) -> None:
    (run / "mitmproxy-ca.pem").write_text(places.COMPANY_KEY.read_text() + places.COMPANY_CA.read_text())
    (run / "mitmproxy-ca-cert.pem").write_text(places.COMPANY_CA.read_text())


def mitm_commands(run: pathlib.Path) -> list[list[str]]:
    settings = [f"confdir={run}", f"ssl_verify_upstream_trusted_ca={places.ORIGIN_CA}", "http2=false"]
    return [["mitmdump", "-q", "--listen-host", "127.0.0.1", "-p", "19022", "-s", str(places.TEMPLATES / "mitm_dlp.py"),
             *[word for setting in settings for word in ("--set", setting)]]]


# ---- sekisho ---------------------------------------------------------------------------------------------------------


def policy_patterns() -> str:
    lines = []
    for name, pattern in places.patterns():
        quoted = "'" + pattern.replace("'", "''") + "'"
        lines.append(f"    - {{ type: lab_{name}, pattern: {quoted}, confidence: high, category: confidential }}")
    return "\n".join(lines)


def sekisho_files(port: int, workers: int, audited: bool) -> Callable[[pathlib.Path], None]:
    def write(run: pathlib.Path) -> None:
        (run / "state" / "audit").mkdir(parents=True)
        render("gateway.yaml.tmpl", run / "gateway.yaml", port=port, admin_port=port + 100, workers=workers, pki=places.PKI, run=run,
               sync="every_decision" if audited else "never", laboratory="false" if audited else "true")
        render("policy.yaml.tmpl", run / "policy.yaml", patterns=policy_patterns())
    return write


def sekisho_commands(run: pathlib.Path) -> list[list[str]]:
    return [[str(places.SEKISHO), "run", "-c", str(run / "gateway.yaml")]]


# ---- the table -------------------------------------------------------------------------------------------------------

_SQUID = ("squid", CERTGEN)
_SEKISHO = (str(places.SEKISHO),)
PEERS = {peer.name: peer for peer in (
    Peer("direct", 443, no_files, no_commands, (), ca=places.ORIGIN_CA, scans=False),
    Peer("bound", 19071, no_files, bound_commands, (str(places.BOUND_PROXY),)),
    Peer("sekisho", 19081, sekisho_files(19081, 1, True), sekisho_commands, _SEKISHO),
    Peer("sekisho-noaudit", 19082, sekisho_files(19082, 1, False), sekisho_commands, _SEKISHO),
    Peer("sekisho-2t", 19083, sekisho_files(19083, 2, True), sekisho_commands, _SEKISHO, cpus=frozenset(processes.ALL_CPUS)),
    Peer("squid-bump", 19011, squid_bump_files, squid_commands, _SQUID, scans=False, request_cost=4, connection_cost=4),
    Peer("squid-icap-dlp", 19013, squid_icap_files, squid_icap_commands, (*_SQUID, "c-icap", ICAP_MODULES + "/srv_content_filtering.so"),
         request_cost=8, connection_cost=4),
    Peer("mitm-dlp", 19022, mitm_files, mitm_commands, ("mitmdump",), request_cost=20, connection_cost=5),
)}


class RunningPeer:
    """A peer with files written anew: no leaf, no record of an earlier run is left."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.programs: list[processes.Program] = []

    def __enter__(self) -> "RunningPeer":
        run = places.RUN / self.peer.name
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir(parents=True)
        self.peer.prepare(run)
        environment = dict(os.environ, LAB_PATTERNS=str(places.PATTERNS))
        try:
            for command in self.peer.commands(run):
                self.programs.append(processes.Program(command, set(self.peer.cpus), places.RUN / f"{self.peer.name}.log", env=environment, cwd=run))
            self._wait_for_answer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        for program in reversed(self.programs):
            program.stop()

    @property
    def pids(self) -> list[int]:
        return [program.pid for program in self.programs]

    def _wait_for_answer(self) -> None:
        probe = [str(places.LOAD_DRIVER), *self.peer.address(), "--connections", "1", "--deadline", "5"]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if any(program.process.poll() is not None for program in self.programs):
                break
            if subprocess.run(probe, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.startswith("READY 1"):
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.peer.name} did not start; see build/lab/run/{self.peer.name}.log")
