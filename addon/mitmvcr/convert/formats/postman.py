"""Collections of Postman (2.0 and 2.1), of which the saved responses are interactions.

A request without one is noted. Variables are put in as the collection defines them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from mitmvcr.convert.coded import form_of, in_charset
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found, Variable
from mitmvcr.convert.tree import Tree, UnreadableError, compact, from_json
from mitmvcr.core.media import FORM

_OF_RESPONSE = frozenset(
    {
        *("id", "name", "originalRequest", "status", "code", "header", "body"),
        *("responseTime", "_postman_previewlanguage", "_postman_previewtype", "uid"),
    }
)


def read(data: bytes, found: Found) -> None:
    """Read a collection. Raise UnreadableError."""
    whole = from_json(data)
    found.variables += map(_variable, _on(whole["variable"]))
    values = {each.name: each.value for each in found.variables}
    for name in ("auth", "event"):
        if whole[name]:
            found.say(name, "a cassette has no place for it")
    saved = _saved(whole["item"].listed(), found)
    found.collect(saved, lambda each, _: [_exchange(each, found, values)])


def _variable(tree: Tree) -> Variable:
    is_secret = tree["type"].text() == "secret"
    return Variable(tree["key"].text(), tree["value"].text(), is_secret)


def _on(items: Tree) -> list[Tree]:
    """Return those that are not switched off."""
    return [each for each in items.items() if not each["disabled"].flag()]


def _saved(items: Sequence[Tree], found: Found) -> Iterator[Tree]:
    for item in items:
        yield from _saved(item["item"].items(), found)
        responses = item["response"].items()
        if item["request"] and not responses:
            name = item["name"].text("a request")
            found.say(f"item {name}", "has no saved response, so it is left out")
        for response in responses:
            yield Tree({"request": item["request"].value, "response": response.value})


def _exchange(saved: Tree, found: Found, values: Mapping[str, str]) -> Exchange:
    response = saved["response"]
    found.no_place((response, _OF_RESPONSE))
    request = response["originalRequest"] or saved["request"]
    if request.is_text:
        request = Tree({"url": request.value})
    body, kind = _body(request["body"], values, found)
    headers = _headers(request["header"], values)
    if kind and not any(name.lower() == "content-type" for name, _ in headers):
        headers = [*headers, ("Content-Type", kind)]
    answered = _headers(response["header"], values)
    return Exchange(
        method=request["method"].text("GET"),
        url=_url(request["url"], values),
        headers=headers,
        body=body,
        code=response["code"].number(),
        reason=response["status"].text() or None,
        answer_headers=answered,
        answer=in_charset(response["body"], answered),
        duration=response["responseTime"].number() * 1_000_000,
        is_decoded=True,
    )


_VARIABLE = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
#: Variables may hold variables, and one itself.
_DEEPEST = 5


def _filled(text: str, values: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        new = _VARIABLE.sub(lambda name: values.get(name[1], name[0]), text)
        if new == text:
            break
        text = new
    return text


def _url(tree: Tree, values: Mapping[str, str]) -> str:
    whole = tree.text() if tree.is_text else tree["raw"].text() or _joined(tree)
    url = _filled(whole, values)
    if tree.is_map:
        for each in tree["variable"].items():
            name, value = each["key"].text(), _filled(each["value"].text(), values)
            url = re.sub(rf"/:{re.escape(name)}(?=[/?#]|$)", f"/{value}", url)
    if left := _VARIABLE.search(url):
        problem = f"{left[0]} has no value in the collection"
        raise UnreadableError(problem, "request.url")
    path, mark, query = (url if "://" in url else f"http://{url}").partition("?")
    return f"{path.translate(_OF_PATH)}{mark}{query.translate(_OF_QUERY)}"


#: What Postman itself sends in place of these; what no URL may have is seen to later.
_OF_PATH = str.maketrans({each: f"%{ord(each):02X}" for each in '"<>`{}'})
_OF_QUERY = str.maketrans({each: f"%{ord(each):02X}" for each in "\"<>'"})


_PAIR = ("key", "value")


def _joined(parts: Tree) -> str:
    """Return a URL that stands in its parts alone."""
    scheme, port = parts["protocol"].text(), parts["port"].text()
    host = ".".join(each.text() for each in parts["host"].each())
    steps = [each["value"] if each.is_map else each for each in parts["path"].each()]
    path = "/".join(each.text() for each in steps).removeprefix("/")
    pairs = [
        "=".join(each[part].text() for part in _PAIR if not each[part].is_none)
        for each in _on(parts["query"])
    ]
    joined = "&".join(each.replace("&", "%26").replace("#", "%23") for each in pairs)
    start = f"{scheme}://{host}" if scheme else host
    place = f"{start}:{port}" if port else start
    query = f"?{joined}" if pairs else ""
    return f"{place}/{path}{query}" if steps else f"{place}{query}"


def _headers(tree: Tree, values: Mapping[str, str]) -> Pairs:
    if not tree.is_list:  # as the wire has them
        lines = [
            line.partition(":") for line in tree.text().splitlines() if line.strip()
        ]
        return [(name.strip(), value.strip()) for name, _, value in lines]
    named = ((each["key"].text(), each["value"].text()) for each in _on(tree))
    return [(name, _filled(value, values)) for name, value in named]


def _body(body: Tree, values: Mapping[str, str], found: Found) -> tuple[bytes, str]:
    """Return a request's body and the media type that Postman gives it by itself."""
    mode = body["mode"].text("raw") if body else "raw"
    if mode == "raw":
        return _filled(body["raw"].text(), values).encode("utf-8", "replace"), ""
    if mode == "urlencoded":
        pairs = [
            (_filled(each["key"].text(), values), _filled(each["value"].text(), values))
            for each in _on(body["urlencoded"])
        ]
        return form_of(pairs).encode(), FORM
    if mode == "graphql":
        return _graphql(body["graphql"], values).encode(), "application/json"
    found.say("request.body", f"is absent: the collection has none of mode {mode}")
    return b"", ""


def _graphql(asked: Tree, values: Mapping[str, str]) -> str:
    """Return a question as Postman sends it: its variables are a text of JSON."""
    names = ("query", "operationName")
    told = [(name, text) for name in names if (text := asked[name].text())]
    texts = [(name, compact(_filled(text, values)).decode()) for name, text in told]
    if not (held := asked["variables"]).is_none:
        texts.append(("variables", _filled(held.data().decode(), values)))
    members = [f'"{name}":{text}' for name, text in texts if text.strip()]
    return f"{{{','.join(members)}}}"
