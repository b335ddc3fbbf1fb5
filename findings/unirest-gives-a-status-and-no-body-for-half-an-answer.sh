#!/usr/bin/env bash
# Unirest for Java raises nothing where an answer breaks off: the program gets the status, 200, and null for the body,
# of text and of bytes, and what came is lost; isSuccess() is false though the status is 200. A connection that ends
# before the status is an exception, as everywhere. Java's own client, on which it stands, raises an IOException.
#
# Versions: unirest-java-core 4.5.1 (Java 17 or newer).
# Source: observed, by getParsingError() of the answer, which holds the exception; RFC 9112, section 8: an incomplete
# answer is to be treated as an error.
# Why it matters to a recorder: of a recording that was interrupted a program that looks at the status alone goes on with
# a null, and one that looks at isSuccess() sees a failure without a reason; a replay that ends such an answer as if it
# were whole makes a success of it, and one that has no answer an exception: only the same break is the same.
set -euo pipefail
for tool in mvn java python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=com.konghq:unirest-java-core:4.5.1 -DoutputDirectory=. > /dev/null
cat > Look.java <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.Unirest;

public class Look {
    public static void main(String[] args) throws Exception {
        for (String path : new String[] {"/whole", "/length", "/chunks", "/nothing"}) {
            String url = args[0] + path;
            try {
                HttpResponse<String> text = Unirest.get(url).asString();
                byte[] bytes = Unirest.get(url).asBytes().getBody();
                System.out.printf("%s Unirest %d %s, bytes %s, success %b%n", path, text.getStatus(), text.getBody(),
                    bytes == null ? null : new String(bytes), text.isSuccess());
            } catch (RuntimeException error) {
                System.out.println(path + " Unirest raised " + error.getClass().getSimpleName());
            }
            try {
                HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
                System.out.println(path + " Java " + HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
            } catch (java.io.IOException error) {
                System.out.println(path + " Java raised " + error.getClass().getSimpleName());
            }
        }
        System.exit(0);
    }
}
JAVA
cat > look.py <<'PY'
import socketserver
import subprocess
import threading

PLAIN = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    b"/whole": PLAIN + b"Content-Length: 6\r\n\r\npay 10",
    b"/length": PLAIN + b"Content-Length: 8\r\n\r\npay 10",
    b"/chunks": PLAIN + b"Transfer-Encoding: chunked\r\n\r\n6\r\npay 10\r\n",
    b"/nothing": b"",
}


class Origin(socketserver.StreamRequestHandler):
    """It answers as the path says, and ends the connection."""

    def handle(self):
        path = self.rfile.readline().split()[1]
        while self.rfile.readline().strip():
            pass
        self.wfile.write(ANSWERS[path])


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"
subprocess.run(["java", "-cp", "unirest-java-core-4.5.1.jar", "Look.java", url], check=True, timeout=120)
PY
timeout 150 python3 look.py | tee found
cat > expected <<'END'
/whole Unirest 200 pay 10, bytes pay 10, success true
/whole Java pay 10
/length Unirest 200 null, bytes null, success false
/length Java raised IOException
/chunks Unirest 200 null, bytes null, success false
/chunks Java raised IOException
/nothing Unirest raised UnirestException
/nothing Java raised IOException
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
