#!/usr/bin/env bash
# Whether Maven 3.9 asks for a file's checksum goes by the headers of the file's answer: with an
# "x-checksum-sha1", or with an ETag that reads {SHA1{...}}, there is no second request, and
# without them each file has one for its .sha1. Maven 3.8 always asks.
#
# Versions: Maven 3.9.11 (Maven Central's apache-maven, -bin.tar.gz) and 3.8.7 (Debian 12), JDK 17.
# Source: maven-resolver-transport-http's checksum extractors (XChecksumChecksumExtractor,
# Nexus2ChecksumExtractor), aether.connector.smartChecksums, on by default.
# Why it matters to a recorder: answers are made smaller by taking headers away that are nobody's,
# as x- ones, or that change, as ETags; then a replay is asked for files that were never asked
# for, one for each artifact, and a missing one is a warning in the log and no failure. A cassette
# of one repository manager does not fit another that serves the very same files.
set -euo pipefail
for tool in java mvn python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY MAVEN_OPTS MAVEN_ARGS
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory=. \
  -Dartifact=org.apache.maven:apache-maven:3.9.11:tar.gz:bin > got 2>&1 || { cat got; exit 1; }
tar xzf apache-maven-3.9.11-bin.tar.gz
cat > look.py <<'PY'
import hashlib
import http.server
import os
import pathlib
import re
import subprocess
import sys
import threading

asked = []
PARENT = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>far</groupId><artifactId>{0}</artifactId><version>1</version><packaging>pom</packaging>
</project>"""
CHILD = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<parent><groupId>far</groupId><artifactId>{0}</artifactId><version>1</version><relativePath/></parent>
<artifactId>child</artifactId><packaging>pom</packaging>
<repositories><repository><id>far</id><url>http://127.0.0.1:{1}</url></repository></repositories>
</project>"""


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        asked.append(name)
        how = name.split("-1.")[0]
        text = PARENT.format(how).encode()
        digest = hashlib.sha1(text).hexdigest()
        self.send_response(200)
        if how == "header":
            self.send_header("x-checksum-sha1", digest)
        if how == "etag":
            self.send_header("ETag", f'"{{SHA1{{{digest}}}}}"')
        self.end_headers()
        self.wfile.write(digest.encode() if name.endswith(".sha1") else text)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
pathlib.Path("settings.xml").write_text("<settings/>")
for maven in sys.argv[1:]:
    version = subprocess.run([maven, "-B", "-v"], stdout=-1, check=True, text=True).stdout
    number = re.search(r"Apache Maven ([0-9.]+)", version)[1]
    print("Maven", number)
    for how in ("plain", "header", "etag"):
        asked.clear()
        pathlib.Path("pom.xml").write_text(CHILD.format(how, origin.server_port))
        words = [maven, "-q", "-B", "-N", "-s", "settings.xml", "-gs", "settings.xml"]
        words += [f"-Dmaven.repo.local={os.getcwd()}/local-{number}", "validate"]
        done = subprocess.run(words, stdout=-1, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise SystemExit(done.stdout)
        print(f"  {how}:", *asked)
PY
timeout 100 python3 look.py apache-maven-3.9.11/bin/mvn mvn | tee found
cat > expected <<'END'
Maven 3.9.11
  plain: plain-1.pom plain-1.pom.sha1
  header: header-1.pom
  etag: etag-1.pom
Maven 3.8.7
  plain: plain-1.pom plain-1.pom.sha1
  header: header-1.pom header-1.pom.sha1
  etag: etag-1.pom etag-1.pom.sha1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
