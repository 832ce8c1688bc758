"""The documentation tells what is there."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from docgen.cli import main
from docgen.domain import errors
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.settings import Settings

ROOT = Path(__file__).parents[2]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _names(model: type[BaseModel], prefix: str) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        kinds = [k for k in (field.annotation, *get_args(field.annotation)) if isinstance(k, type)]
        inner = [kind for kind in kinds if issubclass(kind, BaseModel)]
        full = f"{prefix}{name.upper()}"
        found += _names(inner[0], f"{full}__") if inner else [full]
    return found


def test_every_setting_is_described_and_no_other() -> None:
    """docs/settings.md lists exactly what the settings read."""
    described = set(re.findall(r"`(DOCGEN_[A-Z0-9_]+)`", _read("docs/settings.md")))

    assert described == set(_names(Settings, "DOCGEN_"))


def test_every_dependency_has_its_line() -> None:
    """docs/dependencies.md says what each is for, its licence and what it replaces."""
    project = tomllib.loads(_read("pyproject.toml"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=]", line)[0] for line in wanted}

    listed = set(re.findall(r"^\| ([a-z0-9-]+) \|", _read("docs/dependencies.md"), re.MULTILINE))

    assert names == listed - {"package"}


def test_every_error_is_drawn_in_the_tree() -> None:
    """The docstring of the errors shows all of them."""
    drawn = re.findall(r"\w+", errors.__doc__ or "")
    classes = [
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.DocgenError)
    ]

    assert [name for name in classes if name not in drawn] == []


def test_error_codes_are_not_shared() -> None:
    """A public code means one thing."""
    codes = [
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DocgenError)
    ]

    assert len(set(codes)) == len(codes)


def test_every_command_in_the_readme_exists() -> None:
    """What a newcomer types is understood."""
    words = [line.split()[1:3] for line in _commands(_read("README.md"))]

    assert words
    for word, second in words:
        command = main.commands[word]
        if isinstance(command, click.Group) and second.isalpha():
            assert second in command.commands


def _commands(text: str) -> list[str]:
    return re.findall(r"^\.venv/bin/(docgen [^\n]*)$", text, re.MULTILINE)


def test_every_command_explains_itself() -> None:
    """`--help` has a sentence for each."""
    silent = [name for name, command in main.commands.items() if not command.help]

    assert silent == []
    assert all(isinstance(command, click.Command) for command in main.commands.values())


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", "docs/operation.md"])
def test_every_link_leads_somewhere(name: str) -> None:
    """No page points at a file that is not there."""
    page = ROOT / name
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_path_in_the_architecture_exists() -> None:
    """The map shows the country as it is."""
    paths = re.findall(
        r"`((?:api|docgen|templates_kk|tests)/[\w./-]+)`", _read("docs/architecture.md")
    )

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_form_has_its_line() -> None:
    """docs/forms.md names each form with its annex, titles and ways of signing."""
    page = _read("docs/forms.md")

    for form in Catalogue():
        ways = ", ".join(
            way if up_to is None else f"{way} up to {up_to} ₸" for way, up_to in form.ways.items()
        )
        cells = (
            f"`{form.code}`", form.annex or "point 12", form.number_prefix,
            form.title(Language.KK), form.title(Language.RU), ways,
        )  # fmt: skip
        assert f"| {' | '.join(map(str, cells))} |" in page
