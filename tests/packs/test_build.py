"""Building a pack: a numbered, sealed volume with its originals, made once."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import Conflict, PackNotFound, PackNotReady, SealRefused, SealUnavailable
from docgen.domain.journal import Event, check
from docgen.domain.pack_evidence import names
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import PackState
from docgen.domain.verdict import Verdict
from docgen.usecases.open_pack import Whose
from docgen.usecases.tell_outcome import TellOutcome
from docgen.usecases.transfer_pack import Handing, TransferPack
from docgen.usecases.warrant_pack import WarrantAny
from tests.adapters.sealing.papers import ShiftedClock
from tests.packs.cases import OPERATOR, complete
from tests.packs.conftest import Workshop, with_sealed_act

_WHOSE = Whose(owner="collection", client="office")


def _built(workshop: Workshop, folder: Path, case: dict[str, Any] | None = None) -> Pack:
    return workshop.build()(case or complete(), PaperFolder(folder), _WHOSE)


def _transfer(workshop: Workshop) -> TransferPack:
    tell = TellOutcome(register=workshop.register, clock=ShiftedClock(), days=DaysFile())
    return TransferPack(tell=tell)


def _opened(workshop: Workshop, pack: Pack) -> dict[str, bytes]:
    """The files of the package, without its folder."""
    with zipfile.ZipFile(io.BytesIO(workshop.build().package(pack.id))) as archive:
        return {name.removeprefix(f"{pack.id}/"): archive.read(name) for name in archive.namelist()}


def _verdict(workshop: Workshop, pdf: bytes) -> Verdict:
    return PadesVerifier(workshop.roots, clock=ShiftedClock()).verify(pdf).verdict


def test_the_volume_is_sealed_and_verifies(workshop: Workshop, folder: Path) -> None:
    """By anybody, offline; its first revision is the volume that was bound."""
    pack = _built(workshop, folder)
    volume = _opened(workshop, pack)["volume.pdf"]
    report = PadesVerifier(workshop.roots, clock=ShiftedClock()).verify(volume)

    assert pack.state is PackState.SEALED
    assert report.verdict is Verdict.VALID
    assert report.confirmed_hash == report.first_revision_hash == pack.volume_sha256
    assert report.journal_chain_ok


def test_pages_are_numbered_on_and_the_inventory_comes_first(
    workshop: Workshop, folder: Path
) -> None:
    """Every page of the volume says which of how many it is; the outline leads to each paper."""
    pack = _built(workshop, folder)
    files = _opened(workshop, pack)
    reader = PdfReader(io.BytesIO(files["volume.pdf"]))
    manifest = json.loads(files["manifest.json"])

    for number in range(pack.volume_pages):
        said = f"{pack.id} {number + 1} / {pack.volume_pages}"
        assert said in " ".join(reader.pages[number].extract_text().split())
    outline: list[Any] = list(reader.outline)
    pages = [reader.get_destination_page_number(item) for item in outline]
    assert pages == [each["first"] - 1 for each in manifest["bound"]]
    assert [each["slot"] for each in manifest["bound"]][:2] == [
        "inventory",
        "application_to_notary",
    ]
    assert "Опись документов" in reader.pages[2].extract_text()
    assert "счёт за 04.2026" in " ".join(item.title for item in outline)
    listed = "".join(reader.pages[number].extract_text() for number in range(4))
    assert [each for each in manifest["bound"][1:] if each["sha256"] not in listed] == []
    spans = [(each["first"], each["last"]) for each in manifest["bound"]]
    assert [last + 1 for _, last in spans[:-1]] == [first for first, _ in spans[1:]]
    assert spans[-1][1] == pack.volume_pages


def test_originals_lie_beside_it_untouched(workshop: Workshop, folder: Path) -> None:
    """Every file of the case, byte for byte, by the hash that manifest and inventory name."""
    pack = _built(workshop, folder)
    files = _opened(workshop, pack)
    manifest = json.loads(files["manifest.json"])
    inventory = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(files["papers/inventory.pdf"])).pages
    )

    hashes = {hashlib.sha256(content).hexdigest() for content in files.values()}
    for paper in complete()["papers"]:
        assert paper["sha256"] in hashes
        assert paper["sha256"] in "".join(inventory.split())
    for listed in manifest["files"]:
        assert hashlib.sha256(files[listed["path"]]).hexdigest() == listed["sha256"]
    assert set(files) == {each["path"] for each in manifest["files"]} | {
        "volume.pdf", "manifest.json", "results.json",
    }  # fmt: skip


def test_a_sealed_original_is_valid_after_extraction(workshop: Workshop, folder: Path) -> None:
    """With its national signature where it has one; its page is in the volume all the same."""
    case = with_sealed_act(workshop, folder)
    sealed = (folder / "debtor_papers" / "07_acceptance_act.pdf").read_bytes()

    files = _opened(workshop, _built(workshop, folder, case))

    name = next(each for each in files if each.endswith("acceptance_act.pdf"))
    assert files[name] == sealed
    assert _verdict(workshop, files[name]) is Verdict.VALID
    assert files[f"{name}.cms"] == b"a national signature"


def test_building_twice_gives_one_pack(workshop: Workshop, folder: Path) -> None:
    """The stored one: nothing is sealed again, whatever the order of the case's members."""
    first = _built(workshop, folder)
    package = workshop.build().package(first.id)
    second = _built(workshop, folder, dict(reversed(complete().items())))

    assert second == first
    assert workshop.build().package(second.id) == package
    assert len(workshop.sealer.orders) == 1


