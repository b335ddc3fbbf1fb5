#!/usr/bin/env bash
# The client by which images go into hospitals' archives, dicomweb-client, sends one of more than a megabyte again without its
# bytes where the first try met a 503, a 408, a 429 or a 504, or where the connection ended without an answer: the second POST
# has an empty body, and the 200 to it is the program's success. A smaller image is sent again whole, five times within thirty
# seconds; no Retry-After counts.
#
# Versions: dicomweb-client 0.61.2, retrying 1.4.2, requests 2.34.2, pydicom 3.0.2 (CPython 3.11).
# Source: dicomweb_client/web.py (_http_post: one generator of chunks, made outside of what is repeated;
# set_http_retry_params; retrying's decorator repeats each exception unless told otherwise).
# Why it matters to a recorder: the two requests for one image are not equal, and a replay that answers the first never sees
# the second; a 503 for a miss is then followed by another miss, for an empty body that no program meant. Where a recorder of
# a stumbling origin keeps both, the second one's 200 is a stored image that nobody has.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check dicomweb-client==0.61.2 requests==2.34.2 pydicom==3.0.2 retrying==1.4.2
cat > look.py <<'PY'
import http.server
import threading
import time
from importlib.metadata import version

import pydicom
from dicomweb_client.api import DICOMwebClient

asked = []
waits = []
answers = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        said = b""
        while size := int(self.rfile.readline(), 16):
            said += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return said

    def answer(self):
        asked.append(len(self.body()))
        status = answers[min(len(asked), len(answers)) - 1]
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, does, *given):
    asked.clear()
    waits.clear()
    answers[:] = given
    try:
        does()
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: bodies of {asked} bytes, waited {round(sum(waits))} s: {end}")


def store(size):
    image = pydicom.Dataset()
    image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    image.SOPInstanceUID = image.StudyInstanceUID = image.SeriesInstanceUID = "1.2.3"
    image.PixelData = b"\0" * size
    image["PixelData"].VR = "OB"
    image.file_meta = pydicom.dataset.FileMetaDataset()
    image.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    DICOMwebClient(f"http://127.0.0.1:{origin.server_port}").store_instances([image])


time.sleep = waits.append
origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("dicomweb-client", version("dicomweb-client"))
small, large = 100, 1_500_000
look("a small image, 503", lambda: store(small), 503, 200)
look("a large image, 503", lambda: store(large), 503, 200)
look("a large image, no answer", lambda: store(large), None, 200)
look("a small image, no answer for ever", lambda: store(small), None)
look("a small image, 503 for ever", lambda: store(small), 503)
look("a small image, 424", lambda: store(small), 424)
look("a small image, 500", lambda: store(small), 500)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
dicomweb-client 0.61.2
a small image, 503: bodies of [383, 383] bytes, waited 2 s: done
a large image, 503: bodies of [1500283, 0] bytes, waited 2 s: done
a large image, no answer: bodies of [1500283, 0] bytes, waited 2 s: done
a small image, no answer for ever: bodies of [383, 383, 383, 383, 383] bytes, waited 30 s: ConnectionError
a small image, 503 for ever: bodies of [383, 383, 383, 383, 383] bytes, waited 30 s: RetryError
a small image, 424: bodies of [383] bytes, waited 0 s: HTTPError
a small image, 500: bodies of [383] bytes, waited 0 s: HTTPError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
