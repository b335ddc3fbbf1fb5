"""mitmvcr as users install it: each way records a program, and replays it."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from patience import PATIENCE

TOP = Path(__file__).parents[2]
PYTHON = os.environ["PYTHON"]
FETCH = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"


def clean(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "CI") and not name.startswith("MITMVCR_")
    }
    return kept | more


def run(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=env or clean(),
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, or would be."""
    folder = tmp_path_factory.mktemp("source")
    named = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=TOP)
    for name in filter(None, named.split("\0")):
        if (TOP / name).is_file() and not name.startswith("findings/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def built(source: Path) -> Path:
    run("python", "-m", "build", "--installer", "uv", source, cwd=source)
    return source / "dist"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, of the wheel, as ``uv tool install`` and ``uvx`` have it."""
    folder = tmp_path_factory.mktemp("uv")
    (wheel,) = built.glob("*.whl")
    places = {"UV_TOOL_DIR": f"{folder}/tools", "UV_TOOL_BIN_DIR": f"{folder}/bin"}
    words = ("uv", "tool", "install", "--python", PYTHON, wheel)
    run(*words, cwd=folder, env=clean(**places))
    return folder / "bin" / "mitmvcr"


@pytest.fixture
def url() -> Iterator[str]:
    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def records_and_replays(words: tuple[object, ...], url: str, folder: Path) -> None:
    options = ("run", "--include-localhost", "-c", "c.yaml")
    for said in ("recorded 1", "replayed 1"):
        found = run(*words, *options, "--", PYTHON, "-c", FETCH, url, cwd=folder)
        assert said in found
        assert "hello" in found


def test_the_wheel(installed: Path, url: str, tmp_path: Path) -> None:
    records_and_replays((installed,), url, tmp_path)


def test_the_sdist_makes_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (sdist,), (wheel,) = built.glob("*.tar.gz"), built.glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    words = ("python", "-m", "build", "--wheel", "--installer", "uv", "-o", "out")
    run(*words, folder, cwd=tmp_path)
    (again,) = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        names = one.namelist()
    assert "mitmvcr/standalone.py" in names
    assert "mitmvcr/page/index.html" in names
    assert "mitmvcr/cli/child/shims/node/preload.cjs" in names


def test_the_addon_in_a_mitmproxy_of_somebody_else(
    installed: Path, url: str, tmp_path: Path
) -> None:
    """Of an environment that has PyYAML, and nothing of mitmvcr on its path."""
    path = run(installed, "addon-path", cwd=tmp_path).strip()
    mitmdump = Path(sys.executable).parent / "mitmdump"
    script = tmp_path / "ask.py"
    script.write_text(
        "import threading, urllib.request as u\n"
        "from mitmproxy import ctx\n"
        "import mitmvcr\n"
        "def ask(port):\n"
        "    proxies = u.ProxyHandler({'http': f'http://127.0.0.1:{port}'})\n"
        f"    print(u.build_opener(proxies).open({url!r}).read(), mitmvcr.__file__)\n"
        "    ctx.master.shutdown()\n"
        "def running():\n"
        "    port = ctx.master.addons.get('proxyserver').listen_addrs()[0][1]\n"
        "    threading.Thread(target=ask, args=(port,)).start()\n"
    )
    words = (mitmdump, "-p", "0", "-s", path, "-s", script)
    sets = ("--set", "vcr_cassette=c.yaml", "--set", f"confdir={tmp_path}/conf")
    for said in ("recorded 1", "replayed 1"):
        found = run(*words, *sets, cwd=tmp_path)
        assert said in found
        assert f"b'hello' {Path(path).parent}/__init__.py" in found


def test_one_file(source: Path, url: str, tmp_path: Path) -> None:
    run("scripts/zipapp", tmp_path / "mitmvcr.pyz", cwd=TOP)
    (tmp_path / "mitmvcr.pyz").chmod(0o755)
    os.environ["SHIV_ROOT"] = str(tmp_path / "unpacked")
    records_and_replays((PYTHON, "-I", tmp_path / "mitmvcr.pyz"), url, tmp_path)


COMPLETES = {
    "bash": (
        'eval "$(mitmvcr completion bash)"; COMP_WORDS=(mitmvcr %s)'
        "; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mitmvcr_completion mitmvcr"
        "; echo ${COMPREPLY[@]}"
    ),
    "zsh": (
        "autoload -Uz compinit; compinit -u -d $TMPDIR/dump"
        '; eval "$(mitmvcr completion zsh)"; words=(mitmvcr %s); CURRENT=$#words'
        "; compadd() { print -r -- ${(P)4} }; _describe() { print -r -- ${(P)3} }"
        "; PREFIX=$words[-1]; compset() { print -r -- left out: $2 }"
        "; _mitmvcr_completion"
    ),
    "fish": "mitmvcr completion fish | source; complete -C 'mitmvcr %s'",
}
#: What is typed, and what is found in each shell.
TYPED = {
    "cassette ex": {"bash": "explain", "zsh": "explain:", "fish": "explain\t"},
    "run --mode=rec": {
        "bash": "record_only record_once",
        "zsh": "left out: --mode=\nrecord_only record_once",
        "fish": "--mode=record_once\n--mode=record_only",
    },
    "run --mode rec": {
        "bash": "record_only record_once",
        "zsh": "record_only record_once",
        "fish": "record_once\nrecord_only",
    },
    "run --base-ur": {
        "bash": "--base-url-map",
        "zsh": "--base-url-map:",
        "fish": "as if it started with TO",
    },
    "run --isol": {"bash": "--isolate", "zsh": "--isolate:", "fish": "own, whose only"},
}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("shell", COMPLETES)
def test_completion(installed: Path, shell: str, typed: str, tmp_path: Path) -> None:
    env = clean(PATH=f"{installed.parent}:{os.environ['PATH']}", TMPDIR=str(tmp_path))
    words = typed.replace("=", " = ") if shell == "bash" else typed
    found = run(
        shell, "-c", COMPLETES[shell].replace("%s", words), cwd=tmp_path, env=env
    )
    assert TYPED[typed][shell] in found, found


@pytest.mark.parametrize("option", ["--cassette=", "--cassette "])
def test_fish_completes_files(installed: Path, option: str, tmp_path: Path) -> None:
    """bash and zsh do so themselves, from where the value begins."""
    env = clean(PATH=f"{installed.parent}:{os.environ['PATH']}", TMPDIR=str(tmp_path))
    (tmp_path / "chat.yaml").touch()
    line = COMPLETES["fish"].replace("%s", f"run {option}ch")
    found = run("fish", "-c", line, cwd=tmp_path, env=env)
    before = option if option.endswith("=") else ""
    assert found.split() == [f"{before}chat.yaml"]


def test_the_action(source: Path, url: str, tmp_path: Path) -> None:
    """Its steps as GitHub's runner takes them, with what stands in ``${{ }}``."""
    action = yaml.safe_load((source / "action.yml").read_text())
    inputs = {name: each["default"] for name, each in action["inputs"].items()}
    options = "--include-localhost\n--ignore-json '$.a[*].b'\n"
    inputs |= {"python": PYTHON, "cassette": "c.yaml", "options": options}
    inputs["command"] = f"{PYTHON} -c {FETCH!r} {url}".replace("'", '"')
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known["github.action_path"] = str(source)
    path = tmp_path / "path"
    env = clean(RUNNER_TEMP=str(tmp_path / "temp"), GITHUB_PATH=str(path))
    (tmp_path / "temp").mkdir()
    said = ""
    for mode, step in (
        (mode, each) for mode in "rp" for each in action["runs"]["steps"]
    ):
        if path.exists():
            env["PATH"] = f"{path.read_text().split()[-1]}:{os.environ['PATH']}"
        more = {
            name: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known[found[1]], value)
            for name, value in step["env"].items()
        }
        ci = {"CI": "true"} if mode == "p" else {}
        words = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])
        said = run(*words, cwd=tmp_path, env=env | more | ci)
    assert "replayed 1" in said
    assert shutil.which("python", path=path.read_text().split()[-1]) is None


