"""What the pytest plugin makes of markers, names and answers; scripts/frameworks runs
it whole."""

import json
import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from mitmproxy import flowfilter
from mitmproxy.test import tflow
from mitmvcr_pytest import environment, network, settings
from mitmvcr_pytest.control import Control, VcrError
from mitmvcr_pytest.seat import Vcr

from mitmvcr.core.modes import Mode
from mitmvcr.options import BY_NAME


def mark(*args: object, **kwargs: object) -> pytest.Mark:
    return SimpleNamespace(args=args, kwargs=kwargs)  # type: ignore[return-value]


def test_the_narrowest_marker_counts_and_the_command_line_most() -> None:
    config = {"match": "method", "ignore_query": ["ts"], "record_mode": "all"}
    marks = [mark(match="url", mode="none"), mark(record_mode="once")]
    wish = settings.wish_of(config, marks, None, {})
    assert wish == {"match": "url", "ignore_query": ["ts"], "mode": "record_once"}
    assert settings.wish_of(config, marks, "none", {})["mode"] == "replay_only"
    assert settings.wish_of({}, [], None, {}) == {}


@pytest.mark.parametrize(
    ("environment", "mode"),
    [
        ({}, "record_once"),
        ({"CI": "true"}, "replay_only"),
        ({"CI": "false"}, "record_once"),
        ({"CI": " 0 "}, "record_once"),
        ({"MITMVCR_RUN_MODE": "record_only"}, "record_only"),
        ({"MITMVCR_RUN_MODE": "record_only", "CI": "1"}, "record_only"),
        ({"MITMVCR_MODE": "new_episodes"}, "replay_with_new_episodes"),
    ],
)
def test_whoever_starts_the_run_counts_more_than_its_files(
    environment: dict[str, str], mode: str
) -> None:
    """VCR.py's mode stands in a conftest.py, and CI records nothing."""
    chosen = settings.chosen_mode(None, environment)
    wish = settings.wish_of({"record_mode": "once"}, [], chosen, environment)
    assert wish["mode"] == mode
    only = settings.wish_of({"mode": "passthrough"}, [], None, {"CI": "true"})
    assert only == {"mode": "passthrough"}
    assert settings.wish_of({}, [], None, {"CI": "true"}) == {}
    for short in ("record", "Record_Once"):  # the API takes them, too
        wish = settings.wish_of({"mode": short}, [], None, {"CI": "true"})
        assert wish == {"mode": "replay_only"}
    assert settings.chosen_mode("none", {"MITMVCR_RUN_MODE": "x"}) == "none"


def test_what_vcrpy_names_otherwise_is_what_mitmvcr_has() -> None:
    config = {
        "match_on": ("method", "uri", "raw_body"),
        "filter_headers": ["authorization", ("x-key", "DUMMY")],
        "filter_query_parameters": ["key"],
        "filter_post_data_parameters": [("pin", None)],
    }
    assert settings.wish_of(config, [], None, {}) == {
        "match": "method,url,body",
        "redact_headers": ["authorization", "x-key"],
        # VCR.py leaves out what it filters, on both sides.
        "redact_query": ["key", "pin"],
        "ignore_query": ["key"],
        "ignore_form": ["pin"],
        "redact_json": ['$["pin"]'],
        "ignore_json": ['$["pin"]'],
    }
    assert set(settings.wish_of(config, [], None, {})) <= set(BY_NAME)


def test_what_vcrpy_filters_adds_to_what_else_is_asked_for() -> None:
    config = {"ignore_query": "ts", "filter_query_parameters": ["key"]}
    wish = settings.wish_of(config, [], None, {})
    assert wish == {"redact_query": ["key"], "ignore_query": ["ts", "key"]}


def test_vcrpys_other_settings_are_understood_needless_or_told_with_a_remedy() -> None:
    config = {
        "allow_playback_repeats": True,
        "ignore_hosts": ["a.test", "b"],
        "decode_compressed_response": True,
        "custom_patches": (),
    }
    assert settings.wish_of(config, [], None, {}) == {
        "allow_repeats": "all",
        "passthrough": [r'~d "^a\\.test$"', '~d "^b$"'],
    }
    once = settings.wish_of({"allow_playback_repeats": False}, [], None, {})
    assert once == {}
    local = settings.wish_of({"ignore_localhost": True}, [], None, {})
    assert local["passthrough"][0] == '~d "^localhost$"'
    assert settings.wish_of({"ignore_localhost": False}, [], None, {}) == {}
    for key in settings.ELSEWHERE:
        with pytest.raises(VcrError, match=rf"^{key} is VCR.py's: \w"):
            settings.wish_of({key: print}, [], None, {})
        assert settings.wish_of({key: None}, [], None, {}) == {}


def test_a_value_that_no_session_can_take_is_told_by_its_name() -> None:
    config = {"hooks": Path("a.py"), "ignore_query": {"b", "a"}, "keep": ("jwt",)}
    assert settings.wish_of(config, [], None, {}) == {
        "hooks": "a.py",
        "ignore_query": ["a", "b"],
        "keep": ["jwt"],
    }
    with pytest.raises(VcrError, match=r"^keep=.*: use a text, a number or a list"):
        settings.wish_of({"keep": print}, [], None, {})


