"""Requests and responses: each of their parts learned from, and cleaned."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mitmvcr.core.chunks import moved
from mitmvcr.core.model import Headers, Request, Response
from mitmvcr.secrets.containers import said_by
from mitmvcr.secrets.headers import (
    cookies,
    credentials,
    masked_cookies,
    masked_set_cookie,
)
from mitmvcr.secrets.looks import is_random, is_real
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.text_redactor import BYTES, TextRedactor

# Learning


def learn_request(texts: TextRedactor, request: Request) -> None:
    texts.learn(request.url.encode(*BYTES))
    learn_request_headers(texts, request.headers)
    texts.learn_body(request.body, said_by(request.headers))


def learn_response(texts: TextRedactor, response: Response) -> None:
    texts.learn(response.status.encode(*BYTES))
    _learn_headers(texts, response.headers)
    texts.learn_body(response.body, said_by(response.headers))
    for frame in response.websocket:
        texts.learn_body(frame.content)


def learn_request_headers(texts: TextRedactor, headers: Headers) -> None:
    _learn_headers(texts, headers)


def _learn_headers(texts: TextRedactor, headers: Headers) -> None:
    for name, values in headers.items():
        for value in values:
            _learn_header(texts, name, value)


def _learn_header(texts: TextRedactor, name: str, value: str) -> None:
    lower = name.lower()
    if texts.names.header(name):
        for secret in credentials(value):
            if is_real(secret.encode(*BYTES)):
                texts.keep_in_mind(secret.encode(*BYTES), kind_of(lower))
    elif lower in ("cookie", "set-cookie"):
        pairs = list(cookies(value))
        for cookie, secret in pairs[:1] if lower == "set-cookie" else pairs:
            raw = secret.encode(*BYTES)
            if texts.names.cookie(cookie, secret) and is_real(raw) and is_random(raw):
                texts.keep_in_mind(raw, kind_of(cookie))
    elif not texts.names.is_kept(name):
        texts.learn(value.encode(*BYTES))


# Cleaning


def clean_request(texts: TextRedactor, request: Request) -> Request:
    body = texts.clean_body(request.body, said_by(request.headers))
    length, headers = _restated(request, body)
    return replace(
        request,
        url=texts.clean_text(request.url),
        host=texts.clean_text(request.host),
        content_length=length,
        body=body,
        form=_clean_form(texts, request.form),
        headers=clean_request_headers(texts, headers),
        trailer=_masked(texts, request.trailer),
        variables=_clean_form(texts, request.variables),
    )


def clean_response(texts: TextRedactor, response: Response) -> Response:
    body = texts.clean_body(response.body, said_by(response.headers))
    length, headers = _restated(response, body)
    return replace(
        response,
        status=texts.clean_text(response.status),
        content_length=length,
        body=body,
        headers=_masked(texts, headers),
        trailer=_masked(texts, response.trailer),
        chunks=moved(response.chunks, response.body, body),
        websocket=tuple(
            frame._replace(content=texts.clean_body(frame.content))
            for frame in response.websocket
        ),
    )


def _restated(message: Request | Response, body: bytes) -> tuple[int, Headers]:
    """Return the lengths of a body that has changed. A HEAD has no body: its lengths
    stay."""
    length, headers = message.content_length, message.headers
    if body is message.body:
        return length, headers
    new = {
        name: [str(len(body))] if name.lower() == "content-length" else values
        for name, values in headers.items()
    }
    return len(body) if length > 0 else length, new


def clean_request_headers(texts: TextRedactor, headers: Headers) -> Headers:
    """Return the headers without those that are nothing but a secret."""
    kept = texts.rules.headers_kept
    chosen = {
        name: values
        for name, values in headers.items()
        if not texts.names.header(name) and (kept is None or name.lower() in kept)
    }
    return _masked(texts, chosen)


def _masked(texts: TextRedactor, headers: Headers) -> Headers:
    return {name: _masked_values(texts, name, each) for name, each in headers.items()}


def _masked_values(
    texts: TextRedactor, name: str, values: Sequence[str]
) -> Sequence[str]:
    new = [_masked_value(texts, name, value) for value in values]
    return values if new == list(values) else new


def _masked_value(texts: TextRedactor, name: str, value: str) -> str:
    def mask(cookie: str, secret: str) -> str:
        if not texts.names.cookie(cookie, secret):
            return texts.clean_text(secret)
        return _placeholder(texts, secret, cookie)

    lower = name.lower()
    if texts.names.header(name):
        return _placeholder(texts, value, lower)
    if lower == "cookie":
        return masked_cookies(value, mask)
    if lower == "set-cookie":
        return masked_set_cookie(value, mask)
    if texts.names.is_kept(name):
        return texts.clean_known(value)
    return texts.clean_text(value)


def _placeholder(texts: TextRedactor, value: str, kind: str) -> str:
    secret = value.encode(*BYTES)
    if not is_real(secret):
        return value
    return texts.memory.placeholder(secret, kind_of(kind)).decode(*BYTES)


def _clean_form(texts: TextRedactor, form: Headers) -> Headers:
    cleaned: Mapping[str, list[str]] = {
        name: [_clean_field(texts, name, value) for value in values]
        for name, values in form.items()
    }
    return cleaned


def _clean_field(texts: TextRedactor, name: str, value: str) -> str:
    if texts.names.parameter(name.encode(*BYTES)):
        return _placeholder(texts, value, name)
    return texts.clean_text(value)
