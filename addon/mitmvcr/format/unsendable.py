"""Where in a file stands what cannot be an HTTP message."""

from collections.abc import Callable, Iterator

from mitmvcr.core import sendable
from mitmvcr.core.wording import shown
from mitmvcr.format import fields
from mitmvcr.format.faults import Fault
from mitmvcr.format.nodes import ListNode, MapNode, Node, Scalar

Problem = Callable[[str], str]


def of_response(node: Node) -> Iterator[Fault]:
    """Yield what keeps a response from being sent; the node is known to be sound
    otherwise."""
    for name, value in fields.pairs(node):
        place = f"response.{name}"
        if name in ("headers", "trailer"):
            yield from _of_headers(value, place)
        elif name == "status":
            yield from _of_text(value, place, sendable.problem_of_value)
        elif name == "code" and (
            problem := sendable.problem_of_code(fields.integer(value))
        ):
            yield Fault(problem, value.line, place)


def of_request(node: Node) -> Iterator[Fault]:
    """Yield what no client can have asked; nothing of a request is ever sent."""
    for name, value in fields.pairs(node):
        place = f"request.{name}"
        if name in ("headers", "trailer"):
            yield from _of_headers(value, place)
        elif name == "method":
            yield from _of_text(value, place, sendable.problem_of_method)
        elif name == "url":
            yield from _of_text(value, place, sendable.problem_of_url)


def _of_headers(node: Node, place: str) -> Iterator[Fault]:
    if not isinstance(node, MapNode):
        return
    for key, values in node.pairs:
        name = fields.name(key)
        if name is None:
            continue
        field = f"{place}.{shown(name)}"
        yield from _of_text(key, field, sendable.problem_of_name)
        for value in values.items if isinstance(values, ListNode) else ():
            yield from _of_text(value, field, sendable.problem_of_value)


def _of_text(node: Node, place: str, problem_of: Problem) -> Iterator[Fault]:
    text = fields.text(node) if isinstance(node, Scalar) else ""
    if problem := problem_of(text):
        yield Fault(problem, node.line, place)
