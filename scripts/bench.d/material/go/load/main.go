// Sends requests over connections that are kept alive, and costs less than who answers.
//
//	load -proxy HOST:PORT -urls FILE [-connections N] [-direct] [-each-anew] [-http2]
//
// The commands that it reads are those of package rounds. -direct: the other side is the
// server itself. -each-anew: each request has a connection of its own. -http2: over
// HTTP/2, by net/http.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"

	"mitmvcr.test/bench/rounds"
)

var (
	proxy    = flag.String("proxy", "", "where to connect")
	list     = flag.String("urls", "", "a file, one URL a line")
	many     = flag.Int("connections", 8, "how many at once")
	direct   = flag.Bool("direct", false, "the other side is the server itself")
	eachAnew = flag.Bool("each-anew", false, "a connection for each request")
	isHTTP2  = flag.Bool("http2", false, "speak HTTP/2")
)

// The certificate of a proxy is taken unseen; sessions are not resumed.
var anyone = &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}

type request struct {
	host  string
	isTLS bool
	bytes []byte
}

type client struct {
	conn   net.Conn
	reader *bufio.Reader
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run() error {
	urls, err := rounds.URLs(*list)
	if err != nil {
		return err
	}
	if *isHTTP2 {
		return overHTTP2(urls)
	}
	requests := []request{}
	for _, each := range urls {
		made, err := spelled(each)
		if err != nil {
			return err
		}
		requests = append(requests, made)
	}
	clients := make([]*client, *many)
	for i := range clients {
		if *eachAnew {
			continue
		}
		if clients[i], err = connect(requests[0]); err != nil {
			return err
		}
	}
	return rounds.Run(*many, len(requests), func(worker, number int) error {
		return ask(clients[worker], requests[number])
	})
}

func spelled(asked string) (request, error) {
	parts, err := url.Parse(asked)
	if err != nil {
		return request{}, err
	}
	target, isTLS := asked, parts.Scheme == "https"
	if isTLS || *direct {
		target = parts.RequestURI()
	}
	head := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n"+
		"User-Agent: bench/1\r\n\r\n", target, parts.Host)
	return request{parts.Host, isTLS, []byte(head)}, nil
}

func connect(to request) (*client, error) {
	conn, err := net.Dial("tcp", *proxy)
	if err != nil {
		return nil, err
	}
	if !to.isTLS {
		return &client{conn, bufio.NewReaderSize(conn, 1<<16)}, nil
	}
	if !*direct {
		if err := tunnel(conn, to.host); err != nil {
			return nil, err
		}
	}
	config := anyone.Clone()
	config.ServerName = to.host
	secure := tls.Client(conn, config)
	if err := secure.Handshake(); err != nil {
		return nil, err
	}
	return &client{secure, bufio.NewReaderSize(secure, 1<<16)}, nil
}

func tunnel(conn net.Conn, host string) error {
	if _, err := fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", host, host); err != nil {
		return err
	}
	had := []byte{}
	for one := make([]byte, 1); !bytes.HasSuffix(had, []byte("\r\n\r\n")); {
		if _, err := io.ReadFull(conn, one); err != nil {
			return err
		}
		had = append(had, one[0])
	}
	if !bytes.Contains(had, []byte(" 200 ")) {
		return fmt.Errorf("CONNECT was answered with %q", had)
	}
	return nil
}

func ask(over *client, asked request) error {
	if over != nil {
		return over.ask(asked)
	}
	anew, err := connect(asked)
	if err != nil {
		return err
	}
	defer anew.conn.Close()
	return anew.ask(asked)
}

func (c *client) ask(asked request) error {
	if _, err := c.conn.Write(asked.bytes); err != nil {
		return err
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("%s was answered with %q", asked.bytes, status)
	}
	return c.readRest()
}

func (c *client) readRest() error {
	length, isChunked := -1, false
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		switch {
		case len(name) == 0:
			return c.readBody(length, isChunked)
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			isChunked = true
		}
	}
}

func (c *client) readBody(length int, isChunked bool) error {
	if !isChunked {
		if length < 0 {
			return fmt.Errorf("an answer has no length")
		}
		_, err := c.reader.Discard(length)
		return err
	}
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return err
		}
		if _, err := c.reader.Discard(int(size) + 2); err != nil || size == 0 {
			return err
		}
	}
}
