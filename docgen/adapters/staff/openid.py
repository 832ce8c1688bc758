"""The operator's identity provider: OpenID Connect, code flow with PKCE, by Authlib."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from docgen.domain.errors import ProviderUnavailable, SignInRefused
from docgen.domain.staff import Claims, Identity, Knock, Role

_PATIENCE = 5
_KEPT_SECONDS = 3600
_LEEWAY = 60
_SIGNED_BY = ("RS256", "PS256", "ES256", "EdDSA")
"""Never `none`, and never a key that the provider shares with us."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a provider says who somebody is: names of claims, `a.b` for one within another."""

    roles: str = "roles"
    region: str = "region"
    employee_id: str = "employee_id"
    login: str = "preferred_username"
    full_name: str = "name"
    contacts: str = "phone_number"
    role_names: Mapping[str, Role] = field(default_factory=dict)
    """What the provider calls our roles; without it, as we do."""


@dataclass
class OpenIdProvider:
    """Implements ports_of_staff.IdentityProvider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid profile"
    dialect: Dialect = field(default_factory=Dialect)
    _kept: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict, repr=False)

    def address(self, knock: Knock, *, state: str, back: str) -> str:
        """Where to send the browser; raises ProviderUnavailable."""
        with self._session(back) as session:
            address, _ = session.create_authorization_url(
                self._metadata["authorization_endpoint"],
                state=state,
                nonce=knock.nonce,
                code_challenge=create_s256_code_challenge(knock.verifier),
                code_challenge_method="S256",
            )
        return str(address)

    def claims(self, code: str, knock: Knock, *, back: str) -> Claims:
        """Whom the code stands for; raises SignInRefused or ProviderUnavailable."""
        token = self._token(code, knock, back)
        told = self._checked(str(token.get("id_token", "")), knock, str(token["access_token"]))
        return self._read(told)

    def _token(self, code: str, knock: Knock, back: str) -> Mapping[str, Any]:
        address = self._metadata["token_endpoint"]
        try:
            with self._session(back) as session:
                token: Mapping[str, Any] = session.fetch_token(
                    address,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=knock.verifier,
                    timeout=_PATIENCE,
                )
        except AuthlibBaseError as error:
            raise SignInRefused from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnavailable from error
        if "access_token" not in token:
            raise SignInRefused
        return token

    def _checked(self, id_token: str, knock: Knock, access_token: str) -> Mapping[str, Any]:
        """The claims, whose signature, issuer, audience, times and nonce are as they must be."""
        try:
            read = self._decoded(id_token)
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self._metadata["issuer"]},
                    "aud": {"essential": True, "value": self.client_id},
                    "nonce": {"essential": True, "value": knock.nonce},
                },
                params={
                    "nonce": knock.nonce,
                    "client_id": self.client_id,
                    "access_token": access_token,
                },
            )
            claims.validate(leeway=_LEEWAY)
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise SignInRefused from error
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        """Read by the provider's keys; by those of this moment where it has new ones."""
        address = self._metadata["jwks_uri"]
        try:
            return jwt.decode(id_token, self._keys(address), _SIGNED_BY)
        except (JoseError, ValueError):
            self._kept.pop(address, None)
            return jwt.decode(id_token, self._keys(address), _SIGNED_BY)

    def _keys(self, address: str) -> KeySet:
        listed = self._told(address).get("keys")
        return KeySet.import_key_set({"keys": listed if isinstance(listed, list) else []})

    def _read(self, told: Mapping[str, Any]) -> Claims:
        dialect = self.dialect
        login = _text(told, dialect.login) or _text(told, "sub")
        roles = frozenset(filter(None, map(self._role, _list(_claim(told, dialect.roles)))))
        if not roles:
            raise SignInRefused
        return Claims(
            identity=Identity(issuer=_text(told, "iss"), subject=_text(told, "sub")),
            login=login,
            full_name=_text(told, dialect.full_name) or login,
            employee_id=_text(told, dialect.employee_id) or login,
            roles=roles,
            region=_text(told, dialect.region) or None,
            contacts=_text(told, dialect.contacts),
        )

    def _role(self, name: object) -> Role | None:
        if self.dialect.role_names:
            return self.dialect.role_names.get(str(name))
        return Role(str(name)) if name in set(Role) else None

    @property
    def _metadata(self) -> dict[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        told = self._told(address)
        if told.get("issuer") != self.issuer:
            raise ProviderUnavailable("the provider calls itself something else")
        return told

    def _told(self, address: str) -> dict[str, Any]:
        """What the provider says at an address, asked once an hour."""
        at, told = self._kept.get(address, (0.0, {}))
        if not told or time.monotonic() - at > _KEPT_SECONDS:
            try:
                answer = requests.get(address, timeout=_PATIENCE, allow_redirects=False)
                answer.raise_for_status()
                told = dict(answer.json())
            except (requests.RequestException, ValueError) as error:
                raise ProviderUnavailable from error
            self._kept[address] = (time.monotonic(), told)
        return told

    def _session(self, back: str) -> OAuth2Session:
        return OAuth2Session(
            self.client_id, self.client_secret, scope=self.scopes, redirect_uri=back
        )


def _claim(told: Mapping[str, Any], name: str) -> object:
    found: Any = told
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(told: Mapping[str, Any], name: str) -> str:
    found = _claim(told, name)
    return found if isinstance(found, str) else ""


def _list(found: object) -> Sequence[object]:
    if isinstance(found, str):
        return [found]
    return found if isinstance(found, list) else []
