"""Bodies that say the same in other words, over the wire: real clients, and one real
mitmdump for them all."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.clients import CLIENT_PYTHON
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.wire import Got, fetch
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from origin import Origin
from patience import PATIENCE

HERE = Path(__file__).resolve().parent
URL = "https://api.test/v1"


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


def client(script: str, proxy: Proxy, ca: Path, *words: str, **more: str) -> str:
    environment = clean_environment(
        http_proxy=proxy.url, https_proxy=proxy.url, AWS_CA_BUNDLE=str(ca), **more
    )
    done = subprocess.run(
        [CLIENT_PYTHON, HERE / script, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return done.stdout


def keys(number: int) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": f"AKIA{number:016}", "AWS_SECRET_ACCESS_KEY": "x" * 40}


def test_uploads_of_boto3_match_with_other_keys_and_checksums(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    cassette, size = tmp_path / "s3.yaml", str(3 << 20)
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    words = (origin.https_url, "CRC32", size)
    said = client("s3_client.py", proxy, proxy_ca, *words, **keys(1))
    assert said == "200\n", proxy.log
    assert proxy.stop() == 0, proxy.log
    text = cassette.read_text()
    assert "aws-chunked" in text
    assert "x-amz-checksum-crc32" in text
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    words = (origin.https_url, "SHA256", "800", size)
    said = client("s3_client.py", proxy, proxy_ca, *words, **keys(2))
    assert said == "424\n200\n", proxy.log
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 1, unused 0" in proxy.log
    assert "body at byte 800" in proxy.log


class Player:
    """A replaying mitmdump that holds some requests."""

    def __init__(self, mitmdump: Callable[..., Proxy], ca: Path, path: Path) -> None:
        self._mitmdump, self._ca, self._path = mitmdump, ca, path

    def start(self, *requests: Request, **options: object) -> "Player":
        answer = Response(code=200, status="200 OK", proto="HTTP/1.1", body=b"found")
        held = [Interaction(i, each, answer) for i, each in enumerate(requests)]
        self._path.write_bytes(writer.dumps(Cassette(held)))
        proxy = self._mitmdump(self._path, "replay_only", **options)
        self.proxy = proxy.wait_until_listening()
        return self

    def ask(self, body: bytes, media: str, url: str = URL, **headers: str) -> Got:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields["Content-Type"] = media
        return fetch(self.proxy.url, self._ca, url, "POST", body, fields)

    def why(self, body: bytes, media: str, url: str = URL) -> str:
        got = self.ask(body, media, url)
        assert got.status == 424
        return got.headers["x-vcr-miss-reason"]


@pytest.fixture
def player(mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path) -> Player:
    return Player(mitmdump, proxy_ca, tmp_path / "bodies.yaml")


def posted(body: str | bytes, media: str, url: str = URL, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body
    return Request(
        method="POST",
        url=url,
        host="api.test",
        body=raw,
        content_length=len(raw),
        headers={**fields, "Content-Type": [media]},
    )


def signed(payload: bytes, size: int, signature: str) -> bytes:
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    return b"".join(
        b"%x;chunk-signature=%b\r\n%b\r\n" % (len(each), signature.encode() * 64, each)
        for each in [*pieces, b""]
    )


def test_signed_pieces_match_with_other_signatures(player: Player) -> None:
    media, payload = "application/octet-stream", b"0123456789" * 50_000
    player.start(
        posted(signed(payload, 65536, "a"), media, Content_Encoding="aws-chunked")
    )
    other = player.ask(signed(payload[1:], 65536, "b"), media)
    assert 'body at byte 0: "12' in other.headers["x-vcr-miss-reason"]
    found = player.ask(
        signed(payload, 8192, "b"), media, Content_Encoding="aws-chunked"
    )
    assert found.body == b"found"


def test_lines_queries_calls_and_documents_match_by_what_they_say(
    player: Player,
) -> None:
    ndjson, form = "application/x-ndjson", "application/x-www-form-urlencoded"
    call = (
        "<methodCall><methodName>m</methodName><params><param><value><struct>{}</struct>"
        "</value></param></params></methodCall>"
    )
    member = "<member><name>{}</name><value><int>1</int></value></member>"
    one, two = member.format("a"), member.format("b")
    cases = [
        ('{"a":1,"b":2}\n{"c":3}\n', '{"b":2, "a":1.0}\n{"c": 3}\n', ndjson, ""),
        ('p={"a":1,"b":2}', 'p=%7B"b": 2,"a":1}', form, ""),
        ("{}", "{ }", "application/json", '?f={"a":1,"b":2}'),
        ('{"x":"{\\"a\\":1}"}', '{"x": "{ \\"a\\": 1 }"}', "application/json", ""),
        ('{"query":"{ a, b }"}', '{"query":"# c\\n{a b}"}', "application/json", ""),
        (call.format(one + two), call.format(two + "\n" + one), "text/xml", ""),
    ]
    player.start(*(posted(body, media, URL + q) for body, _, media, q in cases))
    for _, body, media, query in cases:
        query = query.replace('"a":1,"b":2', "%22b%22:2,%22a%22:1")
        assert player.ask(body.encode(), media, URL + query).body == b"found", body


def test_a_fresh_id_is_named_with_what_would_let_it_match(player: Player) -> None:
    ids = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
    bodies = [json.dumps({"id": each}) for each in ids]
    text = [f"a line\nrun {each} of it" for each in ids]
    player.start(posted(bodies[0], "application/json"), posted(text[0], "text/plain"))
    reason = player.why(bodies[1].encode(), "application/json")
    assert "(looks like a UUID); vcr_ignore_json=$.id= would let it match" in reason
    reason = player.why(text[1].encode(), "text/plain")
    assert "body line 2: " in reason
    assert "(differs only in a UUID); vcr_ignore_body=[0-9a-fA-F]{8}-" in reason
    option = reason.split("vcr_ignore_body=")[1].split(" would let")[0]
    player.proxy.stop()
    player.start(posted(text[0], "text/plain"), vcr_ignore_body=[option])
    assert player.ask(text[1].encode(), "text/plain").body == b"found"


def test_a_hidden_difference_says_so(player: Player) -> None:
    player.start(posted("note: signature=aaaa;", "text/plain"))
    reason = player.why(b"note: signature=bbbb;", "text/plain")
    assert "body at byte 16: they differ in a hidden value (signature)" in reason
