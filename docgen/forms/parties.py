"""Who makes an agreement on the operator's side, and the earlier papers it rests on."""

from docgen.domain.language import Language
from docgen.forms.fields import Block, Code, Day, LocalLine, localised
from docgen.forms.parts import OperatorPerson
from docgen.texts import dates


class Representative(OperatorPerson):
    """Who signs for the operator; `basis` names the power of attorney in the nominative case."""

    basis: LocalLine

    def printed(self, language: Language) -> dict[str, str]:
        """What the preamble and the signature block show of them."""
        return super().printed(language) | {"basis": localised(self.basis, language)}


class PaperReference(Block):
    """An earlier paper, named by its number and its day."""

    number: Code
    signed_on: Day

    def printed(self, language: Language) -> dict[str, str]:
        """Number, and day as an attribute: `2026 жылғы 24 қарашадағы`, `от 24 ноября 2026 года`."""
        return {"number": self.number, "dated": dates.of(self.signed_on, language)}
