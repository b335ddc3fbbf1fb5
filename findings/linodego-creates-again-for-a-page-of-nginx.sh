#!/usr/bin/env bash
# Linode's client for Go sends what it was refused again, up to a thousand times, a POST that makes a machine too, by
# the letters of the refusal: a 400 of HTML whose headers are "Server: nginx" and "Content-Type: text/html", and not one
# with "; charset=utf-8" behind it or of another server; a 400 whose reason is "Linode busy.", and not "Linode is
# busy."; and a 503 unless it has a header X-Maintenance-Mode. A 500 it sends once.
#
# Versions: github.com/linode/linodego v1.69.1.
# Source: linodego's retries.go (defaultRetryCount is 1000; requestNGINXRetryCondition, linodeBusyRetryCondition,
# serviceUnavailableRetryCondition, for requests of any method).
# Why it matters to a recorder: a scrubber that takes Server away from recorded answers, or a server that adds a
# charset, makes one request of a thousand, or the reverse: the client then gives its program a refusal that the live
# one never saw. A replay whose own refusal is a 503 is asked a thousand times; one with a 424 or 500 once.
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
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/linode/linodego"
)

const html = "<html><body>no</body></html>"

func reason(text string) string { return `{"errors": [{"reason": "` + text + `"}]}` }

func main() {
	log.SetOutput(io.Discard)
	var asked, status int
	var headers map[string]string
	var body string
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if asked == 3 { // enough has been seen
			fmt.Fprint(w, `{"id": 7}`)
			return
		}
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer origin.Close()
	client := linodego.NewClient(nil)
	client.SetBaseURL(origin.URL)
	client.SetToken("example")
	client.SetPollDelay(10 * time.Millisecond)
	client.SetRetryMaxWaitTime(10 * time.Millisecond)
	look := func(name string, refusal int, said string, with ...string) {
		asked, status, body, headers = 0, refusal, said, map[string]string{}
		for i := 0; i < len(with); i += 2 {
			headers[with[i]] = with[i+1]
		}
		made, err := client.CreateInstance(context.Background(), linodego.InstanceCreateOptions{Region: "x", Type: "y"})
		if err != nil {
			fmt.Printf("%s: %d POST\n", name, asked)
		} else {
			fmt.Printf("%s: POST until it is taken, %d, machine %d\n", name, asked, made.ID)
		}
	}
	look("400, nginx, text/html", 400, html, "Server", "nginx", "Content-Type", "text/html")
	look("400, nginx, with a charset", 400, html, "Server", "nginx", "Content-Type", "text/html; charset=utf-8")
	look("400, nginx/1.29", 400, html, "Server", "nginx/1.29", "Content-Type", "text/html")
	look("404, nginx, text/html", 404, html, "Server", "nginx", "Content-Type", "text/html")
	look("400, Linode busy.", 400, reason("Linode busy."))
	look("400, Linode is busy.", 400, reason("Linode is busy."))
	look("503", 503, reason("no"))
	look("503, X-Maintenance-Mode", 503, reason("no"), "X-Maintenance-Mode", "planned")
	look("500", 500, reason("no"))
	look("424", 424, reason("no"))
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/linode/linodego@v1.69.1 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/linode/linodego
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
400, nginx, text/html: POST until it is taken, 3, machine 7
400, nginx, with a charset: 1 POST
400, nginx/1.29: 1 POST
404, nginx, text/html: 1 POST
400, Linode busy.: POST until it is taken, 3, machine 7
400, Linode is busy.: 1 POST
503: POST until it is taken, 3, machine 7
503, X-Maintenance-Mode: 1 POST
500: 1 POST
424: 1 POST
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
