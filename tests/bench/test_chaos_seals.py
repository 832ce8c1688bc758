"""The checker of the bench of faults looks into every sealed file, not only into the register."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.chaos.visits import Plan, Visit
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.domain import journal
from docgen.domain.canonical import canonical_json
from docgen.domain.envelope import State
from docgen.domain.journal import Event
from docgen.domain.language import Language
from docgen.domain.sealing import SealedPdf, SealOrder
from tests.adapters.sealing import attacks
from tests.adapters.sealing.papers import PROTOCOL, ShiftedClock
from tests.bench.scene import Scene
from tests.builders import fact
from tests.pki.lab import PASSPHRASE, Lab, serving
from tests.usecases.test_authority_away import Papers
from tests.usecases.world import TECHNICIAN, attempt, world

_DOCUMENTS = 2


class Remembering(PadesSealer):
    """The real one, which keeps what it was asked for."""

    def __init__(self, lab: Lab, *, tsa_url: str | None) -> None:
        super().__init__(
            SealKey.load(lab.pkcs12("ec"), PASSPHRASE, allow_demo=False),
            roots=TrustRoots.load([lab.root]),
            clock=ShiftedClock(),
            picture=SealPicture(
                regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD)
            ),
            tsa_url=tsa_url,
        )
        self.lab = lab
        self.orders: list[SealOrder] = []

    def seal(self, order: SealOrder) -> SealedPdf:
        """The sealed file."""
        self.orders.append(order)
        return super().seal(order)

    def forge(self, order: SealOrder) -> bytes:
        """What the key would make if nobody looked at the result."""
        return self._signed_over(order)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Certificates, their revocation lists and time stamps."""
    with serving(tmp_path_factory.mktemp("seals")) as served:
        yield served


@pytest.fixture
def scene(sqlite_url: str, redis_url: str, tmp_path: Path, lab: Lab) -> Iterator[Scene]:
    """A visit whose two documents are sealed, as production does it."""
    built = world(sqlite_url, redis_url)
    built.clock.moment = datetime.now(UTC)
    built.papers, built.seal_of = Papers(), Remembering(lab, tsa_url=lab.tsa_url)
    envelope = built.created(documents=_DOCUMENTS)
    built.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    code = built.chance.given[-1]
    built.confirm(envelope.id, attempt(code))
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "root.pem").write_bytes(lab.root.read_bytes())
    visit = Visit(
        number=0, plan=Plan.SIGN, envelope_id=envelope.id, sendings={"k"}, codes={code},
        confirmed=True,
    )  # fmt: skip
    made = Scene(
        world=built, visit=visit, folder=tmp_path, roots=roots, code=code,
        texts=[built.sms.sent[0].text],
    )  # fmt: skip
    made.tables.rows("UPDATE envelopes SET phone = :phone", phone=visit.phone)
    yield made
    built.register.close()


def test_where_all_is_sealed_nothing_is_noted(scene: Scene) -> None:
    """Both files are valid, by the visit's own evidence."""
    assert (scene.found(), scene.world.envelope(scene.envelope_id).state) == ({}, State.SEALED)


def _sealer(scene: Scene) -> Remembering:
    assert isinstance(scene.world.seal_of, Remembering)
    return scene.world.seal_of


def _order(scene: Scene) -> SealOrder:
    """That of the first document."""
    return _sealer(scene).orders[0]


def _file(scene: Scene) -> bytes:
    """The first document, sealed."""
    query = "SELECT sealed_sha256 FROM documents WHERE envelope_id = :id AND position = 0"
    return scene.world.blobs.get(scene.tables.one(query, id=scene.envelope_id))


def _exchange(scene: Scene, pdf: bytes) -> None:
    """Let another file be registered as the first document's sealed one."""
    scene.tables.rows(
        "UPDATE documents SET sealed_sha256 = :sha256 WHERE envelope_id = :id AND position = 0",
        sha256=scene.keep(pdf), id=scene.envelope_id,
    )  # fmt: skip


def _restated(order: SealOrder, part: str, **changes: Any) -> SealOrder:
    """The order with other evidence."""
    stated = json.loads(order.evidence)
    stated[part] |= changes
    return replace(order, evidence=canonical_json(stated))


def _a_bit_of_the_seal(scene: Scene) -> None:
    _exchange(scene, attacks.flip_in_signature(_file(scene)))


def _a_bit_of_what_was_seen(scene: Scene) -> None:
    _exchange(scene, attacks.flip(_file(scene), 2000))


def _a_bit_of_the_evidence(scene: Scene) -> None:
    _exchange(scene, attacks.flip_in_evidence(_file(scene)))


def _more_after_the_seal(scene: Scene) -> None:
    _exchange(scene, attacks.replace_page_content(_file(scene)))


def _no_seal(scene: Scene) -> None:
    _exchange(scene, _order(scene).frozen)


def _no_evidence(scene: Scene) -> None:
    """A later revision takes it out."""
    _exchange(scene, attacks.remove_attachments(_file(scene)))


def _not_the_bytes_that_were_seen(scene: Scene) -> None:
    """The register says that the subscriber saw something else."""
    scene.tables.rows("UPDATE documents SET frozen_sha256 = :other", other=scene.keep(PROTOCOL))


