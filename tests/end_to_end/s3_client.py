"""A real boto3: ``python s3_client.py ENDPOINT ALGORITHM SIZE...``. Uploads so many
bytes each, which botocore sends in pieces (aws-chunked), and prints a status each."""

import io
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def main(endpoint: str, algorithm: str, *sizes: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="eu-west-1",
        config=Config(
            retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        ),
    )
    for size in sizes:
        try:
            answer = client.put_object(
                Bucket="empty",
                Key="key",
                Body=io.BytesIO(b"payload " * (int(size) // 8)),
                ChecksumAlgorithm=algorithm,
            )
        except ClientError as error:
            answer = error.response
        sys.stdout.write(f"{answer['ResponseMetadata']['HTTPStatusCode']}\n")


main(*sys.argv[1:])
