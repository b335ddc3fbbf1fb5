"""``mitmvcr serve --workers 3`` with cassettes that fail now and then: a model says
what each request of many sessions at once gets."""

import http.client
import json
import random
import signal
import subprocess
import threading
import urllib.request
from base64 import b64encode
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cli.helpers import Cli
from end_to_end.cassettes import interaction, write
from patience import PATIENCE, wait_until
from ports import free_port

SESSIONS, HELD, MORE = 12, 12, 6
#: How an exchange failed -> the status that its client gets; 0 for none.
FAILURES = {"refused": 502, "reset": 0, "timeout": 504, "truncated": 200}


class Script:
    """One session: its requests in an order of its own, and what each is to get. By its
    URL a request gets the answers in the order of the cassette, and then none."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._chance = name, random.Random(name)
        left: defaultdict[str, list[object]] = defaultdict(list)
        items = []
        for number in range(HELD):
            failure = self._chance.choice(("", "", "", *FAILURES))
            text = f"{name} {number}" if failure in ("", "truncated") else ""
            items.append(_item(self._url(4), failure, text))
            url = str(items[-1]["request"]["url"])
            left[url].append((FAILURES.get(failure, 200), text, failure == "truncated"))
        write(folder / f"{name}.yaml", *items)
        urls = [str(item["request"]["url"]) for item in items]
        urls += [self._url(5) for _ in range(MORE)]
        self._chance.shuffle(urls)
        self.wanted = [(url, left[url].pop(0) if left[url] else 424) for url in urls]

    def _url(self, many: int) -> str:
        return f"http://api.test/{self.name}/{self._chance.randrange(many)}"

    def differences(self, port: int) -> list[object]:
        """Ask one after the other, and return where an answer is another."""
        return [
            (url, got, wanted)
            for url, wanted in self.wanted
            if (got := _asked(port, self.name, url)) != wanted
        ]


def _item(url: str, failure: str, text: str) -> dict[str, Any]:
    code = FAILURES.get(failure, 200) or 502
    made: dict[str, Any] = interaction(url, text, code=code, status=f"{code} X")
    if failure:
        made["response"]["failure"] = failure
    if failure == "truncated":
        made["response"]["content_length"] = 99
        made["response"]["headers"]["Content-Length"] = ["99"]
    return made


def _asked(port: int, name: str, url: str) -> object:
    """Return the status, the body and whether it broke off, or 424 for a miss."""
    login = b64encode(f"{name}:x".encode()).decode()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        client.request("GET", url, headers={"Proxy-Authorization": f"Basic {login}"})
        answer = client.getresponse()
        if answer.status == 424:
            return 424
        try:
            text, is_cut = answer.read(), False
        except http.client.IncompleteRead as error:
            text, is_cut = error.partial, True
        # mitmproxy says what went wrong as a page of its own.
        said = text.decode() if answer.status == 200 else ""
        return answer.status, said, is_cut
    except ConnectionError:
        return 0, "", False
    finally:
        client.close()


def test_each_session_fails_and_answers_as_its_cassette_has_it(
    home: Path, tmp_path: Path
) -> None:
    scripts = [Script(f"s{number}", tmp_path / "c") for number in range(SESSIONS)]
    port, control = free_port(), free_port()
    words = ("--cassettes", "c", "--mode", "replay_only", "--workers", "3")
    process = Cli(home, tmp_path).start(
        *("serve", "--port", str(port), "--control", str(control), *words),
        stderr=subprocess.STDOUT,
    )
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout))
    reader.start()
    try:
        wait_until(
            "the control API",
            lambda: any("control at" in line for line in said),
            shown=lambda: "".join(said),
        )
        with ThreadPoolExecutor(6) as clients:
            found = clients.map(lambda each: each.differences(port), scripts)
            assert [*found] == [[]] * SESSIONS
        with urllib.request.urlopen(f"http://127.0.0.1:{control}/sessions") as answer:
            counts = [each["counts"] for each in json.load(answer)]
        assert len(counts) == SESSIONS
        assert sum(each["replayed"] for each in counts) == SESSIONS * HELD
        assert sum(each["missed"] for each in counts) == SESSIONS * MORE
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0, said
    finally:
        process.kill()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        process.stdout.close()
