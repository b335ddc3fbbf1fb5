"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import os
from collections.abc import Sequence

from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.commands.plan import Plan, in_ci, make_plan
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import keep_failure
from mitmvcr.cli.report.console import say
from mitmvcr.config import in_force
from mitmvcr.core.errors import VcrError
from mitmvcr.options import MODE
from mitmvcr.parsing import COMPARE
from mitmvcr.values import Layer, Values


def run_command(command: Sequence[str], typed: Layer) -> int:
    """Run it and return the exit code; ``typed`` is what the command line says."""
    try:
        child.find(command[0])
        values = in_force(typed, os.environ, in_ci(os.environ))
        with values.spelled():
            if str(values[MODE].text).strip().lower() == COMPARE:
                return _compare(command, values)
            return _run(make_plan(command, values, os.environ))
    except VcrError as error:
        keep_failure(error, os.environ)
        if not isinstance(error, CommandError):
            raise
        say(f"error: {error}")
        return error.status


def _compare(command: Sequence[str], values: Values) -> int:
    from mitmvcr.cli.commands.compare import compare

    return compare(command, values)


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
