#!/usr/bin/env bash
# go-containerregistry, on which crane, ko and cosign stand, opens its uploads by equal
# requests, a POST with no body, several at a time, and which file goes to which of the places
# that the answers name is another thing in each run: the same push of the same image puts other
# bytes to the same URL.
#
# Versions: github.com/google/go-containerregistry v0.20.6 (its own pkg/registry as the
# registry).
# Source: go-containerregistry's pkg/v1/remote/write.go (uploads by an errgroup, four jobs
# unless WithJobs says another number) and OCI's distribution specification, "Pushing blobs":
# POST, then PATCH and PUT to the Location that was given.
# Why it matters to a recorder: the answers to the equal POSTs are given back in the recorded
# order, and then a file is sent to the place of another, which is no request of the cassette: a
# replay of a push of four blobs misses about every second time, unchanged. Looser matching of
# bodies makes it green and compares nothing. WithJobs(1) makes one order of it.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Remembers in which order the uploads were opened.
type opened struct {
	http.ResponseWriter
	seen func(location string)
}

func (w opened) WriteHeader(status int) {
	w.seen(w.Header().Get("Location"))
	w.ResponseWriter.WriteHeader(status)
}

// Pushes once to a new registry, and says which blob went to the first upload, the second ...
func push(image v1.Image, names map[string]string, options ...remote.Option) string {
	var held sync.Mutex
	var places []string
	blobs := map[string]string{}
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held.Lock()
		if r.Method == "PUT" && r.URL.Query().Has("digest") {
			blobs[r.URL.Path] = names[r.URL.Query().Get("digest")]
		}
		held.Unlock()
		if r.Method == "POST" {
			if r.ContentLength != 0 || r.URL.RawQuery != "" {
				panic("the requests that open an upload are not equal")
			}
			w = opened{w, func(location string) {
				held.Lock()
				defer held.Unlock()
				places = append(places, location)
			}}
		}
		inner.ServeHTTP(w, r)
	}))
	defer origin.Close()
	where, err := name.ParseReference(strings.TrimPrefix(origin.URL, "http://") + "/far/app:1")
	check(err)
	check(remote.Write(where, image, options...))
	var order []string
	for _, place := range places {
		order = append(order, blobs[place[strings.Index(place, "/v2/"):]])
	}
	return strings.Join(order, " ")
}

func main() {
	image, names := empty.Image, map[string]string{}
	for _, content := range []string{"one", "two", "three"} {
		layer := static.NewLayer([]byte(content), "application/vnd.oci.image.layer.v1.tar")
		digest, err := layer.Digest()
		check(err)
		names[digest.String()] = content
		image, err = mutate.AppendLayers(image, layer)
		check(err)
	}
	config, err := image.ConfigName()
	check(err)
	names[config.String()] = "config"
	counts := map[string]int{}
	for range 60 {
		counts[push(image, names)]++
	}
	most := 0
	for order, count := range counts {
		if len(strings.Fields(order)) != 4 {
			panic("other uploads: " + order)
		}
		most = max(most, count)
	}
	one := map[string]int{}
	for range 10 {
		one[push(image, names, remote.WithJobs(1))]++
	}
	fmt.Printf("60 pushes of one image: %d orders, the commonest %d times\n", len(counts), most)
	fmt.Printf("10 pushes WithJobs(1): %d order\n", len(one))
	if len(counts) < 3 || len(one) != 1 {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
printf 'module look\n\ngo 1.24\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/google/go-containerregistry@v0.20.6 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/google/go-containerregistry
go run . 2> errors || { cat errors; exit 1; }
