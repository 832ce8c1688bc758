"""A document's bytes and pages: those that were seen, those with the seal, held or sent."""

import hashlib
import io
from datetime import timedelta

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from docgen.domain.envelope import SealLevel, State
from docgen.domain.errors import BlobNotFound
from docgen.usecases.sign_detached import SignDetached
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.states import MADE
from tests.api.watch import found, refused
from tests.usecases.evidence import Closed
from tests.usecases.test_sign_detached import FakeSigner


def _place(portal: Portal, envelope_id: str) -> str:
    document = portal.world.envelope(envelope_id).documents[0]
    return f"{ENVELOPES}/{envelope_id}/documents/{document.id}"


def _pdf(portal: Portal, envelope_id: str, query: str = "", **headers: str) -> TestResponse:
    return portal.program.get(f"{_place(portal, envelope_id)}/pdf{query}", headers)


def _size(webp: bytes) -> tuple[int, int]:
    read = Image.open(io.BytesIO(webp))
    assert read.format == "WEBP"
    return read.size


def test_before_the_seal_the_frozen_bytes_are_sent(here: Portal) -> None:
    """As a download under the document's number, with the hash of its bytes for a tag."""
    envelope_id = here.created()
    told = here.shown(envelope_id)["documents"][0]

    answer = _pdf(here, envelope_id)

    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert hashlib.sha256(answer.get_data()).hexdigest() == told["frozen"]["sha256"]
    assert len(answer.get_data()) == told["frozen"]["size"]
    assert answer.headers["ETag"] == f'"{told["frozen"]["sha256"]}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    disposition = 'attachment; filename="A3-2026-000001.pdf"'
    assert answer.headers["Content-Disposition"] == disposition


def test_after_the_seal_the_sealed_bytes_are_sent(anywhere: Portal) -> None:
    """By default the latest; both versions can be asked for, and one begins with the other."""
    envelope_id = anywhere.confirmed()
    told = anywhere.shown(envelope_id)["documents"][0]

    latest = _pdf(anywhere, envelope_id).get_data()
    sealed = _pdf(anywhere, envelope_id, "?version=sealed").get_data()
    frozen = _pdf(anywhere, envelope_id, "?version=frozen").get_data()

    assert latest == sealed
    assert hashlib.sha256(sealed).hexdigest() == told["sealed"]["sha256"]
    assert hashlib.sha256(frozen).hexdigest() == told["frozen"]["sha256"]
    assert sealed.startswith(frozen)


def test_an_archived_version_stands_beside_the_sealed_one(here: Portal) -> None:
    """It is the latest then; it may be followed by another, so that stores ask again."""
    here.world.sealer.level = SealLevel.B_LT
    here.world.sealer.ends_at = here.world.clock.now() + timedelta(days=1)
    envelope_id = here.confirmed()
    refused(_pdf(here, envelope_id, "?version=archived"), 404, "document_not_found")
    Closed(here.world).archive()

    archived = _pdf(here, envelope_id, "?version=archived")

    (told,) = here.shown(envelope_id)["documents"][0]["archived"]
    sealed = _pdf(here, envelope_id, "?version=sealed")
    assert (told["version"], told["authority"]) == (2, "Fake TSA")
    assert archived.headers["ETag"] == f'"{told["sha256"]}"'
    assert archived.headers["Cache-Control"] == "private, no-cache"
    assert archived.get_data().startswith(sealed.get_data())
    assert len(archived.get_data()) == told["size"] > len(sealed.get_data())
    assert _pdf(here, envelope_id).get_data() == archived.get_data()
    assert "immutable" in sealed.headers["Cache-Control"]


def test_each_document_has_its_own_bytes(here: Portal) -> None:
    """Those of one envelope are told apart by their ids."""
    envelope_id = here.created(documents=2)
    links = [each["links"]["pdf"] for each in here.shown(envelope_id)["documents"]]

    assert len({here.program.get(link).get_data() for link in links}) == 2


@pytest.mark.parametrize("what", ["pdf", "pages/1"])
@pytest.mark.parametrize("query", ["", "?version=frozen", "?version=sealed"])
def test_a_draft_has_no_bytes_yet(here: Portal, what: str, query: str) -> None:
    """409 `not_ready`, with the time after which to ask again."""
    place = _place(here, MADE[State.DRAFT](here))

    answer = here.program.get(f"{place}/{what}{query}")

    assert refused(answer, 409, "not_ready")["state"] == "draft"
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("what", ["pdf", "pages/1"])
def test_what_is_not_sealed_has_no_sealed_version(here: Portal, what: str) -> None:
    """404 `document_not_found`: asked for the seal, nobody gets a paper without it."""
    place = _place(here, here.created())

    answer = here.program.get(f"{place}/{what}?version=sealed")

    refused(answer, 404, "document_not_found")


