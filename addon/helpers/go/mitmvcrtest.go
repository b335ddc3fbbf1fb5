// Package mitmvcrtest gives each test of a Go package a mitmvcr cassette of its own,
// named after it, through a client that it makes. Nothing global is set, so tests run in
// parallel. A request that the cassette does not hold fails the test that made it.
package mitmvcrtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const variable = "MITMVCR_CONTROL_URL"

// An Option of a session: its cassette, its mode, or any that mitmvcr has.
type Option func(wish map[string]any)

// Cassette names the cassette, as "login/ok"; it is named after the test otherwise.
func Cassette(name string) Option { return With("cassette", name) }

// Mode is "record_once", "replay_only" or another of mitmvcr's. That of the run counts
// more, and with CI set it records nothing.
func Mode(mode string) Option { return With("mode", mode) }

// With sets an option of a session by mitmvcr's name, as With("match", "method,path").
func With(name string, value any) Option {
	return func(wish map[string]any) { wish[name] = value }
}

// A Session is a test's own: what comes to its proxy is recorded to its cassette, or
// replayed from it.
type Session struct {
	Name     string `json:"name"`
	Cassette string `json:"cassette"`
	Mode     string `json:"mode"`
	ProxyURL string `json:"proxy_url"`
	CAFile   string `json:"ca_file"`

	transport *http.Transport
}

// Use opens a session for the test and returns a client that goes through it. The end of
// the test ends it, and fails the test for each request that had no match.
func Use(t testing.TB, options ...Option) *http.Client {
	t.Helper()
	return Open(t, options...).Client()
}

// Open is as Use, for clients that are made otherwise: of ProxyURL and CAFile.
func Open(t testing.TB, options ...Option) *Session {
	t.Helper()
	control, err := controlURL()
	if err != nil {
		t.Fatalf("mitmvcr: %v", err)
	}
	wish := map[string]any{}
	for _, option := range options {
		option(wish)
	}
	if wish["cassette"] == nil {
		wish["cassette"], wish["test"] = nameOf(t), testOf(t)
	}
	holdToTheRun(wish)
	session := &Session{}
	if err := call(control, "POST", "/sessions", wish, session); err != nil {
		t.Fatalf("mitmvcr: %v", err)
	}
	sessions.Store(t.Name(), session)
	t.Cleanup(func() {
		t.Helper()
		sessions.CompareAndDelete(t.Name(), session)
		session.end(t, control)
	})
	if session.transport, err = newTransport(session); err != nil {
		t.Fatalf("mitmvcr: %v", err)
	}
	return session
}

// holdToTheRun lets the mode that a run was given count more than one in code. Without
// one, no mode in code records in CI.
func holdToTheRun(wish map[string]any) {
	// mitmvcr run sets the first one where it was given a mode.
	for _, name := range []string{"MITMVCR_RUN_MODE", "MITMVCR_MODE"} {
		if chosen := os.Getenv(name); chosen != "" {
			wish["mode"] = chosen
			return
		}
	}
	if mode := wish["mode"]; mode != nil && mode != "passthrough" && isCI() {
		wish["mode"] = "replay_only"
	}
}

// isCI tells what mitmvcr itself takes for a CI server.
func isCI() bool {
	switch strings.ToLower(strings.TrimSpace(os.Getenv("CI"))) {
	case "", "0", "false":
		return false
	}
	return true
}

// Client returns a client that goes through the session's proxy and trusts it.
func (s *Session) Client() *http.Client { return &http.Client{Transport: s.transport} }

// Transport returns what a client of an SDK's own may be made of.
func (s *Session) Transport() *http.Transport { return s.transport }

// Variable returns what make returns, recorded; a replay has the recorded one. The test
// has called Use or Open before.
func Variable(t testing.TB, name string, make func() string) string {
	t.Helper()
	found, ok := sessions.Load(t.Name())
	if !ok {
		t.Fatalf("mitmvcr: variable %s: call mitmvcrtest.Use(t) first", name)
	}
	control, _ := controlURL()
	path := "/sessions/" + url.PathEscape(found.(*Session).Name) + "/variables"
	answer := map[string]string{}
	if err := call(control, "POST", path, map[string]any{name: make()}, &answer); err != nil {
		t.Fatalf("mitmvcr: variable %s: %v", name, err)
	}
	return answer[name]
}

// sessions has those of the tests that run, by the tests' names.
var sessions sync.Map

type report struct {
	Failure *string
	Misses  []struct {
		Reason  string
		Times   int
		Request struct{ Method, URL string }
	}
}

