#!/usr/bin/env bash
# Of an answer that breaks off Drakma, the usual HTTP client of Common Lisp, makes a whole one of the promised length:
# what did not come is filled up with zeros, without an error, in text and in bytes alike, so that of "pay 10 and 1000"
# a program has "pay 10" and nine zeros more and sees 200. Where the answer comes in chunks the same is an error. A
# PUT's 302 and 303 are followed by the same PUT, a POST's by a GET; a 308 is followed by nothing.
#
# Versions: Drakma 2.0.8 (cl-drakma 2.0.8-1, sbcl 2:2.2.9-1: Debian 12's packages).
# Source: drakma's read.lisp and request.lisp (read-body: make-array of Content-Length, then read-sequence, whose count
# is not looked at; http-request: redirect-methods, and the statuses 301, 302, 303 and 307); RFC 9112, section 8: a
# message that is shorter than its length is incomplete.
# Why it matters to a recorder: an interrupted recording that is replayed as it came is a success to this client, and
# what it keeps or hashes has the right length. A recorder that gives the part with the length of the part, or in
# chunks, changes what the program does.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY
apt-get -qq download sbcl=2:2.2.9-1 cl-drakma=2.0.8-1 cl-puri cl-flexi-streams cl-base64 cl-chunga cl-ppcre cl-usocket \
  cl-trivial-gray-streams cl-split-sequence cl-chipz
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.lisp <<'LISP'
(require :asdf)
(require :sb-posix)
(push :drakma-no-ssl *features*)
(asdf:initialize-source-registry
 `(:source-registry (:tree ,(merge-pathnames "unpacked/usr/share/common-lisp/source/")) :ignore-inherited-configuration))
(let ((*standard-output* (make-broadcast-stream)))
  (handler-bind ((warning #'muffle-warning)) (asdf:load-system "drakma")))
(defun shown (body) ; a zero is written as 0, a byte as its number
  (if (stringp body) (substitute #\0 (code-char 0) body) (format nil "~a" (coerce (or body '()) 'list))))
(defun look (url method content)
  (handler-case
      (multiple-value-bind (body status) (drakma:http-request url :method method :content content)
        (format t "~a ~a~%" status (shown body)))
    (error (e) (format t "~a~%" (type-of e)))))
(format t "Drakma ~a~%" (asdf:component-version (asdf:find-system "drakma")))
(let ((base (sb-posix:getenv "ORIGIN")))
  (loop for (method path content) in '((:get "/text" nil) (:get "/bytes" nil) (:get "/chunks" nil)
                                       (:put "/302" "a") (:put "/303" "a") (:post "/302" "a") (:put "/308" "a"))
        do (format t "~a ~a: " method path)
           (look (concatenate 'string base path) method content)))
LISP
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

ANSWERS = {
    "/text": b"200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\npay 10",
    "/bytes": b"200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 6\r\n\r\n\x07\x08",
    "/chunks": b"200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nf\r\npay 10",
}
came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name.lower() == b"content-length" else length
        body = self.rfile.read(length).decode()
        came.append(f"{method} {path} {body}".strip())
        moved = f"{path[1:]} Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n".encode()
        other = b"200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ndone" if path == "/new" else moved
        self.wfile.write(b"HTTP/1.1 " + ANSWERS.get(path, other))


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
environment = {**os.environ, "SBCL_HOME": os.path.abspath("unpacked/usr/lib/sbcl"), "HOME": os.getcwd()}
environment["ORIGIN"] = f"http://127.0.0.1:{origin.server_address[1]}"
run = subprocess.run(
    ["unpacked/usr/bin/sbcl", "--core", "unpacked/usr/lib/sbcl/sbcl.core", "--noinform", "--no-sysinit", "--no-userinit"]
    + ["--disable-debugger", "--load", "look.lisp", "--quit"],
    env=environment, capture_output=True, text=True, timeout=250,
)
print(run.stdout + run.stderr * (run.returncode != 0), end="")
print("asked:", ", ".join(came))
PY
python3 look.py | tee found
cat > expected <<'END'
Drakma 2.0.8
GET /text: 200 pay 10000000000
GET /bytes: 200 (7 8 0 0 0 0)
GET /chunks: INPUT-CHUNKING-UNEXPECTED-END-OF-FILE
PUT /302: 200 done
PUT /303: 200 done
POST /302: 200 done
PUT /308: 308 NIL
asked: GET /text, GET /bytes, GET /chunks, PUT /302 a, PUT /new a, PUT /303 a, PUT /new a, POST /302 a, GET /new a, PUT /308 a
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
