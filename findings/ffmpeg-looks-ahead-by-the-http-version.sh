#!/usr/bin/env bash
# How many parts of an HLS stream ffmpeg asks for goes by the version in the status line: where the
# answers say HTTP/1.1 it keeps two connections and asks on the one for the next part while it reads
# this one, so that of the same stream, for the same second, it has asked for one part more
# than where they say HTTP/1.0.
#
# Versions: the ffmpeg of imageio-ffmpeg 0.8.1.
# Source: ffmpeg's libavformat/hls.c (open_input_http, read_data: http_multiple, by default -1, is settled
# by http_version, which http.c takes from the answer); its documentation of the demuxer names
# the option, and not what decides it.
# Why it matters to a recorder: one that answers in another version than the origin did gets other
# requests than it has recorded: a miss for a part that no program needed, or a part that stays
# unused; and the last part that is asked for is left, half read, whenever the program stops early.
# A server in a test, as Python's own, says 1.0 where the real one says 1.1.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check imageio-ffmpeg==0.8.1
cat > look.py <<'PY'
import http.server
import subprocess
import sys
import threading

import imageio_ffmpeg

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
PICTURES = ["-f", "lavfi", "-i", "testsrc=d=12:s=64x64:r=10", "-c:v", "mpeg2video", "-g", "10"]
STREAM = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "all.m3u8"]
subprocess.run([*FFMPEG, *PICTURES, *STREAM], check=True, timeout=60)
asked = []


class Origin(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        asked.append(self.path.strip("/"))
        return super().send_head()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of a part that was left."""


def play(version, *options):
    handler = type("Handler", (Origin,), {"protocol_version": version})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked.clear()
    url = f"http://127.0.0.1:{server.server_port}/all.m3u8"
    words = [*FFMPEG, *options, "-i", url, "-t", "1", "-f", "null", "-"]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, timeout=60)
    server.shutdown()
    return asked[:]


print("imageio-ffmpeg", imageio_ffmpeg.__version__)
parts = {}
for version in ("HTTP/1.0", "HTTP/1.1"):
    runs = [play(version) for _ in range(4)]
    parts[version] = {tuple(each) for each in runs}
    print(f"{version}: {sorted(parts[version])}")
alone = play("HTTP/1.1", "-http_multiple", "0")
print(f"HTTP/1.1 with -http_multiple 0: {alone}")
old, new = max(parts["HTTP/1.0"], key=len), min(parts["HTTP/1.1"], key=len)
sys.exit(not (len(new) == len(old) + 1 and new[: len(old)] == old and alone == list(old)))
PY
timeout 110 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
