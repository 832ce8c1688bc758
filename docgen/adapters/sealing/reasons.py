"""Why a file got its verdict: stable codes, whose sentences live in the texts."""

from enum import StrEnum
from typing import Final

from docgen.domain.verdict import Verdict


class Reason(StrEnum):
    """One finding; a file without findings is valid."""

    STRUCTURE_BROKEN = "structure_broken"
    """The file claims a signature, but its structure cannot be read."""
    SEAL_BROKEN = "seal_broken"
    """The bytes are not those that were signed, or the signature is not of its certificate."""
    TIMESTAMP_BROKEN = "timestamp_broken"
    """The time-stamp token does not belong to this signature."""
    SIGNER_REVOKED = "signer_revoked"
    """The certificate was revoked before the seal was made."""
    NOT_CERTIFIED = "not_certified"
    """The first signature is no certification that allows no changes."""
    REVISIONS_WRONG = "revisions_wrong"
    """The signed revision is not exactly the second one: the frozen file plus one."""
    HASH_MISMATCH = "hash_mismatch"
    """The confirmed hash is not the hash of the first revision, or not what the code signed."""
    ATTACHMENT_MISMATCH = "attachment_mismatch"
    """The strokes or the scan beside the evidence are not those that it names."""
    JOURNAL_BROKEN = "journal_broken"
    """The hashes of the journal extract do not follow from one another."""

    SIGNER_NOT_TRUSTED = "signer_not_trusted"
    """The certificate does not lead to a trust root, or is not meant for signatures."""
    SIGNER_EXPIRED = "signer_expired"
    """The certificate was not valid at the time that can be proved."""
    TIMESTAMP_NOT_TRUSTED = "timestamp_not_trusted"
    """The time-stamp authority does not lead to a trust root."""
    TIMESTAMP_EXPIRED = "timestamp_expired"
    """The time-stamp authority's certificate has expired and no later time stamp vouches for it."""
    EVIDENCE_MISSING = "evidence_missing"
    """The signed revision holds no evidence of ours."""
    NOT_OURS = "not_ours"
    """The file neither has a seal nor says that it is ours."""

    SEAL_REMOVED = "seal_removed"
    """A file with our evidence, which only sealing attaches, and without any signature."""
    SEAL_MISSING = "seal_missing"
    """A document of ours without its seal: not sealed yet, or the seal was removed."""

    BYTES_AFTER_END = "bytes_after_end"
    """Bytes follow the last end-of-file mark."""
    CHANGED_AFTER_SEALING = "changed_after_sealing"
    """A later revision changes more than validation data and time stamps."""
    LATER_TIMESTAMP_NOT_TRUSTED = "later_timestamp_not_trusted"
    """A time stamp added later is broken or does not lead to a trust root."""


class Notice(StrEnum):
    """What a seal does not prove; it changes no verdict."""

    TIME_NOT_PROVED = "time_not_proved"
    """Without a time stamp (B-B) only the sealer's own clock says when it was sealed."""
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    """The file holds no revocation data (B-B, B-T), and offline nobody is asked for it."""


_NOTICES: Final = {
    "B-B": (Notice.TIME_NOT_PROVED, Notice.REVOCATION_NOT_CHECKED),
    "B-T": (Notice.REVOCATION_NOT_CHECKED,),
}

VERDICTS: Final = {
    Verdict.INVALID: frozenset(
        {
            Reason.STRUCTURE_BROKEN,
            Reason.SEAL_BROKEN,
            Reason.TIMESTAMP_BROKEN,
            Reason.SIGNER_REVOKED,
            Reason.NOT_CERTIFIED,
            Reason.REVISIONS_WRONG,
            Reason.HASH_MISMATCH,
            Reason.ATTACHMENT_MISMATCH,
            Reason.JOURNAL_BROKEN,
        }
    ),
    Verdict.UNKNOWN: frozenset(
        {
            Reason.SIGNER_NOT_TRUSTED,
            Reason.SIGNER_EXPIRED,
            Reason.TIMESTAMP_NOT_TRUSTED,
            Reason.TIMESTAMP_EXPIRED,
            Reason.EVIDENCE_MISSING,
            Reason.NOT_OURS,
        }
    ),
    Verdict.UNSEALED: frozenset({Reason.SEAL_REMOVED, Reason.SEAL_MISSING}),
    Verdict.CHANGED_AFTER_ISSUE: frozenset(
        {
            Reason.BYTES_AFTER_END,
            Reason.CHANGED_AFTER_SEALING,
            Reason.LATER_TIMESTAMP_NOT_TRUSTED,
        }
    ),
}
"""Which verdict each finding leads to; of several, the one listed first wins."""


def notices(level: str) -> tuple[Notice, ...]:
    """What a seal of that level leaves open (ETSI EN 319 142-1, 6.2)."""
    return _NOTICES.get(level, ())


def verdict(reasons: tuple[Reason, ...]) -> Verdict:
    """The gravest verdict among the findings; valid where there are none."""
    for candidate, causes in VERDICTS.items():
        if causes.intersection(reasons):
            return candidate
    return Verdict.VALID
