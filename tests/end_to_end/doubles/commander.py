"""A script for mitmdump: runs the commands that a test writes into the folder named by
COMMANDS, as the console does, and writes what they give beside them.

Some are its own. mitmdump has no view whose flows could be chosen, so ``save-all FILE``
gives all flows to ``vcr.save``, if KEEPS_FLOWS is in the environment. ``option NAME``
gives the option's value. ``sets SPECS`` sets options as ``--set`` does, at once, and
``rest`` puts back those that were set and says what is still going on: see
``end_to_end/kept.py``.
"""

import asyncio
import json
import os
from pathlib import Path

from mitmproxy import ctx, exceptions, flow

_folder = Path(os.environ["COMMANDS"])


class Commander:
    def __init__(self) -> None:
        self._flows: list[flow.Flow] = []
        self._before: dict[str, object] = {}

    def running(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            for file in sorted(_folder.glob("*.command")):
                answer = await self._run(file.read_text())
                file.unlink()
                ready = file.with_suffix(".new")
                ready.write_text(json.dumps(answer, default=str))
                ready.rename(file.with_suffix(".answer"))
            await asyncio.sleep(0.02)

    async def _run(self, line: str) -> dict[str, object]:
        try:
            return {"result": self._execute(line)}
        except (exceptions.CommandError, exceptions.OptionsError) as error:
            return {"error": str(error)}

    def _execute(self, line: str) -> object:
        name, _, rest = line.partition(" ")
        if name == "option":
            return getattr(ctx.options, rest)
        if name == "save-all":
            return ctx.master.commands.call("vcr.save", self._flows, rest)
        if name == "sets":
            return self._set(json.loads(rest))
        if name == "rest":
            return self._rest()
        return ctx.master.commands.execute(line)

    def _set(self, specs: list[str]) -> None:
        names = {spec.partition("=")[0] for spec in specs}
        known = names & ctx.options.keys()
        self._before |= {name: getattr(ctx.options, name) for name in known}
        ctx.options.set(*specs)

    def _rest(self) -> dict[str, object]:
        before, self._before = self._before, {}
        ctx.options.update(**before)
        vcr = ctx.master.addons.get("vcr")
        return {
            "connections": len(ctx.master.addons.get("proxyserver").connections),
            "recordings": len(vcr.sessions.recordings()),
            "failed": vcr.sessions._exit_guard.failed,
        }


class Keeper(Commander):
    def response(self, flow: flow.Flow) -> None:
        self._flows.append(flow)


addons = [Keeper() if "KEEPS_FLOWS" in os.environ else Commander()]
