"""What sends the clients of this process, and of those that it starts, to the proxy.

Clients read it when they are made, some when they are imported, so it is there before
any module of the suite is.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import ssl
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
#: These would win over the others.
_UNSET = ("ALL_PROXY", "all_proxy")
_BUNDLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
)
#: ``mitmvcr run`` has set it for its command, with all else that clients trust.
_BUNDLE = "MITMVCR_CA_BUNDLE"
_LOOPBACK = "localhost,127.0.0.1,::1"
#: RFC 2606 has nobody there; some clients take an empty list for everybody.
_NOBODY = "nobody.invalid"
_YES = ("1", "on", "true", "yes")


class Environment:
    """Sends clients to a proxy from construction until ``restore``."""

    def __init__(self, proxy_url: str, ca_file: str) -> None:
        self._file: str | None = None
        changes: dict[str, str | None] = dict.fromkeys(_UNSET)
        changes.update(dict.fromkeys(_PROXIES, proxy_url))
        changes["MITMVCR_PROXY_URL"] = proxy_url
        if not os.environ.get(_BUNDLE):
            self._file = _write_bundle(ca_file)
            changes.update(dict.fromkeys((*_BUNDLES, _BUNDLE), self._file))
            changes.update(NODE_EXTRA_CA_CERTS=ca_file, MITMVCR_CA_FILE=ca_file)
            past = _past()
            changes.update(NO_PROXY=past, no_proxy=past)
        self._before = {name: os.environ.get(name) for name in changes}
        _set(changes)
        _Patches.install(ca_file)

    def restore(self) -> None:
        """Restore the variables as they were."""
        _set(self._before)
        if self._file is not None:
            os.unlink(self._file)


def _past() -> str:
    """Return what goes past the proxy: as before, and this machine's own servers unless
    MITMVCR_INCLUDE_LOCALHOST says otherwise, as for ``mitmvcr run``."""
    before = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    said = os.environ.get("MITMVCR_INCLUDE_LOCALHOST", "").strip().lower()
    own = _NOBODY if said in _YES else _LOOPBACK
    return f"{before},{own}" if before else own


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _write_bundle(ca_file: str) -> str:
    """Write what is trusted anyway, and the proxy's certificate, into one file."""
    with tempfile.NamedTemporaryFile("wb", suffix=".pem", delete=False) as bundle:
        for path in (_roots(), ca_file):
            if path:
                with open(path, "rb") as file:
                    bundle.write(file.read() + b"\n")
        return bundle.name


def _roots() -> str | None:
    named = [os.environ.get(name, "") for name in _BUNDLES]
    default = ssl.get_default_verify_paths().cafile
    for path in (*named, default or ""):
        if os.path.isfile(path):
            return path
    try:
        import certifi
    except ImportError:
        return None
    return str(certifi.where())


def _trust_environment(client: Any, _: str) -> None:
    """Set ``trust_env``, without which aiohttp reads no proxy from the environment."""
    client.ClientSession.__init__.__kwdefaults__["trust_env"] = True


def _trust_ca(connector: Any, ca_file: str) -> None:
    """Trust the proxy in the TLS context that aiohttp makes when it is imported."""
    context = getattr(connector, "_SSL_CONTEXT_VERIFIED", None)
    if isinstance(context, ssl.SSLContext):
        context.load_verify_locations(ca_file)


def _trust_bundle(certifi: Any, _: str) -> None:
    """Let ``certifi.where()`` return the bundle instead of certifi's own file."""
    own = certifi.where
    modules: list[Any] = [certifi, sys.modules.get("certifi")]
    for module in modules:
        if hasattr(module, "where"):
            module.where = lambda: os.environ.get(_BUNDLE) or own()


_PATCHES: dict[str, Callable[[Any, str], None]] = {
    "aiohttp.client": _trust_environment,
    "aiohttp.connector": _trust_ca,
    "certifi.core": _trust_bundle,
}


class _Patches(importlib.abc.MetaPathFinder):
    """Patches libraries that do not read the environment, when they are imported."""

    _is_there = False

    def __init__(self, ca_file: str) -> None:
        self._ca_file = ca_file

    @classmethod
    def install(cls, ca_file: str) -> None:
        # mitmvcr run does the same by a sitecustomize of its own.
        others = {type(finder).__module__ for finder in sys.meta_path}
        if cls._is_there or "sitecustomize" in others:
            return
        cls._is_there = True
        for name, patch in _PATCHES.items():
            if name in sys.modules:
                patch(sys.modules[name], ca_file)
        sys.meta_path.insert(0, cls(ca_file))

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        patch = _PATCHES.get(name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    self._patch_after(spec, patch)
                    return spec
        return None

    def _patch_after(
        self,
        spec: importlib.machinery.ModuleSpec,
        patch: Callable[[Any, str], None],
    ) -> None:
        """Patch the module once it has run."""
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            loader.exec_module = execute  # as it was: others may do the same
            execute(module)
            patch(module, self._ca_file)

        loader.exec_module = exec_module
