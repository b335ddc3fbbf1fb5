#!/usr/bin/env bash
# The two common zstd libraries of Python disagree about a body of two frames: zstandard
# returns the first frame alone, without an error; backports.zstd returns both.
#
# Versions: zstandard 0.25.0, backports.zstd 1.8.0 (CPython 3.11 to 3.13).
# Source: RFC 8878, section 3.1: a decoder must read frames one after the other as one
# content. Both libraries' documentation; read_across_frames is off in zstandard.
# Why it matters to a recorder: a server that flushes a frame for each event sends a valid
# body. Which library happens to be installed decides whether the recording holds all of
# it, and mitmproxy changed from the one to the other between 12.2 and 12.3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check zstandard==0.25.0 backports.zstd==1.8.0
cat > "$work/look.py" <<'PY'
from importlib.metadata import version

import zstandard
from backports import zstd

frames = zstd.compress(b"first ") + zstd.compress(b"second")
seen = {
    "zstandard": zstandard.ZstdDecompressor().decompress(frames),
    "zstandard, by parts": zstandard.ZstdDecompressor().decompressobj().decompress(frames),
    "backports.zstd": zstd.decompress(frames),
}
print("zstandard", version("zstandard"), "backports.zstd", version("backports.zstd"))
for name, body in seen.items():
    print(f"{name}: {body!r}")
assert seen == {
    "zstandard": b"first ",
    "zstandard, by parts": b"first ",
    "backports.zstd": b"first second",
}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
