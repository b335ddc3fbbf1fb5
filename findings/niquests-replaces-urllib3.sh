#!/usr/bin/env bash
# Installing the Python package niquests replaces the installed urllib3 by another library of
# the same import name: requests, boto3 and all others in that environment then send through
# urllib3-future, while pip list still shows urllib3 2.8.0 and pip check finds nothing; and
# uninstalling it leaves no urllib3 at all.
#
# Versions: niquests 3.21.2, urllib3 2.8.0, requests 2.34.2 (CPython 3.13).
# Source: urllib3-future's own README ("drop-in replacement") and the files of its wheel.
# Why it matters to a recorder: what one knows of "urllib3 2.8.0" (its defaults, what a shim
# patches) is of a library that does not run; a test suite in which one package brings niquests
# has other HTTP (HTTP/2 and 3, happy eyeballs, another Accept-Encoding) for all of them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip() { "$work/venv/bin/pip" -q --disable-pip-version-check "$@"; }
look() {
  "$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

try:
    import requests
    import urllib3

    runs = urllib3.__version__
    sent_by = requests.adapters.PoolManager.__module__, hasattr(urllib3, "AsyncPoolManager")
except ImportError as error:
    runs, sent_by = f"none ({error})", "none"
print(f"urllib3 by its metadata: {version('urllib3')}; imported: {runs}; {sent_by}")
PY
}
pip install requests==2.34.2 urllib3==2.8.0
before=$(look)
pip install niquests==3.21.2
after=$(look)
pip check
pip uninstall -y niquests urllib3-future
gone=$(look)
printf '%s\n' "before: $before" "with niquests: $after" "without it again: $gone"
same="urllib3 by its metadata: 2.8.0; imported: "
case "$before|$after|$gone" in
  "${same}2.8.0; "*"False)|${same}2."[1-9][0-9].*"True)|${same}none ("*) ;;
  *) echo "the behaviour has changed" >&2 && exit 1 ;;
esac
