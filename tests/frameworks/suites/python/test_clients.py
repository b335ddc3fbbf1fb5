"""Clients that are made before a test, at import or by a fixture, are served in it."""

import asyncio
import urllib.request

import aiohttp
import httpx
import openai
import pytest
import requests

URL = "https://api.test/json"
REQUESTS = requests.Session()
HTTPX = httpx.Client()
URLLIB = urllib.request.build_opener()
OPENAI = openai.OpenAI(base_url="https://api.test/v1", api_key="sk-none")


@pytest.fixture(scope="session")
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def session(loop):
    """It has an open connection, of the suite's cassette."""

    async def opened():
        session = aiohttp.ClientSession()
        async with session.get(f"{URL}?by=fixture") as answer:
            assert answer.status == 200
        return session

    session = loop.run_until_complete(opened())
    yield session
    loop.run_until_complete(session.close())


@pytest.mark.vcr
@pytest.mark.parametrize("number", [1, 2])
def test_clients(number, loop, session):
    url = f"{URL}?number={number}"
    assert REQUESTS.get(f"{url}&by=requests").json()["asked"].endswith("requests")
    assert HTTPX.get(f"{url}&by=httpx").json()["asked"].endswith("httpx")
    with URLLIB.open(f"{url}&by=urllib") as answer:
        assert b"urllib" in answer.read()

    async def ask():
        async with session.get(f"{url}&by=aiohttp") as answer:
            return await answer.text()

    assert "aiohttp" in loop.run_until_complete(ask())
    message = {"role": "user", "content": f"Count to {number}"}
    with OPENAI.chat.completions.create(
        model="gpt-4o-mini", messages=[message], stream=True
    ) as stream:
        assert [chunk for chunk in stream if chunk.choices]
