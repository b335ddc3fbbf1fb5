"""Requests whose head says two things of where they end are refused, in a replay as in
a recording: what lies before or behind might read the other one."""

import json

import pytest

from cli.helpers import answer, lines, write_cassette

URL = "http://api.example.test/a"
ASK = """
import json, os, socket, sys, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTP_PROXY"])
for text in json.loads(sys.argv[1]):
    with socket.create_connection((proxy.hostname, proxy.port)) as line:
        line.sendall(text.encode("latin-1"))
        print(line.recv(12).decode())
"""
CHUNKED = "2\r\nab\r\n0\r\n\r\n"
#: The headers, the body, and the version.
REFUSED = {
    "both": ("Content-Length: 2\r\nTransfer-Encoding: chunked", CHUNKED, "1.1"),
    "both, turned": ("Transfer-Encoding: chunked\r\nContent-Length: 2", CHUNKED, "1.1"),
    "both, 1.0": ("Content-Length: 2\r\nTransfer-Encoding: chunked", CHUNKED, "1.0"),
    "chunked, 1.0": ("Transfer-Encoding: chunked", CHUNKED, "1.0"),
    "two lengths": ("Content-Length: 2\r\nContent-Length: 3", "abc", "1.1"),
    "a length twice": ("Content-Length: 2\r\nContent-Length: 2", "ab", "1.1"),
    "list of lengths": ("Content-Length: 2, 2", "ab", "1.1"),
    "signed length": ("Content-Length: +2", "ab", "1.1"),
    "length is no number": ("Content-Length: x", "ab", "1.1"),
    "length is empty": ("Content-Length: ", "", "1.1"),
    "chunked twice": (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        CHUNKED,
        "1.1",
    ),
    "unknown coding": ("Transfer-Encoding: xchunked", CHUNKED, "1.1"),
    "not chunked": ("Transfer-Encoding: gzip", "ab", "1.1"),
    "identity": ("Transfer-Encoding: identity", "ab", "1.1"),
    "blank behind a name": ("Transfer-Encoding : chunked", CHUNKED, "1.1"),
    "blank behind another": ("Content-Length : 2", "ab", "1.1"),
    "blank in a name": ("Bad Name: x\r\nContent-Length: 2", "ab", "1.1"),
    "no name": (": x\r\nContent-Length: 2", "ab", "1.1"),
}


@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
def test_what_could_be_read_in_two_ways_is_refused(cli, tmp_path, mode):
    cassette = write_cassette(tmp_path / "a.yaml", answer(URL, b"recorded", "POST"))
    texts = [
        f"POST {URL} HTTP/{version}\r\nHost: api.example.test\r\n{head}\r\n\r\n{body}"
        for head, body, version in REFUSED.values()
    ]
    words = ("--cassette", cassette, "--mode", mode, "--allow-repeats", "--allow-idle")
    ran = cli("run", *words, *cli.python(ASK), json.dumps(texts))
    given = ran.stdout.splitlines()
    assert len(given) == len(REFUSED), ran.stderr
    told = dict(zip(REFUSED, given, strict=True))
    assert {name: text for name, text in told.items() if text[9:] != "400"} == {}
    assert len(lines(ran.stderr)) == len(REFUSED) + 1
    assert "recorded 0, replayed 0, missed 0," in lines(ran.stderr)[-1]
