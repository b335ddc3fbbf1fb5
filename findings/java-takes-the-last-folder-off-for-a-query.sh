#!/usr/bin/env bash
# Sent from /shop/list?page=1 to "?page=2", Java's HttpClient, Jetty's, reactor-netty, google-http-client and Methanol ask
# for /shop/?page=2, another page: Java's own URI, by which they work a Location out, takes the last name off the path for a
# reference that is a query alone, as a standard of 1998 had it. HttpClient 5 asks for /?page=2, a third one; OkHttp, Vert.x
# and jsoup ask for /shop/list?page=2, as curl and browsers do.
#
# Versions: Java 17's HttpClient, HttpClient 5 5.6.5, Jetty's client 12.1.5, reactor-netty 1.3.7,
# google-http-client 2.0.2, Methanol 1.9.0; OkHttp 5.5.1, Vert.x 5.0.7, jsoup 1.21.2; java.net.URI.
# Source: java.net.URI (resolve follows section 5.2 of RFC 2396, which its documentation names); RFC 3986, section
# 5.2.2: where the reference has no path, the base's path is kept.
# Why it matters to a recorder: the recorded second request is one that another client never sends: a cassette of a Java
# program has /shop/?page=2, mostly with a 404, where that of its twin in another language has the page. A replay that works
# a Location out itself, or takes a page's address from it, must do it as the standard of today has it.
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
      <groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>5.5.1</version>
    </dependency>
    <dependency>
      <groupId>io.projectreactor.netty</groupId><artifactId>reactor-netty-http</artifactId><version>1.3.7</version>
    </dependency>
    <dependency>
      <groupId>io.vertx</groupId><artifactId>vertx-web-client</artifactId><version>5.0.7</version>
    </dependency>
    <dependency>
      <groupId>org.eclipse.jetty</groupId><artifactId>jetty-client</artifactId><version>12.1.5</version>
    </dependency>
    <dependency>
      <groupId>org.jsoup</groupId><artifactId>jsoup</artifactId><version>1.21.2</version>
    </dependency>
    <dependency>
      <groupId>com.google.http-client</groupId><artifactId>google-http-client</artifactId><version>2.0.2</version>
    </dependency>
    <dependency>
      <groupId>com.github.mizosoft.methanol</groupId><artifactId>methanol</artifactId><version>1.9.0</version>
    </dependency>
    <dependency>
      <groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>5.6.5</version>
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
import java.util.Map;
import java.util.LinkedHashMap;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import com.github.mizosoft.methanol.Methanol;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.WebClient;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.jsoup.Jsoup;
import reactor.netty.http.client.HttpClient;

public class Look {
    interface Call {
        void get(String url) throws Exception;
    }

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
        String head = path.endsWith("page=1") ? "302 Found\r\nLocation: ?page=2" : "200 OK";
        return "HTTP/1.1 " + head + "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort();
        Map<String, Call> clients = new LinkedHashMap<>();
        java.net.http.HttpClient own = java.net.http.HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build();
        clients.put("HttpClient", to -> own.send(HttpRequest.newBuilder(URI.create(to)).build(), BodyHandlers.ofString()));
        clients.put("HttpClient 5", to -> HttpClients.createDefault().execute(new HttpGet(to), found -> found.getCode()));
        org.eclipse.jetty.client.HttpClient jetty = new org.eclipse.jetty.client.HttpClient();
        jetty.start();
        clients.put("Jetty", to -> jetty.GET(to));
        clients.put("reactor-netty", to -> HttpClient.create().followRedirect(true).get().uri(to).response().block());
        clients.put("google-http-client", to -> new NetHttpTransport().createRequestFactory()
            .buildGetRequest(new GenericUrl(to)).execute().disconnect());
        clients.put("Methanol", to -> Methanol.newBuilder().followRedirects(Redirect.NORMAL).build()
            .send(HttpRequest.newBuilder(URI.create(to)).build(), BodyHandlers.ofString()));
        clients.put("OkHttp", to -> new OkHttpClient().newCall(new Request.Builder().url(to).build()).execute().close());
        WebClient vertx = WebClient.create(Vertx.vertx());
        clients.put("Vert.x", to -> vertx.requestAbs(HttpMethod.GET, to).send().toCompletionStage().toCompletableFuture().get());
        clients.put("jsoup", to -> Jsoup.connect(to).ignoreContentType(true).execute());
        for (Map.Entry<String, Call> client : clients.entrySet()) {
            came.clear();
            client.getValue().get(url + "/shop/list?page=1");
            System.out.println(client.getKey() + ": " + String.join(", ", came));
        }
        System.out.println("java.net.URI: " + URI.create("http://shop.example/shop/list?page=1").resolve("?page=2"));
        System.exit(0);
    }
}
JAVA
timeout 100 java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
HttpClient: GET /shop/list?page=1, GET /shop/?page=2
HttpClient 5: GET /shop/list?page=1, GET /?page=2
Jetty: GET /shop/list?page=1, GET /shop/?page=2
reactor-netty: GET /shop/list?page=1, GET /shop/?page=2
google-http-client: GET /shop/list?page=1, GET /shop/?page=2
Methanol: GET /shop/list?page=1, GET /shop/?page=2
OkHttp: GET /shop/list?page=1, GET /shop/list?page=2
Vert.x: GET /shop/list?page=1, GET /shop/list?page=2
jsoup: GET /shop/list?page=1, GET /shop/list?page=2
java.net.URI: http://shop.example/shop/?page=2
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
