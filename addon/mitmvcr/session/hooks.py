"""A user's Python file with hooks, loaded once; what goes wrong in it is reported with
its line, and nothing that it should have decided is done.

    def match(request, recorded) -> bool | None     True, False, or as the options say
    def before_record(interaction)                  what is kept; None drops it
    def before_replay(interaction, request)         what is answered; None as it is
    def on_miss(request, miss)                      False: it does not count; a Response
                                                    answers it; None or True: a miss

``request`` and ``recorded`` are :class:`mitmvcr.core.model.Request`, ``interaction`` is
an Interaction, ``miss`` a :class:`mitmvcr.miss.report.Miss`; they are frozen, so a
change is made with ``dataclasses.replace``.
"""

import difflib
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.sendable import is_sendable, why_not

if TYPE_CHECKING:
    from mitmvcr.miss.report import Miss

#: Each hook and what it is called with.
_HOOKS = {
    "match": ("request", "recorded"),
    "before_record": ("interaction",),
    "before_replay": ("interaction", "request"),
    "on_miss": ("request", "miss"),
}
_PREFIXES = ("before_", "after_", "on_")


class HookError(VcrError):
    """A hook failed."""


class Hooks:
    """The hooks of one file. Each method raises HookError."""

    def __init__(self, path: Path, found: dict[str, Callable[..., Any]]) -> None:
        self._path, self._found = path, found

    def __repr__(self) -> str:
        return f"<Hooks {self._path}: {', '.join(self._found)}>"

    @property
    def judge(self) -> Callable[[Request, Request], bool | None] | None:
        return self._match if "match" in self._found else None

    def _match(self, request: Request, recorded: Request) -> bool | None:
        said = self._call("match", request, recorded)
        if said is None or isinstance(said, bool):
            return said
        raise self._wrong("match", said, "True, False or None")

    def before_record(self, interaction: Interaction) -> Interaction | None:
        if "before_record" not in self._found:
            return interaction
        kept = self._call("before_record", interaction)
        if kept is None or isinstance(kept, Interaction):
            return kept
        raise self._wrong("before_record", kept, "an Interaction or None")

    def before_replay(self, interaction: Interaction, request: Request) -> Interaction:
        if "before_replay" not in self._found:
            return interaction
        changed = self._call("before_replay", interaction, request)
        if changed is None:
            return interaction
        if isinstance(changed, Interaction):
            return changed
        raise self._wrong("before_replay", changed, "an Interaction or None")

    def on_miss(self, request: Request, miss: "Miss") -> Response | bool:
        if "on_miss" not in self._found:
            return True
        said = self._call("on_miss", request, miss)
        if said is None:
            return True
        if not isinstance(said, Response | bool):
            raise self._wrong("on_miss", said, "False, a Response or None")
        if isinstance(said, Response) and not is_sendable(said):
            field, problem = why_not(said)
            raise HookError(f"on_miss returned a response with {field}: {problem}")
        return said

    def _call(self, name: str, *arguments: object) -> object:
        try:
            return self._found[name](*arguments)
        except (Exception, SystemExit) as error:
            line = _line(self._path, error.__traceback__)
            raise HookError(f"{self._path}, {line}: {name}: {_said(error)}") from error

    def _wrong(self, name: str, said: object, wanted: str) -> HookError:
        line = self._found[name].__code__.co_firstlineno
        found = type(said).__name__
        return HookError(
            f"{self._path}, line {line}: {name} returned {found}; return {wanted}"
        )


def load_hooks(path: Path) -> Hooks:
    """Run the file and return its hooks. Raise OptionError."""
    module = ModuleType("mitmvcr_hooks")
    module.__file__ = str(path)
    try:
        code = compile(path.read_bytes(), str(path), "exec")
        exec(code, module.__dict__)
    except SyntaxError as error:
        line = f"line {error.lineno}" if error.lineno else ""
        raise _unusable(path, line, error.msg) from error
    except OSError as error:
        raise _unusable(path, "", f"cannot be read: {error.strerror}") from error
    except (Exception, SystemExit) as error:
        line = _line(path, error.__traceback__)
        raise _unusable(path, line, _said(error)) from error
    own: dict[str, Callable[..., Any]] = {
        name: each
        for name, each in vars(module).items()
        if inspect.isfunction(each) and each.__code__.co_filename == str(path)
    }
    return Hooks(path, _checked(path, own))


def _checked(
    path: Path, own: dict[str, Callable[..., Any]]
) -> dict[str, Callable[..., Any]]:
    known = ", ".join(_HOOKS)
    for name, function in own.items():
        line = f"line {function.__code__.co_firstlineno}"
        if name in _HOOKS:
            _check_signature(path, line, name, function)
        elif _is_meant_as_a_hook(name):
            problem = f"there is no hook {name}; use one of {known}"
            raise _unusable(path, line, problem)
    found = {name: own[name] for name in _HOOKS if name in own}
    if not found:
        raise _unusable(path, "", f"defines none of {known}")
    return found


def _is_meant_as_a_hook(name: str) -> bool:
    close = difflib.get_close_matches(name, _HOOKS, n=1, cutoff=0.8)
    return name.startswith(_PREFIXES) or bool(close)


def _check_signature(
    path: Path, line: str, name: str, function: Callable[..., Any]
) -> None:
    wanted = f"define it as def {name}({', '.join(_HOOKS[name])})"
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise _unusable(path, line, f"{name} is not a plain function; {wanted}")
    try:
        inspect.signature(function).bind(*_HOOKS[name])
    except TypeError as error:
        problem = f"{name} cannot be called with {len(_HOOKS[name])} arguments"
        raise _unusable(path, line, f"{problem}; {wanted}") from error


def _unusable(path: Path, line: str, problem: str) -> OptionError:
    return OptionError("vcr_hooks", path, f"{line}: {problem}" if line else problem)


def _line(path: Path, trace: TracebackType | None) -> str:
    """Return the last line of that file that was running."""
    frames = traceback.extract_tb(trace)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"line {lines[-1]}" if lines else "line 1"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
