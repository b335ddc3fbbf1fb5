"""Each recorder replays what was converted for it, and what it recorded is replayed
through the proxy: the answers must be those of the origin."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PYTHON = sys.executable
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Answers = list[list[Any]]


def asked(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    coded = base64.b64encode(body).decode()
    return {"method": method, "path": path, "body": coded, "headers": headers or {}}


WANTED = [
    asked("GET", "/json?q=a%20b&r=1"),
    asked("GET", "/turn"),
    asked("GET", "/turn"),
    asked("GET", "/turn"),
    asked("GET", "/bytes"),
    asked("GET", "/gzip"),
    asked("GET", "/cookies"),
    asked("GET", "/moved"),
    asked("GET", "/none"),
    asked("GET", "/lines"),
    asked("GET", "/absent"),
    asked("POST", "/form", b"a=b+c&d=%C3%A9", FORM),
    asked(
        "POST", "/json", b'{"a": [1, "\xc3\xa9"]}', {"Content-Type": "application/json"}
    ),
    asked("PUT", "/bytes", bytes(range(200)), {"Content-Type": "image/png"}),
]
#: Hoverfly's matchers are text, so that a body that is none has no place in them.
TEXT_ONLY = [each for each in WANTED if each["method"] != "PUT"]


def run(*words: object, given: str = "", **more: Any) -> str:
    done = subprocess.run(
        [*map(str, words)],
        input=given,
        text=True,
        errors="replace",
        capture_output=True,
        timeout=300,
        check=False,
        **more,
    )
    if done.returncode:
        raise SystemExit(
            f"{words[:6]}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return done.stdout


def mitmvcr(*words: object, **more: Any) -> str:
    return run(PYTHON, "-m", "mitmvcr", *words, **more)


def convert(*words: object) -> None:
    """Convert; a note is no failure."""
    mitmvcr("cassette", "convert", *words)


@contextmanager
def started(
    *words: object, ready: Callable[[subprocess.Popen[str]], Any]
) -> Iterator[Any]:
    process = subprocess.Popen(
        [*map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield ready(process)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def origin() -> Iterator[str]:
    def port(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return f"http://127.0.0.1:{process.stdout.readline().strip()}"

    with started(PYTHON, HERE / "origin.py", ready=port) as base:
        yield base


def until_listening(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nobody listens at {port}")


def until_up(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} did not come up")


class Judges:
    """What all of them share: the client, the origin's answers, and a cassette of
    them; ``base`` is the origin's address, at which nobody listens any more."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python, self.folder = python, folder
        self.ours = folder / "ours.yaml"
        with origin() as self.base:
            self.wanted = self.through(self.ours, "record_only")

    def client(
        self,
        *,
        name: str = "none",
        path: object = "",
        mode: str = "none",
        base: str = "",
        wanted: Sequence[Any] = WANTED,
        **more: str,
    ) -> Answers:
        words = (self.python, HERE / "client.py", base or self.base, name, path, mode)
        env = {**os.environ, **more}
        del env["PYTHONPATH"]  # it has a module that is named vcr too
        return json.loads(run(*words, given=json.dumps(wanted), env=env))

    def through(
        self,
        cassette: Path,
        mode: str = "replay_only",
        wanted: Sequence[Any] = WANTED,
        base: str = "",
    ) -> Answers:
        """Return what the client gets through the proxy."""
        words = (
            "run",
            "--cassette",
            cassette,
            "--mode",
            mode,
            "--include-localhost",
            "--",
            self.python,
            HERE / "client.py",
            base or self.base,
            "none",
            "",
            "none",
        )
        return json.loads(mitmvcr(*words, given=json.dumps(wanted)))

    def same(self, what: str, got: Answers, wanted: Answers | None = None) -> None:
        """Compare answers. Raise SystemExit."""
        wanted = self.wanted if wanted is None else wanted
        for each, one, other in zip(WANTED, wanted, got, strict=False):
            if one != other:
                place = f"{each['method']} {each['path']}"
                raise SystemExit(f"{what}: {place}: {other} is not {one}")
        if len(got) != len(wanted):
            raise SystemExit(f"{what}: {len(got)} answers of {len(wanted)}")
        print(f"{what}: {len(got)} answers are the same")


