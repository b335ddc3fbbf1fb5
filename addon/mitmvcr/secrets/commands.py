"""Passwords in command lines, of programs that take one with no name before it."""

import re
from collections.abc import Iterable, Iterator

from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.spans import Span

_USER = r"[\"']?[^\s:\"'$%,]{1,64}"
#: What begins a command, commas between; and what stands right before its secret, in
#: the manual of each program.
_COMMANDS = (
    ("curl ", rf"(?:-u|-U|--user|--proxy-user) ?{_USER}:"),
    ("http -,https -,xh -", rf"(?:a|-auth|-session=\S{{1,40}} -a)[ =]{_USER}:"),
    ("sshpass ", "-p ?"),
    (
        "docker login ,podman login ,nerdctl login ,buildah login ,skopeo login "
        ",oras login ,registry login ,auth login ,az login ,oc login ",
        "-p[ =]",
    ),
    # With a blank behind it, it asks; what follows then is the name of a database. A
    # word may be another program's option.
    (
        "mysql ,mysqldump ,mysqladmin ,mysqlimport ,mysqlsh ,mariadb ,mariadb-dump ",
        r"-p(?! |[a-z]{1,20}(?:[\s.,=]|\Z))",
    ),
    ("mongo ,mongosh ,mongodump ,mongorestore ,cqlsh ,twine upload ", "-p ?"),
    ("redis-cli ", "-a "),
    ("ldapsearch ,ldapadd ,ldapmodify ,ldapwhoami ,ldappasswd ", "-w "),
    ("sqlcmd ", "-P ?"),
    ("smbclient ", rf"-U ?{_USER}%"),
    ("lftp ", rf"-u ?{_USER},"),
    ("zip -P ", ""),
    ("keytool ,jarsigner ", "-(?:src|dest)?(?:store|key)pass "),
    ("openssl ", "-(?:pass|passin|passout) pass:"),
    ("htpasswd ", r"-[a-zA-Z]{0,5}b[a-zA-Z]{0,5} \S{1,200} \S{1,64} "),
    ("rabbitmqctl ", r"(?:add_user|change_password|authenticate_user) \S{1,64} "),
    ("net use ", r"/user:\S{1,64} "),
)
#: Not as a variable begins, or what stands for the value in a manual.
_SECRET = r"\\{0,15}[\"']?(?![$<{(*-]|%\w{1,40}%)([^\s\"'\\<>]{4,200}+)"
#: ``user/password@`` of Oracle.
_ORACLE = r"\w{3,5}:[\w.$#]{1,64}/([^\s\"'\\@]{1,200}+)@"
_BETWEEN = r"(?:[^\n|;.]|\.(?! )){0,100}?(?<=[\s-])"
_REGEXES = {
    mark.encode(): re.compile((mark + _BETWEEN + before + _SECRET).encode())
    for marks, before in _COMMANDS
    for mark in marks.split(",")
} | {b"jdbc:oracle:": re.compile(b"jdbc:oracle:" + _ORACLE.encode())}
#: What begins a command, for a search of all texts at once.
MARKS = tuple(_REGEXES)
_ANY = re.compile(b"|".join(map(re.escape, sorted(MARKS, key=len, reverse=True))))
#: What ends a command. Before that the same one does not begin again.
_ENDS = re.compile(rb"[\n|;&]|\\[nr]")
_NEAR = 60
_WORDS = re.compile(rb"[A-Za-z_-]*+")


def in_commands(names: Names, data: bytes, starts: Iterable[int]) -> Iterator[Span]:
    """Yield the passwords of commands; ``starts`` is where ``MARKS`` stand, in order,
    and other texts."""
    done: dict[bytes, int] = {}
    for at in starts:
        mark = _ANY.match(data, at)
        if mark is None or at < done.get(mark[0], 0):
            continue
        found = _REGEXES[mark[0]].match(data, at)
        if found is not None and _is_secret(names, found[1]):
            yield Span(*found.span(1), "userinfo", found[1])
        end = found or _ENDS.search(data, at, at + _NEAR)
        done[mark[0]] = end.end() if end else at + _NEAR


def _is_secret(names: Names, value: bytes) -> bool:
    """Return whether a value is neither nothing nor the name of what it stands for, as
    ``YOUR_PASSWORD``."""
    is_name = _WORDS.fullmatch(value) is not None and names.of(value).field > 0
    return is_real(value) and not is_name
