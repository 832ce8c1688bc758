"""A zygote with LibreOffice, altered: `altered_zygote.py HOW,HOW [OPTIONS] DIRECTORY`.

It shows what the engine does with a LibreOffice that cannot be run inside, and what a document
could do if nothing held it.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[4]))

from docgen.adapters.rendering.engine import inside, network, walls, zygote


def missing() -> None:
    """LibreOffice has no such symbol."""
    inside._CONTEXT = "no_such_symbol"


def crash() -> None:
    """The symbol is something else, which ends the process."""
    inside._CONTEXT = "abort"


def garbage() -> None:
    """The symbol is something else, whose result is no pointer."""
    inside._CONTEXT = "getpid"


def hang() -> None:
    """The symbol is something else, which never returns."""
    inside._CONTEXT = "pause"
    zygote._PROBE_SECONDS = 2.0


def trusting() -> None:
    """The profile forbids nothing, links are updated and macros run."""
    walls._SETTINGS = ((walls._SCRIPTING, "MacroSecurityLevel", "0"),)  # type: ignore[assignment]
    context = inside.Inside.context

    def trusted(office: inside.Inside) -> Any:
        found = context(office)
        # not before there is a context: the module has `uno` imported
        from docgen.adapters.rendering.engine import documents  # noqa: PLC0415

        documents._LOADING.update(MacroExecutionMode=4, UpdateDocMode=3)
        return found

    inside.Inside.context = trusted  # type: ignore[assignment,method-assign]


def contained() -> None:
    """The kernel makes no networks for us, as in a container."""
    network.WAYS.remove(network.enter_an_empty_one)


HOW: dict[str, Callable[[], None]] = {
    alter.__name__: alter for alter in (missing, crash, garbage, hang, trusting, contained)
}

if __name__ == "__main__":
    for how in sys.argv.pop(1).split(","):
        HOW[how]()
    zygote.main()
