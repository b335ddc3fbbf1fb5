#!/usr/bin/env bash
# CPython's importlib.util.LazyLoader runs a module of a lazily loaded package twice: its
# import loads the package, which imports the module itself, and then goes on. There are
# two of each class, and isinstance() is false of what the package has made.
#
# Versions: CPython 3.11.7, 3.12.1, 3.13.0; with werkzeug 3.1.9.
# Source: CPython's Lib/importlib/_bootstrap.py, _find_and_load_unlocked: it looks into
# sys.modules before it reads the package's __path__, which is what loads a lazy package;
# the documentation of LazyLoader names two other limits, not this one.
# Why it matters to a recorder: a proxy that starts with its program wants to import late
# what hardly anybody needs; done with LazyLoader, an exception of one class passes the
# except clause of its twin.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check werkzeug==3.1.9
cat > "$work/look.py" <<'PY'
import importlib.util
import platform
import sys
from importlib.metadata import version

if "lazily" in sys.argv:
    spec = importlib.util.find_spec("werkzeug")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    sys.modules["werkzeug"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["werkzeug"])

import werkzeug.test

is_one = werkzeug.Client is werkzeug.test.Client
print(f"Python {platform.python_version()}, werkzeug {version('werkzeug')}: {sys.argv[1]} one class: {is_one}")
assert is_one == ("lazily" not in sys.argv), "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py" directly
"$work/venv/bin/python" "$work/look.py" lazily
