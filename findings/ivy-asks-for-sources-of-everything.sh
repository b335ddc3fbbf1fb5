#!/usr/bin/env bash
# For one jar of one module Ivy sends eleven requests, nine of them HEADs: one before each GET, and three
# for its sources and its documentation under names that no program asked for and that Ivy does not
# fetch. Whatever refuses a HEAD, a 424 or a 500 as well as a 404, is "not there" to it, and the
# run succeeds; its second run sends nothing.
#
# Versions: Ivy 2.5.3 (Maven Central's org.apache.ivy:ivy, on JDK 17).
# Source: Ivy's PomModuleDescriptorParser (it looks whether sources, src and javadoc are there, to name them
# as artifacts of the module) and BasicURLHandler (a HEAD tells whether a file is there); its
# documentation of the ibiblio resolver names none of these.
# Why it matters to a recorder: most of a recording is answers to HEADs, whose length is that of a body which
# they do not have, and each GET has a twin with the same URL; a miss behind a strict replay is no
# error to the build, which is green with fewer files; and Maven, Gradle or coursier, which ask for
# the same module by GET alone, cannot be replayed from it. Each run wants a cache of its own.
set -euo pipefail
for tool in mvn java python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=org.apache.ivy:ivy:2.5.3 -DoutputDirectory=. > maven 2>&1 ||
  { cat maven; exit 1; }
cat > look.py <<'PY'
import http.server
import os
import pathlib
import subprocess
import threading

FOLDER = "/org/example/app/1.0/"
POM = "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>"
POM += "<artifactId>app</artifactId><version>1.0</version></project>"
FILES = {f"{FOLDER}app-1.0.pom": POM.encode(), f"{FOLDER}app-1.0.jar": b"a jar"}
SETTINGS = """<ivysettings>
  <settings defaultResolver="mine"/>
  <caches defaultCacheDir="{cache}"/>
  <resolvers><ibiblio name="mine" m2compatible="true" root="{url}/"/></resolvers>
</ivysettings>
"""
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(f"{self.command} {self.path.removeprefix(FOLDER)}")
        body = FILES.get(self.path)
        self.send_response(absent if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
IVY = ["java", "-jar", "ivy-2.5.3.jar", "-settings", "settings.xml", "-error"]
version = subprocess.run([*IVY[:3], "-version"], env=env, check=True, capture_output=True, text=True)
print(version.stdout.split(" - ")[0])
for absent in (404, 424, 500):
    url, cache = f"http://127.0.0.1:{origin.server_port}", pathlib.Path(f"cache-{absent}").resolve()
    pathlib.Path("settings.xml").write_text(SETTINGS.format(url=url, cache=cache))
    runs = []
    for _ in range(2):
        asked.clear()
        words = [*IVY, "-dependency", "org.example", "app", "1.0"]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        kept = sorted(each.name for each in cache.rglob("*.jar"))
        runs.append((done.returncode, kept, asked[:]))
    (first, kept, sent), (second, _, again) = runs
    print(f"{absent} for what is not there: status {first}, {kept}, {len(sent)} requests")
    print(f"  once more: status {second}, {len(again)} requests")
for each in sent:
    print(f"  {each}")
PY
timeout 100 python3 look.py | tee found
cat > expected <<'END'
Apache Ivy 2.5.3
404 for what is not there: status 0, ['app-1.0.jar'], 11 requests
  once more: status 0, 0 requests
424 for what is not there: status 0, ['app-1.0.jar'], 11 requests
  once more: status 0, 0 requests
500 for what is not there: status 0, ['app-1.0.jar'], 11 requests
  once more: status 0, 0 requests
  HEAD app-1.0.pom
  GET app-1.0.pom
  HEAD app-1.0.pom.sha1
  HEAD app-1.0.pom.md5
  HEAD app-1.0.jar
  HEAD app-1.0-sources.jar
  HEAD app-1.0-src.jar
  HEAD app-1.0-javadoc.jar
  GET app-1.0.jar
  HEAD app-1.0.jar.sha1
  HEAD app-1.0.jar.md5
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
