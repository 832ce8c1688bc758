"""Settings of people who sign in; the second page of settings."""

from pydantic import BaseModel, Field, SecretStr

from docgen.domain.staff import Role


class OpenIdSettings(BaseModel):
    """The operator's identity provider, where people sign in by one (OpenID Connect)."""

    issuer: str | None = None
    """As it calls itself; its metadata lie below it."""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scopes: str = "openid profile"
    roles_claim: str = "roles"
    """Names of claims; `a.b` is one within another."""
    region_claim: str = "region"
    employee_claim: str = "employee_id"
    login_claim: str = "preferred_username"
    name_claim: str = "name"
    contacts_claim: str = "phone_number"
    roles: dict[str, Role] = Field(default_factory=dict)
    """What it calls our roles, as JSON: `{"ktc-field": "technician"}`; without it, as we do."""


class StaffSettings(BaseModel):
    """People of the operator who sign in."""

    owner: str | None = None
    """Whose envelopes they make and see; the default is `operator`, and in the demo `demo`."""
    shift_hours: float = Field(default=12.0, gt=0, le=24)
    """After so long everybody signs in again."""
    openid: OpenIdSettings = OpenIdSettings()
