"""Conversations whose client makes up ids: what is taken for what, and answered."""

import json
import re

import pytest

from mitmvcr.core import mqtt
from mitmvcr.core.correlated import (
    Text,
    answered,
    are_random,
    differences,
    keepalive,
    protocol_of,
    read,
)
from mitmvcr.core.dialogue import Dialogue
from mitmvcr.core.frames import Frame

ONE = "0b8f1d8e-52a4-4a0d-9a55-3c2f6f0e9d11"
OTHER = "5f0e5f6c-1c58-4a3b-8f9e-2f6f0e9d1111"


def frames(*said: str) -> list[Frame]:
    """``> text`` is the client's, ``< text`` the server's."""
    return [
        Frame(each[0] == ">", at, "text", each[2:].encode())
        for at, each in enumerate(said)
    ]


def hear(dialogue: Dialogue, text: str) -> bool:
    return dialogue.hear("text", text.encode(), text.encode()) is not None


def says(dialogue: Dialogue) -> list[str]:
    found = []
    while frame := dialogue.next_from(client=False):
        found.append(frame.content.decode())
    return found


SUBSCRIBE = '{"id":"%s","type":"subscribe","payload":{"query":"%s"}}'
NEXT = '{"id":"%s","type":"next","payload":%d}'


def test_what_was_to_be_said_next_is_taken_whoever_says_it() -> None:
    """A refusal names what the client was to say."""
    dialogue = Dialogue(frames("> ask", "< got"))
    assert dialogue.next_from(client=False) is None
    expected = dialogue.next_from(client=True)
    assert expected is not None
    assert expected.content == b"ask"
    assert says(dialogue) == ["got"]


def test_ids_of_a_seed_that_have_moved_on_by_one_are_put_once():
    """The first live one is the second recorded one."""
    third = "7f0e5f6c-1c58-4a3b-8f9e-2f6f0e9d1112"
    dialogue = Dialogue(
        frames(
            "> " + SUBSCRIBE % (ONE, "a"),
            "> " + SUBSCRIBE % (OTHER, "b"),
            "< " + NEXT % (ONE, 1),
            "< " + NEXT % (OTHER, 2),
        ),
        "graphql-transport-ws",
    )
    assert hear(dialogue, SUBSCRIBE % (OTHER, "a"))
    assert hear(dialogue, SUBSCRIBE % (third, "b"))
    assert says(dialogue) == [NEXT % (OTHER, 1), NEXT % (third, 2)]


def test_graphql_s_operations_have_new_ids_in_any_order():
    dialogue = Dialogue(
        frames(
            '> {"type":"connection_init"}',
            '< {"type":"connection_ack"}',
            "> " + SUBSCRIBE % (ONE, "a"),
            "< " + NEXT % (ONE, 1),
            "> " + SUBSCRIBE % ("2", "b"),
            "< " + NEXT % ("2", 2),
            '> {"type":"ping"}',
            '< {"type":"pong"}',
            '> {"id":"2","type":"complete"}',
        ),
        "graphql-transport-ws",
    )
    assert hear(dialogue, '{"type": "ping"}')
    assert says(dialogue) == ['{"type":"pong"}']
    assert hear(dialogue, '{"type":"pong","payload":{}}')
    assert not hear(dialogue, SUBSCRIBE % ("7", "c"))
    assert hear(dialogue, '{"type":"connection_init"}')
    assert says(dialogue) == ['{"type":"connection_ack"}']
    assert hear(dialogue, SUBSCRIBE % ("8", "b"))  # before it was its turn
    assert says(dialogue) == []
    assert hear(dialogue, SUBSCRIBE % (OTHER, "a"))
    assert says(dialogue) == [NEXT % (OTHER, 1), NEXT % ("8", 2)]
    assert not hear(dialogue, '{"id":"2","type":"complete"}')
    assert not hear(dialogue, '{"type":"complete"}')
    assert hear(dialogue, '{"id":"8","type":"complete"}')
    assert not dialogue.frames
    assert "graphql 0" in repr(dialogue)


