"""Seals are ours only with the certificates that are allowed, where an installation names any."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.errors import Misconfigured, SealKeyUnusable
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing.papers import ShiftedClock
from tests.pki.lab import PASSPHRASE, Lab


@pytest.fixture(scope="module")
def pinned(lab: Lab) -> TrustRoots:
    """The lab's root, and of all signers below it the RSA one."""
    return TrustRoots.load([lab.root], signers=lab.certificate("rsa"))


@pytest.fixture(params=["here", "in a process of its own"])
def judge(request: pytest.FixtureRequest, pinned: TrustRoots) -> Iterator[Verifier]:
    """Either verifier under the pin."""
    if request.param == "here":
        yield PadesVerifier(pinned, clock=ShiftedClock())
        return
    limited = LimitedVerifier(pinned, clock=ShiftedClock())
    yield limited
    limited.close()


def test_only_the_pinned_signer_is_ours(
    judge: Verifier, sealed: bytes, plainly_sealed: bytes
) -> None:
    """Another certificate under the same root seals as well as ever, and is not trusted."""
    assert judge.verify(sealed).verdict is Verdict.VALID

    report = judge.verify(plainly_sealed)
    assert (report.verdict, report.reasons) == (Verdict.UNKNOWN, ("signer_not_trusted",))


def test_without_a_pin_any_signer_under_a_root_is_ours(
    roots: TrustRoots, sealed: bytes, plainly_sealed: bytes
) -> None:
    """The default."""
    verifier = PadesVerifier(roots, clock=ShiftedClock())

    assert [verifier.verify(each).verdict for each in (sealed, plainly_sealed)] == ["valid"] * 2


def test_several_signers_and_several_roots_may_be_named(
    lab: Lab, long_lived: tuple[str, Path], tmp_path: Path, sealed: bytes, plainly_sealed: bytes
) -> None:
    """A folder of each, and a file of several: keys are renewed, and old seals stay ours."""
    signers, roots = tmp_path / "signers", tmp_path / "roots.pem"
    signers.mkdir()
    for label in ("rsa", "ec"):
        (signers / f"{label}.pem").write_bytes(lab.certificate(label).read_bytes())
    roots.write_bytes(long_lived[1].read_bytes() + lab.root.read_bytes())
    verifier = PadesVerifier(TrustRoots.load([roots], signers=signers), clock=ShiftedClock())

    assert [verifier.verify(each).verdict for each in (sealed, plainly_sealed)] == ["valid"] * 2


def test_a_pin_without_certificates_is_no_leave_to_trust_all(lab: Lab, tmp_path: Path) -> None:
    """An empty folder is a mistake of settings."""
    with pytest.raises(Misconfigured, match="no certificates"):
        TrustRoots.load([lab.root], signers=tmp_path)


def test_a_key_that_is_not_pinned_is_unusable(
    lab: Lab, pinned: TrustRoots, picture: SealPicture
) -> None:
    """What it sealed nobody would take for ours, so it is refused at the start."""
    key = SealKey.load(lab.pkcs12("ec"), PASSPHRASE, allow_demo=False)
    sealer = PadesSealer(key, roots=pinned, clock=ShiftedClock(), picture=picture)

    with pytest.raises(SealKeyUnusable, match="none of the allowed signers"):
        sealer.check()