def test_the_same_input_gives_the_same_volume_and_manifest_elsewhere(
    workshop: Workshop, folder: Path
) -> None:
    """Byte for byte, number included: nothing of the day or the place is in them."""
    checked = workshop.build().open.check(complete(), PaperFolder(folder))
    bind = workshop.build().bind

    one, other = (
        bind(checked, PaperFolder(folder), number="NP-2026-7K3M9QF2TZ", owner="o") for _ in range(2)
    )

    assert one.volumes == other.volumes
    assert one.manifest == other.manifest


def test_another_case_is_another_pack(workshop: Workshop, folder: Path) -> None:
    """And so is the same one of another owner."""
    first = _built(workshop, folder)
    case = complete()
    case["fee"]["receipt"] = "77-204519"
    theirs = workshop.build()(
        complete(), PaperFolder(folder), Whose(owner="branch", client="office")
    )

    assert len({first.id, _built(workshop, folder, case).id, theirs.id}) == 3


def test_a_pack_whose_seal_failed_is_sealed_the_next_time(workshop: Workshop, folder: Path) -> None:
    """It stays bound: the same volume is sealed later, once."""
    workshop.sealer.failing = SealUnavailable("away")
    with pytest.raises(SealUnavailable):
        _built(workshop, folder)
    bound = hashlib.sha256(workshop.sealer.asked[0].frozen).hexdigest()
    workshop.sealer.failing = None

    pack = _built(workshop, folder)
    _built(workshop, folder)

    with workshop.register.view() as unit:
        events = [entry.event for entry in unit.journal.of(pack.id)]
    assert pack.volume_sha256 == bound
    assert events == [Event.PACK_OPENED, Event.PACK_BOUND, Event.PACK_SEALED]
    assert len(workshop.sealer.orders) == 1


def test_what_the_rules_forbid_is_not_built(workshop: Workshop, folder: Path) -> None:
    """Nothing is rendered, nothing is kept."""
    case = complete()
    case["open_dispute"] = True
    before = workshop.renderer.asked

    with pytest.raises(PackNotReady) as refused:
        _built(workshop, folder, case)

    assert (refused.value.blocks, refused.value.warnings) == (1, 0)
    assert workshop.renderer.asked == before
    assert workshop.blobs.contents == {}
    with pytest.raises(PackNotFound):
        workshop.build().package("NP-2026-7K3M9QF2TZ")


