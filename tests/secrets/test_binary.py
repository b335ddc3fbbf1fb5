"""Secrets in binary messages: fields by their names, at the lengths that they had."""

import base64
import gzip
import hashlib
import json
import struct
import zlib
from collections.abc import Callable

import pytest

from mitmvcr.codings import decoded, encoded
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import binary
from mitmvcr.secrets.redactor import Redactor
from packing import bson, cbor, msgpack

KEY = "x1Y2z3W4v5U6t7S8r9Q0p1O2"
Packed = Callable[[dict[str, object]], bytes]


KINDS: dict[str, Packed] = {
    "application/msgpack": msgpack,
    "application/vnd.x+msgpack": msgpack,
    "application/cbor": cbor,
    "application/problem+cbor": cbor,
    "application/bson": bson,
    "": msgpack,
}


def redacted(body: bytes, kind: str) -> list[bytes]:
    """What becomes of a body that is asked and answered, and of a message."""
    headers = {"Content-Type": [kind]} if kind else {}
    asked = Request(body=body, headers=headers)
    met = Interaction(0, asked, Response(body=body, headers=headers))
    kept = Redactor().interaction(met)
    said = [] if kind else [Redactor().message(body)]
    return [kept.request.body, kept.response.body, *said]


@pytest.mark.parametrize("name", ["password", "x" * 30 + "_password"])
@pytest.mark.parametrize(
    ("first", "end"), [(0x60, b"\xff"), (0x40, b"\xff"), (0x60, b"")]
)
def test_each_part_of_a_long_value_of_cbor_is_hidden(
    name: str, first: int, end: bytes
) -> None:
    """As Jackson writes each text of more than some thousand letters."""
    head = bytes([first + 31])
    parts = [bytes([first + 12]) + KEY[at : at + 12].encode() for at in (0, 12)]
    body = cbor({name: ""})[:-1] + head + b"".join(parts) + end
    for kept in redacted(body, "application/cbor"):
        assert KEY[:12].encode() not in kept
        assert KEY[12:].encode() not in kept
        assert len(kept) == len(body)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        *("password", "access_token", "clientSecret", "administrator_login_password"),
        *("proxy_of_the_administrators_password", "proxy" * 10 + "_password"),
    ],
)
@pytest.mark.parametrize("size", [6, 23, 24, 200, 300, 70_000])
def test_a_field_is_hidden_by_its_name(kind: str, name: str, size: int) -> None:
    secret = (KEY * 3000)[:size]
    body = KINDS[kind]({"user": "me", name: secret, "in": {"page": "second"}})
    before, _, after = body.partition(secret.encode())
    for kept in redacted(body, kind):
        assert secret.encode() not in kept
        assert kept.startswith(before)
        assert kept.endswith(after)
        assert len(kept) == len(body)


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_fields_stay(kind: str) -> None:
    said = {
        "next_token": KEY,
        "password_hint": "the name of the first dog",
        "password": "",
        "token": "user_profile",
        "note": "the password is a word, or a secret",
        "passwords": 3,
        "secret": {"id": 3},
    }
    body = KINDS[kind]({name: value for name, value in said.items() if value != ""})
    assert {*redacted(body, kind)} == {body}


def in_records(kind: str, names: list[str], *values: list[object]) -> bytes:
    """Maps of these names, as msgpackr's Packr and cbor-x's Encoder write them."""
    if kind == "cbor":
        count = bytes([0x82 + len(names)])
        define = b"\xd9\xdf\xff" + count + b"\x19\xe0\0" + cbor([*names])
        again, pack = b"\xd9\xe0\0" + cbor([*names])[:1], cbor
    else:
        define, again, pack = b"\xd4r@" + msgpack([*names]), b"@", msgpack
    packed = [b"".join(pack(each) for each in row) for row in values]
    rows = again.join([define + packed[0], *packed[1:]])
    return rows if len(values) == 1 else pack([0] * len(values))[:1] + rows


