"""Verification, which needs the trust roots only."""

from dataclasses import replace
from pathlib import Path

from docgen.adapters.sealing.key import is_demo
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap import CLOCK
from docgen.domain.errors import Misconfigured
from docgen.settings import Settings
from docgen.usecases.verify_document import VerifyDocument


def verification(settings: Settings, trust: Path | None = None) -> VerifyDocument:
    """Offline verification under the given roots, else the settings'; raises Misconfigured."""
    roots = trusted(settings, trust)
    if not roots.certificates:
        raise Misconfigured(f"no trust roots in {trust or settings.trust}")
    return VerifyDocument(verifier=PadesVerifier(roots, clock=CLOCK))


def trusted(settings: Settings, trust: Path | None = None) -> TrustRoots:
    """The given roots, else the settings'; perhaps none at all."""
    roots = TrustRoots.load([trust or settings.trust], signers=settings.trust_signers)
    if trust is None and settings.trust_roots is None and settings.profile == "production":
        # What a demo left in the default folder vouches for nothing outside the demo.
        kept = tuple(root for root in roots.certificates if not is_demo(root))
        return replace(roots, certificates=kept)
    return roots
