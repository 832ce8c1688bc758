"""What a process that opens documents may not do: outlive us, run macros, fill the disk."""

import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 38, 36
MOST_MEMORY = 3 << 30
"""Bytes of address space that one document may take beyond what was there before it."""
MOST_FILE = 256 << 20
_MOST_OPEN = 256
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_INTERNET = "/org.openoffice.Inet/Settings"
_SETTINGS = (
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    # A proxy where nobody can be: some links are fetched in spite of all the others.
    (_INTERNET, "ooInetProxyType", "2"),
    (_INTERNET, "ooInetHTTPProxyName", "127.0.0.1"),
    (_INTERNET, "ooInetHTTPProxyPort", "1"),
    (_INTERNET, "ooInetHTTPSProxyName", "127.0.0.1"),
    (_INTERNET, "ooInetHTTPSProxyPort", "1"),
    (_INTERNET, "ooInetFTPProxyName", "127.0.0.1"),
    (_INTERNET, "ooInetFTPProxyPort", "1"),
    (_INTERNET, "ooInetNoProxy", ""),
)


class Orphaned(Exception):
    """The process that we work for has gone already."""


def die_with(parent: int) -> None:
    """Be killed when `parent`, our parent process, ends; raises Orphaned if it has ended."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise Orphaned


def adopt_orphans() -> None:
    """Become the parent of whatever our children leave behind."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> frozenset[int]:
    """The processes whose parent we are: ours is the only thread that has some."""
    with suppress(FileNotFoundError):
        told = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        return frozenset(int(pid) for pid in told.split())
    ours = str(os.getpid())
    return frozenset(pid for pid in _processes() if _parent(pid) == ours)


def end_children(*, but: frozenset[int]) -> None:
    """Kill our children but these, and theirs, which become ours by that."""
    while found := children() - but:
        for child in found:
            os.kill(child, signal.SIGKILL)
        for child in found:
            os.waitpid(child, 0)


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _parent(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def limit_for_one_document(seconds: float) -> None:
    """Bounds of memory, processor time, files and rights for the process of one document."""
    limit_sizes()
    processor = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))


def limit_sizes() -> None:
    """Bounds of memory, files and rights for this process and what it becomes."""
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + MOST_MEMORY),
        (resource.RLIMIT_FSIZE, MOST_FILE),
        (resource.RLIMIT_NOFILE, _MOST_OPEN),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, value in limits:
        resource.setrlimit(kind, (value, value))


def write_profile(profile: Path) -> None:
    """A fresh profile of LibreOffice in which nothing runs and nothing is fetched."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items '
        f'xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'
    )


def extensions_in(profile: Path) -> tuple[str, str]:
    """The variable by which LibreOffice looks for extensions of all users in the profile.

    Their own place has nothing, and an account that may not read it could not start LibreOffice.
    """
    return "UNO_SHARED_PACKAGES_CACHE", (profile / "extensions").as_uri()