@pytest.mark.parametrize("kind", ["msgpack", "cbor"])
@pytest.mark.parametrize("name", ["password", "proxy_of_the_administrators_password"])
def test_a_value_of_a_record_is_hidden_by_its_name(kind: str, name: str) -> None:
    inner = ["a", {"b": 1}, b"\5", 7]
    names = ["user", name, "in", "api_key"]
    rows = [["ann", KEY, inner, KEY[::-1]], ["bob", KEY[:12] + "9", inner, KEY[::-1]]]
    for body in (in_records(kind, names, rows[0]), in_records(kind, names, *rows)):
        for kept in redacted(body, f"application/{kind}"):
            assert KEY[:12].encode() not in kept
            assert KEY[::-1].encode() not in kept
            assert b"ann" in kept
            assert len(kept) == len(body)


def test_a_record_of_many_names() -> None:
    names = [f"field_{number}" for number in range(20)]
    body = in_records("msgpack", [*names, "password"], [*range(20), KEY])
    assert KEY.encode() not in redacted(body, "application/msgpack")[0]


@pytest.mark.parametrize("kind", ["msgpack", "cbor"])
def test_a_record_without_secrets_stays(kind: str) -> None:
    body = in_records(kind, ["password", "user", "note"], [0, KEY, "of a" * 90])
    assert {*redacted(body, f"application/{kind}")} == {body}
    tagged = b"\x82\xc1" + body + cbor("password") if kind == "cbor" else body
    assert {*redacted(tagged, f"application/{kind}")} == {tagged}


@pytest.mark.parametrize("kind", ["msgpack", "cbor"])
def test_a_record_that_breaks_off_is_none(kind: str) -> None:
    body = in_records(kind, ["user", "password"], ["ann", KEY])
    for cut in range(len(body)):
        for kept in redacted(body[:cut], f"application/{kind}"):
            assert len(kept) == cut
    open_list = b"\x9f" + body + b"\xff"
    assert len(redacted(open_list, f"application/{kind}")[0]) == len(open_list)


def test_what_a_field_shows_is_hidden_elsewhere() -> None:
    body = msgpack({"api_key": KEY, "note": f"of {KEY}"})
    kept = redacted(body, "application/msgpack")[0]
    assert kept == body.replace(KEY.encode(), b"[REDACTED:api_key------]")


@pytest.mark.parametrize(
    "body",
    [
        b"\xa8password\xd9",
        b"\xa8password\xdb\xff\xff\xff\xffx1Y2z3W4v5U6",
        b"\x82\xa8password\xb8x1Y2",
        b"\xa8password\xc0x1Y2z3W4v5U6",
        b"\x82\xa7password\xb8" + KEY.encode(),
        b"\xa1\x68password\x9fx1Y2z3W4v5U6",
        b"\xa1\x68password\x7bx1Y2z3W4v5U6",
        b"\x18\0\0\0\2password\0\x09\0\0\0x1Y2z3W4v5U6",
        b"\x18\0\0\0\2password",
    ],
)
def test_lengths_that_do_not_fit_are_none(body: bytes) -> None:
    assert {*redacted(body, "application/octet-stream"), *redacted(body, "")} == {body}


def test_a_text_in_other_letters_is_no_message_of_cbor() -> None:
    body = '\xa3 {"password": "x1Y2z3W4v5U6"}'.encode("latin-1")
    for kind in ("text/plain", "application/json; charset=iso-8859-1"):
        assert b"x1Y2z3" not in redacted(body, kind)[0]


def connect(user: str, password: str) -> bytes:
    """A packet of MQTT 3.1.1."""
    texts = ("client-1", user, password)
    said = b"".join(len(text).to_bytes(2) + text.encode() for text in texts)
    return bytes([0x10, 10 + len(said)]) + b"\0\4MQTT\4\xc2\0\x3c" + said


@pytest.mark.parametrize("before", ["standard", "my-secret", "hello", "Bearer"])
def test_a_letter_of_cbor_is_no_length(before: str) -> None:
    """The t of standard is 0x74, a text of 20 bytes, as ``tandardppassword_c`` is."""
    for name in ("password_changed", "tokenCount", "password_hint", "secretName"):
        body = cbor({"id": before, name: "running", "kind": "password", "z": b"\5"})
        assert redacted(body, "application/cbor") == [body, body]
    whole = cbor({"id": before, "password": KEY})
    for body in (whole, whole[:-1] + b"2\xff", b"\xbf" + whole[1:] + b"\xff"):
        assert KEY.encode()[:-1] not in redacted(body, "application/cbor")[0]


