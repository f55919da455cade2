"""Processes of the lab: pinned, measured with all their children, ended."""
import os
import pathlib
import signal
import subprocess
import time

CPUS = sorted(os.sched_getaffinity(0))
# The proxy under test, with its helpers, has the first; client and service share the second. With one CPU nothing is pinned.
PROXY_CPU = {CPUS[0]} if len(CPUS) > 1 else set(CPUS)
HARNESS_CPU = {CPUS[1]} if len(CPUS) > 1 else set(CPUS)
ALL_CPUS = set(CPUS)


class Program:
    """One started command, in a process group of its own."""

    def __init__(self, command: list[str], cpus: set[int], log: pathlib.Path | None = None, **more) -> None:
        pinned = ["taskset", "-c", ",".join(map(str, sorted(cpus))), *command]
        if log:
            more["stdout"] = more["stderr"] = log.open("ab")
        self.process = subprocess.Popen(pinned, start_new_session=True, **({"stdin": subprocess.DEVNULL} | more))
        if log:
            more["stdout"].close()
        self.pid = self.process.pid

    def stop(self) -> None:
        family = tree([self.pid])
        for number, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            for pid in family:
                _signal(pid, number)
            if _all_gone(self.process, family, patience):
                return

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _all_gone(process: subprocess.Popen, family: list[int], patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None and not any(_alive(pid) for pid in family):
            return True
        time.sleep(0.02)
    return False


def _stat(pid: int) -> list[str]:
    """The fields after the command's name, or none."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _alive(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def tree(pids: list[int]) -> list[int]:
    """The processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found, open_ = [], list(pids)
    while open_:
        pid = open_.pop()
        found.append(pid)
        open_ += children.get(pid, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """CPU time of the processes and their descendants by each one's CPU clock: nanoseconds, ended threads included."""
    total = 0.0
    for pid in tree(pids):
        try:
            total += time.clock_gettime(((~pid) << 3) | 2)  # clock_getcpuclockid(3)
        except OSError:
            pass
    return total


def pss_kib(pids: list[int]) -> int:
    """Memory of the processes and their descendants; pages shared between them counted once."""
    total = 0
    for pid in tree(pids):
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total
