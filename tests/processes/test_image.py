"""What the Dockerfile claims, as far as it can be seen without building it."""

import json
import re
from pathlib import Path

from docgen.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
FINAL = STAGES[-1]


def _instructions(stage: str, word: str) -> list[str]:
    return re.findall(rf"^{word}\s+(.*)$", stage, re.MULTILINE)


def _installed(stage: str) -> set[str]:
    (line,) = [run for run in _instructions(stage, "RUN") if "apt-get install" in run]
    words = line.split("--no-install-recommends")[1].split("&&")[0]
    return set(words.split())


def test_it_runs_what_make_installs() -> None:
    """The final stage has the Makefile's packages but the demo's; the first one has compiled."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = re.findall(r"^RUN_PACKAGES := (.*)$", makefile, re.MULTILINE)

    compiler = {"gcc", "libc6-dev"}
    assert compiler < _installed(STAGES[0])
    assert _installed(FINAL) == set(line.split()) - compiler - {"redis-server", "curl"}


def test_it_is_nobody_special() -> None:
    """The last user named is neither root nor a name that could be root's."""
    (user,) = _instructions(FINAL, "USER")

    assert user == "10001:10001"
    after = FINAL.split("USER ")[1]
    assert not {"RUN", "COPY", "ADD"} & set(re.findall(r"^([A-Z]+) ", after, re.MULTILINE))


def test_it_starts_without_a_shell() -> None:
    """Signals reach the process itself: gunicorn, or the worker."""
    (entry,), (command,) = _instructions(FINAL, "ENTRYPOINT"), _instructions(FINAL, "CMD")

    assert [*json.loads(entry), *json.loads(command)] == ["/opt/qoltanba/bin/docgen", "serve"]
    assert "/live" in FINAL.split("HEALTHCHECK")[1]


def test_nothing_is_fetched_but_by_hash() -> None:
    """No script from the network, no package beyond the lock and Debian's."""
    assert not re.search(r"curl|wget|^ADD ", DOCKERFILE, re.MULTILINE)
    for each in re.findall(r"pip (?:install|download|wheel)[^&\n]*", DOCKERFILE):
        assert "--require-hashes" in each or "--no-index" in each


def test_no_secret_goes_in() -> None:
    """Only what is named is copied, and no setting of a secret is given."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        word
        for line in _instructions(DOCKERFILE, "COPY")
        if "--from" not in line
        for word in line.split()[:-1]
    }

    assert "*" in ignored
    assert copied == let_in
    assert not re.search("passphrase|pepper|_key|secret", DOCKERFILE, re.IGNORECASE)


def test_its_settings_are_settings() -> None:
    """Each DOCGEN_ variable it sets is one that is read."""
    given = dict(re.findall(r"(DOCGEN_\w+)=(\S+)", DOCKERFILE))

    assert given == {
        "DOCGEN_TEMPLATES": "/usr/share/qoltanba",
        "DOCGEN_VAR": "/var/lib/qoltanba",
        "DOCGEN_SEAL__SOCKET": "/run/qoltanba-seal/socket",
        "DOCGEN_WEB__BIND": "0.0.0.0:8080",
    }
    assert {"templates", "var", "seal", "web"} <= set(Settings.model_fields)
