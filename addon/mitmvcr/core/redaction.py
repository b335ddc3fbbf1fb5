"""What must not be written: small functions, interaction in, interaction out.

The same header rule is applied to the live request before it is matched.
"""

from collections.abc import Callable
from dataclasses import replace

from mitmvcr.core.model import Headers, Interaction, Request

#: Request headers that carry credentials and nothing else. They are dropped, so that
#: go-vcr's WithIgnoreAuthorization matcher finds the request it expects.
SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
        "x-auth-token",
        "x-amz-security-token",
    }
)

Rule = Callable[[Interaction], Interaction]


def _is_secret(name: str) -> bool:
    return name.lower() in SECRET_HEADERS


def without_secret_headers(headers: Headers) -> Headers:
    if SECRET_HEADERS.isdisjoint(map(str.lower, headers)):
        return headers
    return {name: values for name, values in headers.items() if not _is_secret(name)}


def redact_request(request: Request) -> Request:
    headers = without_secret_headers(request.headers)
    return request if headers is request.headers else replace(request, headers=headers)


def drop_secret_request_headers(interaction: Interaction) -> Interaction:
    request = redact_request(interaction.request)
    if request is interaction.request:
        return interaction
    return replace(interaction, request=request)


RULES: tuple[Rule, ...] = (drop_secret_request_headers,)


def redact(interaction: Interaction) -> Interaction:
    """The interaction as it may be written."""
    for rule in RULES:
        interaction = rule(interaction)
    return interaction
