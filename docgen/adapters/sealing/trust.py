"""Whom a seal may lead to: trust roots from PEM files, and chains judged against them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.fetchers.api import OwnedFetcherBackend

from docgen.domain.errors import Misconfigured

CLOCK_SKEW: Final = timedelta(minutes=2)
"""How far the clocks of an authority and of its revocation lists may lie apart."""

_SUFFIXES = (".pem", ".crt", ".cer")


@dataclass(frozen=True)
class TrustRoots:
    """The only certificates a chain may end at; never any from the judged file.

    Where `signers` are given, no other certificate's seal is ours, whatever root it leads to.
    """

    certificates: tuple[x509.Certificate, ...]
    signers: tuple[x509.Certificate, ...] = ()

    @classmethod
    def load(cls, paths: Sequence[Path], *, signers: Path | None = None) -> Self:
        """Read PEM files, and all PEM files of directories; raises Misconfigured.

        A `signers` without any certificate is no leave to trust all.
        """
        pinned = () if signers is None else certificates_in([signers])
        if signers is not None and not pinned:
            raise Misconfigured(f"no certificates in {signers}")
        return cls(certificates_in(paths), pinned)

    def allow(self, signer: x509.Certificate) -> bool:
        """Whether a seal with this certificate may be ours."""
        return not self.signers or signer.dump() in {each.dump() for each in self.signers}

    def offline(
        self, *, at: datetime, file: PdfFileReader | None, strict: bool
    ) -> ValidationContext:
        """A context for one judgement at that moment, with the certificates in that file.

        `strict` wants proof, from the revocation data in the file, that nothing in the chain was
        revoked then, wherever a certificate says that such proof exists. Without it, revocation is
        not asked for: old lists say nothing about a later moment.
        """
        settings: dict[str, Any] = {
            "trust_roots": list(self.certificates),
            "moment": at,
            "time_tolerance": CLOCK_SKEW,
        }
        store = None if file is None else validation_store(file)
        if store is None:
            return ValidationContext(**settings, revocation_mode="soft-fail")
        if strict:
            return store.as_validation_context({**settings, "revocation_mode": "hard-fail"})
        known = list(store.load_certs())
        return ValidationContext(**settings, other_certs=known, revocation_mode="soft-fail")

    def online(
        self,
        *,
        intermediates: Sequence[x509.Certificate],
        timeout: float,
        at: datetime | None = None,
    ) -> ValidationContext:
        """A context for sealing now: it fetches what the certificates point at, and insists.

        Close it with `aclose` in the event loop that used it; `timeout` is per request, in seconds.
        `at` is now by another clock than the machine's.
        """
        return ValidationContext(
            moment=at,
            trust_roots=list(self.certificates),
            other_certs=list(intermediates),
            allow_fetching=True,
            revocation_mode="hard-fail",
            time_tolerance=CLOCK_SKEW,
            fetcher_backend=OwnedFetcherBackend(AIOHttpFetcherBackend(per_request_timeout=timeout)),
        )


def validation_store(file: PdfFileReader) -> DocumentSecurityStore | None:
    """The file's /DSS (ETSI EN 319 142-1, 5.4.2), if it has one."""
    try:
        return DocumentSecurityStore.read_dss(file)
    except NoDSSFoundError:
        return None


def certificates_in(paths: Sequence[Path]) -> tuple[x509.Certificate, ...]:
    """All certificates of PEM files and of directories of them; raises Misconfigured."""
    return tuple(found for path in paths for file in _files(path) for found in _certificates(file))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
    return [path]


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        blocks = pem.unarmor(file.read_bytes(), multiple=True)
        return [x509.Certificate.load(der, strict=True) for _, _, der in blocks]
    except (OSError, ValueError, TypeError) as error:
        raise Misconfigured(f"no PEM certificates in {file}") from error