def test_a_name_that_is_a_value_has_none() -> None:
    body = msgpack({"field": "password", "message": "x", "z": b"\5"})
    assert redacted(body, "application/msgpack") == [body, body]


@pytest.mark.parametrize("pack", [msgpack, cbor])
def test_a_message_in_a_message_s_bytes(pack: Packed) -> None:
    body = pack({"payload": pack({"password": KEY}), "z": b"\5"})
    assert KEY.encode() not in redacted(body, "application/cbor")[0]


def test_mqtt_5_has_a_password_without_a_user() -> None:
    said = b"".join(len(text).to_bytes(2) + text for text in (b"client-1", b"x1y2z"))
    head = b"\0\4MQTT\5\x42\0\x3c\0"
    packet = bytes([0x10, len(head + said)]) + head + said
    assert Redactor().message(packet) == packet.replace(b"x1y2z", b"*****")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/xml", "application/x-www-form-urlencoded"]
)
def test_a_type_of_text_is_text_however_it_begins(kind: str) -> None:
    """The first letter is one of GBK, and a map of two of MessagePack too."""
    body = "é password=".encode("gbk") + KEY.encode()
    assert body[:1] < b"\xc0"
    asked = Request(headers={"Content-Type": [kind]}, body=body)
    met = Interaction(0, asked, Response())
    assert KEY.encode() not in Redactor().interaction(met).request.body


@pytest.mark.parametrize("size", [1, 9, 200])
def test_the_password_of_mqtt(size: int) -> None:
    for user, password in (("me", "x1y2z"), ("me", KEY), (KEY, "unused")):
        whole = connect(user, password)
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        said = tuple(Frame(True, 0, "binary", each) for each in pieces)
        hello = Frame(False, 0, "binary", b"\x20\2\0\0")
        redactor = Redactor()
        met = Interaction(0, Request(), Response(websocket=(*said, hello)))
        kept = redactor.interaction(met).response.websocket
        assert [len(each.content) for each in kept] == [*map(len, pieces), 4]
        packet = b"".join(each.content for each in kept[:-1])
        assert packet[:22] == whole[:22]
        assert password.encode() not in packet
        assert KEY.encode() not in packet
        assert redactor.message(whole) == packet
        assert [*redactor.findings(met)]


def test_a_text_that_ends_with_a_zero_is_one() -> None:
    """As a frame of STOMP does."""
    said = b"CONNECT\nlogin:me\npasscode:%b\n\n\0"
    kept = Redactor().message(said % KEY.encode())
    assert kept == said % b"[REDACTED:passcode]"


def test_json_in_a_text_of_protobuf() -> None:
    text = b'{"a": 1, "password": "%b", "clientSecret":"%b"}' % (KEY.encode(), b"x1")
    body = b"\x08\1\x12%c%b\x1a\2ok" % (len(text), text)
    clean = text.replace(KEY.encode(), b"[REDACTED:password-----]").replace(
        b"x1", b"**"
    )
    for kind in ("application/x-protobuf", "application/proto"):
        assert {*redacted(body, kind)} == {body.replace(text, clean)}
    frame = b"\0" + len(body).to_bytes(4) + body
    kept = redacted(frame, "application/grpc+proto")[1]
    assert kept == frame.replace(text, clean)
    for other in ("application/octet-stream", "application/x-of-somebody"):
        assert {*redacted(body, other)} == {body}
    for ordinary in (b'{"password"}', b'"password": 3', b'x "a password" for it'):
        said = b"\x08\1\x12%c%b" % (len(ordinary), ordinary)
        assert {*redacted(said, "application/x-protobuf")} == {said}


