"""A script for mitmdump, before the addon: of all that mitmproxy brings or users may
install, only mitmproxy and PyYAML are there for what is imported from now on."""

import sys

import backports

ABSENT = "brotli zstandard backports.zstd compression.zstd"
OPTIONAL = "ahocorasick_rs jsonpath filelock fsspec"

for name in f"{ABSENT} {OPTIONAL}".split():
    sys.modules[name] = None  # type: ignore[assignment] # as import has it
if hasattr(backports, "zstd"):
    del backports.zstd
