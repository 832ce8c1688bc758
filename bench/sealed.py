"""Sealed files to be spoilt: an act as the service makes it, at both levels."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.orders import acts
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import Typeface
from docgen.bootstrap import CLOCK
from docgen.forms.protocol import Facts
from docgen.forms.protocol_sample import of_document, sample
from docgen.ports import Renderer
from docgen.settings import Settings
from docgen.usecases.seal_document import SealDocument
from docgen.usecases.trial_orders import TrialOrders


@dataclass(frozen=True, kw_only=True)
class Specimens:
    """Genuine files, and the roots under which they are valid."""

    files: Sequence[bytes]
    roots: TrustRoots


@contextmanager
def sealed(
    settings: Settings, renderer: Renderer, trials: TrialOrders, *, folder: Path
) -> Iterator[Specimens]:
    """An act with protocol and evidence, as B-LT and as B-B, under a demo authority."""
    with DemoAuthority.open(folder, clock=CLOCK) as authority:
        roots = TrustRoots.load([authority.trust_root])
        picture = SealPicture(
            regular=Typeface.load(settings.seal.font), bold=Typeface.load(settings.seal.bold_font)
        )
        key = SealKey.load(authority.seal_p12, authority.passphrase, allow_demo=True)
        frozen = renderer.render(next(acts(trials))).pdf
        files = []
        for tsa_url in (authority.tsa_url, None):
            sealer = PadesSealer(key, roots=roots, clock=CLOCK, picture=picture, tsa_url=tsa_url)
            facts = replace(_facts(trials, frozen), seal=sealer.check())
            made = SealDocument(renderer=renderer, sealer=sealer)(facts, frozen)
            files.append(made.file.pdf)
        yield Specimens(files=files, roots=roots)


def _facts(trials: TrialOrders, frozen: bytes) -> Facts:
    """The sample's facts, of these bytes."""
    facts = sample(trials.operator)
    digest = hashlib.sha256(frozen).hexdigest()
    document = replace(
        facts.document, frozen=replace(facts.frozen, sha256=digest, size=len(frozen))
    )
    return of_document(facts, document, titles={"kk": "-", "ru": "-"})
