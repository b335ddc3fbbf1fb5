#!/usr/bin/env bash
# A mock of requests-mock for ?id=AB answers ?id=ab, and tells the test that "ab" was asked for in both cases, as it lowers
# the path and the query of each request; a mock of ?tag=b answers ?tag=a&tag=b, /Items is /items, and a later mock
# goes before an earlier one that fits better, so that page=2 gets what was said of the whole path.
#
# Versions: requests-mock 1.12.1, requests 2.34.2 (CPython 3.11).
# Source: requests-mock's documentation (case_sensitive is False, "for historical reasons"; a mock's query is a part of the
# request's; "the latest registered match") and its request.py. RFC 3986, section 6.2.2.1: all but scheme and host
# differ by case.
# Why it matters to a recorder: ids in base64 or base62 differ by case alone. Tests that were green by such mocks ask
# for things that a recording, compared letter by letter, does not have; and what the mock says was
# asked is not what was sent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check requests-mock==1.12.1 requests==2.34.2
cat > "$work/look.py" <<'PY'
from importlib.metadata import version

import requests
import requests_mock


def look(mocked, asked):
    with requests_mock.Mocker() as mock:
        for place, url in enumerate(mocked):
            mock.get(f"http://api.example{url}", text=f"mock {place}")
        try:
            answer = requests.get(f"http://api.example{asked}").text
        except requests_mock.exceptions.NoMockAddress:
            answer = "refused"
        last = mock.last_request
        return answer, last.path, last.query, last.url.removeprefix("http://api.example")


found = {
    asked: look(mocked, asked)
    for asked, mocked in {
        "/items?id=ab": ["/items?id=AB"],
        "/Keys/aB?id=Ab": ["/keys/Ab?id=aB"],
        "/a?tag=a&tag=b": ["/a?tag=b"],
        "/pages?page=2": ["/pages?page=2", "/pages"],
        "/a?tag=a": ["/a?tag=a&tag=b"],
    }.items()
}
print("requests-mock", version("requests-mock"))
for asked, seen in found.items():
    print(asked, seen)
assert found == {
    "/items?id=ab": ("mock 0", "/items", "id=ab", "/items?id=ab"),
    "/Keys/aB?id=Ab": ("mock 0", "/keys/ab", "id=ab", "/Keys/aB?id=Ab"),
    "/a?tag=a&tag=b": ("mock 0", "/a", "tag=a&tag=b", "/a?tag=a&tag=b"),
    "/pages?page=2": ("mock 1", "/pages", "page=2", "/pages?page=2"),
    "/a?tag=a": ("refused", "/a", "tag=a", "/a?tag=a"),
}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
