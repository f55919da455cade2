"""What sekisho is to reach, as ratios to its peers in one run on one machine. docs/performance.md explains them."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Aim:
    metric: str  # a key of report.METRICS
    limits: dict[str, float]  # peer -> at most this multiple of the peer's figure
    peer: str = "sekisho"
    at_least: bool = False  # of rates: more is better

    def reached(self, ratio: float, limit: float) -> bool:
        return ratio >= limit if self.at_least else ratio <= limit


AIMS = (
    Aim("cpu.1k", {"bound": 2.5, "squid-bump": 0.65, "squid-icap-dlp": 1 / 12, "mitm-dlp": 1 / 30, "sekisho-noaudit": 1.2}),
    Aim("cpu.16k", {"bound": 2.0, "squid-bump": 0.9, "squid-icap-dlp": 1 / 40, "mitm-dlp": 1 / 60}),
    Aim("cpu.256k", {"bound": 1.7, "squid-bump": 1.5, "squid-icap-dlp": 1 / 20, "mitm-dlp": 1 / 80}),
    Aim("cpu.4m", {"bound": 1.7, "squid-bump": 1.7, "squid-icap-dlp": 1 / 10, "mitm-dlp": 1 / 80}),
    Aim("handshake.full", {"bound": 1.6, "squid-bump": 1 / 4, "squid-icap-dlp": 1 / 4, "mitm-dlp": 1 / 6}),
    Aim("handshake.resumed", {"bound": 1.6, "squid-bump": 1 / 5, "squid-icap-dlp": 1 / 5, "mitm-dlp": 1 / 6}),
    Aim("handshake.full.rate", {"squid-bump": 3.5, "mitm-dlp": 5}, at_least=True),
    Aim("mint", {"bound": 1.5, "squid-bump": 1 / 3, "mitm-dlp": 1 / 4}),
    Aim("sse.added_p50", {"bound": 1.5, "squid-bump": 0.9, "squid-icap-dlp": 1.0, "mitm-dlp": 1 / 3}),
    Aim("sse.added_p99", {"bound": 2.0, "squid-bump": 1.0, "squid-icap-dlp": 0.5, "mitm-dlp": 1 / 20}),
    Aim("sse.cpu", {"bound": 1.6, "squid-bump": 0.8, "squid-icap-dlp": 0.75, "mitm-dlp": 1 / 3}),
    Aim("idle", {"bound": 2.0, "squid-bump": 1 / 5, "squid-icap-dlp": 1 / 7, "mitm-dlp": 1 / 4}),
    Aim("scale.1k", {"sekisho": 1.1}, peer="sekisho-2t"),
    Aim("scale.16k", {"sekisho": 1.1}, peer="sekisho-2t"),
    Aim("scale.256k", {"sekisho": 1.1}, peer="sekisho-2t"),
)
