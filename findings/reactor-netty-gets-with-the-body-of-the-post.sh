#!/usr/bin/env bash
# After a 303 reactor-netty, by which Spring's WebClient sends, asks by GET with the body of the POST in it, and after a 301
# and a 302 it posts again, where each of Java's other clients asks by GET without it; and "103 Early Hints" and "102
# Processing" are the whole answer to it, with no body.
#
# Versions: reactor-netty-http 1.3.7 with Netty 4.2.17, OkHttp 5.5.1 beside it (Java 17).
# Source: reactor-netty's HttpClientConnect (HttpClientHandler.redirect changes a 303's method alone, and sends the same
# publisher again) and HttpClientOperations (onInboundNext passes over 100 Continue); RFC 9110, sections 15.2 and 15.4.4.
# Why it matters to a recorder: a GET has a body that counts for nothing, and is missed where bodies are compared and the
# program's other client recorded it; a form that was to be posted once is posted to two addresses. A recorder that drops
# hints, as most do, makes a program pass that fails live.
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
      <groupId>io.projectreactor.netty</groupId><artifactId>reactor-netty-http</artifactId><version>1.3.7</version>
    </dependency>
    <dependency>
      <groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>5.5.1</version>
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
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;

public class Look {
    interface Call {
        String post(String url) throws Exception;
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
        String rest = "Content-Length: 6\r\nConnection: close\r\n\r\nanswer";
        if (path.startsWith("/3")) {
            return "HTTP/1.1 " + path.substring(1) + " Moved\r\nLocation: /new\r\n" + rest;
        }
        String hint = path.startsWith("/1") ? "HTTP/1.1 " + path.substring(1) + " Wait\r\n\r\n" : "";
        return hint + "HTTP/1.1 200 OK\r\n" + rest;
    }

    static void look(String name, Call client, String url) throws Exception {
        for (String path : new String[] {"/100", "/102", "/103", "/301", "/302", "/303", "/307"}) {
            came.clear();
            String told = client.post(url + path);
            System.out.println(name + " " + path + ": " + String.join(", ", came) + ": " + told);
        }
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort();
        HttpClient reactor = HttpClient.create().followRedirect(true);
        look("reactor-netty", to -> reactor.post().uri(to).send(ByteBufFlux.fromString(Mono.just("pay=10")))
            .responseSingle((head, body) -> body.asString().defaultIfEmpty("").map(text -> head.status().code() + " " + text))
            .block(), url);
        OkHttpClient ok = new OkHttpClient();
        look("OkHttp", to -> {
            RequestBody form = RequestBody.create("pay=10", MediaType.get("text/plain"));
            try (var found = ok.newCall(new Request.Builder().url(to).post(form).build()).execute()) {
                return found.code() + " " + found.body().string();
            }
        }, url);
        System.exit(0);
    }
}
JAVA
timeout 100 java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
reactor-netty /100: POST /100 with the body: 200 answer
reactor-netty /102: POST /102 with the body: 102 
reactor-netty /103: POST /103 with the body: 103 
reactor-netty /301: POST /301 with the body, POST /new with the body: 200 answer
reactor-netty /302: POST /302 with the body, POST /new with the body: 200 answer
reactor-netty /303: POST /303 with the body, GET /new with the body: 200 answer
reactor-netty /307: POST /307 with the body, POST /new with the body: 200 answer
OkHttp /100: POST /100 with the body: 200 answer
OkHttp /102: POST /102 with the body: 200 answer
OkHttp /103: POST /103 with the body: 200 answer
OkHttp /301: POST /301 with the body, GET /new: 200 answer
OkHttp /302: POST /302 with the body, GET /new: 200 answer
OkHttp /303: POST /303 with the body, GET /new: 200 answer
OkHttp /307: POST /307 with the body, POST /new with the body: 200 answer
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
