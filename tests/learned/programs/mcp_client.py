"""Tools over MCP's streamable HTTP: the mcp package."""

import asyncio
import sys

from mcp import Client


async def main() -> None:
    async with Client(sys.argv[3] + "/mcp") as client:
        tools = await client.list_tools()
        assert [each.name for each in tools.tools] == ["add"]
        for number in range(3):
            found = await client.call_tool("add", {"a": number, "b": 2})
            assert str(number + 2) in str(found), found


asyncio.run(main())
