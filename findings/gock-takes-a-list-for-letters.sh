#!/usr/bin/env bash
# gock, which mocks HTTP in Go's tests, takes what a mock was given for a pattern that may stand anywhere: /items/1
# answers /items/12 and /v2/items/1, page=1 page=10, amount=1 a body with amount=1000, and api.example
# my-api.example.org. A JSON list is a set of letters, so that the mock of [1] answers any body that has a 1 in it,
# also one that is no list; and a number beyond 2^53 is rounded: a payment to 9007199254740993 answers that to ...992.
#
# Versions: gock 1.2.0 (Go 1.24 or newer).
# Source: gock's matchers.go (MatchHost, MatchPath, MatchQueryParams and MatchBody call regexp.MatchString with the
# mock's own text where it is not equal; JSON objects are compared as map[string]interface{}, whose numbers are
# float64).
# Why it matters to a recorder: mocks that were made of recorded requests, one for each, answer what was never
# recorded, with 200, and the first that was declared wins, so that the order of a file decides. What has a "+" or a
# "(" is found by itself only and not within more, so that the same test is strict with one value and loose with
# another.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod
cat > go.mod <<'MOD'
module look

go 1.24

require github.com/h2non/gock v1.2.0
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/h2non/gock"
)

const origin = "http://api.example"

func ask(method, url, kind, body string) string {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "no mock"
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func main() {
	defer gock.Off()
	gock.New(origin).Get("/items/1").MatchParam("page", "1").Persist().Reply(200).BodyString("answered")
	for _, asked := range []string{
		"/items/1?page=1", "/items/12?page=1", "/v2/items/1?page=1", "/items/1?page=10", "/items/2?page=1",
	} {
		fmt.Printf("GET %s: %s\n", asked, ask("GET", origin+asked, "", ""))
	}
	fmt.Println("GET of my-api.example.org:", ask("GET", "http://my-api.example.org/items/1?page=1", "", ""))
	for _, mock := range []struct {
		path, kind, given string
		asked             []string
	}{
		{"/text", "application/x-www-form-urlencoded", "amount=1", []string{"amount=1000", "to=ann&amount=12", "amount=2"}},
		{"/list", "application/json", "[1]", []string{"[1]", "[2, 1]", `{"pay": 100}`, "[2]"}},
		{"/object", "application/json", `{"to":9007199254740993}`, []string{`{"to":9007199254740992}`, `{"to":1}`}},
		{"/plus", "application/x-www-form-urlencoded", "a=1+1", []string{"a=1+1", "a=1+1&b=2"}},
	} {
		gock.New(origin).Post(mock.path).BodyString(mock.given).Persist().Reply(200).BodyString("answered")
		for _, asked := range mock.asked {
			fmt.Printf("POST of %s to the mock of %s: %s\n", asked, mock.given, ask("POST", origin+mock.path, mock.kind, asked))
		}
	}
}
GO
go build -o look . 2> built || { cat built; exit 1; }
echo "gock $(go list -m -f '{{.Version}}' github.com/h2non/gock)" > found
timeout 60 ./look >> found
cat found
cat > expected <<'END'
gock v1.2.0
GET /items/1?page=1: answered
GET /items/12?page=1: answered
GET /v2/items/1?page=1: answered
GET /items/1?page=10: answered
GET /items/2?page=1: no mock
GET of my-api.example.org: answered
POST of amount=1000 to the mock of amount=1: answered
POST of to=ann&amount=12 to the mock of amount=1: answered
POST of amount=2 to the mock of amount=1: no mock
POST of [1] to the mock of [1]: answered
POST of [2, 1] to the mock of [1]: answered
POST of {"pay": 100} to the mock of [1]: answered
POST of [2] to the mock of [1]: no mock
POST of {"to":9007199254740992} to the mock of {"to":9007199254740993}: answered
POST of {"to":1} to the mock of {"to":9007199254740993}: no mock
POST of a=1+1 to the mock of a=1+1: answered
POST of a=1+1&b=2 to the mock of a=1+1: no mock
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
