"""Real clients, sent to the proxy by the environment alone.

The hosts are made up: a replay needs no DNS, and a client that went past the proxy
would fail on it.
"""

import http.server
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

import javabuild
from cli.helpers import (
    CLIENT_PYTHON,
    Cli,
    answer,
    need,
    within_a_run,
    write_cassette,
)
from cli.served import served
from leaving_out import leave_out
from mitmvcr.cli.child.environment import _node_word
from patience import PATIENCE

URL = "https://api.example.test/greeting"
PLAIN = "http://api.example.test/greeting"
REFS = "https://git.example.test/repo.git/info/refs?service=git-upload-pack"
REF = "a" * 40 + "\trefs/heads/main\n"
HEAD = "https://git.example.test/repo.git/HEAD"


Run = subprocess.CompletedProcess[str]


def recorded(folder: Path) -> tuple[str | Path, ...]:
    """The options of a run that greets on both schemes, as often as it is asked."""
    chat = [answer(url, b"hello") for url in (URL, PLAIN)]
    repo = [answer(REFS, REF.encode()), answer(HEAD, b"ref: refs/heads/main\n")]
    cassette = write_cassette(folder / "c.yaml", *chat, *repo)
    return ("--cassette", cassette, "--mode", "replay_only", "--allow-repeats")


@pytest.fixture
def replay(cli: Cli, tmp_path: Path) -> Callable[..., Run]:
    """Run a command in a run of its own."""
    options = recorded(tmp_path)

    def run(*words: str | Path, env: dict[str, str] | None = None) -> Run:
        return cli("run", *options, *words, env=env)

    return run


@pytest.fixture(scope="module")
def run_with(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., dict[str, str]]]:
    """The environment within a run with these options, the same for all who ask."""
    folder = tmp_path_factory.mktemp("runs")
    options, known = recorded(folder), {}
    with ExitStack() as stack:

        def environment(*words: str, code: int = 0) -> dict[str, str]:
            if words not in known:
                made = within_a_run(Cli(home, folder), code, *options, *words)
                known[words] = stack.enter_context(made)
            return known[words]

        yield environment


