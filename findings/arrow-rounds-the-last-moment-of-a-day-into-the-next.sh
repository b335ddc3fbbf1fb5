#!/usr/bin/env bash
# Of 23:59:59.9999999Z, a time as .NET and Go write it, arrow makes the next day, where datetime, dateutil, pendulum and
# ciso8601 cut and stay in the old one; so all that is after its sixth digit is another microsecond to arrow. The same
# time in small letters, t and z, which RFC 3339 allows, arrow, pendulum and datetime refuse, and the two others read.
#
# Versions: arrow 1.4.0, pendulum 3.3.0, ciso8601 2.4.1, python-dateutil 4.0.0 (CPython 3.11).
# Source: observed; arrow's parser.py rounds by the seventh digit; RFC 3339, section 5.6: "T" and "Z" may be lower case.
# Why it matters to a recorder: what moves the times of an old answer to the present, or takes two of them for one,
# finds other times than the program does that reads them, by a second at midnight and by a microsecond anywhere; a time
# has to be moved as text, digits behind the sixth and small letters as they were.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check arrow==1.4.0 pendulum==3.3.0 ciso8601==2.4.1 \
  python-dateutil==4.0.0
cat > "$work/look.py" <<'PY'
import datetime

import arrow
import ciso8601
import dateutil.parser
import pendulum

READERS = {
    "arrow": arrow.get,
    "ciso8601": ciso8601.parse_datetime,
    "datetime": datetime.datetime.fromisoformat,
    "dateutil": dateutil.parser.parse,
    "pendulum": pendulum.parse,
}
TIMES = ["2026-11-30T23:59:59.9999999Z", "2026-11-30T10:00:00.0000006Z", "2026-11-30t10:00:00z"]


def look(read, text):
    try:
        return read(text).strftime("%dT%H:%M:%S.%f")
    except ValueError:
        return "refused"


found = {text: {name: look(read, text) for name, read in READERS.items()} for text in TIMES}
for text, seen in found.items():
    print(text, seen)
cut = dict.fromkeys(READERS, "30T23:59:59.999999")
whole = dict.fromkeys(READERS, "30T10:00:00.000000")
assert found == {
    TIMES[0]: cut | {"arrow": "01T00:00:00.000000"},
    TIMES[1]: whole | {"arrow": "30T10:00:00.000001"},
    TIMES[2]: whole | dict.fromkeys(["arrow", "datetime", "pendulum"], "refused"),
}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
