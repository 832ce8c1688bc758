"""A batch of packs: taken once, each line built once, and a workbook that says what came of it."""

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.adapters.binding.batch_papers import BroughtPapers
from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.tables.reading import read_files, read_tables
from docgen.adapters.tables.workbooks import OpenpyxlWorkbooks
from docgen.bootstrap.packs import kept_papers
from docgen.domain.caller import Caller, Scope
from docgen.domain.errors import SealUnavailable, ValuesRejected
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.pack_states import PackState
from docgen.domain.table import TableFile
from docgen.usecases.bring_paper import BringPaper
from docgen.usecases.build_line import BuildLine
from docgen.usecases.find_stuck import NOT_DONE, FindStuck
from docgen.usecases.open_pack import Whose
from docgen.usecases.sum_up_batch import SumUpBatch
from docgen.usecases.take_batch import TakeBatch
from docgen.usecases.work_batch import BatchDesk, BuildOwedLine
from tests.adapters.sealing.papers import ShiftedClock
from tests.fakes import FakeJobs
from tests.packs.conftest import Workshop
from tests.packs.tables import Tables, papers, tables, workbook


@dataclass
class Desk:
    """Where batches are taken and built."""

    workshop: Workshop
    folder: Path

    def take(self, given: Tables) -> PackBatch:
        """The batch of these tables, with the papers that lie there."""
        take = TakeBatch(register=self.workshop.register, clock=ShiftedClock())
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


def test_the_draft_of_a_blocked_line_has_its_papers(desk: Desk) -> None:
    """They lay in a folder only: brought along, they are there when somebody answers for it."""
    given = tables(1)
    del given["overrides"][1]
    shop = desk.workshop
    line = desk.build(desk.take(given))
    opening = shop.build().open
    with shop.register.view() as unit:
        draft = unit.packs.get(line.pack_id or "")
    files = kept_papers(shop.register, shop.blobs)(draft.owner, opening.case_of(draft))

    again = opening.check(opening.case_of(draft), files, owner=draft.owner)

    assert [each.rule for each in again.examination.open_warnings] == ["N27"]
    assert again.examination.blocks == ()
    assert all(seen.pages for seen in again.seen)


def test_what_waits_for_a_part_says_for_which(desk: Desk) -> None:
    """`docgen stuck` lists lines that wait and lines that failed, with age and reason."""
    batch = desk.take(tables(1))
    shop = desk.workshop
    patient = BuildLine(
        build=shop.build(), register=shop.register, blobs=shop.blobs, clock=ShiftedClock(),
        patient=True,
    )  # fmt: skip
    find = FindStuck(register=shop.register, clock=ShiftedClock())
    ages = timedelta(days=-1)
    before = [(each.envelope_id, each.reason) for each in find(older_than=ages)]
    shop.sealer.failing = SealUnavailable("away")

    with pytest.raises(SealUnavailable):
        patient(batch.id, 1, PaperFolder(desk.folder / "papers"))
    waits = [(each.state, each.reason) for each in find(older_than=ages)]
    desk.build(batch)
    failed = [(each.state, each.reason) for each in find(older_than=ages)]

    assert before == [(f"{batch.id}/1", NOT_DONE)]
    assert waits == [(LineState.WAITING, "seal_unavailable")]
    assert failed == [(LineState.FAILED, "seal_unavailable")]


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
        register=desk.workshop.register, clock=ShiftedClock(), workbooks=OpenpyxlWorkbooks(),
    )(batch.id)  # fmt: skip

    whole, ready, hindered = load_workbook(io.BytesIO(made)).worksheets
    counted = [row[1:] for row in whole.iter_rows(min_row=6, values_only=True)]
    assert counted == [(1, 0), (1, 48203.38), (1, 48203.38), (0, 0), (3, 96406.76)]
    (pack,) = ready.iter_rows(min_row=5, values_only=True)
    assert (pack[1], pack[5], pack[9]) == ("D-00001", 38, 48203.38)
    (reason,) = hindered.iter_rows(min_row=5, values_only=True)
    assert (reason[1], reason[6]) == ("D-00002", "N07")
    assert "спор" in str(reason[8])


def test_a_worker_builds_what_is_kept_here(desk: Desk) -> None:
    """Papers come from the register; a line that is stopped waits, and is then built once."""
    shop = desk.workshop
    brought = {}
    counter = PikepdfBinder()
    bring = BringPaper(
        register=shop.register, blobs=shop.blobs, clock=ShiftedClock(), counter=counter
    )
    caller = Caller(
        key_id="k", client="office", owner="collection", region=None, scopes=frozenset(Scope)
    )
    for file in (desk.folder / "papers" / "common").iterdir():
        brought[f"common/{file.name}"] = bring(file.read_bytes(), caller=caller).sha256
    batches = _batch_desk(desk)
    file = workbook(desk.folder / "debtors.xlsx", tables(1))
    batch = batches.ask([TableFile(name="t.xlsx", content=file.read_bytes())], brought, caller)
    work = BuildOwedLine(
        register=shop.register,
        build=BuildLine(
            build=shop.build(), register=shop.register, blobs=shop.blobs, clock=ShiftedClock(),
            patient=True,
        ),
        papers_of=kept_papers(shop.register, shop.blobs),
    )  # fmt: skip

    batches.stop(batch.id, caller)
    work(f"{batch.id}/1")
    stopped = batches.show(batch.id, caller)[1].done
    batches.resume(batch.id, caller)
    shop.sealer.failing = SealUnavailable("away")
    with pytest.raises(SealUnavailable):
        work(f"{batch.id}/1")
    waiting = batches.show(batch.id, caller)[1].counts
    shop.sealer.failing = None
    work(f"{batch.id}/1")
    work(f"{batch.id}/1")

    assert (stopped, waiting) == (0, {LineState.WAITING: 1})
    assert batches.show(batch.id, caller)[1].counts == {LineState.READY: 1}
    assert len(shop.sealer.orders) == 1


def _batch_desk(desk: Desk) -> BatchDesk:
    register, blobs, clock = desk.workshop.register, desk.workshop.blobs, ShiftedClock()
    return BatchDesk(
        register=register,
        take=TakeBatch(register=register, clock=clock, kept=True),
        sum_up=SumUpBatch(register=register, clock=clock, workbooks=OpenpyxlWorkbooks()),
        read=read_files,
        papers=lambda owner, hashes: BroughtPapers(register, blobs, owner=owner, hashes=hashes),
        jobs=FakeJobs(),
    )
