"""What is refused and does not count, hook by hook."""

import logging
from pathlib import Path

import pytest
from mitmproxy.test import tflow

from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.options import BLOCK, PASSTHROUGH, Option
from mitmvcr.proxy.flow.blocking import Blocking, parse_filter
from rig import Rig, in_loop, let

HOME = "https://packages.httpie.io/latest.json"
CHECK = "https://checkpoint-api.hashicorp.com/v1/check/terraform"
WHEEL = "https://files.pythonhosted.org/packages/a/b-1-py3-none-any.whl"


def ask(rig, url, **request):
    flow = tflow.tflow()
    flow.request.url = url
    for name, value in request.items():
        setattr(flow.request, name, value)
    rig.vcr.streams.requestheaders(flow)
    let(rig.vcr.request(flow))
    return flow


def write(path: Path, *urls: str) -> str:
    held = [
        Interaction(
            0,
            Request(method="GET", url=url, body=b"content"),
            Response(code=200, status="200 OK", body=b"recorded"),
        )
        for url in urls
    ]
    path.write_bytes(writer.dumps(Cassette(held)))
    return str(path)


def counts(rig):
    summary = rig.session.summary()
    return summary.missed, summary.blocked, summary.passed


@in_loop
def test_a_call_home_is_refused_in_a_replay_and_does_not_count(tmp_path, caplog):
    rig = Rig(vcr_cassette=write(tmp_path / "a.yaml", "http://h/"), vcr_mode="replay")
    with caplog.at_level(logging.INFO):
        flow = ask(rig, HOME)
    assert flow.response.status_code == 403
    assert flow.response.headers["x-vcr-blocked"].endswith(
        "httpie's update check (vcr_ignore_preset=telemetry)"
    )
    assert "blocked: httpie's update check" in caplog.text
    assert counts(rig) == (0, 1, 0)
    assert not rig.session.log.misses
    assert ask(rig, HOME, method="HEAD").response.content == b""
    assert ask(rig, "https://example.test/").response.status_code == 424
    assert counts(rig) == (1, 2, 0)


@in_loop
def test_one_that_was_recorded_is_answered(tmp_path):
    rig = Rig(vcr_cassette=write(tmp_path / "a.yaml", HOME), vcr_mode="replay")
    assert ask(rig, HOME).response.content == b"recorded"
    assert ask(rig, HOME).response.status_code == 403


@in_loop
def test_a_recording_leaves_it_out_and_keeps_what_may_be_wanted(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "new.yaml"), vcr_mode="record")
    left_out, kept = ask(rig, HOME), ask(rig, CHECK)
    assert left_out.response is kept.response is None  # both go on
    flows = rig.vcr.sessions.under_way
    assert left_out.id not in flows
    assert not flows.pop(kept.id).is_replay
    assert counts(rig) == (0, 0, 1)


@pytest.mark.parametrize(
    ("presets", "passed_over"),
    [
        ("packages,telemetry", {HOME, WHEEL}),
        ("telemetry", {HOME}),
        (" Packages ,", {WHEEL}),
        ("none", set()),
    ],
)
def test_what_is_passed_over_can_be_chosen(tmp_path, presets, passed_over):
    @in_loop
    def check():
        for mode, name in (("replay", "a.yaml"), ("record", "new.yaml")):
            place = write(tmp_path / "a.yaml", "http://h/").replace("a.yaml", name)
            rig = Rig(vcr_cassette=place, vcr_mode=mode, vcr_ignore_preset=presets)
            flows = {url: ask(rig, url) for url in (HOME, WHEEL)}
            if mode == "replay":
                refused = {u for u, f in flows.items() if f.response.status_code == 403}
            else:
                left = rig.vcr.sessions.under_way
                refused = {u for u, f in flows.items() if left.pop(f.id, None) is None}
            assert refused == passed_over

    check()


@pytest.mark.parametrize("mode", ["replay", "record", "new_episodes", "passthrough"])
def test_a_filter_blocks_in_every_mode(tmp_path, mode):
    @in_loop
    def check():
        cassette = write(tmp_path / "a.yaml", "https://a.test/", "https://b.test/")
        rig = Rig(
            vcr_cassette=cassette, vcr_mode=mode, vcr_block=["~d a.test", "~m PUT"]
        )
        for url, method in (("https://a.test/", "GET"), ("https://b.test/", "PUT")):
            flow = ask(rig, url, method=method)
            assert flow.response.status_code == 403
        assert counts(rig) == (0, 2, 0)
        flow = ask(rig, "https://b.test/")
        assert flow.response is None or flow.response.status_code == 200
        rig.vcr.sessions.under_way.clear()

    check()


