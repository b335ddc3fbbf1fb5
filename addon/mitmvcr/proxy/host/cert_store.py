"""mitmproxy's certificate authority on the disk (certs.py: CertStore)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers


class Authority(NamedTuple):
    """What is to be known of one before it is used."""

    key_fits: bool
    has_expired: bool


def create_authority(folder: Path, basename: str, key_size: int) -> None:
    """Write a new one there, in all the files that mitmproxy keeps of it. Raises
    CapabilityError."""
    capabilities.require("CA files")
    from mitmproxy.certs import CertStore

    CertStore.create_store(folder, basename, key_size)


def read_authority(authority: Path, dhparam: Path) -> Authority:
    """Read an authority. Raises CapabilityError, and whatever OpenSSL and ASN.1
    raise for a damaged file."""
    capabilities.require("CA files")
    from mitmproxy.certs import Cert, CertStore

    CertStore.load_dhparam(dhparam)
    pem = authority.read_bytes()
    key, certificate = _private_key(pem), Cert.from_pem(pem)
    fits = certificate.public_key() == key.public_key()
    return Authority(fits, certificate.has_expired())


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
