#!/usr/bin/env bash
# A mock of Go's httpmock for ?tag=a&tag=b answers ?tag=b&tag=a, whose order is the caller's, since it sorts a query's
# values; a mock without a query answers each query of its path, and one with a query none that has a parameter more,
# or a fragment behind it, which is never sent; hosts and ports it compares letter for letter, so that API.example and
# api.example:80 are three hosts with api.example. No body counts unless asked for, and then as a piece: "ann" is found
# in "hannah".
#
# Versions: github.com/jarcoal/httpmock v1.4.2.
# Source: its documentation tells of the sorted query and of the mock without one; RFC 9110, section 4.2.3: host names
# have no case, and http's own port may be left out.
# Why it matters to a recorder: a recording that is turned into such mocks answers requests that were never recorded,
# and refuses equal ones; an order of equal names is a part of a request, as a sort by two keys has it.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/jarcoal/httpmock"
)

func look(mock string, asked ...string) {
	httpmock.Activate()
	defer httpmock.DeactivateAndReset()
	httpmock.RegisterResponder("GET", "http://"+mock, httpmock.NewStringResponder(200, ""))
	for _, url := range asked {
		said := "none"
		if _, err := http.Get("http://" + url); err == nil {
			said = "answered"
		}
		fmt.Printf("mock of %s, asked for %s: %s\n", mock, url, said)
	}
}

func main() {
	const items = "api.example/items"
	look(items+"?tag=a&tag=b", items+"?tag=b&tag=a", items+"?tag=a")
	look(items, items+"?delete=all", "API.example/items", "api.example:80/items", items+"/")
	look(items+"?page=1", items+"?page=1&debug=1", items+"?page=1#top")
	look(items+"?acl", items+"?acl=", items+"?versioning")
	look(items+"?", items)
	httpmock.Activate()
	has, answer := httpmock.BodyContainsString("ann"), httpmock.NewStringResponder(200, "")
	httpmock.RegisterMatcherResponder("POST", "http://"+items, has, answer)
	_, err := http.Post("http://"+items, "text/plain", strings.NewReader("hannah"))
	fmt.Println("mock of a body with ann, asked with hannah: answered", err == nil)
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/jarcoal/httpmock@v1.4.2 2> got
go run . > found
cat found
cat > expected <<'END'
mock of api.example/items?tag=a&tag=b, asked for api.example/items?tag=b&tag=a: answered
mock of api.example/items?tag=a&tag=b, asked for api.example/items?tag=a: none
mock of api.example/items, asked for api.example/items?delete=all: answered
mock of api.example/items, asked for API.example/items: none
mock of api.example/items, asked for api.example:80/items: none
mock of api.example/items, asked for api.example/items/: none
mock of api.example/items?page=1, asked for api.example/items?page=1&debug=1: none
mock of api.example/items?page=1, asked for api.example/items?page=1#top: none
mock of api.example/items?acl, asked for api.example/items?acl=: none
mock of api.example/items?acl, asked for api.example/items?versioning: none
mock of api.example/items?, asked for api.example/items: none
mock of a body with ann, asked with hannah: answered true
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
