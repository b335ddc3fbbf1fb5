"""``mitmvcr config``: every option, its value, and where it comes from."""

import json
import os

import click

from mitmvcr.cli.commands.plan import in_ci
from mitmvcr.config import in_force
from mitmvcr.options import OPTIONS, Group, Kind
from mitmvcr.values import Layer, Value, Values


def show_config(typed: Layer, *, as_json: bool) -> None:
    """Print it to stdout. Raises OptionError for a value that cannot be used."""
    values = in_force(typed, os.environ, in_ci(os.environ))
    values.read(OPTIONS)
    text = _json(values) if as_json else _toml(values)
    click.echo(text.encode("utf-8", "backslashreplace"))


def _json(values: Values) -> str:
    shown = {
        value.option.name: {"value": value.text, "source": value.source}
        for value in values
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _toml(values: Values) -> str:
    return "\n\n".join(_group(group, values) for group in Group)


def _group(group: Group, values: Values) -> str:
    lines = [_line(value) for value in values if value.option.group is group]
    return "\n".join([f"# {group}", *lines])


def _line(value: Value) -> str:
    """Return one line of TOML as it can stand in a file. JSON's texts and lists are
    TOML's."""
    if value.option.kind is Kind.SWITCH:
        text = "true" if value.read() else "false"
    else:
        text = json.dumps(value.text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{value.option.name} = {text}  # {value.source}"
