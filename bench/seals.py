"""What a seal costs: ours, against pyHanko as it comes, over the same frozen file.

Both certify with no changes allowed, at B-B, with the evidence attached and the same lines shown.
Ours adds the protocol's pages and the crosses as well, and judges its own work. pyHanko's signer
is loaded once and its font opened once, as a service would do it.
"""

import io
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.font.api import FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import TextStampStyle

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.adapters.sealing.sealer_server import SealerServer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import SealRefused
from docgen.domain.evidence import FILE_NAME
from docgen.domain.sealing import Rehearsal, SealedPdf, SealOrder
from docgen.domain.verdict import Report, Verdict

KINDS: Final = {"rsa3072": KeyKind.RSA_3072, "p256": KeyKind.P_256}
WARM_UPS: Final = 2
_BOX: Final = (40, 30, 280, 110)
_CLOCK: Final = SystemClock()


class NotASeal(Exception):
    """What was measured made no good seal."""


@dataclass
class Noted:
    """A sealer that only notes what it is asked for."""

    orders: list[SealOrder] = field(default_factory=list)

    def seal(self, order: SealOrder) -> SealedPdf:
        """Note it."""
        self.orders.append(order)
        raise SealRefused("nothing is sealed here")

    def rehearse(self, order: SealOrder) -> Rehearsal:
        """Note it."""
        self.orders.append(order)
        raise SealRefused("nothing is sealed here")

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """All is fit."""

    def check(self) -> Any:
        """It can do nothing."""
        raise SealRefused("nothing is sealed here")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How the same order is sealed; and the judge of what comes of it."""

    ours: Callable[[SealOrder], bytes]
    asked: Callable[[SealOrder], bytes]
    """Of the sealing process, whose own work is counted too."""
    plain: Callable[[SealOrder], bytes]
    judge: Callable[[bytes], Report]


@contextmanager
def ways(kind: KeyKind) -> Iterator[Ways]:
    """With a new key of that kind."""
    picture = SealPicture(regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD))
    with TemporaryDirectory(prefix="bench-seal-") as folder:
        place = Path(folder)
        with DemoAuthority.open(place / "pki", clock=_CLOCK, kind=kind) as authority:
            key = SealKey.load(authority.seal_p12, authority.passphrase, allow_demo=True)
            roots = TrustRoots.load([authority.trust_root])
            plain = _Plain(authority.seal_p12, authority.passphrase)
        sealer = PadesSealer(key, roots=roots, clock=_CLOCK, picture=picture)
        server = SealerServer(place / "socket", sealer=sealer, warrant=lambda _: "bench")
        server.start()
        client = SealerClient(place / "socket", picture=picture)
        try:
            yield Ways(
                ours=lambda order: sealer.seal(order).pdf,
                asked=lambda order: client.seal(order).pdf,
                plain=plain,
                judge=PadesVerifier(roots, clock=_CLOCK).verify,
            )
        finally:
            server.stop()


def milliseconds(
    order: SealOrder, by: Ways, *, rounds: int, told: Callable[[str], None]
) -> Mapping[str, Sequence[float]]:
    """CPU time of every round, by way, in turns; raises NotASeal for one that made none."""
    taken: dict[str, list[float]] = {name: [] for name in ("ours", "asked", "plain", "verify")}
    for turn in range(WARM_UPS + rounds):
        told(f"seals: round {turn + 1} of {WARM_UPS + rounds}")
        made: dict[str, bytes] = {}
        for name in ("ours", "asked", "plain"):
            began = time.process_time()
            made[name] = getattr(by, name)(order)
            taken[name].append((time.process_time() - began) * 1000)
        began = time.process_time()
        report = by.judge(made["ours"])
        taken["verify"].append((time.process_time() - began) * 1000)
        _require_seals(made, order, report)
    return {name: each[WARM_UPS:] for name, each in taken.items()}


def summary(taken: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Medians of one kind of key; the ratio is of what is done for every envelope."""
    ours, asked, plain, verify = (
        statistics.median(taken[name]) for name in ("ours", "asked", "plain", "verify")
    )
    return {
        "cpu_ms": round(ours, 2),
        "plain_pyhanko_cpu_ms": round(plain, 2),
        "ratio": round(ours / plain, 4),
        "cpu_ms_without_verification": round(ours - verify, 2),
        "cpu_ms_asked_of_the_sealing_process": round(asked, 2),
        "rounds": len(taken["ours"]),
    }


def table(report: Mapping[str, Any]) -> Iterator[str]:
    """For people."""
    yield f"{'':<10}{'ours':>10}{'pyHanko':>10}{'ratio':>9}   (at most 0.30)"
    for name in KINDS:
        each = report[name]
        yield (
            f"{name:<10}{each['cpu_ms']:>10}{each['plain_pyhanko_cpu_ms']:>10}{each['ratio']:>9}"
            f"   without verification {each['cpu_ms_without_verification']},"
            f" through the sealing process {each['cpu_ms_asked_of_the_sealing_process']}"
        )
    yield f"{'verify':<10}{report['verify_ms']:>10}"


@dataclass(frozen=True)
class _Font(FontEngineFactory):
    """The whole font from memory; pyHanko's own factory opens its file for every seal."""

    content: bytes

    def create_font_engine(self, writer: Any, obj_stream: Any = None) -> GlyphAccumulator:
        """For one seal."""
        return GlyphAccumulator(
            writer, font_handle=io.BytesIO(self.content), font_size=8, obj_stream=obj_stream
        )


class _Plain:
    """pyHanko by its own examples: its signer, its stamp, its way of counting twice."""

    def __init__(self, pkcs12: Path, passphrase: str) -> None:
        loaded = signers.SimpleSigner.load_pkcs12(str(pkcs12), passphrase=passphrase.encode())
        if loaded is None:
            raise NotASeal("pyHanko does not read the key")
        self._signer = loaded
        self._font = _Font(NOTO_SANS.read_bytes())

    def __call__(self, order: SealOrder) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(order.frozen))
        _attach(writer, order.evidence)
        style = TextStampStyle(
            stamp_text="\n".join(order.caption),
            text_box_style=TextBoxStyle(font=self._font, font_size=8),
        )
        metadata = signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=order.reason,
            location=order.location,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signer = signers.PdfSigner(
            metadata,
            signer=self._signer,
            stamp_style=style,
            new_field_spec=SigFieldSpec("Seal", on_page=-1, box=_BOX),
        )
        out = signer.sign_pdf(writer)
        return bytes(out.getvalue())


def _attach(writer: IncrementalPdfFileWriter, evidence: bytes) -> None:
    content = embed.EmbeddedFileObject.from_file_data(
        writer, data=evidence, mime_type="application/json"
    )
    file = embed.FileSpec(
        file_spec_string=FILE_NAME,
        file_name=FILE_NAME,
        embedded_data=content,
        af_relationship=pdf_name("/Data"),
    )
    embed.embed_file(writer, file)


def _require_seals(made: Mapping[str, bytes], order: SealOrder, report: Report) -> None:
    if report.verdict is not Verdict.VALID:
        raise NotASeal(f"ours is {report.verdict}: {', '.join(report.reasons)}")
    for name, pdf in made.items():
        if not pdf.startswith(order.frozen) or b"/ByteRange" not in pdf[len(order.frozen) :]:
            raise NotASeal(f"{name} made no seal over the frozen bytes")
