"""A CA made on the spot, and one leaf for every name the tests use."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: No client takes a wildcard right under a top-level domain, as ``*.test``.
NAMES = ["localhost", "api.test", "other.test", "*.api.test"]
ADDRESSES = ["127.0.0.1", "::1"]

#: A client may show it too.
_EITHER_END = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


@dataclass(frozen=True)
class CertFiles:
    """``ca`` is what a client must trust; ``leaf`` is chain and key for the server."""

    ca: Path
    leaf: Path


def make(folder: Path) -> CertFiles:
    """Write ``ca.pem`` and ``leaf.pem``. Elliptic keys: made in a millisecond."""
    ca_key, ca = _ca()
    leaf_key, leaf = _leaf(ca_key, ca)
    files = CertFiles(folder / "ca.pem", folder / "leaf.pem")
    files.ca.write_bytes(_pem(ca))
    files.leaf.write_bytes(_pem(leaf) + _key_pem(leaf_key))
    return files


def _ca() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("mitmvcr tests' CA")
    builder = _builder(name, name, key)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def _leaf(
    ca_key: ec.EllipticCurvePrivateKey, ca: x509.Certificate
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [x509.DNSName(name) for name in NAMES]
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ADDRESSES]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = _builder(_name("localhost"), ca.subject, key)
    for extension, critical in [
        (x509.BasicConstraints(False, None), True),
        (x509.SubjectAlternativeName([*alternatives, *addresses]), False),
        (x509.ExtendedKeyUsage(_EITHER_END), False),
        (issuer, False),
    ]:
        builder = builder.add_extension(extension, critical=critical)
    return key, builder.sign(ca_key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
