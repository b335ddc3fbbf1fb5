"""A script for mitmdump: the last of all addons ends when there is a file LINGERING."""

import asyncio
import logging
import os

from mitmproxy import ctx


class Last:
    async def done(self) -> None:
        logging.warning("the last of all stays")
        while not os.path.exists(os.environ["LINGERING"]):
            await asyncio.sleep(0.02)


def running() -> None:
    ctx.master.addons.add(Last())
