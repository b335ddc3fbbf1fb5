package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// casesMode writes the golden files below a folder:
//
//	LAYOUT/GROUP.json, .yaml   interactions, and the file go-vcr saves for them
//	LAYOUT/unsound.json        strings by place that go-vcr saves and does not load again
//	LAYOUT/large.json          bodies by rule, with the digest of the file
//	durations.json             durations as Go prints and parses them
func casesMode(dir string, layouts []string) error {
	for _, layout := range layouts {
		if err := writeLayout(filepath.Join(dir, layout), layout); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(dir, "durations.json"), durations())
}

func writeLayout(dir, layout string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	groups := []group{
		{"empty", nil}, {"fields", fields()}, {"order", order()}, {"durations", timed()},
	}
	unsound := map[string][]text{}
	for _, place := range places {
		sound, rest, err := sift(layout, place)
		if err != nil {
			return err
		}
		groups = append(groups, group{place.name, place.pack(sound)})
		unsound[place.name] = rest
	}
	for _, g := range groups {
		if err := g.write(dir, layout); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	if err := writeJSON(filepath.Join(dir, "unsound.json"), unsound); err != nil {
		return err
	}
	return writeLarge(filepath.Join(dir, "large.json"), layout)
}

type group struct {
	name         string
	interactions []interaction
}

// write saves the group, and makes sure that go-vcr writes it the same way each time
// and reads it again: only then is it a rule to follow.
func (g group) write(dir, layout string) error {
	data, err := save(layout, g.interactions)
	if err != nil {
		return err
	}
	for n := 0; n < 5; n++ {
		if again, err := save(layout, g.interactions); err != nil || !bytes.Equal(again, data) {
			return fmt.Errorf("go-vcr does not write it alike each time: %w", err)
		}
	}
	if !loadsAgain(layout, g.interactions) {
		return fmt.Errorf("go-vcr does not load what it saved")
	}
	path := filepath.Join(dir, g.name)
	if err := writeJSON(path+".json", numbered(g.interactions)); err != nil {
		return err
	}
	return os.WriteFile(path+".yaml", data, 0o644)
}

func numbered(interactions []interaction) []interaction {
	all := []interaction{}
	for n, i := range interactions {
		i.ID = n
		all = append(all, i)
	}
	return all
}

// sift parts the hard strings at one place by whether go-vcr loads what it saves.
func sift(layout string, p place) (sound []string, unsound []text, err error) {
	for _, s := range hardStrings(layout) {
		alone := p.pack([]string{s})
		if loadsAgain(layout, alone) {
			sound = append(sound, s)
		} else {
			unsound = append(unsound, text(s))
		}
	}
	if len(sound) < 500 || (len(unsound) == 0) != (layout == "v4.0.8") {
		err = fmt.Errorf("%s: %d sound, %d unsound", p.name, len(sound), len(unsound))
	}
	return sound, unsound, err
}

func loadsAgain(layout string, interactions []interaction) bool {
	data, err := save(layout, interactions)
	if err != nil {
		return false
	}
	loaded, err := load(layout, data)
	return err == nil && reflect.DeepEqual(canonical(loaded), canonical(interactions))
}

// canonical makes empty and absent the same, and maps comparable.
func canonical(interactions []interaction) string {
	all := []any{}
	for n, i := range interactions {
		i.ID = n
		wire, _ := json.Marshal(i)
		var plain map[string]any
		_ = json.Unmarshal(wire, &plain)
		for _, message := range []string{"request", "response"} {
			fields := plain[message].(map[string]any)
			for _, name := range []string{"trailer", "form", "headers"} {
				fields[name] = byName(fields[name])
			}
		}
		all = append(all, plain)
	}
	text, _ := json.Marshal(all)
	return string(text)
}

func byName(list any) map[string]any {
	named := map[string]any{}
	entries, _ := list.([]any)
	for _, entry := range entries {
		e := entry.(map[string]any)
		values, _ := e["values"].([]any)
		named[fmt.Sprint(e["name"])] = append([]any{}, values...)
	}
	return named
}

// place is where a hard string stands; many strings share an interaction.
type place struct {
	name string
	pack func([]string) []interaction
}

var places = []place{
	{"bodies", packed(2, func(s []text) (i interaction) {
		i.Request.Body, i.Response.Body = s[0], s[1]
		return i
	})},
	{"texts", packed(8, func(s []text) (i interaction) {
		i.Request = request{Proto: s[0], Host: s[1], RemoteAddr: s[2], RequestURI: s[3], URL: s[4], Method: s[5]}
		i.Response = response{Proto: s[6], Status: s[7]}
		return i
	})},
	{"values", packed(20, func(s []text) (i interaction) {
		i.Request.TransferEncoding, i.Response.TransferEncoding = s[:4], s[4:8]
		i.Request.Headers = []header{{text("A"), s[8:12]}}
		i.Request.Form = []header{{text("a"), s[12:16]}}
		i.Response.Trailer = []header{{text("A"), s[16:20]}}
		return i
	})},
	// Two names a map: with more, go-yaml's order is not always an order.
	{"names", packed(10, func(s []text) (i interaction) {
		i.Request.Trailer, i.Request.Form, i.Request.Headers = pair(s[0], s[1]), pair(s[2], s[3]), pair(s[4], s[5])
		i.Response.Trailer, i.Response.Headers = pair(s[6], s[7]), pair(s[8], s[9])
		return i
	})},
}

// packed puts size strings into each interaction; the last one is filled up.
func packed(size int, fill func([]text) interaction) func([]string) []interaction {
	return func(all []string) (to []interaction) {
		for at := 0; at < len(all); at += size {
			var some []text
			for n := at; n < at+size; n++ {
				some = append(some, text(all[min(n, len(all)-1)]))
			}
			to = append(to, fill(some))
		}
		return to
	}
}

// pair is a map of two names, or of one where go-yaml has no order for the two: a byte
// that is not UTF-8 counts as U+FFFD, whichever it is.
func pair(a, b text) []header {
	one := []header{{a, []text{text("v"), text("w")}}}
	if bytes.Equal(bytes.ToValidUTF8(a, nil), bytes.ToValidUTF8(b, nil)) || !utf8.Valid(a) && !utf8.Valid(b) {
		return one
	}
	return append(one, header{b, []text{}})
}

func fields() []interaction {
	full := interaction{Request: request{
		Proto: text("HTTP/1.1"), ProtoMajor: 1, ProtoMinor: 1, ContentLength: 3,
		TransferEncoding: texts([]string{"gzip", "chunked"}),
		Trailer:          []header{{text("X-Sum"), texts([]string{"1"})}},
		Host:             text("example.com"), RemoteAddr: text("127.0.0.1:80"), RequestURI: text("/"),
		Body:    text("a=1"),
		Form:    []header{{text("a"), texts([]string{"1"})}},
		Headers: []header{{text("User-Agent"), texts([]string{""})}, {text("Accept"), texts([]string{"*/*", "a"})}},
		URL:     text("https://example.com/?a=1"), Method: text("POST"),
	}, Response: response{
		Proto: text("HTTP/2.0"), ProtoMajor: 2, TransferEncoding: texts([]string{"chunked"}),
		Trailer:       []header{{text("Grpc-Status"), texts([]string{"0"})}},
		ContentLength: -1, Uncompressed: true, Body: text("{}\n"),
		Headers: []header{{text("Set-Cookie"), texts([]string{"a=1", "b=2"})}, {text("Empty"), nil}},
		Status:  text("200 OK"), Code: 200, Duration: 712_000_000,
	}}
	big := full
	big.Request.ContentLength, big.Response.ContentLength = 1<<62, -1<<62
	big.Request.ProtoMajor, big.Response.Code = -3, 999
	bare := full
	bare.Request.Headers, bare.Request.Trailer, bare.Request.Form = nil, []header{{text(""), nil}}, []header{}
	bare.Response.Body, bare.Response.Uncompressed = nil, false
	return []interaction{{}, full, big, bare, full}
}

// order has sets of names whose order does not go by the characters alone.
func order() (all []interaction) {
	sets := []string{
		"a1 a2 a10 a20 a100", "a01 a1 a001 a2", "a0 a00 a10 a100", "1 2 10 a b", "X-1 X-a X-B X-10",
		"x_a x-a xA x.a xa", "A a B b _ - .", "é e z É", "v1.10 v1.9 v1.2", "10a 9a 10 9",
		"a[0] a[1] a[10] a[2]", "a a- a-b a1 ab", "Content-Type Content-Length content-type",
		"p1_0 p10 p1", "100 0100 00100", "99999999999999999999 18446744073709551615 5",
		"٣ ٢ 2 3", "b2 b10 b٣", "foo foo1 foo10 foobar", "a:1 a:10 a:9", "0 00 000 01",
	}
	for _, set := range sets {
		var i interaction
		for _, name := range strings.Fields(set) {
			i.Response.Headers = append(i.Response.Headers, header{text(name), texts([]string{name})})
		}
		all = append(all, i)
	}
	return all
}

func someDurations() (all []int64) {
	all = []int64{0, 1, 999, 1000, 1001, 1100, 999_999, 1_000_000, 1_500_000, 999_999_999,
		1_000_000_000, 1_171_848_125, 59_999_999_999, 60_000_000_000, 90_700_000_000,
		3_599_999_999_999, 3_600_000_000_000, 3_723_000_000_001, 1<<63 - 1}
	for _, d := range all {
		all = append(all, -d)
	}
	return append(all, -1<<63)
}

func timed() (all []interaction) {
	for _, d := range someDurations() {
		all = append(all, interaction{Response: response{Duration: d}})
	}
	return all
}

type duration struct {
	Text  string `json:"text"`
	NS    int64  `json:"ns"`
	Error string `json:"error,omitempty"`
}

// durations are as printed, and as parsed from all sorts of texts.
func durations() map[string][]duration {
	found := map[string][]duration{}
	for _, d := range someDurations() {
		found["printed"] = append(found["printed"], duration{time.Duration(d).String(), d, ""})
	}
	for _, s := range strings.Split(durationTexts, "|") {
		d, err := time.ParseDuration(s)
		parsed := duration{Text: s, NS: int64(d)}
		if err != nil {
			parsed.Error = err.Error()
		}
		found["parsed"] = append(found["parsed"], parsed)
	}
	return found
}

const durationTexts = "|0|+0|-0|00|0.|.0|0s|1|1.5|-|+|.|s|.s|-.s|1s|+1s|-1s|--1s|1 s| 1s|1s |1S|1.s|.5s|1.5s|" +
	"1.5.5s|1h2m3s|3s2h|1h1h|1d|1e3s|250us|250µs|250μs|1ns|1.9ns|0.9ns|1.1ms|712ms|1m30.7s|1ms2us3ns|1,5s|" +
	"9223372036854775807ns|9223372036854775808ns|-9223372036854775808ns|-9223372036854775809ns|" +
	"2562047h47m16.854775807s|2562047h47m16.854775808s|-2562047h47m16.854775808s|2562048h|9223372036s854775808ns|" +
	"99999999999999999999ns|100000000000000000000000h|0.3333333333333333333h|0.9223372036854775807h|" +
	"0.9223372036854775808h|0.92233720368547758079h|0.000000000000000000000000001h|1.00000000000000000000000000001s|" +
	"0.830103483285477580700h|1_000s|0x1s|1s1|1s.|1s-1s|١s|1m s|1sm|39.999999999999999999999h|1.000000001h|0.000277777777h"

func writeLarge(path, layout string) error {
	type large struct {
		repeated
		Size   int    `json:"size"`
		SHA256 string `json:"sha256"`
	}
	var all []large
	for _, r := range largeBodies() {
		var i interaction
		i.Response.Body = text(r.body())
		data, err := save(layout, []interaction{i})
		if err != nil {
			return err
		}
		all = append(all, large{r, len(data), fmt.Sprintf("%x", sha256.Sum256(data))})
	}
	return writeJSON(path, all)
}

// writeJSON gives each entry of a list its own line, for the sake of diffs.
func writeJSON(path string, value any) error {
	var out bytes.Buffer
	if list := reflect.ValueOf(value); list.Kind() == reflect.Slice {
		lines := make([][]byte, list.Len())
		for n := range lines {
			line, err := json.Marshal(list.Index(n).Interface())
			if err != nil {
				return err
			}
			lines[n] = line
		}
		fmt.Fprintf(&out, "[\n%s\n]\n", bytes.Join(lines, []byte(",\n")))
	} else {
		encoder := json.NewEncoder(&out)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(value); err != nil {
			return err
		}
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}
