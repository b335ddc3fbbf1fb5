#!/usr/bin/env bash
# mitmproxy keeps the certificates of a hundred hosts, and for each host after that it takes the
# SHA-256 of every one of them, and once more for each the one of the certificate that goes: two
# hundred digests on the event loop before the client has its certificate.
#
# Versions: mitmproxy 11.0.2 and 12.3.1.
# Source: mitmproxy's mitmproxy/certs.py: CertStore.expire compares all entries with the one that
# it drops, and Cert.__eq__ compares fingerprints, which are not kept.
# Why it matters to a recorder: a certificate takes 0.1 ms to make with a P-256 authority, and
# 1 to 4 ms from the 101st host on, in which all other clients wait.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy=="${MITMPROXY:-11.0.2}"
cat > "$work/look.py" <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from mitmproxy.certs import Cert, CertStore

print("mitmproxy", version("mitmproxy"))
digest, count = Cert.fingerprint, 0


def counted(cert):
    global count
    count += 1
    return digest(cert)


Cert.fingerprint = counted
store = CertStore.from_store(Path(sys.argv[1]), "mitmproxy", 2048)
found = []
for number in range(102):
    before = count
    store.get_cert(f"host-{number}.test", [])
    found.append(count - before)
print("digests for hosts 1 to 100:", sum(found[:100]), "for 101 and 102:", found[100:])
assert sum(found[:100]) == 0
assert min(found[100:]) >= 200
PY
"$work/venv/bin/python" "$work/look.py" "$work"
