"""Prints the versions that were tested, as a page: ``scripts/versions`` calls it.

``versions.py [--write | --compare] MINOR...``, a minor version for each Python, newest
first, whose environments are ``.venv/MINOR`` and ``.venv/clients-MINOR``.
"""

import datetime
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tested.md"
#: What mitmproxy brings that speaks the protocols.
BROUGHT = ("h2", "wsproto", "aioquic", "cryptography")
TOOLS = {
    "curl": ("curl", "--version"),
    "wget": ("wget", "--version"),
    "git": ("git", "--version"),
    "Go": ("go", "version"),
    "Node": ("node", "--version"),
    "Java": ("java", "--version"),
}
#: How ``importlib.metadata`` is asked in another environment; "-" where there is none.
ASK = """
import importlib.metadata as m, json, platform, sys
def version(name):
    try:
        return m.version(name)
    except m.PackageNotFoundError:
        return "-"
print(json.dumps([platform.python_version(), *map(version, sys.argv[1:])]))
"""
Row = tuple[str, ...]


def packages() -> list[str]:
    """What the addon is built on, and what of mitmproxy's is as important."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    return [*dict.fromkeys((*map(_name, wanted), *BROUGHT))]


def clients() -> list[str]:
    """The Python packages that the tests drive."""
    text = (ROOT / "tests" / "end_to_end" / "requirements.txt").read_text("utf-8")
    lines = [line.strip() for line in text.splitlines()]
    return [_name(line) for line in lines if line and not line.startswith("#")]


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return found[0]


def pinned() -> Iterator[Row]:
    """Clients of Go and Node, whose versions stand in the tests' own files."""
    found = set()
    for file in sorted((ROOT / "tests").glob("*/*/go.mod")):
        text = file.read_text("utf-8")
        direct = re.findall(r"^require (\S+) (\S+)$", text, re.MULTILINE)
        found |= {(f"{module} (Go)", version) for module, version in direct}
    for file in sorted((ROOT / "tests").glob("*/*/package-lock.json")):
        locked = json.loads(file.read_text("utf-8"))["packages"]
        for name in locked[""]["dependencies"]:
            version = locked[f"node_modules/{name}"]["version"]
            found.add((f"{name} (Node)", version))
    yield from sorted(found)


def tools() -> Iterator[Row]:
    """Programs of the system, by the first number that they say."""
    for name, command in TOOLS.items():
        try:
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            number = re.search(r"\d+(\.\d+)+", ran.stdout)
            yield name, number[0] if number else "?"
        except (OSError, subprocess.CalledProcessError):
            yield name, "-"


def installed(environments: Sequence[Path], names: Sequence[str]) -> Iterator[Row]:
    """The Pythons, then a row for each package."""
    columns = []
    for environment in environments:
        command = [environment / "bin" / "python", "-c", ASK, *names]
        ran = subprocess.run(command, capture_output=True, check=True)
        columns.append(json.loads(ran.stdout))
    return zip(("Python", *names), *columns, strict=True)


def table(rows: Sequence[Row]) -> str:
    head, *others = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *others]) + "\n"


def page(minors: Sequence[str], day: datetime.date) -> str:
    ours = [ROOT / ".venv" / minor for minor in minors]
    theirs = [ROOT / ".venv" / f"clients-{minor}" for minor in minors]
    return f"""# What is tested

Printed by `scripts/versions --write` on {day}. `.ci/run` prints the table of each run.

{table([*installed(ours, packages())])}
Clients in Python, each in an environment of its own, beside the addon's:

{table([*installed(theirs, clients())])}
Clients in other languages, and tools:

{table([("", "version"), *pinned(), *tools()])}"""


def main(arguments: Sequence[str]) -> None:
    minors = [word for word in arguments if not word.startswith("--")]
    now = page(minors, datetime.datetime.now(datetime.UTC).date())
    if "--write" in arguments:
        PAGE.write_text(now, "utf-8")
        return
    sys.stdout.write(now)
    if "--compare" in arguments:
        # Told and no failure: there is a new release of something every day.
        before = set(PAGE.read_text("utf-8").splitlines())
        differing = [line for line in now.splitlines() if line not in before]
        for line in differing:
            if line.startswith("|"):
                sys.stdout.write(f"not as in docs/tested.md: {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
