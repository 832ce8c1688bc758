"""The doctor: a look at everything that documents are made, sealed and verified with."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.fonts import digest_of, files_of
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, require_current
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import engine_of, proving, renderer_of
from docgen.bootstrap.sealing import sealer_of
from docgen.bootstrap.smpp import link_state
from docgen.bootstrap.surroundings import Surroundings, codes_of, surroundings
from docgen.domain.checkup import Grade, Observation, Part, Weakness, failed, of_route, weak
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import Misconfigured
from docgen.domain.verdict import Verdict
from docgen.ports import Sealer
from docgen.settings import Settings
from docgen.usecases.examine import Examine, Look
from docgen.usecases.render_specimen import RenderSpecimen
from docgen.usecases.seal_document import SealDocument
from docgen.usecases.seal_specimen import SealSpecimen, SpecimenSeal

TEST_FORM: Final = "acceptance_act"
_SHOWN: Final = 60
_SOON: Final = timedelta(days=30)
"""An authority takes weeks to issue a certificate."""
_WEAK: Final = {
    ("bridge", "pipe"): Weakness.BRIDGE_PIPE,
    ("network", "shared"): Weakness.NETWORK_SHARED,
    ("clock", "running"): Weakness.CLOCK_RUNNING,
    ("allocator", "libc"): Weakness.ALLOCATOR_LIBC,
}


@contextmanager
def doctor(settings: Settings) -> Iterator[Examine]:
    """The examination of this installation; in the demo with whatever of it must be started."""
    with ExitStack() as stack:
        parts = _Parts(settings, stack)
        making = (Part.FONTS, Part.ENGINE)
        yield Examine(
            (
                Look(part=Part.FONTS, see=parts.fonts),
                Look(part=Part.ENGINE, see=parts.engine),
                Look(part=Part.SETTINGS, see=parts.settings_hold),
                Look(part=Part.DATABASE, see=parts.database, needs=(Part.SETTINGS,)),
                Look(part=Part.REDIS, see=parts.redis, needs=(Part.SETTINGS,)),
                Look(part=Part.SMPP, see=parts.smpp, needs=(Part.SETTINGS,)),
                Look(part=Part.SEAL, see=parts.seal, needs=(Part.SETTINGS,)),
                Look(part=Part.ROUTES, see=parts.routes, needs=making),
                Look(part=Part.TEST_PAGE, see=parts.test_page, needs=(*making, Part.SEAL)),
                Look(part=Part.ZYGOTES, see=parts.zygotes, needs=(Part.ENGINE,)),
            )
        )


@dataclass
class _Parts:
    settings: Settings
    stack: ExitStack

    def fonts(self) -> Iterator[Observation]:
        rendering, seal = self.settings.rendering, self.settings.seal
        used = files_of(rendering.font, rendering.symbols_font)
        wanted = dict.fromkeys((rendering.font, *used, seal.font, seal.bold_font))
        missing = [file for file in wanted if not file.is_file()]
        for file in missing:
            yield failed(Part.FONTS, Misconfigured(f"there is no font {file}"))
        if not missing:
            files = [str(file) for file in wanted]
            yield Observation(part=Part.FONTS, facts={"digest": digest_of(used), "files": files})

    def engine(self) -> Iterator[Observation]:
        hello = self._engine.hello()
        facts = {name: hello[name] for name in ("engine", *(of for of, _ in _WEAK))}
        yield Observation(part=Part.ENGINE, facts=facts)
        for (name, value), weakness in _WEAK.items():
            if facts[name] == value:
                yield weak(Part.ENGINE, weakness)

    def routes(self) -> Iterator[Observation]:
        prove = proving(self.settings, self._renderer, at_once=self.settings.rendering.zygotes)
        return map(of_route, prove())

    def settings_hold(self) -> Iterator[Observation]:
        _ = self._surroundings
        yield Observation(part=Part.SETTINGS, facts={"profile": self.settings.profile})

    def database(self) -> Iterator[Observation]:
        url = database_url(self.settings)
        register = SqlRegister(url)
        self.stack.callback(register.close)
        register.ping()
        require_current(self.settings)
        yield Observation(
            part=Part.DATABASE, facts={"kind": url.partition(":")[0], "answers": True}
        )

    def redis(self) -> Iterator[Observation]:
        codes = codes_of(self._surroundings)
        self.stack.callback(codes.close)
        codes.ping()
        yield Observation(part=Part.REDIS, facts={"answers": True})

    def smpp(self) -> Iterator[Observation]:
        """Nothing is said where no message centre is set."""
        if self.settings.sms.smpp.host is not None:
            yield Observation(part=Part.SMPP, facts=link_state(self.settings))

    def seal(self) -> Iterator[Observation]:
        ability = self._sealer.check()
        until = ability.valid_until.date()
        facts = {"level": ability.level.value, "key": ability.key, "valid_until": f"{until}"}
        yield Observation(part=Part.SEAL, facts=facts)
        if ability.level is SealLevel.B_B:
            yield weak(Part.SEAL, Weakness.SEAL_WITHOUT_TIMESTAMP)
        if ability.valid_until - CLOCK.now() < _SOON:
            yield weak(Part.SEAL, Weakness.SEAL_EXPIRES, f"{until}")
        if ability.detached:
            yield weak(Part.SEAL, Weakness.DETACHED_UNTRIED)

    def test_page(self) -> Iterator[Observation]:
        specimen = self._seal_specimen()(TEST_FORM)
        report = specimen.report
        valid = report.verdict is Verdict.VALID
        yield Observation(
            part=Part.TEST_PAGE,
            grade=Grade.OK if valid else Grade.FAILURE,
            subject=TEST_FORM,
            facts=_told(specimen),
            code="" if valid else report.verdict.value,
            detail=", ".join(report.reasons),
        )

    def zygotes(self) -> Iterator[Observation]:
        """Last: only after its first document does a zygote tell of its memory."""
        status = self._engine.status()
        memory = sum(each["private_kb"] for each in status["zygotes"])
        facts = {
            "running": len(status["zygotes"]),
            "at_most": self.settings.rendering.zygotes,
            "memory_mb": round(memory / 1024) or None,
            "waiting": status["waiting"],
        }
        yield Observation(part=Part.ZYGOTES, facts=facts)
        held = [f"{each['kind']} {each['digest'][:_SHOWN]}" for each in status["quarantined"]]
        if held:
            yield weak(Part.ZYGOTES, Weakness.QUARANTINE, ", ".join(held))

    def _seal_specimen(self) -> SealSpecimen:
        return SealSpecimen(
            render_specimen=RenderSpecimen(
                forms=catalogue(self.settings),
                renderer=self._renderer,
                operator=operator_of(self.settings),
                clock=CLOCK,
            ),
            seal_document=SealDocument(renderer=self._renderer, sealer=self._sealer),
            clock=CLOCK,
        )

    @cached_property
    def _engine(self) -> Engine:
        engine = engine_of(self.settings)
        self.stack.callback(engine.close)
        return engine

    @cached_property
    def _renderer(self) -> LibreOfficeRenderer:
        renderer = renderer_of(self.settings)
        self.stack.callback(renderer.close)
        return renderer

    @cached_property
    def _sealer(self) -> Sealer:
        return sealer_of(self.settings, self._surroundings, wait=timedelta())

    @cached_property
    def _surroundings(self) -> Surroundings:
        return self.stack.enter_context(surroundings(self.settings))


def _told(specimen: SpecimenSeal) -> dict[str, Any]:
    seal = specimen.report.seal
    return {
        "verdict": specimen.report.verdict.value,
        "level": None if seal is None else seal.level,
        "signer": None if seal is None else seal.signer,
        "timestamp_authority": None if seal is None else seal.timestamp_authority,
        "pages": specimen.pages,
        "engine": specimen.engine,
        "render_ms": _milliseconds(specimen.rendering),
        "seal_ms": _milliseconds(specimen.sealing),
        "verify_ms": _milliseconds(specimen.verifying),
    }


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
