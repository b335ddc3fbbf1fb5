// Replays with go-vcr in its own way: in the process of the client, by a transport.
//
//	replay -cassette NAME -urls FILE [-connections N] [-repeats]
//
// The commands that it reads are those of package rounds.
package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
	"mitmvcr.test/bench/rounds"
)

var (
	name    = flag.String("cassette", "", "a path without .yaml")
	list    = flag.String("urls", "", "a file, one URL a line")
	many    = flag.Int("connections", 8, "how many at once")
	repeats = flag.Bool("repeats", false, "each interaction may play again")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func run() error {
	urls, err := rounds.URLs(*list)
	if err != nil {
		return err
	}
	player, err := recorder.New(*name,
		recorder.WithMode(recorder.ModeReplayOnly),
		recorder.WithSkipRequestLatency(true),
		recorder.WithReplayableInteractions(*repeats),
	)
	if err != nil {
		return err
	}
	client := player.GetDefaultClient()
	return rounds.Run(*many, len(urls), func(_, number int) error {
		return ask(client, urls[number])
	})
}

func ask(client *http.Client, url string) error {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bench/1")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s was answered with %s", url, answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
