"""An acknowledgement that was signed through the service feeds a later pack by itself."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.case import AgreementState
from docgen.domain.debt import Ground
from docgen.domain.envelope import Envelope, Reference, State
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.domain.subscriber import Iin
from docgen.forms.catalogue import Catalogue
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.find_acknowledgements import FindAcknowledgements
from docgen.usecases.open_pack import Whose
from tests import builders
from tests.adapters.sealing.papers import order as act_order
from tests.packs.cases import complete
from tests.packs.conftest import Workshop

_ACCOUNT, _IIN = "580098765432", Iin("850512312310")
_SIGNED = datetime(2026, 9, 10, 6, 30, tzinfo=UTC)
_NUMBER = "IA-2026-000117"


def _values(**changes: Any) -> dict[str, Any]:
    """43 205.00 for services and the modem, 1 500.00 of penalty; four payments, two may be late."""
    debt = {
        "services": {
            "amount": "18215.00", "period_from": "2026-04-01", "period_to": "2026-06-30",
        },
        "penalty": "1500.00",
        "equipment": "24990.00",
        "total": "44705.00",
    }  # fmt: skip
    rows = [
        ("2026-09-25", "6215.00", "1500.00", "0.00", "7715.00", "36990.00"),
        ("2026-10-26", "12000.00", "0.00", "0.00", "12000.00", "24990.00"),
        ("2026-11-10", "0.00", "0.00", "12000.00", "12000.00", "12990.00"),
        ("2026-12-25", "0.00", "0.00", "12990.00", "12990.00", "0.00"),
    ]
    names = ("due_on", "principal", "penalty", "equipment", "amount", "balance")
    example = Catalogue().get("instalment_agreement").example["values"]
    return {
        **json.loads(json.dumps(example)),
        "account_number": _ACCOUNT,
        "debt_as_of": "2026-09-10",
        "debt": debt,
        "schedule": [dict(zip(names, row, strict=True)) for row in rows],
        "missed_payments": 2,
    } | changes


def _envelope(workshop: Workshop, **changes: Any) -> Envelope:
    """A sealed agreement of the debtor of the complete case."""
    pdf = changes.pop("pdf", None) or workshop.sealer.real.seal(act_order()).pdf
    values = changes.pop("values", None) or _values()
    number = changes.pop("number", _NUMBER)
    at = changes.pop("at", _SIGNED)
    document = builders.document(
        form="instalment_agreement", number=number, values=values,
        frozen=builders.frozen(), sealed=replace(builders.sealed(), sha256=workshop.blobs.put(pdf)),
    )  # fmt: skip
    built = replace(
        builders.envelope(),
        state=State.SEALED,
        owner="collection",
        subscriber=builders.subscriber(iin=_IIN),
        reference=Reference(order_number="W-1", account_number=_ACCOUNT),
        documents=(document,),
        consent=builders.sms_consent(confirmed_at=at),
    )
    return replace(built, **changes)


def _stored(workshop: Workshop, envelope: Envelope) -> Envelope:
    with workshop.register.begin() as unit:
        unit.envelopes.add(envelope)
        fact = Fact(
            event=Event.CREATED, at=_SIGNED, actor="client:o", details=fingerprints(envelope)
        )
        unit.journal.append(envelope.id, fact)
        unit.commit()
    return envelope


def _build(workshop: Workshop, *owners: str) -> BuildPack:
    build = workshop.build()
    find = FindAcknowledgements(
        register=workshop.register, forms=Catalogue(), blobs=workshop.blobs, owners=owners
    )
    check = replace(build.open.check, signed=find)
    return replace(build, open=replace(build.open, check=check))


def _case(**changes: Any) -> dict[str, Any]:
    """The complete case as it is where nobody has typed an acknowledgement."""
    case = complete()
    del case["acknowledgement"]
    case["papers"] = [each for each in case["papers"] if each["slot"] != "acknowledgement"]
    return case | changes


def _checked(
    workshop: Workshop, folder: Path, case: dict[str, Any] | None = None, *owners: str
) -> CheckedPack:
    check = _build(workshop, *owners).open.check
    return check(case or _case(), PaperFolder(folder), owner="collection")


def _with_history(folder: Path, case: dict[str, Any]) -> dict[str, Any]:
    """How the instalments were paid, and somebody who answers for the missing `.cms`."""
    history = folder / "debtor_papers" / "16_instalments.pdf"
    history.write_bytes((folder / "debtor_papers" / "12_service_record.pdf").read_bytes())
    sha256 = hashlib.sha256(history.read_bytes()).hexdigest()
    paper = {"slot": "instalments", "path": "debtor_papers/16_instalments.pdf", "sha256": sha256}
    answered = {"rule": "P03", "by": "Мұқашева Дана", "reason": "Нотариус ЭЦҚ-сыз қабылдайды"}
    case["papers"].append(paper)
    case["overrides"].append(answered)
    return case


def test_it_is_ground_basis_of_penalty_and_restart(workshop: Workshop, folder: Path) -> None:
    """To the tiyn: the modem on 92-1(2)(2), the penalty it names, three years from its day."""
    before = _checked(workshop, folder).claim
    envelope = _stored(workshop, _envelope(workshop))
    checked = _checked(workshop, folder)
    after = checked.claim

    assert (before.principal, before.other, before.penalty) == (
        Decimal("18215.00"), Decimal(0), Decimal(0),
    )  # fmt: skip
    assert (after.principal, after.other, after.penalty) == (
        Decimal("18215.00"), Decimal("24990.00"), Decimal("1500.00"),
    )  # fmt: skip
    assert after.total - before.total == Decimal("26490.00")
    assert after.by_ground[Ground.ACKNOWLEDGED] == Decimal("24990.00")
    assert {line.limitation.last_day for line in after.lines} == {date(2029, 9, 10)}
    assert checked.case.signed_here == ((_NUMBER, envelope.id),)
    told = {(each.rule, each.what) for each in checked.examination.notes}
    assert ("N06", "signed_here") in told


def test_its_sealed_original_is_in_the_pack(workshop: Workshop, folder: Path) -> None:
    """Byte for byte; the manifest names its envelope; the same case gives the same pack again."""
    envelope = _stored(workshop, _envelope(workshop))
    build, case = _build(workshop), _with_history(folder, _case())

    whose = Whose(owner="collection", client="office")
    pack = build(case, PaperFolder(folder), whose)
    again = build(case, PaperFolder(folder), whose)

    manifest = json.loads(workshop.blobs.get(pack.manifest_sha256))
    hashes = {each["sha256"] for each in manifest["files"]}
    sealed = envelope.documents[0].sealed
    assert sealed is not None
    assert sealed.sha256 in hashes
    assert manifest["checked"]["signed_here"] == [{"document": _NUMBER, "envelope": envelope.id}]
    assert again == pack


def test_a_named_acknowledgement_wins(workshop: Workshop, folder: Path) -> None:
    """Whoever has typed one has his reasons: nothing is looked for."""
    _stored(workshop, _envelope(workshop))

    checked = _checked(workshop, folder, complete())

    assert checked.case.signed_here == ()
    assert checked.claim.penalty == Decimal("4998.38")


_NOT_COUNTED: dict[str, Callable[[Workshop], Envelope]] = {
    "not sealed": lambda w: _envelope(w, state=State.CONFIRMED),
    "void": lambda w: _envelope(w, state=State.VOID, reason="бос"),
    "superseded": lambda w: _envelope(w, state=State.VOID, superseded_by="another"),
    "of another owner": lambda w: _envelope(w, owner="portal"),
    "of another person": lambda w: _envelope(w, subscriber=builders.subscriber()),
    "of another account": lambda w: _envelope(w, values=_values(account_number="580000000001")),
    "signed after the day of the case": lambda w: _envelope(
        w, at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    ),
    "with a broken seal": lambda w: _envelope(
        w, pdf=w.sealer.real.seal(act_order()).pdf.replace(b"/Type /Page", b"/Type /pAGE", 1)
    ),
}


@pytest.mark.parametrize("which", _NOT_COUNTED)
def test_it_does_not_count(workshop: Workshop, folder: Path, which: str) -> None:
    """The claim is what it is without any acknowledgement."""
    _stored(workshop, _NOT_COUNTED[which](workshop))

    checked = _checked(workshop, folder)

    assert checked.case.acknowledgement is None
    assert checked.claim.penalty == Decimal(0)


def test_a_trial_seal_does_not_count(workshop: Workshop, folder: Path) -> None:
    """What an authority sealed that is not trusted here is as good as nothing."""
    _stored(workshop, _envelope(workshop))

    elsewhere = replace(workshop, roots=TrustRoots(certificates=()))

    assert _checked(elsewhere, folder).case.signed_here == ()


def test_owners_that_are_named_count_too(workshop: Workshop, folder: Path) -> None:
    """The portal signs, the collection department makes packs."""
    _stored(workshop, _envelope(workshop, owner="portal"))

    assert _checked(workshop, folder, None, "portal").claim.penalty == Decimal("1500.00")


@pytest.mark.parametrize(
    ("paid", "state"),
    [
        ([], AgreementState.DEFAULTED),
        ([("2026-09-25", "7715.00")], AgreementState.DEFAULTED),
        ([("2026-09-25", "7715.00"), ("2026-10-20", "12000.00")], AgreementState.IN_FORCE),
        ([("2026-09-10", "44705.00")], AgreementState.DEFAULTED),
        ([("2026-09-11", "44705.00")], AgreementState.COMPLETED),
    ],
)
def test_payments_tell_whether_it_is_kept(
    workshop: Workshop, folder: Path, paid: list[tuple[str, str]], state: AgreementState
) -> None:
    """Two instalments late at once make all of it due; one does not, and then no pack is made."""
    _stored(workshop, _envelope(workshop))
    case = _case()
    case["payments"] += [{"date": day, "amount": amount} for day, amount in paid]

    checked = _checked(workshop, folder, case)

    assert checked.case.agreement is not None
    assert checked.case.agreement.state is state
    blocked = {each.rule for each in checked.examination.blocks}
    assert ("N18" in blocked) == (state is AgreementState.IN_FORCE)


def test_an_earlier_paper_keeps_its_own_restart(workshop: Workshop, folder: Path) -> None:
    """Of two, the newest leads; what it acknowledges again is reckoned by its words."""
    _stored(
        workshop, _envelope(workshop, number="IA-2026-000090", at=datetime(2026, 8, 1, tzinfo=UTC))
    )
    values = _values(debt_as_of="2026-09-09")
    newest = _stored(workshop, _envelope(workshop, values=values))

    checked = _checked(workshop, folder)

    assert [number for number, _ in checked.case.signed_here] == ["IA-2026-000090", _NUMBER]
    assert checked.case.acknowledgement is not None
    assert checked.case.acknowledgement.document == f"signed here/{newest.documents[0].number}.pdf"
