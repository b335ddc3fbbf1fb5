#!/usr/bin/env bash
# Docker's client for Go, which its command line is made of, asks a daemon over TCP through the proxy of HTTP_PROXY, and
# dials the daemon itself where a connection is upgraded: behind a proxy that alone knows the daemon's name, a container is
# listed and an exec is created, and to attach to it fails, as the name is not found. The proxy hears nothing of it.
#
# Versions: github.com/moby/moby/client v0.6.3 (Go 1.26.8).
# Source: the client's hijack.go (setupHijackConn) and client.go (dialer: net.Dial); its other requests go by
# http.ProxyFromEnvironment (docker/go-connections, sockets.ConfigureTransport).
# Why it matters to a recorder: of `docker exec -i`, `attach` and `run` a proxy records all but what was said, and a replay
# of that reaches for the daemon.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/moby/moby/client"
)

func main() {
	heard := []string{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Method+" "+r.URL.Path[strings.Index(r.URL.Path[1:], "/")+1:])
		w.Header().Set("Content-Type", "application/json")
		if r.Method == "POST" {
			w.WriteHeader(201)
			fmt.Fprint(w, `{"Id": "e1"}`)
			return
		}
		fmt.Fprint(w, `[{"Id": "c1"}]`)
	}))
	defer proxy.Close()
	os.Setenv("HTTP_PROXY", proxy.URL)
	docker, err := client.New(client.WithHost("tcp://daemon.invalid:2375"), client.WithAPIVersion("1.44"))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	list, err := docker.ContainerList(ctx, client.ContainerListOptions{})
	fmt.Println("list:", len(list.Items), "container,", err)
	made, err := docker.ExecCreate(ctx, "c1", client.ExecCreateOptions{Cmd: []string{"sh"}, AttachStdin: true})
	fmt.Println("create:", made.ID+",", err)
	_, err = docker.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	fmt.Println("attach: lookup daemon.invalid failed:", err != nil && strings.Contains(err.Error(), "lookup daemon.invalid"))
	fmt.Println("the proxy heard:", strings.Join(heard, ", "))
}
GO
cat > go.mod <<'MOD'
module finding

go 1.24

require github.com/moby/moby/client v0.6.3
MOD
go mod tidy > /dev/null 2>&1
go build -o finding . > build.log 2>&1 || { cat build.log >&2; exit 1; }
go version
go list -m github.com/moby/moby/client
./finding > told.txt
cat told.txt
cat > wanted.txt <<'TXT'
list: 1 container, <nil>
create: e1, <nil>
attach: lookup daemon.invalid failed: true
the proxy heard: GET /containers/json, POST /containers/c1/exec
TXT
diff wanted.txt told.txt || { echo "it has changed" >&2; exit 1; }
