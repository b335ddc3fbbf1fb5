#!/usr/bin/env bash
# "103 Early Hints" and "102 Processing" are the whole answer, with no body, to the client of Hertz, the framework by which
# ByteDance's services are written; and its DoRedirects follows a 301, a 302 and a 303 by the same POST, body included: a
# payment that is answered by a 303, which says that it is done and where its result is, is made twice.
#
# Versions: github.com/cloudwego/hertz v0.10.4 and fasthttp v1.78.0, of which it was made, beside it (Go 1.26).
# Source: Hertz's pkg/protocol/http1/resp/response.go (100 Continue alone is passed over) and pkg/protocol/client/client.go
# (DoRequestFollowRedirects sets the URL and leaves method and body as they are). RFC 9110, sections 15.2 (a client must be
# able to parse one or more 1xx) and 15.4.4.
# Why it matters to a recorder: what a recorder leaves out because it is only a hint is the answer to this client, so that a
# program that failed live passes in replay; and of two equal POSTs the first one is the redirect and the second the result,
# on two URLs: a replay that answers 303 has to have recorded a POST where all others ask by GET.
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
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	hertz "github.com/cloudwego/hertz/pkg/app/client"
	"github.com/cloudwego/hertz/pkg/protocol"
	"github.com/valyala/fasthttp"
)

const whole = "HTTP/1.1 %s\r\nLocation: /new\r\nContent-Length: 6\r\nConnection: close\r\n\r\nanswer"

var came []string

// serve answers as the path says, and ends the connection.
func serve(origin net.Listener) {
	for {
		connection, err := origin.Accept()
		if err != nil {
			return
		}
		if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
			body, _ := io.ReadAll(request.Body)
			came = append(came, fmt.Sprintf("%s %s %q", request.Method, request.URL.Path, body))
			path := request.URL.Path[1:]
			if path[0] == '1' {
				fmt.Fprintf(connection, "HTTP/1.1 %s Wait\r\n\r\n", path)
			}
			if path[0] == '3' {
				fmt.Fprintf(connection, whole, path+" Moved")
			} else {
				fmt.Fprintf(connection, whole, "200 OK")
			}
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
	for _, path := range []string{"100", "102", "103", "301", "302", "303", "307"} {
		url := "http://" + origin.Addr().String() + "/" + path
		client, err := hertz.NewClient()
		if err != nil {
			panic(err)
		}
		came = nil
		request, answer := &protocol.Request{}, &protocol.Response{}
		request.SetRequestURI(url)
		request.Header.SetMethod("POST")
		request.SetBodyString("pay=10")
		err = client.DoRedirects(context.Background(), request, answer, 3)
		fmt.Printf("%s, Hertz: %s: %d %q, error %t\n", path, strings.Join(came, ", "), answer.StatusCode(), answer.Body(), err != nil)
		came = nil
		other, told := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		other.SetRequestURI(url)
		other.Header.SetMethod("POST")
		other.SetBodyString("pay=10")
		err = (&fasthttp.Client{}).DoRedirects(other, told, 3)
		fmt.Printf("%s, fasthttp: %s: %d %q, error %t\n", path, strings.Join(came, ", "), told.StatusCode(), told.Body(), err != nil)
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/cloudwego/hertz@v0.10.4 github.com/valyala/fasthttp@v1.78.0 > got 2>&1 || { cat got; exit 1; }
go mod tidy > got 2>&1 || { cat got; exit 1; }
go list -m github.com/cloudwego/hertz github.com/valyala/fasthttp
timeout 300 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
100, Hertz: POST /100 "pay=10": 200 "answer", error false
100, fasthttp: POST /100 "pay=10": 200 "answer", error false
102, Hertz: POST /102 "pay=10": 102 "", error false
102, fasthttp: POST /102 "pay=10": 200 "answer", error false
103, Hertz: POST /103 "pay=10": 103 "", error false
103, fasthttp: POST /103 "pay=10": 200 "answer", error false
301, Hertz: POST /301 "pay=10", POST /new "pay=10": 200 "answer", error false
301, fasthttp: POST /301 "pay=10", GET /new "pay=10": 200 "answer", error false
302, Hertz: POST /302 "pay=10", POST /new "pay=10": 200 "answer", error false
302, fasthttp: POST /302 "pay=10", GET /new "pay=10": 200 "answer", error false
303, Hertz: POST /303 "pay=10", POST /new "pay=10": 200 "answer", error false
303, fasthttp: POST /303 "pay=10", GET /new "": 200 "answer", error false
307, Hertz: POST /307 "pay=10", POST /new "pay=10": 200 "answer", error false
307, fasthttp: POST /307 "pay=10", POST /new "pay=10": 200 "answer", error false
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
