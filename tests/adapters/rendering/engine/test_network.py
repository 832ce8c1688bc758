"""Leaving the network: by an empty one, or by giving up sockets."""

import socket
import subprocess
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import PYTHON

ROOT = Path(__file__).parents[4]
PROGRAM = """
import ctypes, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from docgen.adapters.rendering.engine import network
assert getattr(network, sys.argv[2])()
a, b = socket.socketpair()
a.send(b"x")
assert b.recv(1) == b"x"
{attempt}
"""
ATTEMPTS = {
    "inet": "socket.socket(socket.AF_INET)",
    "inet6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "child": 'subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], check=True)',
    "in another dialect": "assert ctypes.CDLL(None).syscall(0x40000029, 2, 1, 0) >= 0",
    "through a ring": "assert ctypes.CDLL(None).syscall(425, 1, bytes(120)) >= 0",
}


def succeeds(way: str, attempt: str) -> bool:
    """Whether a process that has left like that can still do it."""
    program = PROGRAM.format(attempt=attempt)
    ran = subprocess.run([PYTHON, "-I", "-c", program, ROOT, way], capture_output=True, check=False)
    return ran.returncode == 0


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_given_up_sockets_are_gone(attempt: str) -> None:
    """Only those between processes of this machine are left, also to what is started later."""
    assert succeeds("give_up_sockets", "pass")
    assert not succeeds("give_up_sockets", attempt)


def test_an_empty_network_leads_nowhere() -> None:
    """Not even to this machine's own services."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(server.getsockname(), 1).close()
        connect = f'socket.create_connection(("127.0.0.1", {port}), 1)'
        assert not succeeds("enter_an_empty_one", connect)
