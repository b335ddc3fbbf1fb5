"""Measures in turns in one run and prints ratios, with the project's goals beside them.

Each module in benchmarks/ is a benchmark: its name, its docstring's first line, and
``rows``, which measures. Rows against "itself" compare equals, so they show how far the
others can be trusted.
"""

import argparse
import ast
import difflib
import importlib
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from harness import processes
from harness.figures import Row, as_json, as_table
from harness.race import Bench

sys.path.insert(0, str(processes.ROOT / "addon"))
FOLDER = Path(__file__).with_name("benchmarks")
#: A name for each, and its module's, in the order in which they run.
NAMES = {path.stem.replace("_", "-"): path.stem for path in sorted(FOLDER.glob("*.py"))}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, more noise")
    parser.add_argument("--https", action="store_true", help="replay over TLS")
    args = parser.parse_args(arguments)
    if unknown := [name for name in args.names if name not in NAMES]:
        return _complain(unknown[0])
    if args.list:
        print("\n".join(f"{name:14}  {summary(name)}" for name in NAMES))
        return 0
    return _run(args)


def _complain(name: str) -> int:
    near = difflib.get_close_matches(name, NAMES, 1)
    remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}"
    print(f"bench: no benchmark {name}: {remedy}", file=sys.stderr)
    return 2


def summary(name: str) -> str:
    """The first line of its docstring; nothing is imported for that."""
    source = (FOLDER / f"{NAMES[name]}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _run(args: argparse.Namespace) -> int:
    # So that the proxies and the folder go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    processes.pin_self()
    load = os.getloadavg()[0]  # of others, and ours at the end
    rows: list[Row] = []
    for name in args.names or NAMES:
        print(f"bench: {name} ...", file=sys.stderr)
        try:
            rows += measure(name, quick=args.quick, https=args.https)
        except processes.BenchError as error:
            print(f"bench: {name}: {error}", file=sys.stderr)
            return 1
    about = {
        "day": date.today().isoformat(),
        "python": platform.python_version(),
        "mitmproxy": version("mitmproxy"),
        "cores": str(os.cpu_count()),
        "load": f"{load:.1f} to {os.getloadavg()[0]:.1f}",
    }
    if args.json:
        print(as_json(rows, **about))
    else:
        print(" ".join(f"{key} {value}" for key, value in about.items()))
        print(as_table(rows))
    return 0


def measure(name: str, *, quick: bool, https: bool) -> list[Row]:
    benchmark = importlib.import_module(f"benchmarks.{NAMES[name]}")
    with tempfile.TemporaryDirectory(prefix="mitmvcr-bench-") as folder:
        return list(benchmark.rows(Bench(Path(folder), quick, https)))


if __name__ == "__main__":
    sys.exit(main())
