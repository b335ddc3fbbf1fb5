#!/usr/bin/env bash
# httpretty, which mocks HTTP beneath Python's sockets, raises UnmockedError in requests and urllib3 for each request that it
# has an answer for, "Failed to socket.shutdown", once urllib3 is 2.5 or newer: that shuts a socket down as it is done with
# it, which httpretty takes for a call that nobody mocked. With urllib3 2.2 the same program is answered, and urllib is with
# either. A mock for ?x=1 answers ?x=2, unless told to look at the query, and one without a query each.
#
# Versions: httpretty 1.1.4, urllib3 2.2.3, 2.5.0 and 2.8.0, requests 2.34.2 (CPython 3.11).
# Source: httpretty's core.py forwards what it does not know of a socket to a real one, and there is none where
# allow_net_connect is False; urllib3's connection.py shuts a plain connection down when it closes it.
# Why it matters to a recorder: a suite that mocked with it fails in every test after an upgrade of a library that it does
# not name, and not one request is sent; what a mock was for, one query of several, has to be read from what its program
# asked.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > look.py <<'PY'
import urllib.request

import httpretty
import requests
import urllib3

MOCK = "http://api.example/items?x=1"


def by_urllib(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


ASKED = {
    "urllib": lambda: by_urllib(MOCK),
    "urllib, another query": lambda: by_urllib("http://api.example/items?x=2"),
    "urllib3": lambda: urllib3.PoolManager().request("GET", MOCK).data.decode(),
    "requests": lambda: requests.get(MOCK).text,
}
for name, ask in ASKED.items():
    httpretty.reset()
    httpretty.enable(allow_net_connect=False)
    httpretty.register_uri("GET", MOCK, body="answered")
    try:
        said = ask()
    except httpretty.errors.UnmockedError as error:
        said = f"{type(error).__name__}: {str(error).split(' because')[0]}"
    httpretty.disable()
    print(f"urllib3 {urllib3.__version__}, {name}: {said}")
PY
for version in 2.2.3 2.5.0 2.8.0; do
  python3 -m venv "urllib3-$version"
  "urllib3-$version/bin/pip" install -q --no-compile --disable-pip-version-check httpretty==1.1.4 requests==2.34.2 \
    "urllib3==$version"
  "urllib3-$version/bin/python" look.py
done > found
cat found
cat > expected <<'END'
urllib3 2.2.3, urllib: answered
urllib3 2.2.3, urllib, another query: answered
urllib3 2.2.3, urllib3: answered
urllib3 2.2.3, requests: answered
urllib3 2.5.0, urllib: answered
urllib3 2.5.0, urllib, another query: answered
urllib3 2.5.0, urllib3: UnmockedError: Failed to socket.shutdown
urllib3 2.5.0, requests: UnmockedError: Failed to socket.shutdown
urllib3 2.8.0, urllib: answered
urllib3 2.8.0, urllib, another query: answered
urllib3 2.8.0, urllib3: UnmockedError: Failed to socket.shutdown
urllib3 2.8.0, requests: UnmockedError: Failed to socket.shutdown
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
