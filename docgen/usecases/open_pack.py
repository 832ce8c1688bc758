"""Open a pack: a case is checked by all rules at once, and kept with everything they found."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from docgen.domain.caller import Caller
from docgen.domain.canonical import canonical_json
from docgen.domain.case import Case
from docgen.domain.debt import NOTHING
from docgen.domain.errors import PackNotFound
from docgen.domain.journal import Event
from docgen.domain.pack import Policy
from docgen.domain.pack_batch import PackBatch
from docgen.domain.pack_record import Pack, number_of
from docgen.domain.pack_states import AT_THE_DESK, PackState
from docgen.forms.read_case import read_case
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.check_pack import CheckedPack, CheckPack
from docgen.usecases.describe_pack import describe
from docgen.usecases.note_pack import keep_pack
from docgen.usecases.recall_packs import RecallPacks


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose pack it is, and which program or person made it."""

    owner: str
    client: str
    region: str | None = None
    actor: str = ""
    """As the journal names who does it; where nothing is said, as the client."""

    @classmethod
    def of(cls, known: Caller | Pack | PackBatch, *, actor: str) -> "Whose":
        """The same owner, client and region; it is the actor who does it now."""
        return cls(owner=known.owner, client=known.client, region=known.region, actor=actor)

    @property
    def by(self) -> str:
        """Who does it."""
        return self.actor or self.client


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What names a pack: a hash of everything it follows from, and the number of that."""

    key: str
    number: str


@dataclass(frozen=True, kw_only=True)
class OpenPack:
    """The same case again is the same pack; what is bound already is left as it is."""

    check: CheckPack
    register: Register
    blobs: Blobs
    clock: Clock
    recall: RecallPacks

    def __call__(self, given: Mapping[str, Any], files: PaperFiles, whose: Whose) -> Pack:
        """The pack; raises ValuesRejected for a case that is written wrongly."""
        named = self.named(given, whose.owner)
        stored = self.stored(named.number)
        if stored is not None and (stored.state not in AT_THE_DESK or stored.building):
            return stored
        whole = self.whole(given, stored)
        checked = self.checked(whole, files, whose.owner, but=named.number)
        return self.keep(checked, whole, whose, named=named, stored=stored)

    def named(self, given: Mapping[str, Any], owner: str) -> Keyed:
        """What the pack of that case is called; raises ValuesRejected."""
        case = read_case(given, self.check.operator)
        found = () if self.check.signed is None else self.check.signed(case, owner)
        signed = sorted(f"{each.document_number} {each.sha256}" for each in found)
        key = _key(case, owner, self.check.policy, signed)
        return Keyed(key=key, number=number_of(key, case.as_of.year))

    def stored(self, number: str) -> Pack | None:
        """The pack of that number, if there is one."""
        try:
            with self.register.view() as unit:
                return unit.packs.get(number)
        except PackNotFound:
            return None

    def case_of(self, pack: Pack) -> dict[str, Any]:
        """The case as it was given, with all answers to its warnings."""
        case: dict[str, Any] = json.loads(self.blobs.get(pack.case_sha256))["case"]
        return case

    def whole(self, given: Mapping[str, Any], stored: Pack | None) -> Mapping[str, Any]:
        """With the answers that were kept; once it is bound, exactly what was bound."""
        if stored is None:
            return given
        kept = self.case_of(stored)
        return kept if stored.bound is not None else with_answers(given, kept)

    def foreseen(self, given: Mapping[str, Any], files: PaperFiles, owner: str) -> CheckedPack:
        """What a build of that case would find; keeps nothing. Raises ValuesRejected."""
        number = self.named(given, owner).number
        whole = self.whole(given, self.stored(number))
        return self.checked(whole, files, owner, but=number)

    def checked(
        self, given: Mapping[str, Any], files: PaperFiles, owner: str, *, but: str
    ) -> CheckedPack:
        """All findings, those about other packs of the same debt among them."""
        case = read_case(given, self.check.operator)
        also = self.recall(case, owner=owner, but=but)
        return self.check(given, files, owner=owner, also=also)

    def keep(
        self,
        checked: CheckedPack,
        given: Mapping[str, Any],
        whose: Whose,
        *,
        named: Keyed,
        stored: Pack | None,
        event: Event | None = None,
    ) -> Pack:
        """The pack as the register has it from now on."""
        now = self.clock.now()
        before = stored or _blank(checked.case, whose, named, now)
        found = checked.examination
        pack = replace(
            before.found(len(found.blocks), len(found.open_warnings)),
            case_sha256=self.blobs.put(canonical_json({"case": plain(given)})),
            checked_sha256=self.blobs.put(canonical_json(describe(checked))),
            **_gist(checked),
        )
        if pack.state is PackState.DRAFT:
            pack = replace(pack, building=None)
        if pack == stored:
            return pack
        pack = replace(pack, changed_at=now)
        said = event or (Event.PACK_OPENED if stored is None else Event.PACK_CHECKED)
        details = {"case": pack.case_sha256, "found": pack.checked_sha256}
        with self.register.begin() as unit:
            kept = keep_pack(
                unit, pack, said, at=now, actor=whose.by, details=details,
                days=self.check.days, new=stored is None,
            )  # fmt: skip
            unit.commit()
        return kept

    def note(self, checked: CheckedPack, stored: Pack, *, by: str) -> Pack:
        """A bound pack, and what stands in its way today; it stays bound.

        While nothing does, what was found when it was bound stays too.
        """
        found = checked.examination
        if found.ready and not (stored.blocks or stored.warnings):
            return stored
        now = self.clock.now()
        pack = replace(
            stored,
            blocks=len(found.blocks),
            warnings=len(found.open_warnings),
            checked_sha256=self.blobs.put(canonical_json(describe(checked))),
        )
        if pack == stored:
            return stored
        details = {"case": pack.case_sha256, "found": pack.checked_sha256}
        with self.register.begin() as unit:
            kept = keep_pack(
                unit, replace(pack, changed_at=now), Event.PACK_CHECKED, at=now, actor=by,
                details=details, days=self.check.days,
            )  # fmt: skip
            unit.commit()
        return kept


def with_answers(given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The case with the answers that were kept for it; of two about a rule the given one."""
    new = [*given.get("overrides", ())]
    named = {each["rule"] for each in new}
    old = [each for each in kept.get("overrides", ()) if each["rule"] not in named]
    return {**given, "overrides": [*old, *new]} if old else dict(given)


