"""Cassettes in a store of objects: moto's server, which speaks S3."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import s3fs
import yaml

from end_to_end.proxy import Proxy
from end_to_end.serving import serving
from end_to_end.wire import fetch
from origin import Origin

SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
URL = "s3://bucket/suite/chat.yaml"


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a program that is to find the server."""
    with serving(sys.executable, "-c", SERVER) as port:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
            "MITMVCR_HOME": str(tmp_path / "home"),
        }


@pytest.fixture
def bucket(s3: dict[str, str]) -> s3fs.S3FileSystem:
    system = s3fs.S3FileSystem(
        key="any",
        secret="any",
        endpoint_url=s3["AWS_ENDPOINT_URL"],
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    system.mkdir("bucket")
    return system


def recorded(bucket: s3fs.S3FileSystem) -> list[str]:
    document = yaml.safe_load(bucket.cat_file(URL))
    return [item["request"]["url"] for item in document["interactions"]]


def test_what_is_recorded_to_s3_is_replayed_from_there(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    s3: dict[str, str],
    bucket: s3fs.S3FileSystem,
) -> None:
    url = f"{origin.http_url}/counter"
    proxy = mitmdump(URL, "record_once", environment=s3).wait_until_listening()
    first = fetch(proxy.url, proxy_ca, url)
    assert not bucket.exists(URL)
    assert proxy.stop() == 0, proxy.log
    assert recorded(bucket) == [url]
    proxy = mitmdump(URL, "record_once", environment=s3).wait_until_listening()
    assert fetch(proxy.url, proxy_ca, url).body == first.body
    assert proxy.stop() == 0, proxy.log


def test_what_a_killed_recorder_left_here_is_recovered_to_s3(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    s3: dict[str, str],
    bucket: s3fs.S3FileSystem,
) -> None:
    url = f"{origin.http_url}/json"
    proxy = mitmdump(URL, "record_once", environment=s3).wait_until_listening()
    fetch(proxy.url, proxy_ca, url)
    proxy.kill()
    again = mitmdump(URL, "record_once", environment=s3)
    assert again.wait() == 1
    assert (
        "holds 1 interaction of a recording that was not saved: run 'mit" in again.log
    )
    ran = subprocess.run(
        [sys.executable, "-m", "mitmvcr", "cassette", "recover", URL],
        env=s3 | {"PATH": ""},
        capture_output=True,
        text=True,
    )
    assert ran.stderr == f"mitmvcr: {URL}: 1 interaction recovered\n"
    assert recorded(bucket) == [url]


def test_a_bucket_that_is_not_there_is_loud_and_the_recording_stays_here(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    s3: dict[str, str],
) -> None:
    proxy = mitmdump("s3://none/a", "record_once", environment=s3)
    proxy.wait_until_listening()
    assert fetch(proxy.url, proxy_ca, f"{origin.http_url}/json").status == 200
    assert proxy.stop() == 1
    assert "s3://none/a.yaml: cannot be written: " in proxy.log
    assert "run 'mitmvcr cassette recover s3://none/a.yaml'" in proxy.log
    (part,) = Path(s3["MITMVCR_HOME"]).glob("journals/*/a.yaml.part")
    assert len(yaml.safe_load(part.read_text())["interactions"]) == 1
