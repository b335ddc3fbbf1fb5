#!/usr/bin/env bash
# mitmproxy takes port 0 for an address: of two modes that are both to listen on any free
# port the whole list is refused, "Cannot spawn multiple servers on the same address".
#
# Versions: mitmproxy 11.0.2 (CPython 3.11 to 3.13).
# Source: mitmproxy's mitmproxy/addons/proxyserver.py (Proxyserver.configure compares the
# hosts and ports of the specs as they are written, before anything listens).
# Why it matters to a recorder: "a free port for each test" cannot be said in the mode
# option. Whoever opens a listener for each session has to find free ports itself, and to
# try again where somebody else was faster.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy==11.0.2
cat > "$work/look.py" <<'PY'
import asyncio
from importlib.metadata import version

from mitmproxy import exceptions, options
from mitmproxy.tools.dump import DumpMaster


async def listening(modes):
    """Return how many servers listen, or why none does."""
    master = DumpMaster(options.Options(), with_termlog=False, with_dumper=False)
    try:
        master.options.update(mode=modes)
    except exceptions.OptionsError as error:
        return str(error)
    running = asyncio.ensure_future(master.run())
    servers = master.addons.get("proxyserver").servers
    async with asyncio.timeout(60):
        while not (list(servers) and all(each.listen_addrs for each in servers)):
            await asyncio.sleep(0.05)
    ports = {each.listen_addrs[0][1] for each in servers}
    master.shutdown()
    await running
    return len(ports)


print("mitmproxy", version("mitmproxy"))
refused = "Cannot spawn multiple servers on the same address: {}:0"
EXPECTED = {
    ("regular@0",): 1,
    ("regular@127.0.0.1:0", "regular@127.0.0.2:0"): 2,
    ("regular@0", "regular@0"): refused.format("*"),
    ("regular@127.0.0.1:0", "socks5@127.0.0.1:0"): refused.format("127.0.0.1"),
}
for modes, expected in EXPECTED.items():
    found = asyncio.run(listening(list(modes)))
    print(", ".join(modes), "->", found)
    assert found == expected, expected
PY
"$work/venv/bin/python" "$work/look.py"
