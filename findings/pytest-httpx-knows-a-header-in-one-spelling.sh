#!/usr/bin/env bash
# A mock of pytest-httpx for the header "x-team: 1" has no answer to a request with "X-Team: 1", though headers' names
# have no case, as it compares the letters that httpx sends, and httpx sends the program's own; and
# match_json={"amount": 1} answers {"amount": true} and {"amount": 1.0}, which are equal in Python, and of {"amount":
# 2, "amount": 1} it sees the last. No order of parameters counts to it, but that of a parameter's values does; a mock
# without a url answers any.
#
# Versions: pytest-httpx 0.36.2, httpx 0.28.1, pytest 9.2.0 (CPython 3.11).
# Source: observed; RFC 9110, section 5.1: field names are case-insensitive. Python: True == 1 == 1.0.
# Why it matters to a recorder: mocks that are made of recorded requests miss by the client's spelling, which HTTP/2
# writes in small letters and HTTP/1.1 as the program did; and an answer to one amount is given to what is no amount.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pytest-httpx==0.36.2 httpx==0.28.1 pytest==9.2.0
cat > test_look.py <<'PY'
import httpx
import pytest

URL = "http://api.example/items"
LOOKS = [
    ({"match_headers": {"x-team": "1"}}, {"headers": {"x-team": "1"}}),
    ({"match_headers": {"x-team": "1"}}, {"headers": {"X-Team": "1"}}),
    ({"match_headers": {"accept": "*/*"}}, {}),
    ({"match_headers": {"Accept": "*/*"}}, {}),
    ({"match_json": {"amount": 1}}, {"content": '{"amount": true}'}),
    ({"match_json": {"amount": 1}}, {"content": '{"amount": 1.0}'}),
    ({"match_json": {"amount": 1}}, {"content": '{"amount": 2, "amount": 1}'}),
    ({"match_json": {"amount": 1}}, {"content": '{"amount": 2}'}),
    ({"url": f"{URL}?a=1&b=2"}, {"url": f"{URL}?b=2&a=1"}),
    ({"url": f"{URL}?tag=a&tag=b"}, {"url": f"{URL}?tag=b&tag=a"}),
    ({}, {"url": "https://elsewhere.example/", "method": "DELETE"}),
]


@pytest.mark.httpx_mock(assert_all_responses_were_requested=False, assert_all_requests_were_expected=False)
@pytest.mark.parametrize(("mock", "asked"), LOOKS)
def test_look(httpx_mock, mock, asked):
    httpx_mock.add_response(**mock)
    try:
        said = httpx.request(**({"method": "POST", "url": URL} | asked)).status_code
    except httpx.TimeoutException:
        said = "none"
    with open("found", "a") as file:
        print(f"mock of {mock}, asked with {asked}: {said}", file=file)
PY
timeout 100 venv/bin/pytest -q -p no:cacheprovider test_look.py > report
cat found
cat > expected <<'END'
mock of {'match_headers': {'x-team': '1'}}, asked with {'headers': {'x-team': '1'}}: 200
mock of {'match_headers': {'x-team': '1'}}, asked with {'headers': {'X-Team': '1'}}: none
mock of {'match_headers': {'accept': '*/*'}}, asked with {}: none
mock of {'match_headers': {'Accept': '*/*'}}, asked with {}: 200
mock of {'match_json': {'amount': 1}}, asked with {'content': '{"amount": true}'}: 200
mock of {'match_json': {'amount': 1}}, asked with {'content': '{"amount": 1.0}'}: 200
mock of {'match_json': {'amount': 1}}, asked with {'content': '{"amount": 2, "amount": 1}'}: 200
mock of {'match_json': {'amount': 1}}, asked with {'content': '{"amount": 2}'}: none
mock of {'url': 'http://api.example/items?a=1&b=2'}, asked with {'url': 'http://api.example/items?b=2&a=1'}: 200
mock of {'url': 'http://api.example/items?tag=a&tag=b'}, asked with {'url': 'http://api.example/items?tag=b&tag=a'}: none
mock of {}, asked with {'url': 'https://elsewhere.example/', 'method': 'DELETE'}: 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
