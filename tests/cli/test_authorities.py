"""Authorities that clients were told to trust by files and trust stores."""

import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)

from cli.helpers import need
from mitmvcr.cli.child import jks
from mitmvcr.cli.child.authorities import configured_certificates, configured_files
from origin.certs import CertFiles


@pytest.fixture
def der(certs: CertFiles) -> bytes:
    return jks.certificates(certs.ca.read_bytes())[0]


def told(inherited) -> list[bytes]:
    return [*configured_certificates(inherited)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".gitconfig", "[http]\n\tsslCAInfo = {ca}\n"),
        (".config/git/config", '[http "https://git.corp"]\n\tsslcainfo="{ca}"\n'),
        (".config/pip/pip.conf", "[global]\ncert = {ca}\n"),
        (".npmrc", "cafile={ca}\n"),
        (".curlrc", "--cacert {ca}\n"),
        (".wgetrc", "ca_certificate = {ca}\n"),
    ],
)
def test_files_in_a_home_are_read(certs, tmp_path, name, text):
    place = tmp_path / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text.format(ca=certs.ca))
    assert certs.ca in configured_files({"HOME": str(tmp_path)})
    assert certs.ca not in configured_files({})


def test_a_file_is_found_by_its_variable_too(certs, tmp_path):
    (tmp_path / "own.conf").write_text(f"[install]\ncert: '{certs.ca}'\n")
    (tmp_path / "curlrc").write_text(f'cacert "{tmp_path}/absent.pem"\n')
    env = {"PIP_CONFIG_FILE": f"{tmp_path}/own.conf", "XDG_CONFIG_HOME": str(tmp_path)}
    assert certs.ca in configured_files(env)
    assert tmp_path / "absent.pem" not in configured_files(env)


def test_npm_has_certificates_in_its_file(certs, tmp_path, der):
    pem = certs.ca.read_text().replace("\n", "\\n")
    (tmp_path / ".npmrc").write_text(f'strict-ssl=true\nca[]="{pem}"\n')
    assert der in told({"HOME": str(tmp_path)})


def test_java_has_stores_of_two_kinds(certs, tmp_path, der):
    path = tmp_path / "trust.p12"
    env = {"JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={path}"}
    (cert,) = x509.load_pem_x509_certificates(certs.ca.read_bytes())
    encrypted = BestAvailableEncryption(b"other")
    data = pkcs12.serialize_key_and_certificates(b"a", None, None, [cert], encrypted)
    path.write_bytes(data)
    env["JAVA_TOOL_OPTIONS"] += " -Djavax.net.ssl.trustStorePassword=other"
    assert der in told(env)
    path.write_bytes(jks.trust_store([der]))
    assert der in told(env)


def test_keytools_store_of_a_key_and_a_certificate(certs, tmp_path, der):
    keytool = shutil.which("keytool")
    need("java", keytool)
    store = (
        "-keystore",
        tmp_path / "k.jks",
        "-storetype",
        "JKS",
        "-storepass",
        "secret",
    )
    own = ("-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=own")
    added = ("-importcert", "-noprompt", "-alias", "corp", "-file", certs.ca)
    for words in ((*own, "-keypass", "secret"), added):
        run = [keytool, words[0], *store, *words[1:]]
        subprocess.run(run, check=True, capture_output=True)
    assert jks.trusted((tmp_path / "k.jks").read_bytes()) == [der]


@pytest.mark.parametrize("content", [None, b"", b"text", b"\xfe\xed\xfe\xed\0"])
def test_a_store_that_cannot_be_read_is_told(tmp_path, capsys, content):
    path = tmp_path / "trust.jks"
    if content is not None:
        path.write_bytes(content)
    env = {"GRADLE_OPTS": f"-Djavax.net.ssl.trustStore={path}"}
    assert told(env) == told({})
    line = capsys.readouterr().err
    assert line.startswith("mitmvcr: GRADLE_OPTS names a trust store that cannot be re")
    assert str(path) in line
    assert line.count("\n") == 1


def test_options_that_no_jvm_takes_are_passed_over(capsys):
    assert told({"MAVEN_OPTS": "'-Djavax.net.ssl.trustStore=/a"}) == told({})
    assert capsys.readouterr().err == ""
