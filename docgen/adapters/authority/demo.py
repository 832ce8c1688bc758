"""The demo's authority, opened: made where absent, served where nobody serves it yet."""

import fcntl
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.files import (
    PASSPHRASE,
    ROOT,
    SEAL,
    make_authority,
    recorded_port,
)
from docgen.adapters.authority.server import LOOPBACK, ROOT_PATH, TSA_PATH, AuthorityServer
from docgen.ports import Clock


@dataclass(frozen=True, kw_only=True)
class DemoAuthority:
    """Where the demo's seal key, trust root and time-stamp authority are."""

    tsa_url: str
    trust_root: Path
    seal_p12: Path
    passphrase: str
    ours: bool
    """Whether it is served by this process, and not merely shared."""

    @classmethod
    @contextmanager
    def open(
        cls, directory: Path, *, clock: Clock, kind: KeyKind = KeyKind.RSA_3072
    ) -> Iterator["DemoAuthority"]:
        """Open the authority of that directory, and serve it on the loopback while open.

        A port that another process serves for the same authority is shared; a port that a
        stranger took is given up, and the leaves are issued anew under the same root.
        """
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(directory):
            port, server = _bound(directory)
            authority = make_authority(directory, port=port, now=clock.now(), kind=kind)
            if server is not None:
                server.begin(authority, clock)
        try:
            yield cls(
                tsa_url=f"http://{LOOPBACK}:{port}{TSA_PATH}",
                trust_root=directory / ROOT,
                seal_p12=directory / SEAL,
                passphrase=PASSPHRASE,
                ours=server is not None,
            )
        finally:
            if server is not None:
                server.end()


def _bound(directory: Path) -> tuple[int, AuthorityServer | None]:
    """The port to use, and the server that holds it unless another process already serves it."""
    port = recorded_port(directory)
    if port is None:
        server = AuthorityServer(0)
    elif _serves(port, directory / ROOT):
        return port, None
    else:
        try:
            server = AuthorityServer(port)
        except OSError:
            server = AuthorityServer(0)
    return server.port, server


def _serves(port: int, root: Path) -> bool:
    """Whether that port answers with our own root."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", ROOT_PATH)
        answer = connection.getresponse()
        return answer.read(16 * 1024) == root.read_bytes()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keep other processes from making the same authority at the same time."""
    path = directory / "lock"
    path.touch(mode=0o600)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
