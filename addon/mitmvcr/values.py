"""Decide which value of each option is in force, and remember where it came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, NamedTuple

from mitmvcr.core.errors import OptionError
from mitmvcr.options import OPTIONS, Kind, Option, Settings, Text, settings_of


class Given(NamedTuple):
    """A value as somebody wrote it. ``spelled`` is what the option is called there, as
    a flag or ``mitmvcr.toml:3: mode``; ``source`` is the place, for people."""

    text: Text
    spelled: str
    source: str


#: A source.
COMMAND_LINE = "command line"

#: What one place gives, by the names of the options.
Layer = Mapping[str, Given]


class Value(NamedTuple):
    """What is in force for one option. ``given`` is empty where nobody gave it; of a
    list it is all that was given, since lists add up."""

    option: Option
    given: tuple[Given, ...] = ()

    @property
    def text(self) -> str | tuple[str, ...]:
        """Return the value as text, the default where nobody gave it."""
        if self.option.kind is Kind.LIST:
            texts = (text for given in self.given for text in given.text)
            return tuple(dict.fromkeys(texts))
        text = self.given[-1].text if self.given else self.option.default
        assert isinstance(text, str)
        return text

    @property
    def source(self) -> str:
        return " + ".join(given.source for given in self.given) or "default"

    @property
    def spelled(self) -> str:
        return self.given[-1].spelled if self.given else self.option.word

    def read(self) -> Any:
        """Parse what was given, each part under its own name. Raises OptionError."""
        if not self.given:
            return self.option.read(self.option.default)
        parts = [self.option.read(each.text, each.spelled) for each in self.given]
        if self.option.kind is Kind.LIST:
            return tuple(dict.fromkeys(value for part in parts for value in part))
        return parts[-1]


class Values:
    """The value in force of every option; of the layers the first wins."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._values = {option.name: _value(option, layers) for option in OPTIONS}

    def __repr__(self) -> str:
        given = [value for value in self if value.given]
        return f"<Values {', '.join(f'{v.option.name} ({v.source})' for v in given)}>"

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values.values())

    def __getitem__(self, option: Option) -> Value:
        return self._values[option.name]

    def instead(self, option: Option, *given: Given) -> "Values":
        """Return the values with this in place of what was given for one option."""
        found = copy(self)
        found._values = {**self._values, option.name: Value(option, given)}
        return found

    def read(self, options: Iterable[Option]) -> dict[str, Any]:
        """Return the parsed values by the options' names. Raise OptionError."""
        return {option.name: self[option].read() for option in options}

    def settings(self, options: Iterable[Option]) -> Settings:
        """Return the settings that these options make; the others have their
        defaults."""
        return settings_of(self.read(options))

    @contextmanager
    def spelled(self) -> Iterator[None]:
        """Make an OptionError that is raised in the block name the option as the user
        did."""
        try:
            yield
        except OptionError as error:
            names = {value.option.vcr: value.spelled for value in self}
            name = names.get(error.option, error.option)
            raise OptionError(name, error.value, error.remedy) from error


def _value(option: Option, layers: Sequence[Layer]) -> Value:
    found = [layer[option.name] for layer in layers if option.name in layer]
    if option.kind is Kind.LIST:
        return Value(option, tuple(reversed(found)))
    return Value(option, tuple(found[:1]))
