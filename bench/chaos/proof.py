"""What must be true after all, read from register, documents, phones and receiver."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.chaos.town import Town
from bench.chaos.visits import CODE, Visit
from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap import CLOCK
from docgen.domain.envelope import State
from docgen.domain.errors import DocgenError
from docgen.domain.journal import Event
from docgen.domain.verdict import Verdict
from docgen.domain.webhook import TOPICS

OURS = frozenset((State.DRAFT, State.CONFIRMED))
"""States in which an envelope waits for us."""
THEIRS = frozenset((State.READY, State.CODE_SENT))
"""For the subscriber: visible, and ended by the clock."""
AGREED = frozenset((Event.CONFIRMED, Event.SIGNED_BY_HAND))
"""The legal act, whichever way."""
_BETWEEN_DIGITS = re.compile(r"[\s()+.,\-_/\\·~]|%20|%2[bBdD89]|\\u00a0")
_SIX = re.compile(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
_UNFORESEEN = "an unforeseen fault"
"""How a process begins to tell what it answers with 500."""
_ITS_END = 2_000
"""Characters of that: where it was raised, and what it was."""


@dataclass(kw_only=True)
class Proof:
    """Counts what is not as it must be, and says of each what it was."""

    town: Town
    visits: Sequence[Visit]
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> Mapping[str, Sequence[str]]:
        """By kind of fault, each of them in words."""
        self.town.inbox.look()
        for visit in self.visits:
            self._visit(visit)
        for envelope_id, state in self._states.items():
            self._envelope(envelope_id, state)
        for row in self._documents:
            self._document(row)
        self._journal()
        self._webhooks()
        self._logs()
        return self.found

    @cached_property
    def states(self) -> Counter[str]:
        """How many envelopes are in which state."""
        return Counter(self._states.values())

    @cached_property
    def _states(self) -> Mapping[str, State]:
        rows = self.town.tables.rows("SELECT id, state FROM envelopes")
        return {str(each): State(state) for each, state in rows}

    @cached_property
    def _of_phones(self) -> Mapping[str, Sequence[str]]:
        found = defaultdict(list)
        for phone, each in self.town.tables.rows("SELECT phone, id FROM envelopes"):
            found[str(phone)].append(str(each))
        return found

    @cached_property
    def _entries(self) -> Mapping[str, Sequence[tuple[int, Event]]]:
        found = defaultdict(list)
        query = "SELECT envelope_id, sequence, event FROM journal ORDER BY envelope_id, sequence"
        for each, sequence, event in self.town.tables.rows(query):
            found[str(each)].append((int(sequence), Event(event)))
        return found

    @cached_property
    def _documents(self) -> Sequence[tuple[str, ...]]:
        return self.town.tables.rows(
            "SELECT number, envelope_id, frozen_sha256, sealed_sha256 FROM documents"
            " ORDER BY envelope_id, position"
        )

    @cached_property
    def _manifests(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Number and confirmed hash of each document, by envelope and in their order."""
        found = defaultdict(list)
        for number, envelope_id, frozen_hash, _ in self._documents:
            found[envelope_id].append((number, frozen_hash))
        return found

    @cached_property
    def _hashes(self) -> set[tuple[str, str]]:
        """Of which envelope which entry of the journal is."""
        return set(self.town.tables.rows("SELECT envelope_id, hash FROM journal"))

    def _visit(self, visit: Visit) -> None:
        """One envelope of a key, and one message of a key."""
        name, made = f"visit {visit.number} ({visit.plan})", self._of_phones.get(visit.phone, ())
        if len(made) > 1:
            self._note("double", f"{name}: envelopes {made}")
        if visit.envelope_id is not None and visit.envelope_id not in made:
            self._note("lost", f"{name}: envelope {visit.envelope_id}")
        if visit.confirmed and not AGREED & set(self._events(visit.envelope_id or "")):
            self._note("lost", f"{name}: its confirmation")
        messages = self.town.inbox.texts(visit.phone)
        codes = [each for each in messages if CODE.search(each)]
        if len(codes) > len(visit.sendings):
            self._note("double", f"{name}: {len(codes)} codes for {len(visit.sendings)} wishes")
        for complaint in visit.complaints:
            self._note("complaints", f"{name}: {complaint}")

    def _events(self, envelope_id: str) -> Sequence[Event]:
        return [event for _, event in self._entries.get(envelope_id, ())]

    def _envelope(self, envelope_id: str, state: State) -> None:
        """Where it must be, and the legal act once."""
        events = Counter(self._events(envelope_id))
        if state is State.CONFIRMED:
            self._note("unsealed", envelope_id)
        if state in OURS:
            self._note("stuck", f"{envelope_id} {state}: {self._reasons.get(envelope_id)}")
        agreed = sum(events[each] for each in AGREED)
        if agreed > 1:
            self._note("double", f"{envelope_id}: agreed {agreed} times")
        for event in (Event.SEALED, Event.CREATED, Event.RENDERED):
            if events[event] > 1:
                self._note("double", f"{envelope_id}: {event} {events[event]} times")
        endings = (Event.DECLINED, Event.EXPIRED, Event.VOIDED, Event.SEALED)
        if sum(events[each] for each in endings) > 1:
            self._note("double", f"{envelope_id}: endings {[e for e in endings if events[e]]}")
        if agreed and events[Event.DECLINED] + events[Event.EXPIRED]:
            self._note("double", f"{envelope_id}: agreed, and ended otherwise")

    @cached_property
    def _reasons(self) -> Mapping[str, str]:
        """What the operator's list says of what stands still."""
        listed = json.loads(self.town.run("stuck", "--minutes", "0", "--json").stdout)
        return {each["envelope_id"]: each["reason"] for each in listed}

    @cached_property
    def _blobs(self) -> DiskBlobs:
        return DiskBlobs(self.town.disk.folder)

    @cached_property
    def _verifier(self) -> PadesVerifier:
        roots = sorted(self.town.ground.roots.iterdir())
        return PadesVerifier(TrustRoots.load(roots), clock=CLOCK)

    def _document(self, row: tuple[str, ...]) -> None:
        """The confirmed bytes are there, and the sealed ones begin with them."""
        number, envelope_id, frozen_hash, sealed_hash = row
        state = self._states[envelope_id]
        if (state is State.SEALED) != (sealed_hash is not None):
            self._note("double", f"{number}: {state}, with the seal {sealed_hash}")
        try:
            frozen = b"" if frozen_hash is None else self._blobs.get(frozen_hash)
            sealed = b"" if sealed_hash is None else self._blobs.get(sealed_hash)
        except DocgenError as failure:
            self._note("lost", f"{number}: {failure.code}")
            return
        if sealed_hash is not None:
            self._sealed(number, envelope_id, frozen, sealed)

    def _sealed(self, number: str, envelope_id: str, frozen: bytes, sealed: bytes) -> None:
        digest = hashlib.sha256(frozen).hexdigest()
        report = self._verifier.verify(sealed)
        hashes = {report.first_revision_hash, report.confirmed_hash}
        if report.verdict is not Verdict.VALID or not sealed.startswith(frozen):
            self._note("double", f"{number}: {report.verdict} {report.reasons}")
        elif hashes != {digest} or report.seal is None or report.seal.level != "B-LT":
            self._note("double", f"{number}: another content, or a lesser seal")
        elif not self._speaks_of(report.evidence or {}, number, envelope_id):
            self._note("double", f"{number}: evidence of something else")

    def _speaks_of(self, stated: Mapping[str, Any], number: str, envelope_id: str) -> bool:
        """Whether it is of this document, of all the envelope's, and of its journal."""
        listed = [(each["number"], each["sha256"]) for each in stated["envelope"]["documents"]]
        told = (stated["document"]["number"], stated["envelope"]["id"], listed)
        head = (envelope_id, stated["journal"]["head"])
        return told == (number, envelope_id, self._manifests[envelope_id]) and head in self._hashes

    def _journal(self) -> None:
        """Chains, rows and files, by the product's own check of the store."""
        checked = self.town.run("journal", "verify", "--json")
        told = json.loads(checked.stdout) if checked.returncode in {0, 1} else {}
        if not told:
            self._note("broken_chains", f"not able to look: {checked.stderr[-500:]}")
        for each in told.get("findings", ()):
            self._note("broken_chains", f"{each['fault']} {each['table']} {each['row']}")

    def _webhooks(self) -> None:
        """Each event at least once, under one id and in one wording."""
        heard: dict[str, set[bytes]] = defaultdict(set)
        for each in self.town.hears.received:
            heard[each.headers["webhook-id"]].add(each.body)
        expected = {
            f"evt_{envelope_id}_{sequence}": event
            for envelope_id, entries in self._entries.items()
            for sequence, event in entries
            if event in TOPICS
        }
        for identifier in expected.keys() - heard.keys():
            self._note("missed_events", f"{identifier} {expected[identifier]}")
        for identifier, bodies in heard.items():
            topics = {json.loads(body)["type"] for body in bodies}
            wanted = {TOPICS[expected[identifier]].value} if identifier in expected else set()
            if len(bodies) > 1 or topics != wanted:
                self._note("double", f"{identifier}: told in {len(bodies)} wordings, {topics}")

    def _logs(self) -> None:
        """No code, IIN or phone in any of them; and nothing that we had not foreseen."""
        codes = {code for visit in self.visits for code in visit.codes}
        phones = {visit.phone.removeprefix("+7") for visit in self.visits}
        for place, line in _lines(self.town.logs()):
            digits = _BETWEEN_DIGITS.sub("", line)
            named = phones & set(re.findall(r"(?=(701555\d{4}))", digits))
            if named or self._iin in digits:
                self._note("traces", f"{place}: names somebody")
            if codes & set(_SIX.findall(line)):
                self._note("traces", f"{place}: tells a code")
            if _UNFORESEEN in line:
                self._note("complaints", f"{place}: … {line[-_ITS_END:]}")

    @cached_property
    def _iin(self) -> str:
        rows = self.town.tables.rows("SELECT CAST(subscriber AS TEXT) FROM envelopes LIMIT 1")
        found = re.search(r'"iin": ?"(\d{12})"', rows[0][0]) if rows else None
        return found.group(1) if found else "nobody's"

    def _note(self, kind: str, what: str) -> None:
        self.found[kind].append(what)


def _lines(logs: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for log in logs:
        for line in log.read_text(encoding="utf-8").splitlines():
            yield log.name, line
