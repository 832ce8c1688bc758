"""Bring a paper along for packs: kept by its hash, for its owner's packs alone."""

import hashlib
from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.pack_record import PackPaper
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import PageCounter


@dataclass(frozen=True, kw_only=True)
class BringPaper:
    """The same file again is the same paper."""

    register: Register
    blobs: Blobs
    clock: Clock
    counter: PageCounter

    def __call__(self, pdf: bytes, *, caller: Caller) -> PackPaper:
        """The paper; raises UnreadableDocument for what is no PDF that can be bound, and Busy."""
        sha256 = hashlib.sha256(pdf).hexdigest()
        with self.register.view() as unit:
            known = unit.packs.papers(caller.owner, [sha256])
        if known:
            return known[0]
        paper = PackPaper(
            owner=caller.owner,
            sha256=sha256,
            size=len(pdf),
            pages=self.counter.pages(pdf),
            client=caller.client,
            added_at=self.clock.now(),
        )
        self.blobs.put(pdf)
        with self.register.begin() as unit:
            unit.packs.add_paper(paper)
            unit.commit()
        return paper
