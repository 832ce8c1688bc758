"""Keys of programs, and what each of them sees."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.caller import Scope
from docgen.domain.errors import (
    ApiKeyNotFound,
    Conflict,
    EnvelopeNotFound,
    NotAuthenticated,
    NotAuthorised,
    ValuesRejected,
)
from docgen.usecases.admit_program import AdmitProgram
from docgen.usecases.authenticate import Authenticate
from docgen.usecases.issue_key import IssuedKey, IssueKey, KeyRequest
from docgen.usecases.list_keys import ListKeys
from docgen.usecases.revoke_key import RevokeKey
from docgen.usecases.rotate_key import RotateKey
from docgen.usecases.show_envelope import ShowEnvelope
from tests.usecases.counted import CountedRegister
from tests.usecases.world import World, request

PORTAL = KeyRequest(client="portal", owner="operator")


def _issued(world: World, wanted: KeyRequest = PORTAL) -> IssuedKey:
    return IssueKey(register=world.register, clock=world.clock, chance=world.chance)(
        wanted, by="system"
    )


def _authenticate(world: World) -> Authenticate:
    return Authenticate(register=world.register, clock=world.clock)


def test_a_key_names_its_caller(anywhere: World) -> None:
    """With all that the key was issued for."""
    issued = _issued(
        anywhere, replace(PORTAL, region="almaty", scopes=frozenset({Scope.FORMS_READ}))
    )

    caller = _authenticate(anywhere)(issued.secret)

    assert caller == issued.kept.caller
    assert (caller.client, caller.owner, caller.region) == ("portal", "operator", "almaty")
    with pytest.raises(NotAuthorised):
        caller.require(Scope.JOURNAL_READ)


def test_the_secret_is_nowhere_in_the_register(here: World) -> None:
    """What was printed once cannot be read again."""
    secret = _issued(here).secret.rsplit("_", 1)[1]

    assert secret not in repr(ListKeys(register=here.register)())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), id="another secret"),
        pytest.param(lambda key: f"qk_{'0' * 26}_{key.split('_', 2)[2]}", id="another id"),
        pytest.param(lambda key: key[3:], id="no prefix"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda key: f"{key} ", id="a blank behind it"),
        pytest.param(lambda key: key + "x" * 10_000, id="far too long"),
    ],
)
def test_what_is_no_key_is_refused_alike(here: World, change: object) -> None:
    """Nobody learns from the refusal what was wrong."""
    assert callable(change)
    with pytest.raises(NotAuthenticated) as caught:
        _authenticate(here)(change(_issued(here).secret))

    assert str(caught.value) == ""


def test_a_revoked_key_is_dead_at_once(anywhere: World) -> None:
    """And stays so."""
    issued = _issued(anywhere)
    RevokeKey(register=anywhere.register, clock=anywhere.clock)(issued.kept.id, by="system")

    with pytest.raises(NotAuthenticated):
        _authenticate(anywhere)(issued.secret)


def test_an_unknown_key_cannot_be_revoked(here: World) -> None:
    """A slip of the pen is told."""
    with pytest.raises(ApiKeyNotFound):
        RevokeKey(register=here.register, clock=here.clock)("nobody", by="system")


def test_a_key_ends_with_its_time(here: World) -> None:
    """At the very moment."""
    until = here.clock.now() + timedelta(days=1)
    issued = _issued(here, replace(PORTAL, expires_at=until))
    here.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
    _authenticate(here)(issued.secret)
    here.clock.advance(timedelta(microseconds=1))

    with pytest.raises(NotAuthenticated):
        _authenticate(here)(issued.secret)


def test_the_last_use_is_known_to_the_minute(here: World) -> None:
    """Written once a minute at most."""
    issued, begun = _issued(here), here.clock.now()
    for _ in range(3):
        _authenticate(here)(issued.secret)
        here.clock.advance(timedelta(seconds=25))

    (kept,) = ListKeys(register=here.register)()
    assert kept.last_used_at == begun
    _authenticate(here)(issued.secret)
    (kept,) = ListKeys(register=here.register)()
    assert kept.last_used_at == begun + timedelta(seconds=75)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"client": ""}, "/client"),
        ({"owner": "two\nlines"}, "/owner"),
        ({"region": " "}, "/region"),
        ({"scopes": frozenset()}, "/scopes"),
    ],
    ids=["client", "owner", "region", "scopes"],
)
def test_a_key_for_nobody_is_refused(here: World, wrong: dict[str, object], pointer: str) -> None:
    """Names are what other codes are, and a key may do something."""
    with pytest.raises(ValuesRejected) as caught:
        _issued(here, replace(PORTAL, **wrong))  # type: ignore[arg-type]

    assert caught.value.errors[0].pointer == pointer


def _rotate(world: World) -> RotateKey:
    return RotateKey(register=world.register, clock=world.clock, chance=world.chance)


def test_a_rotated_key_and_its_successor_both_count_for_the_overlap(anywhere: World) -> None:
    """They may do the same; after the overlap the successor alone counts."""
    old = _issued(
        anywhere, replace(PORTAL, region="almaty", origins=("https://portal.example.kz",))
    )
    new = _rotate(anywhere)(old.kept.id, overlap=timedelta(days=7), by="system")
    authenticate = _authenticate(anywhere)

    anywhere.clock.advance(timedelta(days=7, seconds=-1))
    was, now = authenticate(old.secret), authenticate(new.secret)
    anywhere.clock.advance(timedelta(seconds=1))

    assert replace(was, key_id=now.key_id) == now
    assert new.kept.follows == old.kept.id
    assert authenticate(new.secret) == now
    with pytest.raises(NotAuthenticated):
        authenticate(old.secret)


def test_an_overlap_never_lengthens_a_life(here: World) -> None:
    """The old key ends when it was to end; its successor gets the same term from now."""
    end = here.clock.now() + timedelta(days=3)
    old = _issued(here, replace(PORTAL, expires_at=end))
    here.clock.advance(timedelta(days=1))

    new = _rotate(here)(old.kept.id, overlap=timedelta(days=7), by="system")

    ends = {key.id: key.expires_at for key in ListKeys(register=here.register)()}
    assert ends == {old.kept.id: end, new.kept.id: end + timedelta(days=1)}


def test_a_key_has_one_successor(anywhere: World) -> None:
    """A second rotation is refused and leaves no key behind."""
    old = _issued(anywhere)
    new = _rotate(anywhere)(old.kept.id, overlap=timedelta(days=7), by="system")

    with pytest.raises(Conflict):
        _rotate(anywhere)(old.kept.id, overlap=timedelta(), by="system")

    assert {key.id for key in ListKeys(register=anywhere.register)()} == {old.kept.id, new.kept.id}
    assert _authenticate(anywhere)(old.secret) == old.kept.caller


def test_a_dead_key_is_not_brought_back_by_rotation(here: World) -> None:
    """A revoked key has no successor, and an unknown one is named."""
    old = _issued(here)
    RevokeKey(register=here.register, clock=here.clock)(old.kept.id, by="system")

    with pytest.raises(Conflict):
        _rotate(here)(old.kept.id, overlap=timedelta(), by="system")
    with pytest.raises(ApiKeyNotFound):
        _rotate(here)("nobody", overlap=timedelta(), by="system")


def test_an_envelope_is_shown_to_its_owner_only(here: World) -> None:
    """To others it does not exist."""
    envelope = here.created()
    show = ShowEnvelope(register=here.register)
    ours = _issued(here).kept.caller

    assert show(envelope.id, caller=ours).envelope == envelope
    for stranger in (replace(ours, owner="partner"), replace(ours, region="almaty")):
        with pytest.raises(EnvelopeNotFound):
            show(envelope.id, caller=stranger)


def _admit(world: World) -> AdmitProgram:
    show = ShowEnvelope(register=world.register)
    return AdmitProgram(authenticate=_authenticate(world), show=show, key=b"k" * 32)


def test_a_program_is_let_in_and_shown_an_envelope_in_one_unit(
    here: World, counted: CountedRegister
) -> None:
    """Its last use apart, which is written once a minute."""
    envelope, issued = here.code_sent(), _issued(here)
    _authenticate(here)(issued.secret)
    counted.views = counted.writes = 0

    admitted = _admit(here)(issued.secret, envelope_id=envelope.id)

    assert (counted.views, counted.writes) == (1, 0)
    assert admitted.caller == issued.kept.caller
    assert admitted.shown == ShowEnvelope(register=counted)(envelope.id, caller=admitted.caller)
    assert admitted.shown.challenge is not None


def test_a_program_is_let_in_though_there_is_nothing_to_show(anywhere: World) -> None:
    """What is another's does not exist for it, and what does not exist is no question of keys."""
    envelope = anywhere.created()
    partner = _issued(anywhere, replace(PORTAL, owner="partner"))

    for named in (envelope.id, "01ARZ3NDEKTSV4RRFFQ69G5FAV", None):
        admitted = _admit(anywhere)(partner.secret, envelope_id=named)
        assert (admitted.caller, admitted.shown) == (partner.kept.caller, None)


