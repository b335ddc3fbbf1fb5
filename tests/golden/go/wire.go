package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	v3 "gopkg.in/dnaeon/go-vcr.v3/cassette"
	v4 "gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	yaml4 "go.yaml.in/yaml/v4"
)

// text is a Go string; encoding/json carries a []byte as base64.
type text = []byte

type header struct {
	Name   text   `json:"name"`
	Values []text `json:"values"`
}

type request struct {
	Proto            text     `json:"proto,omitempty"`
	ProtoMajor       int      `json:"proto_major,omitempty"`
	ProtoMinor       int      `json:"proto_minor,omitempty"`
	ContentLength    int64    `json:"content_length,omitempty"`
	TransferEncoding []text   `json:"transfer_encoding,omitempty"`
	Trailer          []header `json:"trailer,omitempty"`
	Host             text     `json:"host,omitempty"`
	RemoteAddr       text     `json:"remote_addr,omitempty"`
	RequestURI       text     `json:"request_uri,omitempty"`
	Body             text     `json:"body,omitempty"`
	Form             []header `json:"form,omitempty"`
	Headers          []header `json:"headers,omitempty"`
	URL              text     `json:"url,omitempty"`
	Method           text     `json:"method,omitempty"`
}

type response struct {
	Proto            text     `json:"proto,omitempty"`
	ProtoMajor       int      `json:"proto_major,omitempty"`
	ProtoMinor       int      `json:"proto_minor,omitempty"`
	TransferEncoding []text   `json:"transfer_encoding,omitempty"`
	Trailer          []header `json:"trailer,omitempty"`
	ContentLength    int64    `json:"content_length,omitempty"`
	Uncompressed     bool     `json:"uncompressed,omitempty"`
	Body             text     `json:"body,omitempty"`
	Headers          []header `json:"headers,omitempty"`
	Status           text     `json:"status,omitempty"`
	Code             int      `json:"code,omitempty"`
	Duration         int64    `json:"duration,omitempty"`
}

type interaction struct {
	ID       int      `json:"id"`
	Request  request  `json:"request"`
	Response response `json:"response"`
}

// save gives the file that go-vcr writes. The v3 library can only write to disk.
func save(layout string, interactions []interaction) ([]byte, error) {
	switch layout {
	case "v4", "v4.0.8":
		return saveV4(interactions)
	case "v3":
		return saveV3(interactions)
	}
	return nil, fmt.Errorf("no layout %q", layout)
}

func saveV4(interactions []interaction) ([]byte, error) {
	cassette := v4.New("cassette")
	cassette.MarshalFunc = yaml4.Marshal // The recorder's default.
	for _, i := range interactions {
		cassette.AddInteraction(toV4(i))
	}
	memory := memoryFS{}
	err := cassette.SaveWithFS(memory)
	return memory["cassette.yaml"], err
}

func saveV3(interactions []interaction) ([]byte, error) {
	name, err := scratch()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(filepath.Dir(name))
	cassette := v3.New(name)
	for _, i := range interactions {
		cassette.AddInteraction(toV3(i))
	}
	if err := cassette.Save(); err != nil {
		return nil, err
	}
	return os.ReadFile(cassette.File)
}

