"""Real SDKs that are told to come back later: says how long each slept, as JSON.

``python retrying_client.py ORIGIN``; nobody really sleeps.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import anthropic
import boto3
import openai
import requests
import urllib3
from azure.core import PipelineClient
from azure.core.pipeline.policies import RequestIdPolicy, RetryPolicy, UserAgentPolicy
from azure.core.polling import LROPoller
from azure.core.polling.base_polling import LROBasePolling
from azure.core.rest import HttpRequest
from botocore.config import Config
from requests.adapters import HTTPAdapter

slept: list[float] = []
POLICIES = [UserAgentPolicy(), RequestIdPolicy(), RetryPolicy()]


def by_urllib3(origin: str) -> None:
    session = requests.Session()
    retries = urllib3.Retry(total=3, backoff_factor=0)
    session.mount("https://", HTTPAdapter(max_retries=retries))
    assert session.get(f"{origin}/urllib3").status_code == 200


def by_openai(origin: str) -> None:
    with openai.OpenAI(base_url=origin, api_key="dummy") as client:
        client.models.list()


def by_openai_poll(origin: str) -> None:
    with openai.OpenAI(base_url=origin, api_key="dummy") as client:
        client.vector_stores.files.poll("file", vector_store_id="store")


def by_anthropic(origin: str) -> None:
    with anthropic.Anthropic(base_url=origin, api_key="dummy") as client:
        client.models.list()


def by_azure(origin: str) -> None:
    with PipelineClient(origin, policies=POLICIES) as client:
        response = client.send_request(HttpRequest("GET", f"{origin}/azure"))
        assert response.status_code == 200


def by_azure_poll(origin: str) -> None:
    with PipelineClient(origin, policies=POLICIES[:2]) as client:
        begun = client.send_request(
            HttpRequest("PUT", f"{origin}/poll"), _return_pipeline_response=True
        )
        LROPoller(client, begun, lambda found: found, LROBasePolling()).result()


def by_boto3(origin: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=origin,
        region_name="eu-west-1",
        aws_access_key_id="dummy",
        aws_secret_access_key="dummy",
        config=Config(retries={"mode": "standard"}),
        verify=os.environ["REQUESTS_CA_BUNDLE"],
    )
    assert client.get_object(Bucket="bucket", Key="key")["Body"].read() == b"{}"


def total(run: Callable[[str], Any], origin: str) -> float:
    slept.clear()
    run(origin)
    return sum(slept)


def main() -> None:
    time.sleep = slept.append
    known = {n[3:]: each for n, each in globals().items() if n.startswith("by_")}
    found = {name: total(each, sys.argv[1]) for name, each in known.items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
