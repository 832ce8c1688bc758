"""Take a batch: tables and a folder of papers become lines that wait, the same ones once."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from docgen.domain.canonical import canonical_json
from docgen.domain.errors import (
    BlobNotFound,
    Conflict,
    FieldError,
    PackBatchNotFound,
    ValuesRejected,
)
from docgen.domain.pack_batch import BatchLine, PackBatch, batch_number
from docgen.domain.pack_papers import CHECKLIST, PLACES, Slot, Wanted
from docgen.domain.table import Table
from docgen.forms.batch_tables import TabledCase, read_batch
from docgen.ports import Clock, Register
from docgen.ports_of_packs import PaperListing
from docgen.usecases.open_pack import Whose

OF_ALL: Final = "common"
"""The folder of papers that belong to every case."""
_NONE: Final = "0" * 64
"""In place of the hash of a file that is not there: the schema is not to complain of it again."""
_SLOTS = sorted(
    {p.slot.value for p in CHECKLIST if p.wanted not in {Wanted.MADE, Wanted.NEVER}},
    key=len,
    reverse=True,
)
_NAMED = re.compile(rf"(?:[0-9]{{1,2}}[ _-])?({'|'.join(_SLOTS)})(?:[ _-].*)?\.pdf", re.IGNORECASE)
_MONTH = re.compile(r"(?<![0-9])(20[0-9]{2}-[0-9]{2})(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class TakeBatch:
    """What is wrong is told all at once, and nothing is taken then."""

    register: Register
    clock: Clock
    kept: bool = False
    """Whether the papers are kept here, so that workers can build the batch."""

    def __call__(self, tables: Sequence[Table], papers: PaperListing, whose: Whose) -> PackBatch:
        """The batch, or the stored one of the same content; raises ValuesRejected."""
        cases = read_batch(tables)
        found = list(_Papers(papers).into(cases))
        found += [error for case in cases for error in case.errors()]
        if found:
            raise ValuesRejected(tuple(found))
        now = self.clock.now()
        hashes = [hashlib.sha256(canonical_json(case.given)).hexdigest() for case in cases]
        year = min(case.year for case in cases)
        number = batch_number(hashes, owner=whose.owner, year=year, kept=self.kept)
        batch = PackBatch(
            id=number, owner=whose.owner, client=whose.client, lines=len(cases), created_at=now,
            region=whose.region, actor=whose.by, kept=self.kept,
        )  # fmt: skip
        lines = [
            BatchLine(batch_id=number, place=place, case=case.name, given=case.given)
            for place, case in enumerate(cases, start=1)
        ]
        return self._kept(batch, lines)

    def _kept(self, batch: PackBatch, lines: Sequence[BatchLine]) -> PackBatch:
        with suppress(PackBatchNotFound), self.register.view() as unit:
            return unit.pack_batches.get(batch.id)
        try:
            with self.register.begin() as unit:
                unit.pack_batches.add(batch, lines)
                unit.commit()
        except Conflict:
            with self.register.view() as unit:
                return unit.pack_batches.get(batch.id)
        return batch


@dataclass
class _Papers:
    """Files by the folders they lie in: `common/…` and one folder for each case."""

    files: PaperListing
    hashes: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)

    def into(self, cases: Sequence[TabledCase]) -> Iterator[FieldError]:
        """Each case gets its papers; what cannot be placed is told."""
        by_folder: dict[str, list[dict[str, Any]]] = defaultdict(list)
        known = {OF_ALL, *(case.name for case in cases)}
        for path in self.files.paths():
            folder, _, name = path.rpartition("/")
            named = _NAMED.fullmatch(name)
            if folder not in known:
                if folder:
                    yield FieldError(f"/{path}", "paper_of_no_case")
            elif named is None:
                yield FieldError(f"/{path}", "paper_unnamed", (("slots", ", ".join(_SLOTS)),))
            else:
                by_folder[folder].append(_paper(path, named.group(1).lower(), name))
        for case in cases:
            yield from self._complete(case, [*by_folder[OF_ALL], *by_folder[case.name]])

    def _complete(
        self, case: TabledCase, found: Sequence[Mapping[str, Any]]
    ) -> Iterator[FieldError]:
        """What the table says of a file goes before what its name says; a slot alone says where.

        A row without a path is about the file of its slot: where its original is registered.
        """
        papers: list[dict[str, Any]] = [dict(each) for each in found]
        by_path = {paper["path"]: paper for paper in papers}
        for place, row in enumerate(case.given.pop("papers", [])):
            its = by_path.get(row["path"]) if "path" in row else _of_slot(papers, row.get("slot"))
            if its is not None:
                its.update(row)
            elif "path" in row:
                papers.append(dict(row))
            else:
                yield FieldError(case.cells[f"/papers/{place}"], "paper_not_found")
        case.given["papers"] = papers
        for paper in papers:
            try:
                paper["sha256"] = self._hash(paper["path"])
            except BlobNotFound:
                paper["sha256"] = _NONE
                if paper["path"] not in self.absent:
                    self.absent.add(paper["path"])
                    yield FieldError(f"/{paper['path']}", "paper_absent", _path(paper["path"]))

    def _hash(self, path: str) -> str:
        if path not in self.hashes:
            self.hashes[path] = hashlib.sha256(self.files.read(path)).hexdigest()
        return self.hashes[path]


def _paper(path: str, slot: str, name: str) -> dict[str, Any]:
    month = _MONTH.search(name) if Slot(slot) is Slot.INVOICE else None
    paper = {"slot": PLACES[Slot(slot)].slot.value, "path": path}
    return paper if month is None else paper | {"month": month.group(1)}


def _path(path: str) -> tuple[tuple[str, str], ...]:
    return (("path", path),)


def _of_slot(papers: Sequence[dict[str, Any]], slot: object) -> dict[str, Any] | None:
    return next((paper for paper in papers if paper["slot"] == slot), None)
