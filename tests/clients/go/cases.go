package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// exchange is a request and how the client treats it: jar keeps cookies between such
// requests, stay follows no redirect.
type exchange struct {
	name      string
	request   *http.Request
	jar, stay bool
}

func exchanges(group, base string, overHTTP2 bool) []*exchange {
	list := &list{base: base, overHTTP2: overHTTP2}
	switch group {
	case "cases":
		list.queries()
		list.paths()
		list.hosts()
		list.bodies()
		list.forms()
		list.headers()
		list.codings()
		list.statuses()
		list.redirects()
		list.cookies()
	case "limits":
		list.limits()
	default:
		panic("no such group: " + group)
	}
	return list.all
}

type list struct {
	base      string
	overHTTP2 bool
	all       []*exchange
}

// at makes a request, to be changed through what is returned.
func (l *list) at(name, method, address string, body io.Reader, fields ...string) *exchange {
	request, err := http.NewRequest(method, address, body)
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(fields); i += 2 {
		request.Header.Add(fields[i], fields[i+1])
	}
	made := &exchange{name: name, request: request}
	l.all = append(l.all, made)
	return made
}

func (l *list) get(name, path string, fields ...string) *exchange {
	return l.at(name, "GET", l.base+path, nil, fields...)
}

func (l *list) send(name, method, path string, body io.Reader, fields ...string) *exchange {
	return l.at(name, method, l.base+path, body, fields...)
}

// piped is a body whose length nobody knows.
func piped(parts ...string) io.Reader {
	reader, writer := io.Pipe()
	go func() {
		for _, part := range parts {
			io.WriteString(writer, part)
		}
		writer.Close()
	}()
	return reader
}

func (l *list) queries() {
	l.get("get", "/json")
	l.get("query", "/json?a=1&b=2")
	l.get("query with plus and escapes", "/json?q=a+b%20c&d=%2B%26%3D&e=caf%C3%A9")
	l.get("query repeated, blank and without a value", "/json?a=1&a=2&b=&c&=d&&a=3")
	l.get("query of nothing", "/json?")
	l.get("query in an order of its own", "/json?z=1&a=2&Z=3")
	l.get("query not escaped", "/json?q=a:b/c@d,e$f'(g)*h~i[0]={x}|y^z")
	if l.overHTTP2 { // over HTTP/1.1 the origin refuses it
		l.get("query not ASCII", "/json?q=ü")
	}
	l.get("query of bytes", "/json?q=%FF%00")
}

func (l *list) paths() {
	l.get("root", "/")
	l.get("slash at the end", "/json/")
	l.get("slashes at the start", "//json")
	l.get("slashes in the midst", "/json//a///b")
	l.get("path escapes", "/json/a%2Fb%20c%3Fd%23e")
	l.get("path escapes in lower case", "/json/caf%c3%a9")
	l.get("path characters", "/json/a+b,c;d=e:f@g!h$i&j'k(l)m*n~o")
	l.get("path with dots", "/json/../json/./x")
	l.get("path not ASCII", "/json/ü")
	l.get("path of an asterisk", "/json/*")
	l.get("no such path", "/nothing/here")
}

func (l *list) hosts() {
	scheme := l.base[:strings.Index(l.base, ":")]
	if scheme == "https" {
		l.at("port", "GET", "https://api.test:8443/json", nil)
		l.at("default port said", "GET", "https://api.test:443/json", nil)
		override := l.get("host of its own", "/json?host=1")
		override.request.Host = "other.test"
		override = l.get("host of its own on a redirect", "/redirect/308")
		override.request.Host = "other.test"
	} else {
		l.at("default port said", "GET", "http://api.test:80/json", nil)
	}
	l.at("host in capitals", "GET", scheme+"://API.test/json", nil)
	l.at("host in punycode", "GET", scheme+"://xn--bcher-kva.api.test/json", nil)
}

