"""Make one of a pack's own papers: both languages in one PDF, the same bytes for the same case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from docgen.domain.language import BOTH, Language
from docgen.domain.pack_papers import Slot
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.forms import pack_papers, pack_results, pack_volumes
from docgen.forms.pack_papers import PackFacts
from docgen.forms.pack_results import ResultFacts
from docgen.forms.pack_volumes import VolumeFacts
from docgen.ports import Renderer
from docgen.texts.phrases import say

URN = "urn:qoltanba:pack:"
"""How the dc:identifier of a pack's papers begins."""


@dataclass(frozen=True, kw_only=True)
class MakePaper:
    """From the facts of a pack to a page that can be bound."""

    renderer: Renderer

    def __call__(self, slot: Slot, facts: PackFacts, *, caller: str = "") -> Rendered:
        """The paper; raises what hinders rendering."""
        return self.renderer.render(paper_order(slot, facts, languages=BOTH, caller=caller))


def paper_order(
    slot: Slot,
    facts: PackFacts,
    *,
    languages: tuple[Language, ...],
    alter: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
    caller: str = "",
) -> RenderOrder:
    """What the renderer is asked for; its time is the day of the case, so that bytes are alike."""
    identifier = f"{URN}{facts.number}:{slot}"
    return RenderOrder(
        template=pack_papers.template(slot),
        contexts={each: alter(pack_papers.context(slot, facts, each)) for each in languages},
        title=pack_papers.title(slot, facts.number),
        identifier=identifier,
        made_at=datetime.combine(facts.case.as_of, time.min, tzinfo=UTC),
        qr=identifier,
        caller=caller,
        batch=True,
    )


def results_order(
    facts: ResultFacts,
    *,
    languages: tuple[Language, ...],
    alter: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
    caller: str = "",
) -> RenderOrder:
    """The pages that come to a volume with its seal; their time is that of the looking."""
    identifier = f"{URN}{facts.number}:results"
    return RenderOrder(
        template=pack_results.TEMPLATE,
        contexts={each: alter(pack_results.context(facts, each)) for each in languages},
        title=say("pack.slot.check_results", BOTH[0]),
        identifier=identifier,
        made_at=facts.day,
        qr=identifier,
        caller=caller,
        batch=True,
    )


def title_order(
    facts: VolumeFacts, *, languages: tuple[Language, ...], caller: str = ""
) -> RenderOrder:
    """The title page of a later volume; its time is the day of the case, as that of papers is."""
    identifier = f"{URN}{facts.pack.number}:volume-{facts.number}"
    return RenderOrder(
        template=pack_volumes.TEMPLATE,
        contexts={each: pack_volumes.context(facts, each) for each in languages},
        title=" / ".join(pack_volumes.called(facts.number, facts.of, each) for each in BOTH),
        identifier=identifier,
        made_at=datetime.combine(facts.pack.case.as_of, time.min, tzinfo=UTC),
        qr=identifier,
        caller=caller,
        batch=True,
    )
