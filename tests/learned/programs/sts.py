"""A role that is assumed under a new name each time: boto3."""

import sys
import time
import uuid

import boto3

sts = boto3.client(
    "sts",
    endpoint_url=sys.argv[2],
    region_name="us-east-1",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)
name = f"session-{int(time.time())}-{uuid.uuid4().hex[:8]}"
found = sts.assume_role(
    RoleArn="arn:aws:iam::123456789012:role/tester", RoleSessionName=name
)
assert found["AssumedRoleUser"]["Arn"].endswith(name), found
