"""A file against the register: is it, byte for byte, what was issued?"""

from dataclasses import dataclass, replace

import pytest

from docgen.domain.envelope import Envelope
from docgen.domain.verdict import Report, Verdict
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.verify_upload import Checked, VerifyUpload
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


def _report(envelope: Envelope, verdict: Verdict = Verdict.VALID) -> Report:
    named = {"envelope": {"id": envelope.id}, "document": {"id": envelope.documents[0].id}}
    return Report(verdict=verdict, evidence=named)


def _checked(world: World, pdf: bytes, report: Report) -> Checked:
    judge = VerifyDocument(verifier=_Verifier(report))
    return VerifyUpload(verify_document=judge, register=world.register)(pdf)


def _issued(world: World, envelope: Envelope) -> bytes:
    sealed = envelope.documents[0].sealed
    assert sealed is not None
    return world.blobs.get(sealed.sha256)


def test_the_issued_bytes_are_registered(anywhere: World) -> None:
    """The very same ones."""
    envelope = _sealed(anywhere)

    checked = _checked(anywhere, _issued(anywhere, envelope), _report(envelope))

    assert checked == Checked(report=_report(envelope), registered=True)


def test_what_follows_the_issued_bytes_is_left_to_the_file(here: World) -> None:
    """A timestamp added later leaves the document the registered one."""
    envelope = _sealed(here)
    later = _issued(here, envelope) + b"% a timestamp"

    checked = _checked(here, later, _report(envelope))

    assert (checked.report.verdict, checked.registered) == (Verdict.VALID, True)


def test_other_bytes_than_issued_were_changed(here: World) -> None:
    """However good the file looks by itself: it is not what the register issued."""
    envelope = _sealed(here)
    other = _issued(here, envelope).replace(b"sealed", b"SEALED")

    checked = _checked(here, other, _report(envelope))

    assert (checked.report.verdict, checked.registered) == (Verdict.CHANGED_AFTER_ISSUE, False)
    assert checked.report.reasons == ("other_bytes_than_registered",)


def test_a_verdict_that_is_worse_stays(here: World) -> None:
    """The register softens nothing."""
    envelope = _sealed(here)
    report = _report(envelope, Verdict.INVALID)

    assert _checked(here, b"other", report) == Checked(report=report, registered=False)


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        {},
        {"envelope": "x", "document": []},
        {"envelope": {"id": "01"}, "document": {"id": "02"}},
        {"envelope": {"id": "\x00"}, "document": {"id": 7}},
    ],
    ids=["none", "empty", "other kinds", "unknown", "no ids"],
)
def test_a_document_the_register_does_not_know_is_judged_by_itself(
    here: World, evidence: dict[str, object] | None
) -> None:
    """It may be of another installation, or erased; or a stranger wrote what it says."""
    report = Report(verdict=Verdict.VALID, evidence=evidence)

    assert _checked(here, b"pdf", report) == Checked(report=report, registered=False)


def test_a_document_that_is_not_sealed_yet_is_not_registered(here: World) -> None:
    """Nothing was issued."""
    envelope = here.created()

    assert not _checked(here, b"pdf", replace(_report(envelope))).registered
