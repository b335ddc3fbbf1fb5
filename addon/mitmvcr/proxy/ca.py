"""The certificate authority of a configuration folder: mitmproxy's own, made once.

Several processes may start on a fresh machine at the same moment, and each must end
up with the same authority. mitmproxy writes its files one after the other in place,
so it is let loose in a folder beside them, and the file that counts, the one with the
key, is linked into place, which succeeds for one process only. All the others, and the
certificate file, follow from what is there then.
"""

import os
import re
import shutil
import ssl
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from mitmvcr.core.errors import VcrError
from mitmvcr.lane.tls import Tls
from mitmvcr.proxy.host.cert_store import backdated as backdated
from mitmvcr.proxy.host.cert_store import create_authority, read_authority
from mitmvcr.store.files import write_all

#: Of an RSA key OpenSSL may make up for a number that is wrong.
_KEY = b"-----BEGIN EC PRIVATE KEY-----"
#: A handshake takes no more turns.
_TURNS = 3


def is_sound(authority: Path, dhparam: Path) -> bool:
    """Return whether all is well with it, by OpenSSL as Python has it: what mitmproxy
    looks with takes a third of a short run to import. Where it is not, or where that
    cannot be known so, a longer look says why."""
    try:
        return _KEY in authority.read_bytes() and _serves(authority, dhparam)
    except (OSError, ValueError, LookupError):
        return False


def _serves(authority: Path, dhparam: Path) -> bool:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority, password="")
    server.load_dh_params(str(dhparam))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.load_verify_locations(authority)
    known = client.get_ca_certs()[0]
    begins, ends = (
        ssl.cert_time_to_seconds(f"{known[each]}") for each in ("notBefore", "notAfter")
    )
    return begins <= time.time() < ends and _shake(
        Tls(client, server=False), Tls(server, server=True)
    )


def _shake(client: Tls, server: Tls) -> bool:
    """Return whether two sides agree: the client has seen then that the key which has
    signed is the certificate's."""
    for _ in range(_TURNS):
        for one, other in ((client, server), (server, client)):
            one.shake()
            other.feed(one.outgoing())
    return client.is_shaken and server.is_shaken


_BASENAME = "mitmproxy"  # the file names under which mitmproxy looks for them
_CERTIFICATE = re.compile(
    rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL
)


class AuthorityError(VcrError):
    """The proxy's certificate authority can be neither used nor made."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}")


def where_to_go(url: str, certificate: Path) -> list[str]:
    """Return lines for the user. The URL is empty where clients need none."""
    if not url:
        return [f"let clients trust {certificate}"]
    return [f"point a client at {url}", f"and let it trust {certificate}"]


def ensure_ca(confdir: Path) -> Path:
    """Return the certificate (PEM, no key) of this folder's authority, made if need
    be."""
    authority = _file(confdir, "ca.pem")
    try:
        confdir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not authority.exists():
            _make(confdir, authority)
        certificate = _publish_certificate(confdir, authority)
    except OSError as error:
        problem = (
            f"cannot hold the proxy's certificate authority: {error.strerror}; let"
            " MITMVCR_HOME name a folder that can be written"
        )
        raise AuthorityError(confdir, problem) from error
    if not is_sound(authority, _file(confdir, "dhparam.pem")):
        _check(confdir, authority)
    return certificate


def _file(confdir: Path, kind: str) -> Path:
    return confdir / f"{_BASENAME}-{kind}"


def _make(confdir: Path, authority: Path) -> None:
    workshop = Path(tempfile.mkdtemp(prefix=".making-", dir=confdir))
    try:
        create_authority(workshop, _BASENAME)
        # The same bytes from everyone, and needed as soon as there is an authority.
        _file(workshop, "dhparam.pem").replace(_file(confdir, "dhparam.pem"))
        if _link(_file(workshop, "ca.pem"), authority):
            _publish_rest(workshop, confdir)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _link(made: Path, authority: Path) -> bool:
    """Return whether ours is the one. Where there are no links the last one wins."""
    try:
        os.link(made, authority)
    except FileExistsError:
        return False
    except OSError:
        made.replace(authority)
    return True


def _publish_rest(workshop: Path, confdir: Path) -> None:
    """Put the certificate there in the forms that mitm.it hands out to phones and
    Windows."""
    for kind in ("ca.p12", "ca-cert.cer", "ca-cert.p12"):
        _file(workshop, kind).replace(_file(confdir, kind))


def _publish_certificate(confdir: Path, authority: Path) -> Path:
    """Write the certificate again if it differs from the authority's: only half of a
    CA folder may have been copied here."""
    match = _CERTIFICATE.search(authority.read_bytes())
    if not match:
        raise AuthorityError(authority, "holds no certificate" + _remedy(confdir))
    certificate = _file(confdir, "ca-cert.pem")
    if not certificate.exists() or certificate.read_bytes() != match.group():
        handle, name = tempfile.mkstemp(prefix=".making-", dir=confdir)
        try:
            try:
                write_all(handle, match.group())
            finally:
                os.close(handle)
            Path(name).chmod(0o644)
            Path(name).replace(certificate)
        finally:
            Path(name).unlink(missing_ok=True)
    return certificate


def _check(confdir: Path, authority: Path) -> None:
    try:
        read = read_authority(authority, _file(confdir, "dhparam.pem"))
    except VcrError:
        raise
    except Exception as error:  # OpenSSL and ASN.1 raise what they like
        problem = f"is damaged ({_first_line(error)})" + _remedy(confdir)
        raise AuthorityError(authority, problem) from error
    if not read.key_fits:
        problem = "has a key that is not its certificate's" + _remedy(confdir)
        raise AuthorityError(authority, problem)
    if read.has_expired:
        raise AuthorityError(authority, "has expired" + _remedy(confdir))
    if (begins := read.begins) > (now := datetime.now(UTC)):
        raise AuthorityError(
            authority,
            f"is good from {begins:%Y-%m-%d} on, and the clock here says"
            f" {now:%Y-%m-%d}: set the clock right, or{_remedy(confdir)[1:]}",
        )


def _remedy(confdir: Path) -> str:
    pattern = confdir / f"{_BASENAME}-*"
    return f"; delete {pattern}, and a new one is made at the next start"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
