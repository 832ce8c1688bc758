"""A workshop that makes packs: the real binder, sealer and register, papers rendered once."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.binding.bound import ConfinedBinder
from docgen.adapters.binding.zip_package import ZipPacker
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import DocgenError
from docgen.domain.pack import Policy
from docgen.domain.pack_volumes import VolumeLimit
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.sealing import SealAbility, SealedPdf, SealOrder
from docgen.ports import Renderer, Sealer
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.bind_pack import BindPack
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.check_pack import CheckPack
from docgen.usecases.open_pack import OpenPack
from docgen.usecases.recall_packs import RecallPacks
from docgen.usecases.seal_pack import SealPack
from tests.adapters.sealing.papers import ShiftedClock
from tests.adapters.sealing.papers import order as act_order
from tests.fakes import MemoryBlobs
from tests.packs.cases import OPERATOR, SAMPLES, complete
from tests.pki.lab import PASSPHRASE, serving
from tests.services.rendering import Over


@dataclass
class OnceRenderer:
    """The real renderer, asked once for each order that is the same but for its time."""

    real: Renderer
    made: dict[str, Rendered] = field(default_factory=dict)
    asked: int = 0

    def render(self, order: RenderOrder) -> Rendered:
        """As it was made the first time."""
        self.asked += 1
        key = f"{order.template} {order.contexts}"
        if key not in self.made:
            self.made[key] = self.real.render(order)
        return self.made[key]

    def close(self) -> None:
        """Whoever made the real one closes it."""


@dataclass
class CountingSealer:
    """A real sealer that remembers what it was asked, and fails where it is told to."""

    real: PadesSealer
    asked: list[SealOrder] = field(default_factory=list)
    orders: list[SealOrder] = field(default_factory=list)
    """Those that were sealed."""
    failing: DocgenError | None = None
    warrant: Callable[[SealOrder], str] | None = None
    """Asked first, as the sealing process does."""

    def seal(self, order: SealOrder) -> SealedPdf:
        """The real seal, unless it fails or is not warranted."""
        self.asked.append(order)
        if self.failing is not None:
            raise self.failing
        if self.warrant is not None:
            self.warrant(order)
        self.orders.append(order)
        return self.real.seal(order)

    def check(self) -> SealAbility:
        """What the real one could do."""
        return self.real.check()


@dataclass
class Workshop:
    """Everything that makes packs, and what it was asked."""

    register: SqlRegister
    renderer: OnceRenderer
    sealer: CountingSealer
    blobs: MemoryBlobs
    roots: TrustRoots

    def build(self, policy: Policy | None = None, limit: VolumeLimit | None = None) -> BuildPack:
        """The use case."""
        binder, clock, days = ConfinedBinder(), ShiftedClock(), DaysFile()
        sealer: Sealer = self.sealer  # type: ignore[assignment]  # the rest is the real one's
        return BuildPack(
            open=OpenPack(
                check=CheckPack(
                    operator=OPERATOR,
                    policy=policy or Policy(),
                    days=days,
                    binder=binder,
                    verifier=PadesVerifier(self.roots, clock=clock),
                ),
                register=self.register,
                blobs=self.blobs,
                clock=clock,
                recall=RecallPacks(register=self.register),
            ),
            bind=BindPack(
                renderer=self.renderer, binder=binder, operator=OPERATOR,
                limit=limit or VolumeLimit(),
            ),
            seal=SealPack(
                register=self.register, blobs=self.blobs, renderer=self.renderer, sealer=sealer,
                packer=ZipPacker(), clock=clock, operator=OPERATOR, days=days,
            ),
            register=self.register,
            blobs=self.blobs,
            clock=clock,
        )  # fmt: skip


@pytest.fixture(scope="module")
def rendered_once(over: Over) -> OnceRenderer:
    """Shared by all packs of a module."""
    return OnceRenderer(over(BESIDE_THE_PACKAGES))


@pytest.fixture(scope="module")
def lab_sealer(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[PadesSealer, TrustRoots]]:
    """A seal of the lab's authority, and its root."""
    with serving(tmp_path_factory.mktemp("lab")) as lab:
        roots = TrustRoots.load([lab.root])
        yield (
            PadesSealer(
                SealKey.load(lab.pkcs12("ec"), PASSPHRASE, allow_demo=False),
                roots=roots,
                clock=ShiftedClock(),
                picture=SealPicture(
                    regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD)
                ),
            ),
            roots,
        )


@pytest.fixture
def workshop(
    sqlite_url: str, rendered_once: OnceRenderer, lab_sealer: tuple[PadesSealer, TrustRoots]
) -> Iterator[Workshop]:
    """Over a register of its own."""
    register = SqlRegister(sqlite_url)
    sealer, roots = lab_sealer
    yield Workshop(register, rendered_once, CountingSealer(sealer), MemoryBlobs(), roots)
    register.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample's papers, to be changed."""
    shutil.copytree(SAMPLES / "debtor_papers", tmp_path / "debtor_papers")
    return tmp_path


def with_sealed_act(workshop: Workshop, folder: Path) -> dict[str, Any]:
    """The complete case whose act is sealed by the lab."""
    sealed = workshop.sealer.real.seal(act_order()).pdf
    path = folder / "debtor_papers" / "07_acceptance_act.pdf"
    path.write_bytes(sealed)
    path.with_suffix(".pdf.cms").write_bytes(b"a national signature")
    case = complete()
    act = next(paper for paper in case["papers"] if paper["slot"] == "acceptance_act")
    act.update(sha256=hashlib.sha256(sealed).hexdigest())
    del act["original"]
    return case
