"""The operator."""

from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.subscriber import Bin
from docgen.settings import Settings


def operator_of(settings: Settings) -> Operator:
    """The other party of every document, as it is set; raises InvalidIdNumber for a wrong BIN."""
    given = settings.operator
    return Operator(
        name={Language.KK: given.name_kk, Language.RU: given.name_ru},
        bin=Bin(given.bin),
        address={Language.KK: given.address_kk, Language.RU: given.address_ru},
        site=given.site,
        support_phone=given.support_phone,
        support_whatsapp=given.support_whatsapp,
        support_telegram=given.support_telegram,
        time_source=given.time_source,
    )
