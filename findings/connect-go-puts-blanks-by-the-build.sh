#!/usr/bin/env bash
# The same call of the same program has another body after a build that changed nothing in it: connect-go's JSON has a
# blank behind each comma, or none, by a digest of the executable file, so that "go build" and "go build -ldflags=-w"
# send two lengths, as does a binary behind whose end one byte was put. The same message in the URL of a GET has none,
# ever.
#
# Versions: connectrpc.com/connect v1.21.1, google.golang.org/protobuf v1.36.12 (Go 1.26.8).
# Source: protobuf's internal/detrand/rand.go (binaryHash: the file's size and eight samples of it) and
# internal/encoding/json/encode.go; connect's codec.go (protoJSONCodec: Marshal is protojson's own, MarshalStable,
# which only a GET takes, compacts it). protobuf does so on purpose, so that nobody relies on the bytes.
# Why it matters to a recorder: what a developer recorded replays on no other machine, and after a new version of any
# dependency not there either, where the body is compared as bytes, by a digest or by Content-Length; half of all
# builds agree by chance, which looks like a flaw of the recorder. Compared as JSON the two are one. The same holds of
# each Go server's answers in this JSON, which a recording of every release changes.
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
	"io"
	"net/http"
	"net/http/httptest"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/structpb"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said, _ := io.ReadAll(r.Body)
		fmt.Println(r.Method, len(said), string(said)+r.URL.Query().Get("message"))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	message, err := structpb.NewStruct(map[string]any{"to": "ann", "amount": 10})
	if err != nil {
		panic(err)
	}
	quiet := connect.WithIdempotency(connect.IdempotencyNoSideEffects)
	for _, options := range [][]connect.ClientOption{{}, {connect.WithHTTPGet(), quiet}} {
		options = append(options, connect.WithProtoJSON())
		url := server.URL + "/pay.v1.Pay/Send"
		client := connect.NewClient[structpb.Struct, structpb.Struct](http.DefaultClient, url, options...)
		if _, err := client.CallUnary(context.Background(), connect.NewRequest(message)); err != nil {
			panic(err)
		}
	}
}
GO
printf 'module look\n\ngo 1.25\n' > go.mod
export GOFLAGS=-mod=mod
go get connectrpc.com/connect@v1.21.1 google.golang.org/protobuf@v1.36.12 > got 2>&1 || { cat got; exit 1; }
go list -m connectrpc.com/connect google.golang.org/protobuf
go build -o program .
for each in $(seq 20); do
  ./program > "run$each" # the same twice, within the loop, for each of the files
  ./program | cmp - "run$each"
  printf x >> program
done
echo "bodies of twenty programs that differ behind their end:"
cat run* | grep POST | sort -u | tee found
echo "URLs of the twenty:"
cat run* | grep GET | sort -u | tee -a found
cat > expected <<'END'
POST 24 {"amount":10,"to":"ann"}
POST 25 {"amount":10, "to":"ann"}
GET 0 {"amount":10,"to":"ann"}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
