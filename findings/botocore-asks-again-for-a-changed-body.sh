#!/usr/bin/env bash
# botocore sends a request up to four times, a PutItem too, when the answer's body is not what a
# header of DynamoDB's, x-amz-crc32, says of it; after its last try its default mode hands that
# very body to the program as if nothing had been wrong, and its old mode raises ChecksumError.
# Go's SDK, which compares too, hands the body over at once.
#
# Versions: botocore 1.44.8 with boto3 1.44.8 (CPython 3.11 to 3.13), aws-sdk-go-v2
# service/dynamodb 1.74.0 (Go 1.26).
# Source: botocore's data/_retry.json (dynamodb: crc32body) and retries/special.py
# (RetryDDBChecksumError, of the mode standard); service/dynamodb's
# internal/customizations/checksum.go (it compares as the body is closed).
# Why it matters to a recorder: whoever hides a password in a recorded item, or moves a date in it,
# and leaves this header turns one call of the program into four, after waits: the second has no
# recorded answer, or takes the one to the program's next call. The number is decimal, where
# S3's checksums are base64, so that who knows those does not find it.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func main() {
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "example", SecretAccessKey: "example"}, nil
	})
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(os.Args[1]), Credentials: keys,
	})
	found, err := client.GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String("table"),
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "1"}},
	})
	if err != nil {
		fmt.Println("an error")
		return
	}
	fmt.Println(found.Item["password"].(*types.AttributeValueMemberS).Value)
}
GO
go mod init look 2> /dev/null
go get github.com/aws/aws-sdk-go-v2/service/dynamodb@v1.74.0 2> /dev/null
go mod tidy 2> /dev/null
go build -o program .
cat > look.py <<'PY'
import os
import subprocess
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "AWS_PROFILE"):
    os.environ.pop(name, None)
WAS = b'{"Item": {"password": {"S": "hunter2"}}}'
IS = b'{"Item": {"password": {"S": "[REDACTED]"}}}'
came = []


class Origin(BaseHTTPRequestHandler):
    stated = WAS

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        came.append(self.headers["X-Amz-Target"].partition(".")[2])
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(IS)))
        self.send_header("x-amz-crc32", str(zlib.crc32(self.stated)))
        self.end_headers()
        self.wfile.write(IS)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"

import boto3
import botocore
from botocore.config import Config


def ask(retries):
    """Returns what one get_item gives, and how many requests it and a put_item take."""
    config = Config(retries=retries) if retries else None
    keys = {"aws_access_key_id": "example", "aws_secret_access_key": "example"}
    place = {"region_name": "us-east-1", "endpoint_url": url}
    client = boto3.client("dynamodb", config=config, **keys, **place)
    key = {"id": {"S": "1"}}
    said, counts = "", []
    for call in (
        lambda: client.get_item(TableName="table", Key=key)["Item"]["password"]["S"],
        lambda: client.put_item(TableName="table", Item=key) and "",
    ):
        came.clear()
        try:
            said = call() or said
        except Exception as error:
            said = type(error).__name__
        counts.append(len(came))
    return said, *counts


found = {"default": ask(None), "legacy, 2": ask({"mode": "legacy", "max_attempts": 2})}
came.clear()
said = subprocess.run(["./program", url], check=True, capture_output=True, text=True, timeout=60)
found["Go"] = (said.stdout.strip(), len(came))
Origin.stated = IS
found["right"] = ask(None)
print("botocore", botocore.__version__)
for name, each in found.items():
    print(f"{name}: {each}")
expected = {
    "default": ("[REDACTED]", 4, 4),
    "legacy, 2": ("ChecksumError", 3, 3),
    "Go": ("[REDACTED]", 1),
    "right": ("[REDACTED]", 1, 1),
}
sys.exit(found != expected)
PY
timeout 100 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
