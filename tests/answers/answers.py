"""Answers out of the packages: a name, a Content-Type and the body of each."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from answers.fetched import PACKAGES, Package, files

JSON = "application/json; charset=utf-8"


class Answer(NamedTuple):
    source: str
    name: str
    kind: str
    body: bytes


def answers() -> Iterator[Answer]:
    for package in PACKAGES:
        for name, content in files(package):
            yield from _in_file(package, name, content)


def _in_file(package: Package, name: str, content: bytes) -> Iterator[Answer]:
    source = package.name
    if name.endswith((".yaml", ".yml")):
        yield Answer(source, name, "application/yaml", content)
    elif name.endswith(".md"):
        yield Answer(source, name, "text/markdown", content)
    elif source == "botocore":
        if name.endswith("examples-1.json"):
            yield from _of_aws(name, json.loads(content))
    elif name.endswith(".json"):
        whole = json.loads(content)
        if source == "@octokit/webhooks-examples":
            for event in whole:
                for nth, example in enumerate(event["examples"]):
                    yield _json(source, f"{event['name']} {nth}", example)
        elif source == "@octokit/fixtures":
            for nth, each in enumerate(whole):
                yield _json(source, f"{name} {nth}", each.get("response"))
        else:
            if len(content) < 4 << 20:
                yield Answer(source, name, JSON, content)
            for where, example in _examples(whole, ""):
                yield _json(source, where, example)


def _json(source: str, name: str, value: object) -> Answer:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(source, name, JSON, text.encode("utf-8", "surrogatepass"))


def _of_aws(name: str, whole: Any) -> Iterator[Answer]:
    for operation, examples in (whole.get("examples") or {}).items():
        for nth, each in enumerate(examples):
            if each.get("output"):
                yield _json("botocore", f"{name} {operation} {nth}", each["output"])


def _examples(node: Any, where: str) -> Iterator[tuple[str, object]]:
    """Yield what an OpenAPI document gives as examples of bodies."""
    if isinstance(node, list):
        for nth, each in enumerate(node):
            yield from _examples(each, f"{where}/{nth}")
    elif isinstance(node, dict):
        for key, each in node.items():
            here = f"{where}/{key}"
            if key == "example" and isinstance(each, dict | list):
                yield here, each
            elif key == "examples" and isinstance(each, dict):
                for name, example in each.items():
                    value = example.get("value") if isinstance(example, dict) else None
                    if isinstance(value, dict | list):
                        yield f"{here}/{name}", value
            else:
                yield from _examples(each, here)
