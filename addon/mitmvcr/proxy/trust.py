"""Whom mitmproxy trusts, and what it shows, towards origins."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import certifi
from mitmproxy import ctx

from mitmvcr.core.errors import OptionError
from mitmvcr.options import UPSTREAM_CA, Settings
from mitmvcr.store.files import replace_file, why


def towards_origins(chosen: Iterable[Settings]) -> dict[str, str]:
    """Return the options of mitmproxy that the settings of sessions make; of several
    the last counts. Raise OptionError."""
    return {name: value for each in chosen for name, value in _options(each)}


def _options(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.client_cert is not None:
        yield "client_certs", str(settings.client_cert)
    if settings.upstream_ca is not None:
        usual = ctx.options.ssl_verify_upstream_trusted_ca or certifi.where()
        place = _both(Path(usual), settings.upstream_ca)
        yield "ssl_verify_upstream_trusted_ca", str(place)


def _both(usual: Path, more: Path) -> Path:
    """Write two files of authorities into one, which mitmproxy takes; the same two are
    always the same file."""
    try:
        data, added = usual.read_bytes(), more.read_bytes()
        if added in data:
            return usual
        data = data.rstrip(b"\n") + b"\n" + added
        name = f"origins-{sha256(data).hexdigest()[:12]}.pem"
        place = Path(ctx.options.confdir).expanduser() / name
        if not place.exists():
            replace_file(place, data)
    except OSError as error:
        problem = f"cannot be used: {why(error)}"
        raise OptionError(UPSTREAM_CA.vcr, more, problem) from error
    return place
