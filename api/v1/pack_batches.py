"""Batches of notary packs: tables of debtors come in, workers build, a workbook goes out."""

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.route import MEGABYTE, Answer, Call, FiledBody, JsonBody, Repeat, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.errors import (
    BlobDamaged,
    BlobNotFound,
    FieldError,
    PackBatchNotFound,
    ValuesRejected,
)
from docgen.domain.pack_batch import PackBatch, Progress
from docgen.domain.table import TableFile
from docgen.forms.fields import Block, Line

BATCHES = "/v1/pack-batches"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTED = 50


class BroughtBody(Block):
    """A paper that was brought along, as it would lie in the folder of papers."""

    path: Line
    """`common/05_contract.pdf` for every case, `CASE/09_invoice_2026-04.pdf` for one."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class BatchBody(Block):
    """The papers of a batch; the workbook, or each CSV file, is a part of its own."""

    papers: Annotated[tuple[BroughtBody, ...], Field(max_length=100_000)] = ()


class BatchState(StrEnum):
    """Where a batch stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    """Every line has its pack or its findings, or has failed until the batch is resumed."""


class CountsShape(Shape):
    """Lines by what became of them."""

    waiting: int = 0
    ready: int = 0
    blocked: int = 0
    failed: int = 0


class BatchShape(Shape):
    """A batch, and how far it is."""

    id: str
    state: BatchState
    lines: int
    counts: CountsShape
    per_minute: float | None
    """At the pace of the last lines; none before two of them are done."""
    remaining_seconds: int | None
    created_at: datetime

    @classmethod
    def of(cls, batch: PackBatch, progress: Progress, now: datetime) -> Self:
        """As it is at that moment."""
        counts = CountsShape(**{state.value: n for state, n in progress.counts.items()})
        running = counts.waiting > 0 and not batch.stopped
        rate, left = progress.per_minute(now), progress.remaining(now)
        return cls(
            id=batch.id,
            state=_state(batch, counts),
            lines=batch.lines,
            counts=counts,
            per_minute=round(rate, 1) if running and rate is not None else None,
            remaining_seconds=round(left.total_seconds()) if running and left else None,
            created_at=batch.created_at,
        )


class BatchesShape(Shape):
    """The newest batches."""

    batches: tuple[BatchShape, ...]


def _state(batch: PackBatch, counts: CountsShape) -> BatchState:
    if not counts.waiting:
        return BatchState.DONE
    return BatchState.STOPPED if batch.stopped else BatchState.RUNNING


def ask_for_batch(call: Call) -> Reply:
    """The batch: all its lines are owed; the same tables are the same batch."""
    body = call.body_as(BatchBody)
    if not any(each.content for each in call.files):
        raise ValuesRejected((FieldError("/file", "required"),))
    files = [
        TableFile(name=each.name, media_type=each.media_type, content=each.content)
        for each in call.files
    ]
    hashes = {each.path: each.sha256 for each in body.papers}
    batch = call.docgen.packs.batches.ask(files, hashes, call.caller)
    made = {"Location": f"{BATCHES}/{batch.id}"}
    return Reply(body=_shape(call, batch.id), status=HTTPStatus.CREATED, headers=made)


def find_batches(call: Call) -> Reply:
    """The newest, each with how far it is."""
    found = call.docgen.packs.batches.find(call.caller, limit=_LISTED)
    now = call.docgen.packs.show.clock.now()
    return Reply(body=BatchesShape(batches=tuple(BatchShape.of(*each, now) for each in found)))


def show_batch(call: Call) -> Reply:
    """How far it is now."""
    return Reply(body=_shape(call, call.path["batch_id"]))


def stop_batch(call: Call) -> Reply:
    """No further pack is begun."""
    call.docgen.packs.batches.stop(call.path["batch_id"], call.caller)
    return Reply(body=_shape(call, call.path["batch_id"]))


def resume_batch(call: Call) -> Reply:
    """It goes on, and tries again what failed."""
    call.docgen.packs.batches.resume(call.path["batch_id"], call.caller)
    return Reply(body=_shape(call, call.path["batch_id"]))


def fetch_summary(call: Call) -> Reply:
    """The workbook as of now."""
    number = call.path["batch_id"]
    content = call.docgen.packs.batches.summary(number, call.caller)
    headers = {
        "Content-Disposition": f'attachment; filename="{number}.xlsx"',
        "Cache-Control": "no-store",
    }
    return Reply(body=content, media_type=_XLSX, headers=headers)


def fetch_template(call: Call) -> Reply:
    """The empty workbook: every table, its columns and what they mean."""
    content = call.docgen.packs.batches.template()
    headers = {
        "Content-Disposition": 'attachment; filename="debtors.xlsx"',
        "Cache-Control": "no-store",
    }
    return Reply(body=content, media_type=_XLSX, headers=headers)


def _shape(call: Call, batch_id: str) -> BatchShape:
    batch, progress = call.docgen.packs.batches.show(batch_id, call.caller)
    return BatchShape.of(batch, progress, call.docgen.packs.show.clock.now())


_BATCH = f"{BATCHES}/{{batch_id}}"
_SHOWN = Answer(says="The batch as it is now", model=BatchShape)

ROUTES = (
    Route(
        method="POST",
        path=BATCHES,
        view=ask_for_batch,
        summary="Ask for the packs of many debtors: tables in XLSX or CSV, and their papers",
        tag="packs",
        scope=Scope.PACKS,
        body=FiledBody(
            model=BatchBody,
            alone=JsonBody(model=BatchBody),
            limit=20 * MEGABYTE,
            several=True,
        ),
        repeat=Repeat.MAY,
        answer=Answer(
            status=201,
            says="The batch; the same tables again are the same batch",
            model=BatchShape,
            headers={"Location": "Where it is"},
        ),
        refusals=(ValuesRejected, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path=BATCHES,
        view=find_batches,
        summary="Find batches of packs, the newest first",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The newest batches", model=BatchesShape),
    ),
    Route(
        method="GET",
        path="/v1/pack-batch-template",
        view=fetch_template,
        summary="Fetch the empty workbook of a batch",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The workbook", media_type=_XLSX),
    ),
    Route(
        method="GET",
        path=_BATCH,
        view=show_batch,
        summary="Show how far a batch of packs is, how fast it goes and how long it will take",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=_SHOWN,
        refusals=(PackBatchNotFound,),
    ),
    Route(
        method="POST",
        path=f"{_BATCH}/stop",
        view=stop_batch,
        summary="Stop a batch: packs that are begun are finished",
        tag="packs",
        scope=Scope.PACKS,
        repeat=Repeat.MAY,
        answer=_SHOWN,
        refusals=(PackBatchNotFound,),
    ),
    Route(
        method="POST",
        path=f"{_BATCH}/resume",
        view=resume_batch,
        summary="Let a batch go on where it was; what failed is tried again",
        tag="packs",
        scope=Scope.PACKS,
        repeat=Repeat.MAY,
        answer=_SHOWN,
        refusals=(PackBatchNotFound,),
    ),
    Route(
        method="GET",
        path=f"{_BATCH}/summary",
        view=fetch_summary,
        summary="Fetch the workbook of what is ready, what is not, and why",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The workbook", media_type=_XLSX),
        refusals=(PackBatchNotFound,),
    ),
)
