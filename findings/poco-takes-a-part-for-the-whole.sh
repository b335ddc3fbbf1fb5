#!/usr/bin/env bash
# Poco, the usual library for HTTP in C++ beside Boost, takes an answer that breaks off for the whole one, with a
# Content-Length as well as within a chunk and between two: the stream ends as it does at an end, nothing is thrown and no
# bit of the stream is set. 103 Early Hints is the whole answer, without a body. Only where not one byte came does it throw.
#
# Versions: Poco 1.11.0 (libpoco-dev, libpoconet80 and libpocofoundation80 1.11.0-3+deb12u1, Debian 12's packages).
# Source: Poco's Net/src/HTTPFixedLengthStream.cpp and HTTPChunkedStream.cpp (readFromDevice returns what the session read,
# 0 at its end), HTTPClientSession.cpp (receiveResponse passes over 100 alone); RFC 9112, section 8: such a message is
# incomplete; RFC 9110, section 15.2: a client has to be ready for any 1xx.
# Why it matters to a recorder: a recording that was interrupted replays as a success, with the end of the text missing;
# and an origin that sends Early Hints works through a recorder that drops them, and without it does not.
set -euo pipefail
for tool in apt-get dpkg g++ python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libpoco-dev=1.11.0-3+deb12u1 libpoconet80=1.11.0-3+deb12u1 libpocofoundation80=1.11.0-3+deb12u1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.cpp <<'CPP'
#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <cstdlib>
#include <iostream>

int main(int, char **arguments) {
  for (std::string path : {"/whole", "/length", "/chunk", "/chunks", "/early", "/nothing"}) {
    Poco::Net::HTTPClientSession session("127.0.0.1", std::atoi(arguments[1]));
    Poco::Net::HTTPRequest request("GET", path, "HTTP/1.1");
    std::cout << path << ": ";
    try {
      session.sendRequest(request);
      Poco::Net::HTTPResponse answer;
      std::istream &stream = session.receiveResponse(answer);
      std::string body;
      Poco::StreamCopier::copyToString(stream, body);
      std::cout << answer.getStatus() << " \"" << body << "\", bad " << stream.bad() << '\n';
    } catch (Poco::Exception &error) {
      std::cout << error.displayText() << '\n';
    }
  }
}
CPP
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10 and 1000"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "/whole": WHOLE,
    "/length": WHOLE[:-9],
    "/chunk": CHUNKS + b"f\r\npay 10",
    "/chunks": CHUNKS + b"6\r\npay 10\r\n",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + WHOLE,
    "/nothing": b"",
}


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        path = self.rfile.readline().decode().split()[1]
        while self.rfile.readline().strip():
            pass
        self.wfile.write(ANSWERS[path])


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
environment = {**os.environ, "LD_LIBRARY_PATH": "unpacked/usr/lib/x86_64-linux-gnu"}
command = ["./look", str(origin.server_address[1])]
print(subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout, end="")
PY
g++ -std=c++17 -w -Iunpacked/usr/include look.cpp -o look -Lunpacked/usr/lib/x86_64-linux-gnu -lPocoNet -lPocoFoundation
python3 look.py | tee found
cat > expected <<'END'
/whole: 200 "pay 10 and 1000", bad 0
/length: 200 "pay 10", bad 0
/chunk: 200 "pay 10", bad 0
/chunks: 200 "pay 10", bad 0
/early: 103 "", bad 0
/nothing: No message received
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