func (l *list) bodies() {
	binary := make([]byte, 1024)
	for i := range binary {
		binary[i] = byte(i * 7)
	}
	l.send("post json", "POST", "/json", strings.NewReader(`{"a": "ü", "b": [1, 2.0]}`),
		"Content-Type", "application/json")
	l.send("put", "PUT", "/json", strings.NewReader("put\r\nthis\n"), "Content-Type", "text/plain")
	l.send("patch", "PATCH", "/json", strings.NewReader(`[{"op": "remove"}]`),
		"Content-Type", "application/json-patch+json")
	l.send("delete", "DELETE", "/json", nil)
	l.send("delete with a body", "DELETE", "/json", strings.NewReader("gone"))
	l.send("get with a body", "GET", "/upload", strings.NewReader("asked"))
	l.send("options", "OPTIONS", "/json", nil)
	l.send("a method of its own", "PURGE", "/json", nil)
	l.send("empty post", "POST", "/json", nil)
	l.send("empty put", "PUT", "/upload", strings.NewReader(""))
	l.send("post without a type", "POST", "/upload", strings.NewReader("plain"))
	l.send("chunked", "POST", "/upload", piped("one ", "two ", "three"))
	if l.overHTTP2 { // mitmproxy knows no trailers of HTTP/1.1
		trailer := l.send("trailer up", "POST", "/upload", piped("one"))
		trailer.request.Trailer = http.Header{"X-Sum": {"1"}}
	}
	l.send("chunked put of nothing", "PUT", "/upload", piped())
	l.send("binary up", "POST", "/upload", bytes.NewReader(binary),
		"Content-Type", "application/octet-stream")
	l.send("big up", "POST", "/upload", bytes.NewReader(bytes.Repeat(binary, 300)))
	l.get("binary down", "/binary")
	l.get("big down", "/big?n=300000")
	l.get("empty down", "/empty")
	l.get("empty and chunked", "/sse?n=0")
	l.get("chunked down", "/chunked")
	l.get("until the connection ends", "/until-close")
	l.get("sse", "/sse?n=3")
	l.send("head", "HEAD", "/json", nil)
	l.send("head of a stream", "HEAD", "/sse", nil)
	l.send("head of an empty body", "HEAD", "/empty", nil)
}

