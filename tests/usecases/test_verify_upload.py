"""A file against the register: is it, byte for byte, what was issued?"""

import hashlib
from dataclasses import dataclass

import pytest

from docgen.domain.envelope import Envelope
from docgen.domain.verdict import Report, Verdict
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.verify_upload import Checked, Match, VerifyUpload
from tests.usecases.world import World, attempt


@dataclass(frozen=True)
class _Verifier:
    """Says of every file what it is told to."""

    report: Report

    def verify(self, _pdf: bytes) -> Report:
        """The report."""
        return self.report


def _sealed(world: World) -> Envelope:
    envelope = world.code_sent()
    return world.confirm(envelope.id, attempt(world.chance.given[-1]))


def _report(envelope: Envelope, verdict: Verdict = Verdict.VALID, *reasons: str) -> Report:
    token = envelope.documents[0].verification_token
    return Report(verdict=verdict, reasons=reasons, claimed_token=token)


def _checked(world: World, pdf: bytes, report: Report, token: str | None = None) -> Checked:
    judge = VerifyDocument(verifier=_Verifier(report))
    return VerifyUpload(verify_document=judge, register=world.register)(pdf, token=token)


def _issued(world: World, envelope: Envelope) -> bytes:
    sealed = envelope.documents[0].sealed
    assert sealed is not None
    return world.blobs.get(sealed.sha256)


def test_the_issued_bytes_are_registered(anywhere: World) -> None:
    """The very same ones; the answer names them by size and hash."""
    envelope = _sealed(anywhere)
    pdf = _issued(anywhere, envelope)

    checked = _checked(anywhere, pdf, _report(envelope))

    assert checked == Checked(
        report=_report(envelope),
        match=Match.IDENTICAL,
        sha256=hashlib.sha256(pdf).hexdigest(),
        size=len(pdf),
    )
    assert checked.registered


def test_what_follows_the_issued_bytes_is_left_to_the_file(here: World) -> None:
    """A timestamp added later leaves the document the registered one."""
    envelope = _sealed(here)
    later = _issued(here, envelope) + b"% a timestamp"

    checked = _checked(here, later, _report(envelope))

    assert (checked.report.verdict, checked.match) == (Verdict.VALID, Match.CONTINUED)
    assert checked.registered


def test_other_bytes_than_issued_were_changed(here: World) -> None:
    """However good the file looks by itself: it is not what the register issued."""
    envelope = _sealed(here)
    other = _issued(here, envelope).replace(b"sealed", b"SEALED")

    checked = _checked(here, other, _report(envelope))

    assert (checked.report.verdict, checked.match) == (
        Verdict.CHANGED_AFTER_ISSUE, Match.OTHER_BYTES,
    )  # fmt: skip
    assert checked.report.reasons == ("other_bytes_than_registered",)
    assert not checked.registered


def test_a_verdict_that_is_worse_stays(here: World) -> None:
    """The register softens nothing."""
    report = _report(_sealed(here), Verdict.INVALID)

    assert _checked(here, b"other", report).report == report


def test_a_file_without_its_seal_is_held_against_the_sealed_one(here: World) -> None:
    """Whoever took the seal off cannot say that there never was one; the shown file is known."""
    envelope = _sealed(here)
    report = _report(envelope, Verdict.UNSEALED, "seal_missing")
    shown = here.blobs.get(envelope.documents[0].frozen_hash())

    for pdf, match in ((shown, Match.SHOWN), (b"stripped", Match.OTHER_BYTES)):
        checked = _checked(here, pdf, report)

        assert (checked.match, checked.registered) == (match, False)
        assert checked.report.verdict is Verdict.UNSEALED
        assert checked.report.reasons == ("seal_missing", "sealed_file_registered")


def test_a_file_of_another_document_than_asked_about_is_told_so(here: World) -> None:
    """However genuine: it says nothing of the paper whose code was scanned."""
    envelope, other = _sealed(here), here.created()
    asked = other.documents[0].verification_token

    checked = _checked(here, _issued(here, envelope), _report(envelope), asked)

    assert (checked.match, checked.registered) == (Match.OTHER_DOCUMENT, False)
    assert checked.report.reasons == ("other_document_than_asked",)


def test_a_file_that_names_no_document_is_not_another_one(here: World) -> None:
    """A stranger's paper is judged by itself, whatever page it was uploaded to."""
    asked = here.created().documents[0].verification_token
    report = Report(verdict=Verdict.UNKNOWN, reasons=("not_ours",))

    checked = _checked(here, b"pdf", report, asked)

    assert (checked.report, checked.match) == (report, Match.UNREGISTERED)


@pytest.mark.parametrize(
    "token",
    [None, "", "0" * 22, "\x00" * 22, "ә" * 22, "0" * 23],
    ids=["none", "empty", "unknown", "nul", "letters", "long"],
)
def test_a_document_the_register_does_not_know_is_judged_by_itself(
    here: World, token: str | None
) -> None:
    """It may be of another installation, or erased; or a stranger wrote what it says."""
    report = Report(verdict=Verdict.VALID, claimed_token=token)

    checked = _checked(here, b"pdf", report)

    assert (checked.report, checked.match) == (report, Match.UNREGISTERED)


def test_a_document_that_is_not_sealed_yet_is_not_registered(here: World) -> None:
    """Nothing was issued."""
    checked = _checked(here, b"pdf", _report(here.created()))

    assert (checked.match, checked.registered) == (Match.NOT_ISSUED, False)
