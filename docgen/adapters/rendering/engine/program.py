"""How a program of the engine is started: alone with Debian's Python and this package."""

from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[4]


def arguments_for(program: str) -> tuple[str, ...]:
    """What Python is given to run `supervisor` or `zygote`; their own arguments follow."""
    begin = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
    run = f"from docgen.adapters.rendering.engine.{program} import main; main()"
    return "-I", "-c", begin + run
