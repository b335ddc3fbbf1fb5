"""Ask for all of a list, with requests, and print the answers as JSON. With a recorder
(vcrpy, betamax or warcio) its own library records into a file, or replays it."""

import base64
import contextlib
import json
import sys
from collections.abc import Iterator

if "warcio" in sys.argv:
    from warcio.capture_http import capture_http  # it has to come before requests

import requests

KEPT = ("content-type", "location", "x-odd", "set-cookie")


@contextlib.contextmanager
def recorder(
    session: requests.Session, name: str, path: str, mode: str
) -> Iterator[None]:
    if name == "vcrpy":
        import vcr

        on = ("method", "uri", "body")
        kind = "json" if path.endswith(".json") else "yaml"
        with vcr.use_cassette(path, record_mode=mode, match_on=on, serializer=kind):
            yield
    elif name == "betamax":
        import betamax

        folder, _, file = path.rpartition("/")
        made = betamax.Betamax(session, cassette_library_dir=folder)
        on = ["method", "uri", "body"]
        with made.use_cassette(
            file.removesuffix(".json"),
            record=mode,
            match_requests_on=on,
            preserve_exact_body_bytes=True,
        ):
            yield
    elif name == "warcio":
        with capture_http(path):
            yield
    else:
        yield


def answers(
    session: requests.Session, base: str, wanted: list[dict[str, str]]
) -> list[object]:
    found: list[object] = []
    for each in wanted:
        body = base64.b64decode(each["body"]) or None
        answer = session.request(
            each["method"],
            base + each["path"],
            data=body,
            headers=each["headers"],
            allow_redirects=False,
            timeout=60,
        )
        session.cookies.clear()
        kept = {n: answer.headers[n] for n in KEPT if n in answer.headers}
        content = base64.b64encode(answer.content).decode()
        found.append([answer.status_code, kept, content])
    return found


if __name__ == "__main__":
    base, name, path, mode = sys.argv[1:5]
    session = requests.Session()
    with recorder(session, name, path, mode):
        print(json.dumps(answers(session, base, json.load(sys.stdin))))
