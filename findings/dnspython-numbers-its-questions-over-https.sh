#!/usr/bin/env bash
# dnspython gives each question that it asks over HTTPS a number of its own by chance, in the body of a POST
# and in the middle of a GET's base64, where the standard wants 0 so that equal questions are equal
# requests; and it refuses the answer to the same question that bears another number.
#
# Versions: dnspython 2.9.2, httpx as its extra "doh" brings it (CPython 3.11 to 3.13).
# Source: dnspython's dns/message.py (make_query's id) and dns/query.py (https, which sets 0 for HTTP/3 and for
# no other); RFC 8484, section 4.1: a client should use an id of 0 in every question.
# Why it matters to a recorder: the second run's POST differs from the first's by two bytes of a binary body,
# its GET by letters of a parameter, and what a recorder gives that leaves the body out of its comparison is
# refused: "does not respond to the question asked", from a resolver "all nameservers failed". The
# number has to be left out of what is compared, and the live one written into the answer; or the
# program asks with id=0 and is sound.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'dnspython[doh]==2.9.2'
cat > look.py <<'PY'
import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.exception
import dns.message
import dns.nameserver
import dns.query
import dns.resolver
import dns.rrset
import dns.version


class Resolver(BaseHTTPRequestHandler):
    """Answers each question, or, once it replays, each with its last answer."""

    replays = False
    last = b""
    came: list[bytes] = []

    def do_GET(self):
        self.give(base64.urlsafe_b64decode(self.path.split("dns=")[1] + "==="))

    def do_POST(self):
        self.give(self.rfile.read(int(self.headers["Content-Length"])))

    def give(self, wire):
        Resolver.came.append(wire)
        if not Resolver.replays:
            answer = dns.message.make_response(dns.message.from_wire(wire))
            answer.answer.append(dns.rrset.from_text("a.test.", 60, "IN", "A", "192.0.2.1"))
            Resolver.last = answer.to_wire()
        self.send_response(200)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(Resolver.last)))
        self.end_headers()
        self.wfile.write(Resolver.last)

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Resolver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/dns-query"


def ask(how, **numbered):
    question = dns.message.make_query("a.test", "A", **numbered)
    version = dns.query.HTTPVersion.HTTP_1
    answer = dns.query.https(question, url, post=how == "POST", http_version=version, timeout=60)
    return answer.answer[0][0]


def resolve(_):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.DoHNameserver(url)]
    return resolver.resolve("a.test", "A", lifetime=30)[0]


def outcome(name, call, *given, **numbered):
    try:
        return f"{name} {call(*given, **numbered)}"
    except dns.exception.DNSException as error:
        return f"{name} {type(error).__name__}"


ways = [("GET", ask), ("POST", ask), ("resolver", resolve)]
live = [outcome(name, call, name) for name, call in ways * 4]
numbers = [wire[:2].hex() for wire in Resolver.came]
print("dnspython", dns.version.version)
print("numbers of twelve equal questions:", *numbers)
print("they are", len({wire[2:] for wire in Resolver.came}), "question without them")
Resolver.replays = True
replayed = [outcome(name, call, name) for name, call in ways]
print("replayed:", "; ".join(replayed))
Resolver.replays = False
ask("POST", id=0)
Resolver.replays = True
zero = outcome("with id=0", ask, "POST", id=0)
print("replayed:", zero)
assert len(set(numbers)) > 6 and len({wire[2:] for wire in Resolver.came}) == 1
assert live == ["GET 192.0.2.1", "POST 192.0.2.1", "resolver 192.0.2.1"] * 4
assert replayed == ["GET BadResponse", "POST BadResponse", "resolver NoNameservers"]
assert zero == "with id=0 192.0.2.1"
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 300 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
