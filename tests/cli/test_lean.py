"""A run in a strict replay, which mitmproxy is no part of until it is needed."""

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from cli.helpers import MITMVCR, answer, lines, need, write_cassette
from cli.test_process import WAITS, ended, wait_until_ready
from mitmvcr.proxy.ca import AuthorityError, backdated, ensure_ca, is_sound
from patience import PATIENCE

URLS = [f"{scheme}://api.test/a" for scheme in ("http", "https")]
STRICT = ("run", "--mode", "replay_only", "--cassette")
TRACED = ("strace", "-f", "-qq", "-e", "trace=connect", "-o")
#: On this machine, or a file; of UDP a client looks for its own address so.
NEAR = re.compile(r'sin_addr=inet_addr\("127\.|AF_UNIX|AF_NETLINK|AF_UNSPEC')


@pytest.fixture
def cassette(tmp_path):
    return write_cassette(tmp_path / "a.yaml", *(answer(url, b"a") for url in URLS))


def test_it_opens_no_socket_but_on_this_machine(cli, cassette, tmp_path) -> None:
    """Also once mitmproxy has the miss."""
    need("strace", shutil.which("strace"))
    trace = tmp_path / "trace"
    words = [*MITMVCR, *STRICT, cassette, "--", "curl", "-sw", "%{http_code} "]
    words += [*URLS, "https://api.test/miss", "-o", "/dev/null"]
    ran = subprocess.run(
        [*TRACED, trace, *words],
        env=cli.environment(),
        cwd=cli.cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 100, ran.stderr
    assert "replayed 2, missed 1" in ran.stderr
    connects = [x for x in trace.read_text().splitlines() if "connect(" in x]
    assert connects
    assert [each for each in connects if not NEAR.search(each)] == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_as_ever(cli, cassette, name) -> None:
    process = cli.start(*STRICT, cassette, *cli.python(WAITS), start_new_session=True)
    with ended(process):
        wait_until_ready(process)
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + getattr(signal, name)
    assert "replayed 0, missed 0, unused 2" in lines(err)[-1]


def test_a_new_home_gets_an_authority(cli, cassette, tmp_path) -> None:
    home = tmp_path / "home"
    words = ("--", "curl", "-sS", *URLS)
    ran = cli(*STRICT, cassette, *words, env={"MITMVCR_HOME": str(home)})
    assert (ran.returncode, ran.stdout) == (0, "aa"), ran.stderr
    assert looks_sound(home)


def looks_sound(home: Path) -> bool:
    return is_sound(home / "mitmproxy-ca.pem", home / "mitmproxy-dhparam.pem")


def test_the_quick_look_is_content_with_what_is_sound_alone(tmp_path) -> None:
    ensure_ca(tmp_path)
    assert looks_sound(tmp_path)
    authority = tmp_path / "mitmproxy-ca.pem"
    pem = authority.read_bytes()
    end = b"-----END EC PRIVATE KEY-----\n"
    key, _, certificate = pem.partition(end)
    other = tmp_path / "other"
    ensure_ca(other)
    others, _, _ = (other / "mitmproxy-ca.pem").read_bytes().partition(end)
    locked = load_pem_private_key(pem, None).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")
    )
    for damaged in (b"", key, certificate, others + end + certificate):
        authority.write_bytes(damaged)
        assert not looks_sound(tmp_path)
    for damaged in (locked + certificate, key + end, pem.replace(b"MII", b"XXX")):
        authority.write_bytes(damaged)
        assert not looks_sound(tmp_path)
    authority.write_bytes(pem)
    (tmp_path / "mitmproxy-dhparam.pem").write_text("none")
    assert not looks_sound(tmp_path)
    (tmp_path / "mitmproxy-dhparam.pem").unlink()
    assert not looks_sound(tmp_path)


def test_an_authority_of_another_time_has_expired(tmp_path) -> None:
    with backdated(20 * 365 * 24 * 3600):
        ensure_ca(tmp_path)
    assert not looks_sound(tmp_path)
    with pytest.raises(AuthorityError, match="has expired; delete "):
        ensure_ca(tmp_path)


def test_an_authority_of_a_later_day_is_told(tmp_path) -> None:
    """Clients would refuse it, each with words of its own."""
    told = (
        r"is good from \d{4}-\d\d-\d\d on, and the clock here says \d{4}-.*, or delete "
    )
    with backdated(-5 * 24 * 3600), pytest.raises(AuthorityError, match=told):
        ensure_ca(tmp_path)
    assert not looks_sound(tmp_path)
    with pytest.raises(AuthorityError, match=told):
        ensure_ca(tmp_path)
