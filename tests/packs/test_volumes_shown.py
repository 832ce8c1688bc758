"""Several volumes through HTTP: all are told, looked at and fetched."""

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.bootstrap.packs import kept_papers, limit_of
from docgen.settings import Settings
from docgen.usecases.build_asked import BuildAsked
from tests.api.packing import PACKS, opened
from tests.api.portal import Portal, portal
from tests.fakes import MemoryBlobs
from tests.packs.conftest import CountingSealer, OnceRenderer, Workshop


@pytest.fixture
def here(sqlite_url: str, redis_url: str) -> Iterator[Portal]:
    """An installation where nobody is at work unless the test is."""
    with portal(sqlite_url, redis_url) as made:
        made.worker.away = True
        yield made


def test_a_pack_of_several_volumes_is_served_whole(
    here: Portal,
    rendered_once: OnceRenderer,
    lab_sealer: tuple[PadesSealer, TrustRoots],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As large as the setting lets them be: each has its pages, its seal and its link."""
    monkeypatch.setenv("DOCGEN_PACKS__VOLUME_PAGES", "16")
    sealer, roots = lab_sealer
    register, blobs = here.world.register, here.world.blobs
    assert isinstance(blobs, MemoryBlobs)
    workshop = Workshop(register, rendered_once, CountingSealer(sealer), blobs, roots)
    build = workshop.build(limit=limit_of(Settings()))
    pack = opened(here)
    here.program.post(f"{PACKS}/{pack['id']}/build", {})
    BuildAsked(register=register, build=build, papers_of=kept_papers(register, blobs))(pack["id"])

    told = here.program.get(f"{PACKS}/{pack['id']}").get_json()

    volumes, last = told["volumes"], 0
    assert told["state"] == "sealed"
    assert len(volumes) > 1
    assert told["volume"] == volumes[0]
    for number, each in enumerate(volumes, start=1):
        assert (each["number"], each["first"]) == (number, last + 1)
        last = each["last"]
        assert each["pages"] == each["last"] - each["first"] + 1 <= 16
        content = here.program.get(each["link"]).data
        # Its last pages, what was found on the day, come with the seal.
        assert len(PdfReader(io.BytesIO(content)).pages) > each["pages"]
        assert here.program.get(f"{each['link']}/pages/{each['pages']}").status_code == 200
        lines = here.program.get(f"{each['link']}/pages/1/text").get_json()["lines"]
        assert any(f"{pack['id']} {each['first']} /" in " ".join(line.split()) for line in lines)
