"""What a start leaves out: the proof that the primes of a key are primes, no more."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mitmproxy import certs

from mitmvcr.mitm import startup
from mitmvcr.mitm.adapter import VcrAddon
from mitmvcr.mitm.launch import running_proxy
from mitmvcr.options import Settings

KEY = rsa.generate_private_key(65537, 2048)
FIELDS = ("n", "e", "d", "p", "q", "dmp1", "dmq1", "iqmp")


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    yield
    startup.read_keys_as_usual()


@pytest.mark.parametrize("bit", [0, 1, 500])
@pytest.mark.parametrize("field", FIELDS)
def test_a_damaged_key_is_refused_as_mitmproxy_refuses_it(field: str, bit: int) -> None:
    damaged = _pem(**{field: _numbers()[field] ^ (1 << bit)})
    usual = _outcome(certs.load_pem_private_key, damaged, None)
    assert isinstance(usual, tuple)  # what it raised
    assert usual[0] is ValueError
    assert _outcome(startup.load_private_key, damaged, None) == usual


def test_a_whole_key_is_read_without_that_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(startup, "_load_private_key")
    key = startup.load_private_key(_pem(), None)
    assert key.private_numbers() == KEY.private_numbers()


@pytest.mark.parametrize("password", [None, b"right"])
@pytest.mark.parametrize("given", [None, b"right", b"wrong"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_password_counts_as_it_does_in_mitmproxy(
    kind: str, given: bytes | None, password: bytes | None
) -> None:
    key = KEY if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    written = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption(),
    )
    assert _outcome(startup.load_private_key, written, given) == _outcome(
        certs.load_pem_private_key, written, given
    )


def test_keys_are_read_so_only_while_the_addon_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = certs.load_pem_private_key
    read: list[bytes] = []
    monkeypatch.setattr(
        startup,
        "load_private_key",
        lambda data, password: read.append(data) or usual(data, password),
    )

    async def run() -> None:
        settings = Settings(cassette=str(tmp_path / "c.yaml"))
        async with running_proxy(settings, confdir=tmp_path):
            assert read == [(tmp_path / "mitmproxy-ca.pem").read_bytes()]

    asyncio.run(run())
    assert certs.load_pem_private_key is usual


def test_an_addon_that_was_never_loaded_leaves_keys_alone() -> None:
    usual = certs.load_pem_private_key
    VcrAddon().done()
    assert certs.load_pem_private_key is usual


def test_a_release_that_reads_keys_in_another_way_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(startup, "_load_private_key", None)
    monkeypatch.delattr(certs, "load_pem_private_key")
    startup.read_keys_quickly()
    startup.read_keys_as_usual()
    assert not hasattr(certs, "load_pem_private_key")


def _outcome(load: object, data: bytes, password: bytes | None) -> object:
    assert callable(load)
    try:
        return load(data, password).private_numbers()
    except (ValueError, TypeError) as error:
        return type(error), str(error)


def _numbers() -> dict[str, int]:
    private = KEY.private_numbers()
    public = private.public_numbers
    return {
        name: getattr(public if name in ("n", "e") else private, name)
        for name in FIELDS
    }


def _pem(**changed: int) -> bytes:
    """The key in PKCS #1, since cryptography makes none that is damaged."""
    numbers = {**_numbers(), **changed}
    body = b"".join(map(_integer, [0, *numbers.values()]))
    der = b"\x30" + _length(body) + body
    return (
        b"-----BEGIN RSA PRIVATE KEY-----\n"
        + base64.encodebytes(der)
        + b"-----END RSA PRIVATE KEY-----\n"
    )


def _integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(content) + content


def _length(content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([size])
    width = (size.bit_length() + 7) // 8
    return bytes([0x80 | width]) + size.to_bytes(width, "big")
