"""How often a process of ours looks for garbage: for what refers to itself, and nobody to it."""

import gc

_BORN = 20_000
"""Objects, beyond those that are gone again, after which Python looks among them; else 700."""


def look_seldom() -> None:
    """To be called as soon as all is there that stays as long as the process; again, if more came.

    Looked through again and again, that stopped all threads for 0.2 s at a time. What is in use for
    a moment only is gone by the time of the next look, and not carried along to be looked at.
    """
    gc.freeze()
    gc.set_threshold(_BORN)