def _less_than_the_bytes_that_were_seen(scene: Scene) -> None:
    """What the register says he saw is only the beginning of what was sealed."""
    less = scene.keep(_order(scene).frozen[:-1])
    scene.tables.rows("UPDATE documents SET frozen_sha256 = :less", less=less)


def _evidence_of_other_bytes(scene: Scene) -> None:
    _exchange(scene, _sealer(scene).forge(_restated(_order(scene), "document", sha256="0" * 64)))


def _a_manifest_of_nothing(scene: Scene) -> None:
    _exchange(scene, _sealer(scene).forge(_restated(_order(scene), "envelope", documents=[])))


def _a_journal_with_a_gap(scene: Scene) -> None:
    entries = json.loads(_order(scene).evidence)["journal"]["entries"]
    order = _restated(_order(scene), "journal", entries=entries[:1] + entries[2:])
    _exchange(scene, _sealer(scene).forge(order))


def _a_stranger(scene: Scene) -> None:
    """Nobody trusts whoever sealed it."""
    for root in scene.roots.iterdir():
        root.unlink()


def _a_lesser_seal(scene: Scene) -> None:
    """Without a time stamp, though there is an authority."""
    plain = Remembering(_sealer(scene).lab, tsa_url=None)
    order = _restated(_order(scene), "seal", level="B-B")
    _exchange(scene, plain.seal(order).pdf)


def _the_other_document(scene: Scene) -> None:
    """Of the same envelope, and of the same bytes."""
    second = _sealer(scene).orders[1]
    _exchange(scene, _sealer(scene).seal(second).pdf)


def _another_envelope(scene: Scene) -> None:
    """Of somebody who saw the same bytes."""
    here = scene.world
    here.clock.moment = datetime.now(UTC)
    envelope = here.created(documents=_DOCUMENTS)
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    sealed = here.envelope(envelope.id).documents[0].sealed
    assert sealed is not None
    _exchange(scene, here.blobs.get(sealed.sha256))


def _less_than_the_envelope(scene: Scene) -> None:
    """One document of it was hidden from whoever sealed the other."""
    told = json.loads(_order(scene).evidence)
    (first, _), number = told["envelope"]["documents"], "AA-26-009999"
    scene.tables.rows(
        "UPDATE documents SET number = :number WHERE number != :first",
        number=number, first=first["number"],
    )  # fmt: skip


def _another_journal(scene: Scene) -> None:
    """One that holds in itself, and is not the register's."""
    order = _order(scene)
    entries = [*scene.world.journal(scene.envelope_id)][:2]
    made = journal.chain(fact(Event.CONFIRMED), envelope_id=scene.envelope_id, last=entries[-1])
    told = [each.columns() | {"hash": each.hash} for each in (*entries, made)]
    other = _restated(order, "journal", entries=told, head=made.hash)
    _exchange(scene, _sealer(scene).seal(other).pdf)


def _sealed_and_void(scene: Scene) -> None:
    scene.tables.rows("UPDATE envelopes SET state = 'void'")


def _lost(scene: Scene) -> None:
    query = "SELECT sealed_sha256 FROM documents LIMIT 1"
    scene.path(scene.tables.one(query)).unlink()


_FAULTS = {
    "a bit of the seal": (_a_bit_of_the_seal, "invalid"),
    "a bit of what was seen": (_a_bit_of_what_was_seen, "invalid"),
    "a bit of the evidence": (_a_bit_of_the_evidence, "invalid"),
    "more after the seal": (_more_after_the_seal, "changed_after_issue"),
    "no seal": (_no_seal, "unsealed"),
    "no evidence": (_no_evidence, "changed_after_issue"),
    "not the bytes that were seen": (_not_the_bytes_that_were_seen, "valid ()"),
    "less than the bytes that were seen": (_less_than_the_bytes_that_were_seen, "another content"),
    "evidence of other bytes": (_evidence_of_other_bytes, "hash_mismatch"),
    "a manifest of nothing": (_a_manifest_of_nothing, "hash_mismatch"),
    "a journal with a gap": (_a_journal_with_a_gap, "journal_broken"),
    "a stranger's seal": (_a_stranger, "unknown"),
    "a lesser seal": (_a_lesser_seal, "a lesser seal"),
    "the other document's seal": (_the_other_document, "evidence of something else"),
    "another envelope's seal": (_another_envelope, "evidence of something else"),
    "less than the envelope": (_less_than_the_envelope, "evidence of something else"),
    "another journal": (_another_journal, "evidence of something else"),
    "sealed and void": (_sealed_and_void, "void, with the seal"),
}


@pytest.mark.parametrize(("spoil", "words"), _FAULTS.values(), ids=list(_FAULTS))
def test_a_file_that_is_not_what_was_signed_is_noted(
    scene: Scene, spoil: Callable[[Scene], None], words: str
) -> None:
    """As a second content beside the one that the subscriber agreed to, and why."""
    spoil(scene)

    assert [each for each in scene.found()["double"] if words in each]


def test_a_sealed_file_that_is_gone_is_noted(scene: Scene) -> None:
    """As lost."""
    _lost(scene)

    assert [each for each in scene.found()["lost"] if "blob_not_found" in each]
