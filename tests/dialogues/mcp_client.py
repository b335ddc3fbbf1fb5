"""An ordinary program of the MCP SDK for Python, over streamable HTTP.

``python mcp_client.py PORT [session]``: with ``session`` by the older ClientSession.
"""

import asyncio
import os
import sys

from mcp import Client, ClientSession
from mcp.client.streamable_http import streamable_http_client

URL = f"http://localhost:{sys.argv[1]}/mcp"


async def use(client: Client | ClientSession) -> None:
    tools = (await client.list_tools()).tools
    called = await client.call_tool("now", {})
    sys.stdout.write(f"{tools[0].name} {called.content[0].text}\n")
    await asyncio.sleep(float(os.environ.get("LONGER", "0")) / 1000)


async def main() -> None:
    if sys.argv[2:]:
        async with (
            streamable_http_client(URL) as (reads, writes, *_),
            ClientSession(reads, writes) as session,
        ):
            await session.initialize()
            await use(session)
    else:
        async with Client(URL) as client:
            await use(client)


asyncio.run(main())
