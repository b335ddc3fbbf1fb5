#!/usr/bin/env bash
# Before the first statement with parameters Trino's client for Python sends a statement that the program
# never wrote, once in an hour for each host and process; where that is refused, for whatever reason, it
# takes the server for an old one, and each statement becomes three, under names made by chance. Of a
# prepared statement the SQL, and of any the catalog and the schema, are in headers alone.
#
# Versions: trino 0.340.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: trino's trino/dbapi.py (_use_legacy_prepared_statements takes any Exception for a no, and keeps it
# for 3,600 seconds in a table of the module's) and trino/client.py (X-Trino-Prepared-Statement, -Catalog
# and -Schema). Its README names legacy_prepared_statements.
# Why it matters to a recorder: which test sends the probe goes by the order of the tests, so that a test
# alone misses, and one more request is unused; if it misses, be it by a 424, the program sends
# PREPARE, EXECUTE and DEALLOCATE with a random name in each instead of the one recorded statement, and the
# miss that it fails with is not the one that caused it. Two programs that differ in schema="prod" send
# equal requests, compared by URL and body.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check trino==0.340.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import re
import sys
import threading
from importlib.metadata import version

import trino

asked = []
INTEGER = {"name": "n", "type": "integer", "typeSignature": {"rawType": "integer", "arguments": []}}


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked.append((said, self.headers["X-Trino-Schema"], self.headers["X-Trino-Prepared-Statement"]))
        status = refusal if said.startswith("EXECUTE IMMEDIATE") else 200
        answer = {"id": "q", "infoUri": "", "columns": [INTEGER], "data": [[1]], "stats": {"state": "FINISHED"}}
        body = json.dumps(answer).encode()
        self.send_response(status)
        if prepared := re.match(r"PREPARE (\w+) FROM (.*)", said):
            self.send_header("X-Trino-Added-Prepare", "{}={}".format(*prepared.groups()).replace(" ", "+"))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve():
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    return origin.server_port


def run(port, schema="tiny"):
    asked.clear()
    with trino.dbapi.connect(host="127.0.0.1", port=port, user="u", catalog="c", schema=schema) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT n FROM t WHERE n = ?", (7,))
        cursor.fetchall()
    return [each[0] for each in asked]


print("trino", version("trino"))
for refusal in (200, 424):
    port = serve()
    print(f"the probe is answered {refusal}, first and second program:")
    first, second = run(port), run(port)
    names = [re.findall("st_[0-9a-f]{32}", " ".join(each)) for each in (first, second)]
    for said in first, second:
        print("  " + "; ".join(re.sub("st_[0-9a-f]{32}", "st_*", each) for each in said))
    print("  names:", [len(set(each)) for each in names], "shared:", len(set(names[0]) & set(names[1])))
held = next(prepared for said, _, prepared in asked if said.startswith("EXECUTE"))
print("in a header:", re.sub("st_[0-9a-f]{32}", "st_*", held).replace("%3D", "="))
refusal, port, schemas = 200, serve(), set()
bodies = set()
for schema in "tiny", "prod":
    bodies.add(run(port, schema)[-1])
    schemas.add(asked[-1][1])
print("bodies of two schemas:", len(bodies), "headers:", *sorted(schemas))
sys.stdout.flush()
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
trino 0.340.0
the probe is answered 200, first and second program:
  EXECUTE IMMEDIATE 'SELECT 1'; EXECUTE IMMEDIATE 'SELECT n FROM t WHERE n = ?' USING 7
  EXECUTE IMMEDIATE 'SELECT n FROM t WHERE n = ?' USING 7
  names: [0, 0] shared: 0
the probe is answered 424, first and second program:
  EXECUTE IMMEDIATE 'SELECT 1'; PREPARE st_* FROM SELECT n FROM t WHERE n = ?; EXECUTE st_* USING 7; DEALLOCATE PREPARE st_*
  PREPARE st_* FROM SELECT n FROM t WHERE n = ?; EXECUTE st_* USING 7; DEALLOCATE PREPARE st_*
  names: [1, 1] shared: 0
in a header: st_*=SELECT+n+FROM+t+WHERE+n+=+%3F
bodies of two schemas: 1 headers: prod tiny
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
