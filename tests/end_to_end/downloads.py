"""Downloads by the SDKs of three clouds, in parts.

``downloads.py NAME URL SIZE THREADS`` prints the SHA-256 of what arrived.
"""

import hashlib
import os
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory


def by_boto3(url: str, part: int, threads: int) -> bytes:
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=os.environ.get("MADE_UP_ID", "made-up-id"),
        aws_secret_access_key="made-up",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    config = TransferConfig(
        multipart_threshold=part, multipart_chunksize=part, max_concurrency=threads
    )
    found = BytesIO()
    client.download_fileobj("file", "data.bin", found, Config=config)
    return found.getvalue()


def by_azure(url: str, part: int, threads: int) -> bytes:
    from azure.storage.blob import BlobClient

    blob = BlobClient(
        url, "file", "data.bin", max_single_get_size=part, max_chunk_get_size=part
    )
    return blob.download_blob(max_concurrency=threads).readall()


def by_google(url: str, part: int, threads: int) -> bytes:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage
    from google.cloud.storage import transfer_manager

    client = storage.Client(
        "made-up", AnonymousCredentials(), client_options={"api_endpoint": url}
    )
    blob = client.bucket("bucket").blob("data.bin")
    blob.reload()  # else it depends on the threads which parts name the generation
    with TemporaryDirectory() as folder:
        target = Path(folder) / "data.bin"
        transfer_manager.download_chunks_concurrently(
            blob,
            str(target),
            chunk_size=part,
            max_workers=threads,
            worker_type=transfer_manager.THREAD,
            crc32c_checksum=False,
        )
        return target.read_bytes()


WAYS = {"boto3": by_boto3, "azure": by_azure, "google": by_google}

if __name__ == "__main__":
    name, url, part, threads = sys.argv[1:]
    content = WAYS[name](url, int(part), int(threads))
    sys.stdout.write(hashlib.sha256(content).hexdigest() + "\n")
