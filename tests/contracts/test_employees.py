"""The contract of EmployeeNumbers, over a file and where no list is kept."""

from pathlib import Path

from docgen.adapters.numbers.employee_file import EmployeeFile, NoEmployees
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.subscriber import Phone

THEIRS, OTHERS = Phone("+77015550142"), Phone("+77015550143")
PSEUDONYMS = Pseudonyms(b"s" * 32)


def _file(path: Path, content: str) -> EmployeeFile:
    path.write_text(content, encoding="utf-8")
    return EmployeeFile(path, subject_of=PSEUDONYMS.of_phone)


def test_a_number_that_is_listed_is_an_employees(tmp_path: Path) -> None:
    """Remarks, gaps and comments are no numbers."""
    listed = _file(tmp_path / "list", f"# ours\n\n{THEIRS.value}  E-7, Бекова\n")

    assert listed.has(THEIRS)
    assert not listed.has(OTHERS)


def test_a_list_may_name_nobody(tmp_path: Path) -> None:
    """HMACs under the key of subjects do as well, in capitals too."""
    listed = _file(tmp_path / "list", PSEUDONYMS.of_phone(THEIRS).upper() + "\n")

    assert listed.has(THEIRS)
    assert not listed.has(OTHERS)


def test_a_list_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Whoever was hired today is known today."""
    listed = _file(tmp_path / "list", "")
    assert not listed.has(THEIRS)

    (tmp_path / "list").write_text(f"{THEIRS.value}\n", encoding="utf-8")
    assert listed.has(THEIRS)


def test_a_list_that_cannot_be_read_holds_nobody(tmp_path: Path) -> None:
    """No code waits for it."""
    assert not EmployeeFile(tmp_path / "none", subject_of=PSEUDONYMS.of_phone).has(THEIRS)


def test_without_a_list_nobody_is_an_employee() -> None:
    """Nothing is flagged."""
    assert not NoEmployees().has(THEIRS)
