#!/usr/bin/env bash
# jsoup, by which Java programs fetch pages, follows the Location of any status that has one, where a 201 and a 202 say by it
# what was made, and redirect nobody: a POST that made an item is followed by a GET of it, and of a 404 and a 503 with that
# header the program sees a 200, too. A 308, which asks for the same once more, it follows by a GET without the form, as it
# does a 301; and a HEAD by a GET.
#
# Versions: jsoup 1.21.2 (Java 17; there it sends by HttpURLConnection or, as here, by Java's HttpClient).
# Source: jsoup's helper/HttpConnection.java (Response.execute: "if (res.hasHeader(LOCATION) && req.followRedirects())", and
# a 307 alone keeps method and body). RFC 9110, sections 10.2.2 (for a 201 Location is the resource made) and 15.4.9.
# Why it matters to a recorder: the interaction of the 201 has no reader but the client, and the one behind it is of a request
# that no other client sends; where the Location names a host that was not recorded the call that made the item fails, after
# it was made. A replay that leaves Location out of a 201 changes the status that the program sees.
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
      <groupId>org.jsoup</groupId><artifactId>jsoup</artifactId><version>1.21.2</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > /dev/null
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
import org.jsoup.Connection;
import org.jsoup.Jsoup;

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
        String status = path.equals("/new") ? "200" : path.substring(1);
        return "HTTP/1.1 " + status + " Said\r\n" + (status.equals("200") ? "" : "Location: /new\r\n") + rest;
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort();
        for (String asked : List.of("POST 200", "POST 201", "POST 202", "POST 301", "POST 303", "POST 307", "POST 308",
                "PUT 308", "HEAD 302", "GET 404", "GET 503")) {
            came.clear();
            String[] words = asked.split(" ");
            Connection call = Jsoup.connect(url + "/" + words[1]).ignoreContentType(true).ignoreHttpErrors(true)
                .method(Connection.Method.valueOf(words[0]));
            if (words[0].startsWith("P")) {
                call.requestBody("pay=10");
            }
            System.out.println(asked + ": " + call.execute().statusCode() + ", asked " + String.join(", ", came));
        }
        System.exit(0);
    }
}
JAVA
timeout 100 java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
POST 200: 200, asked POST /200 with the body
POST 201: 200, asked POST /201 with the body, GET /new
POST 202: 200, asked POST /202 with the body, GET /new
POST 301: 200, asked POST /301 with the body, GET /new
POST 303: 200, asked POST /303 with the body, GET /new
POST 307: 200, asked POST /307 with the body, POST /new with the body
POST 308: 200, asked POST /308 with the body, GET /new
PUT 308: 200, asked PUT /308 with the body, GET /new
HEAD 302: 200, asked HEAD /302, GET /new
GET 404: 200, asked GET /404, GET /new
GET 503: 200, asked GET /503, GET /new
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
