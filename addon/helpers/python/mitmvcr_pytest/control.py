"""The control API of a mitmvcr that runs, and a mitmvcr of the suite's own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

VARIABLE = "MITMVCR_CONTROL_URL"
_TOKEN = "MITMVCR_CONTROL_TOKEN"
#: In seconds: the API itself waits 30 for what is under way.
_PATIENCE = 60
_HEADERS = {"X-Vcr-Control": "1", "Content-Type": "application/json"}


class VcrError(Exception):
    """What cannot be, in one line; ``field`` is what the API names, if it was asked."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class Control:
    """Asks the API at ``url``; raises VcrError with what the API says of an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            remedy = (
                "use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it"
            )
            raise VcrError(f"{VARIABLE}={url}: {remedy}")
        self._place = (parts.hostname, parts.port)

    def __call__(
        self, method: str, *path: str, wish: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        place = "".join(f"/{quote(each, safe='')}" for each in path)
        body = None if wish is None else json.dumps(wish).encode()
        status, answer = self._ask(method, place, body)
        try:
            facts = json.loads(answer)
        except ValueError:
            raise VcrError(f"{self.url}{place} is no control API of mitmvcr") from None
        if status >= 300:
            raise VcrError(facts.get("detail", f"{status}"), facts.get("field", ""))
        return dict(facts)

    def _ask(self, method: str, place: str, body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self._place, timeout=_PATIENCE)
        try:
            connection.request(method, place, body, _headers())
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            problem = (
                f"the control API at {self.url} does not answer ({error}): start"
                f" mitmvcr anew, or unset {VARIABLE}, and the tests start their own"
            )
            raise VcrError(problem) from error
        finally:
            connection.close()


def _headers() -> dict[str, str]:
    token = os.environ.get(_TOKEN)
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return {**_HEADERS, **known}


class Proxy:
    """A ``mitmvcr serve`` that ends with this process, however that ends."""

    def __init__(self, folder: str) -> None:
        program = shutil.which("mitmvcr")
        if program is None:
            remedy = "install it (pipx install mitmvcr), or set " + VARIABLE
            raise VcrError(f"mitmvcr is not on the PATH: {remedy}")
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - until its end
        self._process = subprocess.Popen(
            [program, "serve", "--cassettes", folder, "--attached"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        if hasattr(os, "register_at_fork"):
            # A fork that outlives this process must not keep the proxy.
            os.register_at_fork(after_in_child=self._let_go)
        self.url = self._read_url()

    def _read_url(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.end()
            raise VcrError(f"mitmvcr serve did not start: {self.said()}")
        return str(json.loads(line)["control_url"])

    def said(self) -> str:
        """Return what it said on stderr: errors and warnings."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace").strip()

    def end(self) -> None:
        """Let it save and end, and wait for that."""
        self._let_go()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _let_go(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
