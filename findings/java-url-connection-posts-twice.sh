#!/usr/bin/env bash
# Java's oldest client, HttpURLConnection, and Jersey, which stands on it unless told otherwise, post twice where the
# connection ends without an answer, a new one too, and the program hears of the second alone; and take an answer that breaks
# off for the whole one, whatever its Content-Length says: of "pay 10 and 1000" there is "pay 10" and 200. Chunks that break
# off are an error. java.net.http, of the same JDK, and Google's client, which stands on HttpURLConnection too, do neither.
#
# Versions: jersey-client 4.0.0, google-http-client 2.1.0, HttpURLConnection and java.net.http of JDK 17.
# Source: the JDK's sun/net/www/http/HttpClient.java (parseHTTP: failedOnce, and retryPostProp from sun.net.http.retryPost,
# which is true by default); RFC 9110, section 9.2.2, and RFC 9112, section 8.
# Why it matters to a recorder: to close the connection for "not recorded" makes two misses of one payment, and of a lost
# answer two payments. An answer that was recorded in part replays as a success.
set -euo pipefail
for tool in mvn javac java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset JAVA_TOOL_OPTIONS
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId>
  <artifactId>look</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.glassfish.jersey.core</groupId>
      <artifactId>jersey-client</artifactId>
      <version>4.0.0</version>
    </dependency>
    <dependency>
      <groupId>org.glassfish.jersey.inject</groupId>
      <artifactId>jersey-hk2</artifactId>
      <version>4.0.0</version>
    </dependency>
    <dependency>
      <groupId>com.google.http-client</groupId>
      <artifactId>google-http-client</artifactId>
      <version>2.1.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > mvn.log 2>&1 || { cat mvn.log; exit 1; }
cat > Look.java <<'JAVA'
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Posts once by each client to an origin that ends each connection after what it is given to say. */
public class Look {
  interface Posting {
    String post(String url) throws Exception;
  }

  static final AtomicInteger asked = new AtomicInteger();

  static void answer(Socket connection, String said) throws IOException {
    var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      String[] field = line.toLowerCase().split(": ", 2);
      if (field[0].equals("content-length")) length = Integer.parseInt(field[1]);
    }
    for (int read = 0; read < length; read++) in.read();
    asked.incrementAndGet();
    connection.getOutputStream().write(said.getBytes(US_ASCII));
  }

  static ServerSocket origin(String said) throws IOException {
    ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread serving = new Thread(() -> {
      while (true) {
        try (Socket connection = socket.accept()) {
          answer(connection, said);
        } catch (IOException e) {
          return; // it is closed
        }
      }
    });
    serving.setDaemon(true);
    serving.start();
    return socket;
  }

  static String byUrlConnection(String url) throws Exception {
    var connection = (HttpURLConnection) new URL(url).openConnection();
    connection.setDoOutput(true);
    connection.getOutputStream().write("amount=1".getBytes(US_ASCII));
    return connection.getResponseCode() + " " + new String(connection.getInputStream().readAllBytes(), US_ASCII);
  }

  static String byJersey(String url) {
    var answer = ClientBuilder.newClient().target(url).request().post(Entity.text("amount=1"));
    return answer.getStatus() + " " + answer.readEntity(String.class);
  }

  static String byGoogle(String url) throws Exception {
    var content = ByteArrayContent.fromString("text/plain", "amount=1");
    var answer = new NetHttpTransport().createRequestFactory().buildPostRequest(new GenericUrl(url), content).execute();
    return answer.getStatusCode() + " " + new String(answer.getContent().readAllBytes(), US_ASCII);
  }

  static String byHttpClient(String url) throws Exception {
    var body = HttpRequest.BodyPublishers.ofString("amount=1");
    var request = HttpRequest.newBuilder(URI.create(url)).POST(body).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, Posting> clients = new LinkedHashMap<>();
    clients.put("HttpURLConnection", Look::byUrlConnection);
    clients.put("Jersey", Look::byJersey);
    clients.put("google-http-client", Look::byGoogle);
    clients.put("java.net.http", Look::byHttpClient);
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put("nothing", "");
    answers.put("6 of 15 bytes", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Type: text/plain\r\n\r\npay 10");
    answers.put("6 of a chunk of 15", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\npay 10");
    for (var answer : answers.entrySet()) {
      for (var client : clients.entrySet()) {
        asked.set(0);
        try (ServerSocket socket = origin(answer.getValue())) {
          String told;
          try {
            told = client.getValue().post("http://127.0.0.1:" + socket.getLocalPort() + "/pay");
          } catch (Exception e) {
            told = e.getClass().getSimpleName();
          }
          System.out.println(answer.getKey() + ", " + client.getKey() + ": " + asked + " requests, " + told);
        }
      }
    }
    System.exit(0);
  }
}
JAVA
ls lib | grep -E '^(jersey-client|google-http-client)-' | tee found
javac -nowarn -cp 'lib/*' Look.java 2> /dev/null
timeout 120 java -cp 'lib/*:.' Look 2> errors | tee -a found
cat > expected <<'END'
google-http-client-2.1.0.jar
jersey-client-4.0.0.jar
nothing, HttpURLConnection: 2 requests, SocketException
nothing, Jersey: 2 requests, ProcessingException
nothing, google-http-client: 1 requests, SocketException
nothing, java.net.http: 1 requests, IOException
6 of 15 bytes, HttpURLConnection: 1 requests, 200 pay 10
6 of 15 bytes, Jersey: 1 requests, 200 pay 10
6 of 15 bytes, google-http-client: 1 requests, IOException
6 of 15 bytes, java.net.http: 1 requests, IOException
6 of a chunk of 15, HttpURLConnection: 1 requests, IOException
6 of a chunk of 15, Jersey: 1 requests, ProcessingException
6 of a chunk of 15, google-http-client: 1 requests, IOException
6 of a chunk of 15, java.net.http: 1 requests, IOException
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
