#!/usr/bin/env bash
# Perl's HTTP::Lite writes the headers of a request in the order of a hash, which is another one in each process and mostly in
# the next request, so that no two equal requests are equal bytes; the fields of a form that a program gave it as a hash, too.
# An answer that breaks off is the whole one, in chunks as well, which it is sent though it asks in HTTP/1.0; the fragment of
# a URL leaves in the request line, and after 103 Early Hints the real answer is the body of a 103.
#
# Versions: HTTP::Lite 2.44 (libhttp-lite-perl 2.44-3, Debian 12's package, Perl 5.36).
# Source: HTTP::Lite's request (foreach over keys of headers_out; the path as it stands in the URL; reading ends where the
# socket does) and prepare_post (keys of the given hash).
# Why it matters to a recorder: a form's body is another text in each run and is to be compared by its fields. A recording
# that was interrupted is a success to the program.
set -euo pipefail
for tool in apt-get dpkg perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY PERL_HASH_SEED PERL_PERTURB_KEYS
apt-get -qq download libhttp-lite-perl=2.44-3
dpkg -x libhttp-lite-perl_*.deb unpacked
cat > look.pl <<'PL'
use strict;
use warnings;
use HTTP::Lite;

my ($base, $times) = @ARGV;
for my $path ('/whole', '/length', '/chunks', '/early', '/whole#part') {
    my $client = HTTP::Lite->new;
    my $status = $client->request($base . $path) // 'nothing';
    my $body = $client->body // '';
    $body =~ s/\r\n/\//g;
    print "$path: $status \"$body\"\n";
}
for (1 .. $times) {
    my $client = HTTP::Lite->new;
    $client->prepare_post({map { $_ => 1 } 'a' .. 'f'});
    $client->request("$base/form");
}
print "HTTP::Lite $HTTP::Lite::VERSION\n";
PL
cat > look.py <<'PY'
import socketserver
import subprocess
import threading

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10 and 1000"
ANSWERS = {
    "/length": WHOLE[:-9],
    "/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npay 10\r\n",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + WHOLE,
}
lines = []
orders = set()
forms = set()


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode().strip()
        names, length = [], 0
        while field := self.rfile.readline().decode().strip():
            name, _, value = field.partition(":")
            names.append(name)
            length = int(value) if name.lower() == "content-length" else length
        path = line.split()[1]
        if path == "/form":
            forms.add(self.rfile.read(length).decode())
            orders.add(tuple(names))
        else:
            lines.append(line)
        self.wfile.write(ANSWERS.get(path, WHOLE))


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_address[1]}"
perl = ["perl", "-Iunpacked/usr/share/perl5", "look.pl", base]
for times in ("1", "20", "1", "1", "1"):
    said = subprocess.run([*perl, times], capture_output=True, text=True, timeout=60, check=True).stdout
print(said, end="")
print(*lines[-5:], sep="\n")
print("24 equal forms, several orders of their headers:", len(orders) > 1)
print("several orders of their fields:", len(forms) > 1, "- one set of fields:", len({"".join(sorted(form)) for form in forms}) == 1)
PY
python3 look.py | tee found
cat > expected <<'END'
/whole: 200 "pay 10 and 1000"
/length: 200 "pay 10"
/chunks: 200 "pay 10"
/early: 103 "HTTP/1.1 200 OK/Content-Length: 15//pay 10 and 1000"
/whole#part: 200 "pay 10 and 1000"
HTTP::Lite 2.44
GET /whole HTTP/1.0
GET /length HTTP/1.0
GET /chunks HTTP/1.0
GET /early HTTP/1.0
GET /whole#part HTTP/1.0
24 equal forms, several orders of their headers: True
several orders of their fields: True - one set of fields: True
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
