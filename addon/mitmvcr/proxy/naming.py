"""The names that a test's session and cassette get, by what its helper asks for.

A cassette is committed with its name, so that holds no secret: what a test is called
may, where a parameter stands in it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitmvcr.control.office import Problem, Wish
from mitmvcr.core.errors import UnusableValueError
from mitmvcr.options import Settings
from mitmvcr.parsing import nearest
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.secrets.scan import BYTES
from mitmvcr.store.names import cassette_of, session_name

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor

#: In bytes; what is shorter is no secret elsewhere, either.
_LEAST = 8
#: In bytes: a part of a name that is longer than the first is cut to the second.
_MOST, _CUT_TO = 190, 180
#: What helpers put a dash for.
_UNFIT = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|%]')
#: Half of a character, as a text of JSON may have it.
_HALF = re.compile(r"[\ud800-\udfff]")
#: What helpers put where they have cut a long name.
_CUT = re.compile(r"\.\.\.[0-9a-f]{16}")


class Names:
    """Makes the names of tests' cassettes, as the settings of the proxy want them."""

    def __init__(self) -> None:
        self._rules = DEFAULT
        self._redactor: Redactor | None = None

    def named(self, wish: Wish, root: Settings | None) -> dict[str, Any]:
        """Return a wish for a session with the names that it gets: without secrets, but
        as an older version named the cassette where that is there. Raise Problem."""
        fields = dict(wish)
        test = test_of(fields)
        former = name_of(fields, "formerly") if "formerly" in fields else None
        fields.pop("formerly", None)
        name = fields.get("name")
        given = fields.get("cassette", name)
        if root is None or root.dir is None or not isinstance(given, str):
            return fields
        checked("cassette" if "cassette" in fields else "name", given)
        fresh = self.hidden(given, test, root.redaction)
        old = former or given
        is_new = fresh == old or _is_there(root.dir, fresh)
        is_old = not is_new and _is_there(root.dir, old)
        fields["cassette"] = chosen = old if is_old else fresh
        if isinstance(name, str):
            more = name.removeprefix(given)
            is_of_it = name != more
            own = chosen + more if is_of_it else self.hidden(name, test, root.redaction)
            fields["name"] = own
        return fields

    def hidden(self, name: str, test: str, rules: Rules) -> str:
        """Return the name of a cassette without the secrets in the name of its test,
        and with a digest of them, so that other secrets make another name."""
        if not test:
            return name
        fresh, found = name, []
        for kind, value in self._secrets(test, rules):
            mark, before = f"REDACTED-{_UNFIT.sub('-', kind)}", fresh
            for secret in dict.fromkeys((value, _UNFIT.sub("-", value))):
                fresh = _without(fresh, secret, mark)
            if fresh != before:
                found.append(value)
        if not found:
            return name
        told = "\0".join([name.rpartition("/")[2], *found])
        digest = sha256(told.encode(*BYTES)).hexdigest()[:8]
        return f"{'/'.join(map(_cut, fresh.split('/')))}~{digest}"

    def _secrets(self, test: str, rules: Rules) -> Iterator[tuple[str, str]]:
        """Yield the kind and the value of each secret, the longest first."""
        from mitmvcr.secrets.messages import Text
        from mitmvcr.secrets.text_redactor import Sweep

        redactor, data = self._made(rules), test.encode(*BYTES)
        if rules.off:
            return
        edits = Sweep(redactor.texts).hidden(Text("", data))
        for start, end, _, kind in sorted(edits, key=lambda each: each[0] - each[1]):
            if end - start >= _LEAST:
                yield kind, data[start:end].decode(*BYTES)

    def shown(self, test: str) -> str:
        return self._made(self._rules).text(test)

    def _made(self, rules: Rules) -> "Redactor":
        """Make what hides for the first test: a start would feel the 15 ms of the
        lists. Of the environment only what stands nowhere by chance is hidden, and what
        a user names: a password that is a word would change names where it is set."""
        from mitmvcr.secrets.environment import secrets_in
        from mitmvcr.secrets.known import placeholder_of
        from mitmvcr.secrets.looks import is_random
        from mitmvcr.secrets.names import kind_of
        from mitmvcr.secrets.redactor import Redactor

        if self._redactor is None or rules != self._rules:
            chosen = {name: os.environ.get(name, "") for name in rules.secrets}
            self._rules, self._redactor = rules, Redactor(rules, chosen)
            for name, value in secrets_in(os.environ):
                if is_random(value) and not self._redactor.texts.names.is_kept(name):
                    self._redactor.memory.learn(value, placeholder_of(kind_of(name)))
        return self._redactor


def _without(name: str, secret: str, mark: str) -> str:
    """Return a name with a mark for a secret, also where that was cut off."""
    name = name.replace(secret, mark)
    for cut in reversed([*_CUT.finditer(name)]):
        before, after = name[: cut.start()], name[cut.start() :]
        for size in range(len(secret) - 1, _LEAST - 1, -1):
            if before.endswith(secret[:size]):
                name = before[:-size] + mark + after
                break
    return name


def _cut(part: str) -> str:
    """Return a part of a name that may have become longer."""
    data = part.encode(*BYTES)
    if len(data) <= _MOST:
        return part
    return data[:_CUT_TO].decode(errors="ignore").rstrip(" .")


def _is_there(folder: Path, name: str) -> bool:
    try:
        return os.path.lexists(cassette_of(folder, session_name(name)))
    except UnusableValueError:  # there can be none
        return False


def test_of(fields: Mapping[str, Any]) -> str:
    """Return the test that wants a cassette, "" where none is named. Raise Problem."""
    test = fields.get("test", "")
    is_text = isinstance(test, str) and (test or "test" not in fields)
    if not is_text or _HALF.search(test):
        raise Problem(422, "test", "is no text", "name the test, or leave it out")
    return str(test)


def name_of(fields: Mapping[str, Any], key: str) -> str:
    """Return the name in a field. Raise Problem."""
    if key not in fields:
        near = nearest(key, fields)
        meant = f"does {near} stand for it?" if near else "name one, as login/ok"
        raise Problem(422, key, "is missing", meant)
    return checked(key, fields[key])


def checked(key: str, value: Any) -> str:
    """Return a name as sessions have it. Raise Problem where it can be none."""
    if not isinstance(value, str):
        raise Problem(422, key, "is no text", "use a name as login/ok")
    try:
        return session_name(value)
    except UnusableValueError as error:
        raise Problem(422, key, f"{error.value}", error.remedy) from error
