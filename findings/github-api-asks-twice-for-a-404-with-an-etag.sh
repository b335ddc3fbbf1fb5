#!/usr/bin/env bash
# Java's github-api, by which Jenkins talks to GitHub, asks a second time, at once, for what was not found where the 404 has an
# ETag, now with "Cache-Control: no-cache", and believes the second answer, a 200 too; a 404 without that header, a 410 and a
# 424 with it are believed at once.
#
# Versions: github-api 1.330 (org.kohsuke), Java 17.
# Source: org/kohsuke/github/GitHubClient.java (detectInvalidCached404Response; its comment tells of a time when GitHub's 304
# spoilt a cache, which is made up for whether a cache is in use or not).
# Why it matters to a recorder: a header of an answer, of no use to a program that has no cache, decides how many requests
# follow: a cassette that leaves ETag out of its 404s, as a made-up one does, has one interaction too many in it, and one
# that plays the 404 for each question is right by chance. The two requests differ in nothing but Cache-Control: who
# compares no headers gives them the answers in their order, and who gives the first to both hides a file that is there.
set -euo pipefail
for tool in java javac mvn; do
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
      <groupId>org.kohsuke</groupId>
      <artifactId>github-api</artifactId>
      <version>1.330</version>
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

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kohsuke.github.GitHub;
import org.kohsuke.github.GitHubBuilder;

/** Asks for one repository of a server that says what it is told to. */
public class Look {
  static final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  static List<Integer> told;
  static boolean tagged;

  static void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String cache = exchange.getRequestHeaders().getFirst("Cache-Control");
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " (" + cache + ")");
    int status = told.get(Math.min(asked.size(), told.size()) - 1);
    String text = status == 200 ? "{\"id\": 7, \"name\": \"shop\"}" : "{\"message\": \"no\"}";
    byte[] body = text.getBytes(US_ASCII);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (tagged) exchange.getResponseHeaders().set("ETag", "\"7\"");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  static void look(GitHub github, boolean tag, Integer... statuses) {
    told = List.of(statuses);
    tagged = tag;
    asked.clear();
    String said;
    try {
      said = "found " + github.getRepository("ann/shop").getName();
    } catch (IOException error) {
      said = error.getClass().getSimpleName();
    }
    System.out.println(told + (tag ? " with" : " without") + " an ETag: " + said + ", asked " + asked);
  }

  public static void main(String[] args) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext("/", Look::answer);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    GitHub github = new GitHubBuilder().withEndpoint(url).build();
    look(github, true, 200);
    look(github, false, 404);
    look(github, true, 404);
    look(github, true, 404, 200);
    look(github, true, 410);
    look(github, true, 424);
    server.stop(0);
    System.exit(0);
  }
}
JAVA
javac -cp 'lib/*' Look.java
{ (cd lib && ls github-api-*.jar) && timeout 100 java -cp 'lib/*:.' Look 2> errors; } | tee found
cat > expected <<'END'
github-api-1.330.jar
[200] with an ETag: found shop, asked [GET /repos/ann/shop (null)]
[404] without an ETag: GHFileNotFoundException, asked [GET /repos/ann/shop (null)]
[404] with an ETag: GHFileNotFoundException, asked [GET /repos/ann/shop (null), GET /repos/ann/shop (no-cache)]
[404, 200] with an ETag: found shop, asked [GET /repos/ann/shop (null), GET /repos/ann/shop (no-cache)]
[410] with an ETag: HttpException, asked [GET /repos/ann/shop (null)]
[424] with an ETag: HttpException, asked [GET /repos/ann/shop (null)]
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
