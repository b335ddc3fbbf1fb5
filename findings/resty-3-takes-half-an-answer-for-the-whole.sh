#!/usr/bin/env bash
# The third version of resty takes an answer that breaks off for the whole one, with 200 and no error, where its second
# raises: of "pay 10 and 1000" a program gets "pay 10", with a Content-Length and between two chunks alike; and so does
# gorequest. Only where the half is JSON that the client is to read does the third version raise, about JSON.
#
# Versions: resty.dev/v3 v3.0.0-rc.4, github.com/go-resty/resty/v2 v2.17.2, github.com/parnurzeal/gorequest v0.3.0.
# Source: resty 3's response.go (readIfRequired leaves what readAll says, and readAll makes nil of io.ErrUnexpectedEOF,
# "content-encoding scenario's"), gorequest.go (body, _ := ioutil.ReadAll); Go's net/http gives that error to both. RFC
# 9112, section 8: such a message is incomplete.
# Why it matters to a recorder: an answer that broke off while it was recorded is a success to a program with either of
# these, live too, and an error in replay if the recorder breaks off again for all others; moving from version 2 to 3
# changes which of a suite's tests can fail. A recorder must not give such an answer a length that fits.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/parnurzeal/gorequest"
	two "github.com/go-resty/resty/v2"
	three "resty.dev/v3"
)

const head = "HTTP/1.1 200 OK\r\nContent-Type: "

var said string

// serve says what is due, and ends the connection.
func serve(origin net.Listener) {
	for {
		connection, err := origin.Accept()
		if err != nil {
			return
		}
		if _, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
			io.WriteString(connection, said)
		}
		connection.Close()
	}
}

func main() {
	origin, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(origin)
	url := "http://" + origin.Addr().String() + "/"
	text, object := head+"text/plain\r\n", head+"application/json\r\n"
	for _, answer := range []struct{ name, said string }{
		{"whole", text + "Content-Length: 15\r\nConnection: close\r\n\r\npay 10 and 1000"},
		{"cut within a length", text + "Content-Length: 15\r\n\r\npay 10"},
		{"cut between chunks", text + "Transfer-Encoding: chunked\r\n\r\n6\r\npay 10\r\n"},
		{"JSON, cut", object + "Content-Length: 25\r\n\r\n{\"pay\": 10, "},
	} {
		said = answer.said
		found := map[string]any{}
		second, err := two.New().R().Get(url)
		fmt.Printf("%s: resty 2 %d %q, error %t", answer.name, second.StatusCode(), second.String(), err != nil)
		third, err := three.New().R().Get(url)
		fmt.Printf(" | resty 3 %d %q, error %t", third.StatusCode(), third.String(), err != nil)
		response, body, errs := gorequest.New().Get(url).End()
		fmt.Printf(" | gorequest %d %q, error %t", response.StatusCode, body, len(errs) > 0)
		_, err = three.New().R().SetResult(&found).Get(url)
		fmt.Printf(" | resty 3 into a map: %v, error %t\n", found, err != nil)
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/go-resty/resty/v2@v2.17.2 resty.dev/v3@v3.0.0-rc.4 github.com/parnurzeal/gorequest@v0.3.0 \
  > got 2>&1 || { cat got; exit 1; }
go mod tidy > got 2>&1 || { cat got; exit 1; }
go list -m github.com/go-resty/resty/v2 resty.dev/v3 github.com/parnurzeal/gorequest
timeout 200 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
whole: resty 2 200 "pay 10 and 1000", error false | resty 3 200 "pay 10 and 1000", error false | gorequest 200 "pay 10 and 1000", error false | resty 3 into a map: map[], error false
cut within a length: resty 2 200 "pay 10", error true | resty 3 200 "pay 10", error false | gorequest 200 "pay 10", error false | resty 3 into a map: map[], error false
cut between chunks: resty 2 200 "pay 10", error true | resty 3 200 "pay 10", error false | gorequest 200 "pay 10", error false | resty 3 into a map: map[], error false
JSON, cut: resty 2 200 "{\"pay\": 10,", error true | resty 3 200 "{\"pay\": 10,", error false | gorequest 200 "{\"pay\": 10, ", error false | resty 3 into a map: map[], error true
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