func load(layout string, data []byte) (found []interaction, err error) {
	// The libraries panic on some damaged files; to their users that is no cassette.
	defer func() {
		if r := recover(); r != nil {
			found, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	switch layout {
	case "v4", "v4.0.8":
		return loadV4(data)
	case "v3":
		return loadV3(data)
	}
	return nil, fmt.Errorf("no layout %q", layout)
}

func loadV4(data []byte) ([]interaction, error) {
	cassette, err := v4.LoadWithFS("cassette", memoryFS{"cassette.yaml": data})
	if err != nil {
		return nil, err
	}
	found := []interaction{}
	for _, i := range cassette.Interactions {
		if i == nil {
			return nil, errors.New("an interaction is null")
		}
		found = append(found, fromV4(i))
	}
	return found, nil
}

func loadV3(data []byte) ([]interaction, error) {
	name, err := scratch()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(filepath.Dir(name))
	if err := os.WriteFile(name+".yaml", data, 0o600); err != nil {
		return nil, err
	}
	cassette, err := v3.Load(name)
	if err != nil {
		return nil, err
	}
	found := []interaction{}
	for _, i := range cassette.Interactions {
		if i == nil {
			return nil, errors.New("an interaction is null")
		}
		found = append(found, fromV3(i))
	}
	return found, nil
}

// scratch names a cassette in a folder of its own.
func scratch() (string, error) {
	dir, err := os.MkdirTemp("", "golden")
	return filepath.Join(dir, "cassette"), err
}

// memoryFS is a file system of one folder, for go-vcr v4.
type memoryFS map[string][]byte

func (m memoryFS) ReadFile(name string) ([]byte, error) {
	if data, ok := m[name]; ok {
		return data, nil
	}
	return nil, fs.ErrNotExist
}

func (m memoryFS) WriteFile(name string, data []byte) error {
	m[name] = append([]byte(nil), data...)
	return nil
}

func (m memoryFS) IsFileExists(name string) bool {
	_, ok := m[name]
	return ok
}

func toV4(i interaction) *v4.Interaction {
	q, a := i.Request, i.Response
	return &v4.Interaction{
		Request: v4.Request{
			Proto: string(q.Proto), ProtoMajor: q.ProtoMajor, ProtoMinor: q.ProtoMinor,
			ContentLength: q.ContentLength, TransferEncoding: strs(q.TransferEncoding),
			Trailer: headers(q.Trailer), Host: string(q.Host),
			RemoteAddr: string(q.RemoteAddr), RequestURI: string(q.RequestURI),
			Body: string(q.Body), Form: url.Values(headers(q.Form)),
			Headers: headers(q.Headers), URL: string(q.URL), Method: string(q.Method),
		},
		Response: v4.Response{
			Proto: string(a.Proto), ProtoMajor: a.ProtoMajor, ProtoMinor: a.ProtoMinor,
			TransferEncoding: strs(a.TransferEncoding), Trailer: headers(a.Trailer),
			ContentLength: a.ContentLength, Uncompressed: a.Uncompressed,
			Body: string(a.Body), Headers: headers(a.Headers), Status: string(a.Status),
			Code: a.Code, Duration: time.Duration(a.Duration),
		},
	}
}

func toV3(i interaction) *v3.Interaction {
	q, a := i.Request, i.Response
	return &v3.Interaction{
		Request: v3.Request{
			Proto: string(q.Proto), ProtoMajor: q.ProtoMajor, ProtoMinor: q.ProtoMinor,
			ContentLength: q.ContentLength, TransferEncoding: strs(q.TransferEncoding),
			Trailer: headers(q.Trailer), Host: string(q.Host),
			RemoteAddr: string(q.RemoteAddr), RequestURI: string(q.RequestURI),
			Body: string(q.Body), Form: url.Values(headers(q.Form)),
			Headers: headers(q.Headers), URL: string(q.URL), Method: string(q.Method),
		},
		Response: v3.Response{
			Proto: string(a.Proto), ProtoMajor: a.ProtoMajor, ProtoMinor: a.ProtoMinor,
			TransferEncoding: strs(a.TransferEncoding), Trailer: headers(a.Trailer),
			ContentLength: a.ContentLength, Uncompressed: a.Uncompressed,
			Body: string(a.Body), Headers: headers(a.Headers), Status: string(a.Status),
			Code: a.Code, Duration: time.Duration(a.Duration),
		},
	}
}

func fromV4(i *v4.Interaction) interaction {
	q, a := i.Request, i.Response
	return interaction{
		ID: i.ID,
		Request: request{
			text(q.Proto), q.ProtoMajor, q.ProtoMinor, q.ContentLength,
			texts(q.TransferEncoding), pairs(q.Trailer), text(q.Host),
			text(q.RemoteAddr), text(q.RequestURI), text(q.Body),
			pairs(http.Header(q.Form)), pairs(q.Headers), text(q.URL), text(q.Method),
		},
		Response: response{
			text(a.Proto), a.ProtoMajor, a.ProtoMinor, texts(a.TransferEncoding),
			pairs(a.Trailer), a.ContentLength, a.Uncompressed, text(a.Body),
			pairs(a.Headers), text(a.Status), a.Code, int64(a.Duration),
		},
	}
}

func fromV3(i *v3.Interaction) interaction {
	q, a := i.Request, i.Response
	return interaction{
		ID: i.ID,
		Request: request{
			text(q.Proto), q.ProtoMajor, q.ProtoMinor, q.ContentLength,
			texts(q.TransferEncoding), pairs(q.Trailer), text(q.Host),
			text(q.RemoteAddr), text(q.RequestURI), text(q.Body),
			pairs(http.Header(q.Form)), pairs(q.Headers), text(q.URL), text(q.Method),
		},
		Response: response{
			text(a.Proto), a.ProtoMajor, a.ProtoMinor, texts(a.TransferEncoding),
			pairs(a.Trailer), a.ContentLength, a.Uncompressed, text(a.Body),
			pairs(a.Headers), text(a.Status), a.Code, int64(a.Duration),
		},
	}
}

func strs(from []text) []string {
	var to []string
	for _, t := range from {
		to = append(to, string(t))
	}
	return to
}

func texts(from []string) []text {
	to := []text{}
	for _, s := range from {
		to = append(to, text(s))
	}
	return to
}

func headers(from []header) http.Header {
	to := http.Header{}
	for _, h := range from {
		to[string(h.Name)] = strs(h.Values)
	}
	return to
}

func pairs(from http.Header) []header {
	to := []header{}
	for name, values := range from {
		to = append(to, header{text(name), texts(values)})
	}
	return to
}
