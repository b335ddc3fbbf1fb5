package main

import (
	"encoding/json"
	"io"
	"net/http"

	v4 "gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

type twoRequests struct {
	Asked    request  `json:"asked"`
	Recorded request  `json:"recorded"`
	Ignore   []string `json:"ignore"`
}

// matchMode answers, for each pair of requests, what go-vcr's own matcher says.
func matchMode(in io.Reader, out io.Writer) error {
	var pairs []twoRequests
	if err := json.NewDecoder(in).Decode(&pairs); err != nil {
		return err
	}
	answers := []bool{}
	for _, p := range pairs {
		live, err := liveRequest(p.Asked)
		if err != nil {
			return err
		}
		matches := v4.NewDefaultMatcher(v4.WithIgnoreHeaders(p.Ignore...))
		answers = append(answers, matches(live, toV4(interaction{Request: p.Recorded}).Request))
	}
	return json.NewEncoder(out).Encode(answers)
}

// liveRequest is the request as a program would have it: no form is parsed yet.
func liveRequest(asked request) (*http.Request, error) {
	live, err := toV4(interaction{Request: asked}).GetHTTPRequest()
	if err == nil {
		live.Form = nil
	}
	return live, err
}
