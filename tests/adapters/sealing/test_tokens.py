"""Keys that their token never gives away: SoftHSM stands for an HSM, over the same interface."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.sealing import token
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots, certificates_in
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import SealKeyUnusable, SealUnavailable
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing.papers import ShiftedClock, order
from tests.pki.lab import PASSPHRASE, Lab
from tests.services.softhsm import MODULE, PIN, SoftHsm


@pytest.fixture(scope="module")
def filled(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """A token with the lab's RSA-3072, elliptic and server keys."""
    with pytest.MonkeyPatch.context() as patch:
        made = SoftHsm.make(tmp_path_factory.mktemp("hsm"), patch)
        for label in ("rsa3072", "ec", "server"):
            made.hold(lab.pkcs12(label), PASSPHRASE, label=label)
        yield made


@pytest.fixture
def hsm(filled: SoftHsm) -> SoftHsm:
    """Who is logged in is of the whole process: each test begins as a new one would."""
    pkcs11.lib(str(MODULE)).reinitialize()
    return filled


def _loaded(hsm: SoftHsm, label: str) -> SealKey:
    return token.load(hsm.place(label), chain=(), allow_demo=False)


@pytest.mark.parametrize(("label", "kind"), [("rsa3072", "RSA-3072"), ("ec", "P-256")])
def test_a_key_in_a_token_seals_up_to_validation_data(
    hsm: SoftHsm, lab: Lab, roots: TrustRoots, picture: SealPicture, verifier: Verifier,
    label: str, kind: str,
) -> None:  # fmt: skip
    """RSA-3072 and ECDSA P-256: the seal is B-LT and valid, and the check says what key it is."""
    sealer = PadesSealer(
        _loaded(hsm, label),
        roots=roots,
        clock=ShiftedClock(),
        picture=picture,
        tsa_url=lab.tsa_url,
    )

    assert sealer.check().key == kind
    made = sealer.seal(order())
    assert made.level is SealLevel.B_LT
    assert verifier.verify(made.pdf).verdict is Verdict.VALID


def test_threads_share_the_session(hsm: SoftHsm, roots: TrustRoots, picture: SealPicture) -> None:
    """Six seals at once by one session: each is whole."""
    sealer = PadesSealer(_loaded(hsm, "ec"), roots=roots, clock=ShiftedClock(), picture=picture)

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: sealer.seal(order()), range(6)))

    assert len({each.pdf for each in made}) == 6


def test_a_session_that_was_lost_is_opened_anew(hsm: SoftHsm) -> None:
    """The library forgets every session, as when an HSM starts again; the next seal is made."""
    key = _loaded(hsm, "rsa3072")
    pkcs11.lib(str(MODULE)).reinitialize()

    key.require_pair()


def test_a_session_does_not_survive_a_fork(hsm: SoftHsm) -> None:
    """A forked child is told so, instead of two processes using one session; we go on."""
    key = _loaded(hsm, "ec")

    forking = multiprocessing.get_context("fork")
    said = forking.SimpleQueue()
    child = forking.Process(target=lambda: said.put(_in_child(key)))
    child.start()
    child.join(30)

    assert said.get() == "a token's session does not survive a fork"
    key.require_pair()


def _in_child(key: SealKey) -> str:
    try:
        key.require_pair()
    except SealUnavailable as error:
        return str(error)
    return "signed"


def test_a_wrong_pin_is_told_without_saying_it(hsm: SoftHsm) -> None:
    """Neither the PIN that was tried nor the right one is in the reason."""
    with pytest.raises(SealKeyUnusable, match="refuses the PIN") as caught:
        token.load(hsm.place("ec", pin="000000"), chain=(), allow_demo=False)
    assert "000000" not in str(caught.value) + repr(hsm.place("ec", pin="000000"))


def test_a_pin_that_was_refused_is_not_tried_again(hsm: SoftHsm) -> None:
    """Tokens lock: who changes the PIN starts the process anew, even where it was changed back."""
    key = _loaded(hsm, "ec")
    hsm.change_pin(PIN, "135790")
    for _ in range(2):
        with pytest.raises(SealKeyUnusable, match="refuses the PIN"):
            key.require_pair()
        if hsm.opens_with("135790"):
            hsm.change_pin("135790", PIN)
    _loaded(hsm, "ec").require_pair()


@pytest.mark.parametrize(
    ("label", "named", "reason"),
    [
        ("none", "seal", "holds 0 keys"),
        ("ec", "other", "no token of that label"),
        ("server", "seal", "key usage does not allow"),
    ],
)
def test_what_cannot_seal_is_refused_with_a_reason(
    hsm: SoftHsm, label: str, named: str, reason: str
) -> None:
    """No such key, no such token, or a key that is not for signatures."""
    with pytest.raises(SealKeyUnusable, match=reason):
        token.load(hsm.place(label, token=named), chain=(), allow_demo=False)


def test_a_module_that_is_none_is_refused(tmp_path: Path) -> None:
    """The path is not told."""
    place = token.TokenPlace(module=tmp_path / "none.so", token="seal", pin="1", label="ec")  # noqa: S106

    with pytest.raises(SealKeyUnusable, match="cannot be loaded") as caught:
        token.load(place, chain=(), allow_demo=False)
    assert str(tmp_path) not in str(caught.value)


def test_the_certificate_may_come_from_a_file(hsm: SoftHsm, lab: Lab) -> None:
    """The first of the chain is the seal's; one of another key is found out."""
    chain = certificates_in([lab.certificate("ec"), lab.certificate("issuer")])
    loaded = token.load(hsm.place("ec"), chain=chain, allow_demo=False)
    loaded.require_pair()
    assert [each.subject.native["common_name"] for each in loaded.others] == ["Lab Issuer"]

    other = token.load(hsm.place("rsa3072"), chain=chain, allow_demo=False)
    with pytest.raises(SealKeyUnusable, match="another key"):
        other.require_pair()


def test_a_demo_certificate_is_refused_in_a_token_too(hsm: SoftHsm, tmp_path: Path) -> None:
    """Wherever the key is kept."""
    with DemoAuthority.open(tmp_path / "pki", clock=ShiftedClock(), kind=KeyKind.P_256) as demo:
        hsm.hold(demo.seal_p12, demo.passphrase, label="demo")

    with pytest.raises(SealKeyUnusable, match="demo certificate"):
        _loaded(hsm, "demo")
