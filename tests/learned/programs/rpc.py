"""JSON-RPC with random ids, also several at once and in parallel: httpx."""

import asyncio
import random
import sys

import httpx


def call(*numbers: int) -> dict:
    fresh = random.randrange(1 << 31)
    return {"jsonrpc": "2.0", "id": fresh, "method": "sum", "params": numbers}


async def main() -> None:
    async with httpx.AsyncClient(base_url=sys.argv[1]) as client:

        async def sent(number: int) -> None:
            await asyncio.sleep(random.random() / 50)
            asked = call(number, 1)
            found = (await client.post("/rpc", json=asked)).json()
            assert (found["id"], found["result"]) == (asked["id"], number + 1), found

        await asyncio.gather(*map(sent, range(6)))
        both = [call(1), call(2)]
        found = (await client.post("/rpc", json=both)).json()
        assert [each["id"] for each in found] == [each["id"] for each in both]


asyncio.run(main())
