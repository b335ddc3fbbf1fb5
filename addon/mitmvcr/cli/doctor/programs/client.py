"""Make one request with the library that is named; exit with 77 where it is absent.

Any Python from 3.6 on runs it, without mitmvcr.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def urllib(library: "Any", url: str) -> "Any":
    return library.request.urlopen(url, timeout=20).read()


def requests(library: "Any", url: str) -> "Any":
    return library.get(url, timeout=20).content


httpx = requests


def urllib3(library: "Any", url: str) -> "Any":
    return library.PoolManager().request("GET", url, timeout=20, retries=0).data


def aiohttp(library: "Any", url: str) -> "Any":
    async def get() -> "Any":
        session = library.ClientSession()
        try:
            return await (await session.get(url)).read()
        finally:
            await session.close()

    loop = __import__("asyncio").new_event_loop()
    return loop.run_until_complete(get())


def main(name: str, url: str) -> None:
    try:
        library = __import__("urllib.request" if name == "urllib" else name)
    except ImportError:
        sys.exit(77)
    sys.stdout.write(globals()[name](library, url).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
