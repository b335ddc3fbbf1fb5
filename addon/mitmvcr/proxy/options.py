"""Give mitmproxy the options of a session, and read them from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mitmproxy.addonmanager import Loader

from mitmvcr.core.errors import OptionError
from mitmvcr.options import OF_SESSION, Kind, Option, Settings, settings_of
from mitmvcr.proxy.host.options import Options, add_options
from mitmvcr.values import Values

NAMES = frozenset(option.vcr for option in OF_SESSION)


class VcrOptions:
    """The options as one addon has them. What the environment and files give are their
    defaults, so that ``--set`` wins, and mitmproxy shows what is in force."""

    def __init__(self) -> None:
        self._configured = Values([])

    def add(self, loader: Loader, configured: Values | None = None) -> None:
        """Add them all. mitmproxy takes only str, int, bool and sequences of str;
        all is text here, so that a wrong value reaches our own parsers, which name
        the remedy."""
        self._configured = configured or self._configured
        add_options(loader, map(self._row, OF_SESSION))

    def _row(self, option: Option) -> tuple[str, Any, Any, str]:
        kind = Sequence[str] if option.kind is Kind.LIST else str
        return option.vcr, kind, self._default(option), _help(option)

    def _default(self, option: Option) -> str | list[str]:
        text = self._configured[option].text
        return text if isinstance(text, str) else list(text)

    def add_lists(self, opts: Options) -> None:
        """Let the lists of ``--set`` add to what is configured, as everywhere; rules
        for secrets would be lost otherwise."""
        for option in OF_SESSION:
            given = self._configured[option].given
            if given and option.kind is Kind.LIST and opts.has_changed(option.vcr):
                both = [*self._default(option), *getattr(opts, option.vcr)]
                opts.update(**{option.vcr: list(dict.fromkeys(both))})

    def parse(self, opts: Options) -> Settings:
        """Return the settings. Raises OptionError."""
        return settings_of({each.name: self._read(each, opts) for each in OF_SESSION})

    @contextmanager
    def spelled(self, opts: Options) -> Iterator[None]:
        """Name options in an OptionError of the block as the user did, if they are
        configured and not set in mitmproxy."""
        try:
            yield
        except OptionError as error:
            for option in OF_SESSION:
                value = self._configured[option]
                is_set = opts.has_changed(option.vcr)
                if option.vcr == error.option and value.given and not is_set:
                    known = (value.spelled, error.value, error.remedy)
                    raise OptionError(*known) from error
            raise

    def _read(self, option: Option, opts: Options) -> Any:
        if opts.has_changed(option.vcr):
            return option.read(getattr(opts, option.vcr))
        return self._configured[option].read()


def declare(master: Any) -> None:
    """Let mitmproxy's own command line, and its ``--options``, know ours."""
    VcrOptions().add(Loader(master))


def _help(option: Option) -> str:
    return f"{option.help} yes or no." if option.kind is Kind.SWITCH else option.help
