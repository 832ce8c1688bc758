"""The lab's authority (certomancer): roots, signers good and bad, a TSA, CRLs and OCSP.

It knows nothing of the demo's authority, so the two cannot share a mistake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from asn1crypto import ocsp, pem, tsp
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    PKIArchitecture,
    ServiceLabel,
)
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

PASSPHRASE = "lab"  # noqa: S105  # of keys made for one test run

_RSA_KEYS = {"rsa": 2048, "tsa": 2048, "rsa3072": 3072}
_EC_KEYS = ("root", "issuer", "ec", "ocsp", "server")

_CONFIG = """
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  lab:
    path-prefix: .
    keys:
      root: {{path: root.pem}}
      issuer: {{path: issuer.pem}}
      rsa: {{path: rsa.pem}}
      rsa3072: {{path: rsa3072.pem}}
      ec: {{path: ec.pem}}
      tsa: {{path: tsa.pem}}
      ocsp: {{path: ocsp.pem}}
      server: {{path: server.pem}}
pki-architectures:
  lab:
    keyset: lab
    entity-defaults: {{country-name: KZ, organization-name: "Сынақ Телеком ЖШС"}}
    entities:
      root: {{common-name: Lab Root}}
      issuer: {{common-name: Lab Issuer}}
      rsa: {{common-name: "Сынақ мөрі RSA"}}
      rsa3072: {{common-name: "Сынақ мөрі RSA-3072"}}
      ec: {{common-name: "Сынақ мөрі EC"}}
      revoked: {{common-name: Revoked Seal}}
      expired: {{common-name: Expired Seal}}
      ending: {{common-name: Ending Seal}}
      future: {{common-name: Future Seal}}
      server: {{common-name: Not For Signing}}
      tsa: {{common-name: Lab TSA}}
      ocsp: {{common-name: Lab OCSP}}
    certs:
      root:
        subject: root
        issuer: root
        authority-key: root
        subject-key: root
        validity: {{valid-from: "{past}", valid-to: "{far}"}}
        profiles: [{{id: simple-ca, params: {{crl-repo: root}}}}]
      issuer:
        issuer: root
        authority-key: root
        validity: {{valid-from: "{past}", valid-to: "{far}"}}
        profiles: [{{id: simple-ca, params: {{crl-repo: root}}}}]
      rsa:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{soon}"}}
        extensions: [{signing}, {crl}]
      rsa3072:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{soon}"}}
        extensions: [{signing}, {crl}]
      ec:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{soon}"}}
        extensions: [{signing}, {aia}]
      revoked:
        subject-key: ec
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{soon}"}}
        extensions: [{signing}, {crl}]
        revocation: {{revoked-since: "{revoked}", reason: key_compromise}}
      expired:
        subject-key: ec
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{gone}"}}
        extensions: [{signing}, {crl}]
      ending:
        subject-key: ec
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{close}"}}
        extensions: [{signing}, {crl}]
      future:
        subject-key: ec
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{soon}", valid-to: "{far}"}}
        extensions: [{signing}, {crl}]
      server:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{soon}"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [key_encipherment]}}}}
      tsa:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{later}"}}
        extensions:
          - {signing}
          - {crl}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
      ocsp:
        issuer: issuer
        authority-key: issuer
        validity: {{valid-from: "{past}", valid-to: "{far}"}}
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [ocsp_signing]}}
          - {{id: ocsp_no_check}}
    services:
      ocsp:
        issuer: {{for-issuer: issuer, responder-cert: ocsp, signing-key: ocsp}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: P30D}}
        issuer: {{for-issuer: issuer, signing-key: issuer, simulated-update-schedule: P30D}}
      time-stamping:
        tsa: {{signing-key: tsa, signing-cert: tsa, certs-to-embed: [issuer]}}
