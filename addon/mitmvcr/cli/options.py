"""Make click's options of the table, grouped in ``--help``."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any, TypeVar

import click

from mitmvcr.cassette_options import parse_cassette
from mitmvcr.cli.report.status import Interrupted, SignalledError
from mitmvcr.core.errors import OptionError, UnusableValueError
from mitmvcr.core.modes import Mode
from mitmvcr.options import BY_NAME, MODE, Flag, Group, Kind, Option, Text, options_of
from mitmvcr.values import COMMAND_LINE, Given, Layer

_Command = TypeVar("_Command", bound=Callable[..., Any])
#: The attribute of a command's function that has what it takes of the table.
_ROWS = "__rows__"
#: The command that is meant where none is named.
_RUN = "run"


class _Named(click.Command):
    """Says which command it is whose words are wrong: click leaves that out where an
    option is given a value that takes none, or none where it takes one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            if not ctx.resilient_parsing:  # a shell completes what is not there yet
                self._check_values(ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        except BrokenPipeError:  # while it prints the help
            raise ReaderLeftError from None

    def _check_values(self, ctx: click.Context, args: Sequence[str]) -> None:
        """Raise UsageError for an option without its value: click would take what
        follows for it, be it ``--`` or another option."""
        options = _options(self, ctx)
        words = {word for each in options for word in _words(each)}
        takes_value = {
            word: each for each in options if not each.is_flag for word in each.opts
        }
        rest = iter(args)
        for word in rest:
            is_ours = word[:1] == "-" or ctx.allow_interspersed_args
            if word == "--" or not is_ours:
                return
            if word[:2] in takes_value and word[2:3] == "=":
                raise _NoValueError(word[:2], takes_value[word[:2]], word[2:])
            name, equals, value = word.partition("=")
            option = takes_value.get(name)
            if option is None:
                continue
            given = value if equals else next(rest, None)
            is_other = given == "--" or (given or "").partition("=")[0] in words
            is_missing = given is None or (is_other and not equals)
            if is_missing or not (given or isinstance(option, MayBeEmpty)):
                raise _NoValueError(name, option, given)


def _options(command: click.Command, ctx: click.Context) -> list[click.Option]:
    found = command.get_params(ctx)
    return [each for each in found if isinstance(each, click.Option)]


def _words(option: click.Option) -> Sequence[str]:
    return (*option.opts, *option.secondary_opts)


class _NoValueError(click.UsageError):
    """An option takes a value, and none was given."""

    def __init__(self, word: str, option: click.Option, found: str | None) -> None:
        follows = f"'{found}' follows" if found else "nothing follows"
        wanted = f"{word} {option.metavar or 'VALUE'}"
        super().__init__(f"{word} needs a value, and {follows}: write {wanted}")


class MayBeEmpty(click.Option):
    """An option whose value may be an empty text."""


class CommandGroup(_Named, click.Group):
    """A group whose commands are named in what is said of them."""

    command_class = _Named

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command. Raise UsageError where only a group has it."""
        found = super().get_command(ctx, cmd_name)
        quiet = found is not None or ctx.resilient_parsing
        for group in () if quiet else self.commands.values():
            if isinstance(group, click.Group) and cmd_name in group.commands:
                whole = f"'{ctx.command_path} {group.name} {cmd_name}'"
                ctx.fail(f"No such command '{cmd_name}'. Did you mean {whole}?")
        if not quiet and _RUN in self.commands and shutil.which(cmd_name):
            whole = f"'{ctx.command_path} {_RUN} -- {cmd_name}'"
            ctx.fail(f"No such command '{cmd_name}'. Did you mean {whole}?")
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Name the command that is left out most. Raise UsageError."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            word, run = error.option_name, self.commands.get(_RUN)
            if run and any(word in _words(each) for each in _options(run, ctx)):
                whole = f"'{ctx.command_path} {_RUN} {word}'"
                ctx.fail(f"No such option '{word}'. Did you mean {whole}?")
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Let a pipe that nobody reads end a command as SIGPIPE ends others, and a
        signal as it does; click would end it with 1, or take it for Ctrl-C. Raise
        ReaderLeftError or Interrupted."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeftError from None
        except SignalledError as error:
            raise Interrupted(error.signal) from None


class ReaderLeftError(Exception):
    """Whoever read stdout has left, as ``head`` does."""


class GroupedCommand(_Named):
    """Shows the options of the table under the headings of their groups, and those
    that are the command's alone under the usual one.

    There are hundreds of the table's, in all commands; they are made for the one that
    is run."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        rows = vars(self.callback).pop(_ROWS, ())
        self.params += [made for row in rows for made in _made(row)]
        return super().get_params(ctx)

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        groups: dict[str, list[tuple[str, str]]] = {each: [] for each in Group}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                heading = getattr(parameter, "group", "Options")
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


class PassingCommand(GroupedCommand):
    """Passes on what follows ``--``, and nothing else: a word before it, as the value
    of a switch, would be a filter of mitmproxy's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        behind = args[args.index("--") + 1 :] if "--" in args else []
        rest = super().parse_args(ctx, args)
        given = ctx.params["extra"]
        if len(given) > len(behind):
            ctx.fail(
                f"Got unexpected argument ({given[0]}). mitmproxy's own stand"
                " behind '--'"
            )
        return rest


class _RowOption(MayBeEmpty):
    """An option that was made of a row of the table, where it is parsed."""

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        self.group = group
        super().__init__(*args, **kwargs)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        if self.metavar == MODE.metavar:
            return [_item(each) for each in Mode if each.startswith(incomplete)]
        if kind := _PLACES.get(self.metavar or ""):
            return [_item(incomplete, kind)]
        return super().shell_complete(ctx, incomplete)


#: What a shell completes with its own files and folders, by the name of the value.
_PLACES = {"FILE": "file", "DIR": "dir"}


def _item(text: str, kind: str = "plain") -> Any:
    from click.shell_completion import CompletionItem  # a shell alone asks for it

    return CompletionItem(text, type=kind)


def _words_of_command(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[Any]:
    """Complete the words of a command as a shell does: the first by the programs on the
    PATH, if any begins so, and others by files."""
    begun = ctx.params.get(parameter.name or "")
    if incomplete and not begun and os.sep not in incomplete:
        folders = map(Path, os.get_exec_path())
        found = (each for one in folders for each in one.glob(f"{escape(incomplete)}*"))
        names = {
            each.name for each in found if os.access(each, os.X_OK) and each.is_file()
        }
        if names:
            return [_item(each) for each in sorted(names)]
    return [_item(incomplete, "file")]


def takes(command: str) -> Callable[[_Command], _Command]:
    """Add to a click command what it takes of the table. Each arrives as it was typed,
    and as None or () where it was not."""
    return takes_all(options_of(command))


def takes_all(options: tuple[Option, ...]) -> Callable[[_Command], _Command]:
    """Add these options to a :class:`GroupedCommand`."""

    def decorate(function: _Command) -> _Command:
        vars(function)[_ROWS] = options
        return function

    return decorate


def takes_format(word: str, name: str, help: str) -> Callable[[_Command], _Command]:
    """Add an option that names a format: to read, as ``source``, or to write."""

    def known(_: object, parameter: click.Parameter, value: str | None) -> str | None:
        from mitmvcr.convert import READ, WRITTEN

        names = READ if name == "source" else WRITTEN
        if value is None or value in names:
            return value
        problem = f"'{value}' is none of {', '.join(names)}"
        raise click.BadParameter(problem, param=parameter)

    return click.option(word, name, metavar="FORMAT", callback=known, help=help)


def typed(arguments: Mapping[str, Any]) -> Layer:
    """Return what click found on the command line, as a layer of values."""
    return {
        name: Given(_text(value), BY_NAME[name].word, COMMAND_LINE)
        for name, value in arguments.items()
        if value is not None and value != ()
    }


def _text(value: str | bool | tuple[str, ...]) -> Text:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _made(option: Option) -> list[_RowOption]:
    if option.flags:
        return [_of_flag(option, flag) for flag in option.flags]
    if option.kind is Kind.SWITCH:
        word = f"{option.word}/--no-{option.word.removeprefix('--')}"
        return [_of_row(option, word, default=None, help=_help(option))]
    words = [each for each in (option.word, option.short) if each]
    words += [option.name] if option.long else []
    shape = {"multiple": option.kind is Kind.LIST, "metavar": option.metavar}
    return [_of_row(option, *words, help=_help(option), **shape)]


def _of_flag(option: Option, flag: Flag) -> _RowOption:
    words = (flag.word, option.name)
    return _of_row(option, *words, flag_value=flag.value, default=None, help=flag.help)


def _of_row(option: Option, *words: str, **shape: Any) -> _RowOption:
    return _RowOption(words, group=option.group, **shape)


def _help(option: Option) -> str:
    if option.kind is Kind.LIST:
        return f"{option.help} Repeatable."
    return (
        f"{option.help} Default: {option.default}." if option.default else option.help
    )


def _known_place(_: object, parameter: click.Parameter, value: str) -> Path | str:
    """Parse a cassette that has no option. Raise BadParameter, which names the
    argument."""
    try:
        return parse_cassette(value)
    except UnusableValueError as error:
        problem = ": ".join(filter(None, (f"{error.value}", error.remedy)))
        raise click.BadParameter(problem, param=parameter) from error


#: One cassette, which may be at a URL.
PLACE = click.argument("cassette", metavar="CASSETTE", callback=_known_place)
#: What many commands take: files or folders of cassettes, and whether to print JSON.
PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
#: The command that is run.
COMMAND: dict[str, Any] = {
    "nargs": -1,
    "type": click.UNPROCESSED,
    "shell_complete": _words_of_command,
}
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def page_option(help: str) -> Callable[[_Command], _Command]:
    """Add the option that names a page to write, as ``page``."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option("--html", "page", type=kind, metavar="FILE", help=help)


def show_help_alone(context: click.Context) -> None:
    """Show the help of a group that is called with no command."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def parse_header(text: str) -> tuple[str, str]:
    """Parse a header as it is typed. Raise OptionError."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise OptionError("--header", text, "write it as 'NAME: VALUE'")
    return name.strip(), value.strip()
