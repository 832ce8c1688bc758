"""The demo's own authority: made once, served on the loopback, renewed under the same root."""

import hashlib
import http.client
import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.authority.stamping import Refusal
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.envelope import SealLevel
from docgen.domain.verdict import Verdict
from tests.adapters.sealing.papers import ShiftedClock, order

_NOW = ShiftedClock()
_NONCE = b"asked but once"


def _question(digest: bytes) -> tsp.TimeStampReq:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    return tsp.TimeStampReq(
        {"version": 1, "message_imprint": imprint, "nonce": 42, "cert_req": True}
    )


def _files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.mark.parametrize("kind", list(KeyKind))
def test_demo_seals_at_b_lt(tmp_path: Path, picture: SealPicture, kind: KeyKind) -> None:
    """Everything a full seal needs is there: a key, a root, time stamps and lists."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=kind) as demo:
        key = SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=True)
        roots = TrustRoots.load([demo.trust_root])
        sealer = PadesSealer(key, roots=roots, clock=_NOW, picture=picture, tsa_url=demo.tsa_url)
        sealer.check()
        made = sealer.seal(order())
    assert made.level is SealLevel.B_LT
    assert made.signer == "Қолтаңба ДЕМО мөрі, DEMO «Қазақтелеком» АҚ"
    assert PadesVerifier(roots, clock=_NOW).verify(made.pdf).verdict is Verdict.VALID


def test_everything_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The directory has mode 0700 and every file 0600."""
    directory = tmp_path / "pki"
    with DemoAuthority.open(directory, clock=_NOW, kind=KeyKind.P_256):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_opening_again_keeps_everything(tmp_path: Path) -> None:
    """What is usable is kept, byte for byte, and the port too."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as first:
        before = _files(tmp_path)
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as second:
        assert _files(tmp_path) == before
        assert second == first


def test_expired_leaves_are_made_anew_under_the_same_root(tmp_path: Path) -> None:
    """After the seal's two years there is another seal; the root and the rest stay."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256):
        before = _files(tmp_path)
    later = ShiftedClock(timedelta(days=2 * 365))
    with DemoAuthority.open(tmp_path, clock=later, kind=KeyKind.P_256):
        after = _files(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"seal.p12"}


def test_spoiled_file_is_made_anew(tmp_path: Path) -> None:
    """A file that cannot be read is replaced rather than a reason to stop."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256):
        root = (tmp_path / "root.pem").read_bytes()
    (tmp_path / "seal.p12").write_bytes(b"spoiled")
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        SealKey.load(demo.seal_p12, demo.passphrase, allow_demo=True)
    assert (tmp_path / "root.pem").read_bytes() == root


def test_port_served_by_the_same_authority_is_shared(tmp_path: Path) -> None:
    """A second opening uses the server that is there, and leaves it running."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as first:
        with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as second:
            assert second.tsa_url == first.tsa_url
        assert _got(first, "/root.pem")[0] == 200


def test_port_taken_by_a_stranger_is_given_up(tmp_path: Path, picture: SealPicture) -> None:
    """The leaves name another port then, the root stays, and seals are full again."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as first:
        root = first.trust_root.read_bytes()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", _port(first)))
        stranger.listen()
        with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as second:
            assert _port(second) != _port(first)
            assert second.trust_root.read_bytes() == root
            key = SealKey.load(second.seal_p12, second.passphrase, allow_demo=True)
            roots = TrustRoots.load([second.trust_root])
            sealer = PadesSealer(
                key, roots=roots, clock=_NOW, picture=picture, tsa_url=second.tsa_url
            )
            assert sealer.seal(order()).level is SealLevel.B_LT


def test_port_is_free_after_closing(tmp_path: Path) -> None:
    """Nothing keeps listening once the authority is closed."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        pass
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", _port(demo))) != 0


