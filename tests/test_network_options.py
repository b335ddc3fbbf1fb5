"""Options of the network: certificates, mitmproxy's own options, what is told when to
come back, and how long a session may be idle."""

import os
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from mitmvcr.cassette_options import is_cassette, what_is_odd
from mitmvcr.core.callers import Preset
from mitmvcr.core.errors import OptionError, UnusableValueError
from mitmvcr.network_options import (
    check_client_cert,
    check_upstream_ca,
    parse_workers,
)
from mitmvcr.options import BY_NAME

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"

client_cert = BY_NAME["client_cert"].read
upstream_ca = BY_NAME["upstream_ca"].read
sets = BY_NAME["set"].read
retry_after = BY_NAME["retry_after"].read


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    place = tmp_path / "both.pem"
    place.write_text(CERTIFICATE + KEY)
    return place


def test_files_of_certificates_are_named_in_full(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pem.parent)
    monkeypatch.setenv("HOME", str(pem.parent))
    for read in (client_cert, upstream_ca):
        assert read("") is read(" ") is None
        for text in ("both.pem", str(pem), " ~/both.pem "):
            assert read(text) == pem
    assert client_cert(".") == pem.parent  # a folder of them


def own_pair(name: str) -> str:
    """A certificate of its own and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(called, called, key.public_key(), 1, now, now)
    words = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem = made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    return pem.decode() + key.private_bytes(*words).decode()


def test_what_is_no_authority_is_told(pem: Path) -> None:
    check_upstream_ca(pem)
    with pytest.raises(UnusableValueError, match="there is no such file"):
        check_upstream_ca(Path("/nowhere/at.all"))
    with pytest.raises(UnusableValueError, match="is a folder; name a PEM file"):
        check_upstream_ca(pem.parent)
    pem.write_text(KEY)
    with pytest.raises(UnusableValueError, match="holds no certificate in PEM"):
        check_upstream_ca(pem)


def test_a_certificate_and_its_key_are_taken_in_any_order(pem: Path) -> None:
    pair = own_pair("client")
    pem.write_text(pair)
    check_client_cert(pem)
    check_client_cert(pem.parent)  # a folder of them
    at = pair.index("-----BEGIN PRIVATE")
    pem.write_text(pair[at:] + "words between\n" + pair[:at])
    check_client_cert(pem)


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CERTIFICATE, "holds no private key"),
        (KEY, "holds no certificate; put the certificate and its key into one PEM"),
        (
            CERTIFICATE + KEY.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            "has a key with a password; write it without one, as 'openssl pkey'",
        ),
        (CERTIFICATE + KEY, "is the key that of the certificate"),
        ("two", r"cannot be used \(key values mismatch\): is the key that of"),
        ("text", "holds no private key"),
        ("", "holds no private key"),
    ],
)
def test_what_is_no_certificate_with_its_key_is_told(
    pem: Path, text: str, problem: str, within: bool
) -> None:
    if text == "two":
        one, other = own_pair("one"), own_pair("other")
        text = one.partition("-----BEGIN PRIVATE")[0]
        text += other[other.index("-----BEGIN PRIVATE") :]
    pem.write_text(text)
    with pytest.raises(UnusableValueError, match=problem) as told:
        check_client_cert(pem.parent if within else pem)
    assert str(pem) in str(told.value)


def test_a_certificate_that_is_not_there_is_told(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableValueError, match="there is no such file"):
        check_client_cert(Path("/nowhere/at.all"))
    (pem.parent / "empty").mkdir()
    with pytest.raises(UnusableValueError, match=r"holds no HOST\.pem"):
        check_client_cert(pem.parent / "empty")
    refuse = Mock(side_effect=OSError("odd"))
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnusableValueError, match="cannot be read: odd"):
        check_client_cert(pem)


def test_options_of_mitmproxy_are_checked_for_their_form() -> None:
    given = ("ssl_insecure=true", "http2=false", "anticomp", "x=a=b\nc")
    assert sets(given) == given
    for text in ("=x", "1=x", "", "a-b=c"):
        with pytest.raises(OptionError, match="use NAME=VALUE, as ssl_insecure=true"):
            sets((text,))
    for text in ("vcr_mode=x", "confdir=x", "listen_port=1", "listen_host"):
        with pytest.raises(OptionError, match="mitmvcr sets that itself"):
            sets(("http2=false", text))
    with pytest.raises(OptionError, match="mitmvcr needs a proxy that listens"):
        sets(("server=false",))


def test_presets_are_chosen_by_name() -> None:
    presets = BY_NAME["ignore_preset"]
    assert presets.read(presets.default) == (Preset.PACKAGES, Preset.TELEMETRY)
    assert presets.read(" Telemetry, packages,") == (Preset.PACKAGES, Preset.TELEMETRY)
    assert presets.read("telemetry") == (Preset.TELEMETRY,)
    assert presets.read("None") == ()
    for text in ("", "package", "none,telemetry"):
        with pytest.raises(OptionError, match="use packages, telemetry or none"):
            presets.read(text)


def test_when_to_come_back_is_at_once_or_as_recorded() -> None:
    assert [retry_after(text) for text in ("0", " Keep ")] == ["0", "keep"]
    with pytest.raises(OptionError, match="vcr_retry_after=1: use 0 or keep"):
        retry_after("1")


@pytest.mark.parametrize("name", ["a.yaml", "b.YML", "s3://b/c.yaml.gz", "d.yml.gz"])
def test_a_cassette_is_known_by_its_extension(name: str) -> None:
    assert is_cassette(name)
    assert what_is_odd(name) is None


@pytest.mark.parametrize("name", ["a.json", "b.tar", "c.v2", "yaml"])
def test_what_says_something_else_is_odd(name: str) -> None:
    assert not is_cassette(name)
    assert "name it .yaml" in (what_is_odd(name) or "")
    assert what_is_odd("any.gz") is None


def test_an_idle_time_is_a_duration() -> None:
    read = BY_NAME["idle_timeout"].read
    assert (read(" 1m30S "), read("0"), read("250ms")) == (90, 0, 0.25)
    write = BY_NAME["idle_timeout"].write
    for text in ("30m", "1h", "1h0m5s", "10m", "100ms", "0s", "1m30s", "10h10m"):
        assert write(read(text)) == text
    for text in ("", "soon", "-1s", "30"):
        with pytest.raises(OptionError, match="use a duration, as 30m or 90s"):
            read(text)


@pytest.mark.parametrize(("text", "count"), [("1", 1), (" 64 ", 64), ("002", 2)])
def test_a_number_of_workers(text: str, count: int) -> None:
    assert parse_workers(text) == count


@pytest.mark.parametrize("text", ["", "0", "65", "-1", "1.5", "x", "²"])
def test_what_is_no_number_of_workers(text: str) -> None:
    with pytest.raises(UnusableValueError, match="use a number from 1 to 64, or auto"):
        parse_workers(text)


def test_as_many_workers_as_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3}, raising=False)
    assert parse_workers("auto") == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert parse_workers("AUTO") == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert parse_workers("auto") == 1
    monkeypatch.setattr(os, "cpu_count", lambda: 500)
    assert parse_workers("auto") == 64
