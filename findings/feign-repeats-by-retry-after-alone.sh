#!/usr/bin/env bash
# Whether Feign sends a refused request again goes by the header Retry-After and by nothing else: with it a POST that
# was answered by a 400, a 404, a 409 or a 424, or by a redirect, is sent five times, and without it, or with one that
# is no number and no date, a 503 and a 429 are sent once. A date of years ago is as good as any and means at once.
#
# Versions: feign-core 13.13 (Java 17 or newer).
# Source: Feign's codec/ErrorDecoder (Default makes a RetryableException wherever Retry-After can be read, of any
# status) and Retryer (Default: five attempts, at most a second apart, of any method); RFC 9110, section 10.2.3, has the
# header for 503 and for redirects, as a hint when to ask.
# Why it matters to a recorder: whether a refusal that was recorded is asked for once or five times is told by a header,
# which a scrubbed or hand-written cassette may have lost; a replay's own refusal must not have one, or each miss is
# counted five times. A recorded date never lies ahead, so that the waits of the recording are gone.
set -euo pipefail
for tool in mvn java; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=io.github.openfeign:feign-core:13.13 -DoutputDirectory=. > /dev/null
cat > Look.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import feign.Body;
import feign.Feign;
import feign.FeignException;
import feign.RequestLine;
import java.net.InetSocketAddress;

public class Look {
    interface Api {
        @RequestLine("POST /")
        @Body("pay 10")
        String pay();
    }

    static int asked;
    static int status;
    static String after;

    public static void main(String[] args) throws Exception {
        HttpServer origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        origin.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            asked++;
            if (!after.equals("none")) {
                exchange.getResponseHeaders().add("Retry-After", after);
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        origin.start();
        Api api = Feign.builder().target(Api.class, "http://127.0.0.1:" + origin.getAddress().getPort());
        for (String value : new String[] {"none", "soon", "0", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
            after = value;
            System.out.print("Retry-After " + after + ":");
            for (int each : new int[] {301, 400, 404, 409, 424, 429, 500, 503}) {
                status = each;
                asked = 0;
                try {
                    api.pay();
                    throw new IllegalStateException("nothing was raised");
                } catch (FeignException error) {
                    System.out.print(" " + status + " " + asked);
                }
            }
            System.out.println();
        }
        System.exit(0);
    }
}
JAVA
java -cp feign-core-13.13.jar Look.java | tee found
cat > expected <<'END'
Retry-After none: 301 1 400 1 404 1 409 1 424 1 429 1 500 1 503 1
Retry-After soon: 301 1 400 1 404 1 409 1 424 1 429 1 500 1 503 1
Retry-After 0: 301 5 400 5 404 5 409 5 424 5 429 5 500 5 503 5
Retry-After Wed, 21 Oct 2015 07:28:00 GMT: 301 5 400 5 404 5 409 5 424 5 429 5 500 5 503 5
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
