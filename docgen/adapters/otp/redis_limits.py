"""Limits of sending in Redis."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from docgen.adapters.otp.redis_link import (
    RedisLink,
    Silent,
    delta,
    milliseconds,
    span,
    strange,
)
from docgen.domain.errors import CodesUnavailable, LimitReached
from docgen.domain.sending_limits import Asked, Counted, Limit, Meter, Purse, SpentMoney

_STAYS = timedelta(days=1)
"""What nobody has touched for so long is forgotten, and the register asked for it anew."""

_PURSE_STAYS = timedelta(days=2)
_ESTIMATE_COUNTS = timedelta(minutes=5)
"""After that the register is asked again what messages have really cost."""

_MINUTE = timedelta(minutes=1)

_MEMORY = "{limits}:memory"


class RedisLimits:
    """Implements ports_of_codes.SendLimits; needs Redis 5 or later that evicts nothing.

    Redis sees ids of sendings, and HMACs of phones, people, employees and clients. All keys are in
    one slot of a cluster, since one sending is counted on all of them in one step.
    """

    def __init__(self, url: str) -> None:
        self._link = link = RedisLink(url)
        self._memory = ""
        self._take = link.script("memory.lua", "take.lua")
        self._recall = link.script("memory.lua", "recall.lua")
        self._recall_money = link.script("memory.lua", "recall_money.lua")
        self._give_back = link.script("give_back.lua")

    @property
    def memory(self) -> str:
        """A name of what Redis remembers, as its last answer had it."""
        return self._memory

    def take(
        self,
        asked: Asked,
        *,
        now: datetime,
        unknown: Collection[Limit] = (),
        memory: str = "",
    ) -> frozenset[Limit]:
        """Count it, or say what is forgotten; raises LimitReached or CodesUnavailable."""
        try:
            return self._taken(asked, now, unknown=unknown, memory=memory)
        except Silent:
            # A Redis that wakes up does all that it was told meanwhile.
            with suppress(CodesUnavailable), self._link.failing_closed():
                self._return(asked)
            raise

    def _taken(
        self, asked: Asked, now: datetime, *, unknown: Collection[Limit], memory: str
    ) -> frozenset[Limit]:
        purse = asked.purse
        counted = (key for each in asked.meters for key in _keys(each))
        keys = [*_purse_keys(purse), _MEMORY, *counted]
        arguments = [
            milliseconds(now),
            asked.sending_id,
            purse.cost_tiyn,
            purse.most_tiyn,
            span(purse.ends_at - now),
            span(_PURSE_STAYS),
            memory,
            *(word for meter in asked.meters for word in _words(meter, unknown)),
        ]
        with self._link.answering():
            match self._take(keys, arguments):
                case [str(present), "taken"]:
                    self._memory = present
                    return frozenset()
                case [str(present), "forgotten", *names]:
                    self._memory = present
                    return frozenset(map(Limit, names))
                case [str(present), "limit", str(name), int(wait)]:
                    self._memory = present
                    raise LimitReached(name, delta(wait))
        raise strange()

    def remind(self, meter: Meter, known: Sequence[Counted]) -> None:
        """Tell a meter that has forgotten; one that has not stays as it is."""
        pairs = ((milliseconds(each.at), each.id) for each in known)
        arguments = [span(_STAYS), *(word for pair in pairs for word in pair)]
        with self._link.answering():
            self._recall(list(_keys(meter)), arguments)

    def remind_of_money(self, asked: Asked, spent: SpentMoney, *, now: datetime) -> None:
        """The same for the purse, and for what is on its way and in no bill yet."""
        (client,) = (each for each in asked.meters if each.limit is Limit.CLIENT)
        arguments = [
            milliseconds(now),
            spent.tiyn,
            asked.purse.cost_tiyn,
            *(span(each) for each in (_PURSE_STAYS, _ESTIMATE_COUNTS, _MINUTE)),
            *spent.includes,
        ]
        with self._link.answering():
            self._recall_money([*_purse_keys(asked.purse), _keys(client)[0]], arguments)

    def give_back(self, asked: Asked) -> None:
        """It never left; twice is once."""
        with self._link.answering():
            self._return(asked)

    def _return(self, asked: Asked) -> None:
        counted = (_keys(each)[0] for each in asked.meters if each.is_taken_back)
        keys = [_purse_keys(asked.purse)[0], *counted]
        self._give_back(keys, [asked.sending_id, asked.purse.cost_tiyn])

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers and would evict nothing."""
        self._link.ping()

    def close(self) -> None:
        """Close the connections."""
        self._link.close()


def _keys(meter: Meter) -> tuple[str, str]:
    key = f"{{limits}}:{meter.limit}:{meter.subject}"
    return key, f"{key}:m"


def _purse_keys(purse: Purse) -> tuple[str, str]:
    key = f"{{limits}}:budget:{purse.subject}:{purse.day.isoformat()}"
    return key, f"{key}:m"


def _words(meter: Meter, unknown: Collection[Limit]) -> Iterator[Any]:
    yield from (meter.limit.value, meter.adds, int(meter.limit in unknown))
    yield 0 if meter.since is None else milliseconds(meter.since)
    yield from (span(meter.memory), span(_STAYS), len(meter.allowances))
    for allowance in meter.allowances:
        yield from (allowance.most, span(allowance.window))
