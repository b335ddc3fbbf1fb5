"""Real streaming clients: ``python llm_client.py NAME BASE_URL QUERY [ACK_URL]``.

NAME is openai, openai-async, anthropic, anthropic-async or httpx-sse. Prints each token
and when it came, in seconds since the request, as JSON. With ACK_URL each is
acknowledged there, past the proxy, before the next is read.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator

PROMPT = [{"role": "user", "content": "Count"}]
QUERY: dict[str, str] = {}
START = [0.0]


def ask() -> dict[str, str]:
    """The query, when everything else is ready: the clock runs from here."""
    START[0] = time.monotonic()
    return QUERY


def openai_tokens(base: str) -> Iterator[str]:
    import openai

    with openai.OpenAI(base_url=base, api_key="x", max_retries=0) as client:
        stream = client.chat.completions.create(
            model="gpt-x", messages=PROMPT, stream=True, extra_query=ask()
        )
        for chunk in stream:
            yield from (choice.delta.content or "" for choice in chunk.choices)


async def openai_async(base: str, note: Callable[[str], None]) -> None:
    import openai

    async with openai.AsyncOpenAI(base_url=base, api_key="x", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="gpt-x", messages=PROMPT, stream=True, extra_query=ask()
        )
        async for chunk in stream:
            for choice in chunk.choices:
                note(choice.delta.content or "")


def anthropic_tokens(base: str) -> Iterator[str]:
    import anthropic

    base = base.removesuffix("/v1")
    with anthropic.Anthropic(base_url=base, api_key="x", max_retries=0) as client:
        stream = client.messages.create(
            model="claude-x",
            messages=PROMPT,
            max_tokens=9,
            stream=True,
            extra_query=ask(),
        )
        for event in stream:
            yield anthropic_text(event)


async def anthropic_async(base: str, note: Callable[[str], None]) -> None:
    import anthropic

    base = base.removesuffix("/v1")
    async with anthropic.AsyncAnthropic(
        base_url=base, api_key="x", max_retries=0
    ) as client:
        stream = await client.messages.create(
            model="claude-x",
            messages=PROMPT,
            max_tokens=9,
            stream=True,
            extra_query=ask(),
        )
        async for event in stream:
            note(anthropic_text(event))


def anthropic_text(event: object) -> str:
    kind = event.type
    return event.delta.text if kind == "content_block_delta" else f"<{kind}>"


def sse_tokens(base: str) -> Iterator[str]:
    import httpx
    from httpx_sse import connect_sse

    with (
        httpx.Client(timeout=100) as client,
        connect_sse(
            client, "POST", f"{base}/chat/completions", params=ask(), json=PROMPT
        ) as source,
    ):
        for event in source.iter_sse():
            yield event.data


SYNC = {
    "openai": openai_tokens,
    "anthropic": anthropic_tokens,
    "httpx-sse": sse_tokens,
}
ASYNC = {"openai-async": openai_async, "anthropic-async": anthropic_async}


def main(name: str, base: str, query: str, ack: str = "") -> None:
    QUERY.update(pair.split("=") for pair in query.split("&") if pair)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    got: list[tuple[str, float]] = []

    def note(token: str) -> None:
        got.append((token, round(time.monotonic() - START[0], 4)))
        # Behind the last token of OpenAI's, which is empty, there is one event more.
        for _ in range((1 if token else 2) if ack else 0):
            opener.open(ack, timeout=100).read()

    if name in ASYNC:
        asyncio.run(ASYNC[name](base, note))
    else:
        for token in SYNC[name](base):
            note(token)
    json.dump(got, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
