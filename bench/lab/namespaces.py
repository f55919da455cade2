"""The lab's own network (loopback alone) and mounts: no port collides with anything, no packet leaves the machine."""
import os
import pathlib
import socket
import subprocess
import sys

import places

HOST_COUNT = 1000
_INSIDE = "SEKISHO_LAB_INSIDE"
_SETUP = 'ip link set lo up && mount --bind "$1" "$2" && mount --bind "$2/hosts" /etc/hosts && shift 2 && exec "$@"'


def inside() -> bool:
    return os.environ.get(_INSIDE) == "1"


def unshare() -> list[str]:
    """With root, as squid and c-icap need it (they change users); without, in a user namespace: they are skipped there."""
    return ["unshare", "--net", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net", "--mount"]


def possible() -> bool:
    probe = subprocess.run([*unshare(), "sh", "-c", "ip link set lo up && mount --bind /usr /mnt"], capture_output=True)
    return probe.returncode == 0


def write_hosts() -> None:
    names = [f"127.0.0.1 localhost {socket.gethostname()} llm.test"]
    names += [f"127.0.0.1 h{number:05d}.llm.test" for number in range(HOST_COUNT)]
    places.HOSTS.write_text("\n".join(names) + "\n")


def mount_point() -> str:
    """A folder that every user may enter, which a home directory is not, and that hides nothing we need."""
    used = [str(places.ROOT), str(places.LOAD_DRIVER), str(places.SEKISHO)]
    return next(place for place in ("/mnt", "/srv", "/media") if pathlib.Path(place).is_dir() and not any(u.startswith(place + "/") for u in used))


def enter() -> None:
    """Runs this program again inside; returns only there."""
    if inside():
        return
    place = mount_point()
    os.environ.update({_INSIDE: "1", "SEKISHO_LAB_DIR": place, "SEKISHO_BIN": str(places.SEKISHO), "SEKISHO_LAB_TOOLS": str(places.LOAD_DRIVER.parent)})
    again = [sys.executable, *sys.argv]
    os.execvp("unshare", [*unshare(), "sh", "-c", _SETUP, "sh", str(places.LAB), place, *again])