def test_a_program_asks_under_one_secret_by_all_keys_that_see_as_much(here: World) -> None:
    """A successor repeats what the key before it asked; nobody else does, and no key tells it."""
    first = _issued(here)
    second = _rotate(here)(first.kept.id, overlap=timedelta(days=7), by="system")
    others = [
        _issued(here, other)
        for other in (
            replace(PORTAL, owner="partner"),
            replace(PORTAL, client="tablet"),
            replace(PORTAL, region="almaty"),
        )
    ]
    ours = {_admit(here)(each.secret).secret for each in (first, second)}
    theirs = {_admit(here)(each.secret).secret for each in others}
    elsewhere = replace(_admit(here), key=b"e" * 32)(first.secret).secret

    assert len(ours) == 1
    assert len(ours | theirs | {elsewhere}) == 5
    assert ours.pop() not in repr(_admit(here)(first.secret))


def test_a_dead_key_is_shown_nothing(anywhere: World) -> None:
    """Revoked a moment ago, between two requests."""
    envelope, issued = anywhere.created(), _issued(anywhere)
    _admit(anywhere)(issued.secret, envelope_id=envelope.id)
    RevokeKey(register=anywhere.register, clock=anywhere.clock)(issued.kept.id, by="system")

    with pytest.raises(NotAuthenticated):
        _admit(anywhere)(issued.secret, envelope_id=envelope.id)


def test_a_key_of_a_region_makes_envelopes_of_that_region(here: World) -> None:
    """Said or not said by the caller; another one is refused."""
    reference = request().reference
    assert isinstance(reference, dict)
    ours = replace(request(), region="almaty")

    assert here.create(ours).reference.region == "almaty"
    same = replace(ours, reference=reference | {"region": "almaty"})
    assert here.create(same).reference.region == "almaty"
    with pytest.raises(ValuesRejected) as caught:
        here.create(replace(ours, reference=reference | {"region": "astana"}))

    assert caught.value.errors[0].code == "region_not_yours"
