"""What carries credentials and nothing else is never written nor compared."""

import pytest

from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.core.redaction import redact, redact_request, without_secret_headers


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "AUTHORIZATION",
        "Proxy-Authorization",
        "X-Api-Key",
        "api-key",
        "X-Goog-Api-Key",
        "X-Auth-Token",
        "X-Amz-Security-Token",
    ],
)
def test_a_header_of_credentials_is_dropped_however_it_is_spelled(name: str) -> None:
    headers = {"Accept": ["*/*"], name: ["secret", "another"]}
    assert without_secret_headers(headers) == {"Accept": ["*/*"]}


@pytest.mark.parametrize("name", ["Authorization-Hint", "X-Api-Key-Id", "Cookie"])
def test_a_header_with_a_similar_name_stays(name: str) -> None:
    assert without_secret_headers({name: ["a"]}) == {name: ["a"]}


def test_headers_without_secrets_are_not_copied() -> None:
    headers = {"Accept": ["*/*"]}
    request = Request(headers=headers)
    assert without_secret_headers(headers) is headers
    assert redact_request(request) is request
    interaction = Interaction(0, request, Response())
    assert redact(interaction) is interaction


def test_the_order_of_the_other_headers_stays() -> None:
    headers: Headers = {"B": ["1"], "Authorization": ["s"], "A": ["2"]}
    assert list(without_secret_headers(headers)) == ["B", "A"]


def test_an_interaction_is_redacted_and_all_else_of_it_stays() -> None:
    secret = {"Authorization": ["s"], "Accept": ["*/*"]}
    request = Request(method="POST", url="http://h/", body=b"b", headers=secret)
    response = Response(code=200, headers={"X-Api-Key": ["of the response"]})
    plain = Request(
        method="POST", url="http://h/", body=b"b", headers={"Accept": ["*/*"]}
    )
    assert redact(Interaction(3, request, response)) == Interaction(3, plain, response)
    assert request.headers == secret


def test_what_is_compared_is_what_would_be_written() -> None:
    request = Request(headers={"authorization": ["s"], "A": ["1"]})
    written = redact(Interaction(0, request, Response())).request
    assert redact_request(request) == written
    assert redact_request(written) is written
