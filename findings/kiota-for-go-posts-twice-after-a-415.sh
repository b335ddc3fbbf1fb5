#!/usr/bin/env bash
# Clients that Kiota made for Go, as Microsoft Graph's is, send each body as gzip, unasked, seven bytes as thirty-one,
# and after a 415 send it once more as it was, under the same method, a POST too. A 429, 503 or 504 has any of them
# sent up to three times more, each under a header of its own, Retry-Attempt, and a 415 behind one of these is the
# program's.
#
# Versions: github.com/microsoft/kiota-http-go v1.5.4 (Go 1.26.8).
# Source: kiota-http-go's compression_handler.go (Intercept; NewCompressionHandler, which is among the default
# handlers of kiota_client_factory.go's getDefaultMiddleWare) and retry_handler.go (retryAttemptHeader).
# Why it matters to a recorder: what the program said is not to be read in the cassette unless the recorder undoes
# Content-Encoding in requests, too, and as bytes it changes with Go's own compressor. A 415 is an answer of which the
# program knows nothing; where a replay gives the second body the first one's 415, that is the program's error. An
# ignored Retry-Attempt makes four requests of one call equal, a compared one makes four interactions.
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
	"net/http"
	"net/http/httptest"
	"strings"

	kiota "github.com/microsoft/kiota-http-go"
)

func main() {
	var asked []string
	var refusals []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said, _ := io.ReadAll(r.Body)
		about := fmt.Sprintf("%s, %d bytes %s", r.Method, len(said), r.Header.Get("Content-Encoding"))
		if again := r.Header.Get("Retry-Attempt"); again != "" {
			about += ", Retry-Attempt: " + again
		}
		asked = append(asked, about)
		w.Header().Set("Retry-After", "1")
		if len(asked) <= len(refusals) {
			w.WriteHeader(refusals[len(asked)-1])
		}
	}))
	defer server.Close()
	client := kiota.GetDefaultClient()
	look := func(method, said string, each ...int) {
		asked, refusals = nil, each
		request, err := http.NewRequest(method, server.URL, strings.NewReader(said))
		if err != nil {
			panic(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(request)
		if err != nil {
			panic(err)
		}
		answer.Body.Close()
		fmt.Printf("%v: the program sees %d\n  %s\n", each, answer.StatusCode, strings.Join(asked, "\n  "))
	}
	look("POST", `{"a":1}`)
	look("POST", `{"a":1}`, 415)
	look("POST", `{"a":1}`, 415, 415)
	look("POST", `{"a":1}`, 400)
	look("POST", `{"a":1}`, 503, 429)
	look("DELETE", `{"a":1}`, 503, 415)
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/microsoft/kiota-http-go@v1.5.4 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/microsoft/kiota-http-go
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
[]: the program sees 200
  POST, 31 bytes gzip
[415]: the program sees 200
  POST, 31 bytes gzip
  POST, 7 bytes 
[415 415]: the program sees 415
  POST, 31 bytes gzip
  POST, 7 bytes 
[400]: the program sees 400
  POST, 31 bytes gzip
[503 429]: the program sees 200
  POST, 31 bytes gzip
  POST, 31 bytes gzip, Retry-Attempt: 1
  POST, 31 bytes gzip, Retry-Attempt: 2
[503 415]: the program sees 415
  DELETE, 31 bytes gzip
  DELETE, 31 bytes gzip, Retry-Attempt: 1
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
