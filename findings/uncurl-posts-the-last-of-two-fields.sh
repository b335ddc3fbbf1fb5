#!/usr/bin/env bash
# uncurl, which makes Python of a curl command, posts "b=2" for -d a=1 -d b=2, which curl sends as a=1&b=2; of
# -b 'sid=abc', curl's cookie, it makes a POST whose body is sid=abc; of -u ann:pay:10 a tuple of three, which requests
# refuses; of two -H of one name the last; and of $'{"a":1}', as browsers copy a request whose body has a line end or a
# "!", a body that begins with a "$".
#
# Versions: uncurl 0.0.11 (CPython 3.11).
# Source: uncurl's api.py: argparse with one -d, of which the last counts, and "-b" and "--data-binary" as one option; curl's
# manual: several -d are joined by "&", -b is --cookie; a user ends at the first colon.
# Why it matters to a recorder: a request that was copied out of a browser or a cassette as a curl command, and turned into a
# test's code, is another request, and is not found in what was recorded; nothing says so.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check uncurl==0.0.11
cat > commands <<'COMMANDS'
curl http://api.example/a -d a=1 -d b=2
curl http://api.example/a -b sid=abc
curl http://api.example/a -u ann:pay:10
curl http://api.example/a -H 'X-Team: 1' -H 'X-Team: 2'
curl http://api.example/a --data-raw $'{"a":1}'
COMMANDS
cat > look.py <<'PY'
import uncurl

with open("commands") as file:
    for command in file.read().splitlines():
        print(command)
        print("  " + " ".join(uncurl.parse(command).split()))
PY
venv/bin/python look.py > found
cat found
cat > expected <<'END'
curl http://api.example/a -d a=1 -d b=2
  requests.post("http://api.example/a", data='b=2', headers={}, cookies={}, auth=(), )
curl http://api.example/a -b sid=abc
  requests.post("http://api.example/a", data='sid=abc', headers={}, cookies={}, auth=(), )
curl http://api.example/a -u ann:pay:10
  requests.get("http://api.example/a", headers={}, cookies={}, auth=('ann', 'pay', '10'), )
curl http://api.example/a -H 'X-Team: 1' -H 'X-Team: 2'
  requests.get("http://api.example/a", headers={ "X-Team": "2" }, cookies={}, auth=(), )
curl http://api.example/a --data-raw $'{"a":1}'
  requests.post("http://api.example/a", data='${"a":1}', headers={}, cookies={}, auth=(), )
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
