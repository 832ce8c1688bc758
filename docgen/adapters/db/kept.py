"""Connections to PostgreSQL that are kept open between units of work."""

from collections import deque
from queue import Empty, SimpleQueue

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as NoneFree

from docgen.adapters.db.wire import Wire

MOST, KEPT = 15, 5
"""Connections that one process may have at a time, and that it keeps when they are idle."""


class KeptWires:
    """Lends wires; the one that came back last goes first: few are in use where few are needed."""

    def __init__(self, engine: Engine, *, patience: float) -> None:
        self._engine = engine
        self._patience = patience
        # A semaphore is several steps of Python where this is one: every unit of work comes by.
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(MOST):
            self._places.put(None)
        self._idle: deque[Wire] = deque()

    def take(self) -> Wire:
        """One for ourselves; raises what SQLAlchemy raises, NoneFree after our patience."""
        try:
            self._places.get(timeout=self._patience)
        except Empty:
            raise NoneFree("all connections are in use") from None
        try:
            return self._idle.pop()
        except IndexError:
            return self._new()

    def give_back(self, wire: Wire) -> None:
        """Nothing may be said over it any more."""
        try:
            if wire.is_lost or len(self._idle) >= KEPT:
                wire.close()
            else:
                self._idle.append(wire)
        finally:
            self._places.put(None)

    def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            self._idle.pop().close()

    def _new(self) -> Wire:
        try:
            return Wire(self._engine.connect())
        except BaseException:
            self._places.put(None)
            raise
