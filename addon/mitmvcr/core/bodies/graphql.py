"""GraphQL documents by their tokens: white space, commas and comments do not count."""

import re
from collections.abc import Callable
from functools import cache

#: A number or a name must not run into the next one: that is no GraphQL.
_TOKEN = r"""[\s,\ufeff]+ | \#[^\r\n]*
    |(?P<token>[!$&()\[\]{}:=@|]|\.\.\.|[A-Za-z_][A-Za-z_0-9]*
      |-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])
      |\"{3}(?:[^"\\]|\\\"{3}|\\|\"{1,2}(?!"))*+\"{3}
      |"(?!"")(?:[^"\\\r\n]|\\.)*+")"""
_KEYWORDS = ("query", "mutation", "subscription", "fragment")
_AFTER_KEYWORD = re.compile(r"[A-Za-z_{(@]")
#: A field, and not what query languages of logs and metrics have in braces.
_AFTER_BRACE = re.compile(r"[A-Za-z_]|\.\.\.")
_OPENS, _CLOSES = "([{", ")]}"


def one_spelling(text: str) -> str | None:
    """Return a GraphQL document as its tokens with one space between; None for any
    other text."""
    found = _tokens(text)
    return " ".join(found) if _is_document(found) else None


def _tokens(text: str) -> list[str]:
    """Return the tokens; none where something else stands in the text."""
    found, at = [], 0
    match = _matcher()
    while at < len(text):
        token = match(text, at)
        if token is None:
            return []
        if token["token"]:
            found.append(token["token"])
        at = token.end()
    return found


@cache
def _matcher() -> Callable[[str, int], re.Match[str] | None]:
    """Compile the tokens when they are first needed: few cassettes hold any."""
    return re.compile(_TOKEN, re.VERBOSE | re.ASCII).match


def _is_document(tokens: list[str]) -> bool:
    if len(tokens) < 3 or tokens[-1] != "}" or not _is_balanced(tokens):
        return False
    if tokens[0] == "{":
        return _AFTER_BRACE.match(tokens[1]) is not None and tokens[2] != "="
    return tokens[0] in _KEYWORDS and _AFTER_KEYWORD.match(tokens[1]) is not None


def _is_balanced(tokens: list[str]) -> bool:
    waiting: list[str] = []
    for token in tokens:
        if token in _OPENS:
            waiting.append(_CLOSES[_OPENS.index(token)])
        elif token in _CLOSES and (not waiting or waiting.pop() != token):
            return False
    return not waiting
