"""Files stay files: each tool fetches, and fetches the same from the cassette alone."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from packages import built
from packages.origin import PULL_TOKEN, served
from patience import PATIENCE

SITES = {
    "cargo.test": built.cargo(),
    "npm.test": built.npm(),
    "registry.npmjs.org": built.npm("http://registry.npmjs.org"),
    "app.test": {"/": built.Served(b"{}", "application/json")},
    "pypi.test": built.simple(),
    "go.test": built.goproxy(),
    "image.test": built.image(),
}
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_SAMPLE = f"{built.NAME}=={built.VERSION}"
_INDEX = ("--index-url", "http://pypi.test/simple/")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    repositories = built.git(tmp_path_factory.mktemp("git"))
    with served(SITES, repositories) as url:
        yield url


def tool(name: str) -> str:
    """Return where a tool is. Fails where it is missing: nothing is skipped."""
    found = shutil.which(name)
    assert found, f"{name} is not on PATH: install it, this script tries real tools"
    return found


class Taken:
    """A tool's run in a folder of its own, with caches of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self._home = folder, home
        (folder / "home").mkdir(parents=True)

    def run(self, cassette: Path, mode: str, proxy: str, words: Sequence[str]) -> str:
        env = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
        env |= {
            "MITMVCR_HOME": str(self._home),
            "HOME": str(self.folder / "home"),
            "CARGO_HOME": str(self.folder / "cargo"),
            "GOPATH": str(self.folder / "go"),
            "GOMODCACHE": str(self.folder / "mod"),
            "GOPROXY": "http://go.test",
            "GOSUMDB": "off",
            "GOFLAGS": "-modcacherw",
            "GOTOOLCHAIN": "local",
            "RUSTUP_HOME": env.get("RUSTUP_HOME", os.path.expanduser("~/.rustup")),
            "npm_config_cache": str(self.folder / "npm"),
            "UV_CACHE_DIR": str(self.folder / "uv"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        if proxy:
            env["HTTP_PROXY"] = env["http_proxy"] = proxy
        mitmvcr = (
            sys.executable,
            "-m",
            "mitmvcr",
            "run",
            "-c",
            str(cassette),
            "-m",
            mode,
        )
        done = subprocess.run(
            [*mitmvcr, "--", *words],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{mode}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def files(self, *names: str) -> dict[str, str]:
        """Return the digest of each file beneath these folders."""
        paths = (p for name in names for p in sorted((self.folder / name).rglob("*")))
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in paths
            if path.is_file() and ".git/" not in str(path)
        }


class Bench:
    def __init__(self, folder: Path, origin: str) -> None:
        self._folder, self._origin = folder, origin
        self.cassette = folder / "c.yaml"

    def twice(
        self, words: Sequence[str], **files: str
    ) -> tuple[Taken, Taken, str, str]:
        """Record a tool's run, and replay it with nothing else in reach."""
        taken, said = [], []
        for mode, proxy in (("record_only", self._origin), ("replay_only", "")):
            one = Taken(self._folder / mode / "project", self._folder / "mitmvcr")
            for name, text in files.items():
                path = one.folder / name.replace("__", "/").replace("_toml", ".toml")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            said.append(one.run(self.cassette, mode, proxy, words))
            taken.append(one)
        return taken[0], taken[1], said[0], said[1]


@pytest.fixture
def bench(tmp_path: Path, origin: str) -> Bench:
    return Bench(tmp_path, origin)


def test_cargo_fetch(bench: Bench) -> None:
    manifest = '[package]\nname = "user"\nversion = "0.1.0"\nedition = "2021"\n'
    manifest += f'[lib]\npath = "l.rs"\n[dependencies]\n{built.NAME} = "1"\n'
    config = '[source.crates-io]\nreplace-with = "local"\n[source.local]\n'
    config += 'registry = "sparse+http://cargo.test/index/"\n'
    recorded, replayed, *_ = bench.twice(
        [tool("cargo"), "fetch"],
        Cargo_toml=manifest,
        **{"l.rs": "", "cargo__config_toml": config},
    )
    crates = recorded.files("cargo/registry/cache", "cargo/registry/src")
    assert any(name.endswith(".crate") for name in crates)
    assert _without_hash(crates) == _without_hash(
        replayed.files("cargo/registry/cache", "cargo/registry/src")
    )


def _without_hash(files: dict[str, str]) -> dict[str, str]:
    return {name.partition(built.NAME)[2]: digest for name, digest in files.items()}


def test_npm_install(bench: Bench) -> None:
    install = (tool("npm"), "install", f"{built.NAME}@{built.VERSION}")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    recorded, replayed, *_ = bench.twice(
        [*install, *quiet, "--registry", "http://npm.test/"]
    )
    files = recorded.files("node_modules")
    assert f"node_modules/{built.NAME}/index.js" in files
    assert replayed.files("node_modules") == files


def test_what_a_test_fetches_first_is_no_part_of_it(bench: Bench) -> None:
    """The public registry's name, with this machine's packages: a test that installs
    what it needs, and then asks its API."""
    npm = (tool("npm"), "install", f"{built.NAME}@{built.VERSION}", "--no-audit")
    fetch = f"{' '.join(npm)} --registry http://registry.npmjs.org/"
    ask = "import urllib.request as u; print(u.urlopen('http://app.test/').status)"
    script = f'{fetch} || echo not fetched; {sys.executable} -c "{ask}"'
    recorded, replayed, first, second = bench.twice(["sh", "-c", script])
    assert recorded.files("node_modules")
    text = bench.cassette.read_text()
    assert text.count("url: ") == 1
    assert "http://app.test/" in text
    assert not replayed.files("node_modules")  # blocked there, and no miss: status 0
    assert first.endswith("200\n")
    assert second.endswith("not fetched\n200\n")


def test_pip_download(bench: Bench) -> None:
    words = (sys.executable, "-m", "pip", "download", "--no-cache-dir", "-d", "out")
    trusted = (
        "--trusted-host",
        "pypi.test",
        "--disable-pip-version-check",
        "--no-deps",
    )
    recorded, replayed, *_ = bench.twice([*words, *_INDEX, *trusted, _SAMPLE])
    assert len(recorded.files("out")) == 1
    assert replayed.files("out") == recorded.files("out")


def test_uv_pip_install(bench: Bench) -> None:
    words = (
        tool("uv"),
        "pip",
        "install",
        "--target",
        "out",
        "--python",
        sys.executable,
    )
    trusted = ("--allow-insecure-host", "pypi.test", "--no-config")
    recorded, replayed, *_ = bench.twice([*words, *_INDEX, *trusted, _SAMPLE])
    files = recorded.files("out")
    assert "out/mitmvcr_sample.py" in files
    assert replayed.files("out") == files


def test_go_mod_download(bench: Bench) -> None:
    words = (tool("go"), "mod", "download", "-json", "example.test/sample@v1.0.0")
    recorded, replayed, first, second = bench.twice(words)
    assert json.loads(first)["Sum"] == json.loads(second)["Sum"]
    assert "mod/example.test/sample@v1.0.0/sample.go" in recorded.files("mod")
    cache = ("mod/example.test", "mod/cache/download/example.test")
    kept = {k: v for k, v in recorded.files(*cache).items() if not k.endswith(".lock")}
    again = {k: v for k, v in replayed.files(*cache).items() if not k.endswith(".lock")}
    assert again == kept


def test_git_clone(bench: Bench) -> None:
    words = (tool("git"), "clone", "http://git.test/sample.git", "out")
    recorded, replayed, *_ = bench.twice(words)
    assert (recorded.folder / "out/secrets.txt").read_bytes() == built.SECRETS
    assert replayed.files("out") == recorded.files("out")
    for one in (recorded, replayed):
        check = [
            tool("git"),
            "-C",
            str(one.folder / "out"),
            "fsck",
            "--strict",
            "--full",
        ]
        subprocess.run(check, check=True, capture_output=True)


def test_the_blobs_of_an_image(bench: Bench) -> None:
    pull = Path(__file__).with_name("pull.py")
    *_, first, second = bench.twice([sys.executable, str(pull)])
    assert len(first.split()) == 3
    assert second == first
    assert PULL_TOKEN not in bench.cassette.read_text()
