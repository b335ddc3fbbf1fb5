#!/usr/bin/env bash
# Where Airbrake's client for Go posts an error goes by a request that no program wrote, to another host: a GET for
# its configuration, in the background of each NewNotifier. The host in that answer gets all later reports, "enabled":
# false in it drops those of Notify, and not those of SendNotice; who reports before it is there reports to the first
# host.
#
# Versions: github.com/airbrake/gobrake/v5 v5.6.2 (Go 1.26.8).
# Source: gobrake's remote_config.go (Poll, updateLocalConfig, which sets opt.Host; configRoutePattern) and
# notifier.go (RemoteConfigHost, https://notifier-configs.airbrake.io; DisableRemoteConfig ends it). config_route of
# the answer is the path that is asked ten minutes later, or after its poll_sec.
# Why it matters to a recorder: which host the POST is for depends on which of two goroutines was first, so that a
# short program's recording and a long one's differ in the host, and one run's in both. A refusal, be it a 404, a 424
# or a 503, is the default host; the URL of the GET names the Go release and the machine's system, so that it misses
# on another machine.
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
	"sync"
	"time"

	"github.com/airbrake/gobrake/v5"
)

// Sends what is for any host to the origin, which is told the host.
type origin string

func (o origin) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Host", r.URL.Host)
	r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(string(o), "http://")
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	gobrake.SetLogger(log.New(io.Discard, "", 0))
	var lock sync.Mutex
	var asked []string
	var status int
	var config string
	hold := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		lock.Lock()
		asked = append(asked, r.Method+" "+r.Header.Get("X-Host")+r.URL.Path)
		lock.Unlock()
		if r.Method == "GET" {
			for _, name := range []string{"os", "language"} {
				if r.URL.Query().Get(name) == "" {
					panic("no " + name)
				}
			}
			<-hold
			w.WriteHeader(status)
			fmt.Fprint(w, config)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id": "7"}`)
	}))
	defer server.Close()
	look := func(what string, answer int, said string, early, notify bool) {
		asked, status, config = nil, answer, said
		notifier := gobrake.NewNotifierWithOptions(&gobrake.NotifierOptions{
			ProjectId:  1,
			ProjectKey: "example",
			DisableAPM: true,
			HTTPClient: &http.Client{Transport: origin(server.URL)},
		})
		settle := 300 * time.Millisecond
		time.Sleep(settle)
		if !early {
			hold <- true
			time.Sleep(settle)
		}
		var err error
		if notify {
			notifier.Notify("an error", nil)
			notifier.Flush()
		} else {
			_, err = notifier.SendNotice(gobrake.NewNotice("an error", nil, 0))
		}
		if early {
			hold <- true
			time.Sleep(settle)
		}
		lock.Lock()
		fmt.Printf("%s: %s: %v\n", what, strings.Join(asked, ", "), err)
		lock.Unlock()
		notifier.Close()
	}
	to := `{"settings": [{"name": "errors", "enabled": %v, "endpoint": "https://other.example"}]}`
	look("a host, and a report after it", 200, fmt.Sprintf(to, true), false, false)
	look("a host, and a report before it", 200, fmt.Sprintf(to, true), true, false)
	look("a host, and Notify", 200, fmt.Sprintf(to, true), false, true)
	look("a host, not enabled", 200, fmt.Sprintf(to, false), false, false)
	look("a host, not enabled, and Notify", 200, fmt.Sprintf(to, false), false, true)
	for _, each := range []int{404, 424, 503} {
		look(fmt.Sprint(each), each, fmt.Sprintf(to, true), false, false)
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/airbrake/gobrake/v5@v5.6.2 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/airbrake/gobrake/v5
timeout 60 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
a host, and a report after it: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST other.example/api/v3/projects/1/notices: <nil>
a host, and a report before it: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST api.airbrake.io/api/v3/projects/1/notices: <nil>
a host, and Notify: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST other.example/api/v3/projects/1/notices: <nil>
a host, not enabled: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST other.example/api/v3/projects/1/notices: <nil>
a host, not enabled, and Notify: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json: <nil>
404: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST api.airbrake.io/api/v3/projects/1/notices: <nil>
424: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST api.airbrake.io/api/v3/projects/1/notices: <nil>
503: GET notifier-configs.airbrake.io/2020-06-18/config/1/config.json, POST api.airbrake.io/api/v3/projects/1/notices: <nil>
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
