#!/usr/bin/env bash
# EasyVCR for Java compares the names of a query's parameters and not their values, also by its
# rules called strict: ?page=7 gets the answer to ?page=2, and /ITEMS that of /items; and as it
# records, each answer takes the place of the last one that matches, so that of a listing's pages
# the cassette has one.
#
# Versions: easyvcr 0.5.2 (JDK 17).
# Source: EasyVCR's MatchRules.java (byFullUrl; strict compares method, URL and body) and
# Cassette.java (updateInteraction). Its documentation: the full URL, "including query
# parameters", where by default their order does not matter.
# Why it matters to a recorder: a program that walks through pages gets the last one each time,
# with 200, or never ends; with Mode.Auto the pages behind the first are not even asked for.
# Nobody who converts such a cassette can tell that anything is missing; only
# byFullUrl(true), documented as one that wants the same order, compares values.
set -euo pipefail
for tool in java mvn; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.easypost</groupId>
    <artifactId>easyvcr</artifactId>
    <version>0.5.2</version>
  </dependency></dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars > maven 2>&1 || { cat maven; exit 1; }
cat > Look.java <<'JAVA'
import com.easypost.easyvcr.AdvancedSettings;
import com.easypost.easyvcr.Cassette;
import com.easypost.easyvcr.MatchRules;
import com.easypost.easyvcr.Mode;
import com.easypost.easyvcr.clients.httpurlconnection.RecordableHttpURLConnection;
import com.easypost.easyvcr.clients.httpurlconnection.RecordableURL;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

public class Look {
  static final List<String> came = new ArrayList<>();
  static String url;

  static void ask(String cassette, Mode mode, MatchRules rules, String path) {
    AdvancedSettings settings = new AdvancedSettings();
    settings.matchRules = rules;
    String said;
    try {
      RecordableHttpURLConnection connection =
          new RecordableURL(url + path, new Cassette(".", cassette), mode, settings).openConnection();
      connection.connect();
      try (var body = connection.getInputStream()) {
        said = "the answer to " + new String(body.readAllBytes());
      }
    } catch (Exception error) {
      said = "nothing";
    }
    System.out.println(cassette + " " + mode + " " + path + ": " + said);
  }

  public static void main(String[] arguments) throws Exception {
    HttpServer origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    origin.createContext("/", exchange -> {
      came.add(exchange.getRequestURI().toString());
      byte[] said = exchange.getRequestURI().toString().getBytes();
      exchange.sendResponseHeaders(200, said.length);
      exchange.getResponseBody().write(said);
      exchange.close();
    });
    origin.start();
    url = "http://127.0.0.1:" + origin.getAddress().getPort();
    MatchRules exact = new MatchRules().byMethod().byFullUrl(true);
    for (String page : List.of("1", "2")) {
      ask("strict", Mode.Record, MatchRules.strict(), "/items?page=" + page);
    }
    for (String page : List.of("1", "2", "7")) {
      ask("strict", Mode.Replay, MatchRules.strict(), "/items?page=" + page);
    }
    ask("strict", Mode.Replay, MatchRules.strict(), "/ITEMS?page=7");
    ask("strict", Mode.Replay, MatchRules.strict(), "/items?size=7");
    for (String page : List.of("a", "b")) {
      ask("auto", Mode.Auto, MatchRules.regular(), "/items?page=" + page);
    }
    ask("exact", Mode.Record, exact, "/items?page=c");
    for (String page : List.of("c", "d")) ask("exact", Mode.Replay, exact, "/items?page=" + page);
    System.out.println("asked of the origin: " + String.join(" ", came));
    System.exit(0);
  }
}
JAVA
java -Djava.net.useSystemProxies=false -cp 'jars/*' Look.java > found
basename jars/easyvcr-*
cat found
cat > expected <<'END'
strict Record /items?page=1: the answer to /items?page=1
strict Record /items?page=2: the answer to /items?page=2
strict Replay /items?page=1: the answer to /items?page=2
strict Replay /items?page=2: the answer to /items?page=2
strict Replay /items?page=7: the answer to /items?page=2
strict Replay /ITEMS?page=7: the answer to /items?page=2
strict Replay /items?size=7: nothing
auto Auto /items?page=a: the answer to /items?page=a
auto Auto /items?page=b: the answer to /items?page=a
exact Record /items?page=c: the answer to /items?page=c
exact Replay /items?page=c: the answer to /items?page=c
exact Replay /items?page=d: nothing
asked of the origin: /items?page=1 /items?page=2 /items?page=a /items?page=c
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
