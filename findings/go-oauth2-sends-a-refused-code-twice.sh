#!/usr/bin/env bash
# Go's oauth2 sends a code or a refresh token that was refused, for whatever reason, a second time at once: to learn how
# a server wants the client's secret it puts it into a header first and, after any failure, be it a 400, a 500 or a lost
# connection, into the form. What a server takes by the form stands twice in each first log-in, the first time with a
# refusal; how often it asks goes by whether this Config has ever logged in.
#
# Versions: golang.org/x/oauth2 v0.38.0.
# Source: oauth2's internal/token.go (RetrieveToken: AuthStyleUnknown, the default, is found out by trying, and what was
# found is kept for each Config). RFC 6749, section 4.1.2: a client must not use a code more than once.
# Why it matters to a recorder: the same code in two requests that differ in place of the secret alone, one of them a
# failure, is what a good log-in looks like; a recorder that leaves failures out, or equal forms, keeps a log-in that
# cannot be replayed. And a miss at the log-in is counted twice. Setting Endpoint.AuthStyle makes one request of it.
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
	"strings"

	"golang.org/x/oauth2"
)

func main() {
	var asked []string
	refuse := 0      // the status of each refusal; -1 ends the connection
	wanted := "none" // where the server takes the secret
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := "form"
		if _, _, ok := r.BasicAuth(); ok {
			place = "header"
		}
		asked = append(asked, r.FormValue("code")+r.FormValue("refresh_token")+" by "+place)
		if place == wanted {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token": "new", "token_type": "Bearer"}`)
			return
		}
		if refuse < 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(refuse)
	}))
	defer origin.Close()
	config := func(style oauth2.AuthStyle) *oauth2.Config {
		return &oauth2.Config{ClientID: "example", ClientSecret: "example",
			Endpoint: oauth2.Endpoint{TokenURL: origin.URL, AuthStyle: style}}
	}
	look := func(name string, by *oauth2.Config, refresh string) {
		asked = nil
		var err error
		if refresh == "" {
			_, err = by.Exchange(context.Background(), "code")
		} else {
			_, err = by.TokenSource(context.Background(), &oauth2.Token{RefreshToken: refresh}).Token()
		}
		fmt.Printf("%s: %s, error %t\n", name, strings.Join(asked, ", "), err != nil)
	}
	for _, refuse = range []int{400, 424, 500, -1} {
		look(fmt.Sprintf("refused by %d", refuse), config(oauth2.AuthStyleAutoDetect), "")
	}
	refuse = 400
	look("a refresh token", config(oauth2.AuthStyleAutoDetect), "refresh")
	look("style given", config(oauth2.AuthStyleInHeader), "")
	wanted = "form"
	same := config(oauth2.AuthStyleAutoDetect)
	look("taken by the form", same, "")
	look("by the same Config again", same, "")
	look("by a new Config", config(oauth2.AuthStyleAutoDetect), "")
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get golang.org/x/oauth2@v0.38.0 > got 2>&1 || { cat got; exit 1; }
go list -m golang.org/x/oauth2
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
refused by 400: code by header, code by form, error true
refused by 424: code by header, code by form, error true
refused by 500: code by header, code by form, error true
refused by -1: code by header, code by form, error true
a refresh token: refresh by header, refresh by form, error true
style given: code by header, error true
taken by the form: code by header, code by form, error false
by the same Config again: code by form, error false
by a new Config: code by header, code by form, error false
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
