"""Keys for trying out: nothing they make reaches anybody, binds anybody or counts as real."""

import json
from typing import Any

import jsonschema
import pytest
from werkzeug.test import TestResponse

from docgen import telemetry
from docgen.domain import for_tests
from docgen.domain.account import Account
from docgen.domain.caller import NOT_OF_TESTS, Scope
from docgen.domain.errors import ValuesRejected
from docgen.domain.evidence_schema import schema
from docgen.domain.language import Language
from docgen.domain.verdict import Report, Verdict
from docgen.texts.phrases import say
from docgen.usecases.recall_account import RecallAccount, Whose
from docgen.usecases.verify_document import describe
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, Program, sample, spoilt
from tests.api.watch import found, refused

_PHONE = "+77990000001"
_REFUSED, _UNCERTAIN = "+77990000002", "+77990000003"
_CODE = "123456"


def _trying(here: Portal, **request: Any) -> Program:
    """With a key as `docgen keys create --test` makes it."""
    scopes = frozenset(Scope) - NOT_OF_TESTS
    return here.issued(**{"client": "cabinet", "is_test": True, "scopes": scopes} | request)


def _test(phone: str = _PHONE, **more: Any) -> dict[str, Any]:
    return spoilt("subscriber", "phone", value=phone) | more


def _made(program: Program, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = program.post(ENVELOPES, body or _test())
    assert answer.status_code == 201, answer.get_data()
    told: dict[str, Any] = answer.get_json()
    return told


def _sent(program: Program, envelope_id: str) -> TestResponse:
    return program.post(f"{ENVELOPES}/{envelope_id}/code", {})


def _confirmed(program: Program, envelope_id: str, code: str = _CODE) -> TestResponse:
    body = {"code": code, "attempt_id": f"a-{envelope_id}-{code}"}
    return program.post(f"{ENVELOPES}/{envelope_id}/confirmation", body)


def test_a_test_is_signed_by_the_code_that_everybody_knows(anywhere: Portal) -> None:
    """It goes the whole way to the seal, says of itself what it is, and no gateway hears of it."""
    program = _trying(anywhere)
    made = _made(program)
    assert _sent(program, made["id"]).status_code == 202
    assert _confirmed(program, made["id"], "654321").get_json()["code"] == "code_wrong"
    assert _confirmed(program, made["id"]).status_code == 200

    told = program.get(f"{ENVELOPES}/{made['id']}").get_json()
    assert (told["state"], told["test"], told["client"]) == ("sealed", True, "test:cabinet")
    assert told["documents"][0]["number"].startswith("TEST-")
    assert anywhere.world.sms.sent == []
    assert anywhere.world.chance.given == []


def test_a_real_envelope_says_that_it_is_none(here: Portal) -> None:
    """Nothing of it is as in tests."""
    told = here.shown(here.created())

    assert told["test"] is False
    assert not told["documents"][0]["number"].startswith("TEST-")


def test_a_key_for_tests_takes_no_number_of_anybody(here: Portal) -> None:
    """422 at the number, for envelopes and for verifications of numbers; nothing is made."""
    program = _trying(here)

    assert found(program.post(ENVELOPES, sample())) == {"/subscriber/phone": "phone_real"}
    answer = program.post("/v1/phone-verifications", _verification(sample()["subscriber"]["phone"]))
    assert found(answer) == {"/subscriber/phone": "phone_real"}
    assert here.world.sms.sent == []


def test_a_real_key_takes_no_number_of_tests(here: Portal) -> None:
    """However it is written; whoever has a real key makes no paper by a code that all know."""
    for phone in (_PHONE, "8 (799) 000-00-01", "+7 799 123 45 67"):
        assert found(here.program.post(ENVELOPES, _test(phone))) == {
            "/subscriber/phone": "phone_for_tests"
        }
    answer = here.program.post("/v1/phone-verifications", _verification(_PHONE))
    assert found(answer) == {"/subscriber/phone": "phone_for_tests"}


def _verification(phone: str) -> dict[str, Any]:
    person = sample()["subscriber"]
    names = ("surname", "name", "patronymic", "iin")
    return {
        "subscriber": {name: person[name] for name in names if name in person} | {"phone": phone},
        "identified_by": "E-1",
        "identity_document": "original",
    }


def test_a_number_is_verified_for_trying_out(here: Portal) -> None:
    """By the same code, unseen by keys that are not for tests."""
    program = _trying(here)
    begun = program.post("/v1/phone-verifications", _verification(_PHONE))
    assert begun.status_code == 202, begun.get_data()
    root = f"/v1/phone-verifications/{begun.get_json()['id']}"

    answer = program.post(f"{root}/confirmation", {"code": _CODE, "attempt_id": "a-1"})

    assert answer.status_code == 200, answer.get_data()
    refused(here.program.get(root), 404, "verification_not_found")
    assert here.world.sms.sent == []


def test_tests_and_real_papers_do_not_exist_for_one_another(anywhere: Portal) -> None:
    """Of one owner and one client: neither shown, nor listed, nor ended, nor superseded."""
    trying, real = _trying(anywhere, client="portal"), anywhere.program
    a_test, a_paper = _made(trying)["id"], anywhere.created()

    for program, other in ((trying, a_paper), (real, a_test)):
        refused(program.get(f"{ENVELOPES}/{other}"), 404, "envelope_not_found")
        answer = program.post(f"{ENVELOPES}/{other}/void", {"reason": "x"})
        refused(answer, 404, "envelope_not_found")
    assert [e["id"] for e in trying.get(ENVELOPES).get_json()["envelopes"]] == [a_test]
    assert [e["id"] for e in real.get(ENVELOPES).get_json()["envelopes"]] == [a_paper]
    for program, body, other in ((trying, _test(), a_paper), (real, sample(), a_test)):
        answer = program.post(ENVELOPES, body | {"supersedes": other})
        assert found(answer) == {"/supersedes": "envelope_unknown"}
    assert {anywhere.world.envelope(each).state for each in (a_test, a_paper)} == {"ready"}


def test_the_same_idempotency_key_is_two_for_the_two_kinds(here: Portal) -> None:
    """A program that changes its key for a real one gets no test for an answer."""
    trying = _trying(here, client="portal")
    once = "order-1"

    a_test = trying.post(ENVELOPES, _test(), once=once).get_json()
    real = here.program.post(ENVELOPES, sample(), once=once).get_json()

    assert a_test["id"] != real["id"]
    assert (a_test["test"], real["test"]) == (True, False)


@pytest.mark.parametrize(("phone", "status"), [(_PHONE, 202), (_REFUSED, 503), (_UNCERTAIN, 202)])
def test_some_numbers_try_out_what_goes_wrong(here: Portal, phone: str, status: int) -> None:
    """Refused by every route; left in doubt; all others take the code."""
    program = _trying(here)

    answer = _sent(program, _made(program, _test(phone))["id"])

    assert answer.status_code == status, answer.get_data()
    assert here.world.sms.sent == []


def test_tests_are_counted_with_nothing_real(here: Portal) -> None:
    """Neither on the limits of a phone, a program or an employee, nor among codes, nor as money."""
    program = _trying(here)
    before = _counted()
    for _ in range(15):
        made = _made(program)["id"]
        body = {"employee_id": "E-1"}
        answer = program.post(f"{ENVELOPES}/{made}/code", body)
        assert answer.status_code == 202, answer.get_data()
    assert _counted() == before
    with here.world.register.view() as unit:
        assert {each.employee_id for each in unit.hops.recent("test", limit=50)} == {None}

    assert here.sent_again(here.created()).status_code == 202
    assert _counted() != before


def _counted() -> str:
    exposed = telemetry.exposition()[0].decode()
    return "\n".join(line for line in exposed.splitlines() if line.startswith("qoltanba_codes"))


def test_the_numbers_of_real_papers_have_no_gap(here: Portal) -> None:
    """Tests are counted in a series of their own."""
    first = here.shown(here.created())["documents"][0]["number"]
    _made(_trying(here))
    second = here.shown(here.created())["documents"][0]["number"]

    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1


def test_nobody_has_a_name_of_tests_without_such_a_key(here: Portal) -> None:
    """`test:` is written by us alone; and technicians drive to no tests."""
    with pytest.raises(ValuesRejected) as named:
        here.issued(client="test:cabinet")
    with pytest.raises(ValuesRejected) as planned:
        _trying(here, scopes=frozenset({Scope.VISITS_PLAN}))

    assert [each.code for each in named.value.errors] == ["client_of_tests"]
    assert [each.code for each in planned.value.errors] == ["scope_not_of_tests"]


@pytest.mark.parametrize("kind", ["test", "real"])
def test_programs_hear_of_their_own_kind_only(here: Portal, kind: str) -> None:
    """Webhooks are of the kind of the key that made them, and are seen by that kind alone."""
    programs = {"test": _trying(here), "real": here.program}
    own, other = programs[kind], programs["real" if kind == "test" else "test"]
    made = own.post("/v1/webhooks", {"url": "https://93.184.215.14/hook", "topics": []})
    assert made.status_code == 201, made.get_data()
    hook = made.get_json()["id"]

    assert [e["id"] for e in own.get("/v1/webhooks").get_json()["webhooks"]] == [hook]
    assert other.get("/v1/webhooks").get_json()["webhooks"] == []
    refused(other.get(f"/v1/webhooks/{hook}"), 404, "webhook_not_found")
    envelopes = {
        "test": _made(programs["test"])["id"],
        "real": here.created(),
    }
    with here.world.register.view() as unit:
        webhook = unit.webhooks.get(hook)
        told = unit.news.outlines(envelopes.values())
    assert {name: webhook.hears_of(told[each]) for name, each in envelopes.items()} == {
        "test": kind == "test",
        "real": kind == "real",
    }


def test_what_was_signed_in_tests_is_no_debt_and_no_equipment(anywhere: Portal) -> None:
    """The account that a real paper is reviewed against knows of no test."""
    program = _trying(anywhere)
    made = _made(program)["id"]
    _sent(program, made)
    _confirmed(program, made)
    envelope = anywhere.world.envelope(made)
    recall = RecallAccount(register=anywhere.world.register, forms=anywhere.world.forms)

    accounts = {
        tests: recall(
            Whose(owner="operator", region=None, iin=envelope.subscriber.iin, tests=tests),
            account_numbers=[envelope.reference.account_number],
        )
        for tests in (True, False)
    }

    assert accounts[False] == Account()
    assert accounts[True].handed_out


def test_the_papers_of_a_test_say_so(here: Portal) -> None:
    """Each page by the specimen's mark; the protocol, the seal and the evidence by words."""
    program = _trying(here)
    made = _made(program)["id"]
    _sent(program, made)
    _confirmed(program, made)
    paper, protocol = here.world.renderer.orders[-2:]
    (order,) = here.world.sealer.orders

    assert {context["specimen"] for context in paper.contexts.values()} == {True}
    assert protocol.contexts[Language.KK]["document"]["title"].endswith("СЫНАҚ, күші жоқ")
    assert protocol.contexts[Language.RU]["document"]["title"].endswith("ТЕСТ, силы не имеет")
    assert order.caption[-2:] == (say("seal.test", Language.KK), say("seal.test", Language.RU))
    assert order.reason == say("seal.test", Language.KK)
    stated = json.loads(order.evidence)
    assert stated["test"] is True
    jsonschema.validate(stated, schema())
    assert "test" not in json.loads(_evidence_of_a_real_one(here))


def _evidence_of_a_real_one(here: Portal) -> bytes:
    here.confirmed()
    return here.world.sealer.orders[-1].evidence


def test_nothing_is_owed_after_the_seal_of_a_test(anywhere: Portal) -> None:
    """Neither a copy to somebody's mailbox nor the operator's national signature."""
    anywhere.world.owes_detached = True
    program = _trying(anywhere)
    body = _test()
    body["subscriber"]["email"] = "somebody@example.kz"
    made = _made(program, body)["id"]
    _sent(program, made)
    _confirmed(program, made)

    assert anywhere.world.envelope(made).state == "sealed"
    with anywhere.world.register.view() as unit:
        assert unit.outbox.owed(limit=10) == []
        assert unit.envelopes.without_detached() == []
        assert unit.copies.of(made) == []


def test_a_sealed_test_is_never_valid() -> None:
    """Whatever its seal: the verdict has a name of its own, in both languages."""
    sealed = Report(verdict=Verdict.VALID, evidence={for_tests.EVIDENCE: True})

    described = describe(sealed.named(), registered=True)

    assert (described["verdict"], described["test"]) == ("test", True)
    assert "СЫНАҚ" in described["message"]["kk"].upper()
    assert "ТЕСТ" in described["message"]["ru"].upper()


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.VALID])
def test_a_worse_verdict_stays_what_it_is(verdict: Verdict) -> None:
    """A changed test is changed; and a broken seal proves nothing, not even that."""
    report = Report(verdict=verdict, evidence={for_tests.EVIDENCE: True})

    assert report.named().verdict is verdict