def test_a_draft_that_was_withdrawn_never_has_bytes(here: Portal) -> None:
    """404: there is nothing to wait for."""
    refused(_pdf(here, MADE[State.VOID](here)), 404, "document_not_found")


@pytest.mark.parametrize("state", [State.DECLINED, State.EXPIRED], ids=["declined", "expired"])
def test_what_was_not_signed_can_still_be_read(here: Portal, state: State) -> None:
    """The frozen bytes stay."""
    assert _pdf(here, MADE[state](here)).status_code == 200


def test_what_the_caller_holds_is_not_sent_again(here: Portal) -> None:
    """304 without a byte for the tag he names, alone, among others, or weak."""
    envelope_id = here.created()
    for path in ("pdf", "pages/1"):
        address = f"{_place(here, envelope_id)}/{path}"
        tag = here.program.get(address).headers["ETag"]

        for held in (tag, f'"other", {tag}', f"W/{tag}"):
            answer = here.program.get(address, {"If-None-Match": held})
            assert (answer.status_code, answer.get_data()) == (304, b"")
            assert answer.headers["ETag"] == tag
        for held in ('"other"', "nonsense", ""):
            assert here.program.get(address, {"If-None-Match": held}).status_code == 200


def test_a_seal_is_no_longer_what_the_caller_holds(here: Portal) -> None:
    """The tag changes with the bytes, so the sealed ones are sent; the frozen ones are held."""
    envelope_id, code = here.code_sent()
    tag = _pdf(here, envelope_id).headers["ETag"]
    here.tried(envelope_id, code, "a-1")

    latest = here.program.get(f"{_place(here, envelope_id)}/pdf", {"If-None-Match": tag})
    frozen = here.program.get(
        f"{_place(here, envelope_id)}/pdf?version=frozen", {"If-None-Match": tag}
    )

    assert (latest.status_code, frozen.status_code) == (200, 304)
    assert latest.headers["ETag"] != tag


@pytest.mark.parametrize("what", ["pdf", "pages/1"])
def test_a_named_version_is_kept_without_asking(here: Portal, what: str) -> None:
    """Its bytes never change; the latest ones do, and so are asked about each time."""
    envelope_id = here.confirmed()
    place = f"{_place(here, envelope_id)}/{what}"
    kept = {
        query: here.program.get(f"{place}{query}").headers["Cache-Control"]
        for query in ("", "?version=frozen", "?version=sealed")
    }

    assert kept[""] == "private, no-cache"
    for named in ("?version=frozen", "?version=sealed"):
        assert kept[named] == "private, max-age=31536000, immutable"


def test_a_tag_does_not_open_what_is_anothers(here: Portal) -> None:
    """404 for another owner, also where the tag is known."""
    envelope_id = here.created()
    tag = _pdf(here, envelope_id).headers["ETag"]
    path = f"{_place(here, envelope_id)}/pdf"

    answer = here.issued(owner="other").get(path, {"If-None-Match": tag})

    refused(answer, 404, "envelope_not_found")


@pytest.mark.parametrize(
    ("query", "width"),
    [
        pytest.param("", 1000, id="default"),
        pytest.param("?width=100", 100, id="least"),
        pytest.param("?width=2000", 2000, id="most"),
    ],
)
def test_a_page_is_an_image_of_the_asked_width(here: Portal, query: str, width: int) -> None:
    """WebP, tagged by the bytes it is of, the page and the width."""
    envelope_id = here.created()

    answer = here.program.get(f"{_place(here, envelope_id)}/pages/1{query}")

    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert _size(answer.get_data())[0] == width
    sha256 = here.shown(envelope_id)["documents"][0]["frozen"]["sha256"]
    assert answer.headers["ETag"] == f'"{sha256}-1-{width}"'


def test_the_page_links_are_all_there_are(here: Portal) -> None:
    """Each leads to a page, and there is none after the last."""
    envelope_id = here.created()
    links = here.shown(envelope_id)["documents"][0]["links"]["pages"]

    assert [here.program.get(link).status_code for link in links] == [200] * len(links)
    beyond = f"{_place(here, envelope_id)}/pages/{len(links) + 1}"
    refused(here.program.get(beyond), 404, "document_not_found")


