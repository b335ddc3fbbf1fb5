#!/usr/bin/env python3
"""Prints docs/mitmproxy.md, with the Python of an environment that has mitmproxy:
scripts/capabilities.py > docs/mitmproxy.md"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addon"))

from mitmvcr.proxy.host.capabilities import TABLE

HEAD = """\
# What mitmvcr relies on in mitmproxy

Beyond the documented addon API, mitmvcr uses what is listed here. Each was read in the
versions named, and mitmvcr checks it in the mitmproxy that runs, whatever its version.
Where something is not as it was, one line in the log says so:
`mitmvcr: <name> is off with mitmproxy <version> (<reason>): <what is lost>`.
Those in bold keep a replay off the network: without one of them mitmvcr refuses to
replay.

| name | read in | without it |
|---|---|---|"""

print(HEAD)
for each in TABLE:
    name = f"**{each.name}**" if each.guards else each.name
    print(f"| {name} | {', '.join(each.read_in)} | {each.lost} |")
