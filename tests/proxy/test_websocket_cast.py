"""WebSockets that were opened by equal requests play what fits what is said on them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Replay
from mitmvcr.core.wording import quoted
from mitmvcr.format import writer
from mitmvcr.proxy.flow.exchange import replay
from mitmvcr.proxy.flow.player import SLOW, Player
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.flow.websocket import Script
from mitmvcr.proxy.window import logged
from mitmvcr.session import open_session
from option_samples import parse_settings

URL = "https://api.test/chat"


def recorded(
    *said: str, token: str = "", agreed: str = "", url: str = URL
) -> Interaction:
    """``> text`` is the client's, ``< text`` the server's."""
    frames = [Frame(each[0] == ">", 0, "text", each[2:].encode()) for each in said]
    headers = {"Sec-WebSocket-Protocol": [agreed]} if agreed else {}
    answer = Response(code=101, headers=headers, websocket=tuple(frames))
    return Interaction(0, request(token, url), answer)


def request(token: str = "", url: str = URL) -> Request:
    return Request("GET", url, headers={"X-Account": [token]} if token else {})


class Stage:
    """A session of these recordings, and its sockets."""

    def __init__(self, folder: Path, *plays: Interaction, **options: str) -> None:
        path = folder / "a.yaml"
        path.write_bytes(writer.dumps(Cassette(list(plays))))
        options = {"cassette": str(path), "mode": "replay_only"} | options
        settings = parse_settings(**options)
        self.session = open_session(settings)
        self.player = Player(self.session, settings)
        self.flows: list[SimpleNamespace] = []

    def open(self, token: str = "", *, begins: bool = True) -> Script:
        live = request(token)
        found = self.session.plan(live)
        assert isinstance(found, Replay)
        session, answer = self.session, found.interaction.response
        seen, counts = session.redactor.message, session.matcher.message
        cast = self.player.cast
        others = cast.instead, cast.knowing(live)
        script = Script(answer, 0, lambda _: None, seen, counts, *others)
        flow = SimpleNamespace(id="", client_conn=SimpleNamespace(id=""))
        flow.marked = flow.comment = ""
        self.flows.append(flow)
        exchange = replay({}, flow, self.player, found)
        moved = partial(exchange.moved, flow)
        cast.add(script, live, found.position, answer, moved)
        exchange.finish(Event.ANSWERED)
        if begins:
            self.said(script)
        return script

    def said(self, script: Script) -> list[str]:
        return [each.content.decode() for each in _spoken(script)]

    def played(self) -> list[int]:
        """Return what the log says of each socket."""
        made = logged(self.session, range(len(self.session.log)))
        return [each.interaction for each in made]

    def comments(self) -> list[str]:
        """Return what mitmproxy shows of each socket."""
        return [each.comment for each in self.flows]

    def say(self, script: Script, said: str) -> object:
        """Return what the server says to it, or why it is refused."""
        return script.hear("text", said.encode()) or self.said(script)


def _spoken(script: Script) -> Iterator[Frame]:
    while frame := script.next_from(client=False):
        yield frame


def numbers(count: int, *first: str) -> list[Interaction]:
    return [recorded(*first, f"> ask {n}", f"< got {n}") for n in range(count)]


@pytest.mark.parametrize("first", [(), ("< hello",), ("> init", "< ack")])
@pytest.mark.parametrize("repeats", ["no", "last", "all"])
def test_sockets_speak_in_any_order(tmp_path, first, repeats) -> None:
    stage = Stage(tmp_path, *numbers(4, *first), allow_repeats=repeats)
    sockets = [stage.open() for _ in range(4)]
    if "> init" in first:
        assert [stage.say(each, "init") for each in sockets] == [["ack"]] * 4
    for n in (3, 1, 0, 2):
        assert stage.say(sockets[n], f"ask {(n + 1) % 4}") == [f"got {(n + 1) % 4}"]
    assert stage.session.deck.unused() == []


ORDERS = [
    '{"order": "4f9a8b7c-1111-4d5e-8a21-0c7d9e3b5f10"%s}',
    '{"order": "b03c1d2e-2222-4f6a-9b77-5a8e1c4d7f29"%s}',
]
PRICE = ', "price": %d'
ANEW = '{"order": "d91e7c40-3333-4b8a-a6f5-2e0b9d8c1a34"%s}'


def orders() -> list[Interaction]:
    return [
        recorded(f"> {each % ''}", f"< {each % PRICE % price}")
        for price, each in enumerate(ORDERS)
    ]


def test_a_refusal_says_where_the_message_differs(tmp_path) -> None:
    """Its beginning is an id that is made up anew, and does not count."""
    asked = '{"id": "%s", "type": "subscribe", "payload": {"variables": {"n": %d}}}'
    ids = [each[11:47] for each in (*ORDERS, ANEW)]
    stage = Stage(
        tmp_path, recorded(f"> {asked % (ids[0], 1)}", f'< {{"id": "{ids[0]}"}}')
    )
    said = stage.say(stage.open(), asked % (ids[2], 5))
    assert said == "message.payload.variables.n 5: the recording has 1"


def test_a_message_that_is_no_json_or_too_long_is_shown(tmp_path) -> None:
    for asked in ("hello", "{", "[" * 10_000, f'"{"x" * SLOW * 2}"'):
        stage = Stage(tmp_path, recorded('> {"a": 1}', "< b"))
        said = str(stage.say(stage.open(), asked))
        assert said.startswith(f"message {quoted(asked)}")
        assert said.endswith(r': the recording has "{\"a\": 1}"')


@pytest.mark.parametrize("first", ["one", "other"])
def test_what_another_recording_asks_is_not_made_up_anew(tmp_path, first) -> None:
    """An id looks like one that the client made up, and the server repeats it."""
    stage = Stage(tmp_path, *orders())
    for at in (0, 1) if first == "one" else (1, 0):
        said = [ORDERS[at] % PRICE % at]
        assert stage.say(stage.open(), ORDERS[at] % "") == said


def test_what_another_recording_asked_is_refused_once_it_was_played(tmp_path) -> None:
    stage = Stage(tmp_path, *orders())
    assert stage.say(stage.open(), ORDERS[0] % "") == [ORDERS[0] % PRICE % 0]
    refused = stage.say(stage.open(), ORDERS[0] % "")
    assert "the recording has" in str(refused)


def test_what_no_recording_asks_is_made_up_anew(tmp_path) -> None:
    stage = Stage(tmp_path, *orders())
    assert stage.say(stage.open(), ANEW % "") == [ANEW % PRICE % 0]


def test_one_alone_plays_what_it_says(tmp_path) -> None:
    stage = Stage(tmp_path, *numbers(3))
    assert stage.say(stage.open(), "ask 2") == ["got 2"]
    assert stage.session.deck.unused() == [0, 1]
    assert stage.say(stage.open(), "ask 1") == ["got 1"]
    assert stage.session.deck.unused() == [0]


@pytest.mark.parametrize("kept", ["complete", "brief"])
def test_the_report_names_what_was_played(tmp_path, kept) -> None:
    stage = Stage(tmp_path, *numbers(3))
    setattr(stage.session.log, kept, True)
    one, other = stage.open(), stage.open()
    assert stage.played() == [0, 1]
    assert stage.say(one, "ask 1") == ["got 1"]
    assert stage.played() == [1, 0]
    assert stage.say(other, "ask 2") == ["got 2"]
    assert stage.played() == [1, 2]


def test_long_messages_are_told_from_where_they_differ(tmp_path) -> None:
    start = "subscribe:" + "channel," * 20
    stage = Stage(tmp_path, recorded(f"> {start}one", "< b"))
    assert stage.say(stage.open(), f"{start}two") == (
        'message at character 170 "two": the recording has "one"'
    )


@pytest.mark.parametrize("kept", ["complete", "brief"])
def test_two_that_play_the_same_keep_their_entries(tmp_path, kept) -> None:
    stage = Stage(tmp_path, *numbers(3), allow_repeats="all")
    setattr(stage.session.log, kept, True)
    one, *_ = [stage.open() for _ in range(4)]
    assert stage.played() == [0, 0, 0, 0]
    assert stage.say(one, "ask 1") == ["got 1"]
    assert stage.played() == [1, 0, 0, 0]


def test_mitmproxy_shows_what_was_played(tmp_path) -> None:
    stage = Stage(tmp_path, *numbers(3))
    one, other = stage.open(), stage.open()
    assert stage.comments() == [f"replayed from a.yaml #{n}" for n in (0, 1)]
    assert stage.say(one, "ask 1") == ["got 1"]
    assert stage.comments() == [f"replayed from a.yaml #{n}" for n in (1, 0)]
    stage.flows[1].comment = "look at this"
    assert stage.say(other, "ask 2") == ["got 2"]
    assert stage.comments()[1] == "look at this"


def test_what_no_recording_has_is_refused(tmp_path) -> None:
    stage = Stage(tmp_path, *numbers(2))
    one, other = stage.open(), stage.open()
    assert stage.say(one, "ask 9") == 'message "ask 9": the recording has "ask 0"'
    assert stage.say(other, "ask 0") == 'message "ask 0": the recording has "ask 1"'
    assert "no more" in str(stage.say(one, "ask 0"))


def test_what_has_been_said_stays_so(tmp_path) -> None:
    stage = Stage(
        tmp_path,
        recorded("> a", "< one", "> x", "< ax"),
        recorded("> b", "< one", "> y", "< by"),
        recorded("> a", "< two", "> z", "< az"),
        recorded("< hi", "> a", "< one", "> v"),
        recorded("> a", "< one", "> w", "< aw", agreed="mqtt"),
    )
    socket = stage.open()
    assert stage.say(socket, "a") == ["one"]
    for said in ("y", "z", "v", "w"):
        socket = stage.open() if said != "y" else socket
    refused = stage.say(socket, "v")
    assert "the recording has" in str(refused)


def test_one_that_said_more_keeps_what_it_plays(tmp_path) -> None:
    stage = Stage(tmp_path, *numbers(2))
    one, other = stage.open(), stage.open()
    assert stage.say(one, "ask 0") == ["got 0"]
    assert "ask 1" in str(stage.say(other, "ask 0"))
    assert stage.say(one, "more") == 'message "more": the recording has no more'


def test_nobody_gets_what_is_another_account_s(tmp_path) -> None:
    plays = [recorded("> ask 0", token="ann"), recorded("> ask 1", token="bob")]
    stage = Stage(tmp_path, *plays, match="method,url,header:X-Account")
    ann = stage.open("ann")
    assert 'the recording has "ask 0"' in str(stage.say(ann, "ask 1"))


def test_nobody_is_left_with_what_the_server_says_first(tmp_path) -> None:
    """With a latency the server may not have said it yet."""
    stage = Stage(tmp_path, recorded("< late", "> a"), recorded("> b", "< B"))
    one, other = stage.open(begins=False), stage.open()
    assert "the recording has" in str(stage.say(one, "b"))
    assert stage.say(other, "b") == ["B"]


def test_large_messages_and_long_talks_stay_with_what_they_play(tmp_path) -> None:
    large = "x" * (SLOW + 1)
    talk = [word for n in range(40) for word in (f"> {n}", f"< {n}")]
    stage = Stage(tmp_path, recorded(f"> {large}"), recorded(*talk), recorded("> end"))
    one, other = stage.open(), stage.open()
    assert "the recording has" in str(stage.say(one, "end"))
    for n in range(40):
        assert stage.say(other, str(n)) == [str(n)]
    assert "no more" in str(stage.say(other, "end"))
    assert stage.say(stage.open(), "end") == []
    assert repr(other) == "<Script <Dialogue  0>>"
    assert repr(stage.player.cast) == "<Cast 2 sockets>"


def test_what_a_hook_has_changed_plays_as_it_is(tmp_path) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "from dataclasses import replace\n"
        "def before_replay(interaction, request):\n"
        "    frames = interaction.response.websocket[:1]\n"
        "    answer = replace(interaction.response, websocket=frames)\n"
        "    return replace(interaction, response=answer)\n"
    )
    stage = Stage(tmp_path, *numbers(2), hooks=str(hooks))
    assert 'the recording has "ask 0"' in str(stage.say(stage.open(), "ask 1"))
