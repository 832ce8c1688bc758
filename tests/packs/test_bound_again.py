"""Between binding and seal: what is sealed is what was bound, or nobody is told otherwise."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.caller import Caller, Scope
from docgen.domain.errors import PackNotReady, PackOutdated, SealUnavailable
from docgen.domain.journal import Event
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import PackState
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.build_asked import BuildAsked
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.find_stuck import FindStuck
from docgen.usecases.open_pack import Whose
from docgen.usecases.work_pack import AskForPack
from tests.adapters.sealing.papers import ShiftedClock
from tests.fakes import CountingChance, FakeJobs
from tests.packs.cases import complete
from tests.packs.conftest import Workshop, with_sealed_act
from tests.packs.test_signed_here import _build, _case, _envelope, _stored

_WHOSE = Whose(owner="collection", client="office")
_CALLER = Caller(
    key_id="k", owner="collection", client="office", scopes=frozenset({Scope.PACKS}), region=None
)


def _bound(workshop: Workshop, build: BuildPack, case: dict[str, Any], folder: Path) -> Pack:
    """The seal was away when it was built."""
    workshop.sealer.failing = SealUnavailable("away")
    with pytest.raises(SealUnavailable):
        build(case, PaperFolder(folder), _WHOSE)
    workshop.sealer.failing = None
    stored = build.open.stored(build.open.named(case, _WHOSE.owner).number)
    assert stored is not None
    assert stored.state is PackState.BOUND
    return stored


def _events(workshop: Workshop, pack: Pack) -> list[Event]:
    with workshop.register.view() as unit:
        return [entry.event for entry in unit.journal.of(pack.id)]


def test_what_is_packed_is_what_the_manifest_names(workshop: Workshop, folder: Path) -> None:
    """Though an engine would make other papers today: nothing is bound a second time."""
    build = workshop.build()
    pack = _bound(workshop, build, complete(), folder)
    made = workshop.renderer.made
    workshop.renderer.made = {
        key: each if "check_results" in key else replace(each, pdf=each.pdf + b"%")
        for key, each in made.items()
    }

    sealed = build(complete(), PaperFolder(folder), _WHOSE)
    workshop.renderer.made = made

    with zipfile.ZipFile(io.BytesIO(build.package(pack.id))) as archive:
        manifest = json.loads(archive.read(f"{pack.id}/manifest.json"))
        for each in manifest["files"]:
            content = archive.read(f"{pack.id}/{each['path']}")
            assert hashlib.sha256(content).hexdigest() == each["sha256"]
    assert sealed.bound == pack.bound
    assert _events(workshop, pack).count(Event.PACK_BOUND) == 1


def test_a_pack_whose_debtor_signs_meanwhile_is_not_sealed(
    workshop: Workshop, folder: Path
) -> None:
    """Opened again, the same case is another pack, in which what he has signed lies."""
    build, case = _build(workshop), _case()
    case["invoices"] = [each for each in case["invoices"] if each["kind"] == "services"]
    pack = _bound(workshop, build, case, folder)
    given = build.open.case_of(pack)
    named = build.open.named(given, _WHOSE.owner)
    _stored(workshop, _envelope(workshop))

    with pytest.raises(PackOutdated):
        build.make(named, given, PaperFolder(folder), _WHOSE)
    assert build.open.named(given, _WHOSE.owner).number != pack.id
    assert workshop.sealer.orders == []


def test_a_pack_that_is_reckoned_otherwise_today_is_bound_anew(
    workshop: Workshop, folder: Path, tmp_path: Path
) -> None:
    """The official days off came in between: volume and manifest are of today, and told so."""
    build = workshop.build()
    pack = _bound(workshop, build, complete(), folder)
    days = tmp_path / "days.toml"
    days.write_text('[2026]\norder = "x"\ndays_off = [2026-01-01]\nworked = []\n')
    check = replace(build.open.check, days=DaysFile(days))
    later = replace(build, open=replace(build.open, check=check))

    sealed = later(complete(), PaperFolder(folder), _WHOSE)

    manifest = json.loads(workshop.blobs.get(sealed.manifest_sha256))
    assert manifest["checked"]["calendar"]["2026"] == "official"
    assert sealed.volume_sha256 != pack.volume_sha256
    assert _events(workshop, pack) == [
        Event.PACK_OPENED, Event.PACK_BOUND, Event.PACK_BOUND, Event.PACK_SEALED,
    ]  # fmt: skip


def test_a_bound_pack_with_a_paper_no_longer_valid_waits_longer_and_longer(
    workshop: Workshop, folder: Path
) -> None:
    """The finding is seen, the sweep leaves it alone meanwhile, and whoever asks has it tried."""
    case = with_sealed_act(workshop, folder)
    clock = ShiftedClock()
    build = replace(workshop.build(), clock=clock)
    pack = _bound(workshop, build, case, folder)
    ask = AskForPack(
        register=workshop.register, clock=clock, chance=CountingChance(), jobs=FakeJobs(),
        open=build.open,
    )  # fmt: skip
    ask(pack.id, caller=_CALLER)
    roots, workshop.roots = workshop.roots, TrustRoots(certificates=())
    refused = _asked(workshop, replace(workshop.build(), clock=clock), folder)

    with pytest.raises(PackNotReady):
        refused(pack.id)
    refused(pack.id)
    ask(pack.id, caller=_CALLER)
    with pytest.raises(PackNotReady):
        refused(pack.id)

    _check_waiting(workshop, pack, clock)
    workshop.roots = roots
    ask(pack.id, caller=_CALLER)
    _asked(workshop, replace(workshop.build(), clock=clock), folder)(pack.id)
    with workshop.register.view() as unit:
        done = unit.packs.get(pack.id)
    assert (done.state, done.blocks, done.building) == (PackState.SEALED, 0, None)


def _check_waiting(workshop: Workshop, pack: Pack, clock: ShiftedClock) -> None:
    """It is bound as before, and says what it waits for and until when."""
    with workshop.register.view() as unit:
        waiting = unit.packs.get(pack.id)
    assert waiting.state is PackState.BOUND
    assert waiting.building is not None
    assert (waiting.blocks, waiting.building.error) == (1, "pack_not_ready")
    assert waiting.building.refusals == 2
    assert waiting.building.waits(clock.now() + timedelta(minutes=25))
    assert not waiting.building.waits(clock.now() + timedelta(minutes=31))
    found = json.loads(workshop.blobs.get(waiting.checked_sha256))["blocks"]
    assert [each["rule"] for each in found] == ["N22"]
    stuck = FindStuck(register=workshop.register, clock=clock)(older_than=timedelta(-1))
    assert [(each.envelope_id, each.reason) for each in stuck] == [(pack.id, "pack_not_ready")]


def _asked(workshop: Workshop, build: BuildPack, folder: Path) -> BuildAsked:
    def papers(_owner: str, _case: Mapping[str, Any]) -> PaperFiles:
        return PaperFolder(folder)

    return BuildAsked(register=workshop.register, build=build, papers_of=papers)
