"""What documents were made of stays what it was."""

import hashlib
import re
import tomllib
from pathlib import Path

from docgen.domain.faults import Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.template import WHOLE, Place
from docgen.forms.edition import read_editions
from tests.lint.trial import CODE, EDITION, Trial, sound

KK = "templates_kk/trial.docx"
OLD = '["2026-09"]\nsince = 2026-09-01\norder = "441"\norder_date = 2023-12-30\n'


def retired(trial: Trial) -> Path:
    """Add an older edition with sound files; the Kazakh file's path."""
    for language in BOTH:
        trial.put(language, sound(language), name=f"editions/2026-09/{CODE}")
    hashes = {
        lang: hashlib.sha256(trial.path(lang, f"editions/2026-09/{CODE}").read_bytes())
        for lang in BOTH
    }
    lines = [f'{lang} = "{sha256.hexdigest()}"' for lang, sha256 in hashes.items()]
    trial.pin(edition="\n".join([OLD, *lines, EDITION]))
    return trial.path(Language.KK, f"editions/2026-09/{CODE}")


def test_a_changed_template_asks_for_a_new_edition(trial: Trial) -> None:
    """It says where the old file goes, and what to declare."""
    document = sound(Language.KK)
    document.paragraphs[0].add_run("!")
    trial.put(Language.KK, document)

    (finding,) = trial.lint()

    assert (finding.code, finding.file, finding.place) == (Fault.TEMPLATE_CHANGED, KK, WHOLE)
    params = dict(finding.params)
    assert params["keep"] == "templates_kk/editions/2026-10/trial.docx"
    assert hashlib.sha256(trial.path(Language.KK).read_bytes()).hexdigest() in params["line"]


def test_doing_as_it_says_makes_the_form_clean_again(trial: Trial) -> None:
    """The old files moved, the line put in front, nothing else."""
    before = {language: trial.path(language).read_bytes() for language in BOTH}
    for language in BOTH:
        document = sound(language)
        document.paragraphs[0].add_run("!")
        trial.put(language, document)
    told = [dict(each.params) for each in trial.lint()]

    for language, params in zip(BOTH, told, strict=True):
        kept = trial.folder / params["keep"]
        kept.parent.mkdir(parents=True)
        kept.write_bytes(before[language])
    trial.write("editions.toml", f"{told[0]['line']}\n{trial.read('editions.toml')}")

    assert trial.lint() == []
    made = read_editions(tomllib.loads(trial.read("editions.toml")))
    assert [each.name for each in made] == ["2026-10", "2026-10-2"]


def test_a_word_file_that_is_not_there_is_found(trial: Trial) -> None:
    """The form says that it speaks the language."""
    trial.path(Language.KK).unlink()

    assert trial.codes() == [(Fault.TEMPLATE_MISSING, KK, WHOLE)]


def test_a_language_that_the_edition_does_not_pin_is_found(trial: Trial) -> None:
    """With the hash that has to be added."""
    trial.pin(languages=(Language.KK,))

    (finding,) = trial.lint()
    assert (finding.code, finding.file) == (Fault.HASH_NOT_PINNED, "trial/editions.toml")
    assert finding.place == Place(key="2026-10.ru")
    assert re.fullmatch("[0-9a-f]{64}", dict(finding.params)["sha256"])


def test_a_retired_edition_is_sound_in_its_folder(trial: Trial) -> None:
    """Its files are looked through like the newest."""
    retired(trial)

    assert trial.lint() == []


def test_a_retired_file_that_is_gone_is_found(trial: Trial) -> None:
    """Documents made of it could not be made again."""
    retired(trial).unlink()

    file = "templates_kk/editions/2026-09/trial.docx"
    assert trial.codes() == [(Fault.EDITION_FILE_MISSING, file, WHOLE)]


def test_a_retired_file_that_was_changed_is_found(trial: Trial) -> None:
    """It is not to be declared anew, but to be put back."""
    path = retired(trial)
    document = sound(Language.KK)
    document.paragraphs[0].add_run("!")
    trial.put(Language.KK, document, name=f"editions/2026-09/{CODE}")

    assert trial.codes() == [
        (Fault.EDITION_FILE_CHANGED, str(path.relative_to(trial.folder)), WHOLE)
    ]


def test_what_does_not_hinder_is_not_told_of_a_retired_edition(trial: Trial) -> None:
    """Nobody may mend it; what hinders a document is told."""
    retired(trial)
    for text, faults in (("нөмiр", set()), ("{{ nobody }}", {Fault.VARIABLE_UNKNOWN})):
        document = sound(Language.KK)
        document.add_paragraph(text)
        trial.put(Language.KK, document, name=f"editions/2026-09/{CODE}")

        assert {code for code, _, _ in trial.codes()} - {Fault.EDITION_FILE_CHANGED} == faults


def test_a_word_file_of_no_form_is_found(trial: Trial) -> None:
    """Also a retired one whose edition nobody declares; not what Word leaves while it is open."""
    trial.put(Language.KK, sound(Language.KK), name="draft copy")
    trial.put(Language.RU, sound(Language.RU), name="editions/2025-01/trial")
    trial.put(Language.KK, sound(Language.KK), name="~$trial")

    assert trial.codes() == [
        (Fault.ORPHAN, "templates_kk/draft copy.docx", WHOLE),
        (Fault.ORPHAN, "templates_ru/editions/2025-01/trial.docx", WHOLE),
    ]


def test_a_paper_is_linted_without_a_form(trial: Trial) -> None:
    """Both languages must be there and agree; it is neither signed nor pinned."""
    trial.put(Language.KK, sound(Language.KK), name="papers/cover")
    assert trial.codes() == [(Fault.TEMPLATE_MISSING, "templates_ru/papers/cover.docx", WHOLE)]

    document = sound(Language.RU)
    document.add_paragraph("{{ more }}")
    trial.put(Language.RU, document, name="papers/cover")
    file = "templates_ru/papers/cover.docx"
    assert trial.codes() == [(Fault.NOT_IN_OTHER_LANGUAGE, file, Place(paragraph=7))]


def test_changed_words_ask_for_a_new_edition_too(trial: Trial) -> None:
    """Sentences of the form's texts are printed, so the edition pins them like the Word files."""
    trial.write("texts.toml", trial.read("texts.toml") + "\n# changed\n")

    (finding,) = trial.lint()

    actual = hashlib.sha256(trial.read("texts.toml").encode()).hexdigest()
    assert (finding.code, finding.file) == (Fault.TEXTS_CHANGED, "trial/texts.toml")
    assert dict(finding.params) == {"edition": "2026-10", "sha256": actual}
