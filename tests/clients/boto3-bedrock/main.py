import sys

import boto3

client = boto3.client(
    "bedrock-runtime",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="AKIAEXAMPLE",
    aws_secret_access_key="example",
)
said = [{"role": "user", "content": [{"text": "Count."}]}]
for event in client.converse_stream(modelId="m", messages=said)["stream"]:
    if "contentBlockDelta" in event:
        print(event["contentBlockDelta"]["delta"]["text"], end="", flush=True)
    elif "messageStop" in event:
        print("", event["messageStop"]["stopReason"])
