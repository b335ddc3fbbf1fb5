"""What varies in the messages of a WebSocket, and the rules that let a replay of one
recording take those of another."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.two_runs import NOW, A, B, C, D, learned, rules, sources
from mitmvcr.core.frames import Frame
from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.learn import Class, Facts
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.conversations import conversations, heard


def frame(text: str, at: int) -> Frame:
    """``> text`` is the client's, ``< text`` the server's; ``>>`` ends it."""
    is_end = text.startswith(">>")
    content = text[3:] if is_end else text[2:]
    return Frame(text[0] == ">", at, "close" if is_end else "text", content.encode())


def socket(*said: str) -> Interaction:
    frames = [frame(each, at) for at, each in enumerate(said)]
    request = Request("GET", "wss://h/chat")
    return Interaction(0, request, Response(code=101, websocket=frames))


def http(body: str = "", answer: str = "") -> Interaction:
    request = Request("POST", "https://h/", body=body.encode())
    return Interaction(0, request, Response(code=200, body=answer.encode()))


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (f'{{"q": "a", "ts": {NOW}}}', '{"q": "a", "ts": 1764299999}', "json $.ts="),
        (f'42["a",{{"id":"{A}"}}]', f'42["a",{{"id":"{B}"}}]', "json $[1].id="),
        (
            f'{{"type":1,"invocationId":"1","at":"{A}"}}\x1e',
            f'{{"type":1,"invocationId":"2","at":"{B}"}}\x1e',
            "json $.at=",
        ),
        (f"hello {A}", f"hello {B}", "body hello "),
        ('{"n": 5, "q": 1}', '{"n": 60, "q": 1}', "json $.n="),
    ],
)
def test_one_rule_leaves_out_what_varies_in_a_message(
    one: str, other: str, wanted: str
) -> None:
    first, second = (socket(f"> {each}", "< ok", ">> 1000 ") for each in (one, other))
    found = learned([first], [second])
    assert found.against == []
    assert len(found.rules) == 1, found.rules
    assert rules(found)[0].startswith(f"ignore_{wanted}")
    assert str(found.findings[0].place).startswith("message.")


def test_what_a_replay_knows_as_an_id_needs_no_rule() -> None:
    call = '> {"id": %d, "method": "m", "params": {"x": 1}}'
    answer = '< {"id": %d, "result": 1}'
    first, second = ([socket(call % n, answer % n)] for n in (5, 17))
    assert learned(first, second).rules == []
    said = '{"session": "%s"}'
    first, second = (
        [socket(f"> {said % each}", f"< {said % each}")] for each in (A, B)
    )
    assert learned(first, second).rules == []


def test_what_the_server_said_before_is_given() -> None:
    def run(sid: str) -> list[Interaction]:
        return [socket("> hi", f'< {{"sid": "{sid}"}}', f'> {{"join": "{sid}"}}')]

    found = learned(run(A), run(B))
    assert (found.rules, found.against) == ([], [])
    assert sources(found) == [("message.$.join", Class.GIVEN)]

    def again(token: str) -> list[Interaction]:
        return [http(answer=f'{{"t": "{token}"}}'), socket(f'> {{"t": "{token}"}}')]

    assert sources(learned(again(A), again(B))) == [("message.$.t", Class.GIVEN)]


def test_what_a_client_said_in_a_message_is_its_own() -> None:
    def run(value: str) -> list[Interaction]:
        return [
            socket(f'> {{"key": "{value}"}}', "< ok", f'< {{"have": "{value}"}}'),
            http(f'{{"key": "{value}"}}'),
        ]

    assert rules(learned(run(A), run(B))) == ["ignore_json $.key="]


def test_no_rule_makes_one_of_two_messages() -> None:
    first, second = (
        [socket(f'> {{"page": {n}}}', "< x", f'> {{"page": {n + 1}}}', "< y")]
        for n in (1, 3)
    )
    found = learned(first, second)
    assert found.rules == []
    assert found.against == [
        "interaction 0, GET wss://h/chat: message '{\"page\": 3}': the recording has"
        " '{\"page\": 1}'"
    ]
    first, second = (
        [http(f'{{"n": {n}}}'), *each] for n, each in ((1, first), (9, []))
    )
    assert rules(learned(first, second)) == ["ignore_json $.n="]


def test_messages_that_no_rule_helps_stand_in_the_way() -> None:
    first = socket("> a", "< b")
    found = learned([first], [socket("> a", "< b", "> more")])
    assert found.rules == []
    assert found.against[0].endswith("message 'more': the recording has no more")
    other = learned([socket('> {"a": 1}')], [socket('> {"a": 1, "b": 2}')])
    assert 'message \'{"a": 1, "b": 2}\'' in other.against[0]
    binary = [
        Interaction(0, first.request, Response(websocket=[Frame(True, 0, "binary", b)]))
        for b in (b"\xff\x01", b"\xff\x02")
    ]
    assert learned(binary[:1], binary[1:]).against
    assert "has no more" in learned([first], binary[:1]).against[0]


def test_the_nearest_message_that_may_come_is_compared() -> None:
    first = socket(f'> {{"q": "x", "id": "{A}"}}', f'> {{"q": "y", "id": "{B}"}}')
    second = socket(f'> {{"q": "y", "id": "{C}"}}', f'> {{"q": "x", "id": "{D}"}}')
    found = learned([first], [second])
    assert rules(found) == ["ignore_json $.id="]
    assert found.against == []


def test_the_date_and_the_machine_in_a_message_have_rules() -> None:
    both = [socket(f'> {{"t": {NOW}, "host": "builder7"}}', "< x")]
    facts = Facts(NOW, NOW + 1, ("builder7",))
    found = learned(both, both, facts=facts)
    assert rules(found) == ["ignore_json $.t=", "ignore_json $.host="]
    assert sources(found)[0] == ("message.$.t", Class.MACHINE)


def test_messages_count_whatever_of_requests_is_compared() -> None:
    spec = MatchSpec(("method", "url"))
    first, second = (
        [socket(f'> {{"page": {n}}}', f'> {{"page": {n + 1}}}')] for n in (1, 3)
    )
    assert learned(first, second, spec).rules == []


uuids = st.integers(0, (1 << 128) - 1).map(lambda number: str(UUID(int=number)))


@st.composite
def chats(draw: st.DrawFn) -> tuple[Interaction, Interaction]:
    asked = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=5))

    def run() -> Interaction:
        said = []
        for each in asked:
            value = {"q": each, "id": draw(uuids), "x": draw(st.sampled_from("de"))}
            said += [f"> {json.dumps(value)}", "< ok"]
        return socket(*said)

    return run(), run()


@given(chats())
def test_a_replay_takes_a_conversation_or_what_stands_in_the_way_is_said(
    drawn: tuple[Interaction, Interaction],
) -> None:
    first, second = [drawn[0]], [drawn[1]]
    found = learned(first, second)
    pair = Asked(0, first[0].request), Asked(0, second[0].request)
    ((_, both),) = conversations(first, second, [pair])
    assert (heard(both, Matcher(found.spec)) == -1) is (found.against == [])
    matcher = Matcher(found.spec)
    for recording in drawn:
        said = [e.content for e in recording.response.websocket if e.from_client]
        values = [json.loads(each) for each in said]
        for one, ours in zip(said, values, strict=True):
            for other, theirs in zip(said, values, strict=True):
                if matcher.message(one) == matcher.message(other):
                    assert [ours[n] for n in "qx"] == [theirs[n] for n in "qx"]
