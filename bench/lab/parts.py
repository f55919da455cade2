"""The parts of a measurement. Each is a function that yields records: (case, what was measured)."""
import dataclasses
import http.client
import ssl
from typing import Callable, Iterator

import measuring
import peers
import places
import prompts

Records = Iterator[tuple[str, dict]]


@dataclasses.dataclass(frozen=True)
class Counts:
    """How many of everything, for the fastest peer; slower ones make fewer (Peer.request_cost, connection_cost)."""
    requests: dict[str, int]
    scale_requests: dict[str, int]
    new_connections: int
    names: int
    paced_streams: int
    burst_streams: int
    tunnels: tuple[int, ...]
    settle: float = 0.1  # seconds before memory is read


FULL = Counts(requests={"1k": 20000, "16k": 8000, "256k": 800, "4m": 60}, scale_requests={"1k": 16000, "16k": 8000, "256k": 600},
              new_connections=1500, names=400, paced_streams=100, burst_streams=400, tunnels=(1000, 4000), settle=1.0)
QUICK = Counts(requests={"1k": 400, "16k": 160, "256k": 16, "4m": 2}, scale_requests={"1k": 400, "16k": 160, "256k": 16},
               new_connections=48, names=16, paced_streams=8, burst_streams=8, tunnels=(20, 80))
TINY = Counts(requests={"1k": 50, "16k": 20, "256k": 4, "4m": 1}, scale_requests={"1k": 40, "16k": 20, "256k": 4},
              new_connections=16, names=6, paced_streams=4, burst_streams=4, tunnels=(5, 20))


def _body(name: str) -> list[str]:
    return ["--body", str(places.BODIES / f"{name}.json")]


def _fewer(count: int, cost: int) -> int:
    return max(count // cost, min(count, 4))


def check_masking(running: peers.RunningPeer) -> None:
    """A proxy that does not scan would look fast: what the service receives must lack what the patterns find."""
    context = ssl.create_default_context(cafile=str(running.peer.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", running.peer.port, context=context, timeout=20)
    if running.pids:
        connection.set_tunnel("localhost", 443)
    body = (places.BODIES / "hits.json").read_bytes()
    connection.request("POST", "/echo", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    received = answer.read().decode()
    connection.close()
    leaked = [hit for hit in ("4111 1111", "AKIAIOSF", "090-1234") if hit in received]
    if answer.status != 200 or bool(leaked) == running.peer.scans:
        raise RuntimeError(f"{running.peer.name} masks other than expected: status {answer.status}, passed on: {leaked}")


def cpu(running: peers.RunningPeer, counts: Counts) -> Records:
    """Requests on kept connections: the proxy's CPU for each, by size of the prompt."""
    check_masking(running)
    for size, count in counts.requests.items():
        requests = _fewer(count, running.peer.request_cost)
        yield size, measuring.drive(running, [*_body(size), "--requests", str(requests), "--connections", str(min(16, requests))])


def handshake(running: peers.RunningPeer, counts: Counts) -> Records:
    """CONNECT, handshake and one tiny request each time: in full, resumed, and in full with TLS 1.2."""
    requests = str(_fewer(counts.new_connections, running.peer.connection_cost))
    for case, extra in (("full", []), ("resumed", ["--resume"]), ("tls12", ["--tls12"])):
        yield case, measuring.drive(running, ["--mode", "new", "--path", "/bytes/16", "--requests", requests, *extra])


def mint(running: peers.RunningPeer, counts: Counts) -> Records:
    """The first visit to many names: a leaf for each, and a new connection to the origin."""
    requests = str(_fewer(counts.names, running.peer.connection_cost))
    yield "first", measuring.drive(running, ["--mode", "new", "--no-warm-up", "--path", "/bytes/16", "--host", "h#.llm.test",
                                             "--requests", requests, "--connections", "8"])


def sse(running: peers.RunningPeer, counts: Counts) -> Records:
    """Event streams: fifty with an event every 20 ms, then four as fast as they go."""
    paced = counts.paced_streams
    yield "paced", measuring.drive(running, ["--mode", "stream", *_body("stream"), "--path", "/v1/chat/completions?n=50&us=20000",
                                             "--requests", str(paced), "--connections", str(min(50, paced))], unit="events")
    burst = str(_fewer(counts.burst_streams, running.peer.request_cost))
    yield "burst", measuring.drive(running, ["--mode", "stream", *_body("stream"), "--path", "/v1/chat/completions?n=200&us=0",
                                             "--requests", burst, "--connections", "4"], unit="events")


def idle(running: peers.RunningPeer, counts: Counts) -> Records:
    """Tunnels that were used once and wait: memory of one more, by the slope between two counts."""
    if not running.pids:
        return
    result = measuring.hold(running, list(counts.tunnels), counts.settle)
    first, last = result["points"][0], result["points"][-1]
    if last["held"] > first["held"]:
        result["kib_per_tunnel"] = (last["pss_kib"] - first["pss_kib"]) / (last["held"] - first["held"])
    yield "tunnels", result


def scale(running: peers.RunningPeer, counts: Counts) -> Records:
    """Client and service on all CPUs, 64 connections: does a second worker cost more for each request?"""
    for size, count in counts.scale_requests.items():
        requests = _fewer(count, running.peer.request_cost)
        yield size, measuring.drive(running, [*_body(size), "--requests", str(requests), "--connections", str(min(64, requests)), "--threads", "2"],
                                    pinned=False)


@dataclasses.dataclass(frozen=True)
class Part:
    run: Callable[[peers.RunningPeer, Counts], Records]
    pinned: bool = True


PARTS = {"cpu": Part(cpu), "handshake": Part(handshake), "mint": Part(mint), "sse": Part(sse), "idle": Part(idle), "scale": Part(scale, pinned=False)}
assert set(FULL.requests) == set(prompts.SIZES)
