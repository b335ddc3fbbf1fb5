#!/usr/bin/env bash
# Whether Helidon's WebClient posts again at a 307 goes by the words behind the number: behind "307 Temporary Redirect"
# it sends the same POST, and behind "307 Moved" or a 307 without words, which say the same, it asks by a GET without
# the body: a payment that moved is never made, and the program sees the GET's 200. A 308 is read so, too. A HEAD is
# followed by a GET, and the fragment of a Location is sent to the origin, in the request line.
#
# Versions: helidon-webclient 4.5.0 (JDK 25; it wants 21 or newer).
# Source: Helidon's webclient/http1/RedirectionProcessor.java (status() == Status.TEMPORARY_REDIRECT_307 compares
# objects, and what was read with other words is another object, but for case) and http/Status.java (create(int,
# String)). RFC 9112, section 4: a client should ignore the reason phrase; RFC 9110, sections 15.4.8 and 7.1 (a target
# has no fragment).
# Why it matters to a recorder: go-vcr's cassettes have the words, as "status: 307 Temporary Redirect", others the
# number alone, and HTTP/2 has none: a recorder that writes its own words, or an origin behind a proxy that does, makes
# another second request of the same program. The words have to come back letter for letter.
set -euo pipefail
for tool in mvn java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.helidon.webclient</groupId><artifactId>helidon-webclient</artifactId><version>4.5.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > /dev/null
java=$(command -v java)
for each in "${JAVA_HOME:-/none}"/bin/java /usr/lib/jvm/*/bin/java; do
  if [ -x "$each" ] && "$each" -version 2>&1 | grep -q -E 'version "2[1-9]'; then java=$each; fi
done
cat > Look.java <<'JAVA'
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import io.helidon.http.Method;
import io.helidon.webclient.api.WebClient;

public class Look {
    static final List<String> came = Collections.synchronizedList(new ArrayList<>());

    /** Answers one request of each connection by its path, and ends the connection. */
    static void serve(ServerSocket origin) {
        while (true) {
            try (Socket socket = origin.accept()) {
                String got = "";
                byte[] part = new byte[4096];
                int end;
                while ((end = got.indexOf("\r\n\r\n")) < 0) {
                    got += new String(part, 0, socket.getInputStream().read(part), StandardCharsets.ISO_8859_1);
                }
                Matcher length = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)").matcher(got);
                int whole = end + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
                boolean chunks = got.toLowerCase().contains("transfer-encoding: chunked");
                while (chunks ? !got.endsWith("0\r\n\r\n") : got.length() < whole) {
                    got += new String(part, 0, socket.getInputStream().read(part), StandardCharsets.ISO_8859_1);
                }
                String[] line = got.split(" ", 3);
                came.add(line[0] + " " + line[1] + (got.contains("pay=10") ? " with the body" : ""));
                socket.getOutputStream().write(answer(line[1]).getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
    }

    static String answer(String path) {
        String rest = "Content-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        if (path.startsWith("/new")) {
            return "HTTP/1.1 200 OK\r\n" + rest;
        }
        return "HTTP/1.1 " + path.substring(1).replace('_', ' ') + "\r\nLocation: /new#part\r\n" + rest;
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort();
        WebClient client = WebClient.create();
        for (String asked : List.of("POST 307_Temporary_Redirect", "POST 307_temporary_redirect", "POST 307_Moved", "POST 307_",
                "POST 308_Permanent_Redirect", "POST 308_Moved", "POST 308_", "PUT 307_Moved", "POST 302_Found", "HEAD 302_Found")) {
            came.clear();
            String[] words = asked.split(" ");
            var request = client.method(Method.create(words[0])).uri(url + "/" + words[1]);
            try (var found = words[0].startsWith("P") ? request.submit("pay=10") : request.request()) {
                System.out.println(asked.replace('_', ' ') + ": " + found.status().code() + ", asked " + String.join(", ", came));
            }
        }
        System.exit(0);
    }
}
JAVA
timeout 100 "$java" -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
POST 307 Temporary Redirect: 200, asked POST /307_Temporary_Redirect with the body, POST /new#part with the body
POST 307 temporary redirect: 200, asked POST /307_temporary_redirect with the body, POST /new#part with the body
POST 307 Moved: 200, asked POST /307_Moved with the body, GET /new#part
POST 307 : 200, asked POST /307_ with the body, GET /new#part
POST 308 Permanent Redirect: 200, asked POST /308_Permanent_Redirect with the body, POST /new#part with the body
POST 308 Moved: 200, asked POST /308_Moved with the body, GET /new#part
POST 308 : 200, asked POST /308_ with the body, GET /new#part
PUT 307 Moved: 200, asked PUT /307_Moved with the body, GET /new#part
POST 302 Found: 200, asked POST /302_Found with the body, GET /new#part
HEAD 302 Found: 200, asked HEAD /302_Found, GET /new#part
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
