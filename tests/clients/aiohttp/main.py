import asyncio
import sys

import aiohttp


async def main(base: str, ws: str) -> None:
    async with aiohttp.ClientSession() as session:
        for method, path, more in [
            ("GET", "/json", {}),
            ("GET", "/encoded/gzip", {}),
            ("POST", "/json", {"json": {"a": 1}}),
            ("GET", "/redirect/308", {}),
        ]:
            async with session.request(method, base + path, **more) as answer:
                print(await answer.text())
    async with aiohttp.ClientSession(cookies={"flavour": "oat"}) as session:
        async with session.get(base + "/cookies") as answer:
            print(await answer.text())
        async with session.get(base + "/sse?n=2") as answer:
            async for line in answer.content:
                print(line.decode())
        async with session.ws_connect(ws) as socket:
            print((await socket.receive_json())["type"])
            await socket.send_json({"type": "session.update", "session": 1})
            print((await socket.receive_json())["type"])


asyncio.run(main(*sys.argv[1:]))
