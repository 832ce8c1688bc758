"""A token in software (SoftHSM 2), filled with keys as a real one is by its vendor's tools."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11.exceptions import PinIncorrect

from docgen.adapters.sealing.token import TokenPlace
from tests.services.programs import need

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "482913"
TOKEN = "seal"  # noqa: S105  # a label


@dataclass(frozen=True)
class SoftHsm:
    """A folder with one token; the tool and the library find it by an environment variable."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, patch: pytest.MonkeyPatch) -> "SoftHsm":
        """A new token, known to this process and to what it starts."""
        tokens = folder / "tokens"
        tokens.mkdir()
        settings = folder / "softhsm2.conf"
        settings.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
        patch.setenv("SOFTHSM2_CONF", str(settings))
        made = cls(folder)
        made._tool("--init-token", "--free", "--label", TOKEN, "--so-pin", PIN, "--pin", PIN)
        return made

    @property
    def settings(self) -> dict[str, str]:
        """What a process must have in its environment to find it."""
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def hold(self, pkcs12: Path, passphrase: str, *, label: str) -> None:
        """Put in the key, its certificate under the same label, and those above it."""
        key, certificate, others = load_key_and_certificates(
            pkcs12.read_bytes(), passphrase.encode()
        )
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        file = self.folder / f"{label}.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        number = label.encode().hex()
        self._tool("--import", str(file), "--token", TOKEN, "--label", label, "--id", number,
                   "--pin", PIN)  # fmt: skip
        file.unlink()
        assert certificate is not None
        self._write([(label, certificate), *(("chain", other) for other in others)])

    def place(self, label: str, *, pin: str = PIN, token: str = TOKEN) -> TokenPlace:
        """Where a key is."""
        return TokenPlace(module=MODULE, token=token, pin=pin, label=label)

    def change_pin(self, old: str, new: str) -> None:
        """Give the token another PIN; every session of this process is lost."""
        with _opened(old) as session:
            session.set_pin(old, new)
        pkcs11.lib(str(MODULE)).reinitialize()

    def opens_with(self, pin: str) -> bool:
        """Whether that is its PIN; every session of this process is lost."""
        try:
            with _opened(pin):
                return True
        except PinIncorrect:
            return False

    def _write(self, certificates: list[tuple[str, x509.Certificate]]) -> None:
        with _opened(PIN) as session:
            for label, certificate in certificates:
                session.create_object(
                    {
                        Attribute.CLASS: ObjectClass.CERTIFICATE,
                        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                        Attribute.LABEL: label,
                        Attribute.TOKEN: True,
                        Attribute.SUBJECT: certificate.subject.public_bytes(),
                        Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                    }
                )

    def _tool(self, *words: str) -> None:
        tool = need("softhsm2-util")[0]
        done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _opened(pin: str) -> pkcs11.Session:
    library = pkcs11.lib(str(MODULE))
    library.reinitialize()
    return library.get_token(token_label=TOKEN).open(user_pin=pin, rw=True)
