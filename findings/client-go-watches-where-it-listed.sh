#!/usr/bin/env bash
# An informer of Kubernetes's client for Go sends no LIST any more where the server does not refuse it: it begins with a
# watch that is to bring what is there already, and only a refusal, of any number, makes it list and watch as before.
# And each watch has a timeoutSeconds in its URL that is drawn between five and ten minutes.
#
# Versions: k8s.io/client-go v0.37.2 and, as the older one, v0.34.3.
# Source: client-go's features/known_features.go (WatchListClient, on by default as of 1.35), tools/cache/reflector.go
# (watchList; timeoutSeconds is drawn from minWatchTimeout up); the variable KUBE_FEATURE_WatchListClient=false brings
# the LIST back.
# Why it matters to a recorder: no two recordings of a controller have one URL for its watch; and a cassette of last
# year has a LIST for which nobody asks. A replay's refusal of the watch, a 424, is no failure to this client but a
# reason to ask for the list, which the cassette may have: the run is green, with a miss.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
unset "${!KUBE_FEATURE_@}"
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const one = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"x","resourceVersion":"1"}}`
const end = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"2","annotations":` +
	`{"k8s.io/initial-events-end":"true"}}}`

// Says what was asked for, and keeps the time-outs of the watches.
func seen(query url.Values, timeouts map[string]bool) string {
	if query.Get("watch") == "" {
		return "LIST"
	}
	timeouts[query.Get("timeoutSeconds")] = true
	seconds, err := strconv.Atoi(query.Get("timeoutSeconds"))
	if err != nil || seconds < 300 || seconds > 600 {
		panic("another time-out: " + query.Get("timeoutSeconds"))
	}
	if query.Get("sendInitialEvents") == "true" {
		return "WATCH with what is there"
	}
	return "WATCH"
}

// Runs one informer until it has what is there and watches, and says what it asked for.
func run(refusal int, timeouts map[string]bool) (asked []string, has int) {
	var lock sync.Mutex
	watching := make(chan bool, 9)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		lock.Lock()
		asked = append(asked, seen(query, timeouts))
		lock.Unlock()
		w.Header().Set("Content-Type", "application/json")
		initial := query.Get("sendInitialEvents") == "true"
		switch {
		case query.Get("watch") == "":
			fmt.Fprint(w, `{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":"2"},"items":[`+one+`]}`)
			return
		case initial && refusal != 0:
			w.WriteHeader(refusal)
			return
		case initial:
			fmt.Fprintf(w, `{"type":"ADDED","object":%s}{"type":"BOOKMARK","object":%s}`, one, end)
		}
		w.(http.Flusher).Flush()
		watching <- true
		<-r.Context().Done()
	}))
	defer origin.Close()
	client := dynamic.NewForConfigOrDie(&rest.Config{Host: origin.URL})
	maps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"})
	informer := cache.NewSharedInformer(listed(&cache.ListWatch{
		ListFunc:  func(o metav1.ListOptions) (runtime.Object, error) { return maps.List(context.Background(), o) },
		WatchFunc: func(o metav1.ListOptions) (watch.Interface, error) { return maps.Watch(context.Background(), o) },
	}, client), &unstructured.Unstructured{}, 0)
	stop := make(chan struct{})
	defer close(stop)
	go informer.Run(stop)
	if !cache.WaitForCacheSync(stop, informer.HasSynced) {
		panic("it has nothing")
	}
	select {
	case <-watching:
	case <-time.After(60 * time.Second):
		panic("it does not watch")
	}
	lock.Lock()
	defer lock.Unlock()
	return asked, len(informer.GetStore().List())
}

func main() {
	timeouts := map[string]bool{}
	for _, refusal := range []int{0, 422, 424, 403} {
		asked, has := run(refusal, timeouts)
		fmt.Printf("first watch %d: %q, has %d\n", refusal, asked, has)
	}
	for range 12 {
		run(0, timeouts)
	}
	fmt.Println("more than five time-outs:", len(timeouts) > 5)
	os.Exit(0)
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get k8s.io/client-go@v0.37.2 k8s.io/apimachinery@v0.37.2 > got 2>&1 || { cat got; exit 1; }
cat > listed.go <<'GO'
package main

import "k8s.io/client-go/tools/cache"

// As the generated informers have it.
func listed(from *cache.ListWatch, client any) cache.ListerWatcher {
	return cache.ToListWatcherWithWatchListSemantics(from, client)
}
GO
go list -m k8s.io/client-go
timeout 100 go run . 2> errors | tee found || { cat errors; exit 1; }
go get k8s.io/client-go@v0.34.3 k8s.io/apimachinery@v0.34.3 > got 2>&1 || { cat got; exit 1; }
cat > listed.go <<'GO'
package main

import "k8s.io/client-go/tools/cache"

func listed(from *cache.ListWatch, _ any) cache.ListerWatcher { return from }
GO
go list -m k8s.io/client-go
timeout 100 go run . 2> errors | tee -a found || { cat errors; exit 1; }
cat > expected <<'END'
first watch 0: ["WATCH with what is there"], has 1
first watch 422: ["WATCH with what is there" "LIST" "WATCH"], has 1
first watch 424: ["WATCH with what is there" "LIST" "WATCH"], has 1
first watch 403: ["WATCH with what is there" "LIST" "WATCH"], has 1
more than five time-outs: true
first watch 0: ["LIST" "WATCH"], has 1
first watch 422: ["LIST" "WATCH"], has 1
first watch 424: ["LIST" "WATCH"], has 1
first watch 403: ["LIST" "WATCH"], has 1
more than five time-outs: true
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
