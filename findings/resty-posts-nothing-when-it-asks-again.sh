#!/usr/bin/env bash
# Told to retry, resty, a usual HTTP client for Go, posts again where the connection ends without an answer, and where the
# program gave the body as a reader the second POST has an empty one: the 200 to that is the program's success, and the
# origin has kept nothing. Given as text or bytes the body is sent whole each time. A 500 and a 503 it does not repeat.
#
# Versions: github.com/go-resty/resty/v2 v2.17.2 and resty.dev/v3 v3.0.0-rc.4 beside it (Go 1.26).
# Source: resty's request.go (Execute retries any error of the transport, whatever the method) and middleware.go
# (parseRequestBody makes a new request of r.Body, the reader, which has been read to its end by then); version 3 retries
# what is idempotent, so that it posts once. RFC 9110, section 9.2.2.
# Why it matters to a recorder: one call is two interactions with two bodies, and the one with an answer is the empty one,
# which is what is replayed; a recorder that ends a connection to say "not recorded" is asked again, with nothing in it.
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
	"strings"
	"time"

	two "github.com/go-resty/resty/v2"
	three "resty.dev/v3"
)

var came []string

// serve says nothing to a first request, or what is due, and "kept" to each later one.
func serve(origin net.Listener, first func() string) {
	for {
		connection, err := origin.Accept()
		if err != nil {
			return
		}
		request, err := http.ReadRequest(bufio.NewReader(connection))
		if err == nil {
			body, _ := io.ReadAll(request.Body)
			came = append(came, fmt.Sprintf("%s %q", request.Method, body))
			said := "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nkept"
			if len(came) == 1 {
				said = first()
			}
			io.WriteString(connection, said)
		}
		connection.Close()
	}
}

func main() {
	said := ""
	origin, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(origin, func() string { return said })
	url := "http://" + origin.Addr().String() + "/"
	reader := func() any { return io.MultiReader(strings.NewReader("pay=10")) }
	text := func() any { return "pay=10" }
	second := func(body any) string {
		client := two.New().SetRetryCount(2).SetRetryWaitTime(time.Millisecond)
		answer, err := client.R().SetBody(body).Post(url)
		return fmt.Sprintf("%d %s, error %t", answer.StatusCode(), answer.String(), err != nil)
	}
	third := func(body any) string {
		client := three.New().SetRetryCount(2).SetRetryWaitTime(time.Millisecond)
		answer, err := client.R().SetBody(body).Post(url)
		return fmt.Sprintf("%d %s, error %t", answer.StatusCode(), answer.String(), err != nil)
	}
	refused := "HTTP/1.1 503 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
	for _, look := range []struct {
		name, said string
		body       func() any
		post       func(any) string
	}{
		{"2, a reader, nothing came", "", reader, second},
		{"2, a text, nothing came", "", text, second},
		{"2, a reader, 503", refused, reader, second},
		{"3, a reader, nothing came", "", reader, third},
		{"3, a text, nothing came", "", text, third},
	} {
		came, said = nil, look.said
		told := look.post(look.body())
		fmt.Printf("resty %s: %s, the program sees %s\n", look.name, strings.Join(came, ", then "), told)
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/go-resty/resty/v2@v2.17.2 resty.dev/v3@v3.0.0-rc.4 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/go-resty/resty/v2 resty.dev/v3
timeout 200 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
resty 2, a reader, nothing came: POST "pay=10", then POST "", the program sees 200 kept, error false
resty 2, a text, nothing came: POST "pay=10", then POST "pay=10", the program sees 200 kept, error false
resty 2, a reader, 503: POST "pay=10", the program sees 503 no, error false
resty 3, a reader, nothing came: POST "pay=10", the program sees 0 , error true
resty 3, a text, nothing came: POST "pay=10", the program sees 0 , error true
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
