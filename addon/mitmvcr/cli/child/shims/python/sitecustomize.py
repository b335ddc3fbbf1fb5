"""On PYTHONPATH in every Python process of ``mitmvcr run``.

Some libraries do not look where the others look: aiohttp and aiosonic take no proxy
from the environment unless told to (``trust_env``), ``certifi.where()`` is its own
file, and ``http.client`` and others know of no proxy at all (``mitmvcr_tunnels``). Each
is put right at the moment it is imported; nothing is imported for it here, as this runs
at every start of every Python.

The process may be any Python from 3.6 on, without mitmvcr. What fails is said on
stderr, and the program goes on.
"""

import os
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    Patch = Callable[[ModuleType], None]


def _trust_environment(client: "Any") -> None:
    client.ClientSession.__init__.__kwdefaults__["trust_env"] = True


def _trust_environment_of_aiosonic(client: "Any") -> None:
    init = client.HTTPClient.__init__
    names = init.__code__.co_varnames[: init.__code__.co_argcount]
    at = names.index("trust_env") - len(names)  # one of those that have a default
    init.__defaults__ = (*init.__defaults__[:at], True, *init.__defaults__[at:][1:])


def _trust_bundle(certifi: "Any") -> None:
    """Make ``where`` and ``contents`` give the run's bundle while there is one."""
    bundle = os.environ.get("MITMVCR_CA_BUNDLE", "")
    where, contents = certifi.where, certifi.contents

    def read() -> str:
        with open(bundle, encoding="ascii") as file:
            return file.read()

    certifi.where = lambda: bundle if os.path.isfile(bundle) else where()
    certifi.contents = lambda: read() if os.path.isfile(bundle) else contents()


def _trust_beside_own(ssl: "Any") -> None:
    """Make the run's bundle trusted beside a file that an installed library brings, as
    Braintree's and Razorpay's do: to them no variable counts. A file from elsewhere is
    the program's own choice."""
    bundle = os.environ.get("MITMVCR_CA_BUNDLE", "")
    load = ssl.SSLContext.load_verify_locations

    def load_verify_locations(
        self: "Any",
        cafile: "Any" = None,
        capath: "Any" = None,
        cadata: "Any" = None,
    ) -> None:
        load(self, cafile, capath, cadata)
        if cafile is not None and os.path.isfile(bundle):
            folders = os.fsdecode(cafile).replace(os.sep, "/").split("/")
            if "site-packages" in folders or "dist-packages" in folders:
                load(self, bundle)

    ssl.SSLContext.load_verify_locations = load_verify_locations


def _tunnel(name: str) -> "Patch":
    """Return the patch of that name in the file beside this one."""

    def patch(module: "ModuleType") -> None:
        tunnels = sys.modules.get(_TUNNELS) or _load(_TUNNELS)
        getattr(tunnels, name)(module)

    return patch


def _load(name: str) -> "ModuleType":
    """Import a file beside this one, which is no longer on the path."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, os.path.join(_HERE, name + ".py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module


#: Of a module that a mitmvcr has patched.
_DONE = "_mitmvcr_patched"
_HERE = os.path.dirname(os.path.abspath(__file__))
_TUNNELS = "mitmvcr_tunnels"
_PATCHES: "dict[str, Patch]" = {
    "aiohttp.client": _trust_environment,
    "aiosonic.client": _trust_environment_of_aiosonic,
    "certifi.core": _trust_bundle,
    "ssl": _trust_beside_own,
    "http.client": _tunnel("http_client"),
    "urllib3.connection": _tunnel("urllib3"),
    "httplib2": _tunnel("httplib2"),
    "geventhttpclient.connectionpool": _tunnel("geventhttpclient"),
    "tornado.simple_httpclient": _tunnel("tornado"),
    "tornado.websocket": _tunnel("tornado"),
    "twisted.web.client": _tunnel("twisted"),
    "paho.mqtt.client": _tunnel("paho"),
    "pycurl": _tunnel("pycurl"),
    "stripe": _tunnel("stripe"),
}


class _Finder:
    """Finds nothing itself; what the others find for a name of the table is patched
    once it has run. One of them may ask all others too, as that of a second mitmvcr."""

    def __init__(self) -> None:
        self._asking = set()  # type: set[tuple[int, str]]

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,
        target: "ModuleType | None" = None,
    ) -> "ModuleSpec | None":
        patch, asking = _PATCHES.get(name), (get_ident(), name)
        if patch is None or asking in self._asking:
            return None
        self._asking.add(asking)
        try:
            return self._found(name, path, target, patch)
        finally:
            self._asking.remove(asking)

    def _found(
        self,
        name: str,
        path: "Sequence[str] | None",
        target: "ModuleType | None",
        patch: "Patch",
    ) -> "ModuleSpec | None":
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    _run_after(spec, patch)
                    return spec
        return None


def _run_after(spec: "ModuleSpec", patch: "Patch") -> None:
    """Shadow the loader's ``exec_module`` on that one loader, for one call, so that
    the module keeps the loader it is used to."""
    loader = spec.loader
    if loader is None:
        return
    execute, shadowed = loader.exec_module, vars(loader).get("exec_module")

    def exec_module(module: "ModuleType") -> None:
        vars(loader).pop("exec_module", None)  # the shadow, not the method
        if shadowed is not None:  # another's, which takes itself away
            loader.exec_module = shadowed  # type: ignore[method-assign]
        vars(module).pop(_DONE, None)  # it is loaded anew
        execute(module)
        if not hasattr(module, _DONE):
            setattr(module, _DONE, True)
            _try(patch, module)

    loader.exec_module = exec_module  # type: ignore[method-assign]  # see above


def _try(patch: "Patch", module: "ModuleType") -> None:
    try:
        patch(module)
    except Exception as error:  # noqa: BLE001  # never end the program
        _say(f"{module.__name__} is not sent through the proxy: {error!r}")


def _say(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"mitmvcr: {text}\n")


def _run_shadowed() -> None:
    """Run the ``sitecustomize`` that this one hides, as Python would have done."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != _HERE]
    ours = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        if error.name != __name__:
            raise
        sys.modules[__name__] = ours


def _sleep_by_the_real_clock() -> None:
    """Let ``time.sleep`` wait where libfaketime 0.9.10 breaks it, which sets its end
    back too (``clock_nanosleep`` with an absolute time): it is an invalid one then."""
    import time

    try:
        time.sleep(1e-9)
    except OSError:
        import select

        def sleep(seconds: "Any") -> None:
            if seconds < 0:
                raise ValueError("sleep length must be non-negative")
            select.select([], [], [], seconds)

        time.sleep = sleep


if "FAKETIME" in os.environ:
    _sleep_by_the_real_clock()
sys.meta_path.insert(0, _Finder())
_run_shadowed()