#: By what hides a part of them in any text.
TEXTS = {
    f"Authorization: Bearer {KEY}": KEY,
    f"see api_key={KEY} there": KEY,
    f"# of the shop\nDB_PASSWORD={KEY}\nX=1\n": KEY,
    "postgres://me:hunter-22@db.example/x": "hunter-22",
    "it is postgres://me:hunter-22-and-more@db.example/x": "hunter-22-and-more",
    f"curl -u me:{KEY} https://h.example/": KEY,
}


def message(*texts: bytes) -> bytes:
    """A message of protobuf that holds these, and itself once more."""
    held = b"".join(b"\x0a%c%b" % (len(each), each) for each in texts)
    assert len(held) < 128
    return b"\x08\1%b\x12%c%b" % (held, len(held), held)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_looked_through_as_any_other(kind: str, text: str) -> None:
    body = KINDS[kind]({"id": 7, "note": text, "in": {"more": text}})
    for kept in redacted(body, kind):
        assert TEXTS[text].encode() not in kept
        assert kept.count(text.partition(TEXTS[text])[0].encode()) == 2
        assert len(kept) == len(body)
        assert b"[" not in kept.partition(b"://me:")[2][:5]  # an address, it would be
        assert {*redacted(kept, kind)} == {kept}


@pytest.mark.parametrize("text", TEXTS)
def test_and_so_is_one_of_protobuf(text: str) -> None:
    body = message(b"ab", text.encode(), b"of no account")
    frame = b"\0" + len(body).to_bytes(4) + body
    grpc = (
        "application/grpc",
        "application/grpc-web+proto",
        "application/connect+proto",
    )
    for kind, whole in (("application/x-protobuf", body), *((k, frame) for k in grpc)):
        for kept in redacted(whole, kind):
            assert TEXTS[text].encode() not in kept
            assert kept.count(text.partition(TEXTS[text])[0].encode()) == 2
            assert len(kept) == len(whole)
            assert {*redacted(kept, kind)} == {kept}


def test_a_large_message_is_looked_through_to_its_end() -> None:
    text = f"see api_key={KEY} there".encode()
    one = b"\x0a\x14" + b"an ordinary sentence" + b"\x10\xff\x7f\x1d1234\x219_______"
    text += b" and so on" * 20
    size = bytes([len(text) & 0x7F | 0x80, len(text) >> 7])
    body = (b"\x0a%c" % len(one) + one) * 3000 + b"\x10\xff\x7f\x12" + size + text
    (kept, _) = redacted(body, "application/x-protobuf")
    assert KEY.encode() not in kept
    assert kept.startswith(body[: -len(text)])


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("left", [0, 2, 30])
def test_what_was_cut_off_is_looked_through_as_far_as_it_goes(
    text: str, left: int
) -> None:
    """As a stream is that its client left."""
    body = message(text.encode() + b" and more")
    frame = b"\0" + len(body).to_bytes(4) + body
    whole = {"note": text, "more": "x" * 50}
    for kind, all_of_it in (
        ("application/x-protobuf", body),
        ("application/grpc", frame),
        ("application/grpc", b"\0\0\0\0\0" + frame),
        *((kind, packed(whole)) for kind, packed in KINDS.items() if kind),
    ):
        end = all_of_it.rindex(text.encode()) + len(text) + left
        end = min(end, len(all_of_it))
        for kept in redacted(all_of_it[:end], kind):
            assert TEXTS[text].encode() not in kept
            assert len(kept) == end


def test_what_stands_before_a_number_that_was_cut_off_is_looked_through() -> None:
    text = f"api_key={KEY}".encode()
    for end in (b"\x09123", b"\x10", b"\x12", b"\x12\xff"):
        body = b"\x0a%c%b" % (len(text), text) + end
        for kept in redacted(body, "application/x-protobuf"):
            assert KEY.encode() not in kept
            assert kept.endswith(end)


