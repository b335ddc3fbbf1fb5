#!/usr/bin/env bash
# pywinrm looks whether an answer belongs to its request only when it tidies up: opening a shell,
# running a command and reading what it printed take any answer, and then close_shell raises a
# bare AssertionError without a text; under python -O nothing is looked at.
#
# Versions: pywinrm 0.5.0 (CPython 3.11 to 3.13).
# Source: pywinrm's winrm/protocol.py (cleanup_command and close_shell: assert, beside a comment
# that wants a friendlier exception; send_message has a comment that it is to be added there);
# WS-Addressing, message information headers: the RelatesTo of a reply names the MessageID of the
# request, which is made anew for each.
# Why it matters to a recorder: a SOAP request has a new MessageID in its body in each run. Who
# leaves it out of account and replays the rest sees the whole test pass and fail in its last
# step, after all that was tested; the live id has to be put into the recorded answer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pywinrm==0.5.0
cat > "$work/look.py" <<'PY'
"""Runs a command on a Windows host on loopback whose answers name another request."""

import base64
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from winrm.protocol import Protocol

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
SPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    f'xmlns:rsp="{SHELL}"'
)
OUTPUT = base64.b64encode(b"hello").decode()
BODIES = {
    "Create": '<rsp:Shell><rsp:ShellId>S</rsp:ShellId></rsp:Shell><w:Selector Name="ShellId">S</w:Selector>',
    "Command": "<rsp:CommandResponse><rsp:CommandId>C</rsp:CommandId></rsp:CommandResponse>",
    "Receive": f'<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="C">{OUTPUT}</rsp:Stream>'
    f'<rsp:CommandState CommandId="C" State="{SHELL}/CommandState/Done">'
    "<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>",
}
OLD = "uuid:11111111-1111-4111-8111-111111111111"
keeps_id = False
ids = []


class Host(BaseHTTPRequestHandler):
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = re.search(r"<a:Action[^>]*>[^<]*/([A-Za-z]+)<", said)[1]
        ids.append(re.search(r"MessageID>([^<]*)<", said)[1])
        head = f"<s:Header><a:RelatesTo>{ids[-1] if keeps_id else OLD}</a:RelatesTo></s:Header>"
        text = f"<s:Envelope {SPACES}>{head}<s:Body>{BODIES.get(action, '')}</s:Body></s:Envelope>"
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
threading.Thread(target=host.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{host.server_port}/wsman"


def run():
    """Return the steps that passed, and what the last one raised."""
    winrm = Protocol(url, transport="plaintext", username="user", password="example")
    found = []
    shell = winrm.open_shell()
    command = winrm.run_command(shell, "echo hello")
    found.append(winrm.get_command_output(shell, command)[0].decode())
    for step in lambda: winrm.cleanup_command(shell, command), lambda: winrm.close_shell(shell):
        try:
            step()
            found.append("passed")
        except AssertionError as error:
            found.append(repr(error))
    return found


print("pywinrm", version("pywinrm"), "without assertions" if sys.flags.optimize else "")
other = run()
print("answers that name another request: read, cleanup_command, close_shell:", other)
keeps_id = True
own = run()
print("answers that name their own:", own)
assertion = "passed" if sys.flags.optimize else "AssertionError()"
sys.exit(
    other != ["hello", assertion, assertion]
    or own != ["hello", "passed", "passed"]
    or len(set(ids)) != 10
)
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
"$work/venv/bin/python" "$work/look.py"
"$work/venv/bin/python" -O "$work/look.py"
