"""mitmproxy that does not prove its CA's key anew at each start, as with our addon."""

from cryptography.hazmat.primitives import serialization
from mitmproxy import certs


def load_private_key(data: bytes, password: bytes | None) -> object:
    return serialization.load_pem_private_key(
        data, password, unsafe_skip_rsa_key_validation=True
    )


certs.load_pem_private_key = load_private_key  # type: ignore[assignment]
