#!/usr/bin/env bash
# Each request of SFML, a library for games, says From: user@sfml-dev.org, HTTP's word for the person who is behind a
# program, unless the program gives one; a GET says Content-Length: 0 and asks in HTTP/1.0, and yet is given chunks and
# undoes them. An answer that breaks off, in chunks too, is the whole one; of two headers of one name the last is left,
# and after 103 Early Hints the real answer is the body of a 103.
#
# Versions: SFML 2.5.1 (libsfml-dev, libsfml-network2.5 and libsfml-system2.5 2.5.1+dfsg-2+b2, Debian 12's packages).
# Source: SFML's src/SFML/Network/Http.cpp (sendRequest: the fields From, User-Agent, Host and Content-Length where the
# program set none; Response::parse and parseFields: a map by name); RFC 9110, section 10.1.2: From should not be sent
# without the user's own configuration.
# Why it matters to a recorder: a redaction that looks for addresses finds one in each request that is nobody's. A session
# whose cookies stand in two headers is lost in the program, not in the cassette, and a recording that was interrupted
# replays as a success.
set -euo pipefail
for tool in apt-get dpkg g++ python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libsfml-dev=2.5.1+dfsg-2+b2 libsfml-network2.5=2.5.1+dfsg-2+b2 libsfml-system2.5=2.5.1+dfsg-2+b2
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.cpp <<'CPP'
#include <SFML/Network.hpp>
#include <cstdlib>
#include <iostream>

int main(int, char **arguments) {
  std::cout << "SFML " << SFML_VERSION_MAJOR << '.' << SFML_VERSION_MINOR << '.' << SFML_VERSION_PATCH << '\n';
  for (std::string path : {"/whole", "/length", "/chunks", "/early"}) {
    sf::Http client("http://127.0.0.1", std::atoi(arguments[1]));
    auto answer = client.sendRequest(sf::Http::Request(path), sf::seconds(30));
    std::cout << path << ": " << answer.getStatus() << " \"" << answer.getBody() << "\", cookie "
              << answer.getField("Set-Cookie") << '\n';
  }
}
CPP
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

WHOLE = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 15\r\n\r\npay 10 and 1000"
ANSWERS = {
    "/length": WHOLE[:-9],
    "/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npay 10\r\n",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + WHOLE,
}
came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        came.append(lines)
        self.wfile.write(ANSWERS.get(lines[0].split()[1], WHOLE))


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
environment = {**os.environ, "LD_LIBRARY_PATH": "unpacked/usr/lib/x86_64-linux-gnu"}
command = ["./look", str(origin.server_address[1])]
run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=True)
print(run.stdout.replace("\r\n", "/"), end="")
print(*came[0], sep="\n")
PY
g++ -std=c++17 -w -Iunpacked/usr/include look.cpp -o look -Lunpacked/usr/lib/x86_64-linux-gnu -lsfml-network -lsfml-system
python3 look.py | tee found
cat > expected <<'END'
SFML 2.5.1
/whole: 200 "pay 10 and 1000", cookie b=2
/length: 200 "pay 10", cookie b=2
/chunks: 200 "pay 10", cookie 
/early: 103 "HTTP/1.1 200 OK
Set-Cookie: a=1
Set-Cookie: b=2
Content-Length: 15

pay 10 and 1000", cookie 
GET /whole HTTP/1.0
content-length: 0
from: user@sfml-dev.org
host: 127.0.0.1
user-agent: libsfml-network/2.x
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
