"""What mitmproxy goes on with once a connection was switched (layers/http:
flow_done)."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from mitmproxy.connection import Connection


class Choice:
    """Stands where mitmproxy looks for a layer. ``ours`` makes the one of a connection
    for which a part was chosen, of what mitmproxy gives and of the part."""

    def __init__(self, original: Any, ours: Callable[..., Any]) -> None:
        self._original, self._ours = original, ours
        self.parts: WeakKeyDictionary[Connection, Any] = WeakKeyDictionary()

    def __call__(self, context: Any, *more: Any) -> Any:
        part = self.parts.pop(context.client, None)
        if part is None:
            return self._original(context, *more)
        return self._ours(context, *more, part)


def choose(module: Any, name: str, ours: Callable[..., Any]) -> Choice:
    """Return the choice that stands in a module by the name of a layer."""
    if not isinstance(getattr(module, name), Choice):
        setattr(module, name, Choice(getattr(module, name), ours))
    found: Choice = getattr(module, name)
    return found
