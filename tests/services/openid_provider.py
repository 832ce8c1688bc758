"""An OpenID provider of the tests' own: oidc-provider, which is certified, in a process."""

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from tests.services.programs import await_answer, need, start

_PROGRAM = Path(__file__).with_name("openid") / "provider.mjs"
CLIENT_ID, CLIENT_SECRET = "qoltanba", "a secret of the tests that is long enough"
BACK = "https://q.example/v1/session/openid/callback"


class OpenIdServer:
    """One provider, and the person who sits before it."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.issuer = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._log = directory / "openid.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        if not (_PROGRAM.parent / "node_modules" / "oidc-provider").is_dir():
            pytest.fail("run `make setup-tests`: the provider's packages are not there")
        words = [str(urlsplit(self.issuer).port), CLIENT_ID, CLIENT_SECRET, BACK]
        self._process = start([*need("node"), str(_PROGRAM), *words], log=self._log)
        await_answer(self._process, answers=self._answers, log=self._log)

    def stop(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def seat(self, **claims: Any) -> None:
        """Who signs in from now on."""
        requests.post(f"{self.issuer}/person", json=claims, timeout=10).raise_for_status()

    def pass_through(self, address: str) -> Mapping[str, str]:
        """Sign in as a browser would; what it is sent back to us with."""
        with requests.Session() as browser:
            for _ in range(10):
                answer = browser.get(address, timeout=10, allow_redirects=False)
                address = urljoin(address, answer.headers.get("Location", ""))
                if address.startswith(BACK):
                    query = parse_qs(urlsplit(address).query)
                    return {name: values[0] for name, values in query.items()}
        pytest.fail(f"the provider leads nowhere: {answer.status_code} {answer.text[:500]}")

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.issuer}/jwks", timeout=1).ok
        except requests.RequestException:
            return False
