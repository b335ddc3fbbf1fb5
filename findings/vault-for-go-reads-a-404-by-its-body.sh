#!/usr/bin/env bash
# A 404 is three things to Vault's client for Go: with no body or with errors it is nothing, and no error, so that a
# program which looks at the error alone goes on; with "data" or "warnings" in it, it is a secret as a 200 is; a page
# of HTML is an error about JSON. To a write the same 404 is an error, and a secret beside it. And a 412 it asks three
# times.
#
# Versions: github.com/hashicorp/vault/api v1.23.0 (Go 1.26.8).
# Source: vault/api's logical.go (ParseRawResponseAndCloseBody: a 404 is parsed before the error is looked at; write)
# and client.go (DefaultRetryPolicy: a 412, and what go-retryablehttp repeats, a 5xx but 501 and a 429, of any
# method).
# Why it matters to a recorder: a replay that says "not recorded" by a 404 tells the program that there is no such
# secret, without an error, if it says so in JSON, and gives it one made of the explanation if that stands under
# "data" or "warnings"; by a 424 it is an error in each case. Who reads a cassette can not tell by the status what was
# found.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY VAULT_ADDR VAULT_TOKEN VAULT_NAMESPACE
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/hashicorp/vault/api"
)

func main() {
	var asked, status int
	var said string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.WriteHeader(status)
		fmt.Fprint(w, said)
	}))
	defer server.Close()
	config := api.DefaultConfig()
	config.Address = server.URL
	config.MinRetryWait, config.MaxRetryWait = 1, 2
	client, err := api.NewClient(config)
	if err != nil {
		panic(err)
	}
	client.SetToken("example")
	told := func(secret *api.Secret, err error) string {
		found := "no secret"
		if secret != nil {
			found = "a secret"
		}
		if err == nil {
			return found + ", no error"
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		return found + ", " + first
	}
	look := func(refusal int, body string) {
		status, said = refusal, body
		fmt.Println(status, said)
		asked = 0
		fmt.Printf("  read, %s", told(client.Logical().Read("secret/a")))
		fmt.Printf(" (%d requests)\n", asked)
		asked = 0
		fmt.Printf("  write, %s", told(client.Logical().Write("secret/a", map[string]any{"a": 1})))
		fmt.Printf(" (%d requests)\n", asked)
	}
	for _, body := range []string{"", `{"errors": ["no"]}`, `{"data": {"a": 1}}`, `{"warnings": ["no"]}`, "<p>no</p>"} {
		look(http.StatusNotFound, body)
	}
	for _, each := range []int{403, 412, 424, 501, 503} {
		look(each, `{"data": {"a": 1}}`)
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/hashicorp/vault/api@v1.23.0 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/hashicorp/vault/api
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
404 
  read, no secret, no error (1 requests)
  write, no secret, Error making API request. (1 requests)
404 {"errors": ["no"]}
  read, no secret, no error (1 requests)
  write, no secret, Error making API request. (1 requests)
404 {"data": {"a": 1}}
  read, a secret, no error (1 requests)
  write, a secret, Error making API request. (1 requests)
404 {"warnings": ["no"]}
  read, a secret, no error (1 requests)
  write, a secret, Error making API request. (1 requests)
404 <p>no</p>
  read, no secret, invalid character '<' looking for beginning of value (1 requests)
  write, no secret, invalid character '<' looking for beginning of value (1 requests)
403 {"data": {"a": 1}}
  read, no secret, Error making API request. (1 requests)
  write, no secret, Error making API request. (1 requests)
412 {"data": {"a": 1}}
  read, no secret, Error making API request. (3 requests)
  write, no secret, Error making API request. (3 requests)
424 {"data": {"a": 1}}
  read, no secret, Error making API request. (1 requests)
  write, no secret, Error making API request. (1 requests)
501 {"data": {"a": 1}}
  read, no secret, Error making API request. (1 requests)
  write, no secret, Error making API request. (1 requests)
503 {"data": {"a": 1}}
  read, no secret, Error making API request. (3 requests)
  write, no secret, Error making API request. (3 requests)
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
