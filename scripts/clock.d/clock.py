"""Replay a recording of a year ago to clients that look at the clock, as it was
recorded and moved to the present: each must be discontented with the one, and content
with the other. scripts/clock says more."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from end_to_end.old import ORIGIN, YEAR, old_cassette
from gobuild import binary

TOP = Path(__file__).parents[2]
PROGRAM = TOP / "tests" / "end_to_end" / "old_client.py"
NAMES = (
    *("requests", "curl", "aiohttp", "go", "pyjwt", "boto3", "msal", "google"),
    *("hishel", "browser"),
)


def content(cassette: Path, moves: str, name: str) -> bool:
    """Return whether a client is content with a replay of it. Raise
    CalledProcessError."""
    env = {
        "GCE_METADATA_HOST": ORIGIN.partition("//")[2],
        "OLD_GO": str(binary(PROGRAM.with_name("old_go"))),
        "OLD_CACHE": str(cassette.with_name(f"{name}-{moves}.db")),
        "NO_PROXY": "",
    }
    run = [sys.executable, "-m", "mitmvcr", "run", "-c", cassette, "--mode"]
    run += ["replay_only", "--time", moves, "--allow-repeats", "--no-fail-on-miss"]
    run += ["--match", "method,url,header:Cookie", "--"]
    client = os.environ["MITMVCR_CLIENT_PYTHON"]
    done = subprocess.run(
        [*run, client, PROGRAM, ORIGIN, name],
        env=os.environ | env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return bool(json.loads(done.stdout)[name])


def main(names: list[str]) -> int:
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        cassette = Path(folder) / "old.yaml"
        old_cassette(cassette, int(time.time()) - YEAR)
        for name in names:
            found = [content(cassette, moves, name) for moves in ("off", "shift")]
            print(f"{name}: as recorded {found[0]}, moved {found[1]}", flush=True)
            if found != [False, True]:
                failed.append(name)
    if failed:
        print(f"not content: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    if "--freeze" in sys.argv:
        from frozen import main as frozen

        sys.exit(frozen(write="--write" in sys.argv))
    sys.exit(main(sys.argv[1:] or [*NAMES]))
