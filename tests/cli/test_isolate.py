"""``run --isolate``: nothing of the command's leaves but through the proxy.

Real programs on addresses that nobody has (RFC 5737, RFC 3849), so that what got past
us would go nowhere, and on an origin that listens on this machine's loopback.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.helpers import (
    MITMVCR,
    PATIENCE,
    Cli,
    answer,
    lines,
    need,
    run_under,
    write_cassette,
)
from gobuild import binary
from leaving_out import leave_out
from mitmvcr.cli.child import trust
from mitmvcr.cli.isolate import network, setup
from mitmvcr.store.store import FileStore
from ports import free_port

URL = "https://api.example.test/greeting"
ELSEWHERE = "198.51.100.7"
GO = Path(__file__).parent / "programs" / "direct_go"
ISOLATED = ("--mode", "replay_only", "--isolate")

if sys.platform != "linux":
    leave_out("network namespaces are Linux's")


@pytest.fixture
def cassette(tmp_path):
    return write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))


@pytest.fixture
def isolated(cli, cassette):
    """A strict replay, isolated."""

    def run(*words, env=None, stdin=""):
        options = ("--cassette", cassette, *ISOLATED)
        return cli("run", *options, *words, env=env, stdin=stdin)

    return run


def without(capabilities: str) -> list[str]:
    """A prefix: root with less than all capabilities."""
    if os.geteuid():
        leave_out("only root has capabilities to lose")
    need("setpriv", shutil.which("setpriv"))
    return ["setpriv", "--bounding-set", capabilities]


ALLOW = "say --isolate-allow HOST:PORT if it may"
REMEDY = f": let it read HTTPS_PROXY, add --transparent, or {ALLOW}"


def left(stderr: str) -> str:
    """What is told to have tried to leave."""
    head = "mitmvcr: tried to leave past the proxy: "
    found = [line for line in lines(stderr) if line.startswith(head)]
    told = found[0].removeprefix(head) if found else ""
    return told.removesuffix(REMEDY).removesuffix(f": {ALLOW}")


# What is kept in


@pytest.fixture
def unprivileged(home) -> Iterator[Cli]:
    """For a user who may do nothing special; as root we become one, who may still read
    what root has installed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(home, folder / "home")
        yield _As(folder / "home", folder)


