"""What a command is: the runtime that its program is of, and the program's place."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.doctor.clients import DIVERTED, RUNTIMES

#: What runs another program that follows it.
_WRAPPERS = ("env", "sudo", "doas", "time", "nice", "nohup", "timeout", "xvfb-run")


@dataclass(frozen=True, slots=True)
class Program:
    """``runtime`` is one of the clients', ``static`` for a program that was built and
    says nothing of itself, empty where nobody can know; ``python`` is the interpreter
    of a Python program."""

    path: str
    runtime: str = ""
    python: str = ""

    @property
    def what(self) -> str:
        if self.runtime == "static":
            return (
                "a built program: it is captured where it reads HTTPS_PROXY, or with"
                f" {DIVERTED}"
            )
        if self.runtime == "go program":
            return (
                "a Go program: it is captured unless its Transport has no Proxy, or"
                f" with {DIVERTED}"
            )
        return f"{self.runtime} {self.python}".strip() or "what it runs is not known"


def program_of(command: Sequence[str]) -> Program:
    """Return what a command is; its first word was found before."""
    named = filter(_is_program, command)
    word = next((each for each in named if shutil.which(each)), command[0])
    path = shutil.which(word) or word
    head = _head(path)
    if head.startswith(b"\x7fELF"):
        runtime = _of_name(path)
        return Program(path, runtime or _built(path), _python(path, runtime))
    interpreter = _interpreter(head)
    runtime = _of_name(interpreter) or _of_name(path)
    is_python = _of_name(interpreter) == "python"
    return Program(path, runtime, interpreter if is_python else _python(path, runtime))


def _is_program(word: str) -> bool:
    is_option = word.startswith("-") or re.match(r"\w+=|\d", word)
    return not is_option and os.path.basename(word) not in _WRAPPERS


def _of_name(path: str) -> str:
    """Return the runtime that a name stands for: ``python3.12`` is Python's."""
    name = os.path.basename(path)
    return RUNTIMES.get(name) or RUNTIMES.get(re.sub(r"[\d.]+$", "", name), "")


def _python(path: str, runtime: str) -> str:
    is_one = re.match(r"python[\d.]*$", os.path.basename(path))
    return path if runtime == "python" and is_one else ""


def _interpreter(head: bytes) -> str:
    """Return the program that a script's first line names, by its path."""
    line = head.partition(b"\n")[0].decode("utf-8", "replace")
    if not line.startswith("#!"):
        return ""
    words = [word for word in line[2:].split() if not word.startswith("-")]
    if not words:
        return ""
    if os.path.basename(words[0]) == "env" and len(words) > 1:
        return shutil.which(words[1]) or words[1]
    return words[0]


def _head(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(512)
    except OSError:
        return b""


def _built(path: str) -> str:
    """Return what a program was built of: Go says so within its first megabytes."""
    try:
        with Path(path).open("rb") as file:
            is_go = b"\xff Go buildinf:" in file.read(64 << 20)
    except OSError:
        is_go = False
    return "go program" if is_go else "static"
