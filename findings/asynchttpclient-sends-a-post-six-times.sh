#!/usr/bin/env bash
# AsyncHttpClient sends a request again by itself, up to five times and at once, whenever its
# connection ends too early: a POST as well, and even where the status, the headers and a part of
# the body had arrived. The program is told of the sixth failure alone.
#
# Versions: async-http-client 3.0.4 (JDK 17); beside it JDK 17's own java.net.http.HttpClient.
# Source: async-http-client's ahc-default.properties (maxRequestRetry=5) and
# netty/request/NettyRequestSender.java (retry, which asks for no method). RFC 9110, section
# 9.2.2: a client should not repeat a request whose method is not idempotent by itself.
# Why it matters to a recorder: one payment of the program is six at the origin. A recorder that
# ends the connection to say "not recorded", or to replay an answer that was cut off, gets six
# requests for it, five of which it has no answer for; and a recording has the same POST six
# times where the program's own code, and its log, say once.
set -euo pipefail
for tool in mvn javac java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId>
  <artifactId>look</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.asynchttpclient</groupId>
      <artifactId>async-http-client</artifactId>
      <version>3.0.4</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>2.0.16</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > mvn.log 2>&1 || { cat mvn.log; exit 1; }
cat > Look.java <<'JAVA'
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;

/** Posts once to an origin that ends each connection after what it is given to say. */
public class Look {
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

  static String byAsyncHttpClient(String url) throws Exception {
    try (AsyncHttpClient client = Dsl.asyncHttpClient()) {
      client.preparePost(url).setBody("amount=1").execute().get(60, TimeUnit.SECONDS);
      return "an answer";
    } catch (ExecutionException e) {
      return e.getCause().getClass().getSimpleName();
    }
  }

  static String byTheJdk(String url) throws Exception {
    var body = HttpRequest.BodyPublishers.ofString("amount=1");
    var request = HttpRequest.newBuilder(URI.create(url)).POST(body).build();
    try {
      HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      return "an answer";
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  public static void main(String[] arguments) throws Exception {
    String cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    StringBuilder found = new StringBuilder();
    for (String said : new String[] {"", cut}) {
      for (String who : new String[] {"async-http-client", "java.net.http"}) {
        asked.set(0);
        try (ServerSocket socket = origin(said)) {
          String url = "http://127.0.0.1:" + socket.getLocalPort() + "/pay";
          String told = who.startsWith("async") ? byAsyncHttpClient(url) : byTheJdk(url);
          String what = said.isEmpty() ? "nothing" : "3 of 10 bytes";
          System.out.println(who + ", " + what + " said: " + asked + " requests, " + told);
          found.append(asked).append(' ');
        }
      }
    }
    System.out.println("JDK " + System.getProperty("java.version"));
    if (!found.toString().equals("6 1 6 1 ")) throw new AssertionError("the behaviour has changed");
  }
}
JAVA
ls lib | grep async-http-client
javac -cp 'lib/*' Look.java
unset JAVA_TOOL_OPTIONS
timeout 120 java -cp 'lib/*:.' Look
