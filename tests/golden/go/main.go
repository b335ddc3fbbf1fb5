// The oracle: what go-vcr itself writes and reads.
//
//	golden cases DIR LAYOUT...  the golden files of these layouts, below that folder
//	golden serve                answers one question after another, until its input ends
//
// A question is JSON, {"words": [...], "data": DATA}, and so is the answer, {"data": DATA} or
// {"error": "..."}; the words are
//
//	write LAYOUT   a JSON list of interactions in, the cassette out
//	read LAYOUT    a cassette in, JSON out: {"cassette": [...]} or {"error": "..."}
//	match          a JSON list of pairs of requests in, what its matcher says out
//
// Data travels as base64, and so do strings, since Go's strings are bytes and JSON's are not.
//
// Layout v4.0.8 is v4 with another go-yaml: it is asked for of a program that was built with
// go.v4.0.8.mod, and no other is.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
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
	case len(args) == 1 && args[0] == "serve":
		return serve(os.Stdin, os.Stdout)
	case len(args) > 2 && args[0] == "cases":
		return casesMode(args[1], args[2:])
	}
	return fmt.Errorf("usage: golden serve, golden cases DIR LAYOUT...")
}

type question struct {
	Words []string `json:"words"`
	Data  []byte   `json:"data"`
}

type answer struct {
	Data  []byte `json:"data"`
	Error string `json:"error,omitempty"`
}

func serve(in io.Reader, out io.Writer) error {
	asked, said := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q question
		if err := asked.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var data bytes.Buffer
		a := answer{}
		if err := ask(q.Words, bytes.NewReader(q.Data), &data); err != nil {
			a.Error = err.Error()
		}
		a.Data = data.Bytes()
		if err := said.Encode(a); err != nil {
			return err
		}
	}
}

func ask(words []string, in io.Reader, out io.Writer) error {
	switch {
	case len(words) == 2 && words[0] == "write":
		return writeMode(words[1], in, out)
	case len(words) == 2 && words[0] == "read":
		return readMode(words[1], in, out)
	case len(words) == 1 && words[0] == "match":
		return matchMode(in, out)
	}
	return fmt.Errorf("no such question: %q", words)
}

func writeMode(layout string, in io.Reader, out io.Writer) error {
	var interactions []interaction
	if err := json.NewDecoder(in).Decode(&interactions); err != nil {
		return err
	}
	data, err := save(layout, interactions)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

// A cassette that go-vcr refuses is an answer, not a failure of this program.
func readMode(layout string, in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	answer := map[string]any{}
	if interactions, err := load(layout, data); err != nil {
		answer["error"] = err.Error()
	} else {
		answer["cassette"] = interactions
	}
	return json.NewEncoder(out).Encode(answer)
}
