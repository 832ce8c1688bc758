"""What tools that are not ours say of a sealed file, today and for decades."""

import asyncio
import io
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf.pdfa
import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Verifier
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import FROZEN, order
from tests.pki.lab import Lab

_FAR = datetime(2038, 1, 1, tzinfo=UTC)

ALLOWED: Mapping[str, str] = {
    "interactive forms (/AcroForm) are not supported": (
        "the seal is a signature field; ISO 19005-3, 6.4.3 allows those, and the checker "
        "approves no form of any kind"
    ),
    "permissions (/Perms) are not supported": (
        "/Perms holds only /DocMDP, the certification; ISO 19005-3, 6.1.12 allows it"
    ),
    "unrecognized key(s) /DSS are not checked": (
        "the validation data of PAdES B-LT (ETSI EN 319 142-1, 5.4.2), younger than the standard"
    ),
    "embedded files are not supported": (
        "evidence.json is an associated file of part 3; the checker judges none"
    ),
}
"""What the checker of PDF/A cannot judge in a sealed file, and why it may stand there."""


@pytest.mark.parametrize("kind", ["sealed", "plainly_sealed"], ids=["B-LT", "B-B"])
def test_the_checker_of_pdf_a_finds_nothing_but_what_is_explained(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No violation, and each thing it cannot judge is on the list; nothing on it is stale."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(request.getfixturevalue(kind))
    findings = pikepdf.pdfa.validate_written(path, "3b").findings

    told = {str(each.message).rpartition(": ")[2] for each in findings}
    assert {str(each).partition("]")[0] for each in findings} == {"[unsupported"}
    assert told == ALLOWED.keys() - (set() if kind == "sealed" else {_DSS})


_DSS = "unrecognized key(s) /DSS are not checked"


def test_the_checker_of_pdf_a_approves_the_frozen_file(tmp_path: Path) -> None:
    """Without any reservation."""
    path = tmp_path / "frozen.pdf"
    path.write_bytes(FROZEN)

    assert pikepdf.pdfa.validate_written(path, "3b").passed


@pytest.mark.parametrize("kind", ["sealed", "plainly_sealed"], ids=["B-LT", "B-B"])
def test_pdfsig_calls_it_valid_and_totally_signed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One signature, and no byte outside it."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(request.getfixturevalue(kind))
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)

    assert "Signature is Valid" in done.stdout
    assert "Total document signed" in done.stdout
    assert "Signature #2" not in done.stdout


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyHanko 0.38 with a mistake of its simulation mended.

    To judge a signer who has expired it makes the signer's issuer an anchor, and then finds no path
    to whoever signed a revocation list where that is this very issuer: an anchor has none above it.
    So it holds no list for the signer; OCSP answers are not concerned.
    """
    climb = ValidationPath.truncate_to_issuer_and_append

    def reach(path: ValidationPath, certificate: Certificate) -> ValidationPath:
        anchor = path.trust_anchor
        if isinstance(anchor, CertTrustAnchor) and anchor.certificate == certificate:
            return ValidationPath(anchor, [], None)
        climbed: ValidationPath = climb(path, certificate)
        return climbed

    def known(found: Any, cutoff: datetime, poe: Any) -> bool:
        return any(poe[each.path.last] <= cutoff for each in found.prov_paths)

    monkeypatch.setattr(ValidationPath, "truncate_to_issuer_and_append", reach)
    monkeypatch.setattr(ades, "_crl_issuer_cert_poe_boundary", known)


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("label", ["rsa", "ec"], ids=["RSA with lists", "P-256 with OCSP"])
def test_a_b_lt_seal_can_be_kept_valid_until_2038(
    label: str, make_sealer: MakeSealer, lab: Lab, roots: TrustRoots
) -> None:
    """With time stamps renewed in time: everything that will be asked about revocation is inside.

    pyHanko's simulation fetches nothing; by then signer and authority have long expired.
    """
    sealed = make_sealer(label, tsa_url=lab.tsa_url).seal(order()).pdf

    assert _in_2038(sealed, roots) is AdESPassed.OK


def test_with_ocsp_no_mending_is_needed(
    make_sealer: MakeSealer, lab: Lab, roots: TrustRoots
) -> None:
    """The simulation as it comes says the same of a seal whose signer is told of by OCSP."""
    sealed = make_sealer("ec", tsa_url=lab.tsa_url).seal(order()).pdf

    assert _in_2038(sealed, roots) is AdESPassed.OK


@pytest.mark.parametrize("kind", list(KeyKind))
def test_what_the_demo_seals_passes_as_it_is(
    kind: KeyKind, tmp_path: Path, picture: SealPicture
) -> None:
    """Its authority answers by OCSP, as the national one does; nothing is mended, nothing added."""
    clock = SystemClock()
    with DemoAuthority.open(tmp_path, clock=clock, kind=kind) as demo:
        key = SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=True)
        roots = TrustRoots.load([demo.trust_root])
        sealer = PadesSealer(key, roots=roots, clock=clock, picture=picture, tsa_url=demo.tsa_url)
        sealed = sealer.seal(order()).pdf

    assert _in_2038(sealed, roots) is AdESPassed.OK


def test_a_b_b_seal_cannot(plainly_sealed: bytes, roots: TrustRoots) -> None:
    """The same question about a file without validation data is answered by no."""
    assert _in_2038(plainly_sealed, roots) is not AdESPassed.OK


def test_a_b_b_verdict_says_what_was_not_checked(plainly_sealed: bytes, verifier: Verifier) -> None:
    """Valid, and told all the same: nobody proves the time, nobody was asked about revocation."""
    report = verifier.verify(plainly_sealed)

    assert report.verdict is Verdict.VALID
    assert report.notices == ("time_not_proved", "revocation_not_checked")


def test_a_b_lt_verdict_leaves_nothing_open(sealed: bytes, verifier: Verifier) -> None:
    """The lists are inside, and the time is an outsider's."""
    report: Report = verifier.verify(sealed)

    assert (report.verdict, report.notices) == (Verdict.VALID, ())


def _in_2038(pdf: bytes, roots: TrustRoots) -> object:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(roots.certificates)),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    result = asyncio.run(simulate_future_ades_lta_validation(signature, spec, _FAR))
    return result.ades_subindic
