"""What stands between a run and a program, and keeps the variables from it."""

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """``name`` as in the command, ``where`` it was seen, ``what`` it does to the
    variables, and the ``remedy``."""

    name: str
    where: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """``harmless`` says of a command (or a file that configures it) that it lets the
    variables through."""

    names: str
    what: str
    remedy: str
    harmless: Callable[[Sequence[str], Path], bool] = lambda _words, _folder: False


#: What a hermetic tool has to let through.
_WANTED = (
    *("HTTPS_PROXY", "SSL_CERT_FILE", "PYTHONPATH"),
    *("NODE_OPTIONS", "BUN_OPTIONS", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS"),
)


def _has(*marks: str) -> Callable[[Sequence[str], Path], bool]:
    return lambda words, _: any(word.startswith(marks) for word in words)


def _tox_passes(_: Sequence[str], folder: Path) -> bool:
    names = ("tox.ini", "tox.toml", "setup.cfg", "pyproject.toml")
    return any(_sets_pass_env(folder / name) for name in names)


def _sets_pass_env(file: Path) -> bool:
    """Return whether a file's pass_env has all, or Python's path."""
    text = _text(file)
    found = re.search(r"pass_?env\s*=\s*(\[[^\]]*\]|.*(?:\n[ \t]+.*)*)", text, re.I)
    return bool(found and re.search(r"PYTHONPATH|(?<![\w_])\*", found[1]))


def _env_keeps(words: Sequence[str], _: Path) -> bool:
    return not any(word in ("-i", "-", "--ignore-environment") for word in words)


def _bazel_passes(words: Sequence[str], folder: Path) -> bool:
    return "test_env=HTTPS_PROXY" in " ".join(words) + _text(folder / ".bazelrc")


_CONTAINER = (
    "a container has an environment of its own, in which 127.0.0.1 is the container"
)
_CONTAINER_REMEDY = (
    "record within it, or 'mitmvcr start --host 0.0.0.0' here and give it"
    " HTTPS_PROXY=http://HOST:8080 and the file of 'mitmvcr ca path' as SSL_CERT_FILE"
)
_ELSEWHERE = "it runs the program in another environment"
_WITHIN = "put mitmvcr behind it: {name} ... mitmvcr run -- COMMAND"

_KINDS: Sequence[_Kind] = (
    _Kind(
        "sudo doas",
        "it drops the variables of a run",
        _WITHIN + " (or keep them, as 'sudo --preserve-env' does where it may)",
        _has("-E", "--preserve-env"),
    ),
    _Kind("su runuser", _ELSEWHERE, _WITHIN),
    _Kind("env", "'env -i' drops the variables of a run", _WITHIN, _env_keeps),
    _Kind(
        "tox",
        "it passes HTTPS_PROXY and SSL_CERT_FILE on, and no PYTHONPATH, NODE_OPTIONS or"
        " JAVA_TOOL_OPTIONS: aiohttp, Node and Java need those",
        "pass_env = * in its settings",
        _tox_passes,
    ),
    _Kind(
        "bazel bazelisk",
        "its tests see none of the variables",
        " ".join(f"--test_env={name}" for name in _WANTED)
        + " on its command line or in .bazelrc",
        _bazel_passes,
    ),
    _Kind(
        "pants",
        "its tests see none of the variables",
        "--test-extra-env-vars=" + ",".join(_WANTED),
        _has("--test-extra-env-vars"),
    ),
    _Kind(
        "turbo",
        "its strict mode keeps the variables from tasks",
        "--env-mode=loose",
        _has("--env-mode=loose"),
    ),
    _Kind(
        "docker docker-compose podman podman-compose nerdctl",
        _CONTAINER,
        _CONTAINER_REMEDY,
    ),
    _Kind(
        "gradle gradlew",
        "a daemon that is already running keeps the JVM options of its start: its own"
        " requests bypass the proxy",
        "--no-daemon",
        _has("--no-daemon"),
    ),
    _Kind("mvnd", "its daemon keeps the variables of its start", "use mvn"),
    _Kind(
        "spring",
        "its server keeps the variables of its start",
        "DISABLE_SPRING=1 in the environment",
    ),
    _Kind("ssh kubectl flatpak snap systemd-run", _ELSEWHERE, _WITHIN),
)
_BY_NAME: Mapping[str, _Kind] = {
    name: kind for kind in _KINDS for name in kind.names.split()
}

#: What runs another command that follows it, with the same variables.
_WRAPPERS = (
    *("env", "exec", "time", "nice", "nohup", "timeout", "xvfb-run", "stdbuf", "npx"),
    *("run", "exec", "sudo", "do", "then", "else", "!", "--"),
)
_SHELLS = ("sh", "bash", "dash", "zsh")
_SEPARATORS = ("&&", "||", ";", "|", "&", "(", "{")
_LONGEST = 1 << 16


def layers_of(command: Sequence[str], folder: Path) -> list[Layer]:
    """Return what stands between in a command, and in the script that it is."""
    found = {each.name: each for each in _in_words(command, folder, "the command")}
    inner = _unwrapped(command)
    for number, words in _lines_of_script(inner):
        where = f"{inner[0]}, line {number}"
        for each in _in_words(words, folder, where):
            found.setdefault(each.name, each)
    return list(found.values())


def _unwrapped(command: Sequence[str]) -> Sequence[str]:
    """Return the command without ``env``, ``timeout`` and their like before it."""
    for at, word in enumerate(command):
        if os.path.basename(word) not in _WRAPPERS and not _passes(word):
            return command[at:]
    return command


def _in_words(words: Sequence[str], folder: Path, where: str) -> Iterator[Layer]:
    flat = list(_flat(words))
    begins = True
    for at, word in enumerate(flat):
        name = os.path.basename(word)
        kind = _BY_NAME.get(name)
        if begins and kind is not None and not kind.harmless(flat[at:], folder):
            yield Layer(name, where, kind.what, kind.remedy.format(name=name))
        # What follows an option or a NAME=VALUE of a wrapper may be the command.
        begins = word in _SEPARATORS or name in _WRAPPERS or (begins and _passes(word))


def _passes(word: str) -> bool:
    return word.startswith("-") or re.match(r"\w+=|\d+[smh]?$", word) is not None


def _flat(words: Sequence[str]) -> Iterator[str]:
    """Yield the words, with those of ``sh -c "..."`` in place of its text."""
    for at, word in enumerate(words):
        is_text = at > 1 and re.fullmatch(r"-\w*c", words[at - 1])
        if is_text and os.path.basename(words[at - 2]) in _SHELLS:
            yield ";"
            yield from _split(word)
        else:
            yield word


def _split(text: str) -> list[str]:
    lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # a quote that does not end
        return text.split()


def _lines_of_script(command: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a shell's script, by number."""
    script = command[0]
    if os.path.basename(script) in _SHELLS and len(command) > 1:
        script = command[1]
    text = _text(Path(script))
    if script == command[0] and not re.match(r"#!.*\b(ba|da|z)?sh\b", text):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#"):
            yield number, _split(line)


def _text(file: Path) -> str:
    """Return the beginning of a file as text; none of one that cannot be read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_LONGEST)
    except OSError:
        return ""


def daemons() -> Iterator[Layer]:
    """Yield the build daemons that run, as far as the system lists its processes."""
    for folder in Path("/proc").glob("[0-9]*"):
        if "org.gradle.launcher.daemon" in _text(folder / "cmdline"):
            yield Layer(
                "Gradle daemon",
                f"process {folder.name}",
                "it keeps the JVM options of its start",
                "gradle --stop, or --no-daemon",
            )