def test_what_code_gives_of_the_wrong_kind_is_told() -> None:
    for config in (None, ["x"]):
        assert settings.hosts_of(config) is None
        with pytest.raises(
            VcrError, match=r"^vcr_config returns .*: let it return a d"
        ):
            settings.wish_of(config, [], None, {})  # type: ignore[arg-type]
    assert settings.hosts_of({"allowed_hosts": "a"}) == "a"
    assert settings.name_given([]) == settings.name_given([mark()]) == ""
    assert settings.name_given([mark("wide"), mark("narrow"), mark()]) == "narrow"
    for names, told in (
        (("a", "b"), "and 2 are named"),
        ((3,), r"^vcr\(3\): a cassette"),
    ):
        with pytest.raises(VcrError, match=told):
            settings.name_given([mark(*names)])


def test_each_mode_is_mitmvcrs() -> None:
    assert {*settings.OWN_MODES} == {*map(str, Mode)}


def test_hosts_are_filters_of_mitmproxys() -> None:
    assert settings.filters(["api.*", "b"]) == ['~d "api.*"', '~d "b"']
    digits = flowfilter.parse(settings.filters([r"^a\d+\.test$"])[0])
    for host, matches in {
        "a12.test": True,
        "a12xtest": False,
        "ad.test": False,
    }.items():
        flow = tflow.tflow()
        flow.request.host = host
        assert digits(flow) is matches


def item(name: str, owner: type | None = None) -> pytest.Item:
    return SimpleNamespace(name=name, cls=owner)  # type: ignore[return-value]


def test_a_cassette_is_named_after_its_test() -> None:
    assert settings.file_name(item("test_a[1]"), "function") == "test_a[1]"
    named = settings.file_name(item("test_a", Path), "function")
    assert named == "Path.test_a"
    assert settings.file_name(item("test_a", Path), "class") == "Path"
    assert settings.file_name(item("test_a"), "module") == ""
    with pytest.raises(VcrError, match="scope='class' is for tests in a class"):
        settings.file_name(item("test_a"), "class")
    assert settings.file_name(item('t[a/b:c"]. '), "function") == "t[a-b-c-]"
    long = [settings.file_name(item("é" * 99 + end), "function") for end in "ab"]
    assert len({*long}) == 2
    assert max(len(each.encode()) for each in long) < 180


class Outer:
    class Inner:
        pass


def test_a_class_within_another_is_named_with_it() -> None:
    inner = item("test_a", Outer.Inner)
    assert settings.file_name(inner, "function") == "Outer.Inner.test_a"
    assert settings.file_name(inner, "class") == "Outer.Inner"
    # as older versions had it, whose cassettes are still found
    assert settings.former_name(inner, "function") == "Inner.test_a"
    assert settings.former_name(inner, "class") == "Inner"

    class Local:
        pass

    assert settings.file_name(item("test_a", Local), "function") == "Local.test_a"


def test_a_test_is_known_by_its_file_and_all_of_its_name() -> None:
    one: pytest.Item = SimpleNamespace(  # type: ignore[assignment]
        nodeid="tests/test_a.py::Outer::Inner::test_a[b/c]", path=Path("/r/test_a.py")
    )
    assert (
        settings.test_of(one, "function") == "/r/test_a.py::Outer::Inner::test_a[b/c]"
    )
    assert settings.test_of(one, "class") == "/r/test_a.py::Outer::Inner"
    assert settings.test_of(one, "module") == "/r/test_a.py"


def test_cassettes_lie_beside_the_modules_as_the_folder_does() -> None:
    of = settings.folder_of_module
    assert of("/r/cassettes", "/r/test_a.py") == "/r/cassettes/test_a"
    assert of("/r/cassettes", "/r/tests/x/test_a.py") == "/r/cassettes/tests/x/test_a"
    # pytest-recording's own place
    assert of("/r/tests/cassettes", "/r/tests/test_a.py") == (
        "/r/tests/cassettes/test_a"
    )
    assert of("/r/cassettes", "/elsewhere/test_a.py") == "/r/cassettes/test_a"


def test_a_cassette_outside_of_the_folder_is_refused() -> None:
    assert settings.cassette_name("/r/c", "/r/c/a/b.yaml") == "a/b"
    with pytest.raises(VcrError, match=r"/r/other is outside of /r/c: see vcr_cass"):
        settings.cassette_name("/r/c", "/r/other")


MISS = {"reason": "r", "times": 1, "request": {"method": "GET", "url": "u"}}
FACTS = {"name": "a@gw1", "mode": "replay_only", "ca_file": "/ca", "misses": [MISS]}


class Api(BaseHTTPRequestHandler):
    """Answers with what the test has put into ``answers``."""

    answers: list[tuple[int, bytes]]
    asked: list[tuple[str, bytes]]

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.asked.append((f"{self.command} {self.path}", self.rfile.read(length)))
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = do_POST


