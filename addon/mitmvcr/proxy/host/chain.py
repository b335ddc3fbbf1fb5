"""What stands round the chain of addons, and where the recorder stands in it.

mitmproxy asks its addons one after another (addonmanager.py: trigger_event). All of a
user's scripts are within one of them, ScriptLoader: an exception in one script ends a
hook for the scripts behind it, and AddonHalt ends it for every addon behind it. A
script whose file is damaged or gone is taken out (addons/script.py: watcher). What has
to hold whatever breaks stands round the chain, then: every hook of a connection or a
flow passes ``AddonManager.handle_lifecycle``, and it is asked before and after.
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
    """Who stands round the chain. Neither method may raise."""

    def before(self, event: Hook) -> None: ...

    def after(self, event: Hook) -> None: ...


class Surrounded:
    """In the place of a manager's ``handle_lifecycle``, for the rest of its life."""

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
    """Let ``watch`` be asked round every hook of a connection or a flow."""
    vars(manager)[_PASS] = Surrounded(manager, watch).handle_lifecycle


def watch_of(manager: Manager) -> Watch | None:
    """Who stands round this manager's chain already."""
    owner = getattr(vars(manager).get(_PASS), "__self__", None)
    return owner.watch if isinstance(owner, Surrounded) else None


def enter(manager: Manager, addon: object) -> None:
    """Load an addon and put it right behind the scripts: they are asked first, as
    they were loaded with it, and mitmproxy's own NextLayer after it. One that is there
    already stays where it is."""
    if any(each is addon for each in manager.chain):
        return
    manager.register(addon)
    chain = list(manager.chain)
    scripts = manager.get("scriptloader")
    behind = next((n for n, each in enumerate(chain, 1) if each is scripts), len(chain))
    # A list of its own: a hook may be on its way through the one that was.
    manager.chain = [*chain[:behind], addon, *chain[behind:]]
