"""Measures A B A B in one run and prints ratios, with the project's goals beside them.

The figure is the least CPU time per request of the proxy process over several rounds:
wall-clock rates drift by half on a shared machine. The rows "itself" compare equals, so
they show how far the others can be trusted.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import codec_bench
import match
import memory
import proxies
import record
import redact
import replay
import report
import start
import stream
import uploads
from plan import Plan

AREAS: dict[str, Callable[[Plan, Path], Sequence[report.Row]]] = {
    "match": match.rows,
    "uploads": uploads.rows,
    "replay": replay.rows,
    "record": record.rows,
    "redact": redact.rows,
    "start": start.rows,
    "stream": stream.rows,
    "codec": codec_bench.rows,
    "memory": memory.rows,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("area", nargs="?", choices=list(AREAS), help="default: all")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, more noise")
    parser.add_argument("--https", action="store_true", help="replay over TLS")
    args = parser.parse_args()
    plan = Plan.quick(https=args.https) if args.quick else Plan(https=args.https)
    # So that the proxies and the folder go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    proxies.pin_self()
    found: list[report.Row] = []
    with tempfile.TemporaryDirectory(prefix="mitmvcr-bench-") as folder:
        for area in [args.area] if args.area else AREAS:
            print(f"bench: {area} ...", file=sys.stderr)
            try:
                found += AREAS[area](plan, Path(folder))
            except proxies.BenchError as error:
                print(f"bench: {area}: {error}", file=sys.stderr)
                return 1
    print(report.as_json(found) if args.json else report.as_table(found))
    return 0


sys.exit(main())
