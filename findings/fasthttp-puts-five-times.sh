#!/usr/bin/env bash
# fasthttp puts five times, at once, where the answer breaks off, also if its status, its headers and a part of its body had
# come, and the program hears of the last try alone; so it does where nothing came. Its DoRedirects follows a POST's 301 and
# 302 by a GET that has the POST's body, and a PUT's by the same PUT. A POST that is not answered it sends once.
#
# Versions: github.com/valyala/fasthttp v1.78.0 and Go 1.26's net/http beside it.
# Source: fasthttp's client.go (DefaultMaxIdemponentCallAttempts is 5, isIdempotent is GET, HEAD and PUT;
# doRequestFollowRedirects changes the method for 301 and 302, and takes the body off for 303 alone). net/http asks once more
# on a connection that it had used before and where nothing came, and takes the body off with the method.
# Why it matters to a recorder: one call is five interactions that are equal, so that how many were recorded is how often it
# broke, and one that replays an interruption is asked five times for it; a replay of a GET has to compare a body. Whoever
# tells an origin's failures by counting its requests counts the client's, too.
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
	"sync"

	"github.com/valyala/fasthttp"
)

var (
	lock sync.Mutex
	came []string
)

const whole = "HTTP/1.1 %s\r\nLocation: /new\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsaid"

// serve answers as the path says, and ends the connection.
func serve(origin net.Listener) {
	for {
		connection, err := origin.Accept()
		if err != nil {
			return
		}
		if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
			body, _ := io.ReadAll(request.Body)
			lock.Lock()
			came = append(came, fmt.Sprintf("%s %q", request.Method, body))
			lock.Unlock()
			switch path := request.URL.Path[1:]; path {
			case "nothing":
			case "part":
				io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10")
			case "new":
				fmt.Fprintf(connection, whole, "200 OK")
			default:
				fmt.Fprintf(connection, whole, path+" Moved")
			}
		}
		connection.Close()
	}
}

func fast(method, url string) string {
	request, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	request.SetRequestURI(url)
	request.Header.SetMethod(method)
	if method != "GET" {
		request.SetBodyString("pay=10")
	}
	if err := (&fasthttp.Client{}).DoRedirects(request, answer, 3); err != nil {
		return "an error"
	}
	return fmt.Sprint(answer.StatusCode())
}

func plain(method, url string) string {
	var body io.Reader
	if method != "GET" {
		body = strings.NewReader("pay=10")
	}
	request, _ := http.NewRequest(method, url, body)
	answer, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err == nil {
		_, err = io.ReadAll(answer.Body)
	}
	if err != nil {
		return "an error"
	}
	return fmt.Sprint(answer.StatusCode)
}

func main() {
	origin, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(origin)
	for _, asked := range []string{
		"GET part", "PUT part", "PUT nothing", "POST part", "POST nothing", "POST 301", "POST 302", "POST 303", "PUT 302", "PUT 303",
	} {
		method, path, _ := strings.Cut(asked, " ")
		for _, by := range []struct {
			name string
			call func(string, string) string
		}{{"fasthttp", fast}, {"net/http", plain}} {
			came = nil
			told := by.call(method, "http://"+origin.Addr().String()+"/"+path)
			lock.Lock()
			fmt.Printf("%s, %s: %s: %s\n", asked, by.name, strings.Join(came, ", "), told)
			lock.Unlock()
		}
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/valyala/fasthttp@v1.78.0 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/valyala/fasthttp
timeout 200 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
GET part, fasthttp: GET "", GET "", GET "", GET "", GET "": an error
GET part, net/http: GET "": an error
PUT part, fasthttp: PUT "pay=10", PUT "pay=10", PUT "pay=10", PUT "pay=10", PUT "pay=10": an error
PUT part, net/http: PUT "pay=10": an error
PUT nothing, fasthttp: PUT "pay=10", PUT "pay=10", PUT "pay=10", PUT "pay=10", PUT "pay=10": an error
PUT nothing, net/http: PUT "pay=10": an error
POST part, fasthttp: POST "pay=10": an error
POST part, net/http: POST "pay=10": an error
POST nothing, fasthttp: POST "pay=10": an error
POST nothing, net/http: POST "pay=10": an error
POST 301, fasthttp: POST "pay=10", GET "pay=10": 200
POST 301, net/http: POST "pay=10", GET "": 200
POST 302, fasthttp: POST "pay=10", GET "pay=10": 200
POST 302, net/http: POST "pay=10", GET "": 200
POST 303, fasthttp: POST "pay=10", GET "": 200
POST 303, net/http: POST "pay=10", GET "": 200
PUT 302, fasthttp: PUT "pay=10", PUT "pay=10": 200
PUT 302, net/http: PUT "pay=10", GET "": 200
PUT 303, fasthttp: PUT "pay=10", GET "": 200
PUT 303, net/http: PUT "pay=10", GET "": 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
