"""``vcr_match=go-vcr`` says what go-vcr's own DefaultMatcher says."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from golden import oracle
from mitmvcr.core.matching import Matcher, MatchSpec, form_pairs, parse_ignore
from mitmvcr.core.model import Request

FORM = "application/x-www-form-urlencoded"
BASE = Request(
    method="POST",
    url="https://api.example.com/v1/x?b=1&a=2&a=1",
    proto="HTTP/1.1",
    proto_major=1,
    proto_minor=1,
    content_length=7,
    host="api.example.com",
    body=b"c=1&d=2",
    headers={"Content-Type": [FORM], "User-Agent": ["x"], "X-Id": ["1", "2"]},
)

# Each is a way in which one of two requests may be otherwise.
CHANGES = [
    {},
    {"method": "PUT"},
    {"method": "GET"},
    {"url": "https://api.example.com/v1/x?a=2&b=1&a=1"},
    {"url": "https://API.example.com/v1/x?b=1&a=2&a=1"},
    {"url": "https://api.example.com/v1/%7e?b=1"},
    {"proto": "HTTP/2.0"},
    {"proto_major": 2},
    {"proto_minor": 0},
    {"content_length": 8},
    {"transfer_encoding": ("chunked",)},
    {"transfer_encoding": ()},
    {"trailer": {"X": ["1"]}},
    {"trailer": {}},
    {"host": "other.example.com"},
    {"remote_addr": "127.0.0.1:1"},
    {"request_uri": "/v1/x"},
    {"body": b"d=2&c=1"},
    {"body": b'{"a": 1}'},
    {"body": b""},
    {"headers": {}},
    {"headers": {"Content-Type": [FORM], "User-Agent": ["y"], "X-Id": ["1", "2"]}},
    {"headers": {"Content-Type": [FORM], "User-Agent": ["x"], "X-Id": ["2", "1"]}},
    {"headers": {"X-Id": ["1", "2"], "User-Agent": ["x"], "Content-Type": [FORM]}},
    {"headers": {"Content-Type": [FORM], "X-Id": ["1", "2"]}},
    {"headers": {"Content-Type": ["text/plain"]}},
    {"form": {"a": ["1"]}},
    {"form": {}},
]


def changed(request: Request, *changes: dict[str, object]) -> Request:
    """With the form that Go parses from it, unless a change says otherwise."""
    for change in changes:
        request = replace(request, **change)
    if any("form" in change for change in changes):
        return request
    form: dict[str, list[str]] = {}
    for name, value in form_pairs(request):
        form.setdefault(name, []).append(value)
    return replace(request, form=form)


some = st.lists(st.sampled_from(CHANGES), max_size=2)
live = st.lists(st.sampled_from([c for c in CHANGES if "form" not in c]), max_size=2)


def test_each_change_counts_as_it_does_for_go_vcr() -> None:
    asked = changed(BASE)
    pairs = [(asked, changed(BASE, change)) for change in CHANGES]
    ours = [Matcher(MatchSpec.of("go-vcr")).matches(*pair) for pair in pairs]
    assert ours == oracle.match(pairs)
    assert 3 <= sum(ours) < 8


@settings(max_examples=examples(60))
@given(live, some, st.sampled_from([[], ["User-Agent"], ["X-Id", "Content-Type"]]))
def test_go_vcrs_matcher_and_ours_agree(
    asked: list[dict[str, object]],
    recorded: list[dict[str, object]],
    ignore: list[str],
) -> None:
    pair = changed(BASE, *asked), changed(BASE, *recorded)
    spec = MatchSpec.of("go-vcr")._replace(
        ignore_headers=tuple(map(parse_ignore, ignore))
    )
    assert [Matcher(spec).matches(*pair)] == oracle.match([pair], ignore)
