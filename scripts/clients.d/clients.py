"""Records and replays the clients; ``scripts/clients`` calls it, and says how."""

import datetime
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import envs
from examined import ELSEWHERE, examined
from recipe import ROOT, Recipe, all_recipes
from table import write_table
from trial import Outcome, diverting, record, replay, with_origin, without_origin

import nodebuild

Thing = TypeVar("Thing")
Made = TypeVar("Made")

#: A client waits for its proxy and the proxy for its client.
AT_ONCE = 3


def main(words: Sequence[str]) -> int:
    flags = {word for word in words if word.startswith("--")}
    unknown = flags - {"--common", "--quick", "--prepare", "--write"}
    recipes = chosen([word for word in words if word not in flags], flags)
    if unknown or not recipes:
        print(f"scripts/clients: what is {' '.join(words)}?", file=sys.stderr)
        return 2
    commands, python = prepared(recipes)
    if "--prepare" in flags:
        if any(one.dialogues for one in recipes):
            dialogues()
        return 0
    outcomes = tried(recipes, commands, python)
    if "--write" in flags:
        write_table(outcomes, datetime.date.today())
    return told(outcomes) or told_of_doctor(commands)


def told_of_doctor(commands: Mapping[str, Sequence[str]]) -> int:
    """Say what the doctor finds, where each runtime that it knows is prepared."""
    if not commands.keys() >= ELSEWHERE.keys():
        return 0
    problems = examined(commands)
    print("doctor: " + ("; ".join(problems) or "it finds them all"))
    return 1 if problems else 0


def chosen(names: Sequence[str], flags: set[str]) -> list[Recipe]:
    known = all_recipes()
    lost = set(names) - {each.name for each in known}
    if lost:
        return []
    return [
        each
        for each in known
        if (not names or each.name in names)
        and ("--common" not in flags or each.common)
        and ("--quick" not in flags or each.is_quick)
    ]


def prepared(recipes: Sequence[Recipe]) -> tuple[dict[str, list[str]], str]:
    """Return the command of each client by its name, and a Python that has the
    packages of those in Python."""
    envs.CACHE.mkdir(parents=True, exist_ok=True)
    words: dict[str, envs.Words] = {}
    everything = all_recipes()  # one environment, whoever is chosen
    for env in {"python", *(each.env for each in recipes)}:
        fitting = [each for each in everything if each.env == env]
        if env.partition("-")[0] not in envs.SHARED:
            fitting = [each for each in recipes if each.env == env]
        words |= envs.prepare(env, fitting)
    commands = {
        each.name: [word.format_map(words[each.name]) for word in each.run]
        for each in recipes
    }
    return commands, words["websockets"]["python"]


def tried(
    recipes: Sequence[Recipe], commands: dict[str, list[str]], python: str
) -> list[Outcome]:
    """Record them all, then replay them all; ``python`` serves WebSockets."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        base = Path(name)
        servers = dialogues() if any(one.dialogues for one in recipes) else None
        with with_origin(base / "usual", python, dialogues=servers) as world:
            outcomes = each_of(
                recipes, lambda one: record(world, one, commands[one.name])
            )
        good = [one for one in outcomes if not (one.problems or one.recipe.limit)]
        with without_origin(world) as offline:
            each_of(good, lambda one: replay(offline, one, commands[one.recipe.name]))
        diverted(outcomes, commands, python, base / "hidden")
    for one in outcomes:
        one.version = version(one.recipe, commands[one.recipe.name])
    print(f"{len(outcomes)} clients in {time.monotonic() - begun:.0f} s")
    return outcomes


def dialogues() -> Path:
    return nodebuild.folder(ROOT / "tests" / "dialogues")


def diverted(
    outcomes: Sequence[Outcome],
    commands: dict[str, list[str]],
    python: str,
    folder: Path,
) -> None:
    """Try those again that know of no proxy, isolated."""
    ours = [one for one in outcomes if one.recipe.diverts and not one.problems]
    if not ours:
        return

    def command(one: Outcome) -> list[str]:
        return commands[one.recipe.name]

    with with_origin(folder, python, hidden=True) as world:
        again = each_of(
            ours, lambda one: record(world, diverting(one.recipe), command(one))
        )
    pairs = list(zip(ours, again, strict=True))
    with without_origin(world) as offline:
        good = [(one, other) for one, other in pairs if not other.problems]
        each_of(good, lambda pair: replay(offline, pair[1], command(pair[0])))
    for one, other in pairs:
        one.problems += [f"isolated: {problem}" for problem in other.problems]
        one.diverted = other.replayed


def each_of(things: Sequence[Thing], do: Callable[[Thing], Made]) -> list[Made]:
    """Do it with some of them at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, things))


def version(recipe: Recipe, command: Sequence[str]) -> str:
    """Return the version of a client: of its first package, or what it says."""
    if not recipe.version and recipe.packages:
        return re.split(r"==|[@:]", recipe.packages[0])[-1].removeprefix("v")
    words = [word.format(command=command[0]) for word in recipe.version]
    ran = subprocess.run(words, capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", ran.stdout + ran.stderr)
    return found[0] if found else "?"


def told(outcomes: Sequence[Outcome]) -> int:
    for one in outcomes:
        mark = "limit" if one.recipe.limit and not one.problems else "ok"
        print(f"{'FAILED' if one.problems else mark:6} {one.recipe.name} {one.version}")
        for problem in one.problems:
            print("    " + problem.strip().replace("\n", "\n    ")[:3000])
    failed = sum(bool(one.problems) for one in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
