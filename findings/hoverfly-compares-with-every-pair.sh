#!/usr/bin/env bash
# Hoverfly compares a request that is not among its last 1,000 answers with one pair of its
# simulation after another, in all fields even where the first differs already: what a
# request costs grows with how much was recorded, and only who asks again notices nothing.
#
# Versions: Hoverfly 1.10.13, as io.specto:hoverfly-java 0.20.2 brings it; 1.12.10, built
# from its source, does the same.
# Source: Hoverfly's core/matching/matching_strategy_runner.go (MatchingStrategyRunner);
# -cache-size is 1000.
# Why it matters to a recorder: a suite asks for most of what it recorded once. With 10,000
# pairs a request takes 9 ms of CPU instead of 50 us, so that a long recording wants to be
# cut into several, or an index by URL.
set -euo pipefail
for tool in mvn unzip python3; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
machine=amd64
[ "$(uname -m)" != aarch64 ] || machine=arm64
mvn -q -B dependency:copy -Dartifact=io.specto:hoverfly-java:0.20.2 \
  "-DoutputDirectory=$work" >/dev/null
unzip -qp "$work/hoverfly-java-0.20.2.jar" "binaries/hoverfly_linux_$machine" >"$work/hoverfly"
chmod +x "$work/hoverfly"
cat >"$work/look.py" <<'PY'
import http.client
import json
import socket
import subprocess
import sys
import time

work = sys.argv[1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pair(number):
    exact = {"path": f"/{number}", "method": "GET", "scheme": "http"}
    exact["destination"] = "a.test"
    request = {k: [{"matcher": "exact", "value": v}] for k, v in exact.items()}
    return {"request": request, "response": {"status": 200, "body": str(number)}}


def cpu(pid):
    return time.clock_gettime((~pid << 3) | 2)


def asked(port, numbers, pid):
    """Return the CPU that each request has cost, in us."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    before = cpu(pid)
    for number in numbers:
        connection.request("GET", f"http://a.test/{number}")
        answer = connection.getresponse()
        assert answer.read() == str(number).encode(), number
    return 1e6 * (cpu(pid) - before) / len(numbers)


def costs(pairs):
    """Return what a request costs at first, and when it is asked again."""
    data = {"pairs": list(map(pair, range(pairs))), "globalActions": {"delays": []}}
    path = f"{work}/{pairs}.json"
    with open(path, "w") as file:
        json.dump({"data": data, "meta": {"schemaVersion": "v5.2"}}, file)
    port = free_port()
    words = [f"{work}/hoverfly", "-pp", str(port), "-ap", str(free_port())]
    quiet = ["-log-level", "error", "-no-import-check", "-import", path]
    process = subprocess.Popen([*words, *quiet], cwd=work, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 5).close()
                break
            except OSError:
                time.sleep(0.1)
        numbers = range(0, pairs, pairs // 200)
        asked(port, [1], process.pid)
        return asked(port, numbers, process.pid), asked(port, numbers, process.pid)
    finally:
        process.terminate()
        process.wait()


version = subprocess.run([f"{work}/hoverfly", "-version"], capture_output=True, text=True)
print("Hoverfly", version.stdout.strip())
few, many = costs(1_000), costs(10_000)
for pairs, (first, again) in ((1_000, few), (10_000, many)):
    print(f"{pairs:,} pairs: {first:,.0f} us at first, {again:,.0f} us again")
assert many[0] > 4 * few[0], "the cost of a first answer does not grow with the pairs"
assert many[1] < many[0] / 4, "an answer that was given before is as dear as a first one"
PY
python3 "$work/look.py" "$work"