def test_json_in_frames_that_was_cut_off_is_as_long_as_it_says() -> None:
    said = b'{"password": "%b", "more": "' % KEY.encode()
    for flags in (b"\0", b"\x02"):
        body = flags + (100).to_bytes(4) + said
        for kept in redacted(body, "application/connect+json"):
            assert KEY.encode() not in kept
            size = int.from_bytes(kept[1:5])
            assert size - (len(kept) - 5) == 100 - len(said)
    huge = b"\0\xff\xff\xff\xff" + b'{"password": "123", "more": "'
    for kept in redacted(huge, "application/connect+json"):
        assert b"123" not in kept
        assert kept[1:5] == b"\xff\xff\xff\xff"
    for short in (b"\0\0", b"{" + said):
        assert len(redacted(short, "application/connect+json")[0]) == len(short)


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_beside_a_text_do_not_hide_it(kind: str) -> None:
    text = f"see api_key={KEY} there"
    if "bson" not in kind:
        body = KINDS[kind]({"raw": b"\1" * 40, "note": text})
        assert {*redacted(body, kind)} & {body} == set()
        for kept in redacted(body, kind):
            assert KEY.encode() not in kept
            assert kept.count(b"see api_key=") == 1


def test_a_text_may_have_colours_and_a_zero_at_its_end() -> None:
    for text in (f"\x1b[1mAuthorization: Bearer {KEY}\x1b[0m", f"api_key={KEY}\0"):
        body = message(text.encode())
        for kept in redacted(body, "application/x-protobuf"):
            assert KEY.encode() not in kept
            assert len(kept) == len(body)


def test_what_is_no_message_of_protobuf_has_no_texts() -> None:
    text = f"api_key={KEY}".encode()
    held = b"\x0a%c%b" % (len(text), text)
    long = b"\x08" + b"\xff" * 11 + held
    for whole in (b"\x0b" + text, b"\0" + held, long):
        assert {*redacted(whole, "application/x-protobuf")} == {whole}
    deep = held
    for _ in range(25):
        deep = b"\x0a%c%b" % (len(deep), deep)
    assert len(redacted(deep, "application/x-protobuf")[0]) == len(deep)


def test_a_text_of_bson_ends_where_its_length_says() -> None:
    text = f"api_key={KEY}".encode()
    rest = b"\x02note\0%b%b\0\0" % ((99).to_bytes(4, "little"), text)
    body = (len(rest) + 4).to_bytes(4, "little") + rest
    assert {*redacted(body, "application/bson")} == {body}


def aws(headers: bytes, carried: bytes) -> bytes:
    """A message of Amazon's event streams, as botocore's tests have it."""
    lengths = struct.pack(">II", 16 + len(headers) + len(carried), len(headers))
    said = lengths + struct.pack(">I", zlib.crc32(lengths)) + headers + carried
    return said + struct.pack(">I", zlib.crc32(said))


def test_messages_of_amazons_event_streams_keep_their_checksums() -> None:
    kind = b"\x0b:event-type\7\0\5chunk"
    inner = base64.b64encode(b'{"text":"of %b"}' % KEY.encode())
    plain = [
        (kind, b'{"password": "%b"}' % KEY.encode()),
        (kind, b'{"bytes":"%b","p":"abc"}' % inner),
        (b"\3tok\7\0%c%b" % (len(KEY), KEY.encode()), b""),
        (kind, b"\0\1 %b" % KEY.encode()),
        (kind, b'{"ok": true}'),
    ]
    mark, sized = b"[REDACTED:password]", b"[REDACTED:password-----]"
    clean = [
        (kind, b'{"password": "%b"}' % mark),
        (
            kind,
            b'{"bytes":"%b","p":"abc"}' % base64.b64encode(b'{"text":"of %b"}' % mark),
        ),
        (b"\3tok\7\0%c%b" % (len(KEY), sized), b""),
        (kind, b"\0\1 %b" % sized),
        (kind, b'{"ok": true}'),
    ]
    media = "application/vnd.amazon.eventstream"
    body = b"".join(aws(*each) for each in plain)
    wanted = b"".join(aws(*each) for each in clean)
    for rest in (b"", b"\0\0\0\x63\0\0", b"\0\0\0\x10\0\0\0\x09" + bytes(8)):
        assert {*redacted(body + rest, media)} == {wanted + rest}


