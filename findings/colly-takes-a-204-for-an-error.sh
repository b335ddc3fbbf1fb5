#!/usr/bin/env bash
# To colly, the usual crawler's framework for Go, each status from 203 on is an error, also one that says all went well: a
# 204, a 205, a 206 and a 226 raise "No Content", "Reset Content" and so on, and OnResponse, by which a program reads what
# came, is not called; 200, 201 and 202 are answers.
#
# Versions: github.com/gocolly/colly/v2 v2.3.0 (Go 1.26).
# Source: colly's colly.go (handleOnError: "response.StatusCode < 203"; its documentation says that it "parses only
# successful HTTP responses" unless ParseHTTPErrorResponse is set); RFC 9110, section 15.3: 2xx are successful.
# Why it matters to a recorder: a replay that answers a part with the status 200 in the place of 206, or nothing with 200 in
# the place of 204, is a success where the origin's answer was an error; the number has to be what came, also where the body
# is all there.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/gocolly/colly/v2"
)

func main() {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Path[1:])
		if status == 206 {
			w.Header().Set("Content-Range", "bytes 0-3/4")
		}
		w.WriteHeader(status)
		if status != 204 && status != 205 {
			fmt.Fprint(w, "done")
		}
	}))
	defer origin.Close()
	for _, status := range []int{200, 201, 202, 203, 204, 205, 206, 207, 226, 404} {
		for _, all := range []bool{false, true} {
			crawler := colly.NewCollector()
			crawler.ParseHTTPErrorResponse = all
			read := "nothing"
			crawler.OnResponse(func(r *colly.Response) { read = fmt.Sprintf("%q", r.Body) })
			err := crawler.Visit(fmt.Sprintf("%s/%d", origin.URL, status))
			fmt.Printf("%d, ParseHTTPErrorResponse %t: OnResponse read %s, error %v\n", status, all, read, err)
		}
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/gocolly/colly/v2@v2.3.0 > got 2>&1 || { cat got; exit 1; }
go mod tidy > got 2>&1 || { cat got; exit 1; }
go list -m github.com/gocolly/colly/v2
timeout 200 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
200, ParseHTTPErrorResponse false: OnResponse read "done", error <nil>
200, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
201, ParseHTTPErrorResponse false: OnResponse read "done", error <nil>
201, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
202, ParseHTTPErrorResponse false: OnResponse read "done", error <nil>
202, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
203, ParseHTTPErrorResponse false: OnResponse read nothing, error Non-Authoritative Information
203, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
204, ParseHTTPErrorResponse false: OnResponse read nothing, error No Content
204, ParseHTTPErrorResponse true: OnResponse read "", error <nil>
205, ParseHTTPErrorResponse false: OnResponse read nothing, error Reset Content
205, ParseHTTPErrorResponse true: OnResponse read "", error <nil>
206, ParseHTTPErrorResponse false: OnResponse read nothing, error Partial Content
206, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
207, ParseHTTPErrorResponse false: OnResponse read nothing, error Multi-Status
207, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
226, ParseHTTPErrorResponse false: OnResponse read nothing, error IM Used
226, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
404, ParseHTTPErrorResponse false: OnResponse read nothing, error Not Found
404, ParseHTTPErrorResponse true: OnResponse read "done", error <nil>
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
