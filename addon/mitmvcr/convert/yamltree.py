"""YAML of other recorders: read without any type that a tag could claim, and written.

PyYAML's own constructors are not used: what is plain stays text, since a body may look
like a number or a date, and a tag of another language makes no object here.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mitmvcr.convert.tree import Plain, Tree, UnreadableError, as_text

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null", "Null", "NULL")
_BINARY = ("tag:yaml.org,2002:binary", "!binary")
#: Deeper than any recording.
_DEEPEST = 200
_Built = dict[int, Any]


def from_yaml(data: bytes) -> Tree:
    """Read a file of YAML. Raise UnreadableError."""
    try:
        return Tree(_value(_composed(data), {}, 0))
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise UnreadableError(f"is not complete YAML: {problem}") from None
    except RecursionError:
        raise UnreadableError("is nested too deeply") from None


CUT_OFF = "was cut off: it ends within an interaction"


def whole_from_yaml(data: bytes, last: str = "") -> Tree:
    """Read a file that some program wrote. YAML may end anywhere and be complete, but
    each ends its last line, or has ``last`` behind all else. Raise UnreadableError."""
    whole = from_yaml(data)
    has_end = bool(last) and whole.is_map and not whole[last].is_none
    if whole and not has_end and not data.endswith((b"\n", b"\r")):
        raise UnreadableError(f"{CUT_OFF}, or lacks a line feed at its end")
    return whole


def _composed(data: bytes) -> Node | None:
    try:
        found: Node | None = yaml.compose(data, Loader=_FAST)
    except yaml.YAMLError:
        # They differ: libyaml refuses some tabs, and the other some characters.
        found = yaml.compose(data, Loader=yaml.SafeLoader)
    return found


def _value(node: Node | None, built: _Built, depth: int) -> Any:
    """Return a node's value. An alias gives what its anchor gave, so that no file
    grows as it is read."""
    if node is None:
        return None
    if id(node) not in built:
        if depth > _DEEPEST:
            raise UnreadableError("is nested too deeply")
        built[id(node)] = None  # a node that holds itself
        built[id(node)] = _made(node, built, depth)
    return built[id(node)]


def _made(node: Node, built: _Built, depth: int) -> Any:
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_value(each, built, depth + 1) for each in node.value]
    assert isinstance(node, MappingNode)
    found = {}
    for key, value in node.value:
        found[_key(_value(key, built, depth + 1))] = _value(value, built, depth + 1)
    return _of_object(node.tag, found)


def _key(key: Any) -> str:
    return as_text(key[0] if isinstance(key, list) and len(key) == 1 else key)


def _scalar(node: ScalarNode) -> Any:
    if node.tag in _BINARY:
        return _bytes(node.value)
    if node.style or node.tag.endswith(("/str", "/unicode")):
        return node.value
    return None if node.value in _NULLS else Plain(node.value)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableError("holds !!binary that is not base64") from None


def _of_object(tag: str, members: dict[str, Any]) -> Any:
    """Return what a pickled body held: a file's bytes, or an iterator's parts."""
    if tag.endswith("BytesIO") or tag.endswith("StringIO"):
        state = members.get("state") or members.get("args") or [b""]
        return state[0] if isinstance(state, list) else state
    if tag.endswith("iter") and (arguments := members.get("args")):
        return arguments[0]
    return members


class _Plain(yaml.SafeDumper):
    """Writes each value in full: no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


class _Quoted(_Plain):
    """Quotes each text, so that no other reader of YAML takes one for something else:
    Ruby's knows more types than Python's."""


def _quoted(dumper: Any, text: str) -> Node:
    is_name = text.isidentifier() and len(text) > len("false")
    style = None if is_name or text in _NAMES else '"'
    found: Node = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return found


_NAMES = frozenset({"body", "code", "uri"})
_Quoted.add_representer(str, _quoted)


def to_yaml(value: Mapping[str, Any], *, quotes: bool = False) -> bytes:
    """Write a tree as YAML, in ASCII: no reader of it agrees with another on all
    else."""
    written: str = yaml.dump(
        value,
        Dumper=_Quoted if quotes else _Plain,
        sort_keys=False,
        width=1 << 30,
        allow_unicode=False,
    )
    return written.encode("ascii")
