package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"mitmvcr.test/bench/rounds"
)

// Each worker has a connection of its own, opened with its first request.
func overHTTP2(urls []string) error {
	clients := make([]*http.Transport, *many)
	for i := range clients {
		clients[i] = speaking()
	}
	return rounds.Run(*many, len(urls), func(worker, number int) error {
		return get(clients[worker], urls[number])
	})
}

func speaking() *http.Transport {
	only := new(http.Protocols)
	only.SetHTTP2(true)
	return &http.Transport{
		Proxy:              http.ProxyURL(&url.URL{Scheme: "http", Host: *proxy}),
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true},
		Protocols:          only,
		DisableCompression: true,
	}
}

func get(by *http.Transport, asked string) error {
	request, err := http.NewRequest("GET", asked, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bench/1")
	response, err := by.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 || response.StatusCode != 200 {
		return fmt.Errorf("%s was answered with %s %s", asked, response.Proto, response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
