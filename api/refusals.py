"""Refusals of HTTP itself, with what the caller needs to know to do better."""

from api.problems import Problem


class Refusal(Exception):
    """A request that is refused before the core hears of it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def malformed_json() -> Refusal:
    """The body is no JSON object, or one that says a thing twice."""
    return Refusal(Problem(status=400, code="malformed_json"))


def key_required() -> Refusal:
    """Asking twice could do it twice: the route wants an `Idempotency-Key`."""
    return Refusal(Problem(status=400, code="idempotency_key_required"))


def key_malformed() -> Refusal:
    """An `Idempotency-Key` is 1 to 255 visible ASCII characters."""
    return Refusal(Problem(status=400, code="idempotency_key_malformed"))


def too_large(limit: int) -> Refusal:
    """More than `limit` bytes."""
    return Refusal(Problem(status=413, code="body_too_large", members={"limit": limit}))


def media_type(*, wanted: tuple[str, ...]) -> Refusal:
    """Not a media type that the route reads."""
    members = {"accepted": list(wanted)}
    return Refusal(
        Problem(
            status=415,
            code="media_type_unsupported",
            members=members,
            headers={"Accept": ", ".join(wanted)},
        )
    )


def file_missing() -> Refusal:
    """A form without its part `file`."""
    return Refusal(Problem(status=400, code="file_missing"))