def test_pre_commit_s_hooks(source: Path, tmp_path: Path) -> None:
    """A repository of somebody else, with a cassette that holds a secret."""
    for folder in (source, tmp_path):
        run("git", "init", "-q", cwd=folder)
    who = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=no")
    run("git", "add", "-A", cwd=source)
    run("git", *who, "commit", "-qm", "all", cwd=source)
    cassette = tmp_path / "cassettes" / "c.yaml"
    cassette.parent.mkdir()
    cassette.write_text("version: 2\ninteractions: []\n")
    run("git", "add", "-A", cwd=tmp_path)
    env = clean(PRE_COMMIT_HOME=str(tmp_path / "home"), PATH=_with(PYTHON))
    for hook in ("mitmvcr-check", "mitmvcr-scan"):
        found = run(
            *("pre-commit", "try-repo", source, hook, "--all-files"),
            cwd=tmp_path,
            env=env,
        )
        assert "Passed" in found
    cassette.write_text("version: 3\n")
    words = ("pre-commit", "try-repo", source, "mitmvcr-check", "--all-files")
    with pytest.raises(AssertionError, match="Failed"):
        run(*words, cwd=tmp_path, env=env)


def _with(python: str) -> str:
    return f"{os.environ['PATH']}:{Path(python).parent}"
