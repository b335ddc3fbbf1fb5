"""What matches, over the wire: one real mitmdump for each way of matching."""

import gzip
import select
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes, h2_client
from end_to_end.cassettes import interaction
from end_to_end.proxy import Proxy
from end_to_end.wire import Got, fetch
from origin import Origin
from patience import at_some_pace


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


URL = "https://api.test/v1/chat"
JSON = {"Content-Type": "application/json"}


class Player:
    """A replaying mitmdump with the given interactions and options."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], ca: Path, cassette: Path
    ) -> None:
        self._mitmdump, self._ca, self._cassette = mitmdump, ca, cassette

    def start(self, *recorded: dict[str, object], **options: object) -> "Player":
        cassettes.write(self._cassette, *recorded)
        self.proxy = self._mitmdump(self._cassette, "replay_only", **options)
        self.proxy.wait_until_listening()
        return self

    def ask(
        self,
        url: str = URL,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Got:
        return fetch(self.proxy.url, self._ca, url, method, body, headers or {})

    def post(self, body: bytes, headers: dict[str, str]) -> Got:
        return self.ask(URL, "POST", body, headers)

    def stop(self) -> str:
        assert self.proxy.stop() == 0, self.proxy.log
        assert "Traceback" not in self.proxy.log, self.proxy.log
        return self.proxy.log


@pytest.fixture
def player(mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path) -> Player:
    return Player(mitmdump, proxy_ca, tmp_path / "cassettes" / "match.yaml")


def posted(body: str, media: str = "application/json") -> dict[str, object]:
    made = interaction(URL, "found", method="POST", body=body)
    made["request"]["headers"] = {"Content-Type": [media]}  # type: ignore[index]
    return made


def test_json_matches_in_any_order_and_coding(player: Player) -> None:
    recorded = '{"model": "m", "messages": [1, 2.0]}'
    player.start(posted(recorded), posted(recorded))
    body = b'{"messages":[1,2],"model":"m"}'
    assert player.post(body, JSON).body == b"found"
    coded = {"Content-Encoding": "gzip", **JSON}
    assert player.post(gzip.compress(body), coded).body == b"found"
    assert "replayed 2, missed 0, unused 0" in player.stop()


def test_a_multipart_matches_with_another_boundary(player: Player) -> None:
    def upload(boundary: str, content: str = "content") -> str:
        head = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
        return f"--{boundary}\r\n{head}\r\n\r\n{content}\r\n--{boundary}--\r\n"

    media = "multipart/form-data; boundary="
    player.start(posted(upload("one"), media + "one"))
    asked = upload("two", "other").encode()
    missed = player.post(asked, {"Content-Type": media + "two"})
    assert missed.status == 424
    assert (
        'body part 0 (file) at byte 0: "other" was "content"'
        in (missed.headers["x-vcr-miss-reason"])
    )
    found = player.post(upload("two").encode(), {"Content-Type": media + "two"})
    assert found.body == b"found"


def test_what_is_ignored_in_a_query_and_in_json_does_not_count(player: Player) -> None:
    query = interaction(f"{URL}?page=1&ts=1&utm_source=a", "found")
    player.start(
        query,
        posted('{"id":"a","items":[{"id":1,"n":2}]}'),
        vcr_ignore_query=["ts=,utm_*"],
        vcr_ignore_json=["$.id=", "$.items[*].id"],
    )
    missed = player.ask(f"{URL}?page=1")
    assert missed.status == 424
    assert 'query.ts: absent was ""' in missed.headers["x-vcr-miss-reason"]
    assert player.ask(f"{URL}?page=1&ts=99").body == b"found"
    assert player.post(b'{"items":[{"n":2}],"id":"b"}', JSON).body == b"found"
    player.stop()


def test_a_miss_names_the_option_that_would_let_it_match(player: Player) -> None:
    player.start(interaction(f"{URL}?page=1"), posted('{"a":{"b":[1]}}'))
    reason = player.ask(f"{URL}?page=2").headers["x-vcr-miss-reason"]
    assert 'query.page: "2" was "1"; vcr_ignore_query=page would let' in reason
    reason = player.post(b'{"a":{"b":[2]}}', JSON).headers["x-vcr-miss-reason"]
    assert "body.a.b[0]: 2 was 1; vcr_ignore_json=$.a.b[0] would let it" in reason
    assert "vcr_ignore_query=page would let it match" in player.stop()


def test_one_host_may_serve_for_another(player: Player) -> None:
    there = "https://staging.test/api"
    player.start(
        interaction(f"{URL}?a=1", "found"),
        vcr_base_url_map=[f"{there}=https://api.test/"],
    )
    assert player.ask(f"{there}/v1/chat?a=1").body == b"found"
    player.stop()


def test_named_headers_count_where_they_are_asked_for(player: Player) -> None:
    recorded = interaction(URL, "found")
    recorded["request"]["headers"] = {  # type: ignore[index]
        "Accept": ["text/html"],
        "User-Agent": ["x"],
    }
    player.start(recorded, vcr_match="method,path,header:Accept")
    missed = player.ask(headers={"Accept": "application/json"})
    assert (
        'header.accept: "application/json" was "text/html"'
        in (missed.headers["x-vcr-miss-reason"])
    )
    assert player.ask(headers={"accept": "text/html"}).body == b"found"
    player.stop()


def test_the_last_of_identical_requests_is_repeated(player: Player) -> None:
    answers = [interaction(URL, text) for text in ("pending", "done")]
    player.start(*answers, vcr_allow_repeats="last")
    got = [player.ask().body for _ in range(4)]
    assert got == [b"pending", b"done", b"done", b"done"]
    assert "replayed 4, missed 0, unused 0" in player.stop()


def test_used_up_is_not_unknown(player: Player) -> None:
    player.start(interaction(URL))
    assert player.ask().status == 200
    assert player.ask().headers["x-vcr-miss-reason"] == (
        "recorded once, and all used up by earlier requests;"
        " vcr_allow_repeats=last would let it match"
    )


# A client that breaks off


def test_a_client_that_breaks_off_gets_it_when_it_asks_again(player: Player) -> None:
    slow = interaction("http://api.test/slow", "found", duration="1s")

    def attempt(slower: float) -> None:
        player.start(slow, vcr_latency=slower)
        with socket.create_connection(("127.0.0.1", player.proxy.port)) as plug:
            head = b"Host: api.test\r\n\r\n"
            plug.sendall(b"GET http://api.test/slow HTTP/1.1\r\n" + head)
            player.proxy.wait_for_log("client connect")
            has_come = select.select([plug], [], [], 0.3 * slower)[0]
        player.proxy.wait_for_log("client disconnect")
        body = player.ask("http://api.test/slow").body
        log = player.stop()
        assert not has_come
        assert body == b"found"
        assert "replayed 1, missed 0, unused 0" in log

    at_some_pace(attempt)


def over_h2(path: str, answer: str, duration: str, **more: str) -> dict[str, object]:
    made = interaction(f"https://api.test{path}", answer, duration=duration)
    made["response"] |= {"proto": "HTTP/2.0", "proto_major": 2, **more}  # type: ignore[operator]
    return made


@pytest.mark.parametrize("kind", ["text/plain", "text/event-stream"])
def test_a_stream_that_was_reset_is_given_back_at_once(
    player: Player, proxy_ca: Path, kind: str
) -> None:
    """mitmproxy calls no hook before the wait is over, and the connection goes on."""
    found = "data: found\n\n" * 2
    slow = over_h2("/slow", found, "1s")
    slow["response"]["headers"] = {"Content-Type": [kind]}  # type: ignore[index]

    def attempt(slower: float) -> None:
        player.start(slow, over_h2("/quick", "quick", "0s"), vcr_latency=slower)
        with h2_client.connected(player.proxy.port, proxy_ca, "api.test") as client:
            left = client.ask("/slow")
            # When this is answered, the one that was asked before it waits.
            quick = client.answer(client.ask("/quick")).body
            client.reset(left)
            again = client.answer(client.ask("/slow"))
            status = client.answers[left].status
        log = player.stop()
        assert status == 0
        assert quick == b"quick"
        assert (again.status, again.body) == (200, found.encode())
        assert "replayed 2, missed 0, unused 0" in log

    at_some_pace(attempt)


# Hooks


def test_hooks_judge_and_change_a_replay(player: Player, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "from dataclasses import replace\n"
        "def match(request, recorded):\n"
        "    return True if request.headers.get('X-Any') else None\n"
        "def before_replay(interaction, request):\n"
        "    body = request.headers['X-Id'][0].encode()\n"
        "    response = replace(interaction.response, body=body)\n"
        "    return replace(interaction, response=response)\n"
    )
    player.start(interaction(URL), vcr_hooks=hooks)
    found = player.ask("https://api.test/other", headers={"X-Any": "1", "X-Id": "42"})
    assert (found.status, found.body) == (200, b"42")
    player.stop()


def test_an_error_in_a_hook_stays_off_the_network(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    """Also in a mode that would forward what has no match."""
    hooks = tmp_path / "hooks.py"
    hooks.write_text("def match(request, recorded):\n    return recorded.no_such\n")
    url = origin.https_url + "/json"
    cassette = cassettes.write(tmp_path / "c.yaml", interaction(url))
    proxy = mitmdump(cassette, "replay_with_new_episodes", vcr_hooks=hooks)
    got = fetch(proxy.wait_until_listening().url, proxy_ca, url)
    assert got.status == 500
    assert f"{hooks}, line 2: match: AttributeError: " in got.headers["x-vcr-error"]
    assert origin.hits().requests == ()
    assert proxy.stop() == 1, proxy.log


def test_what_a_hook_changes_is_what_is_recorded(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "from dataclasses import replace\n"
        "def before_record(interaction):\n"
        "    if '/counter' in interaction.request.url:\n"
        "        return None\n"
        "    response = replace(interaction.response, body=b'changed')\n"
        "    return replace(interaction, response=response)\n"
    )
    proxy = mitmdump(tmp_path / "c.yaml", "record_once", vcr_hooks=hooks)
    proxy.wait_until_listening()
    for path in ("/json", "/counter"):
        assert fetch(proxy.url, proxy_ca, origin.https_url + path).status == 200
    assert proxy.stop() == 0, proxy.log
    (kept,) = cassettes.read(tmp_path / "c.yaml")
    assert kept["response"]["body"] == "changed"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("vcr_hooks", "no_such.py", "vcr_hooks=no_such.py: there is no such file"),
        ("vcr_match", "methd", "vcr_match=methd: there is no part 'methd'"),
        ("vcr_ignore_json", "id", "vcr_ignore_json=id: is not a JSONPath"),
        ("vcr_base_url_map", "x", "vcr_base_url_map=x: use two URLs"),
        ("vcr_allow_repeats", "first", "use no, last or all"),
    ],
)
def test_a_wrong_option_ends_the_start(
    mitmdump_own: Callable[..., Proxy],
    tmp_path: Path,
    option: str,
    value: str,
    said: str,
) -> None:
    proxy = mitmdump_own(tmp_path / "c.yaml", "record_once", **{option: value})
    assert proxy.wait() == 1
    assert said in proxy.log
