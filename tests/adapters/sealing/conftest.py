"""One lab, one typeface and one sealed file of each kind for all tests of sealing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.ports import Verifier
from tests.adapters.sealing.papers import ShiftedClock, order
from tests.pki.lab import PASSPHRASE, Lab, serving

MakeSealer = Callable[..., PadesSealer]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An authority that is not ours."""
    with serving(tmp_path_factory.mktemp("lab")) as served:
        yield served


@pytest.fixture(scope="session")
def roots(lab: Lab) -> TrustRoots:
    """The lab's root alone."""
    return TrustRoots.load([lab.root])


@pytest.fixture(scope="session")
def picture() -> SealPicture:
    """The seal's picture in Noto Sans."""
    return SealPicture(regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD))


@pytest.fixture(scope="session")
def make_sealer(lab: Lab, roots: TrustRoots, picture: SealPicture) -> MakeSealer:
    """Makes a sealer with one of the lab's keys; an authority only where one is given."""

    def make(
        label: str = "ec",
        *,
        tsa_url: str | None = None,
        tsa_policy: str | None = None,
        patience: float = 4,
    ) -> PadesSealer:
        key = SealKey.load(lab.pkcs12(label), PASSPHRASE, allow_demo=False)
        return PadesSealer(
            key,
            roots=roots,
            clock=ShiftedClock(),
            picture=picture,
            tsa_url=tsa_url,
            tsa_policy=tsa_policy,
            patience=patience,
        )

    return make


@pytest.fixture(scope="session")
def sealed(make_sealer: MakeSealer, lab: Lab) -> bytes:
    """The act sealed with validation data: B-LT."""
    return make_sealer("rsa", tsa_url=lab.tsa_url).seal(order()).pdf


@pytest.fixture(scope="session")
def plainly_sealed(make_sealer: MakeSealer) -> bytes:
    """The act sealed without an authority: B-B."""
    return make_sealer("ec").seal(order()).pdf


@pytest.fixture
def verifier(roots: TrustRoots) -> Verifier:
    """Trusts the lab, now."""
    return PadesVerifier(roots, clock=ShiftedClock())


@pytest.fixture(scope="session")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and root of another time-stamp authority, whose certificate lives ten years."""
    directory = tmp_path_factory.mktemp("long_lived")
    with DemoAuthority.open(directory, clock=ShiftedClock(), kind=KeyKind.P_256) as demo:
        yield demo.tsa_url, demo.trust_root
