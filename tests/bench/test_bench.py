"""What the bench draws, and that it notices failures, mixed-up values and other pixels."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import pytest

from bench.orders import ACT_ROWS, Marked, acts, mixed
from bench.pages import NotThePaper, require_paper
from bench.processes import below, megabytes
from bench.reference import Beside
from bench.soak import Soak, Soaked
from docgen.domain.errors import RenderFailed
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.forms import protocol
from docgen.forms.catalogue import Catalogue
from docgen.usecases.trial_orders import TrialOrders
from tests.adapters.pages.drawings import drawing
from tests.adapters.sealing.papers import FROZEN
from tests.builders import operator
from tests.usecases.test_trial_orders import texts

Paint = Callable[[RenderOrder], bytes]


@pytest.fixture(scope="module")
def trials() -> TrialOrders:
    """Over the built-in forms."""
    return TrialOrders(Catalogue(), operator())


@pytest.fixture(scope="module")
def sixty(trials: TrialOrders) -> list[Marked]:
    """Orders of a short run."""
    return draws(trials, seed=3, count=60)


def draws(trials: TrialOrders, *, seed: int, count: int) -> list[Marked]:
    """The first so many."""
    return list(islice(mixed(trials, seed=seed), count))


def painted(order: RenderOrder) -> bytes:
    """All marks of an order on a page."""
    marks = {word for text in texts(dict(order.contexts)) for word in text.split() if "QX" in word}
    shown = " ".join(sorted(marks)).encode()
    return drawing((9000.0, 100.0), content=b"BT /F 9 Tf 20 50 Td (%s) Tj ET" % shown)


@dataclass
class Painter:
    """A renderer that paints; what it is given by `instead` replaces its work at that turn."""

    instead: dict[int, Paint] = field(default_factory=dict)
    turn: int = -1

    def render(self, order: RenderOrder) -> Rendered:
        """The next paper."""
        self.turn += 1
        pdf = self.instead.get(self.turn, painted)(order)
        return Rendered(pdf=pdf, pages=1, template_sha256="", engine="")

    def close(self) -> None:
        """Nothing to stop."""


def soaked(
    orders: list[Marked], folder: Path, painter: Painter, *, reference: Paint = painted
) -> Soaked:
    """All of them by that painter."""
    beside = Beside(reference=reference, processes=frozenset())
    soak = Soak(
        renderer=painter,
        beside=beside,
        processor=count(step=7).__next__,
        folder=folder,
        told=lambda _: None,
    )
    return soak.run(orders, documents=len(orders))


def test_the_act_has_the_same_rows_under_every_number(trials: TrialOrders) -> None:
    """Four tables of them, so that every route has the same work every time."""
    seen = [order.contexts[Language.RU] for order in islice(acts(trials), 2)]

    for each in seen:
        names = ("services", "works", "equipment", "materials")
        assert [len(each[name]) for name in names] == [ACT_ROWS] * 4
    assert seen[0]["document"] != seen[1]["document"]
    assert {**seen[0], "document": None} == {**seen[1], "document": None}


def test_a_seed_always_draws_the_same(trials: TrialOrders) -> None:
    """And another one something else."""
    assert draws(trials, seed=1, count=5) == draws(trials, seed=1, count=5)
    assert draws(trials, seed=1, count=5) != draws(trials, seed=2, count=5)


def test_every_template_and_language_is_drawn(trials: TrialOrders) -> None:
    """Within a few hundred documents, with and without rows."""
    drawn = draws(trials, seed=1, count=300)
    wanted = {form.template(edition) for form in trials.forms for edition in form.editions}

    assert {each.order.template for each in drawn} == wanted | set(protocol.TEMPLATES)
    assert len({tuple(each.order.contexts) for each in drawn}) == 3
    assert {each.kind.rpartition(", ")[2] for each in drawn} == {f"{n} rows" for n in range(16)}


def test_no_mark_stands_on_two_papers(trials: TrialOrders) -> None:
    """Each paper has several, all of which begin as no other paper's do."""
    drawn = draws(trials, seed=1, count=100)

    assert len({each.prefix for each in drawn}) == 100
    for each in drawn:
        assert len(each.marks) > 1
        assert all(mark.startswith(each.prefix) for mark in each.marks)