func (l *list) forms() {
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	l.send("form", "POST", "/upload", strings.NewReader("a=1&b=x+y%21&a=2&c="), form...)
	l.send("form put", "PUT", "/upload", strings.NewReader("a=1"), form...)
	l.send("form deleted", "DELETE", "/upload", strings.NewReader("a=1"), form...)
	l.send("form and query", "POST", "/upload?a=query&q=1", strings.NewReader("a=body&b=2"), form...)
	l.send("form with a charset", "POST", "/upload", strings.NewReader("ü=%C3%BC"),
		"Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	l.send("json and query", "POST", "/json?key=1&key=2", strings.NewReader("{}"),
		"Content-Type", "application/json")
	l.send("put and query", "PUT", "/json?x=y", strings.NewReader("z"))
	l.send("patch and query", "PATCH", "/json?x=y", strings.NewReader("z"))
	var parts bytes.Buffer
	writer := multipart.NewWriter(&parts)
	if err := writer.SetBoundary("between-the-parts"); err != nil {
		panic(err)
	}
	writer.WriteField("name", "value ü")
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="a.bin"`)
	part, _ := writer.CreatePart(head)
	part.Write([]byte{0, 1, 2, 0xff, '\r', '\n'})
	writer.Close()
	l.send("multipart", "POST", "/upload?q=1", &parts, "Content-Type", writer.FormDataContentType())
}

func (l *list) headers() {
	l.get("user agent of its own", "/json?agent=1", "User-Agent", "OpenAI/Go 2.3.0")
	l.get("user agent empty", "/json?agent=2", "User-Agent", "")
	l.send("user agent empty, head", "HEAD", "/json", nil, "User-Agent", "")
	l.get("user agent empty, range", "/binary", "User-Agent", "", "Range", "bytes=0-1")
	l.get("repeated", "/repeated", "X-Two", "b", "X-Two", "a", "X-Two", "a, c")
	l.get("values", "/json?values=1", "X-Empty", "", "X-Quoted", `"a, b"; c=d`, "X-Utf8", "caf\u00e9",
		"X-Stainless-Os", "Linux", "Accept", "application/json", "Accept-Language", "de, en;q=0.5")
	l.get("not canonical down", "/odd")
	l.get("cookies of its own", "/cookies", "Cookie", "a=1; b=2")
	closing := l.get("close", "/json?close=1")
	closing.request.Close = true
	l.get("referer of its own", "/json?referer=1", "Referer", "https://elsewhere.test/")
	l.get("if none match", "/status/304", "If-None-Match", `"x"`)
	l.get("te", "/json?te=1", "Te", "trailers")
	l.get("trailers", "/trailers")
}

func (l *list) codings() {
	l.get("gzip of the transport", "/encoded/gzip")
	l.get("gzip of the transport, chunked", "/encoded/gzip?sized=0")
	l.send("gzip of the transport, posted", "POST", "/encoded/gzip", strings.NewReader("{}"))
	l.send("gzip of a head", "HEAD", "/encoded/gzip", nil)
	l.send("gzip of a head, asked", "HEAD", "/encoded/gzip", nil, "Accept-Encoding", "gzip")
	l.get("gzip asked with others", "/encoded/gzip?own=1", "Accept-Encoding", "gzip, deflate")
	l.get("gzip asked for a range", "/encoded/gzip?own=2", "Accept-Encoding", "gzip", "Range", "bytes=0-")
	l.get("gzip unasked", "/encoded/gzip?force=1", "Accept-Encoding", "identity")
	l.get("brotli asked", "/encoded/br", "Accept-Encoding", "br")
	l.get("brotli unasked", "/encoded/br?force=1")
	l.get("zstd asked", "/encoded/zstd", "Accept-Encoding", "zstd")
	l.get("deflate unasked", "/encoded/deflate?force=1")
	l.get("range", "/binary", "Range", "bytes=2-5")
}

func (l *list) statuses() {
	for _, code := range []int{201, 204, 304, 400, 401, 403, 404, 413, 418, 422, 429, 500, 503, 599} {
		l.get(fmt.Sprint("status ", code), fmt.Sprint("/status/", code))
	}
	l.send("post of 204", "POST", "/status/204", strings.NewReader("x"))
	l.send("head of 204", "HEAD", "/status/204", nil)
	l.send("head of 304", "HEAD", "/status/304", nil)
	l.send("head of 404", "HEAD", "/status/404", nil)
	l.get("a reason of its own", "/reason/200")
	l.get("a reason of its own, 299", "/reason/299")
}

func (l *list) redirects() {
	l.get("redirects", "/redirect/301")
	l.get("redirects with a referer", "/redirect/308", "Referer", "https://elsewhere.test/")
	l.send("redirects of a post", "POST", "/redirect/303", strings.NewReader("posted"),
		"Content-Type", "text/plain")
	l.send("redirects of a kept post", "POST", "/redirect/307", strings.NewReader(`{"kept": 1}`),
		"Content-Type", "application/json")
	l.send("redirects of a lost post", "POST", "/redirect/301", strings.NewReader("a=1"),
		"Content-Type", "application/x-www-form-urlencoded")
	l.send("redirects of a head", "HEAD", "/redirect/302", nil)
	l.get("a redirect not followed", "/redirect/302").stay = true
	l.get("what it led to", "/redirect/303").stay = true
}

func (l *list) cookies() {
	l.get("cookies set", "/cookies").jar = true
	l.get("cookies sent back", "/cookies?again=1").jar = true
	l.get("cookies on a redirect", "/redirect/308").jar = true
}

// limits are requests that a proxy cannot see as go-vcr does.
func (l *list) limits() {
	scheme := l.base[:strings.Index(l.base, ":")]
	l.get("fragment", "/json?n=1#part")
	l.get("empty path", "?n=2")
	l.at("host not ASCII", "GET", scheme+"://bücher.api.test/json?n=3", nil)
	l.at("user in the url", "GET", scheme+"://me:secret@api.test/json?n=4", nil)
	l.get("gzip asked alone", "/encoded/gzip?n=5", "Accept-Encoding", "gzip")
	l.get("codings and user agent of its own", "/encoded/gzip?n=6",
		"Accept-Encoding", "gzip, deflate", "User-Agent", "own")
	l.get("codings of its own, user agent empty", "/json?n=7",
		"Accept-Encoding", "identity", "User-Agent", "")
	l.get("user agent as Go's", "/json?n=8", "User-Agent", "Go-http-client/1.1")
	l.get("user agent nil", "/json?n=9").request.Header["User-Agent"] = nil
	l.get("user agents", "/json?n=10", "User-Agent", "a", "User-Agent", "b")
	l.get("connection as a header", "/json?n=11", "Connection", "close")
	l.get("headers for the transport", "/json?n=12", "Content-Length", "0", "Host", "x", "Trailer", "X")
	l.get("headers for a proxy", "/json?n=13", "Proxy-Connection", "keep-alive",
		"Proxy-Authorization", "Basic eDp5")
	l.send("length -1", "POST", "/upload?n=14", piped("some")).request.ContentLength = -1
	literal := l.get("a literal", "/json?n=15")
	literal.request = &http.Request{Method: "GET", URL: literal.request.URL}
	l.get("no method", "/json?n=16").request.Method = ""
	l.send("expect", "PUT", "/upload?n=17", strings.NewReader("x"), "Expect", "100-continue")
	l.get("authorization", "/json?n=18", "Authorization", "Bearer secret", "X-Api-Key", "secret")
	l.get("redirect with a fragment", "/redirect/308?n=19#part").stay = true
	l.get("host of its own", "/json?n=20").request.Host = "other.test"
	l.get("name not canonical", "/json?n=21").request.Header["x-lower"] = []string{"1"}
	l.get("cookie headers", "/json?n=22", "Cookie", "a=1", "Cookie", "b=2")
	l.get("keep alive", "/json?n=23", "Connection", "keep-alive")
	if !l.overHTTP2 { // where it is not allowed
		l.get("space round a value", "/json?n=24", "X-Space", " x ")
	}
}