def test_a_check_finds_what_a_build_will_refuse(workshop: Workshop, folder: Path) -> None:
    """Another inscription for the same debt is known to the register, not to the case."""
    pack = _built(workshop, folder)
    _transfer(workshop)(pack.id, Handing(recipient="a notary", by="office", how="by courier"))
    other = complete()
    other["debtor"]["email"] = "nurlan@example.kz"
    build = workshop.build()

    foreseen = build.open.foreseen(other, PaperFolder(folder), _WHOSE.owner).examination
    with pytest.raises(PackNotReady) as refused:
        _built(workshop, folder, other)

    assert [each.rule for each in foreseen.blocks] == ["N26"]
    assert refused.value.found == foreseen


def test_a_check_of_a_pack_that_is_there_finds_nothing_against_it(
    workshop: Workshop, folder: Path
) -> None:
    """It is not another inscription than itself."""
    _built(workshop, folder)

    looked = workshop.build().open.foreseen(complete(), PaperFolder(folder), _WHOSE.owner)

    assert looked.examination.ready


def test_a_handing_over_is_written_down(workshop: Workshop, folder: Path) -> None:
    """To whom, by whom, how, and which archive; the chain goes on."""
    pack = _built(workshop, folder)
    hand_over = _transfer(workshop)

    hand_over(
        pack.id, Handing(recipient="Әбдірахманова С. Е., № 0004821", by="office", how="курьер")
    )

    with workshop.register.view() as unit:
        entries = unit.journal.of(pack.id)
    last = entries[-1]
    assert pack.sealed is not None
    assert last.event is Event.PACK_MOVED
    assert {name: last.details[name] for name in ("recipient", "how", "package", "state")} == {
        "recipient": "Әбдірахманова С. Е., № 0004821", "how": "курьер",
        "package": pack.sealed.package_sha256, "state": "submitted",
    }  # fmt: skip
    check(entries)


def test_what_is_not_sealed_is_handed_to_nobody(workshop: Workshop, folder: Path) -> None:
    """Nor what is not there."""
    workshop.sealer.failing = SealUnavailable("away")
    with pytest.raises(SealUnavailable):
        _built(workshop, folder)
    number = names(workshop.sealer.asked[0].evidence) or ""
    hand_over = _transfer(workshop)
    handing = Handing(recipient="n", by="b", how="h")

    with pytest.raises(Conflict):
        hand_over(number, handing)
    with pytest.raises(PackNotFound):
        hand_over("NP-2026-0", handing)


# --- who may have a volume sealed -------------------------------------------------------------


def _warrant(workshop: Workshop) -> WarrantAny:
    def documents(_: object) -> str:
        raise SealRefused("no document of ours")

    return WarrantAny(
        documents=documents,  # type: ignore[arg-type]  # whatever is no pack goes there
        register=workshop.register,
        blobs=workshop.blobs,
        operator=OPERATOR,
        ability=workshop.sealer.check,
    )


def test_a_volume_is_warranted_once(workshop: Workshop, folder: Path) -> None:
    """Before its seal by what the register has bound; never a second time."""
    warrant = workshop.sealer.warrant = _warrant(workshop)

    pack = _built(workshop, folder)

    assert pack.state is PackState.SEALED
    with pytest.raises(SealRefused, match="sealed already"):
        warrant(workshop.sealer.orders[0])


@pytest.mark.parametrize("part", ["frozen", "caption", "reason", "evidence"])
def test_an_order_that_says_something_else_is_refused(
    workshop: Workshop, folder: Path, part: str
) -> None:
    """Other bytes, other words under the seal, other evidence: the register knows better."""
    workshop.sealer.failing = SealUnavailable("away")
    with pytest.raises(SealUnavailable):
        _built(workshop, folder)
    order = workshop.sealer.asked[0]
    other: Any = {
        "frozen": order.frozen + b"%",
        "caption": ("Other words",),
        "reason": "another",
        "evidence": order.evidence.replace(b'"pages":', b'"pages ":'),
    }[part]

    assert _warrant(workshop)(order)
    with pytest.raises(SealRefused):
        _warrant(workshop)(replace(order, **{part: other}))