@pytest.mark.parametrize("mode", ["replay", "record", "new_episodes", "passthrough"])
@pytest.mark.parametrize("media", ["text/plain", "application/grpc"])
def test_what_is_blocked_is_not_sent_though_its_host_is_let_through(
    tmp_path, mode, media
):
    @in_loop
    def check():
        rig = Rig(
            vcr_cassette=write(tmp_path / "a.yaml", "https://b.test/"),
            vcr_mode=mode,
            vcr_passthrough=["~d a.test"],
            vcr_block=["~u /events"],
        )
        flows = {}
        for path in ("events", "data"):
            flow = tflow.tflow()
            flow.request.url = f"https://a.test/{path}"
            flow.request.http_version = "HTTP/2.0"
            flow.request.headers["content-type"] = media
            rig.vcr.streams.requestheaders(flow)
            if flow.response is None:
                let(rig.vcr.request(flow))
            flows[path] = flow.response
        assert flows["data"] is None  # it goes on
        assert flows["events"] is not None
        assert counts(rig) == (0, 1, 1)
        rig.vcr.sessions.under_way.clear()

    check()


@in_loop
def test_a_grpc_call_that_is_blocked_is_told_as_calls_are(tmp_path):
    cassette = write(tmp_path / "a.yaml", "https://a.test/")
    rig = Rig(vcr_cassette=cassette, vcr_mode="replay", vcr_block=["~d a.test"])
    flow = tflow.tflow()
    flow.request.url = "https://a.test/"
    flow.request.http_version = "HTTP/2.0"
    flow.request.headers["content-type"] = "application/grpc"
    rig.vcr.request(flow)
    assert flow.response.headers["grpc-status"] == "9"
    assert "blocked: ~d a.test" in flow.response.headers["grpc-message"]


def test_a_wrong_filter_is_told_by_the_option():
    with pytest.raises(OptionError, match="vcr_block=~~: not a flow filter"):
        Blocking(["~~"])


@in_loop
def test_a_hook_may_answer_or_let_go(tmp_path):
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "from mitmvcr.core.model import Response\n"
        "def on_miss(request, miss):\n"
        "    if 'let-go' in request.url: return False\n"
        "    if 'answer' in request.url:\n"
        "        return Response(code=418, status='418 T', body=b'tea')\n"
    )
    cassette = write(tmp_path / "a.yaml", "https://a.test/")
    rig = Rig(vcr_cassette=cassette, vcr_mode="replay", vcr_hooks=str(hooks))
    assert ask(rig, "https://a.test/let-go").response.status_code == 403
    flow = ask(rig, "https://a.test/answer")
    assert (flow.response.status_code, flow.response.content) == (418, b"tea")
    assert ask(rig, "https://a.test/other").response.status_code == 424
    assert counts(rig) == (1, 1, 0)
    assert rig.session.summary().replayed == 1
    assert rig.session.log.misses.total() == 1


@pytest.mark.parametrize("option", [BLOCK, PASSTHROUGH])
@pytest.mark.parametrize(
    ("text", "late"),
    [
        *((f"~{each}", each) for each in ("s", "a", "e", "tcp", "udp", "dns")),
        *((f"~{each}", each) for each in ("replays", "websocket")),
        *((f"~{each} word", each) for each in ("hs", "bs", "ts")),
        ("~c 404", "c"),
        ("~d example.com & !~c 404", "c"),
        ("(~u '~s' | ~ts json) ~m GET", "ts"),
    ],
)
def test_a_filter_that_says_nothing_of_a_request_is_refused(
    option: Option, text: str, late: str
) -> None:
    with pytest.raises(OptionError) as refused:
        parse_filter(text, option)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{option.vcr}={text}: ~{late} says nothing of a request ")


@pytest.mark.parametrize(
    "text", ["~all", "~q", "~d '~s'", '~u "a\\"~c 200"', "~hq cs ~t ts ~b bs ~h hs"]
)
def test_a_filter_of_requests_may_quote_another(text: str) -> None:
    assert callable(parse_filter(text, BLOCK))
