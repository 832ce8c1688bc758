"""A process that logs: what appears on its stderr."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

_BEFORE = """
import logging, warnings
import structlog
from docgen import telemetry
telemetry.configure()
ours, theirs = structlog.get_logger("docgen.ours"), logging.getLogger("sqlalchemy.pool")
"""


def _lines(program: str) -> list[dict[str, Any]]:
    """What a process that runs the program writes to stderr, each line a JSON object."""
    done = subprocess.run(
        [sys.executable, "-c", _BEFORE + program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_says_when_how_bad_who_and_what() -> None:
    """Ours, with whatever was given by name; the time is in UTC."""
    (line,) = _lines("ours.warning('rendered', pages=4, үлгі='ә')")

    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() == timedelta(0)
    assert line == {
        "level": "warning",
        "logger": "docgen.ours",
        "event": "rendered",
        "pages": 4,
        "үлгі": "ә",
    }


def test_a_library_speaks_the_same_language() -> None:
    """The standard library's loggers give the same shape, their arguments filled in."""
    (line,) = _lines("theirs.info('%s of %d', 'three', 4)")

    assert (line["logger"], line["level"], line["event"]) == (
        "sqlalchemy.pool",
        "info",
        "three of 4",
    )


def test_half_a_character_and_a_number_that_is_none_do_not_spoil_a_line() -> None:
    """JSON spells the one, UTF-8 has no bytes for it; the other is told as a text."""
    halved, infinite = _lines(
        "ours.info('told', half='\\ud800'); ours.info('told', n=float('inf'))"
    )

    assert halved["half"] == "\ud800"
    assert infinite["n"] == "inf"


def test_what_is_bound_is_in_every_line_of_the_scope() -> None:
    """Inside the scope both ours and a library's lines hold it; outside nobody's."""
    inner, foreign, after = _lines(
        "with telemetry.bind(request_id='01K', route='/v1/forms'):\n"
        "    ours.info('inside')\n"
        "    theirs.info('inside')\n"
        "ours.info('outside')\n"
    )

    assert inner["request_id"] == foreign["request_id"] == "01K"
    assert foreign["route"] == "/v1/forms"
    assert "request_id" not in after


def test_an_exception_is_one_field_without_local_variables() -> None:
    """The traceback is there, the values that were in its frames are not."""
    ours, theirs = _lines(
        "def fails(secret):\n"
        "    raise ValueError('no such thing')\n"
        "try: fails('sek' + 'rit')\n"
        "except ValueError:\n"
        "    ours.exception('failed')\n"
        "    theirs.exception('failed')\n"
    )

    for line in (ours, theirs):
        assert line["level"] == "error"
        assert line["exception"].startswith("Traceback")
        assert line["exception"].endswith("ValueError: no such thing")
        assert "sekrit" not in json.dumps(line)


def test_personal_data_is_hidden_in_messages_values_and_tracebacks() -> None:
    """The last line of defence stands before every line, a library's included."""
    lines = _lines(
        "theirs.info('sent to %s', '+7 701 123 45 67')\n"
        "ours.info('code 482913', subscriber={'iin': '990101300123'})\n"
        "try: raise ValueError('87011234567')\n"
        "except ValueError: theirs.exception('failed')\n"
    )

    told = json.dumps(lines)
    assert lines[0]["event"] == "sent to ***"
    assert not any(secret in told for secret in ("701", "482913", "990101"))


def test_configuring_again_doubles_nothing() -> None:
    """Each line is written once, however often and by whoever logging was configured."""
    (line,) = _lines(
        "logging.basicConfig()\ntelemetry.configure()\ntelemetry.configure()\nours.info('once')"
    )

    assert line["event"] == "once"


def test_the_level_is_as_configured() -> None:
    """What is below it is not written."""
    (line,) = _lines(
        "ours.debug('no')\n"
        "telemetry.configure(level='WARNING')\n"
        "ours.info('no')\n"
        "theirs.info('no')\n"
        "ours.warning('yes')\n"
    )

    assert line["event"] == "yes"


def test_a_hostile_file_cannot_fill_the_log() -> None:
    """The seal's library would log a traceback for each broken object."""
    assert _lines("logging.getLogger('pyhanko.sign.validation').error('broken')") == []


def test_a_warning_is_a_line_too() -> None:
    """Python's warnings do not break the format."""
    (line,) = _lines("warnings.warn('old', stacklevel=1)")

    assert line["logger"] == "py.warnings"


def test_a_line_that_cannot_be_made_is_told_without_its_content() -> None:
    """Python would print the arguments in full, and not as JSON."""
    (line,) = _lines("theirs.info('%d', '87011234567')")

    assert line == {
        "level": "error",
        "logger": "sqlalchemy.pool",
        "event": "a log line could not be made",
    }
