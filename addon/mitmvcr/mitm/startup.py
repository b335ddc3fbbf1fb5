"""What makes a start of mitmproxy shorter while our addon is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from mitmproxy import certs
from mitmproxy.options import Options


@contextmanager
def told_at_once(opts: Options) -> Iterator[None]:
    """For each option that is added every addon is configured (optmanager.py:
    add_option). For as many as ours that is 9 ms of a start; so they are told of all
    of them together."""
    changed, before = opts.changed, set(opts.keys())
    told, changed.receivers = changed.receivers, []
    try:
        yield
    finally:
        changed.receivers = [*told, *changed.receivers]
    if fresh := set(opts.keys()) - before:
        changed.send(updated=fresh)


_READS_KEYS = "load_pem_private_key"
_load_private_key: Any = getattr(certs, _READS_KEYS, None)


def read_keys_quickly() -> None:
    """Until :func:`read_keys_as_usual` mitmproxy reads private keys with
    :func:`load_private_key`; unless its release has another way."""
    if _load_private_key is not None:
        setattr(certs, _READS_KEYS, load_private_key)


def read_keys_as_usual() -> None:
    if _load_private_key is not None:
        setattr(certs, _READS_KEYS, _load_private_key)


def load_private_key(data: bytes, password: bytes | None) -> Any:
    """As mitmproxy's ``certs.load_pem_private_key``, without proving once more that the
    primes of an RSA key are primes: that is 36 ms, a fifteenth of a whole start.

    That its numbers belong together takes 0.2 ms to see, and no damage to the file
    would leave them so. A key of which it is not so, or that cannot be read, is left to
    mitmproxy, which says what is wrong with it.
    """
    try:
        key = serialization.load_pem_private_key(
            data, password, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError):  # damaged, or a password that it does not have
        return _load_private_key(data, password)
    if isinstance(key, rsa.RSAPrivateKey) and _is_whole(key.private_numbers()):
        return key
    return _load_private_key(data, password)


def _is_whole(key: rsa.RSAPrivateNumbers) -> bool:
    """All that RFC 8017, section 3.2, says of a key's numbers but for the primes."""
    p, q, public = key.p, key.q, key.public_numbers
    return (
        min(p, q) > 1
        and p * q == public.n
        and key.dmp1 == key.d % (p - 1)
        and key.dmq1 == key.d % (q - 1)
        and public.e * key.dmp1 % (p - 1) == 1
        and public.e * key.dmq1 % (q - 1) == 1
        and key.iqmp * q % p == 1
    )
