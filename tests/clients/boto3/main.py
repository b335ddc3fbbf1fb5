import sys

import boto3
from botocore.config import Config

client = boto3.client(
    "s3",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="AKIAEXAMPLE",
    aws_secret_access_key="example",
    config=Config(s3={"addressing_style": "path"}),
)
client.put_object(Bucket="empty", Key="b", Body=b"some bytes")
print(client.get_object(Bucket="json", Key="a")["Body"].read().decode())