def test_json_rpc_and_what_it_tells_of_a_call():
    call = '{"jsonrpc": "2.0", "id": %d, "method": "m", "params": {"x": %d}}'
    dialogue = Dialogue(
        frames(
            "> " + call % (1, 5),
            "> " + call % (2, 6),
            '< {"jsonrpc": "2.0", "method": "p", "params": {"progressToken": 2}}',
            '< {"jsonrpc": "2.0", "id": 2, "result": {"id": 1}}',
            '< {"jsonrpc": "2.0", "id": 9, "method": "ask"}',
            '> {"jsonrpc": "2.0", "id": 9, "result": 1}',
            "< not JSON",
        )
    )
    assert not hear(dialogue, call % (3, 7))  # another question
    assert not hear(dialogue, call.replace("%d,", '"x",', 1) % 7)
    assert hear(dialogue, call % (4, 6))
    assert hear(dialogue, call % (2, 5))
    assert [json.loads(each) for each in says(dialogue)] == [
        {"jsonrpc": "2.0", "method": "p", "params": {"progressToken": 4}},
        {"jsonrpc": "2.0", "id": 4, "result": {"id": 1}},
        {"jsonrpc": "2.0", "id": 9, "method": "ask"},
    ]
    assert not hear(dialogue, '{"jsonrpc": "2.0", "id": 8, "result": 1}')
    assert hear(dialogue, '{"id": 9, "jsonrpc": "2.0", "result": 1}')
    assert says(dialogue) == ["not JSON"]


def test_signalr_s_records_and_signs_of_life():
    dialogue = Dialogue(
        frames(
            '> {"protocol":"json","version":1}\x1e',
            "< {}\x1e",
            '> {"type":6}\x1e',
            '> {"type":1,"invocationId":"0","target":"a"}\x1e',
            '< {"type":6}\x1e{"type":3,"invocationId":"0","result":4}\x1e',
        )
    )
    assert hear(dialogue, '{"protocol":"json","version":1}\x1e')
    assert says(dialogue) == ["{}\x1e"]
    assert hear(dialogue, '{"type":6}\x1e')
    assert hear(dialogue, '{"type":1,"invocationId":"5","target":"a"}\x1e')
    assert says(dialogue) == [
        '{"type":6}\x1e{"type":3,"invocationId":"5","result":4}\x1e'
    ]
    assert not hear(dialogue, '{"type":1}\x1e{"type":1}\x1e')


def test_socket_io_s_answers_name_the_event():
    dialogue = Dialogue(
        frames(
            '< 0{"sid":"x"}',
            "> 40",
            "< 2",
            "> 3",
            '> 42/ns,0["double",4]',
            "< 43/ns,0[8]",
            '< 42/ns,7["ask"]',
            "> 43/ns,7[1]",
        )
    )
    assert says(dialogue) == ['0{"sid":"x"}']
    assert hear(dialogue, "40")
    assert says(dialogue) == ["2"]
    assert hear(dialogue, "3")
    assert hear(dialogue, '42/ns,6["double", 4]')
    assert says(dialogue) == ["43/ns,6[8]", '42/ns,7["ask"]']
    assert not hear(dialogue, "43/ns,6[1]")
    assert hear(dialogue, "43/ns,7[1]")
    assert hear(dialogue, "2")  # Engine.IO 3
    assert says(dialogue) == ["3"]
    assert not hear(dialogue, "42/ns,6not JSON")
    assert hear(dialogue, "1")  # it says so before it leaves, or does not


ASK = '{"a":"%s"}'
CREATED = '{"type":"item.created","item":{"id":"ID"},"by":"evt_a1"}'
ITEM = '{"event_id":"%s","type":"item.create","item":{"id":"%s","role":"%s"}}'


