#!/usr/bin/env bash
# A patch release of PyYAML, 6.0.4, refuses valid YAML that 6.0.3 loads: its C loader now
# stops at some thousand levels of nesting.
#
# Versions: PyYAML 6.0.3 and 6.0.4, wheels with libyaml (CPython 3.11 to 3.13).
# Source: observed; the error is libyaml's ScannerError, whose words differ from those of
# any limit that a program sets itself.
# Why it matters to a recorder: whoever refuses deep nesting with a message of its own
# cannot rely on being asked first, and a test that expects that message fails with the
# next fresh install although nothing was changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
cat > "$work/look.py" <<'PY'
import sys

import yaml

text = "[" * 1200 + "]" * 1200
try:
    yaml.load(text, yaml.CSafeLoader)
    seen = "loads"
except yaml.YAMLError as error:
    seen = f"{type(error).__name__}: {' '.join(str(error).split())}"
print(f"PyYAML {yaml.__version__}, 1,200 levels: {seen}")
assert seen.startswith(sys.argv[1]), "the behaviour has changed"
PY
for release in 6.0.3=loads 6.0.4=ScannerError; do
  "$work/venv/bin/pip" install -q --disable-pip-version-check "PyYAML==${release%=*}"
  "$work/venv/bin/python" "$work/look.py" "${release#*=}"
done
