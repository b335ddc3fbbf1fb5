"""``mitmvcr cassette convert``: recordings of others into cassettes, and back."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import click

from mitmvcr import convert
from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.commands.sources import Input, beside, flows, inputs_of
from mitmvcr.cli.report.console import progress, say
from mitmvcr.cli.tools.files import locked
from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    OptionError,
    VcrError,
)
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import number_of
from mitmvcr.format import foreign, reader
from mitmvcr.format.source import packed
from mitmvcr.format.writer import dumper
from mitmvcr.secrets.identities import with_identities
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.scan import BYTES
from mitmvcr.store.files import put
from mitmvcr.values import Layer

_STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was typed. ``origin`` is whose answers they are where a format names no
    host."""

    output: str | None = None
    source: str | None = None
    target: str | None = None
    origin: str = ""


@dataclass(slots=True)
class Result:
    """One file that was written, or not; ``left_out`` counts interactions."""

    path: str
    form: str
    files: list[str] = field(default_factory=list)
    interactions: int = 0
    redacted: int = 0
    notes: list[tuple[str, convert.Line]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.errors and not any(line.is_loss for _, line in self.notes)

    def facts(self) -> dict[str, object]:
        """Return it as values for JSON."""
        return {
            "target": self.path,
            "format": self.form,
            "files": self.files,
            "interactions": self.interactions,
            "redacted": self.redacted,
            "notes": [{"file": name, **line.facts()} for name, line in self.notes],
            "errors": self.errors,
        }


def convert_cassettes(
    paths: Sequence[Path], wishes: Wishes, typed: Layer, *, as_json: bool
) -> int:
    """Convert files; 1 if something was left out. Raise CassetteError where nothing
    could be written, OptionError."""
    rules = rules_of("convert", typed)
    inputs = [*inputs_of(paths)]
    if not inputs:
        problem = "holds no recording; name another folder"
        raise CassetteError(str(paths[0]), problem)
    jobs = [*_jobs(inputs, wishes)]
    shown = jobs if as_json else progress(jobs, "Converting")
    results = [_converted(*each, wishes, rules) for each in shown]
    if as_json:
        facts = [each.facts() for each in results]
        click.echo(json.dumps({"converted": facts}, indent=2))
    else:
        for each in results:
            _say(each)
    return 0 if all(each.is_whole for each in results) else 1


def _say(result: Result) -> None:
    for error in result.errors:
        say(f"error: {error}")
    for name, line in result.notes:
        say(f"{name}: {line}")
    if not result.files:
        return
    redacted = f", {result.redacted} of them redacted" if result.redacted else ""
    count = (
        f"{number_of(result.interactions, 'interaction')} in the format {result.form}"
    )
    say(f"{result.path}: {count}{redacted}")


# Which files become which

_Job = tuple[str, convert.Format, list[Input]]


def _jobs(inputs: Sequence[Input], wishes: Wishes) -> Iterator[_Job]:
    """Yield what to write, in which format, and the files of which it is made. Raise
    OptionError."""
    output = wishes.output
    if output is None:
        yield from _in_place(inputs, wishes)
    elif _is_folder(output, inputs):
        form = convert.BY_NAME[wishes.target or "go-vcr"]
        extension = next(iter(form.extensions), ".json")
        for each in inputs:
            target = Path(output) / each.within.with_suffix(extension)
            yield str(target), form, [each]
    else:
        yield output, _target_form(output, wishes), [*inputs]


def _in_place(inputs: Sequence[Input], wishes: Wishes) -> Iterator[_Job]:
    """Yield cassettes of format 1, which become ones of format 2 where they are."""
    for each in inputs:
        data = each.read()
        form = _form_of(each, data, wishes)
        if form.name != "go-vcr" or wishes.target not in (None, "go-vcr", "go-vcr-v3"):
            made = convert.BY_NAME[wishes.target or "go-vcr"]
            name = f"{each.within.stem}{next(iter(made.extensions), '.json')}"
            name = f"new-{name}" if name == each.within.name else name
            remedy = f"name the file to write, as -o {name}, or a folder, as -o new/"
            raise VcrError(f"{each.path} is not changed in place: {remedy}")
        if wishes.target is None and not reader.is_format1(data):
            reader.loads(data, str(each.path), lazy=True)  # it says what is damaged
            problem = "is of format 2 already, and there is nothing to convert"
            remedy = f"name a format, as --to har -o {each.within.stem}.har"
            raise CassetteError(str(each.path), problem, remedy=remedy)
        yield str(each.path), convert.BY_NAME[wishes.target or "go-vcr"], [each]


def _is_folder(output: str, inputs: Sequence[Input]) -> bool:
    if output == _STDOUT:
        return False
    is_many = any(each.within.parent != Path() or each.is_of_many for each in inputs)
    has_extension = bool(os.path.splitext(output)[1])
    ends_so = output.endswith(("/", os.sep))
    return ends_so or Path(output).is_dir() or (is_many and not has_extension)


def _target_form(output: str, wishes: Wishes) -> convert.Format:
    if wishes.target is not None:
        return convert.BY_NAME[wishes.target]
    if output == _STDOUT:
        return convert.BY_NAME["go-vcr"]
    form = convert.by_extension(output)
    if form is None or form.write is None:
        remedy = f"its extension names no format: say --to {'|'.join(convert.WRITTEN)}"
        raise OptionError("--output", output, remedy)
    return form


# One of them


def _converted(
    target: str,
    form: convert.Format,
    inputs: Sequence[Input],
    wishes: Wishes,
    rules: Rules,
) -> Result:
    result, found = Result(target, form.name), list[convert.Found]()
    for each in inputs:
        try:
            found.append(_read(each, wishes, result))
        except CassetteError as error:
            if len(inputs) == 1 and not each.is_of_many:
                raise
            result.errors.append(str(error))
    if not result.files:
        return result
    met = [one for each in found for one in each.interactions]
    redactor = _redactor(rules, [one for each in found for one in each.variables])
    kept = with_identities(redactor, met)
    result.notes = [(name, line.shown(redactor.text)) for name, line in result.notes]
    if not met and not result.is_whole:
        result.files.clear()
        result.errors.append(f"{target} is not written: all was left out")
        return result
    result.interactions = len(kept)
    result.redacted = _count_changed(met, kept)
    written = convert.write(kept, form)
    result.notes += [(target, line) for line in convert.lines(written.notes)]
    data = [written.data] if isinstance(written.data, bytes) else written.data
    _write(target, data, is_cassette=form.name.startswith("go-vcr"))
    return result


def _write(target: str, data: Iterable[bytes], *, is_cassette: bool) -> None:
    if target == _STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(data)
        sys.stdout.buffer.flush()
        return
    with locked(Path(target)) if is_cassette else nullcontext():
        put(Path(target), packed(target, *data), makes_folder=True)


def _redactor(rules: Rules, variables: Sequence[convert.Variable]) -> Redactor:
    """Return one that knows the secrets among the variables of the files too, as it
    does those of the environment."""
    redactor = Redactor(rules, {**{v.name: v.value for v in variables}, **os.environ})
    texts = redactor.texts
    for each in variables:
        if each.is_secret and not texts.names.is_kept(each.name):
            texts.keep_in_mind(each.value.encode(*BYTES), kind_of(each.name))
    return redactor


def _count_changed(met: Sequence[Interaction], kept: Sequence[Interaction]) -> int:
    """Count the interactions that are written in another way than they were read."""
    dump = dumper()
    pairs = zip(met, kept, strict=True)
    return sum(dump(one, 0) != dump(other, 0) for one, other in pairs)


def _read(each: Input, wishes: Wishes, result: Result) -> convert.Found:
    name, data = str(each.path), each.read()
    form = _form_of(each, data, wishes)
    source = convert.Source(data, name, beside(each), wishes.origin)
    found = convert.read(source, form, flows)
    result.files.append(name)
    result.notes += [(name, line) for line in convert.lines(found.notes)]
    return found


def _form_of(each: Input, data: bytes, wishes: Wishes) -> convert.Format:
    """Return the format of a file. Raise CassetteDamagedError."""
    if wishes.source is not None:
        return convert.BY_NAME[wishes.source]
    kind = foreign.kind_of(data)
    if kind in foreign.CODE or kind in foreign.UNREAD:
        raise CassetteDamagedError(str(each.path), foreign.what_it_is(kind, ""))
    form = convert.format_of(data, each.path.name)
    if form is None or not form.is_read:
        problem = f"is of no format that is known: say --from {'|'.join(convert.READ)}"
        raise CassetteDamagedError(str(each.path), problem)
    return form
