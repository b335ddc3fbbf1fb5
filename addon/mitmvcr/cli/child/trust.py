"""The files that a child process is pointed to, in a folder of one run."""

import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

from mitmvcr.cli.child import jks
from mitmvcr.cli.child.authorities import configured_certificates, configured_files
from mitmvcr.cli.child.own_folder import cannot_write

#: Variables that replace a client's roots by one file. An inherited one may name a
#: company's own roots, so their certificates are kept in the bundle.
BUNDLE_VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "PIP_CERT",
    "npm_config_cafile",
    "NPM_CONFIG_CAFILE",
    "DENO_CERT",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
    "PERL_LWP_SSL_CA_FILE",
    "BUNDLE_SSL_CA_CERT",
    "COMPOSER_CAFILE",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "HEX_CACERTS_PATH",  # Elixir's package manager
    "NIX_SSL_CERT_FILE",
    "SYSTEM_CERTIFICATE_PATH",  # Haskell
    "CONDA_SSL_VERIFY",
    "JULIA_SSL_CA_ROOTS_PATH",  # it counts more there than SSL_CERT_FILE
    *("VAULT_CACERT", "CONSUL_CACERT", "NOMAD_CACERT"),  # of HashiCorp's own clients
)

_SHIMS = Path(__file__).parent / "shims"

#: Where systems keep their roots, when Python's OpenSSL was built for another place.
SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)
_SYSTEM_WGETRC = ("/etc/wgetrc", "/usr/local/etc/wgetrc")


@dataclass(frozen=True, slots=True)
class TrustFiles:
    """``ca`` is the proxy's certificate alone; ``bundle`` has the system's roots too,
    ``trust_store`` is the same for Java, ``pems`` a folder that has nothing else;
    ``node_ca`` is what Node adds to its own."""

    ca: Path
    bundle: Path
    node_ca: Path
    trust_store: Path
    php: Path
    wgetrc: Path
    wget2rc: Path
    pems: Path
    node_preload: Path = _SHIMS / "node" / "preload.cjs"
    python: Path = _SHIMS / "python"
    r_profile: Path = _SHIMS / "r" / "profile.R"
    ruby_preload: Path = _SHIMS / "ruby" / "preload.rb"


def write_roots(folder: Path, inherited: Mapping[str, str]) -> Path:
    """Write the certificates that the child's clients would trust without us into one
    file."""
    files = [*inherited_roots(inherited), *configured_files(inherited)]
    more = map(ssl.DER_cert_to_PEM_cert, configured_certificates(inherited))
    texts = [*(file.read_bytes() for file in files), *(each.encode() for each in more)]
    return _write(folder / "roots.pem", _pem(*texts))


def write_origins(folder: Path, roots: Path, inherited: Mapping[str, str]) -> Path:
    """Write what origins are verified against: the ``roots``, and what the child, as
    Node or with OpenSSL's folder of roots, would have trusted besides."""
    more = [file.read_bytes() for file in more_roots(inherited)]
    return _write(folder / "origins.pem", _pem(roots.read_bytes(), *more))


def more_roots(inherited: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files of NODE_EXTRA_CA_CERTS and SSL_CERT_DIR."""
    node = inherited.get("NODE_EXTRA_CA_CERTS", "")
    if _is_file(node):
        yield Path(node)
    yield from _within(inherited.get("SSL_CERT_DIR", "").split(os.pathsep))


def _within(folders: Iterable[str]) -> Iterator[Path]:
    for name in folders:
        if name and os.path.isdir(name):
            yield from filter(_is_readable, sorted(Path(name).iterdir()))


def _is_readable(file: Path) -> bool:
    return file.is_file() and os.access(file, os.R_OK)


def write_trust_files(
    folder: Path, roots: Path, ca: Path, inherited: Mapping[str, str]
) -> TrustFiles:
    """Write all files for a child that would have had the ``inherited`` variables."""
    both = _pem(roots.read_bytes(), ca.read_bytes())
    bundle = _write(folder / "bundle.pem", both)
    return TrustFiles(
        ca=ca,
        bundle=bundle,
        node_ca=_node_ca(folder, ca, inherited),
        trust_store=_trust_store(folder, bundle),
        php=_php(folder, bundle),
        wgetrc=_wgetrc(folder, bundle, inherited),
        wget2rc=_wget2rc(folder, bundle, inherited),
        pems=_write(_folder(folder / "pems") / "bundle.pem", both).parent,
    )


def inherited_roots(inherited: Mapping[str, str]) -> list[Path]:
    """Return the files of roots that the child would have trusted, each once; requests
    and curl take a folder of them, too."""
    named = [inherited.get(name, "") for name in BUNDLE_VARIABLES]
    first = named[0] if _is_file(named[0]) else default_roots()
    files = [Path(name) for name in [first, *named] if _is_file(name)]
    return list(dict.fromkeys([*files, *_within(named)]))


def default_roots() -> str:
    """Return the system's file of roots, or certifi's where the system has none."""
    python = ssl.get_default_verify_paths().openssl_cafile
    for candidate in (python, *SYSTEM_ROOTS):
        if _is_file(candidate):
            return candidate
    return certifi.where()


def _is_file(name: str) -> bool:
    return bool(name) and os.path.isfile(name)


def _pem(*texts: bytes) -> bytes:
    """Return only the certificates, each once: what stands between them differs in
    encoding, and a client may read the file as ASCII."""
    ders = jks.certificates(b"\n".join(texts))
    return "".join(map(ssl.DER_cert_to_PEM_cert, ders)).encode("ascii")


def _node_ca(folder: Path, ca: Path, inherited: Mapping[str, str]) -> Path:
    """Write the one file that Node adds to its roots; a file that was added before
    stays in it."""
    mine = inherited.get("NODE_EXTRA_CA_CERTS", "")
    if not _is_file(mine):
        return ca
    return _write(folder / "node.pem", _pem(Path(mine).read_bytes(), ca.read_bytes()))


def _trust_store(folder: Path, bundle: Path) -> Path:
    store = jks.trust_store(jks.certificates(bundle.read_bytes()))
    return _write(folder / "trust.jks", store)


def _php(folder: Path, bundle: Path) -> Path:
    ini = f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n'
    return _write(_folder(folder / "php") / "mitmvcr.ini", ini.encode()).parent


def _folder(place: Path) -> Path:
    """Make it, unless it is there. Raise VcrError."""
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(place, error) from error
    return place


def _wgetrc(folder: Path, bundle: Path, inherited: Mapping[str, str]) -> Path:
    """Write a file that stands in for the system's, and so begins with its settings."""
    names = (inherited.get("SYSTEM_WGETRC", ""), *_SYSTEM_WGETRC)
    lines = [*_first_of(names), f"ca_certificate={bundle}\n".encode()]
    return _write(folder / "wgetrc", b"\n".join(lines))


def _wget2rc(folder: Path, bundle: Path, inherited: Mapping[str, str]) -> Path:
    """Write the same for wget2."""
    names = (inherited.get("SYSTEM_WGET2RC", ""), "/etc/wget2rc")
    lines = [*_first_of(names), f"ca-certificate={bundle}\n".encode()]
    return _write(folder / "wget2rc", b"\n".join(lines))


def _first_of(names: Iterable[str]) -> Iterator[bytes]:
    for name in names:
        if _is_file(name):
            yield Path(name).read_bytes()
            return


def _write(path: Path, data: bytes) -> Path:
    """Write a file, unless it holds that already and somebody may be reading it. Raise
    VcrError."""
    try:
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path
