"""A wrapper around the chain of addons, and the recorder's place in the chain.

mitmproxy calls its addons one after another (addonmanager.py: trigger_event). All of a
user's scripts are inside one of them, ScriptLoader: an exception in one script ends a
hook for the scripts after it, and AddonHalt ends it for every addon after it. A script
whose file is damaged or gone is removed (addons/script.py: watcher). So what has to
hold whatever breaks wraps the whole chain: every hook of a connection or a flow passes
through ``AddonManager.handle_lifecycle``, and a watch is called before and after it.
"""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mitmproxy.addonmanager import AddonManager
    from mitmproxy.hooks import Hook as Hook

    Manager = AddonManager
else:
    Manager = Hook = Any

_PASS = "handle_lifecycle"


class Watch(Protocol):
    """Is called before and after every hook. Neither method may raise."""

    def before(self, event: Hook) -> None: ...

    def after(self, event: Hook) -> None: ...


class Surrounded:
    """Replaces a manager's ``handle_lifecycle``, for the rest of its life."""

    def __init__(self, manager: Manager, watch: Watch) -> None:
        self.watch = watch
        self._passed_on = manager.handle_lifecycle

    async def handle_lifecycle(self, event: Hook) -> None:
        self.watch.before(event)
        try:
            await self._passed_on(event)
        finally:
            self.watch.after(event)


def surround(manager: Manager, watch: Watch) -> None:
    """Call ``watch`` before and after every hook of a connection or a flow."""
    vars(manager)[_PASS] = Surrounded(manager, watch).handle_lifecycle


def watch_of(manager: Manager) -> Watch | None:
    """Return the watch that this manager's chain already has; None if it has none."""
    owner = getattr(vars(manager).get(_PASS), "__self__", None)
    return owner.watch if isinstance(owner, Surrounded) else None


def enter(manager: Manager, addon: object) -> None:
    """Load an addon and put it right after the scripts: scripts that were loaded with
    it run first, and mitmproxy's own NextLayer runs after it. An addon that is already
    in the chain stays where it is."""
    if any(each is addon for each in manager.chain):
        return
    manager.register(addon)
    chain = list(manager.chain)
    scripts = manager.get("scriptloader")
    behind = next((n for n, each in enumerate(chain, 1) if each is scripts), len(chain))
    # A new list, since a hook may be iterating over the old one.
    manager.chain = [*chain[:behind], addon, *chain[behind:]]