@pytest.mark.parametrize("name", ["X-Auth-Token-Bin", "session-token-bin"])
def test_a_header_of_bytes_stays_one(name: str) -> None:
    """As gRPC has them; a client that cannot decode one gives up."""
    for text in (KEY, KEY + "x"):
        coded = base64.b64encode(text.encode()).decode().rstrip("=")
        redactor = Redactor()
        headers = {name: [coded, "no base64!"], "x-id-bin": [coded[:9] + "AAA"]}
        asked = Request(headers=headers, body=text.encode())
        kept = redactor.interaction(Interaction(0, asked, Response(headers=headers)))
        assert name not in kept.request.headers
        mark = f"[REDACTED:{name.lower().removesuffix('-bin')}]"
        assert kept.request.body == mark.encode()
        first, second = kept.response.headers[name]
        assert base64.b64decode(first + "=" * (-len(first) % 4)) == mark.encode()
        assert second == mark
        assert kept.response.headers["x-id-bin"] == headers["x-id-bin"]
    redacted_once = Response(headers={name: [first]})
    again = Redactor().interaction(Interaction(0, Request(), redacted_once))
    assert again.response.headers[name] == [first]


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_a_part_says_its_own_coding(coding: str) -> None:
    text = json.dumps({"password": KEY}).encode()
    part = encoded(text, coding) if coding else text
    head = b"--b\r\nContent-Type: application/json\r\n"
    head += b"Content-Encoding: %b\r\n" % coding.encode() if coding else b""
    body = head + b"\r\n" + part + b"\r\n--b--\r\n"
    kept = redacted(body, "multipart/mixed; boundary=b")[1]
    assert kept.startswith(head + b"\r\n")
    assert kept.endswith(b"\r\n--b--\r\n")
    inner = kept[len(head) + 2 : -len(b"\r\n--b--\r\n")]
    plain = decoded(inner, coding) if coding else inner
    assert plain == text.replace(KEY.encode(), b"[REDACTED:password]")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_message_of_json_that_a_program_packed(
    pack: Callable[[bytes], bytes],
) -> None:
    body = json.dumps({"op": "auth", "password": KEY}).encode()
    unpack = gzip.decompress if pack is gzip.compress else zlib.decompress
    kept = Redactor().message(pack(body))
    assert unpack(kept) == body.replace(KEY.encode(), b"[REDACTED:password]")
    xml, ordinary = pack(b"<password>%b</password>" % KEY.encode()), pack(b'{"a": 1}')
    for other in (xml, ordinary, b"\x1f\x8bno", b"x\x9cno"):
        assert Redactor().message(other) == other


def test_many_fields_and_items_are_counted() -> None:
    """From 16 on their number stands in bytes of its own."""
    many = {f"n{n}": "password" for n in range(15)} | {"list": ["password"] * 16}
    body = msgpack(many | {"x": "ordinary", "api_key": KEY})
    for kept in redacted(body, "application/msgpack"):
        assert kept[: -len(KEY)] == body[: -len(KEY)]
        assert KEY.encode() not in kept


@pytest.mark.parametrize(
    "start", [b"", b"\xff\xff\xff\0", b"\x85", b"\x9f", b"\xdc", b"\x0a"]
)
def test_a_file_is_no_message_that_was_cut_off(start: bytes) -> None:
    """The first bytes of most say a length above theirs. All that was to be looked
    through were texts within texts, of 800 times its size: 46 s for 2 MiB."""
    pieces = (hashlib.sha256(b"%d" % number).digest() for number in range(1 << 15))
    data = start + b"".join(pieces)
    found = binary.keys_of(data).texts
    assert sum(end - start for start, end in found) <= len(data)


def test_a_document_of_bson_that_was_cut_off_has_its_texts() -> None:
    said = b"\xff\xff\0\0\x02name\0\x06\0\0\0hello\0\x02note\0\xff\0\0\0password: x1"
    texts = [said[start:end] for start, end in binary.keys_of(said).texts]
    assert texts == [b"hello", b"password: x1"]
    assert binary.keys_of(said + b"\1\2").texts == binary.keys_of(said).texts[:1]


