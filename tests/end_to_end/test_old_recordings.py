"""A recording of a year ago still replays for clients that look at the clock."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from cli.helpers import CLIENT_PYTHON
from end_to_end.old import ORIGIN, YEAR, old_cassette
from end_to_end.proxy import Proxy, clean_environment
from patience import PATIENCE

PROGRAM = Path(__file__).with_name("old_client.py")
#: scripts/clock has the others, which take their time.
CHEAP = ["requests", "curl", "pyjwt"]


def content(proxy: Proxy, *names: str, **environment: str) -> dict[str, bool]:
    """Return which of the clients were content."""
    env = clean_environment() | {"HTTP_PROXY": proxy.url, "http_proxy": proxy.url}
    host = ORIGIN.partition("//")[2]
    env |= {"NO_PROXY": "", "no_proxy": "", "GCE_METADATA_HOST": host}
    done = subprocess.run(
        [environment.pop("PYTHON", CLIENT_PYTHON), str(PROGRAM), ORIGIN, *names],
        env=os.environ | env | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}\n{proxy.log}"
    found: dict[str, bool] = json.loads(done.stdout)
    return found


def test_clients_are_content_with_what_is_moved(
    mitmdump_kept: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "old.yaml"
    old_cassette(cassette, int(time.time()) - YEAR)
    for moves, right in (("off", False), ("shift", True)):
        proxy = mitmdump_kept(
            cassette,
            "replay_only",
            vcr_time=moves,
            vcr_match="method,url,header:Cookie",
            vcr_allow_repeats="all",
        ).wait_until_listening()
        found = content(proxy, *CHEAP)
        log = proxy.log
        assert proxy.stop() == 0
        assert found == dict.fromkeys(CHEAP, right), log
        assert ("signature of zeros" in log) is right
