#!/usr/bin/env bash
# Google's httpreplay for Go compares the parts of a multipart body by their contents alone: a
# form in which bob pays ann gets the answer to the one in which ann pays bob, as the names of
# fields and files are in neither its log nor its comparison; all but a few headers, and with
# them the form's length, have to be the same.
#
# Versions: cloud.google.com/go v0.123.0 (httpreplay), google.golang.org/api v0.247.0.
# Source: cloud.google.com/go's httpreplay/internal/proxy/converter.go (parseRequestBody keeps
# each part's body, with a question in a comment whether headers matter) and replay.go
# (requestsMatch). RFC 7578, section 4.2: the name of a field is in its part's header.
# Why it matters to a recorder: where values are swapped between fields, or a field is renamed to
# one of the same length, a suite stays green, and reads another request's answer with 200. A
# log of it cannot be converted for who compares whole forms: which field had which value is
# lost, and of a file its name and type.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"cloud.google.com/go/httpreplay"
	"google.golang.org/api/option"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// pay sends the two values under the two names, and returns what is said to it.
func pay(client *http.Client, url string, names ...string) string {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i, value := range []string{"ann", "bob"} {
		must(form.WriteField(names[i], value))
	}
	must(form.Close())
	response, err := client.Post(url, form.FormDataContentType(), &body)
	must(err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	must(err)
	return fmt.Sprintf("%v: %d %s", names, response.StatusCode, said)
}

func main() {
	asked := 0
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		fmt.Fprintf(w, "%s pays %s", r.FormValue("from"), r.FormValue("to"))
	}))
	ctx := context.Background()
	recorder, err := httpreplay.NewRecorder("recorded.replay", nil)
	must(err)
	client, err := recorder.Client(ctx, option.WithoutAuthentication())
	must(err)
	for range 2 {
		fmt.Println("recorded", pay(client, origin.URL, "from", "to"))
	}
	fmt.Println("recorded", pay(client, origin.URL, "to", "from"))
	must(recorder.Close())
	kept, err := os.ReadFile("recorded.replay")
	must(err)
	fmt.Println("the name of a field is in the log:", strings.Contains(string(kept), "from"))
	replayer, err := httpreplay.NewReplayer("recorded.replay")
	must(err)
	client, err = replayer.Client(ctx)
	must(err)
	fmt.Println("replayed", pay(client, origin.URL, "to", "from"))
	fmt.Println("replayed", pay(client, origin.URL, "fr", "momm"))
	fmt.Println("replayed", pay(client, origin.URL, "from", "to"))
	must(replayer.Close())
	fmt.Println("the origin was asked", asked, "times")
}
GO
go mod init look 2> /dev/null
go get cloud.google.com/go@v0.123.0 google.golang.org/api@v0.247.0 2> /dev/null
go mod tidy 2> /dev/null
go list -m cloud.google.com/go google.golang.org/api
env -u HTTP_PROXY -u http_proxy timeout 300 go run . | tee found
cat > expected <<'END'
recorded [from to]: 200 ann pays bob
recorded [from to]: 200 ann pays bob
recorded [to from]: 200 bob pays ann
the name of a field is in the log: false
replayed [to from]: 200 ann pays bob
replayed [fr momm]: 200 ann pays bob
replayed [from to]: 200 bob pays ann
the origin was asked 3 times
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
