#!/usr/bin/env bash
# go-getter, by which Terraform and other programs of HashiCorp's fetch, leaves a file as it is where the server's is
# no longer, whatever is in it, and takes a shorter one for a beginning of it: of "old: pay 99" and "new: pay 10 to
# ann" it makes "old: pay 99 to ann". Where a Range is answered with the whole, as a server may, it puts that behind,
# and where the HEAD that it sends first is refused, it writes over the old text and leaves the old end. Nothing of it
# is an error.
#
# Versions: go-getter 1.8.10 and 2.2.5 (Go 1.26); the script runs 2.2.5, which brings fewer modules.
# Source: go-getter's get_http.go (HttpGetter.GetFile: os.O_RDWR|os.O_CREATE without O_TRUNC, Seek to the end, 200 and
# 206 are one; no If-Range, and no ETag or Last-Modified is looked at).
# Why it matters to a recorder: which requests a run sends goes by what an earlier one left on the disk, so that a
# recording of a first run has a GET that a second one does not send, and a Range is in no cassette of a clean
# machine. A replay that refuses the HEAD, or answers a Range by the recorded whole, makes another file than either of
# the two, and a success.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	getter "github.com/hashicorp/go-getter/v2"
)

// Says how the server answers, and what the program had of the file before.
type look struct {
	name, had string
	head      int
	ranges    string // Accept-Ranges of the answer to the HEAD
	partly    bool   // whether a Range is answered by a 206
}

const text = "new: pay 10 to ann" // what the server has

func main() {
	folder, err := os.MkdirTemp("", "look")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	for at, each := range []look{
		{"nothing", "", 200, "bytes", true},
		{"other text, as long", "old: pay 99 to bob", 200, "bytes", true},
		{"other text, longer", "old: pay 99 to bob and cat", 200, "bytes", true},
		{"other text, shorter", "old: pay 99", 200, "bytes", true},
		{"the beginning", "new: pay", 200, "bytes", true},
		{"the beginning, and a Range is answered with the whole", "new: pay", 200, "bytes", false},
		{"other text, longer, and no Accept-Ranges", "old: pay 99 to bob and cat", 200, "", true},
		{"other text, longer, and the HEAD is refused by 405", "old: pay 99 to bob and cat", 405, "", true},
		{"other text, longer, and the HEAD is refused by 424", "old: pay 99 to bob and cat", 424, "bytes", true},
	} {
		var asked []string
		origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, strings.TrimSpace(r.Method+" "+r.Header.Get("Range")))
			if each.ranges != "" {
				w.Header().Set("Accept-Ranges", each.ranges)
			}
			if r.Method == "HEAD" {
				w.Header().Set("Content-Length", fmt.Sprint(len(text)))
				w.WriteHeader(each.head)
				return
			}
			var from int
			if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && each.partly {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
				w.WriteHeader(http.StatusPartialContent)
			} else {
				from = 0
			}
			fmt.Fprint(w, text[from:])
		}))
		name := filepath.Join(folder, fmt.Sprint(at))
		if each.had != "" {
			if err := os.WriteFile(name, []byte(each.had), 0o600); err != nil {
				panic(err)
			}
		}
		_, err := getter.GetFile(context.Background(), name, origin.URL+"/bill.txt")
		got, _ := os.ReadFile(name)
		fmt.Printf("had %s: %s; %v, %q\n", each.name, strings.Join(asked, ", "), err, got)
		origin.Close()
	}
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/hashicorp/go-getter/v2@v2.2.5 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/hashicorp/go-getter/v2
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
had nothing: HEAD, GET; <nil>, "new: pay 10 to ann"
had other text, as long: HEAD; <nil>, "old: pay 99 to bob"
had other text, longer: HEAD; <nil>, "old: pay 99 to bob and cat"
had other text, shorter: HEAD, GET bytes=11-; <nil>, "old: pay 99 to ann"
had the beginning: HEAD, GET bytes=8-; <nil>, "new: pay 10 to ann"
had the beginning, and a Range is answered with the whole: HEAD, GET bytes=8-; <nil>, "new: paynew: pay 10 to ann"
had other text, longer, and no Accept-Ranges: HEAD, GET; <nil>, "new: pay 10 to ann and cat"
had other text, longer, and the HEAD is refused by 405: HEAD, GET; <nil>, "new: pay 10 to ann and cat"
had other text, longer, and the HEAD is refused by 424: HEAD, GET; <nil>, "new: pay 10 to ann and cat"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
