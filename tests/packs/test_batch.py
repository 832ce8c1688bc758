"""A batch of packs: taken once, each line built once, and a workbook that says what came of it."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.tables.reading import read_tables
from docgen.adapters.tables.workbooks import OpenpyxlWorkbooks
from docgen.domain.errors import SealUnavailable, ValuesRejected
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.pack_states import PackState
from docgen.usecases.build_line import BuildLine
from docgen.usecases.open_pack import Whose
from docgen.usecases.sum_up_batch import SumUpBatch
from docgen.usecases.take_batch import TakeBatch
from tests.adapters.sealing.papers import ShiftedClock
from tests.packs.conftest import Workshop
from tests.packs.tables import Tables, papers, tables, workbook


@dataclass
class Desk:
    """Where batches are taken and built."""

    workshop: Workshop
    folder: Path

    def take(self, given: Tables) -> PackBatch:
        """The batch of these tables, with the papers that lie there."""
        take = TakeBatch(
            register=self.workshop.register, blobs=self.workshop.blobs, clock=ShiftedClock()
        )
        file = workbook(self.folder / "debtors.xlsx", given)
        whose = Whose(owner="collection", client="office")
        return take(read_tables(file), PaperFolder(self.folder / "papers"), whose)

    def build(self, batch: PackBatch, place: int = 1) -> BatchLine:
        """One line of it."""
        build = BuildLine(
            build=self.workshop.build(), register=self.workshop.register,
            blobs=self.workshop.blobs, clock=ShiftedClock(),
        )  # fmt: skip
        return build(batch.id, place, PaperFolder(self.folder / "papers"))


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path) -> Desk:
    """With the papers that all debtors share."""
    papers(tmp_path / "papers")
    return Desk(workshop, tmp_path)


def test_the_same_tables_are_one_batch(desk: Desk) -> None:
    """However often they are handed over; other tables are another one."""
    first = desk.take(tables(2))

    assert desk.take(tables(2)) == first
    assert desk.take(tables(3)).id != first.id
    assert (first.lines, first.id[:8]) == (2, "NB-2026-")


def test_a_line_is_built_once(desk: Desk) -> None:
    """A second try finds it done; a killed one that had sealed finds its pack."""
    batch = desk.take(tables(1))

    first = desk.build(batch)
    second = desk.build(batch)

    assert first.state is LineState.READY
    assert second == first
    assert (first.outcome["total"], first.outcome["pages"]) == ("48203.38", 38)
    assert len(desk.workshop.sealer.orders) == 1


def test_a_blocked_line_says_why(desk: Desk) -> None:
    """All findings, in both languages; the others go on."""
    given = tables(1)
    given["debtors"][1][given["debtors"][0].index("open_dispute")] = "иә"
    del given["overrides"][1]

    line = desk.build(desk.take(given))

    assert line.state is LineState.BLOCKED
    assert [each["rule"] for each in line.outcome["findings"]] == ["N07", "N27"]
    assert set(line.outcome["findings"][0]["message"]) == {"kk", "ru"}
    with desk.workshop.register.view() as unit:
        assert unit.packs.get(line.pack_id or "").state is PackState.DRAFT


def test_what_failed_is_tried_again(desk: Desk) -> None:
    """The next run finds it open."""
    batch = desk.take(tables(1))
    desk.workshop.sealer.failing = SealUnavailable("away")
    failed = desk.build(batch)
    desk.workshop.sealer.failing = None
    with desk.workshop.register.view() as unit:
        places = unit.pack_batches.open(batch.id)

    assert (failed.state, failed.outcome) == (LineState.FAILED, {"code": "seal_unavailable"})
    assert places == [1]
    assert desk.build(batch).state is LineState.READY


def test_papers_are_found_by_their_names(desk: Desk) -> None:
    """Those of all in `common`, a debtor's own in his folder; what cannot be placed is told."""
    folder = desk.folder / "papers"
    for name in ("D-00001/18_address.pdf", "D-00009/20_fee.pdf", "common/scan0001.pdf"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((folder / "common" / "20_fee.pdf").read_bytes())
    given = tables(1)
    given["papers"].append(["D-00001", "instalments", "архив"])

    with pytest.raises(ValuesRejected) as refused:
        desk.take(given)

    assert {error.pointer: error.code for error in refused.value.errors} == {
        "/D-00009/20_fee.pdf": "paper_of_no_case", "/common/scan0001.pdf": "paper_unnamed",
        "/papers/A5": "paper_not_found",
    }  # fmt: skip


def test_the_summary_says_what_is_ready_and_what_hinders(desk: Desk) -> None:
    """Counts and sums, a row for each pack, a row for each reason in both languages."""
    given = tables(3)
    given["debtors"][2][given["debtors"][0].index("open_dispute")] = True
    batch = desk.take(given)
    desk.build(batch, 1)
    desk.build(batch, 2)

    made = SumUpBatch(
        register=desk.workshop.register, blobs=desk.workshop.blobs, clock=ShiftedClock(),
        workbooks=OpenpyxlWorkbooks(),
    )(batch.id)  # fmt: skip

    whole, ready, hindered = load_workbook(io.BytesIO(made)).worksheets
    counted = [row[1:] for row in whole.iter_rows(min_row=6, values_only=True)]
    assert counted == [(1, 0), (1, 48203.38), (1, 48203.38), (0, 0), (3, 96406.76)]
    (pack,) = ready.iter_rows(min_row=5, values_only=True)
    assert (pack[1], pack[5], pack[9]) == ("D-00001", 38, 48203.38)
    (reason,) = hindered.iter_rows(min_row=5, values_only=True)
    assert (reason[1], reason[6]) == ("D-00002", "N07")
    assert "спор" in str(reason[8])
