"""The hand that lifts a limit."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap.surroundings import subject_key
from docgen.cli import main
from docgen.domain.envelope import State
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.sending_limits import Limit
from docgen.settings import Settings
from tests.builders import envelope


@pytest.fixture(autouse=True)
def _elsewhere(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, over a register of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCGEN_PROFILE", raising=False)
    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DOCGEN_CODES__SUBJECT_KEY", "a7" * 32)


def _said(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_lifted_limit_is_in_the_journal(sqlite_url: str) -> None:
    """With the employee who has looked into it; of the phone only what stands for it is kept."""
    register, made = SqlRegister(sqlite_url), envelope(State.CODE_SENT)
    with register.begin() as unit:
        unit.envelopes.add(made)
        unit.commit()

    assert _said("limits", "lift", made.id, "--employee", "CHIEF-1").stdout == "ok\n"

    phone = Pseudonyms(subject_key(Settings())).of_phone(made.subscriber.phone)
    with register.view() as unit:
        (entry,) = unit.journal.of(made.id)
        assert unit.lifts.last(Limit.SHARED_PHONE, phone) == entry.at
    assert (entry.event, entry.actor) == ("limit_lifted", "employee:CHIEF-1")
    register.close()


@pytest.mark.parametrize(
    ("envelope_id", "employee", "code"),
    [("nowhere", "CHIEF-1", "envelope_not_found"), ("nowhere", "a\x00b", "/employee_id")],
)
def test_what_cannot_be_lifted_is_told(envelope_id: str, employee: str, code: str) -> None:
    """Without a traceback, and nothing is written."""
    said = _said("limits", "lift", envelope_id, "--employee", employee)

    assert said.exit_code == 1
    assert code in said.stderr


def test_without_the_key_of_subjects_nothing_is_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would lift the limit of nobody."""
    monkeypatch.delenv("DOCGEN_CODES__SUBJECT_KEY")

    said = _said("limits", "lift", "nowhere", "--employee", "CHIEF-1")

    assert said.exit_code == 1
    assert "misconfigured" in said.stderr
