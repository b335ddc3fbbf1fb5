// A program that talks HTTP, the same way each time it runs:
//
//	plain       through the proxy that -proxy names, or straight to the origin
//	vcr-record  straight to the origin, recorded by go-vcr
//	vcr-replay  from a cassette by go-vcr with its DefaultMatcher, no network
//
// It prints as JSON what it saw.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"time"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

var (
	cassetteName = flag.String("cassette", "", "the cassette, without .yaml")
	proxy        = flag.String("proxy", "", "the proxy's URL")
	ca           = flag.String("ca", "", "a file with the CA to trust")
	httpsAddress = flag.String("https", "", "where every https origin is")
	httpAddress  = flag.String("http", "", "where every http origin is")
	base         = flag.String("base", "https://api.test", "scheme and host of the requests")
	onlyHTTP1    = flag.Bool("http1", false, "never offer HTTP/2")
	group        = flag.String("group", "cases", "which requests: cases, or limits")
)

func main() {
	flag.Parse()
	seen, err := run(flag.Arg(0))
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(seen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(way string) ([]seen, error) {
	switch way {
	case "plain":
		transport, err := makeTransport()
		if err != nil {
			return nil, err
		}
		return askAll(transport), nil
	case "vcr-record":
		transport, err := makeTransport()
		if err != nil {
			return nil, err
		}
		return withRecorder(recorder.ModeRecordOnly, transport)
	case "vcr-replay":
		return withRecorder(recorder.ModeReplayOnly, noNetwork{})
	}
	return nil, fmt.Errorf("no such way: %q", way)
}

func withRecorder(mode recorder.Mode, transport http.RoundTripper) ([]seen, error) {
	vcr, err := recorder.New(*cassetteName,
		recorder.WithMode(mode),
		recorder.WithRealTransport(transport),
		recorder.WithSkipRequestLatency(true),
	)
	if err != nil {
		return nil, err
	}
	all := askAll(vcr)
	return all, vcr.Stop()
}

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("a replay may not use the network")
}

// makeTransport is Go's default, with its own CA, proxy and idea of DNS. Go sends
// nothing for loopback to a proxy of the environment, so it is given here.
func makeTransport() (*http.Transport, error) {
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", *ca)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	transport.Proxy = nil
	if *onlyHTTP1 {
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetHTTP1(true)
	}
	if *proxy != "" {
		address, err := url.Parse(*proxy)
		if err != nil {
			return nil, err
		}
		transport.Proxy = http.ProxyURL(address)
		return transport, nil
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":80") {
			return dialer.DialContext(ctx, network, *httpAddress)
		}
		return dialer.DialContext(ctx, network, *httpsAddress)
	}
	return transport, nil
}

// seen is what a program gets of a response. Header values hold bytes, as Latin-1.
type seen struct {
	Name             string
	Error            string
	URL              string
	Status           string
	Code             int
	Proto            string
	ProtoMajor       int
	ProtoMinor       int
	Header           http.Header
	Trailer          http.Header
	Body             []byte
	ContentLength    int64
	Uncompressed     bool
	TransferEncoding []string
	Close            bool
}

func askAll(transport http.RoundTripper) []seen {
	all := []seen{}
	jar, _ := cookiejar.New(nil)
	for _, each := range exchanges(*group, *base, !*onlyHTTP1 && strings.HasPrefix(*base, "https:")) {
		client := &http.Client{Transport: transport, Timeout: 5 * time.Minute}
		if each.jar {
			client.Jar = jar
		}
		if each.stay {
			client.CheckRedirect = func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			}
		}
		got, err := ask(client, each.request)
		if err != nil {
			got.Error = err.Error()
		}
		got.Name = each.name
		all = append(all, got)
	}
	return all
}

func ask(client *http.Client, request *http.Request) (seen, error) {
	response, err := client.Do(request)
	if err != nil {
		return seen{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return seen{
		URL:              response.Request.URL.String(),
		Status:           response.Status,
		Code:             response.StatusCode,
		Proto:            response.Proto,
		ProtoMajor:       response.ProtoMajor,
		ProtoMinor:       response.ProtoMinor,
		Header:           latin1(response.Header),
		Trailer:          latin1(response.Trailer),
		Body:             body,
		ContentLength:    response.ContentLength,
		Uncompressed:     response.Uncompressed,
		TransferEncoding: response.TransferEncoding,
		Close:            response.Close,
	}, err
}

func latin1(headers http.Header) http.Header {
	decoded := http.Header{}
	for name, values := range headers {
		for _, value := range values {
			runes := []rune{}
			for _, char := range []byte(value) {
				runes = append(runes, rune(char))
			}
			decoded[name] = append(decoded[name], string(runes))
		}
	}
	return decoded
}