def ours_by(judges: Judges, name: str) -> Path:
    path = judges.folder / f"ours.{name}"
    convert(judges.ours, "-o", path, "--to", name)
    return path


def both_ways(
    judges: Judges,
    what: str,
    path: Path,
    base: str,
    wanted: Answers,
    asked: Sequence[Any] = WANTED,
) -> None:
    """Replay a recording as it is, and converted."""
    judges.same(
        f"{what}, replayed as it is",
        judges.through(path, wanted=asked, base=base),
        wanted,
    )
    made = path.with_suffix(".made.yaml")
    convert(path, "-o", made)
    judges.same(
        f"{what}, converted", judges.through(made, wanted=asked, base=base), wanted
    )


def vcrpy(judges: Judges) -> None:
    path = ours_by(judges, "vcrpy")
    judges.same("our cassette in vcrpy", judges.client(name="vcrpy", path=path))
    path = ours_by(judges, "vcrpy-json").rename(judges.folder / "ours-vcrpy.json")
    text = [each for each in WANTED if "bytes" not in each["path"]]
    expected = [a for a, w in zip(judges.wanted, WANTED, strict=True) if w in text]
    got = judges.client(name="vcrpy", path=path, wanted=text)
    judges.same("our cassette in vcrpy, as JSON", got, expected)
    theirs = judges.folder / "theirs-vcrpy.yaml"
    with origin() as base:
        wanted = judges.client(name="vcrpy", path=theirs, mode="all", base=base)
    judges.same("vcrpy records", wanted)
    both_ways(judges, "vcrpy's cassette", theirs, base, wanted)


def betamax(judges: Judges) -> None:
    path = ours_by(judges, "betamax").rename(judges.folder / "ours-betamax.json")
    judges.same("our cassette in betamax", judges.client(name="betamax", path=path))
    theirs = judges.folder / "theirs-betamax.json"
    once = [each for n, each in enumerate(WANTED) if each not in WANTED[:n]]
    with origin() as base:  # of equal requests it keeps the last alone
        wanted = judges.client(
            name="betamax", path=theirs, mode="all", base=base, wanted=once
        )
    both_ways(judges, "betamax's cassette", theirs, base, wanted, once)


def ruby(judges: Judges) -> None:
    path = ours_by(judges, "ruby-vcr").rename(judges.folder / "ours_ruby.yml")
    script = ("ruby", HERE / "client.rb")
    given = json.dumps(WANTED)
    got = json.loads(run(*script, judges.base, path, "none", given=given))
    judges.same("our cassette in Ruby's VCR", got)
    theirs = judges.folder / "theirs_ruby.yml"
    with origin() as base:
        wanted = json.loads(run(*script, base, theirs, "all", given=given))
    both_ways(judges, "the cassette of Ruby's VCR", theirs, base, wanted)


@contextmanager
def wiremock_at(root: Path, *more: str) -> Iterator[str]:
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    jar, port = os.environ["WIREMOCK"], free_port()
    base = f"http://127.0.0.1:{port}"
    words = (
        "java",
        "-jar",
        jar,
        "--port",
        port,
        "--root-dir",
        root,
        "--disable-banner",
        "--bind-address",
        "127.0.0.1",
        *more,
    )
    with started(*words, ready=lambda _: until_up(f"{base}/__admin/mappings")):
        yield base


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wiremock(judges: Judges) -> None:
    root = judges.folder / "wiremock"
    (root / "mappings").mkdir(parents=True)
    ours_by(judges, "wiremock").rename(root / "mappings" / "ours.json")
    with wiremock_at(root) as base:
        judges.same("our cassette in WireMock", judges.client(base=base))
    theirs = judges.folder / "theirs-wiremock"
    with origin() as upstream, wiremock_at(theirs) as base:
        post(
            f"{base}/__admin/recordings/start",
            {
                "targetBaseUrl": upstream,
                "repeatsAsScenarios": True,
                "extractBodyCriteria": {"binarySizeThreshold": "1"},
            },
        )
        wanted = judges.client(base=base)
        post(f"{base}/__admin/recordings/stop", {})
    made = judges.folder / "theirs-wiremock.yaml"
    convert(theirs, "-o", made, "--origin", upstream)
    got = judges.through(made, base=upstream)
    judges.same("WireMock's mappings with their files, converted", got, wanted)


def post(url: str, value: object) -> None:
    data = json.dumps(value).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=60).close()


