"""What mitmproxy imports at its start and hardly a run needs: Flask, for its own
site, ldap3, werkzeug for local files, QUIC and HTTP/3, the grammars of filters and of
commands, and YAML for its configuration.

They are a third of a short run. Each is imported when it is first used. Names that
mitmproxy's modules take out of them stand for themselves until then.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from mitmvcr.proxy.host.capabilities import capabilities

_ADDONS = "mitmproxy.addons"
_SITE = f"{_ADDONS}.onboardingapp"
_LAYERS = "mitmproxy.proxy.layers"
#: Modules that are imported together, and the classes and functions that others take
#: out of them at their own import; another name imports them.
_LATER: tuple[Mapping[str, frozenset[str]], ...] = (
    {_SITE: frozenset()},
    {"ldap3": frozenset()},
    {  # addons/maplocal.py
        "werkzeug": frozenset(),
        "werkzeug.security": frozenset({"safe_join"}),
    },
    {"http.cookiejar": frozenset()},  # addons/stickycookie.py
    {"ruamel.yaml": frozenset()},  # optmanager.py
    {
        "mitmproxy.flowfilter": frozenset({"TFilter"}),
        "mitmproxy.command_lexer": frozenset({"unquote"}),
        "pyparsing": frozenset(),
    },
    {
        f"{_LAYERS}.quic": frozenset(
            {
                *("ClientQuicLayer", "QuicStreamEvent", "QuicStreamLayer"),
                *("QuicTlsData", "RawQuicLayer", "ServerQuicLayer"),
                "quic_parse_client_hello_from_datagrams",
            }
        ),
        f"{_LAYERS}.http._http3": frozenset({"Http3Client", "Http3Server"}),
        "aioquic.h3.connection": frozenset({"H3_ALPN"}),
        "aioquic.tls": frozenset({"CipherSuite"}),
    },
)


def postpone() -> None:
    """Do so from now on, where mitmproxy's addons were not imported yet."""
    if _ADDONS in sys.modules or not capabilities.has("late imports"):
        return
    if not any(isinstance(each, _Finder) for each in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds those modules before Python does, and puts others in their places."""

    def __init__(self) -> None:
        self._groups = {name: group for group in _LATER for name in group}

    def find_spec(
        self, name: str, path: Sequence[str] | None, _: object = None
    ) -> ModuleSpec | None:
        if name not in self._groups:
            return self._within(name)
        spec = PathFinder.find_spec(name, path)
        if spec is not None:
            spec.loader = _Loader(self, self._groups[name][name])
        return spec

    def _within(self, name: str) -> ModuleSpec | None:
        """Import a package whose module somebody wants, as Python would have done; it
        may import that by itself."""
        package = name.rpartition(".")[0]
        if package not in self._groups:
            return None
        self.whole(package)
        module = sys.modules.get(name)
        return None if module is None else ModuleSpec(name, _Imported(module))

    def whole(self, name: str) -> ModuleType:
        """Import a module, and from now on those of its group."""
        for each in self._groups.get(name, ()):
            self._groups.pop(each)
            if isinstance(sys.modules.get(each), _Later):
                del sys.modules[each]
        return import_module(name)

    def has_imported(self, name: str) -> bool:
        return name not in self._groups


class _Loader(Loader):
    def __init__(self, finder: _Finder, taken: frozenset[str]) -> None:
        self._finder, self._taken = finder, taken

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Later(spec.name, self._finder, self._taken)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == _SITE:
            vars(module)["app"] = _Site(self._finder)


class _Imported(Loader):
    """Gives a module that was imported meanwhile."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, _: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class _Later(ModuleType):
    """Stands for a module that is imported when one of its names is used."""

    def __init__(self, name: str, finder: _Finder, taken: frozenset[str]) -> None:
        super().__init__(name)
        vars(self).update(_finder=finder, _taken=taken)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system looks for these itself
            raise AttributeError(name)
        of_it = vars(self)
        if name in of_it["_taken"] and not of_it["_finder"].has_imported(self.__name__):
            return _Name(self.__name__, name, of_it["_finder"])
        return getattr(of_it["_finder"].whole(self.__name__), name)


class _Name:
    """Stands for a class or a function of such a module: nothing is an instance of it
    before the module is imported."""

    def __init__(self, module: str, name: str, finder: _Finder) -> None:
        self._module, self._name, self._finder = module, name, finder

    def _whole(self) -> Any:
        return getattr(self._finder.whole(self._module), self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._whole()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._whole(), name)

    def __getitem__(self, key: Any) -> Any:
        return self._whole()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._whole())

    def __instancecheck__(self, instance: object) -> bool:
        is_here = self._finder.has_imported(self._module)
        return is_here and isinstance(instance, self._whole())

    def __or__(self, _: object) -> "_Name":
        """Return what an annotation has for alternatives."""
        return self

    def __mro_entries__(self, _: object) -> tuple[Any, ...]:
        """Return the class itself, from which another is made."""
        return (self._whole(),)


class _Site:
    """Stands for the application that answers for mitm.it."""

    def __init__(self, finder: _Finder) -> None:
        self._finder = finder
        self.config: dict[str, Any] = {}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        app = self._finder.whole(_SITE).app
        app.config.update(self.config)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer
