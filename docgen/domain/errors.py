"""Every failure the core names.

DocgenError
├── InvalidValue                  one value breaks its own rule
│   ├── InvalidIdNumber           an IIN or a BIN
│   └── InvalidPhone
├── ValuesRejected                a form's values, all findings at once
├── NotFound
│   ├── EnvelopeNotFound
│   ├── VerificationNotFound      of a number
│   ├── DocumentNotFound
│   ├── FormNotFound
│   ├── ApiKeyNotFound
│   ├── StaffNotFound
│   ├── VisitNotFound
│   ├── WebhookNotFound
│   ├── PackNotFound              of papers for a notary
│   ├── PackBatchNotFound         of many such packs
│   ├── TicketNotFound
│   ├── BlobNotFound
│   └── BlobDamaged               the disk holds other bytes than were stored
├── Conflict                      the state does not allow it
│   ├── MoveNotAllowed
│   │   ├── NotReady              still being rendered
│   │   ├── AlreadyConfirmed
│   │   └── AlreadySuperseded     another envelope stands in its place
│   ├── WayNotAllowed             such a paper, or such a sum, is not signed that way
│   ├── NetworkNotAllowed         no codes go to numbers of that network
│   ├── NumberNotSubscribers      the number is somebody else's
│   ├── SimChanged                the number got another SIM a short time ago
│   ├── PackNotReady              rules still block it, or warnings that nobody answers for
│   ├── PackOutdated              the same case is another pack by now
│   ├── PackMoveNotAllowed        nothing of that kind becomes of a pack that stands there
│   ├── StaleEnvelope             somebody else changed it meanwhile
│   ├── StaleVisit                the same of a visit
│   └── VisitBegun                somebody is at it already
├── NotAuthenticated              no key, or none that counts
│   ├── SessionOver               no session of signing, or one that is over
│   └── SignInRefused             no such account, another password, or a locked one
├── NotAuthorised                 a key without that scope
├── AddressNotAllowed             a key shown from where it does not count
├── NotFromThisPage               a signed-in browser that another page has sent
├── HandedOver                    the tablet is in the subscriber's hands
├── ProofNeeded                   a link's holder has yet to show that he knows the subscriber
├── ProofWrong                    he does not
├── TicketGone                    it opens nothing any more
│   ├── TicketExpired
│   ├── TicketUsed                exchanged already
│   └── TicketLocked              too many wrong proofs
├── IdempotencyKeyReused          the same key with another request
├── RequestInProgress             the same request is still being answered
├── CodeRefused
│   ├── CodeWrong
│   └── CodeGone                  exhausted, expired, replaced, spent or withdrawn
├── LimitReached                  cool-down or any other limit
├── Unavailable                   a part we need is down; try later, nothing is lost
│   ├── CodesUnavailable
│   │   └── CodesForgotten        Redis lost what it had counted; the register reminds it
│   ├── RendererUnavailable
│   ├── SmsUnavailable            no route takes the message
│   │   └── SmsRefused            one route has certainly not taken it
│   ├── DirectoryUnavailable      whose the number is, cannot be asked
│   ├── QueueFull                 more work is owed than may wait
│   ├── Busy                      as many are at it as may be
│   ├── WebhookUnreachable        a receiver gave no answer
│   ├── MailUnavailable           no mail server takes a letter now
│   ├── ProviderUnavailable       the identity provider does not answer
│   └── SealUnavailable           the timestamp authority or revocation service is down
├── MailRefused                   no mail server will ever take this letter
├── SmsUncertain                  nobody knows whether the message left
├── SignatureWrong                a provider's call that is not his
├── TemplateRejected              a Word file breaks the rules of templates
│   └── EditionNotFound           a form without the edition a document was made of
├── RenderFailed                  a template and values that do not make a document
├── SealRefused                   a PDF that must not be sealed
├── SealKeyUnusable               absent, expired, not ours, or a demo key outside the demo
├── UnreadableDocument            not a PDF at all
├── ChainBroken                   the journal was changed
└── Misconfigured                 settings that cannot work

Each has a stable public `code`; sentences for people live in `docgen.texts`.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from docgen.domain.pack import Examination


class DocgenError(Exception):
    """Root of all named failures; `code` is stable and public."""

    code: ClassVar[str] = "docgen_error"
    retryable: ClassVar[bool] = False


class InvalidValue(DocgenError):
    """A value that breaks the rule of its kind; the message never repeats the value."""

    code = "value_invalid"


class InvalidIdNumber(InvalidValue):
    """Not a valid IIN or BIN: twelve digits and a control digit (decree 406 of 22.05.2007)."""

    code = "id_number_invalid"


class InvalidPhone(InvalidValue):
    """Not an E.164 number of Kazakhstan."""

    code = "phone_invalid"


@dataclass(frozen=True)
class FieldError:
    """One finding: where (RFC 6901 pointer), what (stable code), and its numbers for the text."""

    pointer: str
    code: str
    params: tuple[tuple[str, str], ...] = ()

    def below(self, root: str) -> "FieldError":
        """The same finding, seen from further up."""
        return replace(self, pointer=root + self.pointer)


def joined(known: tuple[FieldError, ...], more: tuple[FieldError, ...]) -> tuple[FieldError, ...]:
    """Both; what is found already at the same place is not found twice."""
    places = {(each.pointer, each.code) for each in known}
    return known + tuple(each for each in more if (each.pointer, each.code) not in places)


class ValuesRejected(DocgenError):
    """Values that do not fit the form; carries every finding at once."""

    code = "values_rejected"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(", ".join(f"{e.pointer} {e.code}" for e in errors))
        self.errors = errors


class NotFound(DocgenError):
    """Nothing by that name."""

    code = "not_found"


class EnvelopeNotFound(NotFound):
    """No such envelope, or not the caller's."""

    code = "envelope_not_found"


class VerificationNotFound(NotFound):
    """No such verification of a number, or not the caller's."""

    code = "verification_not_found"


class DocumentNotFound(NotFound):
    """The envelope holds no such document, or not in the asked version."""

    code = "document_not_found"


class FormNotFound(NotFound):
    """No such form."""

    code = "form_not_found"


class ApiKeyNotFound(NotFound):
    """No API key of that id."""

    code = "api_key_not_found"


class VisitNotFound(NotFound):
    """No such visit, or not the caller's."""

    code = "visit_not_found"


class StaffNotFound(NotFound):
    """No account of that login or id."""

    code = "staff_not_found"


class WebhookNotFound(NotFound):
    """No webhook of that id, or not yours."""

    code = "webhook_not_found"


class PackNotFound(NotFound):
    """No such pack of papers, or not yours."""

    code = "pack_not_found"


class PackBatchNotFound(NotFound):
    """No such batch of packs, or not yours."""

    code = "pack_batch_not_found"


class TicketNotFound(NotFound):
    """No such ticket."""

    code = "ticket_not_found"


class BlobNotFound(NotFound):
    """No bytes under that hash."""

    code = "blob_not_found"


class BlobDamaged(NotFound):
    """The disk holds other bytes than were stored under that hash."""

    code = "blob_damaged"


class Conflict(DocgenError):
    """The state of things does not allow it."""

    code = "conflict"


class MoveNotAllowed(Conflict):
    """The envelope's state has no such move."""

    code = "move_not_allowed"

    def __init__(self, verb: str, state: str) -> None:
        super().__init__(f"{verb} is not allowed in state {state}")
        self.verb = verb
        self.state = state


class NotReady(MoveNotAllowed):
    """The documents are not rendered yet."""

    code = "not_ready"
    retryable = True
    retry_after = timedelta(seconds=1)


class AlreadyConfirmed(MoveNotAllowed):
    """The subscriber has confirmed already; a second confirmation changes nothing."""

    code = "already_confirmed"


class AlreadySuperseded(MoveNotAllowed):
    """Another envelope stands in its place already; `superseded_by` is its id."""

    code = "already_superseded"

    def __init__(self, verb: str, state: str, superseded_by: str) -> None:
        super().__init__(verb, state)
        self.superseded_by = superseded_by


class WayNotAllowed(Conflict):
    """A paper of this form, or about this sum, is not signed that way."""

    code = "way_not_allowed"

    def __init__(self, way: str, number: str) -> None:
        super().__init__(f"{number} is not signed by {way}")
        self.way = way
        self.number = number


class NetworkNotAllowed(Conflict):
    """No codes are sent to numbers of this network; `network` is the three digits after +7."""

    code = "network_not_allowed"

    def __init__(self, network: str) -> None:
        super().__init__(network)
        self.network = network


class NumberNotSubscribers(Conflict):
    """The directory of subscribers says that the number is not this person's."""

    code = "number_not_subscribers"


class SimChanged(Conflict):
    """The number got another SIM so lately that its codes may reach somebody else."""

    code = "sim_changed"


class PackNotReady(Conflict):
    """The rules speak against the pack: `blocks` and unanswered `warnings` are counted.

    `found` is all that the rules said, where they were just asked.
    """

    code = "pack_not_ready"

    def __init__(self, blocks: int, warnings: int, *, found: "Examination | None" = None) -> None:
        super().__init__(f"{blocks} blocks, {warnings} warnings that nobody answers for")
        self.blocks = blocks
        self.warnings = warnings
        self.found = found


class PackOutdated(Conflict):
    """What it follows from has changed since it was bound: opened again, it is another pack."""

    code = "pack_outdated"


class PackMoveNotAllowed(Conflict):
    """Nothing of that kind becomes of a pack in its state."""

    code = "pack_move_not_allowed"

    def __init__(self, to: str, pack_state: str) -> None:
        super().__init__(f"{to} is not reached from {pack_state}")
        self.to = to
        self.pack_state = pack_state


class StaleEnvelope(Conflict):
    """Somebody else changed the envelope meanwhile; read it again."""

    code = "envelope_changed"
    retryable = True


class StaleVisit(Conflict):
    """Somebody else changed the visit meanwhile; `version` is the one there is now."""

    code = "visit_stale"

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version


class VisitBegun(Conflict):
    """The visit is begun: the order system changes and cancels it no more."""

    code = "visit_begun"


class NotAuthenticated(DocgenError):
    """No key was given, or it is unknown, revoked or expired: which, is not told."""

    code = "unauthenticated"


class SignInRefused(NotAuthenticated):
    """No such account, another password, or a locked account: which, is not told."""

    code = "sign_in_refused"


class NotFromThisPage(DocgenError):
    """A browser that is signed in was sent here by another page than ours."""

    code = "not_from_this_page"


class HandedOver(DocgenError):
    """The tablet is in the subscriber's hands: only the envelope he signs can be reached."""

    code = "handed_over"


class NotAuthorised(DocgenError):
    """The key lacks the scope this needs."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class AddressNotAllowed(DocgenError):
    """The key is right, and does not count at the address it was shown from."""

    code = "address_not_allowed"


class SessionOver(NotAuthenticated):
    """No session of signing was shown, or it is over: which, is not told. Open the ticket anew."""

    code = "session_over"


class ProofNeeded(DocgenError):
    """Whoever opened a link has yet to show that he knows the subscriber."""

    code = "proof_needed"


class ProofWrong(DocgenError):
    """Not the subscriber's digits; `attempts_left` more may be tried."""

    code = "proof_wrong"

    def __init__(self, attempts_left: int) -> None:
        super().__init__(f"{attempts_left} attempts left")
        self.attempts_left = attempts_left


class TicketGone(DocgenError):
    """A ticket that opens nothing any more; whoever issued it can issue another."""

    code = "ticket_gone"


class TicketExpired(TicketGone):
    """Its time is over."""

    code = "ticket_expired"


class TicketUsed(TicketGone):
    """It was exchanged already, and is good for once."""

    code = "ticket_used"


class TicketLocked(TicketGone):
    """Too many wrong proofs."""

    code = "ticket_locked"


class IdempotencyKeyReused(DocgenError):
    """The key was used for another request; a new request needs a new key."""

    code = "idempotency_key_reused"


class RequestInProgress(DocgenError):
    """A request with this key is still being answered."""

    code = "request_in_progress"
    retryable = True
    retry_after = timedelta(seconds=1)


class CodeRefused(DocgenError):
    """The code does not confirm."""

    code = "code_refused"


class CodeWrong(CodeRefused):
    """Not the code that was sent; `attempts_left` more may be tried."""

    code = "code_wrong"

    def __init__(self, attempts_left: int) -> None:
        super().__init__(f"{attempts_left} attempts left")
        self.attempts_left = attempts_left


class CodeGone(CodeRefused):
    """No code is live: `reason` is exhausted, expired, replaced, spent or withdrawn."""

    code = "code_gone"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LimitReached(DocgenError):
    """Too often; `limit` names which rule, `retry_after` when it opens again."""

    code = "limit_reached"
    retryable = True

    def __init__(self, limit: str, retry_after: timedelta) -> None:
        super().__init__(limit)
        self.limit = limit
        self.retry_after = retry_after


