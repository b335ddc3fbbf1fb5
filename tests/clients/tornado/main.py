import asyncio
import json
import sys

from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import websocket_connect


async def main(base: str, ws: str) -> None:
    client = AsyncHTTPClient()
    for path, more in [
        ("/json", {}),
        ("/encoded/gzip", {}),
        ("/json", {"method": "POST", "body": '{"a": 1}'}),
        ("/redirect/308", {}),
        ("/cookies", {"headers": {"Cookie": "flavour=oat"}}),
        ("/sse?n=2", {}),
    ]:
        answer = await client.fetch(base + path, **more)
        print(answer.body.decode())
    socket = await websocket_connect(ws)
    print(json.loads(await socket.read_message())["type"])
    await socket.write_message('{"type": "session.update", "session": 1}')
    print(json.loads(await socket.read_message())["type"])
    socket.close()


asyncio.run(main(*sys.argv[1:]))
