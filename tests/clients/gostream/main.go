// A streaming client: gostream NAME BASE_URL QUERY [ACK_URL], through HTTPS_PROXY.
//
//	openai  the official SDK; a token is a delta of a chat completion
//	sse     net/http; a token is the data of an event
//	reads   net/http; a token is whatever one Read brought
//
// It prints each token and when it came, in seconds since the request, as JSON. With
// ACK_URL each is acknowledged there, past the proxy, before the next is read.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

type client struct {
	http  *http.Client
	base  string
	query url.Values
	ack   string
	start time.Time
	got   [][2]any
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	proxy, err := url.Parse(os.Getenv("HTTPS_PROXY"))
	if err != nil {
		return err
	}
	// Go sends nothing for loopback to a proxy of the environment, so it is given here.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(proxy)
	each := &client{http: &http.Client{Transport: transport}, base: arguments[1], got: [][2]any{}}
	if each.query, err = url.ParseQuery(arguments[2]); err != nil {
		return err
	}
	if len(arguments) > 3 {
		each.ack = arguments[3]
	}
	ways := map[string]func() error{"openai": each.openai, "sse": each.sse, "reads": each.reads}
	each.start = time.Now()
	if err := ways[arguments[0]](); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(each.got)
}

func (each *client) note(token string) error {
	each.got = append(each.got, [2]any{token, time.Since(each.start).Seconds()})
	if each.ack == "" {
		return nil
	}
	if token == "" { // behind the last one of OpenAI's there is one event more
		if err := each.acknowledge(); err != nil {
			return err
		}
	}
	return each.acknowledge()
}

func (each *client) acknowledge() error {
	direct := &http.Client{Transport: &http.Transport{}}
	answer, err := direct.Get(each.ack)
	if err == nil {
		answer.Body.Close()
	}
	return err
}

func (each *client) openai() error {
	sdk := openai.NewClient(
		option.WithBaseURL(each.base), option.WithAPIKey("x"),
		option.WithHTTPClient(each.http), option.WithMaxRetries(0),
	)
	options := []option.RequestOption{}
	for name := range each.query {
		options = append(options, option.WithQuery(name, each.query.Get(name)))
	}
	stream := sdk.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
		Model:    "gpt-x",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Count")},
	}, options...)
	defer stream.Close()
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			if err := each.note(choice.Delta.Content); err != nil {
				return err
			}
		}
	}
	return stream.Err()
}

func (each *client) ask() (io.ReadCloser, error) {
	target := each.base + "/chat/completions?" + each.query.Encode()
	answer, err := each.http.Post(target, "application/json", strings.NewReader("{}"))
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func (each *client) sse() error {
	body, err := each.ask()
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
			if err := each.note(data); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

func (each *client) reads() error {
	body, err := each.ask()
	if err != nil {
		return err
	}
	defer body.Close()
	part := make([]byte, 1<<16)
	for {
		size, err := body.Read(part)
		if size > 0 {
			if err := each.note(string(part[:size])); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
