#!/usr/bin/env bash
# Whether Kubernetes's client for Go sends a create again goes by the header Retry-After of the refusal: with it a POST
# that was answered by a 500, a 503 or a 429 is sent eleven times, without it once. A number alone counts: a date, which
# HTTP allows as well, is as good as no header. After a 409 and a 424 it asks once, with the header too.
#
# Versions: k8s.io/client-go v0.37.2.
# Source: client-go's rest/with_retry.go (IsNextRetry: retryAfterSeconds reads a whole number; checkWait has 429 and all
# of 5xx; ten times unless MaxRetries says another number).
# Why it matters to a recorder: one create in a test may be eleven interactions in its cassette, and of a cassette whose
# headers were cut down it is one, followed by ten that nobody asks for. The wait is in whole seconds, so that a
# recorded "Retry-After: 1" costs ten seconds in each replay.
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
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

func main() {
	var status, asked int
	var after string
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" {
			panic("another request: " + r.Method)
		}
		asked++
		if after != "none" {
			w.Header().Set("Retry-After", after)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "no"}`)
	}))
	defer origin.Close()
	client := dynamic.NewForConfigOrDie(&rest.Config{Host: origin.URL, QPS: -1})
	maps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace("x")
	date := time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
	for _, value := range []string{"none", "0", date} {
		after = value
		if value == date {
			value = "a date"
		}
		fmt.Printf("Retry-After %s:", value)
		for _, status = range []int{409, 424, 429, 500, 503} {
			asked = 0
			thing := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"}}}
			if _, err := maps.Create(context.Background(), thing, metav1.CreateOptions{}); err == nil {
				panic("it was created")
			}
			fmt.Printf(" %d %d", status, asked)
		}
		fmt.Println()
	}
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get k8s.io/client-go@v0.37.2 k8s.io/apimachinery@v0.37.2 > got 2>&1 || { cat got; exit 1; }
go list -m k8s.io/client-go
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
Retry-After none: 409 1 424 1 429 1 500 1 503 1
Retry-After 0: 409 1 424 1 429 11 500 11 503 11
Retry-After a date: 409 1 424 1 429 1 500 1 503 1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
