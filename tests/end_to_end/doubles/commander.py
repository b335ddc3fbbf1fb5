"""A script for mitmdump: runs the commands that a test writes into the folder named by
COMMANDS, as the console does, and writes what they give beside them."""

import asyncio
import json
import os
from pathlib import Path

from mitmproxy import ctx, exceptions

_folder = Path(os.environ["COMMANDS"])


class Commander:
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
            result = ctx.master.commands.execute(line)
            return {"result": await result if asyncio.iscoroutine(result) else result}
        except (exceptions.CommandError, exceptions.OptionsError) as error:
            return {"error": str(error)}


addons = [Commander()]
