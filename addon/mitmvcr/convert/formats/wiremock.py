"""Mappings of WireMock: one to a file, or many in ``{"mappings": [...]}``.

A mapping says which requests it answers, and a cassette holds requests: what is not
exact in it is noted. It names no host; ``origin`` says whose answers they are.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mitmvcr.codings import decoded_or_same
from mitmvcr.convert.coded import (
    form_of,
    from_base64,
    in_charset,
    path_of,
    reason,
    text_of,
    to_base64,
    uncoded,
)
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError, from_json
from mitmvcr.core.media import FORM
from mitmvcr.core.model import Headers, Interaction, Request, all_values

_OF_MAPPING = frozenset(
    {
        *("request", "response", "id", "uuid", "name", "persistent", "insertionIndex"),
        *("scenarioName", "requiredScenarioState", "newScenarioState"),
    }
)
_STARTED = "Started"
_OF_REQUEST = frozenset(
    {
        *("method", "url", "urlPath", "urlPattern", "urlPathPattern", "headers"),
        *("urlPathTemplate", "queryParameters", "bodyPatterns", "formParameters"),
        *("scheme", "host", "port"),
    }
)
_OF_RESPONSE = frozenset(
    {
        *("status", "statusMessage", "headers", "body", "jsonBody", "base64Body"),
        *("bodyFileName", "fixedDelayMilliseconds", "fault"),
    }
)
_FAULTS = {
    "CONNECTION_RESET_BY_PEER": "reset",
    "EMPTY_RESPONSE": "reset",
    "MALFORMED_RESPONSE_CHUNK": "truncated",
}


def read(data: bytes, found: Found) -> None:
    """Read mappings. Raise UnreadableError."""
    whole = from_json(data)
    many = whole["mappings"]
    mappings = [whole] if many.is_none else many.items()
    found.collect(_in_order(mappings), _exchanges)


def _in_order(mappings: Sequence[Tree]) -> Iterator[Tree]:
    """Yield the mappings with those of a scenario in the order of its states."""
    scenarios: dict[str, list[Tree]] = {}
    names = [each["scenarioName"].text() for each in mappings]
    for name, each in zip(names, mappings, strict=True):
        scenarios.setdefault(name, []).append(each)
    turns = {
        name: iter(_steps(steps) if name else steps)
        for name, steps in scenarios.items()
    }
    for name in names:
        yield next(turns[name])


def _steps(steps: Sequence[Tree]) -> list[Tree]:
    """Return the steps of a scenario from its start on, and then those of states that
    it never has."""
    by_state: dict[str, list[Tree]] = {}
    for each in steps:
        state = each["requiredScenarioState"].text(_STARTED)
        by_state.setdefault(state, []).append(each)
    ordered, states = list[Tree](), [_STARTED]
    for state in states:
        reached = by_state.pop(state, [])
        ordered += reached
        states += [each["newScenarioState"].text(state) for each in reached]
    return ordered + [each for rest in by_state.values() for each in rest]


def _exchanges(mapping: Tree, found: Found) -> Iterator[Exchange]:
    request, response = mapping["request"], mapping["response"]
    found.no_place(
        (mapping, _OF_MAPPING),
        (request, _OF_REQUEST),
        (response, _OF_RESPONSE),
    )
    if not (fault := response["fault"]).is_none and fault.text() not in _FAULTS:
        raise UnreadableError(f"{fault.text()} has no place", fault.place)
    if response["proxyBaseUrl"]:
        raise UnreadableError("has no answer of its own", "response.proxyBaseUrl")
    failure = _FAULTS.get(fault.text(), "")
    method, url = _method(request["method"], found), _url(request, found)
    headers = _headers(request, found)
    body = _asked(request, headers, found)
    if body.form and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", FORM))
    yield Exchange(
        method=method,
        url=url,
        headers=headers,
        body=body.form or body.data,
        code=502 if failure == "reset" else response["status"].number(200),
        reason=response["statusMessage"].text() or None,
        answer_headers=response["headers"].fields(),
        answer=_answer(response, found),
        duration=response["fixedDelayMilliseconds"].number() * 1_000_000,
        failure=failure,
    )


def _method(tree: Tree, found: Found) -> str:
    method = tree.text("ANY")
    if method != "ANY":
        return method
    found.say("request.method", "ANY became GET: a cassette has one method")
    return "GET"


def _headers(request: Tree, found: Found) -> list[tuple[str, str]]:
    """Return the headers without the host, which is that of the URL in a cassette."""
    wanted = _wanted(request["headers"], found)
    return [(name, value) for name, value in wanted if name.lower() != "host"]


def _url(request: Tree, found: Found) -> str:
    path = request.first("url", "urlPath")
    if path.is_none:
        pattern = request.first("urlPattern", "urlPathPattern", "urlPathTemplate")
        place = _literal(pattern)
    else:
        place = path.text()
    if query := _wanted(request["queryParameters"], found):
        place += f"{'&' if '?' in place else '?'}{form_of(query)}"
    return f"{_origin(request, found)}{place}"


def _origin(request: Tree, found: Found) -> str:
    host = request["host"]["equalTo"] if request["host"].is_map else Tree(None)
    if host.is_none:
        return found.origin(_captured(request))
    port = request["port"].text()
    place = f"{host.text()}:{port}" if port else host.text()
    return f"{request['scheme'].text('http')}://{place}"


def _captured(request: Tree) -> str:
    """Return the origin that a recorded header names, empty without one."""
    for name, matcher in request["headers"].pairs():
        if name.lower() == "host" and (host := matcher["equalTo"].text()):
            return f"{request['scheme'].text('http')}://{host}"
    return ""


_META = re.compile(r"(?<!\\)[.*+?^$()\[\]{}|]")


def _literal(pattern: Tree) -> str:
    """Return the URL of a pattern that has one alone. Raise UnreadableError."""
    text = pattern.text()
    if not text or _META.search(text):
        raise UnreadableError("is a pattern, and a cassette has one URL", pattern.place)
    return re.sub(r"\\(.)", r"\1", text)


def _wanted(tree: Tree, found: Found) -> list[tuple[str, str]]:
    """Return the values that a mapping of matchers wants, by name."""
    return [
        (name, value)
        for name, matcher in tree.pairs()
        for each in _several(matcher, found)
        if (value := _exact(each, found)) is not None
    ]


def _several(matcher: Tree, found: Found) -> list[Tree]:
    """Return the matchers of each value, where a name has several: WireMock's recorder
    writes any parameter so, from 3.13 on."""
    if not (all_of := matcher["hasExactly"]).is_none:
        return all_of.items()
    if (some_of := matcher["includes"]).is_none:
        return [matcher]
    found.say(matcher.place, _also("includes"))
    return some_of.items()


def _exact(matcher: Tree, found: Found) -> str | None:
    """Return the value that a matcher wants, or note that it wants no certain one."""
    value = matcher["equalTo"]
    if value.is_none:
        kinds = ", ".join(matcher.names())
        found.say(matcher.place, f"is not exact ({kinds}), so it is not kept")
        return None
    _looser(matcher, found)
    return value.text()


#: WireMock's request matching: each is off, and its recorder turns on the first two.
_SWITCHES = (
    *("ignoreArrayOrder", "ignoreExtraElements", "caseInsensitive"),
    *("enablePlaceholders", "exemptedComparisons", "ignoreOrderOfSameNode"),
)
_OFF: tuple[object, ...] = (None, False, "false", [])


def _looser(matcher: Tree, found: Found, marks: Sequence[bytes] = ()) -> None:
    """Note that a matcher lets more match than the value that it names, by switches or
    by marks in it."""
    on = [name for name in _SWITCHES if matcher[name].value not in _OFF]
    if on := [*on, *dict.fromkeys(each.decode() for each in marks)]:
        found.say(matcher.place, _also(", ".join(on)))


def _also(why: str) -> str:
    return f"also lets others match ({why}): a cassette has this one alone"


class _Body(NamedTuple):
    """The body that a request is to have; ``form`` where it is named by its fields."""

    data: bytes = b""
    form: bytes = b""


def _asked(request: Tree, headers: Pairs, found: Found) -> _Body:
    wanted: list[bytes] = []
    for pattern in request["bodyPatterns"].items():
        data = _whole(pattern, headers)
        if data is None:
            kinds = ", ".join(pattern.names())
            problem = f"is not exact ({kinds}), so it is not kept"
            found.say("request.bodyPatterns", problem)
        elif wanted:
            found.say(pattern.place, "is one more, and a cassette has one body")
        else:
            wanted.append(data)
            is_json = not pattern["equalToJson"].is_none
            _looser(pattern, found, _MARKS.findall(data) if is_json else ())
    fields = _wanted(request["formParameters"], found)
    return _Body(wanted[0]) if wanted else _Body(form=form_of(fields).encode())


#: What lets anything stand in its place in JSON.
_MARKS = re.compile(rb"\$\{(json-unit\.[\w-]+)")


def _whole(pattern: Tree, headers: Pairs) -> bytes | None:
    """Return the body that a pattern wants; None where it wants no certain one."""
    for name in ("equalTo", "equalToJson", "equalToXml"):
        if not pattern[name].is_none:
            return in_charset(pattern[name], headers)
    coded, is_absent = pattern["binaryEqualTo"], pattern["absent"].flag()
    return from_base64(coded) if is_absent or not coded.is_none else None


def _answer(response: Tree, found: Found) -> bytes:
    if not (coded := response["base64Body"]).is_none:
        return uncoded(from_base64(coded), response["headers"].fields())
    if not (name := response["bodyFileName"]).is_none:
        data = found.beside(name.text())
        if data is None:
            raise UnreadableError(f"{name.text()} is not there", name.place)
        return uncoded(data, response["headers"].fields())
    if not (parsed := response["jsonBody"]).is_none:
        return parsed.json()
    return in_charset(response["body"], response["headers"].fields())


# Back


def write(interactions: Sequence[Interaction]) -> bytes:
    """Return one file of mappings, for the folder ``mappings`` or for an import. Equal
    requests become the steps of a scenario, whose last one goes on."""
    requests = [_request(each) for each in interactions]
    keys = [json.dumps(each) for each in requests]
    counts, met, names = Counter(keys), Counter[str](), dict[str, str]()
    mappings = []
    for key, request, each in zip(keys, requests, interactions, strict=True):
        mapping: dict[str, Any] = {"request": request, "response": _response(each)}
        if counts[key] > 1:
            name = f"{request['method']} {request['url']} {len(names) + 1}"
            mapping |= _step(names.setdefault(key, name), met[key], counts[key])
        met[key] += 1
        mappings.append(mapping)
    return f"{json.dumps({'mappings': mappings}, indent=2)}\n".encode()


def _step(name: str, number: int, of: int) -> dict[str, str]:
    state = f"step {number}" if number else _STARTED
    step = {"scenarioName": name, "requiredScenarioState": state}
    more = {"newScenarioState": f"step {number + 1}"}
    return step if number + 1 == of else step | more


def _request(each: Interaction) -> dict[str, Any]:
    return {
        "method": each.request.method or "GET",
        "url": path_of(each.request.url),
        "bodyPatterns": [_pattern(each.request)],
    }


def _pattern(request: Request) -> dict[str, Any]:
    """Return what the body has to be: without a pattern any would do."""
    if not request.body:
        return {"absent": True}
    # WireMock compares a body without that coding.
    is_gzip = all_values(request.headers, "content-encoding").lower() == "gzip"
    body = decoded_or_same(request.body, "gzip") if is_gzip else request.body
    text = text_of(body)
    return {"binaryEqualTo": to_base64(body)} if text is None else {"equalTo": text}


def _response(each: Interaction) -> dict[str, Any]:
    response = each.response
    if response.failure == "reset":
        return {"status": response.code, "fault": "CONNECTION_RESET_BY_PEER"}
    body = response.body
    text = text_of(body)
    held = {"base64Body": to_base64(body)} if text is None else {"body": text}
    return {
        "status": response.code,
        "statusMessage": reason(response.status),
        "headers": _single(response.headers),
        **held,
    }


def _single(headers: Headers) -> dict[str, str | list[str]]:
    """Return headers without the length, which is WireMock's own to state."""
    return {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in headers.items()
        if name.lower() != "content-length"
    }
