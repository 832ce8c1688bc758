"""The choice of the demo's profile, which later commands in the same folder follow."""

from docgen.domain.errors import Misconfigured
from docgen.settings import DEMO_CHOICE, Settings


def choose_demo() -> Settings:
    """Settings of the demo, remembered for later commands in this folder.

    Raises Misconfigured where anything of production is set, and then remembers nothing.
    """
    before = Settings()
    if before.of_production or ("profile" in before.model_fields_set and before.profile != "demo"):
        named = ", ".join(before.of_production) or "DOCGEN_PROFILE"
        raise Misconfigured(f"the demo never touches production, and this is set: {named}")
    if not DEMO_CHOICE.exists():
        DEMO_CHOICE.parent.mkdir(parents=True, exist_ok=True)
        DEMO_CHOICE.write_text("DOCGEN_PROFILE=demo\n", encoding="utf-8")
    return Settings(profile="demo")
