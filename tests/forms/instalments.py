"""The two forms that pay off a debt by instalments: their examples, and ways to spoil them."""

from functools import cache

from docx import Document

from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form
from docgen.settings import BESIDE_THE_PACKAGES

ACKNOWLEDGED = {
    Language.KK: "Абонент жоғарыда көрсетілген берешекті, оның мөлшерін және міндеттеменің "
    "орындалмағанын, оған өзінің кінәсін мойындайды.",
    Language.RU: "Абонент признаёт указанную задолженность, её размер, факт неисполнения "
    "обязательства и свою вину в этом.",
}
"""The clause that makes the paper an acknowledgement (notariat law, 92-1; civil code, 183)."""


@cache
def agreement() -> Form:
    """The form of the agreement."""
    return Catalogue().get("instalment_agreement")


@cache
def addendum() -> Form:
    """The form of the addendum."""
    return Catalogue().get("instalment_addendum")


def printed_text(form: Form, language: Language) -> str:
    """The words of the Word file, paragraphs and tables, in their order."""
    file = BESIDE_THE_PACKAGES / f"templates_{language}" / f"{form.code}.docx"
    body = Document(str(file)).element.body
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter("{*}t"))
        for paragraph in body.iter("{*}p")
    )
