"""The demo's API key, kept in a file that only its owner reads."""

import tempfile
from pathlib import Path

from docgen.bootstrap.keys import Keys, keys
from docgen.domain.errors import NotAuthenticated
from docgen.settings import Settings
from docgen.usecases.issue_key import KeyRequest


def kept_key(settings: Settings) -> Path:
    """The file with a key that counts: a revoked one, or one of another register, is replaced.

    The key sees what `docgen demo --once` makes.
    """
    path = settings.var / "demo" / "api_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    with keys(settings) as known:
        if not (path.exists() and _counts(path.read_text(encoding="utf-8").strip(), known)):
            issued = known.issue(KeyRequest(client="demo", owner="demo"), by="system")
            _keep(issued.secret, path)
    path.chmod(0o600)
    return path


def _counts(key: str, known: Keys) -> bool:
    try:
        known.authenticate(key)
    except NotAuthenticated:
        return False
    return True


def _keep(key: str, path: Path) -> None:
    # Such a file is its owner's only from the beginning, and whole once it has its name.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as made:
        made.write(f"{key}\n")
    Path(made.name).replace(path)
