// Calls that go both ways, by connect-go:
//
//	serve LEAF             prints its port, and serves until its standard input ends
//	call PROTOCOL TARGET   speaks Connect, gRPC or gRPC-Web through the proxy of -proxy
//
// Each line that it prints is a call: what was heard, and how it ended.
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
	"net/url"
	"os"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type text = wrapperspb.StringValue

const method = "/test.Service/Talk"

var (
	proxy  = flag.String("proxy", "", "the proxy's URL")
	ca     = flag.String("ca", "", "a file with the CA to trust")
	change = flag.String("change", "", "what the call one by one says at its end")
)

func main() {
	flag.Parse()
	var err error
	if flag.Arg(0) == "serve" {
		err = serve(flag.Arg(1))
	} else {
		err = call(flag.Arg(1), flag.Arg(2))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(leaf string) error {
	pair, err := tls.LoadX509KeyPair(leaf, leaf)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(method, connect.NewBidiStreamHandler(method, talk))
	server := &http.Server{
		Handler:   mux,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}},
	}
	go server.ServeTLS(listener, "", "")
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func talk(_ context.Context, stream *connect.BidiStream[text, text]) error {
	stream.ResponseTrailer().Set("X-End", "said")
	for heard := 0; ; heard++ {
		message, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			return stream.Send(&text{Value: fmt.Sprint("heard ", heard)})
		}
		if err != nil {
			return err
		}
		switch message.Value {
		case "nothing":
			continue
		case "stop":
			return nil
		case "fail":
			return connect.NewError(connect.CodeAborted, errors.New("that was it"))
		}
		if err := stream.Send(&text{Value: "to " + message.Value}); err != nil {
			return err
		}
	}
}

// What a call came to.
type outcome struct {
	Call    string
	Heard   []string
	Error   string
	Trailer string
}

func call(protocol, target string) error {
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	way, err := url.Parse(*proxy)
	if err != nil {
		return err
	}
	transport := &http.Transport{
		Proxy:             http.ProxyURL(way),
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: true,
	}
	options := map[string][]connect.ClientOption{
		"Connect":  {connect.WithSendGzip()},
		"JSON":     {connect.WithProtoJSON()},
		"gRPC":     {connect.WithGRPC()},
		"gRPC-Web": {connect.WithGRPCWeb()},
	}[protocol]
	client := connect.NewClient[text, text](&http.Client{Transport: transport}, "https://"+target+method, options...)
	out := json.NewEncoder(os.Stdout)
	for _, each := range []struct {
		name, says string
		waits      bool
	}{
		{"one by one", "a b nothing c" + *change, true},
		{"all at once", "a nothing b " + strings.Repeat("x", 100_000), false},
		{"stopped", "a stop", true},
		{"failed", "a fail", true},
	} {
		stream := client.CallBidiStream(context.Background())
		if err := out.Encode(speak(stream, each.name, strings.Fields(each.says), each.waits)); err != nil {
			return err
		}
	}
	return nil
}

func speak(stream *connect.BidiStreamForClient[text, text], name string, words []string, waits bool) outcome {
	seen, ending := outcome{Call: name}, false
	for _, word := range words {
		// What goes wrong is what is received.
		_ = stream.Send(&text{Value: word})
		if waits && word != "nothing" && !ending {
			ending = !hear(stream, &seen)
		}
	}
	if !ending {
		_ = stream.CloseRequest()
	}
	for !ending {
		ending = !hear(stream, &seen)
	}
	seen.Trailer = stream.ResponseTrailer().Get("X-End")
	_ = stream.CloseResponse()
	return seen
}

func hear(stream *connect.BidiStreamForClient[text, text], seen *outcome) bool {
	message, err := stream.Receive()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			seen.Error = err.Error()
		}
		return false
	}
	value := message.Value
	if len(value) > 100 {
		value = fmt.Sprint(len(value), " letters")
	}
	seen.Heard = append(seen.Heard, value)
	return true
}
