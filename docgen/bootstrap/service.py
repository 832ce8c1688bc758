"""The whole service, running."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.inline import InlineJobs
from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.typeface import Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap import CHANCE, CLOCK
from docgen.bootstrap.database import database_url
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.papers import renderer_of
from docgen.bootstrap.surroundings import Surroundings, surroundings
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.subscriber import Bin
from docgen.ports import Blobs, Task
from docgen.settings import OperatorSettings, Settings
from docgen.usecases.confirm_by_code import ConfirmByCode
from docgen.usecases.create_envelope import CreateEnvelope
from docgen.usecases.decline import Decline
from docgen.usecases.expire import Expire
from docgen.usecases.render_envelope import RenderEnvelope
from docgen.usecases.seal_envelope import SealEnvelope
from docgen.usecases.send_code import SendCode
from docgen.usecases.sweep import Sweep
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.void import Void


@dataclass(frozen=True, kw_only=True)
class Docgen:
    """All use cases, ready to call."""

    blobs: Blobs
    create_envelope: CreateEnvelope
    send_code: SendCode
    confirm_by_code: ConfirmByCode
    decline: Decline
    void: Void
    sweep: Sweep
    verify_document: VerifyDocument


@dataclass(frozen=True)
class _Work:
    """Does what a task says."""

    doers: Mapping[Task, Callable[[str], None]]

    def __call__(self, task: Task, envelope_id: str) -> None:
        self.doers[task](envelope_id)


@contextmanager
def opened(settings: Settings) -> Iterator[Docgen]:
    """Everything running; raises Misconfigured or SealKeyUnusable rather than start half-able."""
    with ExitStack() as stack:
        parts = stack.enter_context(surroundings(settings))
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        codes = RedisCodes(
            parts.redis_url,
            subject_key=parts.subject_key,
            pepper=parts.pepper,
            older=parts.older_peppers,
        )
        stack.callback(codes.close)
        renderer = renderer_of(settings)
        stack.callback(renderer.close)
        yield _wired(settings, parts, register=register, codes=codes, renderer=renderer)


def _wired(
    settings: Settings,
    parts: Surroundings,
    *,
    register: SqlRegister,
    codes: RedisCodes,
    renderer: LibreOfficeRenderer,
) -> Docgen:
    forms, blobs = catalogue(settings), DiskBlobs(settings.blobs or settings.var / "blobs")
    sealer = _sealer(settings, parts)
    render = RenderEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        public_url=settings.public_url,
    )  # fmt: skip
    seal = SealEnvelope(
        register=register, forms=forms, renderer=renderer, sealer=sealer, blobs=blobs, clock=CLOCK,
        operator=_operator(settings.operator), public_url=settings.public_url,
    )  # fmt: skip
    expire = Expire(register=register, clock=CLOCK)
    work = _Work({Task.RENDER: render, Task.SEAL: seal})
    jobs, policy = InlineJobs(work=work), ChallengePolicy()
    return Docgen(
        blobs=blobs,
        create_envelope=CreateEnvelope(
            register=register, forms=forms, clock=CLOCK, chance=CHANCE, jobs=jobs,
            life=timedelta(hours=settings.envelope_life_hours),
        ),
        send_code=SendCode(
            register=register, forms=forms, codes=codes, sms=parts.sms, clock=CLOCK,
            chance=CHANCE, policy=policy,
        ),
        confirm_by_code=ConfirmByCode(
            register=register, codes=codes, clock=CLOCK, chance=CHANCE, jobs=jobs, policy=policy
        ),
        decline=Decline(register=register, clock=CLOCK),
        void=Void(register=register, clock=CLOCK),
        sweep=Sweep(register=register, work=work, expire=expire, clock=CLOCK),
        verify_document=VerifyDocument(verifier=PadesVerifier(parts.roots, clock=CLOCK)),
    )  # fmt: skip


def _sealer(settings: Settings, parts: Surroundings) -> PadesSealer:
    picture = SealPicture(
        regular=Typeface.load(settings.seal.font), bold=Typeface.load(settings.seal.bold_font)
    )
    sealer = PadesSealer(
        parts.seal_key, roots=parts.roots, clock=CLOCK, picture=picture, tsa_url=parts.tsa_url
    )
    sealer.check()
    return sealer


def _operator(settings: OperatorSettings) -> Operator:
    return Operator(
        name={Language.KK: settings.name_kk, Language.RU: settings.name_ru},
        bin=Bin(settings.bin),
        address={Language.KK: settings.address_kk, Language.RU: settings.address_ru},
    )
