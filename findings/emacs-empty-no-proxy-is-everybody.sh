#!/usr/bin/env bash
# Emacs makes a pattern of no_proxy and looks for it anywhere in the name of the host: an
# empty no_proxy, or a comma at its end, is found in each name and sends everything past the
# proxy, and "1" names every host that has a 1 in it.
#
# Versions: emacs-nox 1:28.2+1-15+deb12u4 (Debian 12's packages), whose url-proxy.el is what
# url-retrieve, package.el, eww and most that is written for Emacs go by.
# Source: url.el (url-do-setup joins the entries to one regular expression) and url-proxy.el
# (url-default-find-proxy-for-url: string-match); Emacs' manual has no_proxy as a list of
# domains, and to curl, Python, Perl and others an empty one names nobody.
# Why it matters to a recorder: whoever wants all of it recorded, loopback too, sets no_proxy
# to nothing, so that an inherited one does not count, and then nothing of Emacs is recorded,
# and its replay goes to the network. A name that nobody has (nobody.invalid) says the same
# to all clients.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
emacs=1:28.2+1-15+deb12u4
apt-get -qq download emacs-nox=$emacs emacs-bin-common=$emacs emacs-common=$emacs emacs-el=$emacs \
  libgccjit0 libisl23 libmpc3 libmpfr6 libgmp10 libasound2 libdbus-1-3 libgpm2 libjansson4 \
  liblcms2-2 libacl1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.el <<'EL'
(require 'url)
(dolist (asked command-line-args-left)
  (condition-case nil (url-retrieve-synchronously asked t nil 20) (error nil)))
(setq command-line-args-left nil)
EL
cat > look.py <<'PY'
import glob
import os
import socketserver
import subprocess
import threading

LISTS = ("other.example", "", ",", "other.example,", "other.example, ", "1", "0.0.1", "127.0.0.0/8")
share = "unpacked/usr/share/emacs/28.2"
lisp = [folder for folder, _, _ in os.walk(os.path.abspath(f"{share}/lisp"))]
dump = glob.glob("unpacked/usr/libexec/emacs/28.2/*/emacs.pdmp")[0]
asked = {}


class Server(socketserver.StreamRequestHandler):
    """The proxy and the origin."""

    def handle(self):
        while line := self.rfile.readline().strip():
            if b"HTTP/1" in line:
                asked[self.server] = asked.get(self.server, 0) + 1
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def serve():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


proxy, its_url = serve()
origin, url = serve()
kept = {n: v for n, v in os.environ.items() if not n.lower().endswith("_proxy")}
kept |= {
    "HOME": os.getcwd(),
    "EMACSLOADPATH": ":".join(lisp),
    "EMACSDATA": os.path.abspath(f"{share}/etc"),
    "LD_LIBRARY_PATH": os.path.abspath("unpacked/usr/lib/x86_64-linux-gnu"),
}
words = ["unpacked/usr/bin/emacs-nox", f"--dump-file={dump}", "-Q", "--batch"]
for named in (None, *LISTS):
    asked.clear()
    env = kept | {"http_proxy": its_url} | ({} if named is None else {"no_proxy": named})
    call = [*words, "-l", "look.el", f"{url}/"]
    subprocess.run(call, env=env, stderr=subprocess.DEVNULL, check=True, timeout=60)
    came = "the proxy" if proxy in asked else "past the proxy" if origin in asked else "nowhere"
    print("no_proxy", "unset" if named is None else repr(named), "->", came)
PY
echo "emacs-nox $emacs"
timeout 300 python3 look.py | tee found
cat > expected <<'END'
no_proxy unset -> the proxy
no_proxy 'other.example' -> the proxy
no_proxy '' -> past the proxy
no_proxy ',' -> past the proxy
no_proxy 'other.example,' -> past the proxy
no_proxy 'other.example, ' -> past the proxy
no_proxy '1' -> past the proxy
no_proxy '0.0.1' -> past the proxy
no_proxy '127.0.0.0/8' -> the proxy
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
