"""The proxy's certificate authority in the tests: one for each checkout, in ``.cache``.

It is an RSA key as mitmproxy makes it. To make one takes a quarter of a second, and to
read it 36 ms, since OpenSSL tests the primes: ``warm_server`` reads it once, by
importing ``warmed``, for all processes that it forks.
"""

import shutil
from functools import cache
from pathlib import Path

from filelock import FileLock
from mitmproxy import certs

_MADE = Path(__file__).parents[1] / ".cache" / "authority"
_BASENAME = "mitmproxy"


def copy_to(folder: Path) -> Path:
    """Make the folder a configuration folder of mitmproxy with this authority."""
    shutil.copytree(_made(), folder, dirs_exist_ok=True)
    return folder


def _made() -> Path:
    if not _MADE.exists():
        _MADE.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(_MADE.with_suffix(".lock")):  # another process of the tests may
            if not _MADE.exists():
                unfinished = _MADE.with_suffix(".new")
                shutil.rmtree(unfinished, ignore_errors=True)
                certs.CertStore.create_store(unfinished, _BASENAME, 2048)
                certs.CertStore.from_store(unfinished, _BASENAME, 2048)
                unfinished.chmod(0o700)
                unfinished.rename(_MADE)
    return _MADE


def remember() -> None:
    """Have mitmproxy read each key once, here and in all that is forked; this one
    now."""
    certs.load_pem_private_key = cache(certs.load_pem_private_key)
    pem = _made() / f"{_BASENAME}-ca.pem"
    certs.load_pem_private_key(pem.read_bytes(), None)
