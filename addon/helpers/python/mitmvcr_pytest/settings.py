"""What a test wants of its session: its cassette, its mode and its options, from
markers and fixtures as pytest-recording has them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from mitmvcr_pytest.control import VcrError

#: pytest-recording's record modes, which are VCR.py's, as mitmvcr's.
MODES = {
    "none": "replay_only",
    "once": "record_once",
    "new_episodes": "replay_with_new_episodes",
    "all": "record_only",
    "rewrite": "record_only",
}
OWN_MODES = (*dict.fromkeys(MODES.values()), "passthrough")
#: mitmvcr run sets the first one where it was given a mode.
_CHOSEN = ("MITMVCR_RUN_MODE", "MITMVCR_MODE")
SCOPES = ("function", "class", "module")
#: VCR.py's names of what mitmvcr has too. What VCR.py filters is absent from its
#: cassettes and does not count; a field that it filters is one of a form or of JSON.
_RENAMED = {
    "record_mode": ("mode",),
    "match_on": ("match",),
    "filter_headers": ("redact_headers",),
    "filter_query_parameters": ("redact_query", "ignore_query"),
    "filter_post_data_parameters": (
        "redact_query",
        "ignore_form",
        "redact_json",
        "ignore_json",
    ),
    "allow_playback_repeats": ("allow_repeats",),
    "ignore_hosts": ("passthrough",),
    "ignore_localhost": ("passthrough",),
}
_LOCALHOSTS = ("localhost", "127.0.0.1", "0.0.0.0")
#: What a proxy does anyway: bodies are recorded decoded, from any client.
_NEEDLESS = ("decode_compressed_response", "custom_patches")
#: VCR.py's settings that a session has not, with what has the same effect here.
ELSEWHERE = {
    "before_record_request": "use hooks='FILE.py' with before_record and match",
    "before_record_response": "use hooks='FILE.py' with before_record",
    "before_record": "use hooks='FILE.py' with before_record",
    "before_playback": "use hooks='FILE.py' with before_replay",
    "filter_sensitive_data": "use secret=['VARIABLE'] or redact_regex=['REGEX']",
    "drop_unused_requests": "use mitmvcr run --drop-unused",
    "record_on_exception": "use mitmvcr run --save-failed no",
    "cassette_library_dir": "use the ini option vcr_cassettes",
    "path_transformer": "use the fixture default_cassette_name",
    "func_path_generator": "use the fixture default_cassette_name",
    "serializer": "leave it out, a cassette is YAML",
    "persister": "leave it out, a cassette is a file",
}
_MATCHERS = {"uri": "url", "raw_body": "body"}
#: What one of the systems that cassettes are checked out on has not in a file's name.
_UNFIT = re.compile(r"""[<>?%*:|"'/\\\x00-\x1f\x7f]""")
_LONGEST = 150


def mode_of(text: str) -> str:
    """Return mitmvcr's mode of either's name; the API refuses what is none."""
    return MODES.get(text, text)


