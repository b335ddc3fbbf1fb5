"""mitmproxy's hooks, asked only of those that have them.

At every hook mitmproxy goes through some 30 addons of its own, and once more for
``update``, though hardly any has that hook (addonmanager.py: trigger_event): a third
of what a request costs it. More than a recording adds to it. So it does for each line
of its log, and for each option that changes (trigger).
"""

from collections.abc import Iterator, Sequence
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any

from mitmproxy import addonmanager, ctx
from mitmproxy.exceptions import AddonHalt

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.hooks import Hook


def open_dispatcher() -> "HookDispatcher":
    """Return one that stands in for the running mitmproxy's own, if that can be."""
    dispatcher = HookDispatcher(ctx.master.addons)
    dispatcher.open()
    return dispatcher


class HookDispatcher:
    """In the place of a manager's ``trigger_event`` and ``trigger``, from :meth:`open`
    to :meth:`close`. What is asked, the order, errors and halts are the manager's
    own."""

    def __init__(self, manager: "addonmanager.AddonManager") -> None:
        self._manager = manager
        self._chain: list[Any] = []
        self._having: dict[str, Sequence[tuple[Any, bool]]] = {}
        self._having_now: dict[str, Sequence[tuple[Any, bool]]] = {}

    def open(self) -> None:
        """Begin, if it has not, and if this mitmproxy calls its addons as expected."""
        own = vars(self._manager)
        if "trigger_event" not in own and capabilities.has("hook dispatch"):
            own["trigger_event"], own["trigger"] = self.trigger_event, self.trigger

    def close(self) -> None:
        own = vars(self._manager)
        if own.get("trigger_event") == self.trigger_event:
            del own["trigger_event"], own["trigger"]

    def _look(self) -> None:
        """Look whether the addons are those of the last time."""
        if self._chain != self._manager.chain:  # the same objects: a quick look
            self._chain = list(self._manager.chain)
            self._having.clear()
            self._having_now.clear()

    def trigger(self, event: "Hook") -> None:
        """Pass on a hook that mitmproxy calls where it cannot await."""
        self._look()
        name, arguments = event.name, event.args()
        having = self._having_now.get(name)
        if having is None:
            having = self._having_now[name] = list(self._asked_now(name))
        for addon, is_plain in having:
            try:
                if not is_plain:
                    self._manager.invoke_addon_sync(addon, event)
                elif (hook := getattr(addon, name)) is not None:
                    hook(*arguments)
            except AddonHalt:
                return
            except Exception:
                with addonmanager.safecall():
                    raise

    def _asked_now(self, name: str) -> Iterator[tuple[Any, bool]]:
        """Yield the same for :meth:`trigger`, and whether it is a plain method that is
        there from the start."""
        for addon, is_alone in self._asked(name):
            yield addon, is_alone and not iscoroutinefunction(getattr(addon, name))

    async def trigger_event(self, event: "Hook") -> None:
        """Pass on a hook of a connection or a flow."""
        self._look()
        having = self._having.get(event.name)
        if having is None:
            having = self._having[event.name] = list(self._asked(event.name))
        args = event.args()
        for addon, is_alone in having:
            try:
                if is_alone:
                    hook = getattr(addon, event.name)
                    waiting = None if hook is None else hook(*args)
                    if waiting is not None and isawaitable(waiting):
                        await waiting
                else:
                    await self._manager.invoke_addon(addon, event)
            except AddonHalt:
                return
            except Exception:
                with addonmanager.safecall():  # it logs; to enter it each time costs
                    raise

    def _asked(self, name: str) -> Iterator[tuple[Any, bool]]:
        """Yield who is asked at a hook, and whether it is asked without those within
        it. What is here or mitmproxy's has its hooks from the start, or None for one; a
        user's addon may get one at any time, and so may one with addons within it."""
        for addon in self._chain:
            if _is_of("mitmvcr", addon):
                for part in addonmanager.traverse([addon]):
                    if hasattr(part, name):
                        yield part, True
            elif not _is_of("mitmproxy", addon) or hasattr(addon, "addons"):
                yield addon, False
            elif hasattr(addon, name):
                yield addon, True


def _is_of(package: str, addon: Any) -> bool:
    return type(addon).__module__.startswith(f"{package}.")
