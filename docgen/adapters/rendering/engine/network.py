"""How a process leaves every network, for good and for all that it starts."""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, _PR_SET_NO_NEW_PRIVS = 22, 2, 38
# The kernel's names of a processor's language, and the number of socket() in it.
_MACHINES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_IO_URING_SETUP, _OTHER_LANGUAGE = 425, 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _LANGUAGE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | errno.EACCES


def leave_network() -> str:
    """Leave every network, if the kernel lets us: `none`, or `shared` where it does not."""
    return "none" if any(leave() for leave in WAYS) else "shared"


def enter_an_empty_one() -> bool:
    """A network of our own with nothing in it; whether the kernel let us."""
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def give_up_sockets() -> bool:
    """Have the kernel refuse all sockets but those between processes of one machine.

    It lets us do that in containers too, which may not make networks.
    """
    if platform.machine() not in _MACHINES:
        return False
    language, number = _MACHINES[platform.machine()]
    rules = _packed(
        (_LOAD, 0, 0, _LANGUAGE),
        (_EQUAL, 0, 6, language),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 4, 0, _OTHER_LANGUAGE),
        (_EQUAL, 3, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 3, number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, socket.AF_UNIX),
        (_RETURN, 0, 0, _REFUSED),
        (_RETURN, 0, 0, _ALLOWED),
    )
    program = struct.pack("HL", len(rules) // 8, ctypes.addressof(rules))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)


WAYS: list[Callable[[], bool]] = [enter_an_empty_one, give_up_sockets]


def _packed(*rules: Sequence[int]) -> "ctypes.Array[ctypes.c_char]":
    """Rules of the kernel's packet filter: what to do, and how many to skip then and otherwise."""
    return ctypes.create_string_buffer(
        b"".join(struct.pack("HBBI", *rule) for rule in rules), len(rules) * 8
    )
