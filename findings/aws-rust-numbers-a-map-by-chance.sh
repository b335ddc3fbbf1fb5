#!/usr/bin/env bash
# AWS's SDK for Rust numbers the attributes of an SNS message anew in each call: the same
# publish sends MessageAttributes.entry.1.Name=a in one request and =d in the next, since it
# writes out a HashMap as it comes; botocore numbers them as the program gave them.
#
# Versions: aws-sdk-sns 1.121.0, aws-smithy-http-client 1.5.2, tokio 1.54.1 (cargo 1.95),
# botocore 1.44.8 (CPython 3.11 to 3.13).
# Source: aws-sdk-sns's src/protocol_serde/shape_publish_input.rs (for (key, value) in the
# map, which is not sorted); std's HashMap, whose seed is chosen at random.
# Why it matters to a recorder: a form is compared as its fields, in any order, and that does
# not help: the number is a part of each field's name, so that with four attributes 23 of 24
# replays miss, and a second recording shows changes that nobody made. One has to know that
# .entry.N.Name and .entry.N.Value of AWS's query protocol are one map.
set -euo pipefail
for tool in cargo python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[dependencies]
aws-sdk-sns = { version = "=1.121.0", default-features = false, features = ["rt-tokio"] }
aws-smithy-http-client = { version = "=1.5.2", features = ["test-util"] }
tokio = { version = "=1.54.1", features = ["macros", "rt"] }

[profile.dev]
debug = false
TOML
cat > src/main.rs <<'RS'
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sns::types::MessageAttributeValue;
use aws_sdk_sns::{Client, Config};
use aws_smithy_http_client::test_util::capture_request;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for _ in 0..8 {
        let (http, captured) = capture_request(None);
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "here"))
            .http_client(http)
            .build();
        let mut publish = Client::from_conf(config).publish().message("hello");
        for name in ["a", "b", "c", "d"] {
            let value = MessageAttributeValue::builder().data_type("String").string_value(name);
            publish = publish.message_attributes(name, value.build().unwrap());
        }
        let _ = publish.send().await; // the answer is an empty one
        let request = captured.expect_request();
        println!("{}", String::from_utf8_lossy(request.body().bytes().unwrap()));
    }
}
RS
cat > names.py <<'PY'
"""Prints in which order each request has its attributes, by number."""

import sys
from urllib.parse import parse_qs

for line in sys.stdin:
    fields = parse_qs(line.strip())
    print("".join(fields[f"MessageAttributes.entry.{n}.Name"][0] for n in range(1, 5)))
PY
cat > look.py <<'PY'
"""Publishes the same eight times by botocore, and prints what it would have sent."""

from botocore.awsrequest import AWSResponse
from botocore.session import Session

sns = Session().create_client(
    "sns", region_name="us-east-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example"
)


def sent(request, **_):
    body = request.body
    print(body if isinstance(body, str) else body.decode())
    return AWSResponse(request.url, 200, {}, Raw())


class Raw:
    def stream(self, **_):
        yield b"<PublishResponse><PublishResult/></PublishResponse>"


sns.meta.events.register("before-send.sns.Publish", sent)
attributes = {each: {"DataType": "String", "StringValue": each} for each in "abcd"}
for _ in range(8):
    sns.publish(Message="hello", MessageAttributes=attributes)
PY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check botocore==1.44.8
cargo build -q 2> built || { cat built; exit 1; }
grep -A1 -E 'name = "(aws-sdk-sns|aws-smithy-query)"' Cargo.lock | grep -v -e --
./target/debug/look > rust
venv/bin/python look.py > python
for each in rust python; do
  venv/bin/python names.py < "$each" > "$each.names"
  echo "$each:" $(cat "$each.names")
done
[ "$(sort -u python.names)" = abcd ]
[ "$(sort -u rust.names | wc -l)" -gt 1 ] || { echo "the behaviour has changed"; exit 1; }
