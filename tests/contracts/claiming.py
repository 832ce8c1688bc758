"""Short ways to ask once; as a program: `python -m tests.contracts.claiming URL VERB COUNT`."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from docgen.adapters.db.register import SqlRegister
from docgen.domain.asked import AskedOnce
from docgen.ports import Register
from tests.builders import NOW, sha256

LATER = NOW + timedelta(minutes=2)


def asked(key: str = "key-1", **changes: Any) -> AskedOnce:
    """A request not answered yet; the same key gives the same request."""
    built = AskedOnce(
        client="portal",
        key=key,
        fingerprint=sha256(f"the request under {key}"),
        resource_id=f"resource of {key}",
        claimed_at=NOW,
    )
    return replace(built, **changes)


def add(register: Register, request: AskedOnce) -> bool:
    """Claim it in a unit of its own."""
    with register.begin() as unit:
        claimed = unit.asked.add(request)
        unit.commit()
    return claimed()


def reclaim(register: Register, request: AskedOnce, *, now: datetime = LATER) -> bool:
    """Take it over in a unit of its own."""
    with register.begin() as unit:
        claimed = unit.asked.reclaim(request, now=now)
        unit.commit()
    return claimed


def answer(register: Register, request: AskedOnce, text: str = "201 {}") -> bool:
    """Answer it in a unit of its own."""
    with register.begin() as unit:
        kept = unit.asked.answer(request, text)
        unit.commit()
    return kept()


def free(register: Register, request: AskedOnce) -> None:
    """Give it up in a unit of its own."""
    with register.begin() as unit:
        unit.asked.free(request)
        unit.commit()


def release(register: Register, request: AskedOnce) -> None:
    """Forget it in a unit of its own."""
    with register.begin() as unit:
        unit.asked.release(request)
        unit.commit()


def main(url: str, verb: str, count: str) -> None:
    """Wait for a line, do it to so many keys in order, and say 1 or 0 for each."""
    register = SqlRegister(url)
    register.ping()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    do = {"add": add, "reclaim": reclaim}[verb]
    told = [do(register, asked(f"key-{n}")) for n in range(int(count))]
    sys.stdout.write("".join(str(int(each)) for each in told))


if __name__ == "__main__":
    main(*sys.argv[1:])
