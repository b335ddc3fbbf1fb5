#!/usr/bin/env bash
# An answer in gzip of two members, as servers make it that join packed files, is an error to OkHttp, "gzip finished
# without exhausting source", where HttpClient 5, Jetty's, reactor-netty, google-http-client, Methanol and jsoup give
# all of it; and so is an empty body under "Content-Encoding: gzip" to OkHttp and Methanol. Of x-gzip, another name of
# gzip, OkHttp, Jetty's and jsoup give the packed bytes, Methanol an error, as it does for GZIP, though a coding's name
# has no case, and the others text.
#
# Versions: OkHttp 5.5.1, HttpClient 5 5.6.5, Jetty's client 12.1.5, reactor-netty-http 1.3.7, google-http-client 2.0.2,
# Methanol 1.9.0, jsoup 1.21.2 (Java 17).
# Source: Okio's GzipSource (it wants its source to end behind the first trailer), OkHttp's BridgeInterceptor ("gzip" in
# any case), Methanol's BodyDecoder.Factory (looked up by the name as it stands). RFC 1952, section 2.2 (a file is a
# series of members); RFC 9110, sections 8.4.1 and 8.4.1.3 (names have no case; x-gzip is gzip).
# Why it matters to a recorder: what is replayed packed as it came fails again for the one client only, and what is
# unpacked and packed anew fails for none, so that a test is green and the program is not; an answer whose body a
# recorder took away must lose its Content-Encoding, too. Headers' values have to be compared without case where HTTP
# has it so.
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
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import com.github.mizosoft.methanol.Methanol;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jsoup.Jsoup;
import reactor.netty.http.client.HttpClient;

public class Look {
    interface Call {
        String get(String url) throws Exception;
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

    static String packed(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    static String answer(String path) {
        String coding = path.equals("/x-gzip") || path.equals("/GZIP") ? path.substring(1) : "gzip";
        String body = switch (path) {
            case "/two" -> packed("pay 10 ") + packed("and 1000");
            case "/empty" -> "";
            default -> packed("pay 10 and 1000");
        };
        return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Encoding: " + coding
            + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    public static void main(String[] args) throws Exception {
        ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(origin));
        server.setDaemon(true);
        server.start();
        String url = "http://127.0.0.1:" + origin.getLocalPort();
        Map<String, Call> clients = new LinkedHashMap<>();
        clients.put("OkHttp", to -> {
            try (var found = new OkHttpClient().newCall(new Request.Builder().url(to).build()).execute()) {
                return found.body().string();
            }
        });
        clients.put("HttpClient 5", to -> HttpClients.createDefault()
            .execute(new HttpGet(to), found -> EntityUtils.toString(found.getEntity())));
        org.eclipse.jetty.client.HttpClient jetty = new org.eclipse.jetty.client.HttpClient();
        jetty.start();
        clients.put("Jetty", to -> jetty.GET(to).getContentAsString());
        clients.put("reactor-netty", to -> HttpClient.create().compress(true).get().uri(to).responseContent().aggregate()
            .asString().defaultIfEmpty("").block());
        clients.put("google-http-client", to -> new NetHttpTransport().createRequestFactory()
            .buildGetRequest(new GenericUrl(to)).execute().parseAsString());
        clients.put("Methanol", to -> Methanol.create()
            .send(HttpRequest.newBuilder(URI.create(to)).build(), BodyHandlers.ofString()).body());
        clients.put("jsoup", to -> Jsoup.connect(to).ignoreContentType(true).execute().body());
        for (Map.Entry<String, Call> client : clients.entrySet()) {
            List<String> told = new ArrayList<>();
            for (String path : List.of("one", "two", "empty", "x-gzip", "GZIP")) {
                String text;
                try {
                    text = client.getValue().get(url + "/" + path);
                    text = text.equals("pay 10 and 1000") ? "all" : text.contains("pay") ? "a part" : text.isEmpty() ? "nothing" : "packed";
                } catch (Exception error) {
                    text = "an error";
                }
                told.add(path + " " + text);
            }
            System.out.println(client.getKey() + ": " + String.join(", ", told));
        }
        System.exit(0);
    }
}
JAVA
timeout 100 java -cp 'lib/*' Look.java 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
OkHttp: one all, two an error, empty an error, x-gzip packed, GZIP all
HttpClient 5: one all, two all, empty nothing, x-gzip all, GZIP all
Jetty: one all, two all, empty nothing, x-gzip packed, GZIP all
reactor-netty: one all, two all, empty nothing, x-gzip all, GZIP all
google-http-client: one all, two all, empty nothing, x-gzip all, GZIP all
Methanol: one all, two all, empty an error, x-gzip an error, GZIP an error
jsoup: one all, two all, empty nothing, x-gzip packed, GZIP all
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
