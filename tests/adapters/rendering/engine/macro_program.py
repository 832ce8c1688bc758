"""Whether LibreOffice lets a document run macros: `macro_program.py hardened|trusting DIR ODT`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from docgen.adapters.rendering.engine import inside, walls
from tests.adapters.rendering.engine.altered_zygote import trusting


def main(how: str, directory: Path, odt: Path) -> None:
    """Load it as the engine does, and print what LibreOffice says."""
    if how == "trusting":
        trusting()
    walls.write_profile(directory / "profile")
    office = inside.Inside(directory / "profile")

    def work() -> None:
        context = office.context()
        from docgen.adapters.rendering.engine.documents import Desktop  # noqa: PLC0415

        document = Desktop(context).load(odt, "odt")
        sys.stdout.write(str(document.AllowMacroExecution))
        sys.stdout.flush()

    office.run(work)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
