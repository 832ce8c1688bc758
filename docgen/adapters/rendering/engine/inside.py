"""LibreOffice inside this very process and in its one thread, reached without a bridge.

LibreOfficeKit starts it (`libreofficekit_hook_2` of libmergedlo.so, no package more is needed).
With SAL_LOK_OPTIONS=unipoll LibreOffice makes no thread of its own: `runLoop` runs its main loop
in the thread that calls it and calls us whenever it would wait; there the process may fork.
python-uno is then given LibreOffice's own component context, so a call costs microseconds.

Two of the names below are C++ symbols, which hold for the LibreOffice they were proved with and
are not promised for another. A wrong guess ends the process: prove it in a child first.
"""

import ctypes
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

from docgen.adapters.rendering.engine.walls import extensions_in

PROGRAM: Final = Path("/usr/lib/libreoffice/program")
_CONTEXT = "_ZN10comphelper26getProcessComponentContextEv"
_INITIALIZE = (
    "_ZN5pyuno7Runtime10initializeERKN3com3sun4star3uno9ReferenceINS4_17XComponentContextEEE"
)
# Places in the tables of functions of LibreOfficeKit.h, which only ever grow at the end.
_RUN_LOOP = 13


class NotInside(Exception):
    """This LibreOffice cannot be run inside a process of ours."""


class Inside:
    """One LibreOffice with a profile of its own; at most one in a process."""

    def __init__(self, profile: Path) -> None:
        os.putenv("SAL_LOK_OPTIONS", "unipoll")
        os.putenv("SAL_USE_VCLPLUGIN", "svp")
        os.putenv("CONFIGURATION_LAYERS", _layers())
        os.putenv(*extensions_in(profile))
        try:
            self._library = ctypes.CDLL(str(PROGRAM / "libmergedlo.so"), mode=ctypes.RTLD_GLOBAL)
            hook = self._library.libreofficekit_hook_2
        except (OSError, AttributeError) as error:
            raise NotInside("there is no libmergedlo.so with LibreOfficeKit") from error
        hook.restype = ctypes.c_void_p
        hook.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
        self._office = hook(str(PROGRAM).encode(), profile.as_uri().encode())
        if not self._office:
            raise NotInside("LibreOfficeKit does not start")

    def run(self, work: Callable[[], object]) -> NoReturn:
        """Call `work` once, inside the main loop, and end the process with it."""

        def poll(_data: object, _microseconds: int) -> int:
            status = 1
            try:
                work()
                status = 0
            except BaseException:  # noqa: BLE001
                traceback.print_exc()
            finally:
                # LibreOffice's own way out hangs or crashes without its threads
                os._exit(status)

        self._poll = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)(poll)
        self._wake = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _data: None)
        # Without data to hand back it never calls, and spins.
        self._data = ctypes.c_int(1)
        table = ctypes.cast(self._office, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
        run_loop = ctypes.CFUNCTYPE(
            None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
        )(table[_RUN_LOOP])
        run_loop(
            self._office,
            ctypes.cast(self._poll, ctypes.c_void_p),
            ctypes.cast(self._wake, ctypes.c_void_p),
            ctypes.cast(ctypes.pointer(self._data), ctypes.c_void_p),
        )
        os._exit(1)

    def context(self) -> Any:
        """LibreOffice's own component context, for python-uno; raises NotInside."""
        try:
            python = ctypes.PyDLL(str(PROGRAM / "libpyuno.so"), mode=ctypes.RTLD_GLOBAL)
            getter = getattr(self._library, _CONTEXT)
            initialize = getattr(python, _INITIALIZE)
        except (OSError, AttributeError) as error:
            raise NotInside("LibreOffice's context cannot be reached") from error
        # 7.4 returns a Reference by a hidden pointer, 25.2 a reference: both leave it in the
        # register of the result.
        self._reference = ctypes.c_void_p()
        getter.restype = ctypes.c_void_p
        getter.argtypes = [ctypes.c_void_p]
        initialize.restype = None
        initialize.argtypes = [ctypes.c_void_p]
        initialize(getter(ctypes.byref(self._reference)))
        import uno  # noqa: PLC0415  # it looks for a running context when it is imported

        return uno.getComponentContext()


def _layers() -> str:
    """LibreOffice's own list of where its settings are, with nothing to be written back.

    A thread would do that a second later, and no process forks well with a thread.
    """
    for line in (PROGRAM / "fundamentalrc").read_text().splitlines():
        name, _, layers = line.partition("=")
        if name == "CONFIGURATION_LAYERS" and "user:!" in layers:
            return layers.replace("user:!", "user:*")
    raise NotInside("LibreOffice's settings are not where they were")
