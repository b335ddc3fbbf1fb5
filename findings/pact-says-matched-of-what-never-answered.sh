#!/usr/bin/env bash
# Pact's mock answers a request that two interactions have with the first of them, for ever, and says
# that both were matched: a poll, "pending" and then "done", stays pending, and the test's last check
# passes and the second answer stands in the contract though no program ever saw it. What it gives is not
# the JSON that it was handed: keys are sorted, of two equal keys the last is left, 1e2 is 100.0, and an
# id of 23 digits is another number, by which two payments to different ids are one.
#
# Versions: pact-python 4.2.0 with pact-python-ffi 0.5.12.1 (CPython 3.11 to 3.13), @pact-foundation/pact
# 16.5.0 with pact-core 19.2.0 (Node 20).
# Source: the mock server both carry, written in Rust, which keeps JSON as a tree of numbers of 64 bits; the
# Pact specification, version 4.
# Why it matters to a recorder: whoever turns a recording into a contract, or tests a client of a job's status by
# one, gets a client that waits for ever and a check that says all is well; a recorder behind Pact records
# what the mock made of the answer, so that a signature over it is void. 1 and 1.0 it tells apart,
# which most recorders do not, and 23 digits not.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pact-python==4.2.0 pact-python-ffi==0.5.12.1
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @pact-foundation/pact@16.5.0 @pact-foundation/pact-core@19.2.0
cat > poll.mjs <<'JS'
import { PactV4 } from "@pact-foundation/pact";

const pact = new PactV4({ consumer: "c", provider: "node", dir: "pacts", logLevel: "error" });
const job = (status) =>
  pact
    .addInteraction()
    .given(`the job is ${status}`)
    .uponReceiving(`a look, ${status}`)
    .withRequest("GET", "/job")
    .willRespondWith(200, (answer) => answer.jsonBody({ status }));
job("pending");
await job("done").executeTest(async (server) => {
  const seen = [];
  for (const _ of [1, 2, 3]) seen.push((await (await fetch(`${server.url}/job`)).json()).status);
  console.log(seen.join(" "));
});
JS
cat > look.py <<'PY'
import json
import subprocess
import urllib.error
import urllib.request
from importlib.metadata import version

from pact import Pact

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(server, path, body=None):
    named = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(str(server.url).rstrip("/") + path, body, named)
    try:
        return opener.open(request, timeout=30).read()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


print("pact-python", version("pact-python"))
polled = Pact("c", "python")
for status in ("pending", "done"):
    look = polled.upon_receiving(f"a look, {status}").given(f"the job is {status}")
    look.with_request("GET", "/job").will_respond_with(200).with_body(json.dumps({"status": status}))
with polled.serve(raises=False) as server:
    seen = [json.loads(ask(server, "/job"))["status"] for _ in range(3)]
    matched = server.matched
polled.write_file("pacts", overwrite=True)
with open("pacts/c-python.json") as file:
    written = [each["response"]["body"]["content"] for each in json.load(file)["interactions"]]
print("Python's:", seen, "matched:", matched, "in the contract:", written)

GIVEN = '{"z": 1e2, "a": 1, "a": 2, "id": 12345678901234567890123}'
paid = Pact("c", "paid")
payment = paid.upon_receiving("a payment").with_request("POST", "/pay")
payment.with_body('{"to": 12345678901234567890123, "amount": 1}', "application/json")
payment.will_respond_with(200).with_body(GIVEN, "application/json")
bodies = {
    "as written": b'{"to": 12345678901234567890123, "amount": 1}',
    "another id": b'{"to": 12345678901234567890124, "amount": 1}',
    "1.0": b'{"to": 12345678901234567890123, "amount": 1.0}',
}
with paid.serve(raises=False, verbose=False) as server:
    answers = {name: ask(server, "/pay", body) for name, body in bodies.items()}
for name, answer in answers.items():
    print(f"a payment, {name}:", answer)
ran = subprocess.run(["node", "poll.mjs"], capture_output=True, text=True, timeout=120)
print("Node's:", ran.stdout.strip(), "exit status", ran.returncode, ran.stderr[-500:])
with open("pacts/c-node.json") as file:
    told = len(json.load(file)["interactions"])
assert seen == ["pending"] * 3 and matched and len(written) == 2
made = b'{"a":2,"id":1.2345678901234568e+22,"z":100.0}'
assert answers == {"as written": made, "another id": made, "1.0": 500}
assert (ran.stdout.strip(), ran.returncode, told) == ("pending pending pending", 0, 2)
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export PACT_DO_NOT_TRACK=1 NODE_NO_WARNINGS=1
timeout 300 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
