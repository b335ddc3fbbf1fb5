"""Clients that look at the clock, each over an old recording: given where the origin is
and their names, print of each whether it was content with what it got (JSON)."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.request import getproxies

BASE = sys.argv[1]


def of_requests() -> bool:
    """A cookie that ran out is not sent again."""
    import requests

    with requests.Session() as session:
        session.get(f"{BASE}/cookie")
        return session.get(f"{BASE}/cookie/who").text == "you"


def of_aiohttp() -> bool:
    import aiohttp

    async def ask() -> bool:
        async with aiohttp.ClientSession(trust_env=True) as session:
            async with session.get(f"{BASE}/cookie") as answer:
                await answer.read()
            async with session.get(f"{BASE}/cookie/who") as answer:
                return await answer.text() == "you"

    return asyncio.run(ask())


def of_curl() -> bool:
    urls = [f"{BASE}/cookie", f"{BASE}/cookie/who"]
    done = subprocess.run(
        ["curl", "-sS", "-b", "", *urls], capture_output=True, text=True, check=True
    )
    return done.stdout.endswith("you")


def of_go() -> bool:
    program = os.environ["OLD_GO"]
    done = subprocess.run([program, BASE], capture_output=True, text=True, check=True)
    return done.stdout.endswith("you")


def of_pyjwt() -> bool:
    import jwt
    import requests

    token = requests.get(f"{BASE}/token", timeout=60).json()["id_token"]
    looks = {"verify_signature": False, "verify_exp": True, "verify_iat": True}
    try:
        jwt.decode(token, options=looks)
    except jwt.ExpiredSignatureError:
        return False
    return True


def of_boto3() -> bool:
    """Credentials that a role gave, from STS; with them S3 is asked."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    os.environ |= {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/test",
        "AWS_WEB_IDENTITY_TOKEN_FILE": __file__,
        "AWS_ROLE_SESSION_NAME": "old",
        "AWS_ENDPOINT_URL": BASE,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    once = Config(retries={"max_attempts": 0})
    path = Config(s3={"addressing_style": "path"}).merge(once)
    try:
        boto3.client("s3", config=path).head_bucket(Bucket="bucket")
    except (ClientError, RuntimeError):
        return False
    return True


def of_msal() -> bool:
    """A managed identity keeps its token until ``expires_on``."""
    import msal
    import requests

    os.environ |= {"IDENTITY_ENDPOINT": f"{BASE}/msi", "IDENTITY_HEADER": "x"}
    app = msal.ManagedIdentityClient(
        msal.SystemAssignedManagedIdentity(), http_client=requests.Session()
    )
    for _ in range(2):
        result = app.acquire_token_for_client(resource="https://api.test")
    return result.get("token_source") == "cache"


def of_google() -> bool:
    """A token of the metadata server's is good until its ``exp``."""
    from google.auth import compute_engine
    from google.auth.transport.requests import Request

    credentials = compute_engine.IDTokenCredentials(
        Request(), "https://app.test", use_metadata_identity_endpoint=True
    )
    credentials.refresh(Request())
    return bool(credentials.valid)


def of_hishel() -> bool:
    """A cache gives out what is fresh, and asks anew of what is not."""
    import hishel.httpx
    import httpx

    storage = hishel.SqliteStorage(database_path=os.environ["OLD_CACHE"])
    onwards = httpx.HTTPTransport(proxy=getproxies()["http"])
    transport = hishel.httpx.CacheTransport(onwards, storage, rfc=True)
    with httpx.Client(transport=transport) as client:
        client.get(f"{BASE}/fresh")
        again = client.get(f"{BASE}/fresh")
    return bool(again.extensions["caching"]["from_cache"])


def of_browser() -> bool:
    """A browser takes what is fresh from its cache. (Chromium keeps an old cookie: it
    counts from the answer's Date.)"""
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    proxy = f"--proxy-server={getproxies()['http']}"
    page = f"{BASE}/page"
    done = subprocess.run(
        [os.environ["CHROMIUM"], *words, proxy, page],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert "size=" in done.stdout, done.stdout
    return "size=0" in done.stdout


def asked(name: str) -> bool:
    known: dict[str, Callable[[], Any]] = {
        key[3:]: value for key, value in globals().items() if key[:3] == "of_"
    }
    return bool(known[name]())


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: asked(name) for name in sys.argv[2:]}))
