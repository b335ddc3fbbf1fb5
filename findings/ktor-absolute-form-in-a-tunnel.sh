#!/usr/bin/env bash
# Ktor's CIO engine speaks within a CONNECT tunnel as to a plain proxy: the request line that
# the origin gets names the whole URL (GET https://api.example/json), where OkHttp and Java's
# HttpClient send the path.
#
# Versions: ktor-client-cio-jvm 3.5.2, kotlin-compiler-embeddable 2.4.20 (JDK 17).
# Source: Ktor's ktor-client-cio, writeHeaders in utils.kt (urlString for any proxy).
# Why it matters to a recorder: whoever takes "absolute form" for "a plain proxy request"
# writes http:// or the path https://api.example/json into the cassette.
set -euo pipefail
for tool in java mvn keytool python3; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${proxy:-}" ] || kill "$proxy"' EXIT

jars() { # jars FOLDER GROUP ARTIFACT VERSION: it and what it needs
  mkdir "$work/$1"
  cat > "$work/$1/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>a</groupId><artifactId>a</artifactId><version>1</version><dependencies><dependency>
<groupId>$2</groupId><artifactId>$3</artifactId><version>$4</version>
</dependency></dependencies></project>
POM
  (cd "$work/$1" && mvn -q -B dependency:copy-dependencies -DincludeScope=runtime \
    "-DoutputDirectory=$work/$1" >/dev/null)
}

jars client io.ktor ktor-client-cio-jvm 3.5.2
jars compiler org.jetbrains.kotlin kotlin-compiler-embeddable 2.4.20
cat > "$work/main.kt" <<'KT'
import io.ktor.client.HttpClient
import io.ktor.client.engine.cio.CIO
import io.ktor.client.request.get
import io.ktor.client.statement.bodyAsText
import kotlinx.coroutines.runBlocking

fun main() = runBlocking {
    HttpClient(CIO).use { println("Ktor: " + it.get("https://api.example/json").bodyAsText()) }
}
KT
cat > "$work/Usual.java" <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

class Usual {
  public static void main(String[] words) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("https://api.example/json"));
    var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    System.out.println("Java: " + client.send(request.build(), BodyHandlers.ofString()).body());
  }
}
JAVA
java -cp "$work/compiler/*" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect \
  -cp "$(find "$work/client" -name '*.jar' | paste -sd :)" -d "$work" "$work/main.kt" 2>/dev/null

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check trustme==1.2.1
"$work/venv/bin/python" -m trustme -q -d "$work" -i api.example
keytool -importcert -noprompt -alias a -file "$work/client.pem" -keystore "$work/trust.jks" \
  -storepass changeit >/dev/null 2>&1
cat > "$work/proxy.py" <<'PY'
"""A proxy that is the origin too: it answers with the request line that came to it."""

import socket
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{sys.argv[1]}/server.pem", f"{sys.argv[1]}/server.key")
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)


def line(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    return head.split(b"\r\n")[0]


while True:
    came, _ = server.accept()
    outer = line(came)
    came.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with context.wrap_socket(came, server_side=True) as inner:
        said = outer + b", then " + line(inner)
        inner.sendall(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
            + b"Content-Length: %d\r\n\r\n" % len(said)
            + said
        )
PY
"$work/venv/bin/python" "$work/proxy.py" "$work" > "$work/port" &
proxy=$!
for _ in $(seq 50); do [ -s "$work/port" ] || sleep 0.1; done
options=(-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort="$(cat "$work/port")"
  -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort="$(cat "$work/port")"
  -Djavax.net.ssl.trustStore="$work/trust.jks" -Djavax.net.ssl.trustStorePassword=changeit)
java -version 2>&1 | head -n 1
basename "$work"/client/ktor-client-cio-jvm-*.jar
found=$(java "${options[@]}" "$work/Usual.java"
  java "${options[@]}" -cp "$work:$work/client/*" MainKt 2>/dev/null)
echo "$found"
[ "$found" = "Java: CONNECT api.example:443 HTTP/1.1, then GET /json HTTP/1.1
Ktor: CONNECT api.example:443 HTTP/1.1, then GET https://api.example/json HTTP/1.1" ]
