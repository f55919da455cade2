"""One measurement: the load driver against a running peer, the peer's clocks read before and after."""
import json
import subprocess
import time

import peers
import places
import processes

DEADLINE = 90  # seconds for the opening and again for the measured part


class Origin(processes.Program):
    """The fake service. Every name but localhost gets a leaf of its own, minted when it is first asked for."""

    def __init__(self, pinned: bool) -> None:
        command = [str(places.LLM_SERVICE), "--certificate", str(places.PKI / "origin.crt"), "--key", str(places.PKI / "origin.key"),
                   "--mint-ca", str(places.ORIGIN_CA), "--mint-key", str(places.ORIGIN_CA_KEY), "--threads", "1" if pinned else "2"]
        super().__init__(command, processes.HARNESS_CPU if pinned else processes.ALL_CPUS, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"READY\n":
            raise SystemExit("the lab's service did not start")


class Driver(processes.Program):
    """The load driver: it opens its connections, waits for go(), makes its exchanges and reports."""

    def __init__(self, running: peers.RunningPeer, arguments: list[str], pinned: bool) -> None:
        command = [str(places.LOAD_DRIVER), *running.peer.address(), "--deadline", str(DEADLINE), *arguments]
        super().__init__(command, processes.HARNESS_CPU if pinned else processes.ALL_CPUS,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until_open(self) -> int:
        """How many connections are open."""
        words = self.process.stdout.readline().split()
        if words[:1] != ["READY"]:
            raise RuntimeError(self.process.stderr.read().strip()[-300:] or "the load driver ended")
        return int(words[1])

    def go(self) -> dict:
        out, _ = self.process.communicate("\n", timeout=DEADLINE + 30)
        return json.loads(out)


def drive(running: peers.RunningPeer, arguments: list[str], unit: str = "ok", pinned: bool = True) -> dict:
    """Runs the driver; what it reported, with the peer's CPU for each `unit` and how many a second."""
    with Driver(running, arguments, pinned) as driver:
        driver.wait_until_open()
        before = processes.cpu_seconds(running.pids)
        result = driver.go()
        result["proxy_cpu_s"] = processes.cpu_seconds(running.pids) - before
    if result[unit]:
        result["per_second"] = result[unit] / result["seconds"]
        if running.pids:
            result["cpu_us"] = result["proxy_cpu_s"] / result[unit] * 1e6
    return result


def hold(running: peers.RunningPeer, steps: list[int], settle: float) -> dict:
    """Opens tunnels step by step, each used once and then left idle: the peer's memory at every step, `settle` seconds after it."""
    rest, drivers, points = processes.pss_kib(running.pids), [], []
    opened = 0
    try:
        for wanted in steps:
            drivers.append(Driver(running, ["--mode", "idle", "--opening", "32", "--connections", str(wanted - opened)], pinned=True))
            opened += drivers[-1].wait_until_open()
            time.sleep(settle)  # what was freed after the last handshake goes back first
            points.append({"held": opened, "pss_kib": processes.pss_kib(running.pids)})
        results = [driver.go() for driver in drivers]
    finally:
        for driver in drivers:
            driver.stop()
    errors: dict[str, int] = {}
    for result in results:
        for why, count in result["errors"].items():
            errors[why] = errors.get(why, 0) + count
    return {"rest_kib": rest, "points": points, "ok": sum(r["held"] for r in results), "failed": sum(errors.values()), "errors": errors}