def test_papers_that_are_as_ordered_are_not_complained_of(
    sixty: list[Marked], tmp_path: Path
) -> None:
    """Sixty documents, of which two were compared."""
    run = soaked(sixty, tmp_path, Painter())
    found = run.summary()

    assert (found["documents"], found["failures"]) == (60, 0)
    assert (found["compared"], found["different"]) == (2, 0)
    assert found["cpu_p50_ms"] == found["cpu_p99_ms"] == 7
    assert found["p99_ms"] >= found["p50_ms"]
    assert min(run.milliseconds) > 0
    assert len(run.megabytes) == 60


def test_a_run_that_is_interrupted_tells_what_it_found(sixty: list[Marked], tmp_path: Path) -> None:
    """An hour of it is not lost."""

    def interrupt(_: RenderOrder) -> bytes:
        raise KeyboardInterrupt

    found = soaked(sixty, tmp_path, Painter({40: interrupt})).summary()

    assert (found["documents"], found["failures"]) == (40, 0)


def test_a_failure_is_counted(sixty: list[Marked], tmp_path: Path) -> None:
    """And the run goes on."""

    def fail(_: RenderOrder) -> bytes:
        raise RenderFailed("no")

    found = soaked(sixty, tmp_path, Painter({7: fail})).summary()

    assert (found["documents"], found["failures"]) == (60, 1)
    assert "no" in found["complaints"][0]


def test_values_of_another_paper_are_noticed(sixty: list[Marked], tmp_path: Path) -> None:
    """Also where nothing of its own is missing."""
    earlier = sixty[19].order

    def both(order: RenderOrder) -> bytes:
        contexts = {Language.KK: {"one": order.contexts, "other": earlier.contexts}}
        return painted(RenderOrder(
            template="", contexts=contexts, title="", identifier="", made_at=order.made_at,
        ))  # fmt: skip

    found = soaked(sixty, tmp_path, Painter({30: both})).summary()

    assert found["failures"] == 1
    assert "has ['QX00019']" in found["complaints"][0]


def test_a_lost_value_is_noticed(sixty: list[Marked], tmp_path: Path) -> None:
    """A paper without its own values is no paper."""
    found = soaked(sixty, tmp_path, Painter({5: lambda _: drawing()})).summary()

    assert found["failures"] == 1
    assert "lacks ['QX00005AA'" in found["complaints"][0]


def test_other_pixels_are_noticed_and_kept(sixty: list[Marked], tmp_path: Path) -> None:
    """Both papers are left to be looked at."""
    found = soaked(sixty, tmp_path, Painter(), reference=lambda _: drawing()).summary()

    assert found["different"] == 2
    assert {file.name for file in tmp_path.iterdir()} >= {"QX00050.pdf", "QX00050-reference.pdf"}


def test_other_bytes_are_noticed(sixty: list[Marked], tmp_path: Path) -> None:
    """Though nobody would see a difference."""
    found = soaked(sixty, tmp_path, Painter(), reference=lambda o: painted(o) + b"%\n").summary()

    assert found["different"] == 2
    assert "has other bytes" in found["complaints"][0]


@pytest.mark.parametrize("pdf", [b"", b"PK\x03\x04", drawing()], ids=["empty", "zip", "plain"])
def test_what_is_no_archived_pdf_does_not_win(pdf: bytes) -> None:
    """Nor does one of another number of pages."""
    with pytest.raises(NotThePaper):
        require_paper(pdf, pages=1)
    with pytest.raises(NotThePaper):
        require_paper(FROZEN, pages=3)
    require_paper(FROZEN, pages=2)


@contextmanager
def sleeping() -> Iterator[int]:
    """A shell with a sleep below it."""
    begun = subprocess.Popen(["/bin/sh", "-c", "sleep 60; :"], start_new_session=True)
    try:
        yield begun.pid
    finally:
        os.killpg(begun.pid, 9)
        begun.wait()


def test_processes_are_weighed_with_all_below_them() -> None:
    """Save for those that are not asked for, and what is below these."""
    with sleeping() as pid:
        until = time.monotonic() + 10
        while not below(pid) and time.monotonic() < until:
            time.sleep(0.01)
        mine = below(os.getpid())

        assert {pid, *below(pid)} <= mine
        assert not {pid, *below(pid)} & below(os.getpid(), but={pid})
        assert megabytes(below(pid)) > 0
