#!/usr/bin/env bash
# How fast GitLab's client for Go asks goes, for good, by one header of its first answer, be that a 404:
# "RateLimit-Limit: 6" makes it send six requests in a minute and a half, whatever later answers say; without it in
# the first answer it asks as fast as it can, also when all others have it. A call whose deadline is nearer than its
# turn fails without a request, and with an error that names no server.
#
# Versions: gitlab.com/gitlab-org/api/client-go/v2 v2.64.0 (Go 1.26.8).
# Source: client-go's gitlab.go (configureLimiterOnce, configureLimiter: two thirds of what the header says of a
# minute, and a third at once); WithCustomLimiter ends it. GitLab sends the header with each answer.
# Why it matters to a recorder: a header that tells of the day of the recording makes each replay as slow as that day,
# and a test with a deadline fails at a replay with no request to be seen; which answer comes first is another one
# where one test runs alone. A replay that fills in its own refusal for the first request, without the header, is
# fast.
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
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

const calls = 30

func main() {
	var asked int
	var limits []string // what the header of each answer says, none where it is empty
	var status int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked < len(limits) && limits[asked] != "" {
			w.Header().Set("RateLimit-Limit", limits[asked])
		}
		asked++
		w.WriteHeader(status)
		fmt.Fprint(w, `{"version": "1"}`)
	}))
	defer server.Close()
	look := func(refusal int, each ...string) {
		asked, limits, status = 0, each, refusal
		client, err := gitlab.NewClient("example", gitlab.WithBaseURL(server.URL))
		if err != nil {
			panic(err)
		}
		ended := "no error"
		begun := time.Now()
		for range calls {
			soon, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
			if _, _, err := client.Version.GetVersion(gitlab.WithContext(soon)); err != nil {
				ended = err.Error()
			}
			cancel()
		}
		pace := "at once"
		if time.Since(begun) > 2*time.Second {
			pace = "slowly"
		}
		fmt.Printf("%d, limits %q: %d calls are %d requests, %s: %s\n", refusal, each, calls, asked, pace, ended)
	}
	look(200)
	look(200, "600")
	look(200, "6")
	look(404, "6")
	look(200, "6", "600")
	look(200, "600", "6", "6")
	look(200, "", "6", "6")
}
GO
printf 'module look\n\ngo 1.26\n' > go.mod
export GOFLAGS=-mod=mod
go get gitlab.com/gitlab-org/api/client-go/v2@v2.64.0 > got 2>&1 || { cat got; exit 1; }
go list -m gitlab.com/gitlab-org/api/client-go/v2
timeout 150 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
200, limits []: 30 calls are 30 requests, at once: no error
200, limits ["600"]: 30 calls are 30 requests, slowly: no error
200, limits ["6"]: 30 calls are 1 requests, at once: rate: Wait(n=1) would exceed context deadline
404, limits ["6"]: 30 calls are 1 requests, at once: rate: Wait(n=1) would exceed context deadline
200, limits ["6" "600"]: 30 calls are 1 requests, at once: rate: Wait(n=1) would exceed context deadline
200, limits ["600" "6" "6"]: 30 calls are 30 requests, slowly: no error
200, limits ["" "6" "6"]: 30 calls are 30 requests, at once: no error
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
