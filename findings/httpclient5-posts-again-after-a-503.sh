#!/usr/bin/env bash
# Apache's HttpClient 5, as it comes, sends a POST again, once and after a second, that was answered by a 503 or a 429,
# and the program never sees the first answer: its rule that only what is idempotent may be repeated is for a connection
# that was lost, and there it does hold. A "Retry-After: 0" is that second, too. HttpClient 4 did none of this.
#
# Versions: httpclient5 5.6.5 with httpcore5 5.4.4, httpclient 4.5.14 (Java 17 or newer).
# Source: HttpClient 5's DefaultHttpRequestRetryStrategy (retryRequest for an answer looks at the status alone, the one
# for an exception at the method too; getRetryInterval takes Retry-After where it is above zero) and
# HttpRequestRetryExec.
# Why it matters to a recorder: Spring sends by this library where it is installed. A 503 that a test is about stands
# twice in its cassette, and the second time it may be a success; one that was written by hand, once, is missed by the
# second request. A replay that refuses by 503 or 429 is asked twice for each miss.
set -euo pipefail
for tool in mvn java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>5.6.5</version>
    </dependency>
    <dependency>
      <groupId>org.apache.httpcomponents</groupId><artifactId>httpclient</artifactId><version>4.5.14</version>
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
import java.nio.charset.StandardCharsets;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.StringEntity;

public class Look {
    static int asked;
    static String answer;

    /** Answers each request with what is due, or with nothing, and ends the connection. */
    static void serve(ServerSocket origin) {
        while (true) {
            try (Socket socket = origin.accept()) {
                String got = "";
                byte[] part = new byte[4096];
                while (!(got.contains("\r\n\r\n") && (got.startsWith("GET") || got.endsWith("pay 10")))) {
                    got += new String(part, 0, socket.getInputStream().read(part), StandardCharsets.US_ASCII);
                }
                asked++;
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
    }

    static String said(int status) {
        return "HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\nConnection: close\r\n";
    }

    static void five(String name, HttpUriRequestBase request) throws Exception {
        asked = 0;
        long begun = System.nanoTime();
        String ended;
        try (CloseableHttpClient client = HttpClients.createDefault()) {
            ended = "" + client.execute(request, response -> response.getCode());
        } catch (IOException error) {
            ended = "raised";
        }
        boolean waited = asked > 1 && System.nanoTime() - begun >= 900_000_000L;
        String after = ended.equals("raised") ? "" : waited ? " after a second" : "";
        System.out.println("5 " + name + ": asked " + asked + after + ", " + ended);
    }

    static void four(String name, String url) throws Exception {
        asked = 0;
        var request = new org.apache.http.client.methods.HttpPost(url);
        request.setEntity(new org.apache.http.entity.StringEntity("pay 10"));
        try (var client = org.apache.http.impl.client.HttpClients.createDefault()) {
            int status = client.execute(request, response -> response.getStatusLine().getStatusCode());
            System.out.println("4 " + name + ": asked " + asked + ", " + status);
        }
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort() + "/";
        for (int status : new int[] {424, 429, 500, 502, 503}) {
            for (String after : new String[] {"", "Retry-After: 0\r\n"}) {
                answer = said(status) + after + "\r\n";
                HttpPost post = new HttpPost(url);
                post.setEntity(new StringEntity("pay 10"));
                five("POST " + status + (after.isEmpty() ? "" : " " + after.strip()), post);
            }
        }
        four("POST 503", url);
        answer = "";
        HttpPost post = new HttpPost(url);
        post.setEntity(new StringEntity("pay 10"));
        five("POST without an answer", post);
        five("GET without an answer", new HttpGet(url));
        System.exit(0);
    }
}
JAVA
java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
5 POST 424: asked 1, 424
5 POST 424 Retry-After: 0: asked 1, 424
5 POST 429: asked 2 after a second, 429
5 POST 429 Retry-After: 0: asked 2 after a second, 429
5 POST 500: asked 1, 500
5 POST 500 Retry-After: 0: asked 1, 500
5 POST 502: asked 1, 502
5 POST 502 Retry-After: 0: asked 1, 502
5 POST 503: asked 2 after a second, 503
5 POST 503 Retry-After: 0: asked 2 after a second, 503
4 POST 503: asked 1, 503
5 POST without an answer: asked 1, raised
5 GET without an answer: asked 2, raised
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