def test_random_texts_that_come_back_are_the_client_s():
    dialogue = Dialogue(
        frames(
            "> " + ITEM % ("evt_a1", ONE, "user"),
            "< " + CREATED.replace("ID", ONE),
            "> " + ITEM % ("evt_a2", ONE, "user"),
            "< done",
        )
    )
    assert not hear(dialogue, ITEM % ("evt_b1", OTHER, "system"))
    assert not hear(dialogue, ITEM % ("evt_b1", "msg", "user"))
    assert hear(dialogue, ITEM % ("evt_b1", OTHER, "user"))
    assert says(dialogue) == [CREATED.replace("ID", OTHER)]
    assert not hear(dialogue, ITEM % ("evt_b2", ONE.replace("1", "2"), "user"))
    assert hear(dialogue, ITEM % ("evt_b2", OTHER, "user"))
    assert says(dialogue) == ["done"]


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        (  # STOMP
            "SEND\ndestination:/q/%s\nreceipt:%s\n\nhello\0",
            "RECEIPT\nreceipt-id:%s\n\n\0",
        ),
        (  # XMPP
            "<iq type='set'><bind n='%s' id='%s'/></iq>",
            "<iq type='result' id='%s'><bind/></iq>",
        ),
        ('42["say",{"to":"%s","id":"%s"}]', '42["said",{"id":"%s"}]'),
    ],
)
def test_random_words_of_a_text_that_come_back_are_the_client_s(asks, answers):
    made_up, anew = (ONE, "Ab3x-9Qz1-77f0"), (OTHER, "Zk81-q0Xw-2m4L")
    recorded = []
    for number, each in enumerate(made_up):
        recorded += [f"> {asks % (number, each)}", f"< {answers % each}"]
    dialogue = Dialogue(frames(*recorded))
    assert not hear(dialogue, asks % ("7", anew[0]))
    assert not hear(dialogue, asks % ("0", "shop"))
    for number, each in enumerate(anew):
        assert hear(dialogue, asks % (number, each))
        assert says(dialogue) == [answers % each]
    assert not dialogue.frames


NATS = "_INBOX.03yAzNXH0vNAxabxYDcSSo"


@pytest.mark.parametrize(
    ("asks", "answers", "made_up", "anew"),
    [
        (ASK, '{"b":"%s"}', ONE, OTHER),
        ("RECEIPT\nid:%s\n\n\0", "got:%s\n\n\0", ONE, OTHER),
        ("SUB %s.* 2\r\n", "MSG %s.a 2\r\n", NATS, "_INBOX.JTAYnYpCyPhKNUfsbdaabc"),
        ("PUB a %s 1\r\nx\r\n", "MSG %s 2\r\n", f"{NATS}.ab", f"{NATS}.xy"),
        ('{"id":%s,"method":"a"}', '{"id":%s}', 1, 2),
    ],
)
def test_a_text_may_be_sent_as_binary(asks, answers, made_up, anew):
    asked, answered, other = (
        (text % value).encode()
        for text, value in [(asks, made_up), (answers, made_up), (asks, anew)]
    )
    dialogue = Dialogue(binary((True, asked), (False, answered), (False, b"\0\1\2")))
    assert dialogue.hear("binary", other, other) is not None
    assert dialogue.next_from(client=False).content == (answers % anew).encode()
    assert dialogue.next_from(client=False).content == b"\0\1\2"


ORDER, PRICE = '{"get":"%s"}', '{"order":"%s","price":%d}'
THIRD = "9c31b6a0-7d52-4e8f-b0a4-6f1e2d3c4b5a"


def asked_of_two() -> Dialogue:
    first = f"> {ORDER % ONE}", f"< {PRICE % (ONE, 1)}"
    return Dialogue(frames(*first, f"> {ORDER % OTHER}", f"< {PRICE % (OTHER, 2)}"))


def test_what_is_recorded_elsewhere_is_not_made_up_anew():
    """Else another question gets the answer to this one."""
    dialogue = asked_of_two()
    assert not hear(dialogue, ORDER % OTHER)
    assert hear(dialogue, ORDER % ONE)
    assert says(dialogue) == [PRICE % (ONE, 1)]
    assert not hear(dialogue, ORDER % ONE)
    assert hear(dialogue, ORDER % THIRD)
    assert says(dialogue) == [PRICE % (THIRD, 2)]
    dialogue = asked_of_two()
    dialogue.is_known = lambda word: word == THIRD.encode()
    assert not hear(dialogue, ORDER % THIRD)


@pytest.mark.parametrize("first", [f"< the newest is {ONE}", f"> {ORDER % ONE}"])
def test_what_has_been_said_is_not_made_up_anew(first):
    """By the server, or by the client as it is recorded."""
    dialogue = Dialogue(frames(first, f"> {ORDER % ONE}", f"< {PRICE % (ONE, 1)}"))
    if first[0] == ">":
        assert hear(dialogue, ORDER % ONE)
    says(dialogue)
    assert not hear(dialogue, ORDER % THIRD)
    assert hear(dialogue, ORDER % ONE)


