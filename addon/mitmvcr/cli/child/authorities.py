"""Which authorities clients are configured to trust in files of their own: git, pip,
npm, curl, wget and Java."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from mitmvcr.cli.child import jks
from mitmvcr.cli.report.console import say

#: Where a client looks, in order; all are read, since several may name one.
_FILES: Mapping[str, tuple[str, ...]] = {
    "sslcainfo": ("/etc/gitconfig", "~/.gitconfig", "$XDG_CONFIG_HOME/git/config"),
    "cert": (
        *("/etc/pip.conf", "~/.pip/pip.conf", "$XDG_CONFIG_HOME/pip/pip.conf"),
        *("$PIP_CONFIG_FILE", "$VIRTUAL_ENV/pip.conf"),
    ),
    "cafile": ("~/.npmrc", ".npmrc", "$NPM_CONFIG_USERCONFIG", "/etc/npmrc"),
    "cacert": ("~/.curlrc", "$CURL_HOME/.curlrc", "$XDG_CONFIG_HOME/curlrc"),
    "ca_certificate": ("~/.wgetrc", "$WGETRC"),
}
#: An environment's options for a JVM.
_JVMS = (
    *("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"),
    *("MAVEN_OPTS", "GRADLE_OPTS", "SBT_OPTS", "JAVA_OPTS"),
)
_STORE, _PASSWORD = (f"-Djavax.net.ssl.trustStore{more}=" for more in ("", "Password"))


def configured_files(inherited: Mapping[str, str]) -> Iterator[Path]:
    """Yield the PEM files that clients' own files name."""
    for name, places in _FILES.items():
        line = re.compile(
            rf"^[ \t]*(?:--)?{name}[ \t]*[=: \t][ \t]*(.+?)[ \t]*$",
            re.IGNORECASE | re.MULTILINE,
        )
        for place in places:
            for found in line.findall(_text(_path(place, inherited))):
                path = _path(found.strip("\"'"), inherited)
                if path is not None and path.is_file():
                    yield path


def configured_certificates(inherited: Mapping[str, str]) -> Iterator[bytes]:
    """Yield in DER what Java's trust stores hold, and .npmrc itself."""
    for place in _FILES["cafile"]:
        text = _text(_path(place, inherited)).replace("\\n", "\n")
        yield from jks.certificates(text.encode())
    for name in _JVMS:
        yield from _of_java(name, inherited.get(name, ""))


def _of_java(name: str, options: str) -> Iterator[bytes]:
    try:
        words = shlex.split(options)
    except ValueError:  # no JVM would start with these
        return
    given = {
        start: word.removeprefix(start)
        for word in words
        for start in (_STORE, _PASSWORD)
        if word.startswith(start)
    }
    if _STORE not in given:
        return
    try:
        data = Path(given[_STORE]).read_bytes()
        yield from _of_store(data, given.get(_PASSWORD, jks.PASSWORD))
    except (OSError, ValueError) as error:
        say(
            f"{name} names a trust store that cannot be read, so what it trusts is not"
            f" trusted for origins: {given[_STORE]}: {error}"
        )


def _of_store(data: bytes, password: str) -> list[bytes]:
    if jks.is_jks(data):
        return jks.trusted(data)
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    store = pkcs12.load_pkcs12(data, password.encode())
    return [
        each.certificate.public_bytes(Encoding.DER) for each in store.additional_certs
    ]


def _path(place: str, inherited: Mapping[str, str]) -> Path | None:
    """Return a path with its first word filled in; None where that is unknown."""
    home = inherited.get("HOME") or inherited.get("USERPROFILE", "")
    known = {"XDG_CONFIG_HOME": "~/.config", **inherited}
    first, slash, rest = place.partition("/")
    if first.startswith("$"):
        first = known.get(first[1:].strip("{}"), "")
        if not first:
            return None
    whole = f"{first}{slash}{rest}"
    return Path(home + whole[1:] if whole.startswith("~/") else whole)


def _text(path: Path | None) -> str:
    """Return what a file says; nothing where there is none."""
    try:
        return path.read_text("utf-8", "replace") if path is not None else ""
    except OSError:
        return ""