func (s *Session) end(t testing.TB, control string) {
	t.Helper()
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	found := report{}
	// mitmvcr run notes whose test has failed, for --partial.
	wish := map[string]any{"failed": t.Failed()}
	err := call(control, "DELETE", "/sessions/"+url.PathEscape(s.Name), wish, &found)
	if err != nil {
		t.Errorf("mitmvcr: %v", err)
	}
	if found.Failure != nil {
		t.Errorf("mitmvcr: %s", *found.Failure)
	}
	for _, miss := range found.Misses {
		often := ""
		if miss.Times > 1 {
			often = fmt.Sprintf(" (%d times)", miss.Times)
		}
		request := miss.Request.Method + " " + miss.Request.URL + often
		t.Errorf("mitmvcr: no match in cassette %s:\n  %s: %s", s.Cassette, request, miss.Reason)
	}
}

func newTransport(s *Session) (*http.Transport, error) {
	proxy, err := url.Parse(s.ProxyURL)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(pem)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(proxy)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return transport, nil
}

// direct goes through no proxy: the API is on this machine. It waits up to 30 s itself.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}

// call asks the control API; an error has what that says.
func call(control, method, path string, wish map[string]any, into any) error {
	var body io.Reader
	if wish != nil {
		data, err := json.Marshal(wish)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, control+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("X-Vcr-Control", "1")
	request.Header.Set("Content-Type", "application/json")
	if token := os.Getenv("MITMVCR_CONTROL_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := direct.Do(request)
	if err != nil {
		if within := (*url.Error)(nil); errors.As(err, &within) {
			err = within.Err // the rest says what was asked
		}
		return fmt.Errorf("the control API at %s does not answer (%w): start mitmvcr anew,"+
			" or unset %s, and the tests start their own", control, err, variable)
	}
	defer answer.Body.Close()
	if answer.StatusCode < 300 {
		return json.NewDecoder(answer.Body).Decode(into)
	}
	problem := struct{ Detail string }{answer.Status}
	_ = json.NewDecoder(answer.Body).Decode(&problem) // the status says it otherwise
	return errors.New(problem.Detail)
}

// controlURL returns where the API is: that of the mitmvcr that runs, or else of one
// that is started for this process, and ends with it.
var controlURL = sync.OnceValues(func() (string, error) {
	if found := os.Getenv(variable); found != "" {
		if place, err := url.Parse(found); err != nil || place.Scheme != "http" || place.Port() == "" {
			return "", fmt.Errorf("%s=%s: use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it",
				variable, found)
		}
		return strings.TrimSuffix(found, "/"), nil
	}
	program, err := exec.LookPath("mitmvcr")
	if err != nil {
		return "", fmt.Errorf("mitmvcr is not on the PATH: install it (pipx install mitmvcr), or set %s", variable)
	}
	folder := filepath.Join(root, "cassettes")
	command := exec.Command(program, "serve", "--cassettes", folder, "--attached")
	command.Dir, command.Stderr = root, os.Stderr
	return start(command)
})

// held keeps the proxy: it ends when this end of its stdin is closed, by the process's
// end at the latest.
var held io.WriteCloser

func start(command *exec.Cmd) (string, error) {
	out, err := command.StdoutPipe()
	if err != nil {
		return "", err
	}
	if held, err = command.StdinPipe(); err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return "", errors.New("mitmvcr serve did not start: see its error above")
	}
	facts := struct {
		URL string `json:"control_url"`
	}{}
	if err := json.Unmarshal(line, &facts); err != nil {
		return "", fmt.Errorf("mitmvcr serve said what is no JSON: %w", err)
	}
	return facts.URL, nil
}

// A package's tests start in its folder; root is that of its module.
var folder, root = places()

func places() (string, string) {
	folder, err := os.Getwd()
	if err != nil {
		return ".", "."
	}
	for place := folder; ; place = filepath.Dir(place) {
		if _, err := os.Stat(filepath.Join(place, "go.mod")); err == nil {
			return folder, place
		}
		if place == filepath.Dir(place) {
			return folder, folder
		}
	}
}

// unfit is what one of the systems that cassettes are checked out on has not in a name.
var unfit = regexp.MustCompile(`[\x00-\x1f\x7f\\:*?"<>|%]`)

// testOf returns the test as no other is: names lose what tells some apart, and a folder
// may have two packages, of which one tests the other from outside.
func testOf(t testing.TB) string {
	return folder + ": " + packageOf() + t.Name()
}

// packageOf returns the package of the test that runs in this goroutine, and a dot; ""
// in one that a test has started.
func packageOf() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	test := ""
	for {
		frame, more := frames.Next()
		if frame.Function == "testing.tRunner" {
			path, name := filepath.Split(test)
			return path + strings.SplitAfter(name, ".")[0]
		}
		if !more {
			return ""
		}
		test = frame.Function
	}
}

// nameOf returns the package's folder in its module, and the test's name.
func nameOf(t testing.TB) string {
	name := unfit.ReplaceAllString(t.Name(), "-")
	inside, err := filepath.Rel(root, folder)
	if err != nil || inside == "." {
		return name
	}
	return filepath.ToSlash(inside) + "/" + name
}
