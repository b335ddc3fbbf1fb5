"""mitmproxy's certificate authority on the disk (certs.py: CertStore)."""

from pathlib import Path
from typing import NamedTuple

from mitmvcr.proxy.host.capabilities import capabilities


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
    from mitmproxy.certs import CertStore

    store = CertStore.from_files(authority, dhparam)
    fits = store.default_ca.public_key() == store.default_privatekey.public_key()
    return Authority(fits, store.default_ca.has_expired())
