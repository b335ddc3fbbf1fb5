#!/usr/bin/env bash
# OkHttp sends a request again by itself, a POST too, if the answer is a 503 with the header
# "Retry-After: 0", and leaves a 503 with any other value, or with none, to the program. After
# a 408 it asks again with 0 and without the header, and does not with any other number.
#
# Versions: OkHttp 5.5.1 (okhttp-jvm, JDK 17).
# Source: OkHttp's RetryAndFollowUpInterceptor.kt (followUpRequest, retryAfter); neither its
# documentation nor retryOnConnectionFailure, which does not count here, says it of a 503.
# Why it matters to a recorder: a replay that lets nobody wait writes 0 where the origin
# said 5, and the value is no longer a hint but an order: OkHttp asks for what was never
# recorded, or takes the answer to the program's own second try, and the program's code for
# an overloaded origin never runs. 1 is the least value that changes nothing.
set -euo pipefail
for tool in java mvn; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version><dependencies><dependency>
<groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>5.5.1</version>
</dependency></dependencies></project>
POM
mvn -q -B dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$work/jars" \
  > maven.log || { cat maven.log; exit 1; }
cat > Look.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;

public class Look {
  static final AtomicInteger ASKED = new AtomicInteger();

  /** Answers the first request as its path says, as /503/5, and the next with 200. */
  static HttpServer origin() throws Exception {
    var origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    origin.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      var steps = exchange.getRequestURI().getPath().split("/");
      var isFirst = ASKED.incrementAndGet() == 1;
      if (isFirst && steps.length > 2) {
        exchange.getResponseHeaders().set("Retry-After", steps[2]);
      }
      exchange.sendResponseHeaders(isFirst ? Integer.parseInt(steps[1]) : 200, -1);
      exchange.close();
    });
    origin.start();
    return origin;
  }

  public static void main(String[] paths) throws Exception {
    var origin = origin();
    var client = new OkHttpClient();
    for (var path : paths) {
      ASKED.set(0);
      var url = "http://127.0.0.1:" + origin.getAddress().getPort() + path;
      var post = new Request.Builder().url(url).post(RequestBody.create("x".getBytes())).build();
      try (var answer = client.newCall(post).execute()) {
        System.out.println(path + ": " + ASKED.get() + " sent, the program sees " + answer.code());
      }
    }
    origin.stop(0);
    System.exit(0);
  }
}
JAVA
basename jars/okhttp-jvm-*.jar
timeout 120 java -cp 'jars/*' Look.java /503 /503/5 /503/1 /503/0 /408 /408/5 /408/0 \
  2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
/503: 1 sent, the program sees 503
/503/5: 1 sent, the program sees 503
/503/1: 1 sent, the program sees 503
/503/0: 2 sent, the program sees 200
/408: 2 sent, the program sees 200
/408/5: 1 sent, the program sees 408
/408/0: 2 sent, the program sees 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
