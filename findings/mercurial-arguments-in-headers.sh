#!/usr/bin/env bash
# What Mercurial asks for stands in no URL and in no body: `hg identify -r one` and `-r two`
# are the same GET /?cmd=lookup, and the revision is in a header, X-HgArg-1. It sends a Vary
# with it, in the request; the answer has none.
#
# Versions: Mercurial 7.2.4 (CPython 3.11 to 3.13), as client and as server.
# Source: Mercurial's mercurial/httppeer.py (makev1commandrequest, encodevalueinheaders) and
# helptext/internals/wireprotocol.txt ("X-HgArg-<N>"); RFC 9110, section 12.5.5: Vary is a
# field of responses.
# Why it matters to a recorder: one that compares method, URL and body, in whatever depth,
# answers any look-up, pull or clone with the first recorded one of its command, and a build
# checks out another revision than it names, without an error; nor do HTTP's own rules help,
# by which an answer without Vary is good for any header. The arguments are cut into pieces
# of 1024 bytes, so that it is X-HgArg-2 and the rest too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${origin:-}" ] || kill "$origin"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mercurial==7.2.4
export HGRCPATH=/dev/null HGPLAIN=1
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
hg=$work/venv/bin/hg
"$hg" init repo
for name in one two; do
  echo "$name" > repo/file
  "$hg" -R repo commit -q -A -m "$name" -u somebody -d "0 0"
  "$hg" -R repo tag --local "$name"
done
cat > origin.py <<'PY'
"""Mercurial's own server, which prints where the arguments of each request stand."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from mercurial import encoding, ui
from mercurial.hgweb import hgweb

application = hgweb(b"repo", baseui=ui.ui.load())


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def told(environ, start_response):
    argument = environ.get("HTTP_X_HGARG_1", "none")
    vary = environ.get("HTTP_VARY", "none")

    def start(status, headers, *rest):
        answered = dict(headers).get("Vary", "none")
        line = f"{environ['REQUEST_METHOD']} /?{environ['QUERY_STRING']}"
        body = environ.get("CONTENT_LENGTH") or "no"
        print(
            f"{line} ({body} body), X-HgArg-1: {argument}, Vary: {vary};"
            f" the answer's Vary: {answered}",
            flush=True,
        )
        return start_response(status, headers, *rest)

    return application(environ, start)


server = make_server("127.0.0.1", 0, told, handler_class=Quiet)
print(server.server_port, file=sys.stderr, flush=True)
server.serve_forever()
PY
venv/bin/python origin.py > asked 2> port &
origin=$!
for _ in $(seq 100); do [ -s port ] || sleep 0.1; done
url=http://127.0.0.1:$(head -n 1 port)
"$hg" version -q
one=$("$hg" identify --id -r one "$url")
two=$("$hg" identify --id -r two "$url")
[ "$one" != "$two" ]
grep lookup asked
cat > expected <<'END'
GET /?cmd=lookup (no body), X-HgArg-1: key=one, Vary: X-HgArg-1,X-HgProto-1; the answer's Vary: none
GET /?cmd=lookup (no body), X-HgArg-1: key=two, Vary: X-HgArg-1,X-HgProto-1; the answer's Vary: none
END
diff expected <(grep lookup asked) || { echo "the behaviour has changed"; exit 1; }
