"""Calls that go both ways, by connect-go: recorded, and replayed offline in lock-step,
in each of the protocols that it speaks."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from end_to_end.proxy import Proxy, clean_environment
from end_to_end.serving import serving
from gobuild import binary
from origin.certs import CertFiles
from patience import PATIENCE

SOURCE = Path(__file__).parent / "gotalk"
PROTOCOLS = ["Connect", "JSON", "gRPC", "gRPC-Web"]
Call = Callable[..., list[dict[str, object]]]

ENDS = {"Error": "", "Trailer": "said"}
EXPECTED = [
    {"Call": "one by one", "Heard": ["to a", "to b", "to c", "heard 4"], **ENDS},
    {
        "Call": "all at once",
        "Heard": ["to a", "to b", "100003 letters", "heard 4"],
        **ENDS,
    },
    {"Call": "stopped", "Heard": ["to a"], **ENDS},
    {
        "Call": "failed",
        "Heard": ["to a"],
        "Error": "aborted: that was it",
        "Trailer": "said",
    },
]


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture(scope="module")
def target(certs: CertFiles) -> Iterator[str]:
    program = binary(SOURCE)
    with serving(program, "serve", certs.leaf, environment=clean_environment()) as port:
        yield f"localhost:{port}"


@pytest.fixture
def call(
    mitmdump: Callable[..., Proxy], target: str, proxy_ca: Path, tmp_path: Path
) -> Call:
    """Make the calls in a mode of one cassette; what it came to stands last."""

    def call(protocol: str, mode: str, change: str = "") -> list[dict[str, object]]:
        proxy = mitmdump(tmp_path / "talk.yaml", mode).wait_until_listening()
        flags = [f"-proxy={proxy.url}", f"-ca={proxy_ca}", f"-change={change}"]
        done = subprocess.run(
            [binary(SOURCE), *flags, "call", protocol, target],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=clean_environment(),
        )
        assert done.returncode == 0, done.stderr + proxy.log
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
        (summary,) = [line for line in proxy.log.splitlines() if ", mode " in line]
        heard = [json.loads(line) for line in done.stdout.splitlines()]
        return [*heard, {"summary": summary.rpartition(": ")[2]}]

    return call


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_is_answered_offline_as_it_was(call: Call, protocol: str) -> None:
    """Also one that its server ends while the client could go on."""
    recorded = "recorded 4, replayed 0, missed 0, unused 0"
    assert call(protocol, "record_only") == [*EXPECTED, {"summary": recorded}]
    replayed = "recorded 0, replayed 4, missed 0, unused 0"
    assert call(protocol, "replay_only") == [*EXPECTED, {"summary": replayed}]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_not_said_ends_the_call_and_is_named(
    call: Call, protocol: str
) -> None:
    call(protocol, "record_only")
    first, *others, summary = call(protocol, "replay_only", "hanged")
    assert first["Heard"] == ["to a", "to b"]
    error = str(first["Error"])
    assert error.startswith("failed_precondition: POST https://localhost:")
    assert '"changed" was "c"' in error
    assert others == EXPECTED[1:]
    assert summary == {"summary": "recorded 0, replayed 3, missed 1, unused 1"}
