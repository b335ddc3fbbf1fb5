#!/usr/bin/env bash
# Scrapy sends a POST again, three times in all, after a 500, 502, 503, 504, 522, 524, 408 and 429 and where the
# connection ends without an answer, unless told otherwise, whatever Retry-After says; and of two requests that are
# equal it sends one, a POST too, and says nothing of the other but a line for debugging: the order of the parameters
# counts as little as the fragment, and headers not at all, so that a list asked for in two languages comes in one. A
# 404 and a 424 never reach the program's parse().
#
# Versions: Scrapy 2.19.0 (CPython 3.11).
# Source: Scrapy's settings/default_settings.py (RETRY_TIMES is 2, RETRY_HTTP_CODES) and downloadermiddlewares/retry.py,
# which asks for no method; utils/request.py (fingerprint: method, canonical URL and body), dupefilters.py
# (request_seen) and spidermiddlewares/httperror.py. RFC 9110, section 9.2.2.
# Why it matters to a recorder: a refused form is three interactions, and two equal ones of the program are one: how
# many a cassette has is no measure of either. A replay that refuses what it does not have by a 503 is asked three
# times, and one that does so by a 424 is not seen by the program.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check Scrapy==2.19.0
cat > look.py <<'PY'
import collections
import socketserver
import threading

import scrapy
from scrapy.crawler import CrawlerProcess

came = collections.Counter()


class Origin(socketserver.StreamRequestHandler):
    """It counts a request, answers by its path, and ends the connection."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length, language = 0, ""
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
            if line.startswith("accept-language:"):
                language = line.partition(":")[2].strip()
        body = self.rfile.read(length).decode()
        came[f"{method} {path} {body}".strip()] += 1
        word = path[1:4]
        if word == "not":
            return
        status = int(word) if word.isdigit() else 200
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: text/plain\r\nRetry-After: 86400\r\n"
        self.wfile.write(f"{head}Content-Length: {len(language)}\r\nConnection: close\r\n\r\n{language}".encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"
parsed = []


class Look(scrapy.Spider):
    name = "look"
    custom_settings = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False, "CONCURRENT_REQUESTS": 1}

    async def start(self):
        for status in (200, 400, 404, 408, 424, 429, 500, 501, 503, 599, "nothing"):
            yield scrapy.Request(f"{url}/{status}", method="POST", body="pay=10", callback=self.parse)
        for _ in range(2):
            yield scrapy.Request(f"{url}/twice", method="POST", body="pay=10")
        for query in ("?a=1&b=2", "?b=2&a=1", "?a=1&b=2#part"):
            yield scrapy.Request(f"{url}/query{query}")
        for language in ("en", "de"):
            yield scrapy.Request(f"{url}/language", headers={"Accept-Language": language})

    def parse(self, response):
        parsed.append(f"{response.request.method} {response.url.removeprefix(url)} {response.text}".strip())


process = CrawlerProcess()
process.crawl(Look)
process.start()
for request, times in sorted(came.items()):
    print(f"{request}: {times}")
print("parsed:", "; ".join(sorted(parsed)))
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -i -E '^(Scrapy) '
timeout 120 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
GET /language: 1
GET /query?a=1&b=2: 1
POST /200 pay=10: 1
POST /400 pay=10: 1
POST /404 pay=10: 1
POST /408 pay=10: 3
POST /424 pay=10: 1
POST /429 pay=10: 3
POST /500 pay=10: 3
POST /501 pay=10: 1
POST /503 pay=10: 3
POST /599 pay=10: 1
POST /nothing pay=10: 3
POST /twice pay=10: 1
parsed: GET /language en; GET /query?a=1&b=2 en; POST /200 en; POST /twice en
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
