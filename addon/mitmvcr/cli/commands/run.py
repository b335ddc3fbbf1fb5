"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import os
from collections.abc import Sequence

from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.commands.plan import Plan, in_ci, make_plan
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.report import status
from mitmvcr.cli.report.console import say
from mitmvcr.config import in_force
from mitmvcr.core.errors import VcrError
from mitmvcr.options import MODE
from mitmvcr.values import Layer


def run_command(command: Sequence[str], typed: Layer) -> int:
    """Run it and return the exit code; ``typed`` is what the command line says."""
    try:
        child.find(command[0])
        typed, compares = _comparing(typed)
        values = in_force(typed, os.environ, in_ci(os.environ))
        with values.spelled():
            plan = make_plan(command, values, os.environ)
            return _compare(plan) if compares else _run(plan)
    except CommandError as error:
        say(f"error: {error}")
        return error.status


def _comparing(typed: Layer) -> tuple[Layer, bool]:
    """Return what was typed, and whether it wants a comparison: to such a run the
    cassette is what a recording is compared with, and no session's."""
    given = typed.get(MODE.name)
    if given is None or given.text != "compare":
        return typed, False
    return {**typed, MODE.name: given._replace(text="record_only")}, True


def _compare(plan: Plan) -> int:
    from mitmvcr.cli.commands.compare import compare

    return compare(plan)


def _run(plan: Plan) -> int:
    if plan.prove:
        from mitmvcr.cli.commands.prove import prove

        return prove(plan)
    ran = run_once(plan)
    if plan.receipt is None:
        return ran.status
    from mitmvcr.cli.report.receipt import receipt_of, write_receipt

    try:
        write_receipt(plan.receipt, receipt_of(plan.command[0], ran, ran.session.store))
    except VcrError as error:
        say(f"error: {error}")
        return ran.status or status.OWN_FAILURE
    return ran.status
