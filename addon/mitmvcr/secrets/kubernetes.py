"""Secrets of Kubernetes: what their ``data`` holds is in base64, under names of their
own, and a client decodes all of it, so that what stands for a value is in base64, too.
"""

import re
from collections.abc import Iterable, Iterator

from mitmvcr.secrets.jsonvalues import json_regex
from mitmvcr.secrets.looks import is_random, is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.runs import decoded_base64
from mitmvcr.secrets.spans import Span

#: What says that there is one, for a search of all texts at once; or a list of them,
#: in which none says so itself.
MARKS = (b'"kind":"Secret', b'"kind": "Secret', b'kind\\":\\"Secret', b"kind: Secret")
_KIND = re.compile(rb"\W{0,4}kind\W{1,6}Secret(?:List)?\b")
_CODED = rb"([A-Za-z0-9+/]{4,100000}+={0,2}+)"
_ENTRY = re.compile(
    json_regex(rb'~"([\w.-]{1,253}+)~"_:_~"' + _CODED + rb'~"')
    + rb"|\n[ \t]{1,40}+([\w.-]{1,253}+):[ \t]{1,9}+[\"']?+" + _CODED
)  # fmt: skip
#: All entries of a map in JSON, or in YAML by how far they stand in the line.
_DATA = re.compile(
    json_regex(rb'"data~"_:_\{(?:_~"[\w.-]{1,253}+~"_:_~"[\w+/=]*+~"_,?+)++_\}')
    + rb"|(?<![^\n])([ ]{0,40}+)data:[ \t]{0,9}+"
    rb"(?:\r?\n\1[ ]{1,9}+[\w.-]{1,253}+:[ \t]{1,9}+[\"']?+[\w+/=]*+[\"']?+)++"
)
#: What is looked into: files, JSON and, in base64 again, what Helm packs.
_HELD = (b"-----BEGIN ", b"{", b"[", b"H4sI")


def in_secrets(names: Names, data: bytes, starts: Iterable[int]) -> Iterator[Span]:
    """Yield the values of Secrets, decoded; ``starts`` is where ``MARKS`` stand, and
    other texts."""
    if not any(_KIND.match(data, at) for at in starts):
        return
    for found in _DATA.finditer(data):
        for entry in _ENTRY.finditer(data, *found.span()):
            group = entry.lastindex or 0
            value = decoded_base64(entry[group])
            kind = entry[group - 1].decode()
            if not value or value.startswith(_HELD) or names.is_kept(kind):
                continue
            if is_real(value):
                yield Span(*entry.span(group), kind, value, is_random(value))
