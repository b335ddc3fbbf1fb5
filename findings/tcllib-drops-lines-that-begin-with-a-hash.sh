#!/usr/bin/env bash
# Tcl's YAML (tcllib) drops each line of a text that begins with "#", all but the first, and the blanks that a text
# begins with: of a cassette of go-vcr it reads metrics without their types, Markdown without its headings, a script
# without its comments, and Python that is not indented. It raises nothing; and the text 1,2 is 12 to it.
#
# Versions: yaml 0.4.1 of tcllib 1.21+dfsg-1 (Debian 12's package), by Tcl 8.6; gopkg.in/yaml.v3 v3.0.1, which wrote the
# file and reads it back, and PyYAML 6.0.4.
# Source: tcllib's yaml.tcl (_parseBlockScalar skips a line whose first letter is "#" as a comment, behind "the first
# line, NOT ignored comment", and takes the first line's blanks for the indentation whatever number is
# given); YAML 1.2.2, section 8.1: a block's lines are content, and comments stand outside of it.
# Why it matters to a recorder: a block is how go-vcr and all of Go write a body of several lines, so that a program in
# Tcl that is tested by such a cassette has another answer than its origin gave, under a Content-Length that is
# too long. In double quotes the same text is whole, so that a writer that has to be read by it escapes line ends.
set -euo pipefail
for tool in apt-get dpkg go python3 tclsh; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download tcllib=1.21+dfsg-1
dpkg -x tcllib*.deb unpacked
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

type kept struct {
	Body string
	Code int
}

var texts = []string{
	"# HELP jobs Jobs.\n# TYPE jobs counter\njobs 12\n",
	"# Bill\n\ntotal 10\n## Terms\nnone\n",
	"    return 1\nreturn 2\n",
	"1,2",
}

func main() {
	for at, text := range texts {
		file, _ := yaml.Marshal(kept{text, 200})
		os.WriteFile(fmt.Sprintf("%d.yaml", at), file, 0o644)
		var read kept
		if err := yaml.Unmarshal(file, &read); err != nil {
			panic(err)
		}
		fmt.Printf("%d yaml.v3 %q\n", at, read.Body)
	}
}
GO
cat > quote.py <<'PY'
import json

import yaml

for at in range(4):
    with open(f"{at}.yaml") as file:
        read = yaml.safe_load(file)
    print(at, "PyYAML", json.dumps(read["body"]))
    with open(f"{at}.quoted", "w") as file:
        yaml.safe_dump({"body": read["body"]}, file, default_style='"')
PY
cat > look.tcl <<'TCL'
lappend auto_path [glob unpacked/usr/share/tcltk/tcllib*]
package require yaml
foreach {kind ending} {tcllib yaml "tcllib, in quotes" quoted} {
    for {set at 0} {$at < 4} {incr at} {
        set file [open $at.$ending]
        set body [dict get [yaml::yaml2dict [read $file]] body]
        close $file
        puts "$at $kind \"[string map {"\n" "\\n"} $body]\""
    }
}
puts "9 yaml [package present yaml]"
TCL
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get gopkg.in/yaml.v3@v3.0.1 2> got
go run . > found
venv/bin/python quote.py >> found
timeout 60 tclsh look.tcl >> found
cat 0.yaml 2.yaml
sort -s -n -k 1,1 found | tee told
cat > expected <<'END'
0 yaml.v3 "# HELP jobs Jobs.\n# TYPE jobs counter\njobs 12\n"
0 PyYAML "# HELP jobs Jobs.\n# TYPE jobs counter\njobs 12\n"
0 tcllib "# HELP jobs Jobs.\njobs 12\n"
0 tcllib, in quotes "# HELP jobs Jobs.\n# TYPE jobs counter\njobs 12\n"
1 yaml.v3 "# Bill\n\ntotal 10\n## Terms\nnone\n"
1 PyYAML "# Bill\n\ntotal 10\n## Terms\nnone\n"
1 tcllib "# Bill\n\ntotal 10\nnone\n"
1 tcllib, in quotes "# Bill\n\ntotal 10\n## Terms\nnone\n"
2 yaml.v3 "    return 1\nreturn 2\n"
2 PyYAML "    return 1\nreturn 2\n"
2 tcllib "return 1\nreturn 2\n"
2 tcllib, in quotes "    return 1\nreturn 2\n"
3 yaml.v3 "1,2"
3 PyYAML "1,2"
3 tcllib "12"
3 tcllib, in quotes "1,2"
9 yaml 0.4.1
END
diff expected told || { echo "the behaviour has changed"; exit 1; }
