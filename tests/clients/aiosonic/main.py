import asyncio
import sys

from aiosonic import HTTPClient


async def main(base: str) -> None:
    async with HTTPClient() as client:
        for path, more in [
            ("/json", {}),
            ("/redirect/308", {"follow": True}),
            ("/encoded/gzip", {"headers": {"Accept-Encoding": "gzip"}}),
            ("/cookies", {"headers": {"Cookie": "flavour=oat"}}),
            ("/sse?n=2", {}),
        ]:
            answer = await client.get(base + path, **more)
            print(await answer.text())
        answer = await client.post(base + "/json", data='{"a": 1}')
        print(await answer.text())


asyncio.run(main(sys.argv[1]))