class _As(Cli):
    def prefix(self) -> list[str]:
        if os.geteuid():
            return []
        need("setpriv", shutil.which("setpriv"))
        shutil.chown(self.cwd, "nobody")
        for path in self.cwd.rglob("*"):
            shutil.chown(path, "nobody")
        caps = "-all,+dac_read_search"
        who = ["--reuid", "nobody", "--regid", "65534", "--clear-groups"]
        which = ["--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", caps]
        return ["setpriv", *who, *which]

    def __call__(self, *words, env=None, stdin=""):
        return subprocess.run(
            [*self.prefix(), *MITMVCR, *map(str, words)],
            cwd=self.cwd,
            env=self.environment(**(env or {})),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


#: With what any system has. Each fails at once, or the run would not end in time.
TRIES = f"""
id -u
curl -s -m 50 --noproxy '*' http://{ELSEWHERE}/; echo curl: $?
curl -s -m 50 --noproxy '*' http://{ELSEWHERE}/; echo curl: $?
curl -s -m 50 --noproxy '*' https://api.example.test/; echo curl: $?
bash -c 'echo x > /dev/udp/203.0.113.5/9999'
curl -sS {URL}
"""
REFUSED, UNKNOWN = 7, 6  # curl's


@pytest.mark.parametrize("who", ["cli", "unprivileged"])
def test_what_tries_to_leave_fails_at_once_and_is_told_by_address(who, request):
    cli = request.getfixturevalue(who)
    cassette = write_cassette(cli.cwd / "chat.yaml", answer(URL, b"hello"))
    words = ("--cassette", cassette, *ISOLATED, "--report", "r.json")
    ran = cli("run", *words, "sh", "-c", TRIES)
    uid, *codes, hello = ran.stdout.splitlines()
    assert codes == [f"curl: {code}" for code in (REFUSED, REFUSED, UNKNOWN)]
    assert hello == "hello"
    nobody = who == "unprivileged" and os.geteuid() == 0
    assert uid == str(65534 if nobody else os.getuid())
    told = left(ran.stderr)
    assert f"{ELSEWHERE}:80 (2), udp " in told
    assert '"api.example.test" (' in told
    assert "udp 203.0.113.5:9999 (1)" in told
    assert ran.returncode == 100
    (found,) = json.loads((cli.cwd / "r.json").read_text())["findings"]
    assert (found["kind"], found["fails"]) == ("leaving", True)
    assert told in found["text"]


def test_the_same_commands_get_out_without_it(cli, cassette, origin):
    """The control: the origin is where a program would find it."""
    words = ("curl", "-s", "--noproxy", "*", f"{origin.http_url}/json")
    ran = cli("run", "--cassette", cassette, "--mode", "replay_only", *words)
    assert origin.hits().requests == ("GET /json",)
    assert ran.returncode == 100


LWP = """
my $ua = LWP::UserAgent->new(timeout => 50);
print $ua->get($_)->code, "\\n" for @ARGV;
"""


def test_perl_s_lwp_that_reads_no_proxy_variable(isolated, origin):
    probe = ["perl", "-MLWP::UserAgent", "-e", "1"]
    found = subprocess.run(probe, capture_output=True, check=False)
    need("LWP (Debian: libwww-perl)", found.returncode == 0)
    urls = (f"{origin.http_url}/json", f"http://{ELSEWHERE}:8080/")
    own = ("env", "-u", "PERL_LWP_ENV_PROXY", "perl")
    ran = isolated(*own, "-MLWP::UserAgent", "-e", LWP, *urls)
    assert ran.stdout == "500\n500\n"
    assert origin.hits().connections == 0
    assert f"{ELSEWHERE}:8080 (1){REMEDY}\n" in ran.stderr
    assert ran.returncode == 100


def test_python_s_http_client(isolated, cli, origin):
    code = f"""
import http.client
for place in ("127.0.0.1:{origin.http_port}", "{ELSEWHERE}:443"):
    try: http.client.HTTPConnection(place, timeout=50).request("GET", "/json")
    except OSError as e: print(e.strerror)
"""
    program, *rest = cli.python(code)
    ran = isolated(program, "-I", *rest)  # without our shim
    assert ran.stdout == "Connection refused\n" * 2, ran.stderr
    assert origin.hits().connections == 0
    assert left(ran.stderr) == f"{ELSEWHERE}:443 (1)"


#: Outside there are eight ports to be had by who names none.
FEW = """
import os, pathlib, sys
from mitmvcr.cli.isolate import network
network.unshare(network.CLONE_NEWNET)
network.bring_up("lo")
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40007")
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_the_proxy_s_port_is_nobody_s_outside(cli, cassette):
    """With a number of its own choice it was, once in 14,000 times, that of a server
    out here: who looked for that one found the proxy."""
    if os.geteuid():
        leave_out("another network to be outside of takes root")
    show = ("sh", "-c", "echo $HTTP_PROXY")
    allow = [f"--isolate-allow={port}" for port in (40001, 40003, 40005, 40007)]
    words = ("run", "--cassette", cassette, *ISOLATED, "--allow-idle", *allow, *show)
    ran = run_under([sys.executable, "-c", FEW], cli, *words)
    port = ran.stdout.strip().rpartition(":")[2]
    assert port in ("40000", "40002", "40004", "40006"), ran.stderr


def test_a_go_program_with_a_transport_of_its_own(isolated, origin):
    urls = (f"{origin.http_url}/json", f"http://{ELSEWHERE}/", "http://a.test/")
    ran = isolated(binary(GO), *urls)
    assert ran.stdout == "failed\n" * 3
    assert origin.hits().connections == 0
    assert f"{ELSEWHERE}:80 (1)" in left(ran.stderr)
    assert '"a.test" (' in left(ran.stderr)


def test_who_knows_of_no_proxy_is_answered_all_the_same(isolated, cli, tmp_path):
    """By name, on both ports, in parallel; no name is looked up outside."""
    urls = ("https://api.example.test/greeting", "http://api.example.test/plain")
    chat = [answer(url, url.encode()) for url in urls]
    cassette = write_cassette(tmp_path / "both.yaml", *chat)
    words = ("run", "--cassette", cassette, *ISOLATED, "--transparent")
    direct = ("curl", "-sS", "--parallel", "--noproxy", "*")
    ran = cli(*words, *direct, *urls)
    assert ran.returncode == 0, ran.stderr
    for url in urls:
        assert url in ran.stdout
    assert left(ran.stderr) == ""


#: As root, in a mount namespace of its own, with another file of hosts.
NAMED = ("unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"')


@pytest.mark.parametrize("who", ["cli", "unprivileged"])
def test_who_goes_by_the_system_s_authorities_alone_trusts_ours_too(who, request):
    cli = request.getfixturevalue(who)
    file = next(file for file in map(Path, trust.SYSTEM_ROOTS) if file.is_file())
    before = file.read_bytes()
    cassette = write_cassette(cli.cwd / "chat.yaml", answer(URL, b"hello"))
    words = ("--cassette", cassette, *ISOLATED, "env", "-u", "CURL_CA_BUNDLE")
    by_it = ("sh", "-c", f"curl -sS --cacert {file} {URL} && head -c 2000 {file}")
    ran = cli("run", *words, *by_it)
    hello = f"hello{before[:2000].decode('utf-8', 'replace')}"
    assert (ran.returncode, ran.stdout) == (0, hello), ran.stderr
    assert file.read_bytes() == before, "it is changed for all"


def test_a_run_within_a_run_is_trusted_too(cli, tmp_path):
    """Where a file without a name lies over another nothing can be put over it."""
    if os.geteuid():
        leave_out("what another user has covered cannot be uncovered")
    inner = write_cassette(tmp_path / "inner.yaml", answer(URL, b"hello"))
    named, run = tmp_path / "hosts", (*MITMVCR, "run", *ISOLATED, "--transparent")
    named.write_text(f"127.0.0.1 localhost\n{ELSEWHERE} api.example.test\n")
    within = (*run, "--cassette", inner, "--", "env", "-u", "CURL_CA_BUNDLE")
    file = next(file for file in map(Path, trust.SYSTEM_ROOTS) if file.is_file())
    asked = ("curl", "-sS", "--noproxy", "*", "--cacert", file, URL)
    around = ("run", *ISOLATED, "--transparent", "--allow-idle", "--cassette")
    outer = write_cassette(tmp_path / "outer.yaml", answer(URL, b"not this"))
    ran = run_under([*NAMED, named], cli, *around, outer, "--", *within, *asked)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr
    assert "not among the system's" not in ran.stderr


#: As a system that lets nobody put something over its files of authorities, or over
#: the second of them.
REFUSING = """
import errno, os, sys
from mitmvcr.cli.isolate import network, setup
real, done, which = network.cover, [], int(sys.argv[1])
def cover(path, *file):
    if file and path in map(os.path.realpath, setup.SYSTEM_ROOTS):
        done.append(path)
        if len(done) >= which:
            raise OSError(errno.EACCES, "Permission denied", "mount")
    real(path, *file)
network.cover = cover
setup.SYSTEM_ROOTS = sys.argv[2].split(":")
sys.argv[1:] = sys.argv[3:]
import runpy
runpy.run_module("mitmvcr", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("which", [1, 2])
def test_where_the_system_s_authorities_cannot_be_covered_none_is(
    cli, cassette, tmp_path, which
):
    """It is isolated all the same, and its client does not trust us in the one program
    and distrust us in the other."""
    files = [tmp_path / "a.pem", tmp_path / "b.pem"]
    for file in files:
        file.write_text("own\n")
    names = ":".join(map(str, files))
    code = f"cat {names.replace(':', ' ')}; curl -sS {URL}"
    words = ("run", "--cassette", cassette, *ISOLATED, "sh", "-c", code)
    ran = subprocess.run(
        [sys.executable, "-c", REFUSING, str(which), names, *map(str, words)],
        cwd=cli.cwd,
        env=cli.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ran.returncode, ran.stdout.split()) == (0, ["own", "own", "hello"])
    assert lines(ran.stderr)[0].startswith(
        "mitmvcr: --isolate: the proxy's authority is not among the system's here"
        " (mount: Permission denied): "
    ), ran.stderr


def test_a_system_s_file_without_room_for_ours_is_one_line(cli, cassette, tmp_path):
    """Half of a certificate would spoil all of the others."""
    if os.geteuid():
        leave_out("only root may mount")
    small = tmp_path / "small"
    small.mkdir()
    within = f'mount -t tmpfs -o size=64k none {small}; TMPDIR={small} exec "$@"'
    prefix = ("unshare", "-m", "sh", "-ec", within, "sh")
    ran = run_under(prefix, cli, "run", "--cassette", cassette, *ISOLATED, "true")
    assert ran.returncode == 125
    told = lines(ran.stderr)
    assert "no space left on device" in told[-1], ran.stderr
    assert "TMPDIR" in told[-1], ran.stderr
    assert "namespace" not in told[-1], ran.stderr


def test_in_a_chroot_it_stays_there(cli, cassette, tmp_path):
    if os.geteuid():
        leave_out("only root may chroot")
    root = tmp_path / "root"
    root.mkdir()
    within = f"""
        mount --rbind / {root} && mount -t tmpfs none {root}/srv
        echo here > {root}/srv/it && exec chroot {root} "$@"
    """
    prefix = ("unshare", "-m", "sh", "-ec", within, "sh")
    asked = ("sh", "-c", f"cat /srv/it; curl -sS {URL}")
    ran = run_under(prefix, cli, "run", "--cassette", cassette, *ISOLATED, *asked)
    assert (ran.returncode, ran.stdout) == (0, "here\nhello"), ran.stderr


@pytest.mark.parametrize(
    ("who", "transparent"), [("cli", True), ("unprivileged", True), ("cli", False)]
)
def test_a_name_of_the_file_of_hosts_is_answered_too(
    request, tmp_path, who, transparent
):
    """As of docker's ``extra_hosts``; without, it is where the file says."""
    cli = request.getfixturevalue(who)
    cassette = write_cassette(cli.cwd / "chat.yaml", answer(URL, b"hello"))
    prefix = [] if who == "cli" else cli.prefix()
    if os.geteuid():
        leave_out("another file of hosts takes root")
    named = tmp_path / "hosts"
    lines_of_it = ("127.0.0.1 localhost", f"{ELSEWHERE} api.example.test other.test")
    named.write_text("".join(f"{line}\n" for line in lines_of_it))
    options = ["--transparent"] if transparent else []
    code = "curl -s --noproxy '*' $0; echo; cat /etc/hosts"
    words = ["run", "--cassette", cassette, *ISOLATED, *options, "sh", "-c", code, URL]
    ran = run_under([*NAMED, named, *prefix], cli, *words)
    told = ran.stdout.splitlines()
    if transparent:
        moved = ("198.18.0.1 api.example.test", "198.18.0.2 other.test")
        assert told == ["hello", lines_of_it[0], *moved], ran.stderr
        assert left(ran.stderr) == ""
    else:
        assert told == ["", *lines_of_it], ran.stderr
        assert left(ran.stderr) == f"{ELSEWHERE}:443 (1)"


def test_what_goes_to_loopback_in_vain_is_told_once(isolated):
    """As a name that the file of hosts has there: it was reset without a word."""
    direct = ("curl", "-s", "--noproxy", "*", "-o", os.devnull, "-w", "%{exitcode} ")
    named = ("--resolve", "api.example.test:443:127.0.0.1")
    ran = isolated("--transparent", "--allow-idle", *direct, *named, URL, URL)
    assert "0" not in ran.stdout.split()
    (line,) = (each for each in ran.stderr.splitlines() if "127.0.0.1:443" in each)
    assert "nothing of the command listens there" in line
    assert "--isolate-allow HOST:PORT" in line


def test_what_is_not_in_the_cassette_misses_and_other_ports_are_told(
    isolated, cassette
):
    elsewhere = f"http://{ELSEWHERE}:81/"
    urls = ("https://other.test/", "https://other.test:8443/", elsewhere)
    direct = ("curl", "-s", "--noproxy", "*", "-o", os.devnull, "-w", "%{http_code} ")
    ran = isolated("--transparent", *direct, *urls)
    assert ran.stdout == "424 000 000 "
    told = f"other.test:8443 (1), {ELSEWHERE}:81 (1): add --transparent-port PORT, or "
    assert f"proxy: {told}{ALLOW}" in ran.stderr
    assert ran.returncode == REFUSED


@pytest.mark.parametrize("who", ["cli", "unprivileged"])
def test_an_address_without_a_name_is_answered_too(request, who):
    """As programs dial it that find a service by themselves, or a cloud's metadata."""
    cli = request.getfixturevalue(who)
    urls = (
        "http://169.254.169.254/a",
        f"http://{ELSEWHERE}/b",
        f"https://{ELSEWHERE}/c",
    )
    chat = [answer(url, f"{url} ".encode()) for url in (*urls, urls[0])]
    cassette = write_cassette(cli.cwd / "chat.yaml", *chat)
    words = ("run", "--cassette", cassette, *ISOLATED, "--transparent")
    missed, other = f"http://{ELSEWHERE}/other", f"http://{ELSEWHERE}:81/"
    direct = ("curl", "-s", "--noproxy", "*", *urls, urls[0])
    ran = cli(*words, *direct)
    assert (ran.returncode, ran.stdout.split()) == (0, [*urls, urls[0]]), ran.stderr
    ran = cli(*words, *direct[:4], urls[1], missed, other, "-w", " %{http_code} ")
    assert [each for each in ran.stdout.split() if each.isdecimal()][-1:] == ["000"]
    assert f"missed: GET {missed}" in ran.stderr
    assert left(ran.stderr).startswith(f"{ELSEWHERE}:81 (1)")


def test_an_address_without_a_name_is_recorded(cli, tmp_path, origin):
    if os.geteuid():
        leave_out("another address of this machine takes root")
    url, cassette = f"http://{ELSEWHERE}:8765/json", tmp_path / "chat.yaml"
    serve = f"""
        ip address add {ELSEWHERE}/32 dev lo && ip link set lo up
        {sys.executable} -m http.server -b {ELSEWHERE} 8765 >&2 & sleep 2; "$@"; kill $!
    """
    port = ("--transparent", "--transparent-port", "8765")
    words = ("run", "--cassette", cassette, "--isolate", *port)
    asked = ("curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--noproxy", "*")
    within = ("unshare", "-n", "sh", "-c", serve, "sh")
    ran = run_under(within, cli, *words, *asked, url)
    assert (ran.returncode, ran.stdout) == (0, "404"), ran.stderr
    (found,) = FileStore(cassette).load().interactions
    assert found.request.url == url


def test_the_control_api_may_have_a_port_that_is_carried_to_the_proxy(isolated):
    words = ("--transparent", "--include-localhost", "--allow-idle")
    port = str(free_port())
    both = ("--transparent-port", port, "--control", port)
    code = "curl -sS --noproxy '*' $MITMVCR_CONTROL_URL/sessions"
    ran = isolated(*words, *both, "sh", "-c", code)
    assert ran.returncode == 0, ran.stderr
    assert '"name": "default"' in ran.stdout


def test_other_ports_that_are_named_are_carried_to_the_proxy_too(cli, tmp_path):
    urls = "http://other.test:8080/a", "https://api.example.test:8443/b"
    chat = [answer(url, url.encode()) for url in urls]
    cassette = write_cassette(tmp_path / "ports.yaml", *chat)
    ports = ("--transparent-port", "8080", "--transparent-port", "8443")
    direct = ("curl", "-sS", "--noproxy", "*", *urls)
    words = ("run", "--cassette", cassette, *ISOLATED, "--transparent", *ports)
    ran = cli(*words, *direct)
    assert (ran.returncode, ran.stdout) == (0, "".join(urls)), ran.stderr


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_local_service_is_recorded_of_a_go_program_too(cli, tmp_path, origin, host):
    """Go, Java and Ruby send nothing to a proxy that is for loopback."""
    cassette, port = tmp_path / "local.yaml", urlsplit(origin.http_url).port
    url = f"http://{host}:{port}/json"
    words = ("run", "--cassette", cassette, "--isolate", "--include-localhost")
    go = ("--transparent", "--transparent-port", port, "--", binary(GO), url)
    for replayed in (0, 1):
        ran = cli(*words, *go)
        assert (ran.returncode, ran.stdout) == (0, "200\n"), ran.stderr
        assert f"replayed {replayed}, missed 0, unused 0" in ran.stderr
        assert origin.hits().requests == ("GET /json",)
    (found,) = FileStore(cassette).load().interactions
    assert found.request.url == url
    # As it is recorded and replayed of those who know of the proxy.
    ran = cli(*words, "curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", url)
    assert (ran.returncode, ran.stdout) == (0, "200"), ran.stderr


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_local_service_is_replayed_over_tls_too(cli, tmp_path, host):
    url = f"https://{host}:9443/a"
    cassette = write_cassette(tmp_path / "local.yaml", answer(url, b"hello"))
    words = ("run", "--cassette", cassette, *ISOLATED, "--include-localhost")
    ports = ("--transparent", "--transparent-port", "9443")
    ran = cli(*words, *ports, "curl", "-sS", "--noproxy", "*", url)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr


def test_what_is_allowed_on_a_port_that_is_carried_to_the_proxy_goes_past_it(
    isolated, origin
):
    port = urlsplit(origin.http_url).port
    words = ("--transparent", "--transparent-port", port, "--isolate-allow", port)
    direct = ("curl", "-sS", "--noproxy", "*", f"http://127.0.0.1:{port}/json")
    ran = isolated(*words, "--allow-idle", *direct)
    assert ran.returncode == 0, ran.stderr
    assert origin.hits().requests == ("GET /json",)


def test_ipv6_is_seen_where_there_is_a_tunnel(isolated):
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        leave_out(f"/dev/net/tun: {error.strerror}")
    code = """
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET6, kind) as s:
        s.settimeout(50)
        try:
            s.connect(("2001:db8::7", 443))
            s.send(b"x"); s.recv(1)
        except OSError as e: print(e.strerror)
"""
    ran = isolated(sys.executable, "-c", code)
    assert ran.stdout == "Connection refused\nPermission denied\n"
    assert left(ran.stderr) == "[2001:db8::7]:443 (1), udp [2001:db8::7]:443 (1)"


def test_ipv6_goes_nowhere_either_way(unprivileged):
    cassette = write_cassette(unprivileged.cwd / "c.yaml", answer(URL, b"hello"))
    words = ("curl", "-s", "-m", "50", "-g", "--noproxy", "*", "http://[2001:db8::7]/")
    ran = unprivileged("run", "--cassette", cassette, *ISOLATED, *words)
    assert ran.returncode == REFUSED


def test_a_blind_namespace_is_as_tight_and_says_so(cli, cassette):
    words = ("run", "--cassette", cassette, *ISOLATED)
    fetch = ("curl", "-sS", "-m", "50", "--noproxy", "*", f"http://{ELSEWHERE}/")
    ran = run_under(without("-net_raw"), cli, *words, *fetch)
    assert ran.returncode == REFUSED
    told = "blocked, but cannot be listed by address here (Operation not permitted)"
    assert told in lines(ran.stderr)[0]


def test_a_daemon_that_looks_names_up_is_out_of_reach(cli, cassette, tmp_path):
    path = tmp_path / "daemon"
    ask = f"""
import os, socket
for path in ({str(path)!r}, {str(tmp_path / "other")!r}):
    with socket.socket(socket.AF_UNIX) as s:
        print(s.connect_ex(path) == 0)
print(os.getcwd())
"""
    start = (
        "import mitmvcr.cli as c, mitmvcr.cli.isolate.setup as f;"
        f"f._NAME_DAEMONS = ({str(path)!r},); raise SystemExit(c.main())"
    )
    with (
        socket.socket(socket.AF_UNIX) as daemon,
        socket.socket(socket.AF_UNIX) as other,
    ):
        for each, place in ((daemon, path), (other, tmp_path / "other")):
            each.bind(str(place))
            each.listen()
        words = ["run", "--cassette", cassette, *ISOLATED, *cli.python(ask)]
        ran = subprocess.run(
            [sys.executable, "-c", start, *map(str, words)],
            cwd=cli.cwd,
            env=cli.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert ran.stdout == f"False\nTrue\n{tmp_path}\n", ran.stderr


def test_a_name_server_on_loopback_or_with_an_ipv6_address_is_seen_too(
    cli, cassette, tmp_path
):
    """As systemd-resolved's stub; the program asks it as its libc would."""
    named = tmp_path / "resolv.conf"
    servers = ("127.0.0.53", "2001:db8:53::1", "fe80::1%eth0")
    named.write_text("".join(f"nameserver {each}\n" for each in servers))
    ask = f"""
import socket, struct
for place in {servers[:2]!r}:
    kind = socket.AF_INET6 if ":" in place else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as s:
        s.settimeout(50)
        question = b"\\1a\\4test\\0\\0\\1\\0\\1"
        s.sendto(struct.pack("!6H", 7, 256, 1, 0, 0, 0) + question, (place, 53))
        print(s.recv(512)[3] & 15)
"""
    start = (
        "import pathlib, mitmvcr.cli as c, mitmvcr.cli.isolate.setup as f;"
        f"f._RESOLV_CONF = pathlib.Path({str(named)!r}); raise SystemExit(c.main())"
    )
    words = ("run", "--cassette", cassette, *ISOLATED, *cli.python(ask))
    ran = subprocess.run(
        [sys.executable, "-c", start, *map(str, words)],
        cwd=cli.cwd,
        env=cli.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.stdout == "3\n3\n", ran.stderr
    told = 'udp 127.0.0.53:53 "a.test" (1), udp [2001:db8:53::1]:53 "a.test" (1)'
    assert left(ran.stderr) == told


# What goes on as ever


def test_a_client_that_reads_the_variables_is_answered(isolated):
    ran = isolated("curl", "-sS", URL)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr
    assert "tried to leave" not in ran.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_proxy_is_found_by_address_and_by_name(isolated, host):
    fetch = f"curl -sS -x http://{host}:${{HTTPS_PROXY##*:}} {URL}"
    ran = isolated("sh", "-c", fetch)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr


def test_a_large_answer_comes_whole(cli, tmp_path):
    body = os.urandom(1 << 20) * 8
    cassette = write_cassette(tmp_path / "large.yaml", answer(URL, body))
    words = ("--cassette", cassette, *ISOLATED, "curl", "-sS", "-o", "got", URL)
    ran = cli("run", *words)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "got").read_bytes() == body


def test_a_recording_goes_out_through_the_proxy(cli, origin, tmp_path):
    url = f"{origin.http_url}/json"
    script = (
        f"curl -sS {url}; curl -s -m 50 --noproxy '*' http://{ELSEWHERE}/;"
        f" curl -s --noproxy '*' {url}; exit 0"
    )
    options = ("--cassette", "new.yaml", "--isolate", "--include-localhost")
    ran = cli("run", *options, "sh", "-c", script)
    assert ran.returncode == 0, ran.stderr
    assert origin.hits().requests == ("GET /json",)
    (held,) = FileStore(tmp_path / "new.yaml").load().interactions
    assert held.request.url == url
    assert left(ran.stderr).startswith(f"{ELSEWHERE}:80 (1); ")
    assert "is not recorded" in left(ran.stderr)
    again = cli("run", *options, "curl", "-sS", url)
    assert (again.returncode, again.stdout) == (0, ran.stdout), again.stderr
    assert origin.hits().requests == ("GET /json",)


def test_the_command_s_own_servers_are_its_own(isolated, cli, origin):
    """Also on a port that somebody has out here."""
    code = f"""
import socket, threading, urllib.request as u
server = socket.create_server(("127.0.0.1", {origin.http_port}))
def serve():
    taken, _ = server.accept()
    taken.recv(9999); taken.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nmine"); taken.close()
threading.Thread(target=serve).start()
print(u.urlopen("{origin.http_url}/").read().decode())
print(u.urlopen("{URL}").read().decode())
"""
    ran = isolated(*cli.python(code))
    assert (ran.returncode, ran.stdout) == (0, "mine\nhello\n"), ran.stderr
    assert origin.hits().connections == 0


def test_stdin_and_the_folder_are_the_child_s(isolated, tmp_path):
    ran = isolated("--allow-idle", "sh", "-c", "pwd; cat", stdin="abc")
    assert (ran.returncode, ran.stdout) == (0, f"{tmp_path}\nabc")


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_the_exit_code_is_the_child_s(isolated, code):
    assert isolated("--allow-idle", "sh", "-c", f"exit {code}").returncode == code


def test_a_signal_that_ends_it_is_told(isolated):
    ran = isolated("sh", "-c", "kill -TERM $$")
    assert ran.returncode == 128 + signal.SIGTERM


def test_a_program_that_cannot_be_executed(isolated, tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nothing")
    program.chmod(0o755)
    assert isolated(program).returncode == 126


COUNTS = """
import signal, sys, time
got = []
for name in ("SIGINT", "SIGTERM"):
    signal.signal(getattr(signal, name), lambda number, frame: got.append(number))
print("ready", flush=True)
deadline = time.monotonic() + 60
while not got and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.5)
raise SystemExit(40 + len(got))
"""


def test_a_signal_is_passed_on_once(cli):
    words = ("run", "--cassette", "new", "--isolate", *cli.python(COUNTS))
    process = cli.start(*words, start_new_session=True)
    try:
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 41


def test_ctrl_c_reaches_it_once(cli):
    ours, theirs = os.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    words = ("run", "--cassette", "new", "--isolate", *cli.python(COUNTS))
    terminal = {"stdin": theirs, "start_new_session": True, "pass_fds": [theirs]}
    process = cli.start(*words, **terminal, preexec_fn=take_terminal)
    try:
        assert process.stdout.readline() == "ready\n"
        os.write(ours, b"\x03")
        process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
        os.close(theirs)
    assert process.returncode == 41


def test_a_child_in_the_background_does_not_hold_us_up(isolated):
    ran = isolated("--allow-idle", "sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!")
    sleeper = int(ran.stdout)
    os.kill(sleeper, signal.SIGKILL)  # it is there: the run has not waited
    assert ran.returncode == 0


# What is allowed besides


@pytest.mark.parametrize("form", ["{port}", "127.0.0.1:{port}", "localhost:{port}"])
def test_a_server_out_here_may_be_allowed(isolated, origin, form):
    place = form.format(port=origin.http_port)
    url = f"http://{place if ':' in place else f'127.0.0.1:{place}'}/json"
    ran = isolated("--allow-idle", "--isolate-allow", place, "curl", "-sS", url)
    assert ran.returncode == 0, ran.stderr
    assert "{" in ran.stdout
    assert origin.hits().requests == ("GET /json",)


#: A network of its own, where 10.77.0.1 is this machine, and a server there.
OUTSIDE = """
import socket, subprocess, sys, threading
from mitmvcr.cli.isolate import network
network.unshare(network.CLONE_NEWNET)
network.bring_up("lo")
network.add_address("10.77.0.1", 1)
network.add_address("2001:db8:77::1")
for address in ("10.77.0.1", "2001:db8:77::1"):
    server = network.listen(address, 5432)
    def serve(server=server):
        taken, _ = server.accept()
        taken.sendall(b"database " + taken.recv(100)); taken.close()
    threading.Thread(target=serve, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def test_another_machine_may_be_allowed_by_address(cli, cassette):
    if os.geteuid():
        leave_out("another network to be outside of takes root")
    ask = """
import socket
for place in (("10.77.0.1", 5432), ("2001:db8:77::1", 5432), ("10.77.0.1", 5433)):
    try:
        with socket.create_connection(place, timeout=50) as s:
            s.sendall(b"asked"); s.shutdown(socket.SHUT_WR); print(s.recv(100).decode())
    except OSError as e: print(e.strerror)
"""
    allow = [
        *("--isolate-allow", "10.77.0.1:5432"),
        *("--isolate-allow", "[2001:db8:77::1]:5432"),
    ]
    words = ["run", "--cassette", cassette, *ISOLATED, *allow, *cli.python(ask)]
    ran = run_under([sys.executable, "-c", OUTSIDE], cli, *words)
    assert ran.stdout == "database asked\n" * 2 + "Connection refused\n", ran.stderr
    assert left(ran.stderr) == "10.77.0.1:5433 (1)"


def test_what_is_allowed_and_not_there_is_told(isolated):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fetch = ("curl", "-s", "-m", "50", f"http://127.0.0.1:{port}/")
    ran = isolated("--isolate-allow", str(port), *fetch)
    assert ran.returncode not in (0, 28)
    told = f"mitmvcr: --isolate-allow 127.0.0.1:{port}: cannot connect: "
    assert any(line.startswith(told) for line in lines(ran.stderr))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--isolate-allow", "5432"), "it needs --isolate"),
        (("--transparent",), "it needs --isolate"),
        (("--isolate", "--transparent-port", "9200"), "it needs --transparent"),
        (("--isolate", "--transparent", "--transparent-port", "x"), "use a port, from"),
        (("--isolate", "--isolate-allow", "db"), "HOST:PORT"),
        (("--isolate", "--isolate-allow", "::1:5432"), "[IPv6]:PORT"),
        (("--isolate", "--isolate-allow", "127.0.0.1:99999"), "HOST:PORT"),
        (
            ("--isolate", "--isolate-allow", "0.0.0.0:80"),
            "not an address that a program",
        ),
        (("--isolate", "--isolate-allow", "nowhere.invalid:80"), "has no address"),
        (
            ("--isolate", "--isolate-allow", "54321", "--control", "54321"),
            "--control has that port",
        ),
    ],
)
def test_what_cannot_be_allowed_is_one_line(cli, cassette, words, told):
    ran = cli("run", "--cassette", cassette, *words, "true")
    assert ran.returncode == 125
    (line,) = ran.stderr.splitlines()
    assert told in line


def test_hosts_that_would_go_past_the_proxy_are_said_to_be_out_of_reach(isolated):
    words = ("--no-proxy", "corp.test,localhost", "--isolate-allow", "localhost:9")
    ran = isolated(*words, "--allow-idle", "true")
    told = "mitmvcr: --isolate: --no-proxy corp.test cannot be reached without"
    assert lines(ran.stderr)[0].startswith(told)
    assert ran.returncode == 0


def test_what_was_kept_in_may_be_let_pass(isolated):
    code = f"curl -s -m 50 --noproxy '*' http://{ELSEWHERE}/; curl -sS {URL}"
    ran = isolated("--no-fail-on-miss", "sh", "-c", code)
    assert ran.returncode == 0
    assert left(ran.stderr) == f"{ELSEWHERE}:80 (1)"


# Further ports

#: Opens a port in each way, and asks at each; none is left at the end.
PORTS = """
import http.client, json, os
from urllib.parse import urlsplit
control = urlsplit(os.environ["MITMVCR_CONTROL_URL"]).netloc
def call(place, method, target, wish=None, **headers):
    connection = http.client.HTTPConnection(place, timeout=50)
    headers |= {"X-Vcr-Control": "1", "Content-Type": "application/json"}
    connection.request(method, target, json.dumps(wish or {}), headers)
    return json.loads(connection.getresponse().read())
def api(*words): return call(control, *words)
def ask(url, **headers):
    connection = http.client.HTTPConnection(url.rpartition("@")[2].removeprefix("http://"))
    connection.request("GET", "http://shop.test/x", headers=headers)
    print(connection.getresponse().read().decode())
own = api("POST", "/sessions", {"cassette": "one", "allow_repeats": "all"})
ask(own["proxy_url"])
shared = api("POST", "/ports", {"session": "one"})
ask(shared["proxy_url"])
named = api("POST", "/sessions", {"cassette": "two", "port": False})
ask(named["proxy_url"], **{"X-Vcr-Cassette": "two"})
print(call(os.environ["MITMVCR_PROXY_URL"][7:], "GET", "/_vcr/health")["sessions"])
api("DELETE", f"/ports/{shared['port']}")
api("DELETE", "/sessions/one")
for each in (own, shared):
    try: ask(each["proxy_url"])
    except OSError as error: print(error.strerror)
"""


@pytest.mark.parametrize("prefix", ["root", "user"])
def test_ports_of_sessions_and_workers_are_there_too(cli, prefix):
    folder = cli.cwd / "cassettes"
    folder.mkdir()
    for name in ("one", "two"):
        found = answer("http://shop.test/x", name.encode())
        write_cassette(folder / f"{name}.yaml", found)
    words = ("run", "--cassettes", folder, *ISOLATED, *cli.python(PORTS))
    before = without("-sys_admin") if prefix == "user" else ()
    ran = run_under(before, cli, *words)
    refused = ["Connection refused"] * 2
    assert ran.stdout.splitlines() == ["one", "one", "two", "2", *refused], ran.stderr
    assert (ran.returncode, left(ran.stderr)) == (0, "")


# Where it cannot be


def test_root_in_a_container_may_need_a_user_namespace_too(cli, cassette):
    code = f"id -u; curl -s -m 50 --noproxy '*' http://{ELSEWHERE}/; curl -sS {URL}"
    words = ("run", "--cassette", cassette, *ISOLATED, "sh", "-c", code)
    ran = run_under(without("-sys_admin"), cli, *words)
    assert (ran.returncode, ran.stdout) == (100, "0\nhello"), ran.stderr
    assert left(ran.stderr) == f"{ELSEWHERE}:80 (1)"


def test_without_any_such_right_there_is_one_line(cli, cassette, tmp_path):
    words = ("run", "--cassette", cassette, *ISOLATED, "touch", tmp_path / "started")
    ran = run_under(without("-sys_admin,-setfcap"), cli, *words)
    assert ran.returncode == 125
    (line,) = ran.stderr.splitlines()
    assert "Operation not permitted" in line
    assert "--cap-add SYS_ADMIN" in line
    assert not (tmp_path / "started").exists()


#: A user namespace in which root itself may make no more namespaces.
LIMITED = """
import os, pathlib, sys
from mitmvcr.cli.isolate import network
uid, gid = os.geteuid(), os.getegid()
network.unshare(network.CLONE_NEWUSER)
write = lambda name, text: pathlib.Path("/proc", name).write_text(text)
write("self/setgroups", "deny")
write("self/uid_map", f"{uid} {uid} 1")
write("self/gid_map", f"{gid} {gid} 1")
for kind in ("user", "net"):
    write(f"sys/user/max_{kind}_namespaces", "0")
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_where_namespaces_are_not_allowed_there_is_one_line(cli, cassette, tmp_path):
    words = ["run", "--cassette", cassette, *ISOLATED, "touch", tmp_path / "started"]
    ran = run_under([sys.executable, "-c", LIMITED], cli, *words)
    assert ran.returncode == 125
    (line,) = ran.stderr.splitlines()
    root = os.geteuid() == 0
    assert line == (
        "mitmvcr: error: --isolate: this system does not allow a network namespace"
        f" (unshare: No space left on device): {'' if root else 'run it as root, or '}"
        "allow them with 'sysctl user.max_user_namespaces=10000'"
    )
    assert not (tmp_path / "started").exists()


def test_on_another_system_it_is_refused(monkeypatch, capsys, tmp_path):
    from mitmvcr import cli as command_line

    monkeypatch.setattr("mitmvcr.cli.isolate.namespace.sys.platform", "darwin")
    monkeypatch.delenv("CI", raising=False)
    cassette = str(tmp_path / "new.yaml")
    code = command_line.main(["run", "--cassette", cassette, "--isolate", "true"])
    assert code == 125
    (line,) = capsys.readouterr().err.splitlines()
    assert "needs Linux" in line
    assert "darwin" in line


def test_the_proxy_has_no_port_that_a_server_has_on_ipv6_alone(monkeypatch) -> None:
    listen = network.listen
    with socket.socket(socket.AF_INET6) as theirs:
        try:
            theirs.bind(("::1", 0))
        except OSError:
            leave_out("there is no IPv6 here")
        theirs.listen()
        offered = [theirs.getsockname()[1]]

        def offer(address, port=0):
            is_choice = address == "127.0.0.1" and offered
            return listen(address, offered.pop() if is_choice else port)

        monkeypatch.setattr(network, "listen", offer)
        assert setup._port_of_nobody(()) != theirs.getsockname()[1]
        assert not offered
