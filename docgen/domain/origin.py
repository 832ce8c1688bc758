"""Origins of web pages, as browsers write them (RFC 6454)."""

import re

from docgen.domain.errors import InvalidValue

_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_ORIGIN = re.compile(rf"https://{_HOST}{_PORT}|http://(?:localhost|127\.0\.0\.1){_PORT}")
_LONGEST = 200
_USUAL = {"https": ":443", "http": ":80"}


def require_origin(value: str) -> str:
    """The origin itself; raises InvalidValue unless a browser would write it so.

    `https` and a host in small letters, a port only where it is not the usual one; `http` on this
    machine alone. No wildcards: whoever may frame a page that is signed is named.
    """
    usual = value.endswith(_USUAL.get(value.partition(":")[0], "?"))
    if len(value) > _LONGEST or usual or not _ORIGIN.fullmatch(value):
        raise InvalidValue("not an origin: scheme, host, and a port where it is not the usual one")
    return value
