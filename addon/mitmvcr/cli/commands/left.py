"""What is said of a cassette that a command writes: secrets that it leaves, and what
is not known of requests."""

import os
from collections.abc import Sequence
from pathlib import Path

from mitmvcr.cli.report.console import say
from mitmvcr.config import in_force
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import as_word, number_of
from mitmvcr.options import options_of
from mitmvcr.secrets.identities import answered_differently
from mitmvcr.secrets.redactor import Finding, Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.session import check_secrets
from mitmvcr.store.files import why
from mitmvcr.store.late import LateSecrets
from mitmvcr.values import Layer


def rules_of(command: str, typed: Layer) -> Rules:
    """Return the rules in force for ``scan`` or ``scrub``. Raises OptionError or
    ConfigError."""
    rules = in_force(typed).settings(options_of(command)).redaction
    check_secrets(rules, os.environ)
    return rules


def looked_through(
    interactions: Sequence[Interaction], rules: Rules, path: Path | None = None
) -> tuple[Redactor, dict[int, list[Finding]]]:
    """Return a redactor that has seen a whole cassette, and the secrets by the
    positions of their interactions. ``path``: its file, which may be a journal with
    notes beside it. Raises CassetteError where they cannot be read."""
    redactor = Redactor(rules, os.environ)
    for text, new in _noted(path, interactions) if path else ():
        redactor.memory.learn(text, new)
    for each in interactions:
        redactor.interaction(each)
    found = ((n, redactor.findings(each)) for n, each in enumerate(interactions))
    return redactor, {number: secrets for number, secrets in found if secrets}


def _noted(
    path: Path, interactions: Sequence[Interaction]
) -> Sequence[tuple[bytes, bytes]]:
    """Return what showed late to be a secret, where a file is a journal."""
    if path.suffix != ".part":
        return ()
    late = LateSecrets(path.with_suffix(""))
    try:
        return late.found_in(interactions)
    except OSError as error:
        raise CassetteError(str(late.path), f"cannot be read: {why(error)}") from error


def say_what_is_left(
    name: str, interactions: Sequence[Interaction], rules: Rules
) -> None:
    _, found = looked_through(interactions, rules)
    if count := sum(map(len, found.values())):
        word = as_word(name)
        say(
            f"{name} holds {number_of(count, 'secret')}: 'mitmvcr cassette scan"
            f" {word}' shows where, 'mitmvcr cassette scrub {word}' takes them out"
        )


def say_what_is_equal(name: str, interactions: Sequence[Interaction]) -> None:
    """Say where equal requests got different answers: whose each was is known only at
    the end of a recording."""
    if count := answered_differently(interactions):
        several = "request was" if count == 1 else "requests were"
        say(
            f"{name}: {count} {several} answered in different ways. If it was for"
            " different users or keys, that was not recorded before the end: they"
            " answer in the order of the recording; record again where it counts"
        )
