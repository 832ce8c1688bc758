"""What is kept under a key is no treasure: no code, no phone, no API key, no way back to a body."""

import hashlib
import hmac
import json
from typing import Any

from sqlalchemy import create_engine, text

from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import PERSON

_FIELDS = {"client", "key", "fingerprint", "resource_id", "claimed_at", "free", "answer"}


def _kept(portal: Portal) -> list[dict[str, Any]]:
    engine = create_engine(
        portal.world.database_url.replace("postgresql:", "postgresql+psycopg:"),
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT * FROM asked_requests ORDER BY claimed_at, key"))
            return [dict(row) for row in rows.mappings()]
    finally:
        engine.dispose()


def test_what_is_kept_holds_no_secret(anywhere: Portal) -> None:
    """Nor does any other table row of a request hold the code, the phone, the IIN or the key."""
    made = anywhere.program.post(ENVELOPES, sample(), once="k-create")
    envelope_id = made.get_json()["id"]
    anywhere.program.post(f"{ENVELOPES}/{envelope_id}/code", {}, once="k-code")
    code = anywhere.world.chance.given[-1]
    for once, tried in (("k-wrong", "999999"), ("k-right", code)):
        body = {"code": tried, "attempt_id": once}
        anywhere.program.post(f"{ENVELOPES}/{envelope_id}/confirmation", body, once=once)

    rows = _kept(anywhere)

    assert {row["key"] for row in rows} == {"k-create", "k-code", "k-wrong", "k-right"}
    assert all(set(row) == _FIELDS and row["answer"] for row in rows)
    secrets = [*PERSON.values(), str(anywhere.program.key), str(anywhere.program.key)[-22:]]
    for row in rows:
        # Ids of these tests are counted, so that a code looks like the end of one.
        kept = json.dumps({**row, "resource_id": ""}, default=str).replace(row["resource_id"], "")
        assert not [secret for secret in (*secrets, "999999") if secret in kept]
        assert f'"{code}"' not in kept


def test_a_fingerprint_cannot_be_made_from_the_body(here: Portal) -> None:
    """Six digits could be tried out in a second if a plain hash of the body were kept."""
    envelope_id, code = here.code_sent()
    path = f"{ENVELOPES}/{envelope_id}/confirmation"
    body = json.dumps({"code": code, "attempt_id": "a-1"}).encode()
    here.program.send(path, body, once="k-1")
    mark = next(row["fingerprint"] for row in _kept(here) if row["key"] == "k-1")
    parts = b"\n".join((b"POST", path.encode(), body))

    assert here.program.kept is not None
    caller, key = here.program.kept.caller, str(here.program.key)
    known = ["", caller.key_id, caller.client, caller.owner, caller.asks_as, key, key[-22:]]
    for content in (body, parts):
        assert mark != hashlib.sha256(content).hexdigest()
        for secret in known:
            assert mark != hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    ours = here.docgen.admit_program(key).secret
    assert mark == hmac.new(ours.encode(), parts, hashlib.sha256).hexdigest()


def test_a_refusal_leaves_nothing_behind(anywhere: Portal) -> None:
    """A request that had no effect is not even remembered."""
    anywhere.program.post(ENVELOPES, {}, once="k-1")

    assert _kept(anywhere) == []