@pytest.fixture
def api() -> Iterator[tuple[Control, type[Api]]]:
    handler = type("Handler", (Api,), {"answers": [], "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    yield Control(f"http://127.0.0.1:{server.server_port}"), handler
    server.shutdown()
    thread.join()
    server.server_close()


VARIABLES: list[tuple[object, object, object]] = [
    # made, as it is sent, recorded before
    (9, 9, 7),
    (True, True, False),
    (None, None, None),
    ([1, {"a": 0.5}], [1, {"a": 0.5}], []),
    ("new", "new", "old"),
    (UUID(int=1), f"{UUID(int=1)}", f"{UUID(int=2)}"),
    (date(2026, 11, 28), "2026-11-28", "2026-01-02"),
    (datetime(2026, 11, 28, 7, 1), "2026-11-28 07:01:00", "2026-01-02 03:04:05"),
    (Decimal("1.50"), "1.50", "2.50"),
]


@pytest.mark.parametrize(("made", "sent", "recorded"), VARIABLES)
def test_a_variable_is_recorded_and_has_the_type_of_what_was_made(
    api: tuple[Control, type[Api]], made: object, sent: object, recorded: object
) -> None:
    control, handler = api
    vcr = Vcr(control, FACTS, "a")
    for value in (sent, recorded):
        handler.answers.append((200, json.dumps({"n": value}).encode()))
    assert vcr.variable("n", lambda: made) == made
    replayed = vcr.variable("n", lambda: made)
    assert type(replayed) is type(made)
    assert replayed == recorded or f"{replayed}" == recorded
    assert (
        handler.asked
        == [("POST /sessions/a%40gw1/variables", json.dumps({"n": sent}).encode())] * 2
    )


def test_a_variable_has_a_name(api: tuple[Control, type[Api]]) -> None:
    with pytest.raises(VcrError, match=r"^variable\(3\): its name is a text$"):
        Vcr(api[0], FACTS, "a").variable(3, str)  # type: ignore[arg-type]


def test_each_miss_is_told_once(api: tuple[Control, type[Api]]) -> None:
    control, handler = api
    vcr = Vcr(control, FACTS, "a")
    for times in (1, 1, 3):
        facts = {**FACTS, "misses": [{**MISS, "times": times}], "failure": "full"}
        handler.answers.append((200, json.dumps(facts).encode()))
    report = "mitmvcr: 1 request had no match in cassette a:\n  GET u{}: r"
    assert vcr.new_misses() == report.format("")
    assert vcr.new_misses() == ""
    assert vcr.end() == report.format(" (2 times)") + "\nmitmvcr: full"


def test_what_the_api_refuses_is_its_own_line(api: tuple[Control, type[Api]]) -> None:
    control, handler = api
    handler.answers += [(409, b'{"detail": "no", "field": "name"}'), (200, b"<html>")]
    with pytest.raises(VcrError, match=r"^no$") as refused:
        control("GET", "health")
    assert refused.value.field == "name"
    with pytest.raises(VcrError, match="is no control API of mitmvcr"):
        control("GET", "health")
    with pytest.raises(VcrError, match="does not answer"):
        Control("http://127.0.0.1:9")("GET", "health")
    with pytest.raises(VcrError, match=r"MITMVCR_CONTROL_URL=8080: use http://127"):
        Control("8080")


def test_clients_are_sent_to_the_proxy_and_trust_it_and_its_end_puts_all_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SSL_CERT_FILE", "MITMVCR_CA_BUNDLE", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", "http://other:1")
    monkeypatch.setenv("NO_PROXY", "corp.test")
    pem = Path(__file__).with_name("sample.pem")
    before = dict(environment.os.environ)
    monkeypatch.setattr(environment._Patches, "install", lambda _: None)
    made = environment.Environment("http://127.0.0.1:1", str(pem))
    now = dict(environment.os.environ)
    assert now["https_proxy"] == now["HTTP_PROXY"] == "http://127.0.0.1:1"
    assert "ALL_PROXY" not in now
    assert now["NO_PROXY"] == "corp.test,localhost,127.0.0.1,::1"
    bundle = Path(now["SSL_CERT_FILE"])
    assert pem.read_bytes() in bundle.read_bytes()
    made.restore()
    assert dict(environment.os.environ) == before
    assert not bundle.exists()


def test_the_network_is_blocked_but_for_this_machine() -> None:
    import socket

    with network.blocked(["192\\.0\\.2\\.9"]), socket.socket() as client:
        client.settimeout(0.01)
        with pytest.raises(RuntimeError, match=r"disabled for host '192\.0\.2\.1'"):
            client.connect(("192.0.2.1", 9))
        with pytest.raises(RuntimeError, match=r"disabled for host '192\.0\.2\.1'"):
            client.connect_ex(("192.0.2.1", 9))
        with pytest.raises(OSError):  # noqa: PT011 - whatever it is there
            client.connect(("127.0.0.1", 9))
