"""A subscription over graphql-transport-ws: gql."""

import asyncio
import sys

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport


async def main() -> None:
    url = sys.argv[1].replace("http", "ws") + "/graphql"
    transport = WebsocketsTransport(url=url)
    async with Client(transport=transport) as session:
        found = [
            each async for each in session.subscribe(gql("subscription { count }"))
        ]
    assert found == [{"count": 0}, {"count": 1}, {"count": 2}]


asyncio.run(main())
