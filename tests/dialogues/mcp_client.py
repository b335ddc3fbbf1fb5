"""An ordinary program of the MCP SDK for Python, over streamable HTTP.

``python mcp_client.py PORT [session|resumed]``: both by the older ClientSession, and
``resumed`` by a tool whose stream is closed before its result is there.
"""

import asyncio
import os
import sys

from mcp import Client, ClientSession
from mcp.client.streamable_http import streamable_http_client

WAY = "".join(sys.argv[2:])
CALL = ("later", {"after": 200}) if WAY == "resumed" else ("now", {})
URL = f"http://localhost:{sys.argv[1]}/{WAY if WAY == 'resumed' else 'mcp'}"


async def use(client: Client | ClientSession) -> None:
    tools = (await client.list_tools()).tools
    called = await client.call_tool(*CALL)
    sys.stdout.write(f"{tools[0].name} {called.content[0].text}\n")
    await asyncio.sleep(float(os.environ.get("LONGER", "0")) / 1000)


async def main() -> None:
    if WAY:
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
