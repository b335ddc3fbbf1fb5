"""The files of a run."""

import ssl
from pathlib import Path

import pytest

from mitmvcr.cli.child import authorities, jks, trust
from mitmvcr.proxy.ca import ensure_ca


@pytest.fixture(autouse=True)
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own files would name authorities too."""
    monkeypatch.setattr(authorities, "_FILES", {"cafile": ()})


@pytest.fixture
def ca(home: Path) -> Path:
    return home / "mitmproxy-ca-cert.pem"


@pytest.fixture(scope="session")
def corporate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some other authority's certificate."""
    return ensure_ca(tmp_path_factory.mktemp("corporate"))


def write(folder: Path, ca: Path, inherited: dict[str, str]) -> trust.TrustFiles:
    return trust.write_trust_files(
        folder, trust.write_roots(folder, inherited), ca, inherited
    )


def ders(*paths: Path) -> list[bytes]:
    return jks.certificates(b"".join(path.read_bytes() for path in paths))


def test_the_bundle_is_the_inherited_roots_and_ours(tmp_path, ca, corporate):
    made = write(tmp_path, ca, {"SSL_CERT_FILE": str(corporate)})
    assert ders(made.bundle) == ders(corporate, ca)


def test_roots_named_for_one_client_only_are_kept_too(tmp_path, ca, corporate):
    made = write(tmp_path, ca, {"REQUESTS_CA_BUNDLE": str(corporate)})
    assert {*ders(corporate, ca)} < {*ders(made.bundle)}


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_folder_of_roots_is_kept_too(tmp_path, ca, corporate, name):
    folder = tmp_path / "certs"
    (folder / "below").mkdir(parents=True)
    (folder / "12345678.0").symlink_to(corporate)
    (folder / "gone.0").symlink_to("/nowhere.pem")
    (folder / "notes").write_bytes(b"\xff no certificate")
    made = write(tmp_path, ca, {name: str(folder)})
    assert {*ders(corporate, ca)} < {*ders(made.bundle)}


@pytest.mark.parametrize("inherited", [{}, {"SSL_CERT_FILE": "/nowhere.pem"}])
def test_without_inherited_roots_there_are_the_system_s(tmp_path, ca, inherited):
    made = write(tmp_path, ca, inherited)
    assert ders(made.bundle) == ders(Path(trust.default_roots()), ca)


def test_certifi_is_the_last_resort(monkeypatch):
    import certifi

    monkeypatch.setattr(trust, "_is_file", lambda name: False)
    assert trust.default_roots() == certifi.where()


def test_python_loads_the_bundle(tmp_path, ca):
    made = write(tmp_path, ca, {})
    context = ssl.create_default_context(cafile=made.bundle)
    assert len(context.get_ca_certs()) >= 1
    made.bundle.read_bytes().decode("ascii")


def test_node_adds_our_certificate_alone(tmp_path, ca):
    assert write(tmp_path, ca, {}).node_ca == ca


def test_a_file_that_node_added_stays_added(tmp_path, ca, corporate):
    made = write(tmp_path, ca, {"NODE_EXTRA_CA_CERTS": str(corporate)})
    assert ders(made.node_ca) == ders(corporate, ca)


def test_origins_are_trusted_as_node_and_a_folder_of_roots_trust_them(
    tmp_path, corporate, home
):
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_bytes(corporate.read_bytes())
    (folder / "README").write_text("no certificate")
    (folder / "below").mkdir()
    roots = trust.write_roots(tmp_path, {})
    usual = trust.write_origins(tmp_path, roots, {"SSL_CERT_DIR": "/nowhere:"})
    assert ders(usual) == ders(roots)
    for inherited in (
        {"NODE_EXTRA_CA_CERTS": str(corporate)},
        {"SSL_CERT_DIR": f"/nowhere:{folder}"},
    ):
        found = trust.write_origins(tmp_path, roots, inherited)
        assert ders(found) == ders(roots, corporate)


def test_a_folder_of_authorities_has_the_bundle_alone(tmp_path, ca):
    made = write(tmp_path, ca, {})
    (file,) = made.pems.iterdir()
    assert file.read_bytes() == made.bundle.read_bytes()


def test_php_is_told_of_the_bundle(tmp_path, ca):
    made = write(tmp_path, ca, {})
    (ini,) = made.php.iterdir()
    assert ini.read_text().splitlines() == [
        f'curl.cainfo="{made.bundle}"',
        f'openssl.cafile="{made.bundle}"',
    ]


def test_wget_s_own_settings_come_before_ours(tmp_path, ca):
    mine = tmp_path / "mine"
    mine.write_text("tries = 7")
    made = write(tmp_path, ca, {"SYSTEM_WGETRC": str(mine)})
    assert made.wgetrc.read_text() == f"tries = 7\nca_certificate={made.bundle}\n"


def test_the_shims_are_part_of_the_package(tmp_path, ca):
    made = write(tmp_path, ca, {})
    assert made.node_preload.is_file()
    assert made.ruby_preload.is_file()
    assert (made.python / "sitecustomize.py").is_file()
