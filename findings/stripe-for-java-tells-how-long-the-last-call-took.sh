#!/usr/bin/env bash
# Each request of Stripe's SDK for Java says, in a header of its own, how many milliseconds the request before it took
# and which Request-Id its answer had, where it had that header; so that whether a call has X-Stripe-Client-Telemetry
# goes by an earlier call's answer, and what is in it by how fast that came. Two equal calls differ in their
# Idempotency-Key, too.
#
# Versions: com.stripe:stripe-java 33.3.0 (JDK 17).
# Source: stripe-java's com/stripe/net/RequestTelemetry.java (maybeEnqueueMetrics: no metrics without a Request-Id;
# pollPayload, one for each request; Stripe.enableTelemetry = false ends it) and HttpHeaders of StripeRequest (a
# random UUID for each POST that the program gave no key for).
# Why it matters to a recorder: the headers of a request change with the machine's load, and at a replay, which
# answers at once, all of them do; a recorder that leaves Request-Id out of its cassettes takes the header away from
# what is sent the next time. A service's own id of one call stands in the recorded request of another.
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
      <groupId>com.stripe</groupId>
      <artifactId>stripe-java</artifactId>
      <version>33.3.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > mvn.log 2>&1 || { cat mvn.log; exit 1; }
cat > Look.java <<'JAVA'
import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.param.CustomerCreateParams;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

/** Makes equal customers at an origin whose answers have a Request-Id, or none, and come slowly, or at once. */
public class Look {
  static final Set<String> keys = new HashSet<>();
  static String id;
  static int pause;
  static String told;

  static String about(String telemetry) {
    if (telemetry == null) return "nothing of an earlier one";
    String request = telemetry.replaceAll(".*\"request_id\":\"(\\w+)\".*", "$1");
    int took = Integer.parseInt(telemetry.replaceAll(".*\"request_duration_ms\":(\\d+).*", "$1"));
    return request + " took " + (took < 1500 ? "less" : "more") + " than 1500 ms";
  }

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer origin = HttpServer.create(free, 0);
    origin.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
      told = about(exchange.getRequestHeaders().getFirst("X-Stripe-Client-Telemetry"));
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      byte[] body = "{\"id\": \"cus_1\", \"object\": \"customer\"}".getBytes();
      if (id != null) exchange.getResponseHeaders().set("Request-Id", id);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    origin.start();
    String url = "http://127.0.0.1:" + origin.getAddress().getPort();
    StripeClient client = StripeClient.builder().setApiKey("sk_test_x").setApiBase(url).build();
    System.out.println("stripe-java " + Stripe.VERSION);
    String[] ids = {null, null, "req_a", "req_b", "req_c", null, null};
    int[] pauses = {0, 0, 0, 2000, 0, 0, 0};
    for (int call = 0; call < ids.length; call++) {
      id = ids[call];
      pause = pauses[call];
      client.v1().customers().create(CustomerCreateParams.builder().setName("a").build());
      System.out.println("call " + (call + 1) + ", answered as " + id + ", tells: " + told);
    }
    System.out.println(keys.size() + " different keys");
    origin.stop(0);
  }
}
JAVA
javac -cp 'lib/*' Look.java
# The first call of a process is slow by itself, so that none of the first two has an id.
HOME=$work timeout 60 java -Duser.home="$work" -cp 'lib/*:.' Look 2> errors | tee found
cat > expected <<'END'
stripe-java 33.3.0
call 1, answered as null, tells: nothing of an earlier one
call 2, answered as null, tells: nothing of an earlier one
call 3, answered as req_a, tells: nothing of an earlier one
call 4, answered as req_b, tells: req_a took less than 1500 ms
call 5, answered as req_c, tells: req_b took more than 1500 ms
call 6, answered as null, tells: req_c took less than 1500 ms
call 7, answered as null, tells: nothing of an earlier one
7 different keys
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
