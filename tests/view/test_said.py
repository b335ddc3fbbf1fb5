"""What a request's headers say is the same, whatever was read before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.view import requests
from mitmvcr.view.requests import _read, _said

NAMES = (b"X-A", b"x-a", b"Host", b"Content-Length", b"Content-Type", b"Cookie", b"TE")
OTHERS = b"Baggage", b"User-Agent", b"Accept-Encoding", b"content-length", b"Connection"
VALUES = b"1", b"2", b"", b"gzip", b"close", b"\xff", b"Go-http-client/1.1"
fields = st.lists(
    st.tuples(st.sampled_from(NAMES + OTHERS), st.sampled_from(VALUES)), max_size=6
)
versions = st.sampled_from([b"HTTP/1.1", b"HTTP/2.0"])


@given(st.lists(st.tuples(fields, fields), max_size=4), versions)
@settings(max_examples=examples(200), deadline=None)
def test_it_is_read_as_if_it_were_the_first(several, version):
    requests._said.cache_clear()
    for one, other in several:
        # Names as before, and other values.
        changed = (
            [(name, other[n % len(other)][1]) for n, (name, _) in enumerate(one)]
            if other
            else []
        )
        for each in (tuple(one), tuple(changed)):
            assert _said(b"POST", version, each) == _read(b"POST", version, each)


def test_many_that_vary_are_read_anew():
    for value in (b"1", b"2"):
        many = tuple((b"X-%d" % n, value) for n in range(20))
        assert _said(b"GET", b"HTTP/1.1", many) == _read(b"GET", b"HTTP/1.1", many)


def test_a_length_is_that_of_this_request():
    for length in (1, 2):
        said = _said(b"POST", b"HTTP/1.1", ((b"Content-Length", b"%d" % length),))
        assert said.length == length
