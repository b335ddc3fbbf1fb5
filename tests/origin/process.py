"""The handle on an origin process: where it listens, what reached it, its end."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import warm
from origin.certs import CertFiles
from patience import read_line

TESTS = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Hits:
    """What reached the origin: TCP connections, and requests as ``GET /path``."""

    connections: int = 0
    requests: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()


class Origin:
    """An origin that runs from construction until ``stop``.

    ``within`` is a command prefix, such as ``ip netns exec NAME``.
    """

    def __init__(
        self,
        certs: CertFiles,
        folder: Path,
        *,
        within: Sequence[str] = (),
        https_port: int = 0,
        http_port: int = 0,
        host: str = "127.0.0.1",
    ) -> None:
        self.ca_file = certs.ca
        self._log = folder / "origin.log"
        self._read = 0
        options = [f"--https-port={https_port}", f"--http-port={http_port}"]
        options.append(f"--host={host}")
        self._process = warm.popen(
            [sys.executable, "-m", "origin", certs.leaf, self._log, *options],
            within=within,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ,
            cwd=TESTS,
        )
        ports = self._ports()
        self.https_port, self.http_port = ports["https"], ports["http"]

    def _ports(self) -> dict[str, int]:
        try:
            return json.loads(read_line(self._process, "the origin listened"))
        except BaseException:
            self.stop()
            raise

    @property
    def https_url(self) -> str:
        return f"https://localhost:{self.https_port}"

    @property
    def http_url(self) -> str:
        return f"http://localhost:{self.http_port}"

    def reset(self) -> None:
        """Forget what has reached it so far."""
        self._read = self._log.stat().st_size if self._log.exists() else 0

    def hits(self) -> Hits:
        """What has reached it since the start or ``reset``."""
        if not self._log.exists():
            return Hits()
        with self._log.open("rb") as file:
            file.seek(self._read)
            facts = [json.loads(line) for line in file]
        asked = [fact for fact in facts if "request" in fact]
        return Hits(
            connections=len(facts) - len(asked),
            requests=tuple(fact["request"] for fact in asked),
            protocols=tuple(fact["protocol"] for fact in asked),
        )

    def stop(self) -> None:
        """End it now; its ports refuse connections afterwards."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
