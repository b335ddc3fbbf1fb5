"""``mitmvcr cassette prune``: what no test asked for goes."""

from collections.abc import Sequence
from pathlib import Path

from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import (
    Source,
    locked,
    without_secrets,
    write,
)
from mitmvcr.cli.tools.ledger import Ledger, progress
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.cli.tools.reports import Uses, check_fit, read_reports, uses_of
from mitmvcr.core.errors import CassetteWriteError, VcrError
from mitmvcr.core.wording import shown
from mitmvcr.options import REPORT
from mitmvcr.secrets.rules import Rules
from mitmvcr.store.files import why
from mitmvcr.tools.sorting import chosen
from mitmvcr.tools.using import Use, doubts, used_positions
from mitmvcr.values import Layer


def prune_cassettes(
    paths: Sequence[Path],
    reports: Sequence[Path],
    typed: Layer,
    *,
    yes: bool,
    as_json: bool,
) -> int:
    """Drop interactions, and delete cassettes, that no report says a test asked for;
    without ``yes`` only say which. Return 1 if one could not be judged, else 0."""
    rules, uses = rules_of("scan", typed), read_reports(reports)
    if not uses:
        raise VcrError(
            "nothing says what the tests ask for: name the reports of runs of the whole"
            f" suite, as {REPORT.word} FILE.json"
        )
    ledger = Ledger(as_json=as_json)
    for path in progress(named_cassettes(paths), "Pruning"):
        with ledger.heeding(path):
            _prune(path, uses, rules if yes else None, ledger)
    if not yes:
        ledger.note("nothing was changed: --yes does it")
    return ledger.finish(done=yes)


def _prune(path: Path, uses: Uses, rules: Rules | None, ledger: Ledger) -> None:
    own = uses_of(uses, path)
    if not own:
        _delete(path, rules, ledger)
        return
    for doubt in doubts(own):
        raise CassetteWriteError(str(path), f"stays as it is: report {doubt}")
    if rules is None:
        _drop(path, own, None, ledger)
        return
    with locked(path):
        _drop(path, own, rules, ledger)


def _drop(path: Path, uses: Sequence[Use], rules: Rules | None, ledger: Ledger) -> None:
    source = Source(path)
    sheet = source.sheet
    check_fit(uses, sheet, path)
    used = used_positions(uses)
    gone = [at for at in range(len(sheet)) if at not in used]
    if rules is not None and gone:
        entries, _ = without_secrets(chosen(sheet.entries, used), rules)
        write(path, entries, sheet, before=source.state)
    for at in gone:
        request = sheet.request(at)
        text = f"interaction {at}, {request.method or 'GET'} {shown(request.url, 300)}"
        ledger.note(f"{path}: {text}: no test asked for it")
    text = f"{len(gone)} of {len(sheet)} interactions that no test asked for"
    ledger.done(path, text, dropped=gone, deleted=False)


def _delete(path: Path, rules: Rules | None, ledger: Ledger) -> None:
    if rules is not None:
        with locked(path):
            try:
                path.unlink()
            except OSError as error:
                problem = f"cannot be deleted: {why(error)}"
                raise CassetteWriteError(str(path), problem) from error
    ledger.done(path, "no report names it: nothing uses it", dropped=[], deleted=True)
