"""mitmproxy's store of certificates, as the recorder uses it."""

from pathlib import Path

import pytest
from mitmproxy.certs import Cert, CertStore, CertStoreEntry

from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.proxy.host.cert_store import compare_quickly


@pytest.mark.parametrize("quickly", [False, True])
def test_with_many_hosts_old_certificates_go_without_a_look_at_each(
    quickly: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Cert] = []
    digest = Cert.fingerprint

    def counted(cert: Cert) -> bytes:
        looked.append(cert)
        return digest(cert)

    monkeypatch.setattr(Cert, "fingerprint", counted)
    for name in ("__eq__", "__hash__"):  # what they were is put back at the end
        monkeypatch.setattr(CertStoreEntry, name, vars(CertStoreEntry)[name])
    _set_apart(monkeypatch)
    if quickly:
        compare_quickly()
    ensure_ca(tmp_path)
    store = CertStore.from_store(tmp_path, "mitmproxy", 2048)
    looked.clear()
    made = [store.get_cert(f"{n}.test", []) for n in range(store.STORE_CAP + 2)]
    assert store.get_cert("101.test", []) is made[101]
    assert store.get_cert("0.test", []) is not made[0]  # it was dropped
    assert (looked == []) is quickly


def _set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As mitmproxy has it: another test may have started the addon."""
    monkeypatch.setattr(CertStoreEntry, "__eq__", _same)


def _same(one: CertStoreEntry, other: CertStoreEntry) -> bool:
    return one.cert == other.cert
