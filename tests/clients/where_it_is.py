"""A script for mitmdump: every https origin is at ORIGIN_HTTPS, every http one at
ORIGIN_HTTP, whatever its name and port."""

import asyncio
import os

_connect = asyncio.open_connection


async def _elsewhere(host, port, **options):
    place = os.environ["ORIGIN_HTTP" if port == 80 else "ORIGIN_HTTPS"]
    found, _, its_port = place.rpartition(":")
    return await _connect(found, int(its_port), **options)


asyncio.open_connection = _elsewhere
