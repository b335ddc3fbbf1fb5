"""Replays with vcrpy in its own way: in the process of the client, one after another.

It speaks as go/load does, and prints "cpu_us" too.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlsplit

import vcr

HEADERS = {"Accept": "application/json", "User-Agent": "bench/1"}


def main(cassette: str, urls_file: str, repeats: str) -> None:
    with open(urls_file, encoding="ascii") as file:
        urls = file.read().split()
    again = bool(int(repeats))
    with vcr.use_cassette(cassette, record_mode="none", allow_playback_repeats=again):
        print("ready", flush=True)
        sent = 0
        for line in sys.stdin:
            count, seconds = line.split()
            found = send(urls, sent, int(count), float(seconds))
            sent += int(found["sent"])
            print(json.dumps(found), flush=True)


def send(urls: list[str], first: int, count: int, seconds: float) -> dict[str, float]:
    took: list[float] = []
    began, spent = time.perf_counter(), time.process_time()
    while len(took) < count and time.perf_counter() - began < seconds:
        asked = time.perf_counter()
        get(urls[(first + len(took)) % len(urls)])
        took.append(1000 * (time.perf_counter() - asked))
    lasted, spent = time.perf_counter() - began, time.process_time() - spent
    took.sort()
    return {
        "sent": len(took),
        "seconds": lasted,
        "p50": took[len(took) // 2],
        "p99": took[int(0.99 * (len(took) - 1))],
        "longest": took[-1],
        "cpu_us": 1e6 * spent / len(took),
    }


def get(url: str) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=HEADERS)
    answer = connection.getresponse()
    if answer.status != 200 or len(answer.read()) != 1024:
        raise SystemExit(f"{url} was answered with {answer.status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
