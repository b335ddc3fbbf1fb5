"""mitmproxy's certificate authority on the disk (certs.py: CertStore), and certificates
of another day (create_ca, dummy_cert), for a client whose clock is set back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers


@contextmanager
def backdated(seconds: int) -> Iterator[None]:
    """Let certificates that are made in this block be good from that long ago, and for
    as long from now as ever. Raises CapabilityError."""
    capabilities.require("backdated certificates")
    from unittest.mock import patch

    from mitmproxy import certs

    ago = timedelta(seconds=seconds)

    class Then(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - ago  # type: ignore[arg-type]

    then = SimpleNamespace(
        datetime=Then, timedelta=timedelta, date=date, timezone=timezone, UTC=UTC
    )
    lasting = certs.CERT_EXPIRY + ago
    with patch.multiple(certs, datetime=then, CERT_EXPIRY=lasting):
        yield


class Authority(NamedTuple):
    """What is to be known of one before it is used."""

    key_fits: bool
    has_expired: bool
    begins: datetime


#: How long it is valid, and how long ago that began, as mitmproxy has it.
_VALID, _AGO = timedelta(days=10 * 365), timedelta(days=2)
#: In bits, of the key that mitmproxy makes.
_KEY_SIZE = 2048


def create_authority(folder: Path, basename: str) -> None:
    """Write a new one there, in all the files that mitmproxy keeps of it. Its key is
    one of P-256: with RSA a certificate for a host takes seven times as long, and a
    handshake three times. Raises CapabilityError."""
    capabilities.require("CA files")
    from mitmproxy.certs import CertStore

    with _elliptic():
        CertStore.create_store(folder, basename, _KEY_SIZE)


@contextmanager
def _elliptic() -> Iterator[None]:
    """Let mitmproxy write the authority that is made here."""
    from mitmproxy import certs

    own = certs.create_ca
    certs.create_ca = _create  # type: ignore[assignment]
    try:
        yield
    finally:
        certs.create_ca = own


def _create(organization: str, cn: str, **_: object) -> tuple[Any, Any]:
    """Return a key and its certificate, which says what mitmproxy's say, by the clock
    that mitmproxy has now."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    from mitmproxy import certs

    key = ec.generate_private_key(ec.SECP256R1())
    clock: Any = certs.datetime  # type: ignore[attr-defined] # see backdated
    public, began = key.public_key(), clock.datetime.now() - _AGO
    pairs = (NameOID.COMMON_NAME, cn), (NameOID.ORGANIZATION_NAME, organization)
    name = x509.Name([x509.NameAttribute(*pair) for pair in pairs])
    signs = dict.fromkeys(("key_cert_sign", "crl_sign"), True)
    others = (
        *("digital_signature", "content_commitment", "key_encipherment"),
        *("data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
    )
    usage = x509.KeyUsage(**dict.fromkeys(others, False), **signs)
    serves = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        x509.CertificateBuilder(name, name, public, x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(serves, critical=False)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return key, made


def compare_quickly() -> None:
    """Let mitmproxy drop old certificates by which they are, and not by what they hold:
    with a hundred hosts it takes all their digests for each new one (certs.py:
    CertStore.expire), which stops the loop for 3 ms."""
    if not capabilities.has("certificate store"):
        return
    from mitmproxy.certs import CertStoreEntry

    kind: Any = CertStoreEntry
    kind.__eq__, kind.__hash__ = object.__eq__, object.__hash__


def read_authority(authority: Path, dhparam: Path) -> Authority:
    """Read an authority. Raises CapabilityError, and whatever OpenSSL and ASN.1
    raise for a damaged file."""
    capabilities.require("CA files")
    from mitmproxy.certs import Cert, CertStore

    CertStore.load_dhparam(dhparam)
    pem = authority.read_bytes()
    key, certificate = _private_key(pem), Cert.from_pem(pem)
    fits = certificate.public_key() == key.public_key()
    return Authority(fits, certificate.has_expired(), certificate.notbefore)


def _private_key(pem: bytes) -> Any:
    """Load a key. That OpenSSL tests an RSA key's primes takes 36 ms, and mitmproxy has
    it do so as it starts; the primes of a certificate's key are its own ones where
    their product is the certificate's."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    skip: dict[str, Any] = {"unsafe_skip_rsa_key_validation": True}
    key = load_pem_private_key(pem, None, **skip)
    if isinstance(key, RSAPrivateKey) and not _agree(key.private_numbers()):
        raise ValueError("Invalid private key")
    return key


def _agree(of: "RSAPrivateNumbers") -> bool:
    product, inverse = of.p * of.q, of.iqmp * of.q % of.p
    public = of.public_numbers
    return (product, inverse) == (public.n, 1) and all(
        (of.d % (prime - 1), public.e * of.d % (prime - 1)) == (exponent, 1)
        for prime, exponent in ((of.p, of.dmp1), (of.q, of.dmq1))
    )
