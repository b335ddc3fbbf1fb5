#!/usr/bin/env bash
# In mitmproxy's HAR a binary response body is base64, and a binary request body is text with
# one character for each byte, beside JSON in UTF-8 that looks alike; the body of a request
# other than POST, PUT and PATCH is not there at all, though its size is.
#
# Versions: mitmproxy 11.0.2 (CPython 3.11 to 3.13).
# Source: mitmproxy's mitmproxy/addons/savehar.py (flow_entry) and mitmproxy/io/har.py
# (request_to_flow). HAR 1.2 has an encoding for a response's content, none for postData.
# Why it matters to a recorder: whoever converts the text as UTF-8, as it is for other tools'
# archives, makes recordings that match nothing. Only the size that the archive states says
# which it was; and a DELETE or GET with a body becomes one without.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy==11.0.2
cat > "$work/look.py" <<'PY'
from importlib.metadata import version

from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io.har import request_to_flow
from mitmproxy.test import tflow

print("mitmproxy", version("mitmproxy"))


def there_and_back(method, media, body):
    """Return what the archive has of a request body, and its size, and what mitmproxy reads."""
    flow = tflow.tflow(resp=True)
    flow.request.method = method
    flow.request.headers["Content-Type"] = media
    flow.request.content = body
    (entry,) = SaveHar().make_har([flow])["log"]["entries"]
    written = entry["request"].get("postData", {}).get("text")
    read = request_to_flow(entry).request.content
    size = entry["request"]["bodySize"]
    print(method, media, body, "->", ascii(written), size, "->", read)
    return written, size, read


protobuf = b"\x08\x96\x01\xff"
latin = protobuf.decode("latin-1")
assert there_and_back("POST", "application/x-protobuf", protobuf) == (latin, 4, protobuf)
text = "caf\xe9".encode()
assert there_and_back("POST", "application/json", text) == ("caf\xe9", 5, text)
assert there_and_back("DELETE", "application/json", text) == (None, 5, b"")
flow = tflow.tflow(resp=True)
flow.response.headers["Content-Type"] = "application/x-protobuf"
flow.response.content = protobuf
(entry,) = SaveHar().make_har([flow])["log"]["entries"]
print("response", entry["response"]["content"])
assert entry["response"]["content"]["encoding"] == "base64"
PY
"$work/venv/bin/python" "$work/look.py"
