"""Where the demo is reached, and whether somebody is there."""

import errno
import http.client
import socket
from dataclasses import dataclass
from typing import Self

from docgen.domain.errors import Misconfigured

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is told, not what is bound
_PATIENCE = 5
_OK = 200


@dataclass(frozen=True)
class Address:
    """A host and a port of this machine."""

    host: str
    port: int

    @classmethod
    def of(cls, bind: str) -> Self:
        """The address of `DOCGEN_WEB__BIND`; raises Misconfigured unless it has a host and port."""
        host, _, port = bind.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise Misconfigured(f"the demo needs a host and a port in DOCGEN_WEB__BIND, not {bind}")
        return cls(host, int(port))

    @property
    def url(self) -> str:
        """For a browser on this machine."""
        return f"http://{self._bracketed}:{self.port}"

    def require_free(self) -> None:
        """Raise Misconfigured unless a server could listen there."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            # As gunicorn does: connections that have just ended are not in its way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise Misconfigured(self._refused(error)) from error

    def answers(self, path: str) -> bool:
        """Whether GET of the path is answered by 200."""
        connection = http.client.HTTPConnection(self._near, self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == _OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def _near(self) -> str:
        return _EVERYWHERE.get(self.host, self.host)

    @property
    def _bracketed(self) -> str:
        return f"[{self._near}]" if ":" in self._near else self._near

    def _refused(self, error: OSError) -> str:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else error.strerror
        return f"{self.host}:{self.port}: {why}; end it, or choose another DOCGEN_WEB__BIND"
