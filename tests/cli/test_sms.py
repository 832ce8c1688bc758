"""Routes by hand: what a message comes to, told without the number, and by the exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import ValidationError

from docgen.adapters.db import migrate
from docgen.adapters.db.register import SqlRegister
from docgen.cli import main
from docgen.domain.dispatch import Taken
from docgen.settings_of_sms import SmscKzSettings
from tests.builders import NOW, hop
from tests.services import http_stand_in as says
from tests.services.http_stand_in import StandIn
from tests.services.sms_providers import KEY, MobizonStandIn, SmscKzStandIn, at_work

PHONE, MASKED = "+77015550142", "+7 701 ***-**-42"
TEXT = "Сынақ хабарлама 482913"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCGEN_PROFILE", raising=False)


def _said(*words: str, **settings: str) -> Result:
    named = {f"DOCGEN_{name}": value for name, value in settings.items()}
    said = CliRunner().invoke(main, ["sms", *words], env=named)
    assert PHONE[2:] not in said.output
    assert TEXT not in said.output
    assert KEY not in said.output
    return said


def _at(stand_in: StandIn, name: str) -> dict[str, str]:
    account = f"SMS__{name.upper()}__"
    return {f"{account}API_KEY": KEY, f"{account}ADDRESSES": json.dumps([stand_in.address])}


def test_a_message_that_arrives_is_told_with_its_receipt() -> None:
    """Exit 0: who took it, under which id, and what became of it."""
    provider = MobizonStandIn(state="DELIVRD")
    with at_work(provider) as stand_in:
        said = _said("send", PHONE, TEXT, "--route", "mobizon", **_at(stand_in, "mobizon"))

    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        f"taken\t{MASKED}\tmobizon 169275418\tsent",
        "delivered\tDELIVRD",
    ]
    assert [(each["recipient"], each["text"]) for each in provider.sent] == [(PHONE[1:], TEXT)]


def test_a_message_that_the_network_gives_up_ends_with_4() -> None:
    """It was taken, and paid."""
    with at_work(MobizonStandIn(state="UNDELIV")) as stand_in:
        said = _said("send", PHONE, TEXT, "--route", "mobizon", **_at(stand_in, "mobizon"))

    assert said.exit_code == 4
    assert said.stdout.splitlines()[1] == "failed\tUNDELIV"


def test_no_receipt_in_time_is_no_failure() -> None:
    """Exit 0: what is known is that it was taken."""
    with at_work(SmscKzStandIn()) as stand_in:
        said = _said(
            "send", PHONE, TEXT, "--route", "smsc_kz", "--wait", "0", **_at(stand_in, "smsc_kz")
        )

    assert said.exit_code == 0
    assert said.stdout.splitlines()[1] == "no receipt"


@pytest.mark.parametrize(
    ("how", "code", "word"), [("401", 1, "refused\t"), ("502", 3, "unknown\t")]
)
def test_what_did_not_go_well_is_told_by_the_exit_code(how: str, code: int, word: str) -> None:
    """1 where it was refused, 3 where nobody knows; the line says what came back."""
    with at_work(SmscKzStandIn(broken=says.status(f"{how} No"))) as stand_in:
        said = _said("send", PHONE, TEXT, "--route", "smsc_kz", **_at(stand_in, "smsc_kz"))

    assert said.exit_code == code
    assert said.stdout == f"{word}{MASKED}\thttp {how}\n"


@pytest.mark.parametrize(
    ("words", "settings", "error"),
    [
        ((PHONE, TEXT, "--route", "mobizon"), {}, "misconfigured: no such route"),
        (("87015550142", TEXT, "--route", "inbox"), {"PROFILE": "demo"}, "phone_invalid"),
        (
            (PHONE, TEXT, "--route", "mobizon"),
            {"SMS__MOBIZON__ADDRESSES": '["http://api.mobizon.kz"]'},
            "codes and keys go over https only",
        ),
        (
            (PHONE, TEXT, "--route", "mobizon"),
            {"SMS__MOBIZON__API_KEY": KEY, "SMS__MOBIZON__TRUST": "nowhere.pem"},
            "nowhere.pem holds no authorities",
        ),
    ],
)
def test_what_cannot_be_tried_is_said(
    words: tuple[str, ...], settings: dict[str, str], error: str
) -> None:
    """Exit 1, and no traceback."""
    said = _said("send", *words, **settings)

    assert said.exit_code == 1
    assert error in said.stderr


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://smsc.kz", True),
        ("https://smsc.kz:8443", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://smsc.kz", False),
        ("http://127.0.0.1.smsc.kz", False),
        ("ftp://smsc.kz", False),
        ("smsc.kz", False),
        ("https://", False),
        ("https://smsc.kz/sys", False),
        ("https://smsc.kz?psw=1", False),
        ("https://user:word@smsc.kz", False),
    ],
)
def test_an_address_is_where_codes_may_go(address: str, good: bool) -> None:  # noqa: FBT001
    """Over TLS or to this machine, and nothing but scheme, host and port."""
    if good:
        assert SmscKzSettings(addresses=(address,)).addresses == (address,)
    else:
        with pytest.raises(ValidationError):
            SmscKzSettings(addresses=(address,))


@pytest.mark.parametrize("network", ["70", "7011", "+701", "abc"])
def test_a_network_is_three_digits(network: str) -> None:
    """Those after +7."""
    with pytest.raises(ValidationError):
        SmscKzSettings(networks=("701", network))


def test_the_demo_never_sends_a_real_message(tmp_path: Path) -> None:
    """Whatever is set: its only route is the inbox."""
    with at_work(SmscKzStandIn()) as stand_in:
        demo = _at(stand_in, "smsc_kz") | {"PROFILE": "demo"}
        real = _said("send", PHONE, TEXT, "--route", "smsc_kz", **demo)
        inbox = _said("send", PHONE, TEXT, "--route", "inbox", **demo)

        assert stand_in.connections == 0
    assert (real.exit_code, inbox.exit_code) == (1, 0)
    kept = json.loads((tmp_path / "var" / "inbox.jsonl").read_text(encoding="utf-8"))
    assert (kept["to"], kept["text"]) == (PHONE, TEXT)


def test_the_routes_are_listed_with_how_they_stand() -> None:
    """By their last messages, as whoever sends judges them."""
    Path("var").mkdir()
    address = f"sqlite:///{Path('var/register.db').absolute()}"
    migrate.upgrade(address)
    register = SqlRegister(address)
    with register.begin() as unit:
        for _ in range(5):
            unit.hops.add(hop(route="mobizon").refused("http 503", at=NOW))
        taken = Taken(provider="smsc_kz", message_id="m-1")
        unit.hops.add(hop(route="smsc_kz").taken(taken, at=NOW))
        unit.commit()
    register.close()

    said = _said(
        "routes",
        SMS__SMSC_KZ__API_KEY=KEY,
        SMS__SMSC_KZ__WEIGHT="90",
        SMS__MOBIZON__API_KEY=KEY,
        SMS__MOBIZON__NETWORKS='["701", "700"]',
    )

    assert said.exit_code == 0, said.output
    moment = f"{NOW:%Y-%m-%dT%H:%MZ}"
    assert [line.split("\t") for line in said.stdout.splitlines()] == [
        ["smsc_kz", "weight 90", "networks all", "sound", "takes 100 of 100",
         f"last {moment} taken underway"],
        ["mobizon", "weight 50", "networks 700,701", "trial", "takes 0 of 100",
         f"last {moment} refused failed"],
    ]  # fmt: skip


def test_without_any_route_that_is_said() -> None:
    """No code can be sent."""
    Path("var").mkdir()
    migrate.upgrade(f"sqlite:///{Path('var/register.db').absolute()}")

    said = _said("routes")

    assert (said.exit_code, said.stdout) == (0, "")
    assert "no route is set up" in said.stderr
