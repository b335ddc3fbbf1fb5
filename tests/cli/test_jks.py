"""A trust store that Java reads."""

import shutil
import ssl
import subprocess

from cli.helpers import need
from mitmvcr.cli.child import jks


def test_each_certificate_is_taken_once_whatever_stands_between(home):
    pem = (home / "mitmproxy-ca-cert.pem").read_bytes()
    text = b"# caf\xc3\xa9\r\n" + pem.replace(b"\n", b"\r\n") + b"# again\n" + pem
    assert jks.certificates(text) == [ssl.PEM_cert_to_DER_cert(pem.decode())]


def test_no_certificate_is_none():
    assert jks.certificates(b"nothing here") == []


def test_an_empty_store_is_a_head_and_a_digest():
    store = jks.trust_store([])
    assert store[:12] == bytes.fromhex("feedfeed0000000200000000")
    assert len(store) == 12 + 20


def test_keytool_finds_all_certificates_and_the_password_right(home, tmp_path):
    keytool = shutil.which("keytool")
    need("java", keytool)
    ders = jks.certificates((home / "mitmproxy-ca-cert.pem").read_bytes())
    path = tmp_path / "trust.jks"
    path.write_bytes(jks.trust_store(ders))
    listed = subprocess.run(
        [keytool, "-list", "-keystore", path, "-storepass", jks.PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Keystore type: JKS" in listed.stdout
    assert listed.stdout.count("trustedCertEntry") == 1
