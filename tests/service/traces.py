"""What the processes wrote, and what must never be in it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from redis import Redis

from tests.service.installation import Installation
from tests.service.visit import SAMPLE, codes_in

_BETWEEN_DIGITS = re.compile(r"[\s()+.,\-_/\\·~]|%20|%2[bBdD89]|\\u00a0")
_COUNTRY = len("+7")
_NAMELESS = ("challenges", "sms_hops", "sms_receipts", "limit_lifts", "journal", "outbox")
"""Tables that outlive the person: ids, hashes, states and times."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")


def require_no_traces(service: Installation) -> None:
    """No code that was sent, no IIN or phone in any spelling, and no key, anywhere."""
    sent = codes_in(service)
    for place, line in _written(service):
        assert service.key.split("_", 2)[2] not in line, place
        digits = _BETWEEN_DIGITS.sub("", line)
        for name in ("iin", "phone"):
            number = str(SAMPLE["subscriber"][name])
            bare = number[_COUNTRY:] if number.startswith("+") else number
            assert bare not in digits, (place, name)
        found = sent & set(re.findall(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])", line))
        assert not found, (place, line)


def _written(service: Installation) -> Iterator[tuple[str, str]]:
    """Lines of everything that is written, and where each of them is."""
    for log in (service.web_log, service.worker_log, service.sealer_log):
        yield from ((log.name, line) for line in log.read_text(encoding="utf-8").splitlines())
    yield from (("/metrics", line) for line in _metrics(service).splitlines())
    with service.redis.client() as client:
        for key in client.scan_iter():
            yield from (("Redis", word) for word in (key, *_words(client, key)))
    for table in _NAMELESS:
        for row in service.tables.rows(f"SELECT * FROM {table}"):  # noqa: S608 - ours, all of them
            yield from ((table, word) for word in map(str, row) if not _MOMENT.match(word))
    # Redis notes there whatever it was told, also of what it forgot since.
    for file in service.redis.directory.rglob("*.aof"):
        text = file.read_text(encoding="utf-8", errors="replace")
        yield from ((file.name, line) for line in text.splitlines())


def _metrics(service: Installation) -> str:
    said = service.ask("GET", "/metrics")
    assert said.status == 200
    return said.body.decode()


def _words(client: Redis, key: str) -> list[str]:
    """All that is under a key, whatever its type."""
    readers: dict[str, Any] = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": lambda name: sorted(client.smembers(name)),
        "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
        # It went meanwhile.
        "none": lambda _: "",
    }
    found = readers[str(client.type(key))](key)
    return [json.dumps(found, ensure_ascii=False)]
