// The oracle: what go-vcr itself writes and reads.
//
//	golden write v4|v3   a JSON list of interactions in, the cassette out
//	golden read  v4|v3   a cassette in, JSON out: {"cassette": [...]} or {"error": "..."}
//	golden match         a JSON list of pairs of requests in, what its matcher says out
//	golden cases DIR     the golden files, below that folder
//
// Strings travel as base64, since Go's strings are bytes and JSON's are not.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "golden:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "write":
		return writeMode(args[1])
	case len(args) == 2 && args[0] == "read":
		return readMode(args[1])
	case len(args) == 1 && args[0] == "match":
		return matchMode(os.Stdin, os.Stdout)
	case len(args) == 2 && args[0] == "cases":
		return casesMode(args[1])
	}
	return fmt.Errorf("usage: golden write|read v4|v3, golden match, golden cases DIR")
}

func writeMode(layout string) error {
	var interactions []interaction
	if err := json.NewDecoder(os.Stdin).Decode(&interactions); err != nil {
		return err
	}
	data, err := save(layout, interactions)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(data)
	return err
}

// A cassette that go-vcr refuses is an answer, not a failure of this program.
func readMode(layout string) error {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	answer := map[string]any{}
	if interactions, err := load(layout, data); err != nil {
		answer["error"] = err.Error()
	} else {
		answer["cassette"] = interactions
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}
