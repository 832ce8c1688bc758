"""Trusted signatures over our own revision that still are not our seals."""

from pathlib import Path
from typing import Any

import pytest
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.revision import FIELD_NAME
from docgen.adapters.sealing.verify import Reason
from docgen.domain.canonical import canonical_json
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing.attacks import change_title
from tests.adapters.sealing.others import sealed_otherwise
from tests.adapters.sealing.papers import FROZEN, order, stated
from tests.pki.lab import Lab

_NOT_CERTIFIED = PdfSignatureMetadata(field_name=FIELD_NAME, subfilter=SigSeedSubFilter.PADES)
_OPEN = PdfSignatureMetadata(
    field_name=FIELD_NAME,
    subfilter=SigSeedSubFilter.PADES,
    certify=True,
    docmdp_permissions=MDPPerm.FILL_FORMS,
)


@pytest.mark.parametrize("metadata", [_NOT_CERTIFIED, _OPEN])
def test_seal_that_allows_changes_is_not_ours(
    lab: Lab, picture: SealPicture, verifier: Verifier, metadata: PdfSignatureMetadata
) -> None:
    """An approval signature, or a certification that lets forms be filled, is not valid."""
    report = verifier.verify(sealed_otherwise(lab, picture, metadata=metadata))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.NOT_CERTIFIED,)


def test_lock_on_the_field_is_no_certification(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A field may forbid all changes and the document still not be certified."""
    report = verifier.verify(sealed_otherwise(lab, picture, metadata=_NOT_CERTIFIED, lock=True))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.NOT_CERTIFIED,)


def test_seal_on_a_file_of_two_revisions_is_not_ours(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """What was seen must be the first revision, and the seal the second."""
    frozen = change_title(FROZEN)
    evidence = order(frozen=FROZEN).evidence
    report = verifier.verify(sealed_otherwise(lab, picture, frozen=frozen, evidence=evidence))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.REVISIONS_WRONG,)


def test_evidence_of_another_file_is_no_evidence(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """The confirmed hash must be that of the first revision."""
    evidence = canonical_json(stated(b"other bytes"))
    report = verifier.verify(sealed_otherwise(lab, picture, evidence=evidence))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.HASH_MISMATCH,)


def test_broken_journal_is_seen_below_a_good_seal(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A changed entry breaks the chain, whoever sealed it."""
    changed: dict[str, Any] = stated()
    changed["journal"]["entries"][0]["actor"] = "somebody"
    report = verifier.verify(sealed_otherwise(lab, picture, evidence=canonical_json(changed)))
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.JOURNAL_BROKEN,)
    assert report.journal_chain_ok is False


@pytest.mark.parametrize("evidence", [b"{}", b"\xff", b"[" * 5000, b'{"format": "other/1"}'])
def test_other_json_is_no_evidence_of_ours(
    lab: Lab, picture: SealPicture, verifier: Verifier, evidence: bytes
) -> None:
    """An attachment of that name with other content makes nothing ours."""
    report = verifier.verify(sealed_otherwise(lab, picture, evidence=evidence))
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.EVIDENCE_MISSING,)


def test_time_stamp_without_validation_data_is_b_t(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """The level is read from what is inside: a token alone makes B-T."""
    report = verifier.verify(sealed_otherwise(lab, picture, tsa_url=lab.tsa_url))
    assert report.seal is not None
    assert (report.verdict, report.seal.level) == (Verdict.VALID, "B-T")


def test_revocation_list_inside_convicts_the_signer(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A list in the file that names the signer makes the seal invalid, not merely unproved."""
    pdf = sealed_otherwise(
        lab, picture, label="revoked", tsa_url=lab.tsa_url, lists=lab.revocation_lists()
    )
    report = verifier.verify(pdf)
    assert report.verdict is Verdict.INVALID
    assert report.reasons == (Reason.SIGNER_REVOKED,)


def test_list_that_convicts_nobody_makes_b_lt(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """The same lists prove that another signer was good."""
    pdf = sealed_otherwise(
        lab, picture, label="rsa", tsa_url=lab.tsa_url, lists=lab.revocation_lists()
    )
    report = verifier.verify(pdf)
    assert report.seal is not None
    assert (report.verdict, report.seal.level) == (Verdict.VALID, "B-LT")


def test_list_of_another_issuer_proves_nothing(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """Where the signer's own list is missing, the level stays B-T."""
    lists = lab.revocation_lists()[:1]
    pdf = sealed_otherwise(lab, picture, label="rsa", tsa_url=lab.tsa_url, lists=lists)
    report = verifier.verify(pdf)
    assert report.seal is not None
    assert (report.verdict, report.seal.level) == (Verdict.VALID, "B-T")


def test_time_stamp_of_a_stranger_is_not_believed(
    lab: Lab, picture: SealPicture, verifier: Verifier, long_lived: tuple[str, Path]
) -> None:
    """A token under another root proves no time, and the file says less than it claims."""
    report = verifier.verify(sealed_otherwise(lab, picture, tsa_url=long_lived[0]))
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.TIMESTAMP_NOT_TRUSTED,)


def test_certificate_not_meant_for_signatures_seals_nothing(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A server's certificate under the same root is no seal."""
    report = verifier.verify(sealed_otherwise(lab, picture, label="server"))
    assert report.verdict is Verdict.UNKNOWN
    assert report.reasons == (Reason.SIGNER_NOT_TRUSTED,)
