"""The demo's technician: an account whose login and password lie in a file that only we read."""

import tempfile
from pathlib import Path

from docgen.bootstrap.staff import Accounts, accounts
from docgen.domain.errors import Conflict
from docgen.domain.staff import Role
from docgen.settings import Settings
from docgen.usecases.hire import StaffRequest

LOGIN = "technician"
REGION = "ALA"
_REQUEST = StaffRequest(
    login=LOGIN,
    full_name="Сейтқали Ержан Маратұлы",
    employee_id="E-20417",
    roles=frozenset({Role.TECHNICIAN}),
    owner="demo",
    region=REGION,
    contacts="+7 727 250-01-60",
)


def kept_password(settings: Settings) -> Path:
    """The file with his password; one that is lost, or of another register, is replaced."""
    path = settings.var / "demo" / "technician"
    path.parent.mkdir(parents=True, exist_ok=True)
    with accounts(settings) as known:
        is_known = any(each.login == LOGIN for each in known.list())
        if not (is_known and path.exists()):
            _keep(_password(known), path)
    path.chmod(0o600)
    return path


def _password(known: Accounts) -> str:
    try:
        return known.hire(_REQUEST, by="system").password
    except Conflict:
        return known.reset(LOGIN, by="system").password


def _keep(password: str, path: Path) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as made:
        made.write(f"{password}\n")
    Path(made.name).replace(path)