def test_a_random_text_that_nobody_repeats_counts():
    dialogue = Dialogue(frames("> " + ASK % ONE, "< x", "> " + ASK % ONE))
    assert not hear(dialogue, ASK % OTHER)
    assert not hear(dialogue, '{"a":1}')
    assert not hear(dialogue, ASK.replace('"%s"', '["%s"]') % ONE)
    assert not hear(dialogue, "[" * 9)
    assert hear(dialogue, ASK % ONE)


def without_times(message: bytes) -> bytes:
    return re.sub(rb'"at": ?\d+', b'"at":0', message)


def test_a_dialogue_waits_where_it_is_not_the_server_s_turn():
    dialogue = Dialogue(frames("> a", "< b"))
    assert dialogue.waits
    assert hear(dialogue, "a")
    assert not dialogue.waits
    assert says(dialogue) == ["b"]
    assert dialogue.waits


def test_what_does_not_count_is_left_out_of_what_is_compared():
    recorded = frames('> {"a": 1, "at": 5}')
    assert not hear(Dialogue(recorded), '{"a":1,"at":6}')
    assert hear(Dialogue(recorded, counted=without_times), '{"a": 1,"at":6}')


def test_what_does_not_count_may_stand_beside_an_id():
    call = '{"id": %d, "method": "m", "params": {"x": %d, "at": %d}}'
    said = frames("> " + call % (1, 5, 77), '< {"id": 1, "result": 9}')
    dialogue = Dialogue(said, counted=without_times)
    assert not hear(dialogue, call % (2, 6, 78))
    assert hear(dialogue, call % (2, 5, 78))
    assert says(dialogue) == ['{"id": 2, "result": 9}']


def test_other_messages_end_a_dialogue():
    assert not hear(Dialogue([]), "x")
    binary = [Frame(True, 0, "binary", b"\x00"), Frame(False, 0, "binary", b"\x01")]
    dialogue = Dialogue(binary)
    assert not hear(dialogue, "\x00")
    assert dialogue.hear("binary", b"\x02", b"\x02") is None
    assert dialogue.hear("binary", b"\x00", b"\x00") == binary[:1]
    assert dialogue.next_from(client=True) is None
    assert dialogue.next_from(client=False) == binary[1]


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        (b"\x08\xc8\x01", b"\x08\xc9\x01"),  # no UTF-8, as protobuf's numbers
        (b'{"a": "\xe4"}', b'{"a": "\xf6"}'),
        (b"\x04" + ONE.encode(), b"\x04" + OTHER.encode()),
        (b"a k3j9x0f2ab", b"a 9q1z8w0c4d8"),  # of another length
        (ONE.encode(), ONE.encode() + b" more"),
    ],
)
def test_a_binary_message_with_other_bytes_is_another(recorded, live):
    dialogue = Dialogue(binary((True, recorded), (False, b"got " + recorded)))
    assert dialogue.hear("binary", live, live) is None
    assert dialogue.hear("binary", recorded, recorded)


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        ("4215", "4216"),  # no event of Socket.IO's has no list
        ('420"x"', "420x"),
        ('["", "x", ""]', "x"),
        ('"x"', "x"),
        ("x y", "x"),
        ("x", "x y"),
    ],
)
def test_a_text_is_not_the_json_that_its_words_would_be(recorded, live):
    dialogue = Dialogue(frames(f"> {recorded}", "< got it"))
    assert not hear(dialogue, live)
    assert hear(dialogue, recorded)


def test_of_a_long_text_the_first_difference_is_enough():
    found = differences(Text("a " * 1000000), Text("b " * 1000000))
    assert next(found) == ("a", "b")
    assert list(differences(Text("a-1 b"), Text("a-2 b;"))) == [
        ("a-1", "a-2"),
        (None, ";"),
    ]


