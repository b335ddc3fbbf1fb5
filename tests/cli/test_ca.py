"""The certificate authority is made once, whoever comes first."""

import base64
import errno
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from mitmproxy.certs import CertStore

import warm
from mitmvcr.proxy import ca
from mitmvcr.proxy.ca import AuthorityError, ensure_ca
from patience import PATIENCE


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_is_ours_alone(tmp_path):
    home = tmp_path / "deep" / "home"
    certificate = ensure_ca(home)
    assert mode(home) == 0o700
    assert mode(home / "mitmproxy-ca.pem") == 0o600
    assert mode(home / "mitmproxy-ca.p12") == 0o600
    assert mode(certificate) == 0o644
    assert "PRIVATE KEY" not in certificate.read_text()


def test_mitmproxy_takes_it_as_its_own(tmp_path):
    certificate = ensure_ca(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    store = CertStore.from_store(tmp_path, "mitmproxy", 2048)
    assert store.default_ca.to_pem() == certificate.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_new_one_is_quick_and_one_that_is_there_stays(tmp_path):
    """An authority of mitmproxy's own has a key of RSA."""
    (new, old) = (tmp_path / name for name in ("new", "old"))
    CertStore.create_store(old, "mitmproxy", 2048)
    kinds = []
    for folder in (new, old):
        ensure_ca(folder)
        store = CertStore.from_store(folder, "mitmproxy", 2048)
        leaf = store.get_cert("api.test", [x509.DNSName("api.test")]).cert
        kinds.append((store.default_ca.keyinfo, leaf.keyinfo))
    assert kinds == [(("EC (secp256r1)", 256),) * 2, (("RSA", 2048),) * 2]


def test_it_is_made_once(home):
    before = (home / "mitmproxy-ca.pem").read_bytes()
    assert ensure_ca(home) == home / "mitmproxy-ca-cert.pem"
    assert (home / "mitmproxy-ca.pem").read_bytes() == before


def test_many_that_start_at_once_get_the_same(tmp_path):
    code = (
        "import sys, pathlib; from mitmvcr.proxy.ca import ensure_ca; input();"
        "sys.stdout.write(ensure_ca(pathlib.Path(sys.argv[1])).read_text())"
    )
    home = tmp_path / "home"
    pipe = subprocess.PIPE
    start = [sys.executable, "-c", code, str(home)]
    many = [
        warm.popen(start, env=os.environ, stdin=pipe, stdout=pipe, text=True)
        for _ in range(6)
    ]
    try:
        for one in many:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        printed = [one.communicate(timeout=PATIENCE)[0] for one in many]
    finally:
        for one in many:
            one.kill()
            one.wait()
    assert {*printed} == {(home / "mitmproxy-ca-cert.pem").read_text()}
    assert not list(home.glob(".making-*"))


def test_who_comes_second_uses_what_is_there(tmp_path, monkeypatch):
    """Between the look and the link someone else was faster."""
    ensure_ca(tmp_path)
    before = (tmp_path / "mitmproxy-ca.pem").read_bytes()
    ca._make(tmp_path, tmp_path / "mitmproxy-ca.pem")
    assert (tmp_path / "mitmproxy-ca.pem").read_bytes() == before
    ensure_ca(tmp_path)


def test_it_is_made_where_there_are_no_links(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    ensure_ca(tmp_path)
    CertStore.from_store(tmp_path, "mitmproxy", 2048)


def test_a_lost_certificate_file_is_written_again(tmp_path):
    certificate = ensure_ca(tmp_path)
    before = certificate.read_bytes()
    certificate.unlink()
    assert ensure_ca(tmp_path).read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda data: b"", "holds no certificate"),
        (lambda data: data[: data.index(b"-----END CERT")], "holds no certificate"),
        (lambda data: data[data.index(b"-----BEGIN CERT") :], "is damaged"),
        (
            lambda data: data.replace(
                b"CERTIFICATE-----\nMII", b"CERTIFICATE-----\nXXX"
            ),
            "is damaged",
        ),
    ],
)
def test_a_damaged_one_is_told_with_the_remedy(tmp_path, damage, problem):
    ensure_ca(tmp_path)
    file = tmp_path / "mitmproxy-ca.pem"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(AuthorityError, match=r"delete .*mitmproxy-") as caught:
        ensure_ca(tmp_path)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_key_of_another_is_told(tmp_path, home):
    ensure_ca(tmp_path)
    end = b" PRIVATE KEY-----\n-----BEGIN CERTIFICATE"
    key, _, _ = (tmp_path / "mitmproxy-ca.pem").read_bytes().partition(end)
    _, _, certificate = (home / "mitmproxy-ca.pem").read_bytes().partition(end)
    (tmp_path / "mitmproxy-ca.pem").write_bytes(key + end + certificate)
    with pytest.raises(AuthorityError, match="not its certificate's"):
        ensure_ca(tmp_path)


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(AuthorityError, match=r"cannot hold.*; let MITMVCR_HOME name"):
        ensure_ca(tmp_path / "home" / "deeper")


@pytest.fixture(scope="module")
def of_rsa(tmp_path_factory):
    """An authority as mitmproxy makes it."""
    folder = tmp_path_factory.mktemp("rsa")
    CertStore.create_store(folder, "mitmproxy", 2048)
    return folder


@pytest.mark.parametrize("name", ["p", "q", "d", "dmp1", "dmq1", "iqmp"])
def test_a_key_of_which_a_number_has_changed_is_told(tmp_path, of_rsa, name):
    """mitmproxy would not start with it."""
    pem = (of_rsa / "mitmproxy-ca.pem").read_bytes()
    text, end, certificate = pem.partition(b"-----END RSA PRIVATE KEY-----\n")
    begin, _, coded = text.partition(b"KEY-----\n")
    key: Any = load_pem_private_key(pem, None)
    number = getattr(key.private_numbers(), name)
    changed = base64.b64decode(coded).replace(_bytes(number), _bytes(number ^ 4))
    assert changed != base64.b64decode(coded)
    whole = begin + b"KEY-----\n" + base64.encodebytes(changed) + end + certificate
    (tmp_path / "mitmproxy-ca.pem").write_bytes(whole)
    with pytest.raises(AuthorityError, match=r"damaged \(.*; delete .*mitmproxy-"):
        ensure_ca(tmp_path)


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def test_a_key_on_a_curve_will_do(tmp_path):
    """mitmproxy takes any that signs."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ours")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.serial_number(1).public_key(key.public_key())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(1))
    form = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    certificate = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    file = tmp_path / "mitmproxy-ca.pem"
    file.write_bytes(key.private_bytes(*form) + certificate)
    assert ensure_ca(tmp_path).read_bytes() == certificate


@pytest.mark.parametrize("fails", [False, True])
def test_a_disk_that_takes_a_part_leaves_no_part_of_a_certificate(
    tmp_path, monkeypatch, fails
):
    whole = ensure_ca(tmp_path).read_bytes()
    (tmp_path / "mitmproxy-ca-cert.pem").unlink()
    before = {path.name for path in tmp_path.iterdir()}
    write = os.write

    def write_a_part(file, data):
        if fails and len(data) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[:100])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_a_part)
        if fails:
            with pytest.raises(AuthorityError, match="No space left on device"):
                ensure_ca(tmp_path)
            assert {path.name for path in tmp_path.iterdir()} == before
        else:
            ensure_ca(tmp_path)
    assert ensure_ca(tmp_path).read_bytes() == whole
