"""Trying all templates: in their order, side by side where that is wanted."""

from dataclasses import dataclass, field
from threading import Barrier, Lock

import pytest

from docgen.domain.errors import TemplateRejected
from docgen.domain.language import BOTH, Language
from docgen.domain.template import RouteReport
from docgen.forms.catalogue import Catalogue
from docgen.ports import Trials
from docgen.usecases.prove_routes import ProveRoutes, templates_of
from docgen.usecases.trial_orders import TrialOrders
from tests.builders import operator


@dataclass
class Prover:
    """Answers the first of them only when so many are asked at once."""

    together: int = 1
    refused: str = ""
    asked: int = 0
    most: int = 0
    _now: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._barrier = Barrier(self.together, timeout=10)

    def prove(self, name: str, languages: tuple[Language, ...], _: Trials, /) -> RouteReport:
        """Every template goes preloaded, but for the refused one."""
        with self._lock:
            self.asked += 1
            first = self.asked <= self.together
            self._now += 1
            self.most = max(self.most, self._now)
        if first:
            self._barrier.wait()
        with self._lock:
            self._now -= 1
        if name == self.refused:
            raise TemplateRejected("it has a macro")
        return RouteReport(template=name, languages=languages, route="preloaded", why={})


def _proving(prover: Prover, at_once: int) -> ProveRoutes:
    forms = Catalogue()
    trials = TrialOrders(forms=forms, operator=operator())
    return ProveRoutes(forms=forms, trials=trials, prover=prover, at_once=at_once)


@pytest.mark.parametrize("at_once", [1, 2])
def test_reports_come_in_the_order_of_the_templates(at_once: int) -> None:
    """However many are tried side by side, and never more than were allowed."""
    prover = Prover(together=at_once)
    told = [(each.template, each.languages) for each in _proving(prover, at_once)()]

    assert told == list(templates_of(Catalogue()))
    assert prover.most == at_once


def test_a_template_that_goes_no_way_is_a_report_too() -> None:
    """With what is wrong, and the others after it."""
    told = list(_proving(Prover(refused="application"), 1)())

    refused = [each for each in told if not each.route]
    assert [each.languages for each in refused] == [BOTH, (Language.KK,), (Language.RU,)]
    assert all("it has a macro" in each.why[""] for each in refused)
    assert len(told) == len(list(templates_of(Catalogue())))
