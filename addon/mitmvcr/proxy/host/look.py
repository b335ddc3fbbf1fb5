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
    """Return what stands at ``package.module:Class.attribute``."""
    module, _, path = place.partition(":")
    try:
        thing = importlib.import_module(module)
        for name in path.split(".") if path else ():
            thing = getattr(thing, name)
    except (ImportError, AttributeError) as error:
        raise Changed(f"there is no {place}") from error
    return thing


def takes(place: str, *names: str) -> Any:
    """Return a function or class, which has exactly these parameters."""
    thing = find(place)
    parameters = list(inspect.signature(thing).parameters)
    if parameters != list(names):
        raise Changed(f"{place} takes ({', '.join(parameters)})")
    return thing


def yields(place: str, *names: str) -> None:
    """Expect a generator function with exactly these parameters."""
    if not inspect.isgeneratorfunction(inspect.unwrap(takes(place, *names))):
        raise Changed(f"{place} is no generator")


def awaits(place: str, *names: str) -> None:
    """Expect an async function with exactly these parameters."""
    if not inspect.iscoroutinefunction(inspect.unwrap(takes(place, *names))):
        raise Changed(f"{place} is not async")


def names_in(place: str) -> tuple[str, ...]:
    """Return the attributes and globals that a function uses, by their first use."""
    code = getattr(inspect.unwrap(find(place)), "__code__", None)
    if code is None:
        raise Changed(f"{place} is no function")
    return tuple(code.co_names)


def uses(place: str, *names: str) -> None:
    """Expect a function that uses these names, in this order."""
    order = iter(names_in(place))
    missing = [name for name in names if name not in order]
    if missing:
        raise Changed(f"{place} does not use {missing[0]} as it did")


def says(place: str, constant: bytes) -> None:
    """Expect a function in which this stands."""
    code = getattr(inspect.unwrap(find(place)), "__code__", None)
    if code is None or constant not in code.co_consts:
        raise Changed(f"{place} does not say {constant!r}")


def has_fields(place: str, *names: str) -> None:
    """Expect a dataclass with exactly these fields, in any order."""
    thing = find(place)
    declared = [field.name for field in fields(thing)] if is_dataclass(thing) else []
    if sorted(declared) != sorted(names):
        raise Changed(f"{place} has the fields ({', '.join(declared)})")


def declares(place: str, names: Iterable[str]) -> None:
    """Expect a class whose body annotates these attributes."""
    annotated = getattr(find(place), "__annotations__", {})
    for name in names:
        if name not in annotated:
            raise Changed(f"{place} declares no {name}")
