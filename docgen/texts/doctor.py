"""What the doctor says of what could be better, has failed or was not looked at."""

from docgen.domain.checkup import Grade, Observation
from docgen.domain.language import Language
from docgen.texts.phrases import phrases, say


def sentence(seen: Observation, language: Language) -> str:
    """One line: a weakness with what to do about it, or a failure; nothing where all is well."""
    if seen.grade is Grade.WARNING:
        return say(f"doctor.{seen.code}", language, detail=seen.detail)
    if seen.grade is Grade.SKIPPED:
        return say("doctor.skipped", language, detail=seen.detail)
    if seen.grade is Grade.FAILURE:
        return _failure(seen.code, language)
    return ""


def _failure(code: str, language: Language) -> str:
    known = phrases(language)
    return known.get(f"problem.{code}.title") or known[f"verdict.{code}"]