"""  # noqa: E501  # one line per extension reads better than five

_SIGNING = (
    "{id: key_usage, critical: true, smart-value: {schema: key-usage, "
    "params: [digital_signature, non_repudiation]}}"
)
_CRL = (
    "{id: crl_distribution_points, smart-value: {schema: crl-dist-url, "
    "params: {crl-repo-names: [issuer]}}}"
)
_AIA = (
    "{id: authority_information_access, smart-value: {schema: aia-urls, "
    "params: {ocsp-responder-names: [issuer]}}}"
)


@dataclass(frozen=True)
class Lab:
    """The authority while it is served."""

    architecture: PKIArchitecture
    directory: Path
    port: int

    @property
    def tsa_url(self) -> str:
        """Where time stamps are made."""
        return f"http://127.0.0.1:{self.port}/lab/tsa/tsa"

    @property
    def root(self) -> Path:
        """The trust root, in PEM."""
        return self.certificate("root")

    def pkcs12(self, label: str) -> Path:
        """The key and chain of one of the signers."""
        content = self.architecture.package_pkcs12(CertLabel(label), password=PASSPHRASE.encode())
        path = self.directory / f"{label}.p12"
        path.write_bytes(content)
        return path

    def valid_until(self, label: str) -> datetime:
        """When one of the certificates expires."""
        moment: datetime = self.architecture.get_cert(CertLabel(label)).not_valid_after
        return moment

    def stamp(self, request: bytes) -> bytes:
        """The answer of the time-stamp authority to a request, in DER."""
        stamper = self.architecture.service_registry.summon_timestamper(ServiceLabel("tsa"))
        answer: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return answer

    def revocation_lists(self) -> list[Any]:
        """The current lists of root and issuer."""
        registry = self.architecture.service_registry
        return [registry.get_crl(ServiceLabel(name)) for name in ("root", "issuer")]

    def certificate(self, label: str) -> Path:
        """One of the certificates, in PEM."""
        path = self.directory / f"{label}.crt"
        der = self.architecture.get_cert(CertLabel(label)).dump()
        path.write_bytes(pem.armor("CERTIFICATE", der))
        return path


@contextmanager
def serving(directory: Path) -> Iterator[Lab]:
    """The lab in that directory, answering on the loopback."""
    server = _LabServer(("127.0.0.1", 0), _Handler)
    port = int(server.server_address[1])
    lab = Lab(_architecture(directory, port), directory, port)
    server.architecture = lab.architecture
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield lab
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _architecture(directory: Path, port: int) -> PKIArchitecture:
    keys: dict[str, Any] = {name: _rsa_key(name) for name in _RSA_KEYS} | {
        name: ec.generate_private_key(ec.SECP256R1()) for name in _EC_KEYS
    }
    for name, key in keys.items():
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (directory / f"{name}.pem").write_bytes(content)
    config = CertomancerConfig.from_yaml(
        _CONFIG.format(port=port, signing=_SIGNING, crl=_CRL, aia=_AIA, **_moments()),
        key_search_dir=str(directory),
    )
    return config.get_pki_arch(ArchLabel("lab"))


@cache
def _rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Such keys take long to make; every lab of a run has the same, under roots of its own."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_KEYS[name])


def _moments() -> dict[str, str]:
    now = datetime.now(UTC)
    days = {
        "past": -400,
        "revoked": -390,
        "gone": -1,
        "close": 10,
        "soon": 100,
        "later": 2000,
        "far": 6000,
    }
    return {
        name: (now + timedelta(days=count)).strftime("%Y-%m-%dT%H:%M:%S+0000")
        for name, count in days.items()
    }


class _LabServer(ThreadingHTTPServer):
    daemon_threads = True
    architecture: PKIArchitecture


class _Handler(BaseHTTPRequestHandler):
    server: _LabServer

    def do_GET(self) -> None:
        _, service, label = self._parts()
        if service != "crls":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        registry = self.server.architecture.service_registry
        self._answer(registry.get_crl(ServiceLabel(label)).dump(), "application/pkix-crl")

    def do_POST(self) -> None:
        _, service, label = self._parts()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        registry = self.server.architecture.service_registry
        if service == "tsa":
            stamper = registry.summon_timestamper(ServiceLabel(label))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body))
            self._answer(answer.dump(), "application/timestamp-reply")
        else:
            now = datetime.now(UTC)
            responder = registry.summon_responder(ServiceLabel(label), at_time=now)
            answer = responder.build_ocsp_response(ocsp.OCSPRequest.load(body))
            self._answer(answer.dump(), "application/ocsp-response")

    def _parts(self) -> list[str]:
        return self.path.strip("/").split("/")[:3]

    def _answer(self, content: bytes, media_type: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Keep quiet."""
