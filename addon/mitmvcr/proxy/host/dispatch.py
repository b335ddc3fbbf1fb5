"""mitmproxy's hooks, asked only of those that have them.

At every hook mitmproxy goes through some 30 addons of its own, and once more for
``update``, though hardly any has that hook (addonmanager.py: trigger_event): a third
of what a request costs it. More than a recording adds to it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from mitmproxy import addonmanager, ctx
from mitmproxy.exceptions import AddonHalt

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.hooks import Hook

    _Ask = Callable[[Any, Hook], Awaitable[None]]


def open_dispatcher() -> "HookDispatcher":
    """Return one that stands in for the running mitmproxy's own, if that can be."""
    dispatcher = HookDispatcher(ctx.master.addons)
    dispatcher.open()
    return dispatcher


class HookDispatcher:
    """In the place of a manager's ``trigger_event``, from :meth:`open` to
    :meth:`close`. What is asked, the order, errors and halts are the manager's own."""

    def __init__(self, manager: "addonmanager.AddonManager") -> None:
        self._manager = manager
        self._chain: list[Any] = []
        self._having: dict[str, Sequence[tuple[_Ask, Any]]] = {}

    def open(self) -> None:
        """Unless it is open already, or this mitmproxy asks its addons otherwise."""
        own = vars(self._manager)
        if "trigger_event" not in own and capabilities.has("hook dispatch"):
            own["trigger_event"] = self.trigger_event

    def close(self) -> None:
        own = vars(self._manager)
        if own.get("trigger_event") == self.trigger_event:
            del own["trigger_event"]

    async def trigger_event(self, event: "Hook") -> None:
        """Asked by mitmproxy for each hook of a connection or a flow."""
        if self._chain != self._manager.chain:  # the same objects: a quick look
            self._chain = list(self._manager.chain)
            self._having.clear()
        having = self._having.get(event.name)
        if having is None:
            having = self._having[event.name] = list(self._asked(event.name))
        for ask, addon in having:
            try:
                await ask(addon, event)
            except AddonHalt:
                return
            except Exception:
                with addonmanager.safecall():  # it logs; to enter it each time costs
                    raise

    def _asked(self, name: str) -> "Iterator[tuple[_Ask, Any]]":
        """Yield who is asked at a hook, and how."""
        for addon in self._chain:
            if type(addon).__module__.startswith("mitmvcr."):
                for part in addonmanager.traverse([addon]):
                    if hasattr(part, name):
                        yield _ask, part
            elif _may_have(addon, name):
                yield self._manager.invoke_addon, addon


async def _ask(addon: Any, event: "Hook") -> None:
    """Ask an addon of this package, without those within it: they and their hooks are
    there from the start. One that is None is not asked."""
    hook = getattr(addon, event.name)
    if hook is not None:
        waiting = hook(*event.args())
        if waiting is not None and isawaitable(waiting):
            await waiting


def _may_have(addon: Any, name: str) -> bool:
    """Return whether an addon may have a hook. A user's may get one at any time, and
    so may one with addons within it; mitmproxy's other ones have theirs from the
    start."""
    is_own = type(addon).__module__.startswith("mitmproxy.")
    return not is_own or hasattr(addon, "addons") or hasattr(addon, name)
