"""Looking at code that may have changed: each function raises Changed where it is not
what was expected. They compare signatures and the names that a function uses, which
takes microseconds and needs no source file. What :func:`functools.wraps` has wrapped
counts as what it wraps."""

import importlib
import inspect
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any


class Changed(Exception):
    """mitmproxy is not what it was; the text says where."""


def find(place: str) -> Any:
    """What stands at ``package.module:Class.attribute``."""
    module, _, path = place.partition(":")
    try:
        thing = importlib.import_module(module)
        for name in path.split(".") if path else ():
            thing = getattr(thing, name)
    except (ImportError, AttributeError) as error:
        raise Changed(f"there is no {place}") from error
    return thing


def takes(place: str, *names: str) -> Any:
    """A function or class with exactly these parameters; returns it."""
    thing = find(place)
    found = list(inspect.signature(thing).parameters)
    if found != list(names):
        raise Changed(f"{place} takes ({', '.join(found)})")
    return thing


def yields(place: str, *names: str) -> None:
    """A generator function with exactly these parameters."""
    if not inspect.isgeneratorfunction(inspect.unwrap(takes(place, *names))):
        raise Changed(f"{place} is no generator")


def awaits(place: str, *names: str) -> None:
    """An async function with exactly these parameters."""
    if not inspect.iscoroutinefunction(inspect.unwrap(takes(place, *names))):
        raise Changed(f"{place} is not async")


def names_in(place: str) -> tuple[str, ...]:
    """The attributes and globals that a function uses, by their first use."""
    code = getattr(inspect.unwrap(find(place)), "__code__", None)
    if code is None:
        raise Changed(f"{place} is no function")
    return tuple(code.co_names)


def uses(place: str, *names: str) -> None:
    """A function that uses these names, in this order."""
    order = iter(names_in(place))
    missing = [name for name in names if name not in order]
    if missing:
        raise Changed(f"{place} does not use {missing[0]} as it did")


def has_fields(place: str, *names: str) -> None:
    """A dataclass with exactly these fields, in any order."""
    thing = find(place)
    found = [field.name for field in fields(thing)] if is_dataclass(thing) else []
    if sorted(found) != sorted(names):
        raise Changed(f"{place} has the fields ({', '.join(found)})")


def declares(place: str, names: Iterable[str]) -> None:
    """A class whose body annotates these attributes."""
    found = getattr(find(place), "__annotations__", {})
    for name in names:
        if name not in found:
            raise Changed(f"{place} declares no {name}")
