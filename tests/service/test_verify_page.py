"""The public page of a whole installation: real bytes, real judge, no key."""

import re
from collections.abc import Iterator

import pytest

from tests.service.installation import Installation
from tests.service.line import Ask, Said, together
from tests.service.visit import Visit, create, fresh

_UPLOADS = 30
_TONE = re.compile(r'<h1 class="tone (\w+)">')


def _ask(path: str, pdf: bytes) -> Ask:
    boundary = fresh()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    return Ask(
        method="POST",
        path=path,
        body=head.encode() + pdf + f"\r\n--{boundary}--\r\n".encode(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Accept": "text/html",
            "Accept-Language": "ru",
        },
    )


def _answers(service: Installation, asks: list[Ask], lines: int = 1) -> list[Said]:
    """Without any key."""
    return together(service.port, asks, headers={}, lines=lines)


def _tone(said: Said) -> str:
    found = _TONE.search(said.body.decode())
    assert found, said.body.decode()
    return found[1]


def _sealed(service: Installation) -> tuple[str, bytes, bytes]:
    """Address, frozen and sealed bytes of a document that was signed and sealed."""
    visit = Visit(service, create(service).told["id"])
    assert visit.reaches("ready")
    assert visit.confirm(visit.code()).status == 200
    assert visit.reaches("sealed")
    (document,) = visit.shown()["documents"]
    link = document["links"]["pdf"]
    address = "/verify/" + document["links"]["verification"].rpartition("/")[2]
    return address, visit.fetch(f"{link}?version=frozen"), visit.fetch(link)


@pytest.fixture(autouse=True)
def _uncounted(service: Installation) -> Iterator[None]:
    """Nobody has come before, and nobody is kept out afterwards."""
    _forget(service)
    yield
    _forget(service)


def _forget(service: Installation) -> None:
    with service.redis.client() as redis:
        for key in redis.scan_iter("qoltanba:visits:*"):
            redis.delete(key)


def test_a_notary_without_a_key_sees_what_a_file_is(service: Installation) -> None:
    """Green for the issued bytes only; every change and every other document has its own answer."""
    address, frozen, sealed = _sealed(service)
    other, _, _ = _sealed(service)
    flipped = sealed[:3000] + bytes([sealed[3000] ^ 1]) + sealed[3001:]
    asks = [
        _ask(address, sealed), _ask("/verify", sealed), _ask(address, sealed + b"\n"),
        _ask(address, flipped), _ask(address, frozen), _ask(other, sealed),
    ]  # fmt: skip

    answers = _answers(service, asks)

    assert [said.status for said in answers] == [200] * len(asks)
    assert [_tone(said) for said in answers] == [
        "good", "good", "caution", "bad", "caution", "bad",
    ]  # fmt: skip


def test_all_processes_count_one_address_together(service: Installation) -> None:
    """Of fifty from one address as many are judged as may be; the rest hears when to come."""
    asks = [_ask("/verify", b"%PDF-1.7\nnothing more") for _ in range(50)]

    answers = _answers(service, asks, lines=10)

    refused = [said for said in answers if said.status == 429]
    assert len(refused) == len(asks) - _UPLOADS
    assert all(0 < int(said.headers["retry-after"]) <= 600 for said in refused)
    assert all(said.status in {422, 429, 503} for said in answers)