def _field(number: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


@pytest.mark.parametrize("name", b"password X-Api-Key db.password my_token_1".split())
@pytest.mark.parametrize("times", [1, 8])
def test_the_value_of_a_map_of_protobuf_is_hidden_at_its_length(
    name: bytes, times: int
) -> None:
    secret = b"q7Rk2Zp9Wm4Xc8Vb3Nt6Ys1L" * times
    items = [(b"user", b"me"), (name, secret), (b"zone", b"eu-1")]
    body = b"".join(_field(3, _field(1, k) + _field(2, v)) for k, v in items)
    for kind, whole in (
        ("application/x-protobuf", _field(1, body)),
        ("application/grpc", b"\0" + len(body).to_bytes(4) + body),
    ):
        met = Interaction(
            0, Request(), Response(body=whole, headers={"Content-Type": [kind]})
        )
        clean = Redactor().interaction(met).response.body
        before, _, after = whole.partition(secret)
        assert secret not in clean
        assert clean.startswith(before)
        assert clean.endswith(after)
        assert len(clean) == len(whole)


@pytest.mark.parametrize("size", [24, 200])
@pytest.mark.parametrize("number", [1, 3])
def test_a_struct_stays_one(number: int, size: int) -> None:
    """As google.protobuf.Struct and StringValue have it: nobody could read it, since
    what says that it is a text was hidden with it."""
    secret = b"q7Rk2Zp9Wm4Xc8Vb3Nt6Ys1L" * (size // 24)
    body = _field(1, _field(1, b"api_key") + _field(2, _field(number, secret)))
    for clean in redacted(body, "application/x-protobuf"):
        before, _, after = body.partition(secret)
        assert secret not in clean
        assert (clean[: len(before)], len(clean)) == (before, len(body))
        assert clean.endswith(after)


def test_another_message_under_a_name_stays_and_bytes_do_not() -> None:
    for held in (b"\x08\x96\x01", _field(1, b"a") + b"\x10\x01", b"\x11abcdefgh"):
        body = _field(1, _field(1, b"password") + _field(2, held))
        assert redacted(body, "application/x-protobuf") == [body, body]
    held = b"q7Rk2Zp9\x00\x01\x02\x07\xffZp9Wm4X"
    body = _field(1, _field(1, b"password") + _field(2, held))
    assert held not in redacted(body, "application/x-protobuf")[1]


@pytest.mark.parametrize(
    "body",
    [
        b"\x0a\x08password\x12",  # cut off
        b"\x0a\x08password\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x0a\x0apass\x01word\x12\x0cq7Rk2Zp9Wm4X",
        b"\x0a\x04password\x12\x0cq7Rk2Zp9Wm4X",
    ],
)
def test_what_is_no_map_of_protobuf_stays(body: bytes) -> None:
    headers = {"Content-Type": ["application/x-protobuf"]}
    met = Interaction(0, Request(), Response(body=body, headers=headers))
    assert Redactor().interaction(met).response.body == body


@pytest.mark.parametrize(
    "tag", [b"\xc1", b"\xd8\x20", b"\xd9\xd9\xf7", b"\xc1\xd8\x20"]
)
def test_a_value_with_a_tag_is_hidden_in_cbor(tag: bytes) -> None:
    secret = b"q7Rk2Zp9Wm4Xc8Vb3Nt6"
    body = b"\xa2\x68password" + tag + b"\x74" + secret + b"\x61n\x01"
    headers = {"Content-Type": ["application/cbor"]}
    met = Interaction(0, Request(), Response(body=body, headers=headers))
    clean = Redactor().interaction(met).response.body
    assert secret not in clean
    assert len(clean) == len(body)


def test_so_many_tags_stand_before_one_value() -> None:
    """Where more do, each name was a way through all that follows."""
    headers = {"Content-Type": ["application/cbor"]}
    for count in (4, 5):
        body = b"\xa1\x68password" + b"\xc1" * count + b"\x6caaaabbbbccc1" + b"\x61n"
        met = Interaction(0, Request(), Response(body=body, headers=headers))
        assert (b"bbbb" in Redactor().interaction(met).response.body) is (count > 4)
