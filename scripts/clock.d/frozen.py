"""Try --time freeze with programs of many languages: which have the recording's clock.
scripts/clock --freeze."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

from printed import update

from cli.helpers import answer, write_cassette

TOP = Path(__file__).parents[2]
AGE = 400 * 86400
URL = "https://old.test/"
GO = """package main
%s
import ("fmt"; "time")

func main() { fmt.Println(time.Now().Unix()) }
"""
JAVA = """class Old { public static void main(String[] a) {
    System.out.println(System.currentTimeMillis() / 1000); } }"""
NODE = "console.log(Math.floor(Date.now() / 1000))"
#: The name, the program that must be there, what prints Unix seconds, what is known.
PROGRAMS = (
    ("a native program (`date`)", "date", "date +%s", ""),
    ("Bash", "bash", "bash -c 'printf \"%(%s)T\\n\" -1'", ""),
    ("Python", "python3", "python3 -c 'import time; print(int(time.time()))'", ""),
    ("Node", "node", f"node -e '{NODE}'", ""),
    ("Ruby", "ruby", "ruby -e 'puts Time.now.to_i'", ""),
    ("Perl", "perl", "perl -e 'print time'", ""),
    ("Java", "java", "java Old.java", ""),
    ("Go", "go", "./old-static", "it asks the kernel, and no C library"),
    ("Go with cgo", "gcc", "./old-cgo", "so does this"),
    ("a static C program", "gcc", "./old-c", "nothing can be loaded before it"),
    (
        "curl, which checks the proxy's certificate by it",
        "curl",
        f"curl -sS {URL} && date +%s",
        "",
    ),
)


def build(folder: Path) -> None:
    (folder / "Old.java").write_text(JAVA)
    (folder / "go.mod").write_text("module old\n\ngo 1.24\n")
    for name, cgo, line in (("static", "0", ""), ("cgo", "1", 'import "C"')):
        source = folder / f"{name}.go"
        source.write_text(GO % line)
        words = ["go", "build", "-o", f"old-{name}", source]
        subprocess.run(
            words, cwd=folder, check=True, env=os.environ | {"CGO_ENABLED": cgo}
        )
    (folder / "old.c").write_text(
        "#include <stdio.h>\n#include <time.h>\n"
        'int main(void) { printf("%ld\\n", (long)time(0)); return 0; }\n'
    )
    words = ["gcc", "-static", "-o", "old-c", "old.c"]
    subprocess.run(words, cwd=folder, check=True)


def recording(folder: Path, at: int) -> Path:
    met = answer(URL, b"hello\n")
    headers = {**met.response.headers, "Date": [formatdate(at, usegmt=True)]}
    met = replace(met, response=replace(met.response, headers=headers))
    return write_cassette(folder / "old.yaml", met)


def clock_of(cassette: Path, command: str) -> int:
    """Return what time a command has, in Unix seconds. Raise CalledProcessError."""
    run = [sys.executable, "-m", "mitmvcr", "run", "-c", cassette, "--allow-idle"]
    run += ["--mode", "replay_only", "--allow-repeats", "--time", "freeze", "--"]
    done = subprocess.run(
        [*run, "sh", "-c", command],
        cwd=cassette.parent,
        env=os.environ | {"PYTHONPATH": str(TOP / "addon")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return int(re.findall(r"\d{10}", done.stdout)[-1])


def rows(folder: Path) -> list[str]:
    build(folder)
    at = int(time.time()) - AGE
    cassette = recording(folder, at)
    found = ["| | has the recording's clock | |", "|---|---|---|"]
    for name, program, command, why in PROGRAMS:
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed")
        works = abs(clock_of(cassette, command) - at) < 3600
        said = "" if works else why
        found.append(f"| {name} | {'yes' if works else 'no'} | {said} |")
        print(found[-1], flush=True)
    return found


def main(*, write: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(["", *rows(Path(folder)), ""])
    command = "scripts/clock --freeze --write"
    source = "which programs have its clock"
    return update(
        "docs/time.md", "frozen", table, source, check=not write, command=command
    )
