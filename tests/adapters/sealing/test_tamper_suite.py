"""Everything that can be done to a sealed file, each with its verdict and its reason: one list."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.reasons import Reason
from docgen.domain.canonical import canonical_json
from docgen.domain.handwriting import Tool
from docgen.domain.language import BOTH
from docgen.domain.sealing import SealOrder
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from docgen.texts.phrases import say
from tests import hands
from tests.adapters.sealing import attacks
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.others import ForgedStamper, archived, impostor, sealed_otherwise
from tests.adapters.sealing.papers import order, order_by_hand, order_of_scan, stated
from tests.pki.lab import Lab

Attack = Callable[[bytes], bytes]
CHANGED, INVALID = Verdict.CHANGED_AFTER_ISSUE, Verdict.INVALID
UNSEALED, UNKNOWN = Verdict.UNSEALED, Verdict.UNKNOWN

WITHOUT_THE_KEY: dict[str, tuple[Attack, Verdict, Reason]] = {
    "byte flip in the content": (
        lambda pdf: attacks.flip(pdf, 3000), INVALID, Reason.SEAL_BROKEN),
    "byte flip in the evidence": (attacks.flip_in_evidence, INVALID, Reason.SEAL_BROKEN),
    "byte flip in the signature": (attacks.flip_in_signature, INVALID, Reason.SEAL_BROKEN),
    "page changed": (attacks.replace_page_content, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "annotation": (attacks.annotate, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "attachment added": (attacks.attach, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "attachment replaced": (attacks.replace_evidence, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "attachments removed": (attacks.remove_attachments, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "another document's evidence": (
        lambda pdf: attacks.attach_evidence_of_another(pdf, canonical_json(stated(b"other"))),
        CHANGED, Reason.CHANGED_AFTER_SEALING),
    "shadow catalog": (attacks.switch_catalog, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "catalog replaced": (attacks.replace_catalog, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "signatures stripped": (attacks.strip, UNSEALED, Reason.SEAL_REMOVED),
    "signatures and evidence stripped": (attacks.strip_all, UNSEALED, Reason.SEAL_MISSING),
    "page removed and saved anew": (attacks.remove_last_page, INVALID, Reason.SEAL_BROKEN),
    "saved anew": (attacks.rewrite, INVALID, Reason.SEAL_BROKEN),
    "title changed": (attacks.change_title, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "XMP changed": (attacks.change_xmp, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "modification date": (attacks.touch_metadata, CHANGED, Reason.CHANGED_AFTER_SEALING),
    "trailing bytes": (attacks.append_junk, CHANGED, Reason.BYTES_AFTER_END),
    "one more line end": (attacks.append_line_end, CHANGED, Reason.BYTES_AFTER_END),
}  # fmt: skip
"""What anybody can do who has the file and no key."""


def _require(report_of: Verifier, pdf: bytes, verdict: Verdict, reason: Reason) -> None:
    report = report_of.verify(pdf)
    assert (report.verdict, report.reasons[:1]) == (verdict, (reason.value,))
    assert all(say(f"reason.{code}", lang).strip() for code in report.reasons for lang in BOTH)


@pytest.mark.parametrize("kind", ["sealed", "plainly_sealed"], ids=["B-LT", "B-B"])
@pytest.mark.parametrize("name", WITHOUT_THE_KEY)
def test_an_attack_without_the_key_is_called_by_its_name(
    name: str, kind: str, verifier: Verifier, request: pytest.FixtureRequest
) -> None:
    """The verdict of the list, its reason first, and words for it in Kazakh and Russian."""
    attack, verdict, reason = WITHOUT_THE_KEY[name]

    _require(verifier, attack(request.getfixturevalue(kind)), verdict, reason)


@pytest.mark.parametrize("name", sorted(WITHOUT_THE_KEY.keys() - {"one more line end"}))
def test_an_archive_time_stamp_on_top_heals_nothing(
    name: str, sealed: bytes, lab: Lab, verifier: Verifier
) -> None:
    """Who has a forged file stamped has a stamped forgery; a line end alone is an archive's own."""
    attack, _, _ = WITHOUT_THE_KEY[name]
    stamped = archived(attack(sealed), lab.tsa_url, lab.root)

    assert verifier.verify(stamped).verdict is not Verdict.VALID


def test_a_seal_without_its_time_stamp_is_broken(sealed: bytes, verifier: Verifier) -> None:
    """The token is not signed and can be taken out; the validation data tells of it."""
    _require(verifier, attacks.remove_time_stamp(sealed), INVALID, Reason.SEAL_BROKEN)


def test_a_signature_of_another_file_is_broken_here(
    sealed: bytes, plainly_sealed: bytes, verifier: Verifier
) -> None:
    """Genuine, trusted, and over other bytes."""
    moved = attacks.transplant(sealed, plainly_sealed)

    _require(verifier, moved, INVALID, Reason.SEAL_BROKEN)


def test_another_certificate_of_the_same_name_is_a_stranger(
    lab: Lab, picture: SealPicture, verifier: Verifier, tmp_path: Path
) -> None:
    """Every name in the chain is right; the keys are not those of our roots."""
    pdf = sealed_otherwise(lab, picture, pkcs12=impostor(lab, tmp_path))

    _require(verifier, pdf, UNKNOWN, Reason.SIGNER_NOT_TRUSTED)
    assert verifier.verify(pdf).seal is not None