@pytest.mark.parametrize("name", ["root", "intermediate"])
def test_revocation_lists_are_fresh(tmp_path: Path, name: str) -> None:
    """Both lists are signed, current, and empty."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        status, content = _got(demo, f"/crl/{name}.crl")
    listed = x509.load_der_x509_crl(content)
    issuer = x509.load_pem_x509_certificate((tmp_path / f"{name}.pem").read_bytes())
    assert status == 200
    assert listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # it is EC
    assert listed.last_update_utc < _NOW.now() < (listed.next_update_utc or _NOW.now())
    assert len(listed) == 0


def test_it_answers_for_its_own_certificates(tmp_path: Path) -> None:
    """Good, current, with the nonce of whoever asked, by one whom the issuer entrusted with it."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        issuer = _certificate(tmp_path, "intermediate")
        asked = _about(_certificate(tmp_path, "tsa"), issuer, hashes.SHA1())  # noqa: S303  # the usual one
        told = ocsp.load_der_ocsp_response(_posted(demo, asked, "/ocsp/intermediate"))

    assert told.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert told.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert told.this_update_utc <= _NOW.now() < (told.next_update_utc or _NOW.now())
    assert told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == _NONCE
    (by,) = told.certificates
    by.verify_directly_issued_by(issuer)
    key = by.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(told.signature, told.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("subject", "issuer"),
    [("intermediate", "root"), ("tsa", "root"), ("ocsp", "intermediate")],
)
def test_of_others_it_says_nothing(tmp_path: Path, subject: str, issuer: str) -> None:
    """A certificate that this issuer has not issued is never called good."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        of, by = _certificate(tmp_path, subject), _certificate(tmp_path, issuer)
        asked = _about(of, by, hashes.SHA256())
        told = ocsp.load_der_ocsp_response(_posted(demo, asked, "/ocsp/intermediate"))

    assert told.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("garbage", [b"", b"0", b"\x30\x03\x02\x01\x00", bytes(4096)])
def test_garbage_is_called_malformed(tmp_path: Path, garbage: bytes) -> None:
    """Whatever is no question gets an answer that says so."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        told = ocsp.load_der_ocsp_response(_posted(demo, garbage, "/ocsp/intermediate"))

    assert told.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_token_answers_the_question(tmp_path: Path) -> None:
    """A token repeats digest and nonce, and says when."""
    asked = _question(hashlib.sha256(b"bytes").digest())
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        answer = tsp.TimeStampResp.load(_posted(demo, asked.dump()))
    content = answer["time_stamp_token"]["content"]["encap_content_info"]["content"]
    stated = content.parsed
    assert stated["message_imprint"].native == asked["message_imprint"].native
    assert stated["nonce"].native == asked["nonce"].native
    assert abs(stated["gen_time"].native - _NOW.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"garbage", "bad_data_format"),
        (b"", "bad_data_format"),
        (_question(b"short").dump(), "bad_alg"),
    ],
)
def test_bad_question_is_refused_by_the_rules(tmp_path: Path, body: bytes, failure: str) -> None:
    """The answer is a refusal in RFC 3161's own words, not a broken connection."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        status = Refusal.load(_posted(demo, body))["status"]
    assert status["status"].native == "rejection"
    assert status["fail_info"].native == {failure}


def test_oversized_question_is_not_read(tmp_path: Path) -> None:
    """A request beyond any real one is turned away."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        connection = http.client.HTTPConnection("127.0.0.1", _port(demo), timeout=5)
        connection.request("POST", "/tsa", headers={"Content-Length": str(10**9)})
        assert connection.getresponse().status == 413
        connection.close()


def test_other_paths_lead_nowhere(tmp_path: Path) -> None:
    """Keys are not served, nor anything else but root, lists and stamps."""
    with DemoAuthority.open(tmp_path, clock=_NOW, kind=KeyKind.P_256) as demo:
        for path in ("/", "/root.key", "/seal.p12", "/../root.key"):
            assert _got(demo, path)[0] == 404


def _port(demo: DemoAuthority) -> int:
    return int(demo.tsa_url.split(":")[2].split("/")[0])


def _certificate(directory: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes())


def _about(
    subject: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.SHA1 | hashes.SHA256
) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, algorithm)
    asked = builder.add_extension(x509.OCSPNonce(_NONCE), critical=False).build()
    return asked.public_bytes(Encoding.DER)


def _got(demo: DemoAuthority, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", _port(demo), timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _posted(demo: DemoAuthority, body: bytes, path: str = "/tsa") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", _port(demo), timeout=5)
    try:
        connection.request("POST", path, body=body)
        return connection.getresponse().read()
    finally:
        connection.close()
