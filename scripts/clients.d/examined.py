"""What ``mitmvcr doctor`` says of a machine that has these clients."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.helpers import clean_environment
from patience import PATIENCE

#: Those that no system has, by the client whose environment has them.
ELSEWHERE = {"deno-fetch": "Deno fetch", "bun-fetch": "Bun fetch"}
WELL = {"curl", "git", "Python urllib", "Node https", "Go net/http", "cargo"}
WELL |= {"Java HttpClient", "Ruby Net::HTTP", "PHP curl", "Perl LWP", "R curl"}
WELL |= {"Erlang httpc", "npm", "pip", "wget", "wget2"}


def examined(commands: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is wrong with what the doctor finds; every runtime is there."""
    folders = [str(Path(commands[name][0]).parent) for name in ELSEWHERE]
    path = os.pathsep.join([*folders, os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as home:
        ran = subprocess.run(
            [sys.executable, "-m", "mitmvcr", "doctor", "--json"],
            env=clean_environment(Path(home), PATH=path),
            capture_output=True,
            text=True,
            timeout=5 * PATIENCE,
        )
    if not ran.stdout:
        return [ran.stderr]
    found = {each["name"]: each for each in json.loads(ran.stdout)["clients"]}
    wanted = WELL | {*ELSEWHERE.values()}
    lost = [name for name in sorted(wanted) if not found.get(name, {}).get("trusted")]
    failed = [name for name, each in found.items() if each["fails"]]
    return [f"{name}: {found.get(name)}" for name in dict.fromkeys([*lost, *failed])]
