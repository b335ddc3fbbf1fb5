#!/usr/bin/env bash
# newLISP's post-url, put-url and delete-url answer a 301, 302 and 303 by the same request once more, body included, to the
# Location with its fragment in the request line, and a 307 and a 308, which ask for just that, by nothing: the program gets
# an empty text, no error. The Host names no port, so that two services of one machine are one, and of an answer that breaks
# off the part is returned as the whole. A relative Location leaves with its line's end in the middle of the request line.
#
# Versions: newLISP 10.7.5 (newlisp 10.7.5-2+b2, Debian 12's package).
# Source: newlisp's nl-web.c (sendRequest: the statuses 301, 302 and 303 lead to the same request at the Location's place;
# the line "Host:" is made of the host alone); RFC 9110, sections 7.2, 10.2.2 and 15.4.4.
# Why it matters to a recorder: a payment that is answered by a 303 is made twice. A recorder that takes the target's host
# from Host looks for these requests at port 80, and one that compares URLs has a fragment in the second.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY
apt-get -qq download newlisp=10.7.5-2+b2
dpkg -x newlisp_*.deb unpacked
cat > look.lsp <<'LSP'
(println "newLISP " (sys-info -2))
(set 'base (env "ORIGIN"))
(define (say what answer) (println what ": \"" answer "\""))
(dolist (status '("301" "302" "303" "307" "308"))
  (say (append "post " status) (post-url (append base "/" status) "a=1")))
(say "put 303" (put-url (append base "/303") "text"))
(say "delete 302" (delete-url (append base "/302")))
(say "get /part" (get-url (append base "/part")))
(say "get /relative" (get-url (append base "/relative")))
(exit)
LSP
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        method, path, *version = self.rfile.readline().decode().split()
        fields = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        body = self.rfile.read(int(fields.get("content-length", 0))).decode()
        came.append(f"{method} {path} {body}".strip() + f" {version} (Host: {fields['host']})")
        status, place = path[1:], f"http://127.0.0.1:{self.server.server_address[1]}/new#part"
        if path == "/relative":
            status, place = "302", "/new"
        if status.isdigit():
            said = f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
        elif path == "/part":
            said = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10"
        else:
            said = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
        self.wfile.write(said.encode())


came = []
origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
environment = {**os.environ, "ORIGIN": f"http://127.0.0.1:{origin.server_address[1]}"}
command = ["unpacked/usr/bin/newlisp", "-n", "look.lsp"]
print(subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout, end="")
print("\n".join(came))
PY
python3 look.py | tee found
cat > expected <<'END'
newLISP 10705
post 301: "done"
post 302: "done"
post 303: "done"
post 307: ""
post 308: ""
put 303: "done"
delete 302: "done"
get /part: "pay 10"
get /relative: "done"
POST /301 a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /new#part a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /302 a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /new#part a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /303 a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /new#part a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /307 a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
POST /308 a=1 ['HTTP/1.1'] (Host: 127.0.0.1)
PUT /303 text ['HTTP/1.1'] (Host: 127.0.0.1)
PUT /new#part text ['HTTP/1.1'] (Host: 127.0.0.1)
DELETE /302 ['HTTP/1.1'] (Host: 127.0.0.1)
DELETE /new#part ['HTTP/1.1'] (Host: 127.0.0.1)
GET /part ['HTTP/1.1'] (Host: 127.0.0.1)
GET /relative ['HTTP/1.1'] (Host: 127.0.0.1)
GET /new [] (Host: 127.0.0.1)
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
