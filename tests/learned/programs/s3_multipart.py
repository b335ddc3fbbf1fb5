"""A multipart upload to S3: boto3."""

import io
import sys
import uuid

import boto3
from boto3.s3.transfer import TransferConfig

s3 = boto3.client(
    "s3",
    endpoint_url=sys.argv[2],
    region_name="us-east-1",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)
s3.create_bucket(Bucket="learned")
name = f"runs/{uuid.uuid4()}/report.bin"
content = bytes(range(256)) * 4096 * 6
config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
s3.upload_fileobj(io.BytesIO(content), "learned", name, Config=config)
found = s3.get_object(Bucket="learned", Key=name)
assert found["Body"].read() == content
assert s3.list_objects_v2(Bucket="learned", Prefix=name)["KeyCount"] == 1
