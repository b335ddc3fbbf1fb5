"""What one end records, the other end must replay, with the origin gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from end_to_end import clients
from end_to_end.clients import Ask, Seen
from end_to_end.proxy import Proxy, clean_environment
from origin import Origin


@dataclass
class Pair:
    """``record`` runs a client through a recording mitmdump; ``replay`` stops the
    origin and runs one through a replaying mitmdump."""

    mitmdump: Callable[..., Proxy]
    origin: Origin
    proxy_ca: Path
    cassette: Path

    def record(self, client: str, asks: Sequence[Ask], **options: object) -> list[Seen]:
        return self.record_all([client], asks, **options)[0]

    def replay(self, client: str, asks: Sequence[Ask], **options: object) -> list[Seen]:
        return self.replay_all([client], asks, **options)[0]

    def record_all(
        self, names: Sequence[str], asks: Sequence[Ask], **options: object
    ) -> list[list[Seen]]:
        """Several clients into one cassette, one after the other."""
        return self._run(names, asks, "record_once", options)

    def replay_all(
        self, names: Sequence[str], asks: Sequence[Ask], **options: object
    ) -> list[list[Seen]]:
        self.origin.stop()
        before = self.cassette.read_bytes()
        seen = self._run(names, asks, "replay_only", options)
        assert self.cassette.read_bytes() == before, "a replay wrote the cassette"
        return seen

    def _run(
        self,
        names: Sequence[str],
        asks: Sequence[Ask],
        mode: str,
        options: dict[str, object],
    ) -> list[list[Seen]]:
        # A replay is compared byte for byte: cookies are to come as they came.
        options = {"vcr_keep": "cookie", **options}
        proxy = self.mitmdump(self.cassette, mode, **options).wait_until_listening()
        environment = clean_environment(**clients.environment(proxy.url, self.proxy_ca))
        seen = [clients.run(name, asks, environment) for name in names]
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log, proxy.log
        return seen
