"""Templates and orders for all tests of the renderer."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered, RenderOrder
from tests.adapters.rendering import word
from tests.builders import NOW
from tests.services.rendering import Over

QR = "https://verify.example/abcdefghijklmnopqrstuv"


def shelve(directory: Path, name: str, **docx: bytes) -> None:
    """Put templates where the renderer looks for them: `shelve(dir, "act", kk=…, ru=…)`."""
    for language, content in docx.items():
        path = directory / f"templates_{language}" / f"{name}.docx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture(scope="session")
def visit_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that holds the template `visit` in both languages."""
    directory = tmp_path_factory.mktemp("templates")
    shelve(directory, "visit", kk=word.visit(Language.KK), ru=word.visit(Language.RU))
    return directory


@pytest.fixture(scope="session")
def renderer(visit_templates: Path, over: Over) -> LibreOfficeRenderer:
    """The renderer over `visit`."""
    return over(visit_templates)


@pytest.fixture(scope="session")
def rendered(renderer: LibreOfficeRenderer) -> Callable[[str], Rendered]:
    """`visit` in "kk", "ru" or "kk+ru", each rendered once for the whole session."""
    made: dict[str, Rendered] = {}

    def render(languages: str) -> Rendered:
        if languages not in made:
            made[languages] = renderer.render(order(languages))
        return made[languages]

    return render


def order(languages: str, **more: object) -> RenderOrder:
    """An order of `visit` in "kk", "ru" or "kk+ru"; each language gets a note of its own."""
    notes = {"kk": "қазақша ескертпе", "ru": "русское примечание"}
    contexts = {
        Language(code): word.values(note=notes[code], **more) for code in languages.split("+")
    }
    return RenderOrder(
        template="visit",
        contexts=contexts,
        title="Акт <№ 1> & қосымша",
        identifier="QT-2026-000001",
        made_at=NOW,
        qr=QR,
    )


def bare(template: str, *, contexts: Mapping[Language, Any] | None = None) -> RenderOrder:
    """An order without values, in Kazakh unless it says otherwise."""
    return RenderOrder(
        template=template,
        contexts={Language.KK: {}} if contexts is None else contexts,
        title="t",
        identifier="i",
        made_at=NOW,
    )
