import pytest

from mitmvcr.core.errors import CassetteError, CassetteVersionError
from mitmvcr.format import reader, writer

OLD = b"""---
version: 1
interactions:
- request:
    body: a=1
    form:
      a:
      - "1"
    headers:
      Accept:
      - '*/*'
    url: http://me@h.test:81/x
    method: POST
  response:
    body: |
      version: 1
      hello
    headers:
      Content-Type:
      - text/plain
    status: 200 OK
    code: 200
    duration: ""
"""


def test_format_1_is_refused_until_it_is_converted():
    with pytest.raises(CassetteVersionError, match="mitmvcr cassette convert"):
        reader.loads(OLD, "old.yaml")
    new = writer.dumps(reader.read_format1(OLD, "old.yaml"))
    assert len(reader.loads(new).interactions) == 1


def test_what_go_fills_in_is_filled_in():
    (item,) = reader.read_format1(OLD, "old.yaml").interactions
    assert item.id == 0
    assert (item.request.proto, item.request.proto_major) == ("HTTP/1.1", 1)
    assert (item.request.host, item.request.content_length) == ("h.test:81", 3)
    assert (item.request.method, item.request.body) == ("POST", b"a=1")
    assert {n: list(v) for n, v in item.request.form.items()} == {"a": ["1"]}
    assert item.response.body == b"version: 1\nhello\n"
    assert (item.response.content_length, item.response.duration) == (17, 0)
    assert (item.response.proto, item.response.proto_minor) == ("HTTP/1.1", 1)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b" # the old one\n"])
def test_it_is_known_by_its_version(ending):
    assert reader.is_format1(OLD.replace(b"version: 1\n", b"version: 1" + ending, 1))
    assert not reader.is_format1(OLD.replace(b"version: 1", b"version: 12", 1))


def test_an_odd_url_has_no_host():
    odd = OLD.replace(b"http://me@h.test:81/x", b'"http://[x"')
    assert reader.read_format1(odd, "old.yaml").interactions[0].request.host == ""


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"---\nversion: 2\ninteractions: []\n", "nothing to convert"),
        (b"---\nversion: 1\ninteractions: [\n", "line"),
    ],
)
def test_anything_else_is_told(data, line):
    with pytest.raises(CassetteError, match=rf"old\.yaml: .*{line}"):
        reader.read_format1(data, "old.yaml")
