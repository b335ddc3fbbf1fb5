#!/usr/bin/env bash
# Before it initializes a session MCP's SDK for Go asks for server/discover, in a version of the protocol that is newer than
# the session's, and takes every refusal, a 401, a 424, a 500 and an error in JSON, for an old server: it begins anew with
# initialize, whose id is 2 then. An answer of nothing, a 202, ends the session, and no initialize is sent.
#
# Versions: github.com/modelcontextprotocol/go-sdk v1.8.0; beside it v1.0.0, which begins with initialize (Go 1.26.8).
# Source: go-sdk's mcp/client.go (Connect: discover before initialize) and mcp/streamable.go.
# Why it matters to a recorder: a cassette of an older release has no answer to the first request and another id in the
# second; what a recorder answers for "not recorded" is what sends it the old way, except where it is a success without a
# body. One that was refused by chance has the whole session in another language from then on.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Version string `json:"protocolVersion"`
	} `json:"params"`
}

func look(what string, status int, said string) {
	var asked []string
	var mutex sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var given message
		if r.Method != "POST" || json.NewDecoder(r.Body).Decode(&given) != nil {
			w.WriteHeader(http.StatusMethodNotAllowed) // no stream is offered, and no session is ended
			return
		}
		mutex.Lock()
		if len(given.ID) > 0 {
			version := r.Header.Get("Mcp-Protocol-Version")
			asked = append(asked, fmt.Sprintf("%s, id %s, header %q, asks for %q", given.Method, given.ID, version, given.Params.Version))
		}
		mutex.Unlock()
		w.Header().Set("Content-Type", "application/json")
		switch given.Method {
		case "server/discover":
			w.WriteHeader(status)
			if said != "" {
				fmt.Fprintf(w, `{"jsonrpc": "2.0", "id": %s, %s}`, given.ID, said)
			}
		case "initialize":
			result := `{"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "a", "version": "1"}}`
			fmt.Fprintf(w, `{"jsonrpc": "2.0", "id": %s, "result": %s}`, given.ID, result)
		case "tools/call":
			fmt.Fprintf(w, `{"jsonrpc": "2.0", "id": %s, "result": {"content": []}}`, given.ID)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	client := mcp.NewClient(&mcp.Implementation{Name: "look", Version: "1"}, nil)
	told := "no session"
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: server.URL}, nil)
	if err == nil {
		_, err = session.CallTool(ctx, &mcp.CallToolParams{Name: "pay"})
		told = fmt.Sprintf("the call: %v", err)
		session.Close()
	}
	mutex.Lock()
	defer mutex.Unlock()
	fmt.Printf("%s: %s\n", what, told)
	for _, line := range asked {
		fmt.Println(" ", line)
	}
}

func main() {
	look("an error in JSON", 200, `"error": {"code": -32601, "message": "no"}`)
	for _, status := range []int{400, 401, 404, 424, 500, 202} {
		look(fmt.Sprint(status), status, "")
	}
}
GO
export GOFLAGS=-mod=mod
for version in v1.0.0 v1.8.0; do
  printf 'module look\n\ngo 1.25\n' > go.mod
  rm -f go.sum
  go get "github.com/modelcontextprotocol/go-sdk@$version" > got 2>&1 || { cat got; exit 1; }
  go list -m github.com/modelcontextprotocol/go-sdk
  timeout 250 go run . 2> errors || { cat errors; exit 1; }
done | tee found
cat > expected <<'END'
github.com/modelcontextprotocol/go-sdk v1.0.0
an error in JSON: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
400: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
401: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
404: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
424: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
500: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
202: the call: <nil>
  initialize, id 1, header "", asks for "2025-06-18"
  tools/call, id 2, header "2025-06-18", asks for ""
github.com/modelcontextprotocol/go-sdk v1.8.0
an error in JSON: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
400: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
401: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
404: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
424: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
500: the call: <nil>
  server/discover, id 1, header "2026-07-28", asks for ""
  initialize, id 2, header "", asks for "2025-11-25"
  tools/call, id 3, header "2025-06-18", asks for ""
202: no session
  server/discover, id 1, header "2026-07-28", asks for ""
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
