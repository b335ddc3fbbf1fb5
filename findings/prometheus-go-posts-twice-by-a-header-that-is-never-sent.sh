#!/usr/bin/env bash
# Prometheus's client for Go asks by POST, and Go's transport, which posts nothing twice by itself, does so here: the
# client puts a header with no value into the request, Idempotency-Key, which is never sent and tells the transport that
# it may. After a 405, a 501 and, in the newest release, a 403 it asks once more by GET, with the query in the URL.
#
# Versions: github.com/prometheus/client_golang v1.25.0, v1.23.2 (Go 1.23 to 1.26).
# Source: client_golang's api/prometheus/v1/api.go (DoGetFallback) and net/http's Request.isReplayable, which looks for
# the name of the header alone.
# Why it matters to a recorder: which requests a client repeats cannot be told from what it sends: two equal posts on
# a connection that was reused are one call, of which the first has no answer and has to be kept as such. And a refusal
# of 403, 405 or 501 is followed by another request that is in no cassette; a 424 is final.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/main.go" <<'GO'
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

const found = `200 {"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`

var (
	lock    sync.Mutex
	asked   []string
	answers []string
)

// serve answers what comes on one connection, and ends it where the answer is to be none.
func serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		lock.Lock()
		_, marked := request.Header["Idempotency-Key"]
		said := fmt.Sprintf("%s %s %s", request.Method, request.URL, body)
		if marked {
			said += " with the header"
		}
		asked = append(asked, strings.TrimSpace(said))
		answer := answers[0]
		answers = answers[1:]
		lock.Unlock()
		if answer == "none" {
			return
		}
		status, text, _ := strings.Cut(answer, " ")
		head := "HTTP/1.1 %s X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
		fmt.Fprintf(connection, head, status, len(text), text)
	}
}

// report runs a call twice, the first time to have a connection that the second can use again.
func report(name string, given []string, call func() error) {
	answers, asked = append([]string{found}, given...), nil
	if err := call(); err != nil {
		panic(err)
	}
	asked = nil
	said := "found"
	if call() != nil {
		said = "error"
	}
	fmt.Printf("  %s, answered by %s: %s\n", name, strings.SplitN(given[0], " ", 2)[0], said)
	for _, request := range asked {
		fmt.Println("   ", request)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection)
		}
	}()
	origin := "http://" + listener.Addr().String()
	for _, first := range []string{"none", "403 no", "405 no", "501 no", "424 no"} {
		client, err := api.NewClient(api.Config{Address: origin, RoundTripper: &http.Transport{}})
		if err != nil {
			panic(err)
		}
		report("Prometheus", []string{first, found}, func() error { return query(v1.NewAPI(client)) })
	}
	plain := &http.Client{Transport: &http.Transport{}}
	report("a plain post", []string{"none", found}, func() error {
		answer, err := plain.PostForm(origin+"/api/v1/query", url.Values{"query": {"up"}, "time": {"1"}})
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		return err
	})
}
GO
for release in "v1.23.2 _, _, err" "v1.25.0 _, _, _, err"; do
  mkdir "$work/${release%% *}"
  cd "$work/${release%% *}"
  cp ../main.go .
  cat > query.go <<GO
package main

import (
	"context"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

func query(prometheus v1.API) error {
	${release#* } := prometheus.Query(context.Background(), "up", time.Unix(1, 0))
	return err
}
GO
  go mod init look 2> /dev/null
  go get "github.com/prometheus/client_golang@${release%% *}" 2> /dev/null
  go mod tidy 2> /dev/null
  echo "client_golang $(go list -m -f '{{.Version}}' github.com/prometheus/client_golang)"
  env -u HTTP_PROXY -u http_proxy timeout 200 go run .
done | tee "$work/found"
cat > "$work/expected" <<'END'
client_golang v1.23.2
  Prometheus, answered by none: found
    POST /api/v1/query query=up&time=1
    POST /api/v1/query query=up&time=1
  Prometheus, answered by 403: error
    POST /api/v1/query query=up&time=1
  Prometheus, answered by 405: found
    POST /api/v1/query query=up&time=1
    GET /api/v1/query?query=up&time=1
  Prometheus, answered by 501: found
    POST /api/v1/query query=up&time=1
    GET /api/v1/query?query=up&time=1
  Prometheus, answered by 424: error
    POST /api/v1/query query=up&time=1
  a plain post, answered by none: error
    POST /api/v1/query query=up&time=1
client_golang v1.25.0
  Prometheus, answered by none: found
    POST /api/v1/query query=up&time=1
    POST /api/v1/query query=up&time=1
  Prometheus, answered by 403: found
    POST /api/v1/query query=up&time=1
    GET /api/v1/query?query=up&time=1
  Prometheus, answered by 405: found
    POST /api/v1/query query=up&time=1
    GET /api/v1/query?query=up&time=1
  Prometheus, answered by 501: found
    POST /api/v1/query query=up&time=1
    GET /api/v1/query?query=up&time=1
  Prometheus, answered by 424: error
    POST /api/v1/query query=up&time=1
  a plain post, answered by none: error
    POST /api/v1/query query=up&time=1
END
diff "$work/expected" "$work/found" || { echo "the behaviour has changed"; exit 1; }
