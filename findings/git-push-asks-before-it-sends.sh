#!/usr/bin/env bash
# A git push of more than 1 MiB is one request more than a smaller one: it first posts four bytes,
# "0000", to the URL that the push itself goes to, and is answered 200 with no body; the push
# comes after it in chunks, without a length. Which of the two a program sends goes by the
# size of what it pushes and by http.postBuffer.
#
# Versions: git 1:2.39.5-0+deb12u3 (Debian 12's package) as client and as server (git http-backend).
# Source: git's remote-curl.c (post_rpc: a large request calls probe_rpc, so that a 401 comes before
# the data); gitprotocol-http(5) does not have the request, git-config(1) has http.postBuffer
# for the memory and the chunks alone.
# Why it matters to a recorder: what answers by method and URL, and uses nothing up, has two answers
# for one place and gives the push the empty one, which reports nothing of any branch; and a
# repository that grows past the limit asks for an interaction that its cassette does not have,
# though the program does what it always did.
set -euo pipefail
for tool in git python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY GIT_CONFIG_COUNT
export HOME=$work GIT_CONFIG_NOSYSTEM=1
git init -q --bare origin.git
git -C origin.git config http.receivepack true
cat > look.py <<'PY'
import http.server
import os
import subprocess
import threading

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Let `git http-backend` answer, and note what was asked."""

    protocol_version = "HTTP/1.1"

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self):
        body = self.body()
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_PROJECT_ROOT": os.getcwd(),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": "someone",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            stdout=subprocess.PIPE,
            env=os.environ | variables,
            check=True,
        )
        head, _, text = done.stdout.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().split("\r\n"):
            self.send_header(*line.split(": ", 1))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        said = body.decode() if len(body) < 10 else "the pack" if b"PACK" in body else "other"
        how = "chunked" if "Transfer-Encoding" in self.headers else "with a length"
        if self.command == "POST":
            asked.append(f"POST {path}, {how}: {said} -> {'a report' if text else 'no body'}")

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def git(*words):
    who = ["-c", "user.name=someone", "-c", "user.email=someone@example.com"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True, timeout=30)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/origin.git"
print(subprocess.run(["git", "--version"], stdout=-1, text=True).stdout.strip())
git("init", "-q", "mine")
for size, settings in ((900, []), (1200, []), (1200, ["-c", "http.postBuffer=2m"])):
    with open("mine/file", "wb") as file:
        file.write(os.urandom(size * 1024))
    git("-C", "mine", "add", "file")
    git("-C", "mine", "commit", "-q", "-m", "one more")
    asked.clear()
    git(*settings, "-C", "mine", "push", "-q", url, "HEAD:refs/heads/main")
    print(f"{size} KiB", *settings)
    print("\n".join(f"  {each}" for each in asked))
PY
timeout 60 python3 look.py | tee found
cat > expected <<END
$(git --version)
900 KiB
  POST /origin.git/git-receive-pack, with a length: the pack -> a report
1200 KiB
  POST /origin.git/git-receive-pack, with a length: 0000 -> no body
  POST /origin.git/git-receive-pack, chunked: the pack -> a report
1200 KiB -c http.postBuffer=2m
  POST /origin.git/git-receive-pack, with a length: the pack -> a report
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