class Unavailable(DocgenError):
    """A part the service needs does not answer; nothing is lost, try later."""

    code = "unavailable"
    retryable = True
    retry_after = timedelta(seconds=5)


class CodesUnavailable(Unavailable):
    """The store of codes does not answer; codes fail closed."""

    code = "codes_unavailable"


class CodesForgotten(CodesUnavailable):
    """The store of codes has lost what it counted: remind it of what the register knows."""

    code = "codes_forgotten"


class RendererUnavailable(Unavailable):
    """The rendering engine does not answer in time."""

    code = "renderer_unavailable"


class SmsUnavailable(Unavailable):
    """No route took the message."""

    code = "sms_unavailable"


class SmsRefused(SmsUnavailable):
    """One route has certainly not sent the message; `raw` is its status, and names nobody."""

    code = "sms_refused"

    def __init__(self, raw: str) -> None:
        super().__init__(f"the route refused the message: {raw}")
        self.raw = raw


class DirectoryUnavailable(Unavailable):
    """The directory of subscribers does not answer in time, and no code is sent without it."""

    code = "directory_unavailable"


class QueueFull(Unavailable):
    """More work is owed than may wait; what was accepted before is not touched."""

    code = "queue_full"


class Busy(Unavailable):
    """As many are at this as may be at once."""

    code = "busy"
    retry_after = timedelta(seconds=1)


class SealUnavailable(Unavailable):
    """Sealing process, authority or revocation service is away; the envelope stays confirmed."""

    code = "seal_unavailable"


class MailUnavailable(Unavailable):
    """No mail server takes a letter now; `raw` says why, and names nobody."""

    code = "mail_unavailable"

    def __init__(self, raw: str) -> None:
        super().__init__(f"the letter was not taken: {raw}")
        self.raw = raw


class MailRefused(DocgenError):
    """No mail server will ever take this letter; `raw` says why, and names nobody."""

    code = "mail_refused"

    def __init__(self, raw: str) -> None:
        super().__init__(f"the letter was refused: {raw}")
        self.raw = raw


class SmsUncertain(DocgenError):
    """The route was given the message and has not answered: it may arrive, so never send it anew.

    `raw` says what was seen last, and names nobody; `message_id` is the one it would have.
    """

    code = "sms_uncertain"

    def __init__(self, raw: str, *, message_id: str | None = None) -> None:
        super().__init__(f"nobody knows whether the message left: {raw}")
        self.raw = raw
        self.message_id = message_id


class SignatureWrong(DocgenError):
    """A call that claims to come from a provider and is not signed by him."""

    code = "signature_wrong"


class ProviderUnavailable(Unavailable):
    """The identity provider does not answer, or not as it should."""

    code = "provider_unavailable"


class WebhookUnreachable(Unavailable):
    """A receiver gave no answer; `reason` is a word for why."""

    code = "webhook_unreachable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the receiver gave no answer: {reason}")
        self.reason = reason


class TemplateRejected(DocgenError):
    """A Word file that breaks the rules of templates."""

    code = "template_rejected"


class EditionNotFound(TemplateRejected):
    """The form does not have the edition that the document was made of."""

    code = "edition_not_found"


class RenderFailed(DocgenError):
    """The template and the values did not make a document."""

    code = "render_failed"


class SealRefused(DocgenError):
    """A PDF that must not be sealed: signed, scripted, encrypted or of several revisions."""

    code = "seal_refused"


class SealKeyUnusable(DocgenError):
    """No usable seal key: absent, expired, unreadable, or a demo key outside the demo."""

    code = "seal_key_unusable"


class UnreadableDocument(DocgenError):
    """Bytes that are not a readable PDF."""

    code = "unreadable"


class ChainBroken(DocgenError):
    """A journal whose hashes do not follow from one another."""

    code = "chain_broken"

    def __init__(self, envelope_id: str, sequence: int) -> None:
        super().__init__(f"entry {sequence} of envelope {envelope_id}")
        self.envelope_id = envelope_id
        self.sequence = sequence


class Misconfigured(DocgenError):
    """Settings that cannot work together."""

    code = "misconfigured"
