"""What hostile, broken and impatient peers do, for the tests of limits."""
import contextlib
import fcntl
import re
import select
import socket
import ssl
import struct
import termios
import threading
import time

from harness import TIMEOUT, Conn
from proxy_test import ProxyCase

HOST = "api.openai.com"
PLAIN = "plain.example.jp"
GET = b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\n\r\n"
FOUND = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfound"


def eventually(look, what="it", within=TIMEOUT):
    """The first true value of look(); asked again until then."""
    end = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come")
        threading.Event().wait(0.02)
    return found


def drip(conn: Conn, data: bytes, every=0.1):
    """A byte at a time until the other side says or ends something."""
    for i in range(len(data)):
        with contextlib.suppress(OSError):
            conn.send(data[i:i + 1])
        if select.select([conn.sock], [], [], every)[0]:
            return


def ended(sock, within=TIMEOUT) -> bool:
    """Whether the other side ends the connection; what it still sends is dropped."""
    sock.settimeout(within)
    try:
        while sock.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def reset(conn: Conn):
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.sock.close()


def close_notify(conn: Conn):
    """TLS's own end of our direction; reading goes on."""
    conn.sock.settimeout(0)
    with contextlib.suppress(ssl.SSLWantReadError):
        conn.sock.unwrap()
    conn.sock.settimeout(TIMEOUT)


def bare_fin(conn: Conn):
    socket.socket.shutdown(conn.sock, socket.SHUT_WR)


def delivered(sock):
    """What was sent, an end included, has reached the other side's system."""
    outstanding = lambda: int.from_bytes(fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)), "little")
    eventually(lambda: outstanding() == 0, "the acknowledgement")


class HostileCase(ProxyCase):
    def outcome_of(self, decision: dict) -> dict:
        return eventually(lambda: next((r for r in self.gateway.journal() if r["kind"] == "outcome" and r["id"] == decision["id"]), None), "the outcome")

    def last_outcome(self):
        return self.outcome_of(self.newest())

    def metric(self, name: str) -> float:
        text = self.gateway.ask("GET", "/metrics")[1].decode()
        return sum(float(x) for x in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))

    def warnings(self):
        return self.gateway.ask("GET", "/readyz")[1].decode()

    def open_tunnels(self, n, host=HOST):
        return [self.gateway.tunnel(host) for _ in range(n)]
