"""A replay does not make a client wait for what was over long ago."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import warm
from end_to_end import clients
from end_to_end.proxy import Proxy, clean_environment
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from patience import PATIENCE

ORIGIN = "https://sdk.example.test"
CLIENT = Path(__file__).resolve().parent / "retrying_client.py"
LATER = "7"


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


def answer(
    path: str, code: int, body: object, method: str = "GET", **headers: str
) -> Interaction:
    data = json.dumps(body).encode()
    named = {name.replace("_", "-").title(): [value] for name, value in headers.items()}
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        status=f"{code} X",
        code=code,
        body=data,
        content_length=len(data),
        headers={"Content-Type": ["application/json"], **named},
    )
    return Interaction(0, Request(method=method, url=ORIGIN + path), response)


def models() -> dict[str, object]:
    return {"object": "list", "data": []}


ANSWERS = [
    answer("/urllib3", 503, {}, retry_after=LATER),
    answer("/urllib3", 200, {}),
    answer("/models", 429, {}, retry_after=LATER),
    answer("/models", 429, {}, retry_after_ms="7000"),
    answer("/models", 200, models()),
    answer("/v1/models", 529, {}, retry_after=LATER),
    answer("/v1/models", 200, models()),
    answer("/azure", 429, {}, retry_after=LATER),
    answer("/azure", 429, {}, x_ms_retry_after_ms="7000"),
    answer("/azure", 200, {}),
    answer("/poll", 201, {"status": "Running"}, "PUT", retry_after=LATER),
    answer("/operation", 200, {"status": "Running"}, retry_after=LATER),
    answer("/operation", 200, {"status": "Succeeded"}),
    answer("/poll", 200, {"name": "done"}),
    answer("/bucket/key", 503, {}, x_amz_retry_after="7000"),
    answer("/bucket/key", 200, {}),
    answer(
        "/vector_stores/store/files/file",
        200,
        {"id": "file", "status": "in_progress"},
        openai_poll_after_ms="7000",
    ),
    answer("/vector_stores/store/files/file", 200, {"id": "f", "status": "completed"}),
]
_OPERATION = {"Operation-Location": [f"{ORIGIN}/operation"]}


def cassette(folder: Path) -> Path:
    answers = [
        replace(
            each,
            response=replace(
                each.response, headers={**each.response.headers, **_OPERATION}
            ),
        )
        if each.response.code == 201
        else each
        for each in ANSWERS
    ]
    path = folder / "later.yaml"
    path.write_bytes(writer.dumps(Cassette(answers)))
    return path


def slept(proxy: Proxy, proxy_ca: Path) -> dict[str, float]:
    done = warm.run(
        [clients.CLIENT_PYTHON, CLIENT, ORIGIN],
        env=clean_environment(**clients.environment(proxy.url, proxy_ca)),
        seconds=PATIENCE,
        python=clients.CLIENT_PYTHON,
        early=("openai", "anthropic", "boto3", "azure.core", "requests"),
    )
    assert done.returncode == 0, done.stderr + proxy.log
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_no_sdk_sleeps_in_a_replay(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    proxy = mitmdump(cassette(tmp_path), "replay_only").wait_until_listening()
    found = slept(proxy, proxy_ca)
    assert len(found) == 7
    assert max(found.values()) < 0.1, found


def test_as_recorded_they_do(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    proxy = mitmdump(cassette(tmp_path), "replay_only", vcr_retry_after="keep")
    found = slept(proxy.wait_until_listening(), proxy_ca)
    assert found.pop("boto3") >= 5  # and a random part of 50 ms
    assert found == {
        "urllib3": 7,
        "openai": 14,
        "openai_poll": 7,
        "anthropic": 7,
        "azure": 14,
        "azure_poll": 7,
    }


def test_curl_comes_back_at_once(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    proxy = mitmdump(cassette(tmp_path), "replay_only").wait_until_listening()
    words = ("curl", "--retry", "1", "--cacert", proxy_ca, "-x", proxy.url)
    done = subprocess.run(
        [*words, "-o", tmp_path / "got", f"{ORIGIN}/urllib3"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert "Will retry in " in done.stderr
    assert f"Will retry in {LATER}" not in done.stderr
    assert (tmp_path / "got").read_text() == "{}"
