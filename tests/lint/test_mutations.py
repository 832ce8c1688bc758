"""Any variable, in any form, in either language: a slip in its name is found."""

import io
import re
from functools import cache

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.domain.agreement import between_languages
from docgen.domain.faults import Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.template import Inspection
from docgen.forms.catalogue import Catalogue
from docgen.usecases.lint_template import FormTemplate, LintTemplate
from tests.adapters.rendering import word
from tests.builders import operator
from tests.lint.test_copies import original, paragraphs, retyped
from tests.lint.trial import inspector

_ATTRIBUTE = re.compile(r"\{\{ (\w+(?:\.\w+)*) \}\}")
FORMS = [form.code for form in Catalogue()]


@cache
def _seen(code: str, language: Language) -> Inspection:
    return inspector().inspect(original(language, code))


@cache
def _variables(code: str, language: Language) -> tuple[str, ...]:
    """The values printed in the body, as they are written."""
    document = Document(io.BytesIO(original(language, code)))
    texts = "\n".join(each.text for each in paragraphs(document, "{{"))
    return tuple(sorted(set(_ATTRIBUTE.findall(texts))))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_mutation_of_a_variable_in_one_language_is_found(data: st.DataObject) -> None:
    """Whichever letter of whichever name is changed: neither form nor other file know it."""
    code = data.draw(st.sampled_from(FORMS))
    language = data.draw(st.sampled_from(BOTH))
    name = data.draw(st.sampled_from(_variables(code, language)))
    at = data.draw(st.integers(0, len(name) - 1).filter(lambda n: name[n] != "."))
    letter = data.draw(st.sampled_from("abcxyz_0оеі").filter(lambda other: other != name[at]))
    mutated = f"{name[:at]}{letter}{name[at + 1 :]}"

    document = Document(io.BytesIO(original(language, code)))
    retyped(f"{{{{ {name} }}}}", f"{{{{ {mutated} }}}}")(document)
    seen = inspector().inspect(word.saved(document))
    form = Catalogue().get(code)
    judged = LintTemplate(operator=operator())(
        seen, language, of=FormTemplate(form=form, edition=form.editions[-1])
    )

    other = _seen(code, BOTH[1 - BOTH.index(language)])
    faults = {each.code for each in judged}
    # a name that begins with a figure is no tag at all, and its twin may stand elsewhere
    assert Fault.TAG_BROKEN in faults or [
        *between_languages(seen.tags, other.tags, "other"),
        *between_languages(other.tags, seen.tags, "this"),
    ]
    assert faults & {
        Fault.VARIABLE_UNKNOWN, Fault.TAG_BROKEN, Fault.TAG_FORBIDDEN, Fault.VARIABLE_UNUSED
    }  # fmt: skip


@pytest.mark.parametrize("code", FORMS)
def test_every_form_prints_variables(code: str) -> None:
    """The property above has something to mutate."""
    assert _variables(code, Language.KK) == _variables(code, Language.RU)
