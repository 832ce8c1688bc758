"""A small cabinet on an origin of its own, in whose page a subscriber signs: see README.md."""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from qoltanba import NotOurs, Qoltanba, read_webhook
from words import WORDS

_SAMPLE = Path(__file__).parents[2] / "samples" / "envelope.json"
_NOBODYS = "+77990000001"
"""What a key for trying out takes; its code is always 123456."""
_OVER = {"declined", "expired", "void"}


def create_app(service: Qoltanba, *, webhook_secret: str = "", phone: str = _NOBODYS) -> Flask:
    """The cabinet. What a portal keeps in its database is a dictionary here."""
    app = Flask(__name__)
    heard: dict[str, str] = {}
    seen: set[str] = set()

    @app.get("/")
    def front() -> str:
        return _page("front.html")

    @app.post("/acts")
    def new_act() -> Response:
        """The order system says what was done; here it is always the sample."""
        visit = json.loads(_SAMPLE.read_text(encoding="utf-8"))
        visit["subscriber"]["phone"] = phone
        made = service.create_envelope(visit)
        where = url_for("act", envelope_id=made["id"], lang=_language())
        return redirect(where)  # type: ignore[return-value]

    @app.get("/acts/<envelope_id>")
    def act(envelope_id: str) -> str:
        """Only for the subscriber who is logged in: a portal checks that here."""
        envelope = service.envelope(envelope_id)
        is_over = envelope["state"] in _OVER
        return _page(
            "act.html",
            envelope=envelope,
            ticket=None if is_over else service.ticket(envelope_id)["ticket"],
            service=service.url,
            heard=heard.get(envelope_id),
        )

    @app.post("/acts/<envelope_id>/ticket")
    def fresh_ticket(envelope_id: str) -> Response:
        """Asked for by the page where the first one has expired."""
        return jsonify(ticket=service.ticket(envelope_id)["ticket"])

    @app.get("/acts/<envelope_id>/verdict")
    def verdict(envelope_id: str) -> Response:
        """The sealed file, fetched by our server and looked at before it is filed."""
        document = service.envelope(envelope_id)["documents"][0]
        told = service.verify(service.pdf(envelope_id, document["id"]))
        return jsonify(number=document["number"], verdict=told["verdict"])

    @app.post("/hooks")
    def hooks() -> tuple[str, int]:
        """What counts for the books; the same message may come again."""
        try:
            event = read_webhook(webhook_secret, request.headers, request.get_data())
        except NotOurs:
            abort(401)
        if request.headers["webhook-id"] not in seen:
            seen.add(request.headers["webhook-id"])
            heard[event["data"]["envelope_id"]] = event["type"]
        return "", 204

    return app


def _language() -> str:
    return "ru" if request.args.get("lang") == "ru" else "kk"


def _page(name: str, **holds: Any) -> str:
    language = _language()
    return render_template(name, language=language, words=WORDS[language], **holds)


if __name__ == "__main__":
    create_app(
        Qoltanba(url=os.environ["QOLTANBA_URL"], key=os.environ["QOLTANBA_KEY"]),
        webhook_secret=os.environ.get("QOLTANBA_WEBHOOK_SECRET", ""),
        phone=os.environ.get("QOLTANBA_PHONE", _NOBODYS),
    ).run(port=5000)