@contextmanager
def hoverfly_at(*more: object) -> Iterator[tuple[str, str]]:
    port, admin = free_port(), free_port()
    words = (
        os.environ["HOVERFLY"],
        "-pp",
        port,
        "-ap",
        admin,
        "-listen-on-host",
        "127.0.0.1",
        *more,
    )
    api = f"http://127.0.0.1:{admin}/api/v2"
    with started(*words, ready=lambda _: until_up(f"{api}/hoverfly/mode")):
        yield f"http://127.0.0.1:{port}", api


def hoverfly(judges: Judges) -> None:
    expected = judges.wanted[: len(TEXT_ONLY)]
    path = ours_by(judges, "hoverfly").rename(judges.folder / "ours-hoverfly.json")
    with hoverfly_at("-import", path) as (proxy, _):
        got = judges.client(wanted=TEXT_ONLY, http_proxy=proxy)
    judges.same("our cassette in Hoverfly", got, expected)
    theirs = judges.folder / "theirs-hoverfly.json"
    with origin() as base, hoverfly_at("-capture") as (proxy, api):
        put(
            f"{api}/hoverfly/mode", {"mode": "capture", "arguments": {"stateful": True}}
        )
        wanted = judges.client(wanted=TEXT_ONLY, http_proxy=proxy, base=base)
        with urllib.request.urlopen(f"{api}/simulation", timeout=60) as answer:
            theirs.write_bytes(answer.read())
    both_ways(judges, "Hoverfly's simulation", theirs, base, wanted, TEXT_ONLY)


def put(url: str, value: object) -> None:
    data = json.dumps(value).encode()
    urllib.request.urlopen(
        urllib.request.Request(url, data, method="PUT"), timeout=60
    ).close()


def warcio(judges: Judges) -> None:
    theirs = judges.folder / "theirs.warc.gz"
    with origin() as base:
        wanted = judges.client(name="warcio", path=theirs, mode="all", base=base)
    both_ways(judges, "warcio's archive", theirs, base, wanted)


def wget(judges: Judges) -> None:
    """Its archives name records in another way, and hold its command line; of an answer
    without a body wget 1.21 writes none."""
    pairs = zip(WANTED, judges.wanted, strict=True)
    kept = [p for p in pairs if p[0]["method"] == "GET" and p[0]["path"] != "/none"]
    plain, wanted = [each for each, _ in kept], [each for _, each in kept]
    token = "sk-proj-0123456789abcdefghij"
    for name, more in (("wget.warc.gz", []), ("wget.warc", ["--no-warc-compression"])):
        path = judges.folder / name
        with origin() as base:
            words = ("wget", "-q", "-O", "-", f"--warc-file={judges.folder / 'wget'}")
            words = (*words, *more, "--max-redirect=0", f"--header=X-Token: {token}")
            urls = [base + each["path"] for each in plain]
            subprocess.run([*words, *urls], stdout=subprocess.DEVNULL, check=False)
        both_ways(judges, f"wget's archive, {name}", path, base, wanted, plain)
        if token in path.with_suffix(".made.yaml").read_text():
            raise SystemExit("wget's archive: a secret was copied")


#: Both replay what they have: of equal requests there is one alone.
ONCE = [each for number, each in enumerate(WANTED) if each not in WANTED[:number]]


def talkback(judges: Judges) -> None:
    """It has a folder of tapes, each for one exchange, and lays out JSON anew."""
    port, tapes = free_port(), judges.folder / "theirs-talkback"
    base, made = f"http://127.0.0.1:{port}", judges.folder / "theirs-talkback.yaml"
    with origin() as upstream:
        words = ("node", HERE / "talkback.cjs", upstream, port, tapes)
        with started(*words, ready=lambda _: until_listening(port)):
            wanted = judges.client(base=base, wanted=ONCE)
    convert(tapes, "-o", made)
    got = judges.through(made, wanted=ONCE, base=upstream)
    sides = [[_in_one_layout(each) for each in side] for side in (wanted, got)]
    judges.same("talkback's tapes, converted", sides[1], sides[0])
    one = next(each for each in tapes.iterdir() if "/absent" in each.read_text())
    absent = [each for each in ONCE if each["path"] == "/absent"]
    got = judges.through(one, wanted=absent, base=upstream)
    expected = [a for a, w in zip(wanted, ONCE, strict=True) if w in absent]
    judges.same("a tape of talkback, replayed as it is", got, expected)


def _in_one_layout(answer: list[Any]) -> list[Any]:
    code, headers, body = answer
    with suppress(ValueError):
        body = json.loads(base64.b64decode(body))
    return [code, headers, body]


def proxay(judges: Judges) -> None:
    port, tapes = free_port(), judges.folder / "theirs-proxay"
    base, program = f"http://127.0.0.1:{port}", Path(os.environ["NODE_PATH"])
    tapes.mkdir()
    with origin() as upstream:
        words = ("node", program / "proxay" / "dist" / "cli.js", "--mode", "record")
        words = (*words, "--default-tape", "all", "--tapes-dir", tapes)
        words = (*words, "--host", upstream, "--port", port)
        with started(*words, ready=lambda _: until_listening(port)):
            wanted = judges.client(base=base)
    path, made = tapes / "all.yml", judges.folder / "theirs-proxay.yaml"
    judges.same(
        "Proxay's tape, replayed as it is", judges.through(path, base=base), wanted
    )
    convert(path, "-o", made, "--origin", upstream)
    got = judges.through(made, base=upstream)
    judges.same("Proxay's tape, converted", got, wanted)


def mitmproxy(judges: Judges) -> None:
    mitmdump, port = Path(PYTHON).with_name("mitmdump"), free_port()
    theirs, archive = judges.folder / "theirs.mitm", judges.folder / "theirs.har"
    words = (
        mitmdump,
        "-q",
        "--listen-host",
        "127.0.0.1",
        "-p",
        port,
        "-w",
        theirs,
        "--set",
        f"hardump={archive}",
    )
    proxy = f"http://127.0.0.1:{port}"
    with origin() as base, started(*words, ready=lambda _: until_listening(port)):
        wanted = judges.client(http_proxy=proxy, base=base)
    both_ways(judges, "mitmproxy's flows", theirs, base, wanted)
    both_ways(judges, "mitmproxy's hardump", archive, base, wanted)
    ours = ours_by(judges, "har").rename(judges.folder / "ours.har")
    back = judges.folder / "ours.mitm"
    run(mitmdump, "-q", "-n", "-r", ours, "-w", back)
    # HAR has no coding for what was posted: mitmproxy takes base64 as it stands.
    got = judges.through(back, wanted=TEXT_ONLY)
    expected = judges.wanted[: len(TEXT_ONLY)]
    judges.same("our archive, read and written by mitmproxy", got, expected)


def har(judges: Judges) -> None:
    path = judges.folder / "valid.har"
    convert(judges.ours, "-o", path)
    script = (
        "require('har-validator/lib/promise').har(JSON.parse(require('fs')"
        ".readFileSync(process.argv[1]))).then(() => console.log('valid'))"
        ".catch(e => { console.log(JSON.stringify(e.errors)); process.exit(1) })"
    )
    assert run("node", "-e", script, path).strip() == "valid"
    print("our archive is valid against the schema of HAR 1.2")


def commands(judges: Judges) -> None:
    for name in ("curl", "httpie"):
        script = ours_by(judges, name)
        cassette = judges.folder / f"{name}.yaml"
        with origin() as base:
            text = script.read_text().replace(judges.base, base)
            script.write_text(text)
            path = f"{Path(judges.python).parent}:{os.environ['PATH']}"
            mitmvcr(
                "run",
                "--cassette",
                cassette,
                "--mode",
                "record_only",
                "--include-localhost",
                "--",
                "sh",
                script,
                env=os.environ | {"PATH": path},
            )
        got = judges.through(cassette, base=base)
        judges.same(f"what a script of {name} asked for", got)


ALL = {
    each.__name__: each
    for each in (
        *(vcrpy, betamax, ruby, wiremock, hoverfly, mitmproxy, har, commands),
        *(warcio, wget, talkback, proxay),
    )
}


def main() -> None:
    python, *names = sys.argv[1:]
    folder = Path(tempfile.mkdtemp(prefix="mitmvcr-judges-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        judges = Judges(python, folder)
        for name in names or ALL:
            ALL[name](judges)
    used = os.times()
    print(f"{sum(used[:4]):.0f} s of CPU")


if __name__ == "__main__":
    main()
