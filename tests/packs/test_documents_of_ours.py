"""A case names a sealed document of the register by its number: `documents/A3-2026-000042`."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.binding.batch_papers import FolderAndDocuments
from docgen.adapters.binding.kept_papers import KeptPapers
from docgen.domain.envelope import State
from docgen.domain.errors import BlobNotFound
from docgen.domain.pack_states import PackState
from docgen.usecases.open_pack import Whose
from tests.adapters.sealing.papers import order as act_order
from tests.packs.cases import complete
from tests.packs.conftest import Workshop
from tests.packs.test_signed_here import _envelope, _stored

_NUMBER = "A3-2026-000117"
_PATH = f"documents/{_NUMBER}"


def _sealed(workshop: Workshop, **changes: Any) -> bytes:
    """The bytes of a document of that number, which are in the register."""
    pdf = workshop.sealer.real.seal(act_order()).pdf
    _stored(workshop, _envelope(workshop, pdf=pdf, number=_NUMBER, **changes))
    return pdf


def test_a_sealed_document_is_a_paper_of_a_case(workshop: Workshop, folder: Path) -> None:
    """Nobody brings it along: its sealed bytes are bound, and lie among the originals."""
    pdf = _sealed(workshop)
    case = complete()
    act = next(paper for paper in case["papers"] if paper["slot"] == "acceptance_act")
    act.update(path=_PATH, sha256=hashlib.sha256(pdf).hexdigest())
    del act["original"]
    answered = {"rule": "P03", "by": "Мұқашева Дана", "reason": "Нотариус ЭЦҚ-сыз қабылдайды"}
    case["overrides"].append(answered)
    build = workshop.build()
    files = FolderAndDocuments(folder, workshop.register, workshop.blobs, owner="collection")

    pack = build(case, files, Whose(owner="collection", client="office"))

    assert pack.state is PackState.SEALED
    assert pdf in build.package(pack.id)


def test_it_is_its_owners_alone(workshop: Workshop, folder: Path) -> None:
    """With or without the ending; other owners' and numbers that nobody has are not there."""
    pdf = _sealed(workshop)
    register, blobs = workshop.register, workshop.blobs
    ours = KeptPapers(register, blobs, owner="collection", case={})
    theirs = KeptPapers(register, blobs, owner="branch", case={})
    in_a_folder = FolderAndDocuments(folder, register, blobs, owner="branch")

    assert ours.read(_PATH) == ours.read(f"{_PATH}.pdf") == pdf
    assert ours.detached(_PATH) == b""
    for files, path in ((theirs, _PATH), (in_a_folder, _PATH), (ours, "documents/A3-2026-1")):
        with pytest.raises(BlobNotFound):
            files.read(path)


def test_what_is_not_sealed_yet_is_no_paper(workshop: Workshop) -> None:
    """Its number is there, and nothing that a notary could be shown."""
    envelope = _envelope(workshop, number=_NUMBER)
    (document,) = envelope.documents
    waiting = replace(envelope, state=State.CONFIRMED, documents=(replace(document, sealed=None),))
    _stored(workshop, waiting)
    ours = KeptPapers(workshop.register, workshop.blobs, owner="collection", case={})

    with pytest.raises(BlobNotFound):
        ours.read(_PATH)
