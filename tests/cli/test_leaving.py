"""What is made of a packet that tried to leave. That the answers are right the kernel
says, in test_isolate.py: it drops what has a wrong checksum."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.cli.isolate import diverted, network, packets
from mitmvcr.cli.isolate.diverted import RANGE, Names
from mitmvcr.cli.isolate.leaving import Leaving
from mitmvcr.cli.isolate.namespace import Namespace
from mitmvcr.cli.isolate.route import Allowed
from mitmvcr.cli.report.findings import listed

KNOWN = {"db.test": ("10.0.0.5", "2001:db8::5")}
SOURCE, TARGET = bytes([192, 0, 2, 1]), bytes([8, 8, 8, 8])
TCP, UDP, ICMP = 6, 17, 1


@pytest.fixture
def leaving() -> Leaving:
    return watch()


def watch() -> Leaving:
    allowed = [(None, Allowed("db.test", 5432, ("10.0.0.5",)))]
    namespace = Namespace([], 0, [], allowed, [], None, None, "")  # type: ignore[arg-type]
    return Leaving(namespace, KNOWN)


class Listening:
    """A socket of the namespace, of which its port counts."""

    def __init__(self, port: int) -> None:
        self._port = port

    def getsockname(self) -> tuple[str, int]:
        return "0.0.0.0", self._port


DIVERTED = bytes([198, 18, 0, 1])


@pytest.fixture
def diverting() -> Leaving:
    """One in which ``api.test`` has got an address."""
    ports = tuple(map(Listening, (80, 443)))
    namespace = Namespace([], 0, [], [], [], None, None, "", diverted=ports)  # type: ignore[arg-type]
    made = Leaving(namespace, KNOWN, Names())
    assert DIVERTED in made.turned_down(ip4(UDP, udp(53, query("api.test"))))
    return made


def ip4(
    protocol: int, payload: bytes, target: bytes = TARGET, offset: int = 0
) -> bytes:
    size = 20 + len(payload)
    head = struct.pack("!BBHHHBBH", 0x45, 0, size, 0, offset, 64, protocol, 0)
    return head + SOURCE + target + payload


def syn(port: int, flags: int = 2) -> bytes:
    return struct.pack("!HHLLBBHHH", 40000, port, 7, 0, 0x50, flags, 0, 0, 0)


def udp(port: int, data: bytes) -> bytes:
    return struct.pack("!HHHH", 40000, port, 8 + len(data), 0) + data


def query(name: str, kind: int = 1, flags: int = 0x0100) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return (
        struct.pack("!6H", 77, flags, 1, 0, 0, 0)
        + labels
        + struct.pack("!xHH", kind, 1)
    )


def test_the_start_of_a_connection_is_reset_and_counted(leaving):
    answer = packets.parse(leaving.turned_down(ip4(TCP, syn(443))))
    assert answer is not None
    assert (answer.source, answer.target) == (TARGET, SOURCE)
    assert answer.ports == (443, 40000)
    assert answer.payload[8:12] == (8).to_bytes(4)
    leaving.turned_down(ip4(TCP, syn(443)))
    assert listed(leaving.attempts) == "8.8.8.8:443 (2)"


def test_what_belongs_to_a_connection_is_left_alone(leaving):
    for flags in (0x10, 0x12, 0x04, 0x11):
        assert leaving.turned_down(ip4(TCP, syn(443, flags))) == b""
    assert not leaving.attempts


def test_what_is_allowed_is_left_alone_and_its_other_ports_are_counted(leaving):
    target = bytes([10, 0, 0, 5])
    for port in (5432, 5433):
        assert leaving.turned_down(ip4(TCP, syn(port), target)) == b""
    assert leaving.turned_down(ip4(UDP, udp(5432, b"x"), target)) == b""
    assert listed(leaving.attempts) == "10.0.0.5:5433 (1), udp 10.0.0.5:5432 (1)"


def test_a_name_is_told_and_answered_with_no_such_name(leaving):
    packet = ip4(UDP, udp(53, query("API.example.test")))
    answer = packets.parse(leaving.turned_down(packet))
    assert answer is not None
    number, flags = struct.unpack_from("!HH", answer.data)
    assert (number, flags & 0xF) == (77, 3)
    assert listed(leaving.attempts) == 'udp 8.8.8.8:53 "api.example.test" (1)'


@pytest.mark.parametrize(
    ("kind", "count", "end"),
    [(1, 1, bytes([10, 0, 0, 5])), (28, 1, b"\0\5"), (15, 0, b"")],
)
def test_a_name_that_is_allowed_has_its_addresses_and_is_not_counted(
    leaving, kind, count, end
):
    packet = ip4(UDP, udp(53, query("db.test", kind)))
    answer = packets.parse(leaving.turned_down(packet))
    assert answer is not None
    flags, _, answers = struct.unpack_from("!HHH", answer.data, 2)
    assert (flags & 0xF, answers) == (0, count)
    assert answer.data.endswith(end)
    assert not leaving.attempts


def test_other_protocols_are_told_by_name_or_number(leaving):
    for protocol in (ICMP, 132):
        answer = leaving.turned_down(ip4(protocol, b"\x08\0\0\0\0\0\0\0"))
        assert packets.parse(answer).protocol == ICMP  # type: ignore[union-attr]
    assert listed(leaving.attempts) == "icmp 8.8.8.8 (1), protocol 132 8.8.8.8 (1)"


def test_a_response_is_no_question():
    assert packets.parse_question(query("a.test", flags=0x8180)) is None


def test_fragments_and_stumps_are_not_counted(leaving):
    whole = ip4(TCP, syn(443))
    for raw in (whole[:30], b"", b"\x45", ip4(UDP, b"x" * 20, offset=5)):
        assert leaving.turned_down(raw) == b""
    assert not leaving.attempts


def test_what_is_told_has_an_end(leaving):
    for port in range(1, 1000):
        leaving.turned_down(ip4(TCP, syn(port)))
    assert len(leaving.attempts) == 200
    assert listed(leaving.attempts).endswith("8.8.8.8:10 (1) and 190 others")


@given(
    st.one_of(
        st.binary(),
        st.binary(max_size=60).map(lambda rest: b"\x45" + rest),
        st.binary(max_size=90).map(lambda rest: b"\x60" + rest),
        st.tuples(st.integers(0, 255), st.binary(max_size=80)).map(
            lambda each: ip4(*each)
        ),
        st.binary(max_size=80).map(lambda data: ip4(UDP, udp(53, data))),
    )
)
def test_no_packet_is_too_odd(raw):
    watch().turned_down(raw)


def test_a_name_has_one_address_and_is_not_counted(diverting):
    for _ in range(2):
        answer = diverting.turned_down(ip4(UDP, udp(53, query("api.test"))))
        assert DIVERTED in answer
    other = diverting.turned_down(ip4(UDP, udp(53, query("other.test"))))
    assert bytes([198, 18, 0, 2]) in other
    assert DIVERTED not in diverting.turned_down(ip4(UDP, udp(53, query("db.test"))))
    assert not diverting.attempts


@pytest.mark.parametrize(
    ("packet", "noted"),
    [
        (ip4(TCP, syn(443), DIVERTED), ""),
        (ip4(TCP, syn(80), DIVERTED), ""),
        (ip4(TCP, syn(8443), DIVERTED), "api.test:8443"),
        (ip4(TCP, syn(8443, flags=0x10), DIVERTED), ""),
        (ip4(UDP, udp(443, b"quic"), DIVERTED), "udp api.test:443"),
        (ip4(ICMP, b"12345678", DIVERTED), ""),
        (ip4(TCP, syn(443), bytes([198, 18, 0, 99])), ""),
    ],
)
def test_the_kernel_answers_for_diverted_addresses(diverting, packet, noted):
    assert diverting.turned_down(packet) == b""
    assert dict(diverting.attempts) == ({noted: 1} if noted else {})


def test_an_address_of_the_network_is_turned_down_as_ever(diverting):
    assert diverting.turned_down(ip4(TCP, syn(443)))
    assert dict(diverting.attempts) == {"8.8.8.8:443": 1}


def test_an_address_without_a_name_is_taken_in_where_it_can_be(monkeypatch):
    added = list[tuple[str, int]]()

    def add(_: object, address: str, number: int) -> None:
        if address.startswith("9."):
            raise OSError
        added.append((address, number))

    monkeypatch.setattr(network, "add_later", add)
    ports, control = tuple(map(Listening, (80, 443))), object()
    namespace = Namespace(
        [], 0, [], [], [], None, None, "", diverted=ports, control=control
    )  # type: ignore[arg-type]
    leaving = Leaving(namespace, {}, Names())
    first = ip4(TCP, syn(443))
    again = leaving.turned_down(first)
    # The same, with its checksum: the sum over all of it is nothing.
    assert again[:36] + again[38:] == first[:36] + first[38:]
    pseudo = SOURCE + TARGET + struct.pack("!LL", 20, TCP)
    assert packets._checksum(pseudo + again[20:]) == 0
    assert leaving.turned_down(ip4(TCP, syn(80))) == b"", "the kernel's now"
    assert added == [("8.8.8.8", 0)]
    assert not leaving.attempts
    assert leaving.turned_down(ip4(TCP, syn(81))) == b""
    assert leaving.turned_down(ip4(TCP, syn(80), bytes([9, 9, 9, 9])))
    assert leaving.turned_down(ip4(UDP, udp(53, query("a.test")), bytes([7, 7, 7, 7])))
    assert leaving.turned_down(ip4(TCP, syn(80), bytes([7, 7, 7, 7]))), "it is asked"
    assert [*leaving.attempts] == ["8.8.8.8:81", "9.9.9.9:80", "7.7.7.7:80"]
    for last in range(250):
        leaving.turned_down(ip4(TCP, syn(80), bytes([6, 6, 6, last])))
    assert len(added) == 200


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("127.0.0.1 localhost\n", "[::1]"),
        ("127.0.0.1 localhost\n::1 localhost ip6\n", "localhost"),
        ("127.0.0.1 me # localhost\n", "localhost"),
        (None, "localhost"),
    ],
)
def test_who_means_ipv6_s_loopback_gets_it(monkeypatch, tmp_path, text, meant):
    """A client of localhost tries it first, where that has both addresses."""
    file = tmp_path / "hosts"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(diverted, "HOSTS", file)
    assert diverted._localhost() == meant


def test_addresses_run_out():
    names = Names()
    names._addresses = dict.fromkeys(map(str, range(RANGE.num_addresses - 2)), "")
    assert names.address_of("one more") is None