def chosen_mode(option: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the mode that whoever started the run chose: by ``--record-mode``, by that
    of ``mitmvcr run`` around it, or by a variable. None where nobody did."""
    return option or next(filter(None, map(environment.get, _CHOSEN)), None)


def wish_of(
    config: Mapping[str, Any],
    marks: Iterable[pytest.Mark],
    mode: str | None,
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is asked of a session, as the API has it; the narrowest mark counts
    most, and ``mode``, as it was chosen, more than all. In CI no mark's mode records.
    ``scope`` is the plugin's.
    """
    if not isinstance(config, Mapping):
        raise VcrError(f"vcr_config returns {config!r}: let it return a dict")
    wish: dict[str, Any] = {}
    for layer in (config, *(mark.kwargs for mark in marks)):
        wish.update(_renamed(layer))
    if mode is not None:
        wish["mode"] = mode
    if "mode" in wish:
        wish["mode"] = mode_of(wish["mode"])
    may_record = wish.get("mode") not in (None, "passthrough")
    if mode is None and may_record and _is_ci(environment):
        wish["mode"] = MODES["none"]
    return {name: value for name, value in wish.items() if value is not None}


def hosts_of(config: object) -> object:
    """Return the hosts that ``vcr_config`` allows; :func:`wish_of` tells what is no
    configuration."""
    return config.get("allowed_hosts") if isinstance(config, Mapping) else None


def name_given(marks: Sequence[pytest.Mark]) -> str:
    """Return the name of a cassette that the narrowest mark has, '' where none has
    one. Raise VcrError."""
    names = next((mark.args for mark in reversed(marks) if mark.args), ("",))
    if len(names) > 1:
        raise VcrError(f"a test has one cassette, and {len(names)} are named")
    if not isinstance(names[0], str):
        raise VcrError(f"vcr({names[0]!r}): a cassette is named by a text")
    return names[0]


def _is_ci(environment: Mapping[str, str]) -> bool:
    """Return what mitmvcr itself takes for a CI server."""
    return environment.get("CI", "").strip().lower() not in ("", "0", "false")


def _renamed(layer: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in layer.items():
        if key in _NEEDLESS or (key in ELSEWHERE and value is None):
            continue
        if key in ELSEWHERE:
            raise VcrError(f"{key} is VCR.py's: {ELSEWHERE[key]}")
        for name in _RENAMED.get(key, (key,)):
            wanted = _value(name, key, value)
            adds_up = name in found and wanted is not None
            both = adds_up and name.startswith(("redact_", "ignore_", "passthrough"))
            found[name] = [*listed(found[name]), *listed(wanted)] if both else wanted
    return found


def _value(name: str, key: str, value: Any) -> Any:
    """Return VCR.py's value of ``key`` as mitmvcr's of ``name``."""
    if name == "match" and not isinstance(value, str):
        return ",".join(_MATCHERS.get(each, each) for each in value)
    if key == "allow_playback_repeats":
        return "all" if value else None
    if key == "ignore_localhost":
        value = _LOCALHOSTS if value else None
    if value is None:
        return None
    if name == "passthrough" and key != name:
        return filters(f"^{re.escape(each)}$" for each in value)
    if key.startswith(("filter_", "redact_")) and not isinstance(value, str):
        # VCR.py takes pairs of a name and what stands in its place, which is ours.
        value = [each if isinstance(each, str) else each[0] for each in value]
    if key != name and name.endswith("_json"):
        return [f"$[{json.dumps(each)}]" for each in listed(value)]
    return _plain(name, value)


def _plain(name: str, value: Any) -> Any:
    """Return a value as JSON has it, which the API takes."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (str, int, float, list, tuple, type(None))):
        return list(value) if isinstance(value, tuple) else value
    raise VcrError(f"{name}={value!r}: use a text, a number or a list of texts")


def listed(value: Any) -> list[Any]:
    """Return a list, of one where a single value was given."""
    return [value] if isinstance(value, str) else list(value or ())


def filters(hosts: Iterable[str]) -> list[str]:
    """Return mitmproxy's flow filters of regexes of hosts; within quotes it takes a
    backslash for the sign that what follows is meant."""
    return ['~d "' + re.sub(r'([\\"])', r"\\\1", each) + '"' for each in hosts]


def file_name(item: pytest.Item, scope: str) -> str:
    """Return the name of a test's cassette, as pytest-recording has it; of a wider
    scope that of the class, or of the module. A class within another has its name,
    too, or others of its own name would share its cassettes."""
    owner = getattr(item, "cls", None)
    return _file_name(item, scope, owner.__qualname__ if owner else "")


def former_name(item: pytest.Item, scope: str) -> str:
    """Return the same as older versions had it: of the inner class alone."""
    owner = getattr(item, "cls", None)
    return _file_name(item, scope, owner.__name__ if owner else "")


def _file_name(item: pytest.Item, scope: str, owner: str) -> str:
    if scope == "module":
        return ""
    owner = owner.rpartition("<locals>.")[2]
    if scope == "class":
        if not owner:
            raise VcrError("scope='class' is for tests in a class: use scope='module'")
        return _fit(owner)
    return _fit(f"{owner}.{item.name}" if owner else item.name)


def is_chosen(
    item: pytest.Item, marks: Iterable[pytest.Mark], scope: str, default: str
) -> bool:
    """Return whether somebody has named the cassette, which others may share then."""
    if any(mark.args for mark in marks):
        return True
    return scope == "function" and default != file_name(item, scope)


def test_of(item: pytest.Item, scope: str) -> str:
    """Return whose a cassette is: a test, or all of a class or a module, by the file
    that it is in and its name there."""
    place, *parts = item.nodeid.split("::")
    file = str(getattr(item, "path", place))
    if scope == "module":
        return file
    within = parts[:-1] if scope == "class" else parts
    return "::".join([file, *within])


def _fit(name: str) -> str:
    name = _UNFIT.sub("-", name).strip(" .") or "test"
    if len(name.encode()) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return name.encode()[:_LONGEST].decode(errors="ignore") + f"...{digest}"


def cassette_name(folder: str, place: str) -> str:
    """Return the name that a path has in the folder of cassettes."""
    name = os.path.relpath(place, folder).replace(os.sep, "/")
    if name.startswith("../") or os.path.isabs(name):
        remedy = "see vcr_cassette_dir, and the ini option vcr_cassettes"
        raise VcrError(f"cassette {place} is outside of {folder}: {remedy}")
    return name[: -len(".yaml")] if name.endswith(".yaml") else name


def folder_of_module(folder: str, module: str) -> str:
    """Return where the cassettes of a module are: a folder of its name in ``folder``,
    below as many others as lie between the module and that."""
    root = os.path.dirname(folder)
    place = os.path.relpath(os.path.splitext(module)[0], root)
    if place.startswith(os.pardir):
        place = os.path.basename(place)
    return os.path.join(folder, place)


def report(misses: Iterable[Mapping[str, Any]], cassette: str) -> str:
    """Return requests that had no match, as lines."""
    lines = []
    for miss in misses:
        request, times = miss["request"], miss.get("times", 1)
        often = f" ({times} times)" if times > 1 else ""
        lines.append(f"  {request['method']} {request['url']}{often}: {miss['reason']}")
    if not lines:
        return ""
    one = "1 request had" if len(lines) == 1 else f"{len(lines)} requests had"
    return "\n".join([f"mitmvcr: {one} no match in {cassette}:", *lines])
