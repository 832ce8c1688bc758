"""Fakes of what keeps evidence: an authority of anchors, and an archive."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from docgen.domain.errors import DocgenError
from docgen.domain.sealing import ArchivedPdf, StampJudged
from docgen.ports import Clock


@dataclass
class FakeAuthority:
    """Stamps and judges its own tokens, which are JSON; raises `failing` while that is set."""

    clock: Clock
    asked: list[str] = field(default_factory=list)
    failing: DocgenError | None = None
    lying: bool = False

    def stamp(self, sha256: str) -> bytes:
        """A token about that hash; about another one while it lies."""
        self.asked.append(sha256)
        if self.failing is not None:
            raise self.failing
        about = "0" * 64 if self.lying else sha256
        return json.dumps({"about": about, "at": self.clock.now().isoformat()}).encode()

    def judge(self, token: bytes, sha256: str) -> StampJudged:
        """What the token says."""
        try:
            said = json.loads(token)
            at = datetime.fromisoformat(said["at"])
        except (ValueError, KeyError, TypeError):
            return StampJudged(stamped_at=None, authority=None, fault="unreadable")
        fault = None if said["about"] == sha256 else "of_other_bytes"
        return StampJudged(stamped_at=at, authority="Fake", fault=fault)


@dataclass
class FakeArchiver:
    """Appends a comment for a revision; raises `failing` while that is set."""

    clock: Clock
    life: timedelta = timedelta(days=3650)
    """Of the certificate of its authority, from the moment it stamps."""
    extended: list[bytes] = field(default_factory=list)
    failing: DocgenError | None = None
    sealed_ends_at: datetime | None = None
    """What it reads in a sealed file."""
    meanwhile: Callable[[], object] = lambda: None

    def ends_at(self, pdf: bytes) -> datetime:
        """As it was set."""
        del pdf
        assert self.sealed_ends_at is not None
        return self.sealed_ends_at

    def extend(self, pdf: bytes) -> ArchivedPdf:
        """The bytes and a mark."""
        self.extended.append(pdf)
        self.meanwhile()
        if self.failing is not None:
            raise self.failing
        now = self.clock.now()
        mark = f"% stamped {now.isoformat()}\n%%EOF\n".encode()
        return ArchivedPdf(
            pdf=pdf + mark, authority="Fake TSA", stamped_at=now, ends_at=now + self.life
        )
