#!/usr/bin/env bash
# A patch release of go-vcr lays out the same cassette differently: 4.0.8 writes "y" and
# "no" in double quotes where 4.0.7 wrote single ones, and a line with a blank at its end
# as a block where 4.0.7 escaped it. It pins go.yaml.in/yaml v4.0.0, and 4.0.7 its rc.6.
#
# Versions: go-vcr 4.0.7 with go.yaml.in/yaml v4.0.0-rc.6, go-vcr 4.0.8 with v4.0.0.
# Source: both modules' go.mod; github.com/dnaeon/go-vcr, v4/pkg/cassette (Save).
# Why it matters to a recorder: cassettes are committed. Whoever updates go-vcr and saves
# again sees changes that no request has made, and so does who records for a project of
# the other version. Both read both; a module that pins yaml itself changes it too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/main.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"go.yaml.in/yaml/v4"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

var bodies = []string{"y", "no", "a \nb", "plain", "~", "one\ntwo\n"}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	c := cassette.New(os.Args[1])
	c.MarshalFunc = yaml.Marshal // as go-vcr's recorder does
	for _, body := range bodies {
		i := &cassette.Interaction{}
		i.Request.Method, i.Request.URL = "GET", "https://example.com/"
		i.Response.Code, i.Response.Body = 200, body
		c.AddInteraction(i)
	}
	check(c.Save())
	for _, name := range os.Args[2:] {
		other, err := cassette.Load(name)
		check(err)
		for at, i := range other.Interactions {
			if i.Response.Body != bodies[at] {
				panic(fmt.Sprintf("%s: %q was %q", name, i.Response.Body, bodies[at]))
			}
		}
	}
	info, _ := debug.ReadBuildInfo()
	for _, each := range info.Deps {
		fmt.Println(each.Path, each.Version)
	}
}
GO
cd "$work"
export GOFLAGS=-mod=mod
for version in 4.0.7 4.0.8; do
  printf 'module look\n\ngo 1.24.0\n' > go.mod
  rm -f go.sum
  go get "gopkg.in/dnaeon/go-vcr.v4@v$version" 2> got || { cat got; exit 1; }
  # The second one reads what the first has written, too.
  go run . "$work/v$version" ${first:+"$first"}
  first=$work/v$version
done
for version in 4.0.7 4.0.8; do
  grep -A2 ' body: ["'\''|].*' "v$version.yaml" | grep -v 'status\|code\|^--\|headers' > "$version.seen"
  echo "go-vcr $version:" && cat "$version.seen"
done
diff v4.0.7.yaml v4.0.8.yaml > differ && { echo "they lay it out alike now"; exit 1; }
cat > expected <<'END'
<         body: 'y'
>         body: "y"
<         body: 'no'
>         body: "no"
<         body: "a \nb"
>         body: |-
>             a 
>             b
END
grep '^[<>]' differ | diff - expected || { echo "the behaviour has changed"; exit 1; }
