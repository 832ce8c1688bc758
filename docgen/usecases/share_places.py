"""Share out places: how much one process has on its way at once, and to each receiver."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping


class Places:
    """So many in all, and of each receiver; for use by several threads."""

    def __init__(self, *, of_each: int, in_all: int) -> None:
        self._of_each = of_each
        self._in_all = in_all
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def taken(self) -> Mapping[str, int]:
        """By receiver, at this moment; nothing of those that have none."""
        with self._lock:
            return dict(self._taken)

    @property
    def free(self) -> int:
        """How many there are for whoever has not his own share."""
        with self._lock:
            return self._in_all - self._taken.total()

    @property
    def are_short(self) -> bool:
        """Whether somebody has his share, so that more of his has to wait; or all are taken."""
        with self._lock:
            counts = self._taken.values()
            return sum(counts) >= self._in_all or any(n >= self._of_each for n in counts)

    def take(self, receivers: Iterable[str]) -> None:
        """One for each that is named, as often as it is named."""
        with self._lock:
            self._taken.update(receivers)

    def give_back(self, receiver: str) -> None:
        """One of his."""
        with self._lock:
            self._taken[receiver] -= 1
            if not self._taken[receiver]:
                del self._taken[receiver]