def plain(value: object) -> Any:
    """As JSON says it: numbers as text, sets in order."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, bool) or value is None else str(value)


def _key(case: Case, owner: str, policy: Policy, signed: Sequence[str]) -> str:
    """SHA-256 over the case without answers, whose it is, and everything it is judged by.

    What the debtor has signed here meanwhile makes another pack of the same case.
    """
    facts = plain(asdict(replace(case, overrides=())))
    judged = {"case": facts, "owner": owner, "policy": plain(asdict(policy))}
    judged |= {"signed_here": [*signed]} if signed else {}
    return hashlib.sha256(canonical_json(judged)).hexdigest()


def _blank(case: Case, whose: Whose, named: Keyed, now: datetime) -> Pack:
    return Pack(
        id=named.number,
        owner=whose.owner,
        client=whose.client,
        region=whose.region,
        input_sha256=named.key,
        case_sha256="",
        checked_sha256="",
        state=PackState.DRAFT,
        account_number=case.account_number or "",
        debtor=case.debtor.full_name,
        as_of=case.as_of,
        total=NOTHING,
        created_at=now,
        changed_at=now,
    )


def _gist(checked: CheckedPack) -> dict[str, Any]:
    """What lists show and find packs by."""
    claimed = [line for line in checked.claim.lines if line.claimed]
    months = sorted(line.invoice.month for line in claimed)
    ends = [line.limitation.last_day for line in claimed]
    return {
        "total": checked.claim.total,
        "month_from": months[0] if months else None,
        "month_to": months[-1] if months else None,
        "limitation_ends": min(ends, default=None),
    }