def packet(kind: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def connect(name: bytes, level: int = 4) -> bytes:
    more = b"\x05\x11\0\0\0\x0a" if level == 5 else b""
    head = b"\0\4MQTT" + bytes([level]) + b"\2\0\x3c" + more
    return packet(0x10, head + len(name).to_bytes(2) + name + b"\0\0")


def subscribe(number: int, topic: bytes = b"a") -> bytes:
    return packet(0x82, number.to_bytes(2) + b"\0\1" + topic + b"\0")


def publish(number: int, quality: int = 1) -> bytes:
    wants = number.to_bytes(2) if quality else b""
    return packet(0x30 | quality << 1, b"\0\1a" + wants + b"hello")


def ack(kind: int, number: int) -> bytes:
    return packet(kind, number.to_bytes(2))


def binary(*said: tuple[bool, bytes]) -> list[Frame]:
    return [Frame(client, 0, "binary", content) for client, content in said]


@pytest.mark.parametrize("level", [4, 5])
def test_mqtt_is_compared_by_packets(level):
    first = connect(b"mqttjs_1", level) + subscribe(100)
    dialogue = Dialogue(
        binary(
            (True, first[:3]),
            (True, first[3:]),
            (False, b"\x20\2\0\0" + ack(0x90, 100)),
            (True, mqtt.PING),
            (False, mqtt.PONG),
            (True, publish(101, 2)),
            (False, ack(0x50, 101)),
            (True, ack(0x62, 101)),
            (False, ack(0x70, 101) + publish(7)),
            (True, ack(0x40, 7)),
            (True, publish(0, 0)),
            (True, b"\xe0\0"),
        ),
        "mqtt",
    )

    def heard(data: bytes) -> bool:
        return dialogue.hear("binary", data, data) is not None

    def said() -> bytes:
        found = b""
        while frame := dialogue.next_from(client=False):
            found += frame.content
        return found

    live = connect(b"another", level) + subscribe(5)
    for at in range(0, len(live), 5):  # in other pieces
        assert heard(live[at : at + 5])
    assert said() == b"\x20\2\0\0" + ack(0x90, 5)
    assert heard(mqtt.PING)
    assert said() == mqtt.PONG
    assert not heard(publish(6, 1))
    assert heard(publish(6, 2))
    assert said() == ack(0x50, 6)
    assert not heard(ack(0x62, 7))
    assert not heard(ack(0x62, 101))
    assert heard(ack(0x62, 6))
    assert said() == ack(0x70, 6) + publish(7)
    assert not heard(ack(0x40, 8))
    assert heard(ack(0x40, 7))
    assert heard(publish(0, 0))
    assert heard(b"\xe0\0")
    assert not heard(b"\xe0\0")
    assert heard(mqtt.PING)
    assert said() == mqtt.PONG


def with_password(password: bytes, level: int = 4, *, will: bool = False) -> bytes:
    """A CONNECT; one with a will has more before the user."""
    more = (b"\0" if level == 5 else b"") + b"\0\1t\0\3bye" if will else b""
    said = connect(b"me", level)[2:-2]
    at = said.index(b"MQTT") + 5
    said = said[:at] + bytes([0xC6 if will else 0xC2]) + said[at + 1 :]
    said += more
    return packet(0x10, said + b"\0\2us" + len(password).to_bytes(2) + password)


@pytest.mark.parametrize("level", [4, 5])
def test_mqtt_s_packets_are_hidden_as_wholes(level):
    whole = with_password(b"a-password", level)
    recorded = whole.replace(b"a-password", b"**********")
    for size in (1, 7, 100):
        sent = [whole[at : at + size] for at in range(0, len(whole), size)]
        dialogue = Dialogue(
            binary((True, recorded[:9]), (True, recorded[9:]), (False, b"\x20\2\0\0")),
            "mqtt",
            as_recorded=lambda packet: packet.replace(b"a-password", b"**********"),
        )
        assert None not in [dialogue.hear("binary", each, each) for each in sent]
        assert dialogue.next_from(client=False).content == b"\x20\2\0\0"


@pytest.mark.parametrize("hidden", [b"***", b"[REDACTED:password----]"])
def test_a_hidden_password_of_mqtt_has_any_length(hidden):
    recorded = with_password(hidden)
    for live, is_one in (
        (with_password(b"[REDACTED:password]"), True),
        (with_password(b"*"), True),
        (with_password(b"in the clear"), False),
        (packet(0x10, connect(b"me")[2:-2]), False),
        (with_password(b"****", will=True), False),
    ):
        dialogue = Dialogue(binary((True, recorded)), "mqtt")
        assert (dialogue.hear("binary", live, live) is not None) is is_one
    clear = Dialogue(binary((True, with_password(b"in the clear"))), "mqtt")
    assert clear.hear("binary", recorded, recorded) is None


@pytest.mark.parametrize("level", [4, 5])
def test_where_the_credentials_of_mqtt_stand(level):
    whole = with_password(b"a-password", level)
    willing = with_password(b"a-password", level, will=True)
    for said in (whole, willing, whole + subscribe(3)):
        user, password = mqtt.credentials(said)
        assert said[slice(*user)] == b"us"
        assert said[slice(*password)] == b"a-password"
    for other in (whole[:-1], b"\x10", b"\x10\0", subscribe(3), b""):
        assert mqtt.credentials(other) == ()
    assert mqtt.credentials(packet(0x10, connect(b"me", level)[2:-2])) == []
    alone = bytearray(connect(b"me", level)[2:-2] + b"\0\4pass")
    alone[7] = 0x42
    user, password = mqtt.credentials(said := packet(0x10, bytes(alone)))
    assert (said[slice(*user)], said[slice(*password)]) == (b"", b"pass")
    cut = [(True, whole[at : at + 1]) for at in range(len(whole))]
    said = binary((False, b"hello"), *cut, (True, b"\x82"))
    assert mqtt.connecting(said) == [*range(1, len(whole) + 1)]
    assert mqtt.connecting(said[:9]) == ()
    assert mqtt.connecting(binary((True, whole))) == ()
    assert mqtt.connecting([Frame(True, 0, "text", b"hello")]) == ()


def test_mqtt_s_odd_packets():
    assert mqtt.made(b"\x82").id == 0
    assert mqtt.answers(b"\x90\xff") is None
    assert mqtt.Packets().feed(b"\x30\xff\xff\xff\xff") == []
    closing = Frame(False, 0, "close", b"1000 ")
    assert [*mqtt.as_packets([closing])] == [closing]
    dialogue = Dialogue([closing], "mqttv3.1")
    assert dialogue.next_from(client=False) == closing
    assert dialogue.hear("text", b"x", b"x") is None
    unanswered = Dialogue(binary((False, ack(0x90, 3))), "mqtt")
    assert unanswered.next_from(client=False).content == ack(0x90, 3)


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        (ONE, OTHER.upper(), True),
        ("V1StGXR8_Z5jdHi6B-myT", "uT8kq0fL9xW2-zB4cM7nP", True),
        ("k3j9x0f2ab", "9q1z8w0c4d", True),
        ("gpt-4o-realtime", "gpt-4o-mini", False),
        ("2024-10-01", "2024-10-02", False),
        ("hello", "world", False),
        ("a1b2", "c3d4", False),
        (ONE, "hello", False),
        (1, 2, False),
        ("a 1 b 2 c 3", "b 1 b 2 c 3", False),
        ("_INBOX.abcdefgh", "_INBOX.hgfedcba", True),
        ("_INBOX.abcdefgh", "_INBOX.hgfedcba.a", False),
        ("_INBOX.abcdefgh", "say.Ab3x9Qz177f", False),
    ],
)
def test_what_looks_made_up(one, other, are):
    assert are_random(one, other) is are