@pytest.fixture
def client(
    run_with: Callable[..., dict[str, str]], tmp_path: Path
) -> Callable[..., Run]:
    """Run a client within a run; with options of the run's, in one that has them."""

    def run(*words: str | Path, options: tuple[str, ...] = (), code: int = 0) -> Run:
        return subprocess.run(
            list(map(str, words)),
            cwd=tmp_path,
            env=run_with(*options, code=code),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


def tool(name: str, called: str | None = None) -> str:
    path = shutil.which(name)
    need(called or name, path)
    assert path is not None
    return path


AIOHTTP = """
import aiohttp, asyncio, sys
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.get(sys.argv[1]) as answer:
            print(await answer.text())
asyncio.run(main())
"""
PYTHON = {
    "urllib": "import urllib.request as u, sys\n"
    "print(u.urlopen(sys.argv[1]).read().decode())",
    "requests": "import requests, sys; print(requests.get(sys.argv[1]).text)",
    "httpx": "import httpx, sys; print(httpx.get(sys.argv[1]).text)",
    "aiohttp": AIOHTTP,
}


@cache
def works(library: str) -> bool:
    use = "import httpx; httpx.Client()" if library == "httpx" else "pass"
    done = subprocess.run([CLIENT_PYTHON, "-c", use], capture_output=True, check=False)
    return done.returncode == 0


def need_working(library: str) -> None:
    """mitmproxy 11 bounds h11, and beside it an installer may choose an httpcore that
    httpx cannot be used with."""
    if not works(library):
        leave_out(f"{library} does not work with what is installed beside it")


@pytest.mark.parametrize("url", [URL, PLAIN])
@pytest.mark.parametrize("name", PYTHON)
def test_python(client, name, url):
    need_working(name)
    ran = client(CLIENT_PYTHON, "-c", PYTHON[name], url)
    assert (ran.returncode, ran.stdout) == (0, "hello\n"), ran.stderr


@pytest.mark.parametrize("url", [URL, PLAIN])
def test_curl(client, url):
    ran = client(tool("curl"), "-sS", url)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr


@pytest.mark.parametrize("url", [URL, PLAIN])
def test_wget(client, url):
    path = shutil.which("wget")
    if not path:
        leave_out("wget is not installed")
    ran = client(path, "-qO-", url)
    assert (ran.returncode, ran.stdout) == (0, "hello"), ran.stderr


def test_git(client):
    path = shutil.which("git")
    if not path:
        leave_out("git is not installed")
    ran = client(path, "ls-remote", "--heads", REFS.partition("/info")[0])
    assert (ran.returncode, ran.stdout) == (0, REF), ran.stderr


NODE_GET = """
const [, url] = process.argv;
const mod = require(url.split(':')[0]);
const get = (options) => new Promise((resolve, reject) => {
  mod.get(url, options, (answer) => {
    let text = '';
    answer.on('data', (data) => { text += data; });
    answer.on('end', () => resolve(text));
  }).on('error', reject);
});
"""
NODE = {
    "fetch": "fetch(process.argv[1]).then((a) => a.text()).then(console.log)",
    "post": "fetch(process.argv[1], {method: 'POST', body: 'x'})"
    ".then((a) => console.log(a.status === 424 ? 'hello' : a.status))",
    "https": NODE_GET + "get({}).then(console.log)",
    "no agent": NODE_GET + "get({agent: false}).then(console.log)",
    "own agent": NODE_GET
    + "get({agent: new mod.Agent({keepAlive: true})}).then(console.log)",
    # As agentkeepalive does it, which some SDKs use: it needs a socket at once.
    "subclass": NODE_GET
    + """
class Agent extends mod.Agent {
  createConnection(options) {
    const socket = super.createConnection(options);
    socket.setNoDelay(true);
    return socket;
  }
}
get({agent: new Agent({keepAlive: true})}).then(console.log)
""",
    "one socket": NODE_GET
    + """
const agent = new mod.Agent({keepAlive: true, maxSockets: 1});
let most = 0;
const one = async () => {
  const text = await get({agent});
  most = Math.max(most, agent.totalSocketCount);
  return text;
};
Promise.all([one(), one(), one()]).then((texts) => {
  console.log(most === 1 ? texts[2] : `${most} sockets`);
});
""",
}


@pytest.mark.parametrize("url", [URL, PLAIN])
@pytest.mark.parametrize("name", NODE)
def test_node(client, replay, name, url):
    run = replay if name == "post" else client  # it is a miss, which the run tells
    ran = run(tool("node"), "-e", NODE[name], url)
    assert ran.stdout == "hello\n", ran.stderr
    assert ran.returncode == (100 if name == "post" else 0)


def test_node_takes_a_preload_from_a_folder_with_spaces(replay, tmp_path):
    mine = tmp_path / 'my "own" shim.cjs'
    mine.write_text("console.log('mine')")
    options = f"--require {_node_word(str(mine))}"
    ran = replay(tool("node"), "-e", NODE["fetch"], URL, env={"NODE_OPTIONS": options})
    assert ran.stdout == "mine\nhello\n", ran.stderr


GO = """
package main

import ("fmt"; "io"; "net/http"; "os")

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { panic(err) }
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(string(body))
}
"""


@pytest.fixture(scope="module")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built before, and not within the run: a first build takes its time."""
    folder = tmp_path_factory.mktemp("go")
    (folder / "get.go").write_text(GO)
    local = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    command = [tool("go"), "build", "-o", "get", "get.go"]
    subprocess.run(command, cwd=folder, env=local, check=True)
    return folder / "get"


@pytest.mark.parametrize("url", [URL, PLAIN])
def test_go(client, go_program, url):
    ran = client(go_program, url)
    assert (ran.returncode, ran.stdout) == (0, "hello\n"), ran.stderr


JAVA = """
import java.net.*;
import java.net.http.*;

class Get {
  public static void main(String[] words) throws Exception {
    URI uri = URI.create(words[0]);
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    HttpResponse<String> answer = client.send(
        request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.body());
    System.out.println(new String(uri.toURL().openStream().readAllBytes()));
  }
}
"""


@pytest.mark.parametrize("folder", ["temp", "my own temp"])
@pytest.mark.parametrize("url", [URL, PLAIN])
def test_java(replay, tmp_path, url, folder):
    (tmp_path / folder).mkdir()
    get = javabuild.command("Get", JAVA)
    ran = replay(*get, url, env={"TMPDIR": str(tmp_path / folder)})
    assert (ran.returncode, ran.stdout) == (0, "hello\nhello\n"), ran.stderr


class _Greeter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"direct")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def local_url() -> Iterator[str]:
    """A server on this machine."""
    with served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Greeter)) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


JAVA_STATUS = """
import java.net.*;
import java.net.http.*;

class Status {
  public static void main(String[] words) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(words[0])).build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(
        request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode());
  }
}
"""
STATUS: dict[str, tuple[str, ...]] = {
    "curl": ("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}\n"),
    "node": ("node", "-e", "fetch(process.argv[1]).then((a) => console.log(a.status))"),
    "node http": (
        "node",
        "-e",
        "require('http').get(process.argv[1], (a) => {console.log(a.statusCode);"
        "a.resume()})",
    ),
    "python": (
        CLIENT_PYTHON,
        "-c",
        "import requests, sys; print(requests.get(sys.argv[1]).status_code)",
    ),
    "java": (),
}


@pytest.mark.parametrize("name", STATUS)
def test_localhost_is_reached_directly_unless_it_is_included(client, local_url, name):
    program, *words = STATUS[name] or javabuild.command("Status", JAVA_STATUS)
    command = (tool(program), *words, local_url)
    assert client(*command).stdout == "200\n"
    included = client(*command, options=("--include-localhost",), code=100)
    assert included.stdout == "424\n"
