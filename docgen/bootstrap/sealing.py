"""The seal: asked of the process that holds the key, or held here, which only the demo may."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sealing import token
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.ncanode import NcanodeSigner
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.adapters.sealing.sealer_server import SealerServer
from docgen.adapters.sealing.token import TokenPlace
from docgen.adapters.sealing.trust import TrustRoots, certificates_in
from docgen.adapters.sealing.typeface import Typeface
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, require_current
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import blobs_of
from docgen.bootstrap.surroundings import Surroundings, surroundings
from docgen.bootstrap.verification import trusted
from docgen.domain.errors import Misconfigured, SealUnavailable
from docgen.ports import DetachedSigner, Sealer
from docgen.settings import Settings
from docgen.usecases.recall_facts import RecallFacts
from docgen.usecases.warrant_pack import WarrantAny
from docgen.usecases.warrant_seal import WarrantDetached, WarrantSeal

_BETWEEN_LOOKS: Final = timedelta(milliseconds=250)


def sealer_of(settings: Settings, parts: Surroundings, *, wait: timedelta | None = None) -> Sealer:
    """The seal, checked; raises SealKeyUnusable, SealUnavailable or Misconfigured."""
    if settings.seal_socket is not None:
        patience = timedelta(seconds=settings.seal.patience)
        return _asked(settings, wait=patience if wait is None else wait)
    if parts.seal_key is None:
        raise Misconfigured("production has its seal key in a process of its own")
    sealer = _sealer(settings, parts.seal_key(), roots=parts.roots, tsa_url=parts.tsa_url)
    sealer.check()
    return sealer


def signer_of(sealer: Sealer) -> DetachedSigner | None:
    """Who signs beside the file, where the sealing process says that it does."""
    if isinstance(sealer, SealerClient) and sealer.check().detached:
        return sealer
    return None


def check_seal(settings: Settings) -> None:
    """Raise SealKeyUnusable, SealUnavailable or Misconfigured unless the seal could be used now."""
    with surroundings(settings) as parts:
        sealer_of(settings, parts)


@contextmanager
def sealing(settings: Settings) -> Iterator[SealerServer]:
    """For the sealing process; raises Misconfigured or SealKeyUnusable rather than start."""
    if settings.seal_socket is None:
        raise Misconfigured("DOCGEN_SEAL__SOCKET is not set")
    with ExitStack() as stack:
        sealer = _held(settings, stack)
        sealer.check()
        require_current(settings)
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        recall = RecallFacts(
            register=register,
            forms=catalogue(settings),
            operator=operator_of(settings),
            public_url=settings.public_url,
        )
        yield SealerServer(
            settings.seal_socket,
            sealer=sealer,
            warrant=WarrantAny(
                documents=WarrantSeal(recall=recall, ability=sealer.check),
                register=register,
                blobs=blobs_of(settings),
                operator=operator_of(settings),
                ability=sealer.check,
            ),
            detached=detached_of(settings),
            warrant_detached=WarrantDetached(recall=recall),
            at_once=settings.seal.at_once,
        )


def detached_of(settings: Settings) -> NcanodeSigner | None:
    """Whoever makes the national signature, where it is wanted; raises SealKeyUnusable."""
    given = settings.seal.detached
    if given.url is None:
        return None
    if given.pkcs12 is None:
        raise Misconfigured("DOCGEN_SEAL__DETACHED__PKCS12 is not set")
    return NcanodeSigner(
        given.url,
        pkcs12=given.pkcs12,
        passphrase=given.passphrase.get_secret_value(),
        alias=given.alias,
        timestamp=given.timestamp,
    )


def _asked(settings: Settings, *, wait: timedelta) -> SealerClient:
    assert settings.seal_socket is not None  # noqa: S101  # as the caller saw
    client = SealerClient(settings.seal_socket, picture=_picture(settings))
    until = CLOCK.now() + wait
    while True:
        try:
            client.check()
        except SealUnavailable:
            if CLOCK.now() >= until:
                raise
            CLOCK.pause(_BETWEEN_LOOKS)
        else:
            return client


def _held(settings: Settings, stack: ExitStack) -> PadesSealer:
    """In this process, as only the sealing process has it."""
    if settings.profile == "demo":
        parts = stack.enter_context(surroundings(settings))
        if parts.seal_key is None:
            raise Misconfigured("the demo has no key")
        return _sealer(settings, parts.seal_key(), roots=parts.roots, tsa_url=parts.tsa_url)
    return _sealer(settings, _key(settings), roots=trusted(settings), tsa_url=settings.tsa_url)


def _key(settings: Settings) -> SealKey:
    seal = settings.seal
    if (seal.pkcs12 is None) == (seal.pkcs11.module is None):
        raise Misconfigured("set one of DOCGEN_SEAL__PKCS12 and DOCGEN_SEAL__PKCS11__MODULE")
    if seal.pkcs12 is not None:
        return SealKey.load(seal.pkcs12, seal.passphrase.get_secret_value(), allow_demo=False)
    assert seal.pkcs11.module is not None  # noqa: S101  # as was seen above
    place = TokenPlace(
        module=seal.pkcs11.module,
        token=seal.pkcs11.token,
        pin=seal.pkcs11.pin.get_secret_value(),
        label=seal.pkcs11.label,
    )
    chain = () if seal.chain is None else certificates_in([seal.chain])
    return token.load(place, chain=chain, allow_demo=False)


def _sealer(
    settings: Settings, key: SealKey, *, roots: TrustRoots, tsa_url: str | None
) -> PadesSealer:
    return PadesSealer(
        key,
        roots=roots,
        clock=CLOCK,
        picture=_picture(settings),
        tsa_url=tsa_url,
        tsa_policy=settings.tsa_policy,
    )


def _picture(settings: Settings) -> SealPicture:
    return SealPicture(
        regular=Typeface.load(settings.seal.font), bold=Typeface.load(settings.seal.bold_font)
    )