def test_signs_of_life_are_each_protocol_s_own():
    assert keepalive("", '{"type":"ping"}') is None
    assert keepalive("graphql", '{"type":"ping","id":1}') is None
    assert keepalive("graphql", "x" * 500) is None
    assert keepalive("signalr", '{"type":7}\x1e') is None
    assert protocol_of("", '{"protocol":"json"}') == ""
    assert protocol_of("graphql-ws", "") == "graphql"
    assert protocol_of("MQTT".lower(), "") == "mqtt"


def test_ids_of_other_kinds_are_left_alone():
    assert read("[1]\x1e")[0].id is None
    assert read('{"id":null,"method":"m"}')[0].id is None
    assert read('42["x"]')[0].id is None
    assert answered("text", {1: 2}, {}) == "text"
    assert answered("text", {}, {"ex": "oas"}) == "toast"
    assert answered('{"id":true,"params":[]}', {1: 2}, {}) == '{"id":true,"params":[]}'
    assert answered('{"id":1}', {1: 2}, {}) == '{"id":2}'


def test_one_message_is_not_two():
    dialogue = Dialogue(frames('> {"a":1}\x1e', "< {}"))
    assert not hear(dialogue, '{"a":1}\x1e{"a":1}\x1e')
    assert hear(dialogue, '{"a": 1}\x1e')
