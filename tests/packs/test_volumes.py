"""Several volumes: cut between papers, numbered on through all, each sealed by itself."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import SealRefused
from docgen.domain.pack_evidence import names
from docgen.domain.pack_record import Pack
from docgen.domain.pack_volumes import Bulk, VolumeLimit, cut
from docgen.domain.verdict import Verdict
from docgen.usecases.open_pack import Whose
from docgen.usecases.warrant_pack import WarrantAny
from tests.adapters.sealing.papers import ShiftedClock
from tests.packs.cases import OPERATOR, complete
from tests.packs.conftest import Workshop

_WHOSE = Whose(owner="collection", client="office")
_SMALL = VolumeLimit(pages=16, size=50_000_000)


def _spent(bulks: list[Bulk], numbers: tuple[int, ...], volume: int, title: int) -> Bulk:
    """What lies in a volume, its title page with it."""
    its = [bulk for bulk, number in zip(bulks, numbers, strict=True) if number == volume]
    own = title if volume > 1 else 0
    return Bulk(pages=own + sum(b.pages for b in its), size=sum(b.size for b in its))


_BULKS = st.lists(
    st.builds(Bulk, pages=st.integers(1, 60), size=st.integers(1, 60)), min_size=1, max_size=40
)


@given(bulks=_BULKS)
def test_no_volume_is_larger_than_it_may_be_unless_by_one_paper(bulks: list[Bulk]) -> None:
    """In their order, none torn apart; a volume is begun only where the paper had no room."""
    limit = VolumeLimit(pages=40, size=100)

    numbers = cut(bulks, limit, title_pages=2)

    assert list(numbers) == sorted(numbers)
    assert set(numbers) == set(range(1, numbers[-1] + 1))
    for volume in set(numbers):
        spent = _spent(bulks, numbers, volume, 2)
        alone = numbers.count(volume) == 1
        assert alone or (spent.pages <= limit.pages and spent.size <= limit.size)
        if volume < numbers[-1]:
            next_one = bulks[numbers.index(volume + 1)]
            over = spent.pages + next_one.pages > limit.pages
            assert over or spent.size + next_one.size > limit.size


def test_a_paper_larger_than_a_volume_is_one_alone() -> None:
    """What comes before it and after it goes elsewhere."""
    bulks = [Bulk(pages=each, size=1) for each in (3, 90, 2, 4)]

    assert cut(bulks, VolumeLimit(pages=40, size=100), title_pages=2) == (1, 2, 3, 3)


@pytest.fixture(scope="module")
def said() -> Callable[[PdfReader, int], str]:
    """A page's words, spaces made one."""
    return lambda reader, page: " ".join(reader.pages[page].extract_text().split())


def _opened(package: bytes, pack_id: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name.removeprefix(f"{pack_id}/"): archive.read(name) for name in archive.namelist()}


def test_a_pack_too_large_for_one_volume_has_several(
    workshop: Workshop, folder: Path, said: Callable[[PdfReader, int], str]
) -> None:
    """Numbered on, named in the inventory, titled, outlined, each sealed and valid by itself."""
    build = workshop.build(limit=_SMALL)
    workshop.sealer.warrant = WarrantAny(
        documents=lambda _: "",  # type: ignore[arg-type]  # no document is sealed here
        register=workshop.register, blobs=workshop.blobs, operator=OPERATOR,
        ability=workshop.sealer.check,
    )  # fmt: skip

    pack = build(complete(), PaperFolder(folder), _WHOSE)

    files = _opened(build.package(pack.id), pack.id)
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    inventory = PdfReader(io.BytesIO(files["papers/inventory.pdf"]))
    listed = "".join("".join(page.extract_text().split()) for page in inventory.pages)
    verifier = PadesVerifier(workshop.roots, clock=ShiftedClock())
    assert len(manifest["volumes"]) == len(pack.volumes) > 1
    assert manifest["bound"][0]["slot"] == "inventory"
    assert manifest["volumes"][-1]["last"] == pack.volume_pages
    assert len({names(order.evidence) for order in workshop.sealer.orders}) == 1
    for told in manifest["volumes"]:
        report = verifier.verify(files[told["path"]])
        assert report.verdict is Verdict.VALID
        assert report.first_revision_hash == report.confirmed_hash == told["sha256"]
    for number, told in enumerate(manifest["volumes"], start=1):
        its = [each for each in manifest["bound"] if each["volume"] == number]
        _check_pages(PdfReader(io.BytesIO(files[told["path"]])), told, pack, said)
        _check_outline(PdfReader(io.BytesIO(files[told["path"]])), told, its)
        for each in its:
            span = f"{each['first']}–{each['last']}" if each["last"] > each["first"] else ""
            span = span or str(each["first"])
            assert f"Том{number}{span}" in listed
            assert f"{number}-том{span}" in listed


def _check_pages(
    reader: PdfReader, told: dict[str, Any], pack: Pack, said: Callable[[PdfReader, int], str]
) -> None:
    """Each says which of how many of the whole pack it is; the first ones say of which volume."""
    number, of = int(told["path"][7:-4]), len(pack.volumes)
    for page in range(told["pages"]):
        assert f"{pack.id} {told['first'] + page} / {pack.volume_pages}" in said(reader, page)
    assert f"{of} томның {number}-томы" in said(reader, 0)
    assert f"Том {number} из {of}" in f"{said(reader, 1)} {said(reader, 2)}"


def _check_outline(reader: PdfReader, told: dict[str, Any], its: list[dict[str, Any]]) -> None:
    """To each paper, and first to the title page of a later volume."""
    outline: list[Any] = list(reader.outline)
    starts = [each["first"] - told["first"] for each in its]
    pages = [reader.get_destination_page_number(item) for item in outline]
    assert pages == (starts if told["first"] == 1 else [0, *starts])
    assert told["pages"] <= _SMALL.pages or len(its) == 1


def test_building_it_twice_gives_the_stored_volumes(workshop: Workshop, folder: Path) -> None:
    """The same bytes wherever it is bound; what is sealed is never sealed again."""
    build = workshop.build(limit=_SMALL)
    pack = build(complete(), PaperFolder(folder), _WHOSE)
    sealed = len(workshop.sealer.orders)
    checked = build.open.check(complete(), PaperFolder(folder), owner="collection")

    again = workshop.build(limit=_SMALL)(complete(), PaperFolder(folder), _WHOSE)
    one, other = (
        build.bind(checked, PaperFolder(folder), number=pack.id, owner="collection")
        for _ in range(2)
    )

    assert again == pack
    assert len(workshop.sealer.orders) == sealed == len(pack.volumes)
    assert one.volumes == other.volumes
    assert one.manifest == other.manifest == workshop.blobs.get(pack.manifest_sha256)
    with pytest.raises(SealRefused, match="sealed already"):
        WarrantAny(
            documents=lambda _: "",  # type: ignore[arg-type]  # no document is sealed here
            register=workshop.register, blobs=workshop.blobs, operator=OPERATOR,
            ability=workshop.sealer.check,
        )(workshop.sealer.orders[-1])  # fmt: skip
