#!/usr/bin/env bash
# discordgo sends a message again, at once and four times in all, after a 502, and once after a 500, a 503 or a 504; a
# 429 it obeys by its body, as often as it comes; the number in Retry-After is not read there. A 429 that is a page of
# HTML is an error about JSON.
#
# Versions: github.com/bwmarrin/discordgo v0.29.0.
# Source: discordgo's restapi.go (RequestWithLockedBucket: StatusBadGateway up to MaxRestRetries, of any method; 429 by
# retry_after of the body, unless ShouldRetryOnRateLimit is false).
# Why it matters to a recorder: a chat has the same message four times in its cassette after one 502, and with it as
# often in the channel; another 5xx of the same gateway is one request. How long a recorded 429 makes the client wait
# stands in its body, where a recorder that shortens Retry-After does not look.
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
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
)

const enough = 9 // the request that is taken, whatever came before

// Sends what is for Discord to the origin.
type origin string

func (o origin) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Scheme, r.URL.Host = "http", string(o)
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	log.SetOutput(io.Discard)
	var asked, status int
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if asked == enough {
			fmt.Fprint(w, `{"id": "7"}`)
			return
		}
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "30")
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer server.Close()
	session, err := discordgo.New("Bot example")
	if err != nil {
		panic(err)
	}
	session.Client = &http.Client{Transport: origin(strings.TrimPrefix(server.URL, "http://"))}
	look := func(refusal int, said string) {
		asked, status, body = 0, refusal, said
		begun := time.Now()
		_, err := session.ChannelMessageSend("1", "hello")
		ended := "raised"
		if err == nil {
			ended = "sent"
		}
		if time.Since(begun) > 25*time.Second {
			ended += " after the 30 seconds"
		}
		fmt.Printf("%d %s: %d POST, %s\n", refusal, said, asked, ended)
	}
	for _, refusal := range []int{424, 500, 502, 503, 504} {
		look(refusal, "{}")
	}
	for _, said := range []string{`{"retry_after": 0.05}`, "<p>slowly</p>"} {
		look(http.StatusTooManyRequests, said)
	}
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/bwmarrin/discordgo@v0.29.0 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/bwmarrin/discordgo
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
424 {}: 1 POST, raised
500 {}: 1 POST, raised
502 {}: 4 POST, raised
503 {}: 1 POST, raised
504 {}: 1 POST, raised
429 {"retry_after": 0.05}: 9 POST, sent
429 <p>slowly</p>: 1 POST, raised
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