def test_evidence_of_another_document_under_a_trusted_seal(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """Even who has the key cannot make one document's evidence prove another's bytes."""
    pdf = sealed_otherwise(lab, picture, evidence=canonical_json(stated(b"other")))

    _require(verifier, pdf, INVALID, Reason.HASH_MISMATCH)


def test_a_manifest_that_was_not_signed_under_a_trusted_seal(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """The right document hash, but the code was bound to another envelope."""
    forged = stated()
    forged["challenge"]["bound_to"] = "0" * 64
    pdf = sealed_otherwise(lab, picture, evidence=canonical_json(forged))

    _require(verifier, pdf, INVALID, Reason.HASH_MISMATCH)


def test_other_strokes_in_a_later_revision_are_a_change(
    make_sealer: MakeSealer, verifier: Verifier
) -> None:
    """The signed revision still holds the right ones."""
    sealed = make_sealer("ec").seal(order_by_hand()).pdf
    assert verifier.verify(sealed).verdict is Verdict.VALID
    forged = attacks.replace_beside_evidence(sealed, hands.strokes(tool=Tool.MOUSE).content())

    _require(verifier, forged, CHANGED, Reason.CHANGED_AFTER_SEALING)


def test_a_scan_of_another_paper_in_a_later_revision_is_a_change(
    make_sealer: MakeSealer, verifier: Verifier
) -> None:
    """Genuine in its own file, and not in this one."""
    own, other = hands.photo(), hands.photo(1000, 1500)
    sealed = make_sealer("ec").seal(order_of_scan(own)).pdf
    assert verifier.verify(sealed).verdict is Verdict.VALID

    forged = attacks.replace_beside_evidence(sealed, other)

    _require(verifier, forged, CHANGED, Reason.CHANGED_AFTER_SEALING)


def _beside(asked: SealOrder, **changes: Any) -> SealOrder:
    return replace(asked, attachments=(replace(asked.attachments[0], **changes),))


@pytest.mark.parametrize(
    "asked",
    [
        _beside(order_by_hand(), content=hands.strokes(tool=Tool.MOUSE).content()),
        _beside(order_of_scan(hands.photo()), content=hands.photo(1000, 1500)),
        _beside(order_of_scan(hands.photo()), name="paper.jpg"),
        replace(order_by_hand(), attachments=()),
        replace(order_by_hand(), attachments=order_by_hand().attachments * 2),
        replace(order(), attachments=order_by_hand().attachments),
    ],
    ids=["other strokes", "another scan", "another name", "none", "twice", "beside a code"],
)
def test_what_the_evidence_does_not_name_under_a_trusted_seal(
    lab: Lab, picture: SealPicture, verifier: Verifier, asked: SealOrder
) -> None:
    """Even who has the key cannot put another hand beside the evidence of this one."""
    pdf = sealed_otherwise(lab, picture, asked=asked)

    _require(verifier, pdf, INVALID, Reason.ATTACHMENT_MISMATCH)


@pytest.mark.parametrize("level", ["B-B", "B-T"])
@pytest.mark.parametrize(
    ("label", "reason"),
    [("expired", Reason.SIGNER_EXPIRED), ("future", Reason.SIGNER_NOT_TRUSTED)],
)
def test_a_signer_out_of_its_time_is_not_trusted(
    lab: Lab, picture: SealPicture, verifier: Verifier, label: str, reason: Reason, level: str
) -> None:
    """Expired before the seal, or not valid yet: by our clock, or by the stamp's."""
    tsa_url = lab.tsa_url if level == "B-T" else None
    pdf = sealed_otherwise(lab, picture, label=label, tsa_url=tsa_url)

    _require(verifier, pdf, UNKNOWN, reason)


def test_a_revoked_signer_is_convicted(lab: Lab, picture: SealPicture, verifier: Verifier) -> None:
    """By the list in the file itself."""
    lists = lab.revocation_lists()
    pdf = sealed_otherwise(lab, picture, label="revoked", tsa_url=lab.tsa_url, lists=lists)

    _require(verifier, pdf, INVALID, Reason.SIGNER_REVOKED)


def test_a_genuine_token_over_other_bytes_is_a_forged_time_stamp(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A trusted authority has stamped something, but not this signature."""
    pdf = sealed_otherwise(lab, picture, stamper=ForgedStamper(lab.tsa_url))

    _require(verifier, pdf, INVALID, Reason.TIMESTAMP_BROKEN)


def test_a_token_of_a_stranger_is_a_forged_time_stamp(
    lab: Lab, picture: SealPicture, verifier: Verifier, long_lived: tuple[str, Path]
) -> None:
    """It leads to no trust root of ours."""
    pdf = sealed_otherwise(lab, picture, tsa_url=long_lived[0])

    _require(verifier, pdf, UNKNOWN, Reason.TIMESTAMP_NOT_TRUSTED)


def test_nobody_seals_over_a_title_that_was_changed_first(
    lab: Lab, picture: SealPicture, verifier: Verifier
) -> None:
    """A change slipped in between what was shown and the seal."""
    frozen = attacks.change_title(order().frozen)
    pdf = sealed_otherwise(lab, picture, frozen=frozen, evidence=order().evidence)

    _require(verifier, pdf, INVALID, Reason.REVISIONS_WRONG)
