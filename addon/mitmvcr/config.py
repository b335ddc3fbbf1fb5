"""Read options from the environment, ``mitmvcr.toml`` and ``pyproject.toml``."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.options import BY_NAME, CASSETTE, DIR, OPTIONS, Kind, Option, Text
from mitmvcr.parsing import nearest
from mitmvcr.values import Given, Layer, Values

FILE = "mitmvcr.toml"
_PYPROJECT = "pyproject.toml"
_PREFIX = "MITMVCR_"
#: Set by ``mitmvcr run`` for its command: whoever sees it runs inside.
INSIDE = "MITMVCR_PROXY_URL"
#: Variables with our prefix that are no options.
_OTHERS = (
    *("HOME", "DEBUG", "PROXY_URL", "CA_FILE", "CA_BUNDLE"),
    *("CONTROL_URL", "CONTROL_TOKEN", "RUN_MODE"),
)
#: What marks the top folder of a project.
_ROOTS = (".git", ".hg", ".jj")


class ConfigError(VcrError):
    """The environment or a file holds something that cannot be used."""


def in_force(
    typed: Layer,
    environment: Mapping[str, str] = os.environ,
    *defaults: Layer,
) -> Values:
    """Return the values in force: of a command line, the environment, the files that
    hold for the working folder and ``defaults``, in this order.

    Raises OptionError or ConfigError.
    """
    files = from_files(_working_folder())
    return Values([typed, from_environment(environment), *files, *defaults])


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        problem = f"the working folder cannot be read: {error.strerror}"
        raise ConfigError(problem) from error


def from_environment(environment: Mapping[str, str]) -> Layer:
    """Return the ``MITMVCR_*`` variables; an empty one counts as not set. In a list
    each value has a line of its own. Raise ConfigError for a name that is nearly an
    option's; others may be somebody else's, and are passed over."""
    found = {}
    for variable in sorted(environment):
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in _OTHERS or not environment[variable]:
            continue
        option = BY_NAME.get(name.lower())
        if option is None or option.variable != variable:
            _refuse_near(variable)
        elif option not in (CASSETTE, DIR) or INSIDE not in environment:
            text = _of_kind(option, environment[variable])
            found[option.name] = Given(text, variable, variable)
    return found


def _of_kind(option: Option, text: str) -> Text:
    if option.kind is not Kind.LIST:
        return text
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _refuse_near(variable: str) -> None:
    """Raise ConfigError for a variable whose name is nearly an option's, without its
    value: that may be a secret in the wrong variable."""
    by_variable = {option.variable.removeprefix(_PREFIX) for option in OPTIONS}
    near = nearest(variable.removeprefix(_PREFIX).upper(), by_variable)
    if near is not None:
        remedy = f"no such option; did you mean {_PREFIX}{near}?"
        raise ConfigError(f"{variable}: {remedy}")


def from_files(start: Path) -> list[Layer]:
    """Return the nearest ``mitmvcr.toml``, and behind it the nearest ``pyproject.toml``
    with a table ``[tool.mitmvcr]``, as far up as the project or the home folder
    goes."""
    found = list(places(start, Path(os.path.realpath(os.path.expanduser("~")))))
    own = (_own(place / FILE, start) for place in found)
    shared = (_shared(place / _PYPROJECT, start) for place in found)
    nearest_ones = (next(filter(_is_there, each), None) for each in (own, shared))
    return [layer for layer in nearest_ones if layer is not None]


def _is_there(layer: Layer | None) -> bool:
    """Return whether there is a file, even one that says nothing."""
    return layer is not None


def places(start: Path, home: Path) -> Iterable[Path]:
    """Return the folders to look in. Outside a project and home that is only ``start``:
    above it, as in /tmp, anybody may have put a file that names hooks."""
    found = []
    for place in (start, *start.parents):
        found.append(place)
        marks = (os.path.exists(place / mark) for mark in _ROOTS)
        if place == home or any(marks):
            return found
    return [start]


def _own(path: Path, start: Path) -> Layer | None:
    data = _read(path)
    if data is None:
        if path.is_symlink():
            raise ConfigError(f"{path}: cannot be read: the link leads nowhere")
        return None
    return _File(path, start, data).layer(_loads(path, start, data))


def _shared(path: Path, start: Path) -> Layer | None:
    """Return our table of a file that others share; None where it has none, and then
    any other fault in it is not our business."""
    data = _read(path)
    if data is None or "mitmvcr" not in data:
        return None
    tool = _loads(path, start, data).get("tool", {})
    if not isinstance(tool, dict) or "mitmvcr" not in tool:
        return None
    table = tool["mitmvcr"]
    if not isinstance(table, dict):
        raise ConfigError(f"{_shown(path, start)}: [tool.mitmvcr] is not a table")
    return _File(path, start, data, "tool.mitmvcr").layer(table)


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8-sig")  # as editors of Windows begin a file
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: it is not UTF-8") from error


def _loads(path: Path, start: Path, data: str) -> dict[str, Any]:
    import tomllib  # most starts find no file

    try:
        return tomllib.loads(data)
    except tomllib.TOMLDecodeError as error:
        remedy = "; put texts in quotes" if "Invalid value" in str(error) else ""
        problem = f"{_shown(path, start)}: not TOML: {error}{remedy}"
        raise ConfigError(problem) from error
    except RecursionError as error:
        problem = f"{_shown(path, start)}: is nested too deeply"
        raise ConfigError(problem) from error


def _shown(path: Path, start: Path) -> str:
    return path.name if path.parent == start else str(path)


class _File:
    """A file, and the table in it that is ours; the whole file without ``table``."""

    def __init__(self, path: Path, start: Path, data: str, table: str = "") -> None:
        self._path, self._start, self._data = path, start, data
        self._name, self._table = _shown(path, start), table
        header = rf"^\s*\[\s*{re.escape(table)}\s*\]"
        found = re.search(header, data, re.MULTILINE) if table else None
        self._begins = found.end() if found else 0

    def layer(self, table: Mapping[str, Any]) -> Layer:
        found: dict[str, Given] = {}
        for key, value in table.items():
            option = BY_NAME.get(key.replace("-", "_"))
            if option is None:
                is_table = isinstance(value, dict)
                raise self._table_in(key) if is_table else self._unknown(key)
            if option.name in found:
                raise ConfigError(f"{self._spelled(key)}: is given twice")
            found[option.name] = self._given(option, key, value)
        return found

    def _given(self, option: Option, key: str, value: object) -> Given:
        spelled = self._spelled(key)
        text = text_of(option, value)
        if text is None:
            is_list = option.kind is Kind.LIST
            remedy = "use a list of texts" if is_list else "use a single value"
            raise OptionError(spelled, value, remedy)
        if option.is_path:
            text = self._beside(text)
        return Given(text, spelled, str(self._path))

    def _beside(self, text: Text) -> Text:
        if not isinstance(text, str):
            return tuple(str(self._beside(each)) for each in text)
        folder = self._path.parent
        if folder == self._start or text in ("", "-") or "://" in text:
            return text
        return text if text.startswith("~") else os.path.join(folder, text)

    def _table_in(self, key: str) -> ConfigError:
        name = f"{self._table}.{key}" if self._table else key
        place = f"options stand in [{self._table}] itself"
        remedy = place if self._table else "here options stand in none"
        return ConfigError(f"{self._name}: [{name}]: is a table; {remedy}")

    def _unknown(self, key: str) -> ConfigError:
        name = key.replace("-", "_").lower()
        meant = name.removeprefix("vcr_")
        if meant != name and meant in BY_NAME:
            place = self._spelled(key).removesuffix(key)
            return ConfigError(f"{place}{meant}: stands here without vcr_ before it")
        near = nearest(name, BY_NAME)
        remedy = f"did you mean {near}?" if near else "'mitmvcr config' shows them all"
        return ConfigError(f"{self._spelled(key)}: no such option; {remedy}")

    def _spelled(self, key: str) -> str:
        """Return the key with its line, where the key begins that line."""
        pattern = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?\s*=", re.MULTILINE)
        found = pattern.search(self._data, self._begins)
        if found is None:
            return f"{self._name}: {key}"
        line = self._data.count("\n", 0, found.start()) + 1
        return f"{self._name}:{line}: {key}"


def text_of(option: Option, value: object) -> Text | None:
    """Return a value of TOML or JSON as a user would type it; None where it is of the
    wrong type."""
    if option.kind is Kind.LIST:
        values = value if isinstance(value, list) else [value]
        texts = [text for text in values if isinstance(text, str)]
        return tuple(texts) if len(texts) == len(values) else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else None
