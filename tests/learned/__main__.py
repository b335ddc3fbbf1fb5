"""Learn each program, and replay it ten times, with the clock of today, of tomorrow and
of 400 days from now. Names as arguments choose some; --keep leaves the folders there.

With --write the table in docs/learning.md gets the rows of those that were tried.

MITMVCR_LEARNED_PYTHON is the Python that has what the programs need.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
PYTHON = os.environ["MITMVCR_LEARNED_PYTHON"]
MITMVCR = (sys.executable, "-m", "mitmvcr")
#: How many days the clock is ahead, in each of the ten replays.
DAYS = (0, 0, 0, 0, 1, 1, 1, 400, 400, 400)
PATIENCE = 120

#: Options that a program needs and that are no rules.
OPTIONS = {
    "msal_assertion": ("--fake", "jwt"),
    "oidc": ("--fake", "jwt"),
    "messages": ("--websocket",),
    "graphql_ws": ("--websocket",),
    "socket_io": ("--websocket",),
}
NO_PROGRAMS = ("mcp_server",)


@dataclass
class Outcome:
    name: str
    rules: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    replays: int = 0


@contextmanager
def server(*command: str) -> Iterator[str]:
    """Start a server that prints its port first; yield its URL."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


S3 = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
import time
time.sleep(3600)
"""


def commands(folder: Path, urls: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each program with its command."""
    for path in sorted(PROGRAMS.iterdir()):
        if path.suffix == ".py" and path.stem not in NO_PROGRAMS:
            yield path.stem, (PYTHON, str(path), *urls)
        elif path.suffix == ".go" and shutil.which("go"):
            binary = str(folder / "upload-go")
            subprocess.run(["go", "build", "-o", binary, str(path)], check=True)
            yield "upload_go", (binary, *urls)
        elif path.suffix == ".mjs" and shutil.which("node"):
            yield "upload_node", ("node", str(path), *urls)


def learned(name: str, command: Sequence[str], folder: Path) -> Outcome:
    folder.mkdir()
    outcome = Outcome(name)
    options = ("--include-localhost", "-c", "c.yaml", *OPTIONS.get(name, ()))
    ran = run(folder, *MITMVCR, "learn", "--yes", *options, "--", *command)
    if ran.returncode:
        outcome.failures.append(f"learn: {ran.returncode}: {tail(ran)}")
        return outcome
    config = folder / "mitmvcr.toml"
    if config.exists():
        lines = config.read_text().splitlines()
        outcome.rules = [each.strip(" ,") for each in lines if each.startswith("  '")]
    strict = ("--mode", "replay_only", "--fail-on-unused", *options)
    for days in DAYS:
        clock = ("faketime", "-f", f"+{days}d") if days else ()
        ran = run(folder, *clock, *MITMVCR, "run", *strict, "--", *command)
        if "sem_open" in ran.stderr:  # faketime's own: two of its names were equal
            ran = run(folder, *clock, *MITMVCR, "run", *strict, "--", *command)
        if ran.returncode:
            outcome.failures.append(f"+{days} days: {ran.returncode}: {tail(ran)}")
        else:
            outcome.replays += 1
    return outcome


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    dropped = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "ci")
    kept = {n: v for n, v in os.environ.items() if n.lower() not in dropped}
    kept |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def tail(ran: subprocess.CompletedProcess[str]) -> str:
    return ran.stderr[-2500:] + ran.stdout[-500:]


PAGE = HERE.parents[1] / "docs" / "learning.md"
_TABLE = re.compile(r"(?s)(?<=<!-- programs -->\n).*?(?=<!-- /programs -->)")
_HEAD = (
    "| program | what it does | rules | replays without a miss |\n|---|---|---|---|\n"
)


def row(outcome: Outcome) -> str:
    """Return what the table says of a program."""
    said = f"{outcome.replays} of {len(DAYS)}"
    does = description(outcome.name).replace("|", "\\|")
    return f"| `{outcome.name}` | {does} | {len(outcome.rules)} | {said} |\n"


def description(name: str) -> str:
    """Return the first line of a program, which says what it does."""
    file = {"upload_go": "upload.go", "upload_node": "upload.mjs"}.get(
        name, f"{name}.py"
    )
    return (PROGRAMS / file).read_text().splitlines()[0].strip('"/ .')


def write(outcomes: Sequence[Outcome]) -> None:
    """Put rows into the table of the page, where others stay."""
    page = PAGE.read_text()
    found = _TABLE.search(page)
    assert found
    rows = {each.split("`")[1]: each + "\n" for each in found[0].splitlines()[2:]}
    rows |= {each.name: row(each) for each in outcomes}
    table = _HEAD + "".join(rows[name] for name in sorted(rows))
    PAGE.write_text(_TABLE.sub(lambda _: table, page))


def main(names: Sequence[str], *, keep: bool, writes: bool) -> int:
    root = Path(tempfile.mkdtemp(prefix="learned-"))
    failed, outcomes = 0, []
    with ExitStack() as stack:
        urls = [
            stack.enter_context(server(PYTHON, str(HERE / "origin.py"))),
            stack.enter_context(server(PYTHON, "-c", S3)),
            stack.enter_context(server(PYTHON, str(PROGRAMS / "mcp_server.py"))),
        ]
        for name, command in commands(root, urls):
            if names and name not in names:
                continue
            outcome = learned(name, command, root / name)
            failed += bool(outcome.failures)
            outcomes.append(outcome)
            said = f"{outcome.replays} of {len(DAYS)} replays"
            rules = "; ".join(outcome.rules) or "no rules"
            lines = [f"{name}: {said}; {rules}", *outcome.failures[:2]]
            sys.stdout.write("\n    ".join(lines) + "\n")
            sys.stdout.flush()
    if writes:
        write(outcomes)
    if not keep:
        shutil.rmtree(root)
    return 1 if failed else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen = [each for each in words if not each.startswith("--")]
    sys.exit(main(chosen, keep="--keep" in words, writes="--write" in words))
