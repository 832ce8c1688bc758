"""Doing the same thing many times at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from docgen.domain.errors import DocgenError

T = TypeVar("T")


def at_once(actions: Sequence[Callable[[], T]]) -> list[T | DocgenError]:
    """What each action returned, or the named error it raised; all threads start together."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], T]) -> T | DocgenError:
        gate.wait(30)
        try:
            return action()
        except DocgenError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(actions)) as pool:
        return list(pool.map(run, actions))