@pytest.mark.parametrize(
    "page",
    ["0", "2", "99999", "abc", "-1", "1.0", "01", "%2B1", "1%20", "%D9%A1", "%00", "9" * 400],
)
def test_a_page_that_is_not_there_is_not_found(here: Portal, page: str) -> None:
    """404 `document_not_found` for numbers beyond, and for what is no number."""
    answer = here.program.get(f"{_place(here, here.created())}/pages/{page}")

    refused(answer, 404, "document_not_found")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param("width=99", "/width", id="narrow"),
        pytest.param("width=2001", "/width", id="wide"),
        pytest.param("width=x", "/width", id="no number"),
        pytest.param("version=latest", "/version", id="unknown version"),
        pytest.param("version=", "/version", id="no version"),
        pytest.param("scale=2", "/scale", id="unknown name"),
    ],
)
def test_a_page_cannot_be_asked_for_in_any_way(here: Portal, query: str, pointer: str) -> None:
    """422 at the name of what cannot be."""
    answer = here.program.get(f"{_place(here, here.created())}/pages/1?{query}")

    assert set(found(answer)) == {pointer}


@pytest.mark.parametrize("document_id", ["0" * 26, "short", "%00", "850515401239"])
def test_an_unknown_document_is_not_found(here: Portal, document_id: str) -> None:
    """404 `document_not_found` within one's own envelope."""
    path = f"{ENVELOPES}/{here.created()}/documents/{document_id}/pdf"

    refused(here.program.get(path), 404, "document_not_found")


def test_lost_bytes_are_our_fault(here: Portal) -> None:
    """500 by name, not 404: the caller did nothing wrong, and support must hear of it."""
    envelope_id = here.created()
    here.world.blobs.contents.clear()

    refused(_pdf(here, envelope_id), 500, BlobNotFound.code)


def test_damaged_bytes_are_never_sent(here: Portal) -> None:
    """500 where the disk holds other bytes than were frozen."""
    envelope_id = here.created()
    for sha256 in here.world.blobs.contents:
        here.world.blobs.contents[sha256] = b"%PDF-1.7 other bytes"

    refused(_pdf(here, envelope_id), 500, "blob_damaged")
    refused(here.program.get(f"{_place(here, envelope_id)}/pages/1"), 500, "blob_damaged")


def test_head_tells_of_a_document_without_its_bytes(here: Portal) -> None:
    """The same headers as GET."""
    envelope_id = here.created()
    path = f"{_place(here, envelope_id)}/pdf"

    told = here.program.ask("HEAD", path)

    assert (told.status_code, told.get_data()) == (200, b"")
    assert told.headers["ETag"] == _pdf(here, envelope_id).headers["ETag"]


def test_without_a_signature_beside_the_file_there_is_none_to_fetch(here: Portal) -> None:
    """It is shown as absent, and asking for it is asking for a document that is not there."""
    envelope_id = here.confirmed()
    told = here.shown(envelope_id)["documents"][0]

    assert (told["detached"], told["links"]["cms"]) == (None, None)
    refused(here.program.get(f"{_place(here, envelope_id)}/cms"), 404, "document_not_found")


def test_the_signature_beside_the_file_is_sent_as_it_is_kept(anywhere: Portal) -> None:
    """Under the document's number as a .p7s, with the hash of its bytes for a tag."""
    envelope_id = anywhere.confirmed()
    world = anywhere.world
    SignDetached(
        register=world.register, blobs=world.blobs, signer=FakeSigner(), clock=world.clock
    )(envelope_id)
    told = anywhere.shown(envelope_id)["documents"][0]

    answer = anywhere.program.get(told["links"]["cms"])

    sealed = _pdf(anywhere, envelope_id).get_data()
    assert (answer.status_code, answer.content_type) == (200, "application/pkcs7-signature")
    assert answer.get_data() == b"CMS over " + sealed
    assert hashlib.sha256(answer.get_data()).hexdigest() == told["detached"]["sha256"]
    assert answer.headers["ETag"] == f'"{told["detached"]["sha256"]}"'
    disposition = 'attachment; filename="A3-2026-000001.p7s"'
    assert answer.headers["Content-Disposition"] == disposition
    held = anywhere.program.get(told["links"]["cms"], {"If-None-Match": answer.headers["ETag"]})
    assert held.status_code == 304
