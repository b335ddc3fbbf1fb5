"""The same requests of the Go program, recorded by the proxy and by go-vcr."""

from dataclasses import dataclass
from pathlib import Path

from clients import goprogram
from clients.goprogram import Seen
from end_to_end.proxy import ADDON, Proxy, settings
from mitmvcr.core.model import Interaction
from mitmvcr.format.reader import load
from origin import Origin
from origin.certs import CertFiles

WHERE_IT_IS = Path(__file__).parent / "where_it_is.py"


@dataclass(frozen=True)
class Leg:
    """How the program gets to the origin."""

    name: str
    base: str
    http1: bool = False


LEGS = [
    Leg("h2", "https://api.test"),
    Leg("h1", "https://api.test", http1=True),
    Leg("http", "http://api.test"),
]


class Recorded:
    """Two cassettes, and what the program saw meanwhile; the origin is gone afterwards.

    ``proxy`` and ``by_proxy``: through mitmdump. ``own`` and ``by_own``: by go-vcr,
    straight to the origin.
    """

    def __init__(
        self, leg: Leg, group: str, folder: Path, certs: CertFiles, confdir: Path
    ) -> None:
        self.leg, self._group = leg, group
        self._certs, self._confdir, self._folder = certs, confdir, folder
        self.proxy, self.own = folder / "proxy.yaml", folder / "own.yaml"
        with Origin(certs, folder) as origin:
            places = {
                "https": f"127.0.0.1:{origin.https_port}",
                "http": f"127.0.0.1:{origin.http_port}",
            }
            self.by_proxy = self._through_mitmdump(places)
            cassette = self.own.with_suffix("")
            self.by_own = self.run(
                "vcr-record", ca=certs.ca, cassette=cassette, **places
            )

    def _through_mitmdump(self, places: dict[str, str]) -> list[Seen]:
        options = {
            "confdir": self._confdir,
            "listen_host": "127.0.0.1",
            "listen_port": 0,
            "ssl_verify_upstream_trusted_ca": self._certs.ca,
            "vcr_cassette": self.proxy,
            "vcr_mode": "record_only",
            "vcr_keep": ["cookie", "key"],  # compared byte for byte
        }
        proxy = Proxy(
            ["-s", str(ADDON), "-s", str(WHERE_IT_IS), *settings(options)],
            self._folder / "mitmdump.log",
            environment={f"ORIGIN_{name.upper()}": at for name, at in places.items()},
        )
        try:
            proxy.wait_until_listening()
            ca = self._confdir / "mitmproxy-ca-cert.pem"
            seen = self.run("plain", proxy=proxy.url, ca=ca)
            assert proxy.stop() == 0, proxy.log
            assert "Traceback" not in proxy.log, proxy.log
            return seen
        finally:
            proxy.kill()

    def run(self, way: str, **options: object) -> list[Seen]:
        leg = self.leg
        return goprogram.run(
            way, http1=leg.http1, base=leg.base, group=self._group, **options
        )

    def replay_by_go_vcr(self, cassette: Path) -> list[Seen]:
        return self.run("vcr-replay", cassette=cassette.with_suffix(""))

    def pairs(self) -> list[tuple[Interaction, Interaction]]:
        """Each exchange as the proxy has written it, and as go-vcr has."""
        ours, theirs = load(self.proxy).interactions, load(self.own).interactions
        return list(zip(ours, theirs, strict=True))
