package main

import "strings"

// hardStrings lists what decides between the styles of a scalar, without doubles. For other layouts than
// v4, what their dialects may see otherwise.
func hardStrings(layout string) []string {
	groups := [][]string{written(), typed(), blanks(), separators()}
	if layout == "v4" {
		groups = append(groups, bytesAlone(), runes(), indicators(), lengths())
	}
	seen := map[string]bool{}
	var all []string
	for _, group := range groups {
		for _, s := range group {
			if !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}

func written() []string {
	return []string{
		"", "plain", "two words", "it's", "say \"hi\"", "back\\slash", "a: b", "a:b",
		"a #b", "a#b", "a :b", "- a", "-a", "? a", "?a", ": a", ":a", "a:", "---",
		"--- a", "---a", "...", "....", "a---", "&a", "*a", "!t", "%a", "@a", "`a",
		"'", "''", "\"", "\"\"", "{}", "[]", "{a: b}", "[a, b]", "a, b", "=", "<<", "<<a",
		"http://[::1]:80/?a=b&c=%20#f", "W/\"abc\"", "text/html; charset=utf-8",
		"Tue, 15 Nov 1994 08:12:31 GMT", "200 OK", "{\"a\": \"it's\"}", "<html>",
		"id: 1\ndata: {\"a\": 1}\n\ndata: [DONE]\n\n",
		"id: 1\r\ndata: {\"a\": 1}\r\n\r\ndata: [DONE]\r\n\r\n",
		"---\na: b\n...\n", "a\n---\nb", "# no comment\n", "a\n# no comment\n",
		"\n  <!DOCTYPE html>\n", "<p>\n\t<b>\n</p>\n", "\t<p>\n", "key:\n  - item\n",
		"caf\u00e9", "caf\u00e9\n", "\u4e2d\u6587", "\u4e2d\n\u6587\n", "\U0001F600",
		"a\n\U0001F600\n", "\ufeff{\"a\": 1}\n", "\ufeffcaf\u00e9 \u4e2d \U0001F600\ufeff",
		"a\ufeffb", "a\nb\ufeff", "\xed\xa0\x80", "\xc3", "a\xc3\xa9\xff\nb", "\xe2\x82",
		"\x1f\x8b\x08\x00\x00", "\x89PNG\r\n\x1a\n", "a\x00b", "a\nb\x00", "\\x41\\n",
		"a\u00a0b", "\u00a0", "\u00a0\n", "\u3000\n\u3000", "\u2003\n", "\u1680\n", "\u205f\n\u202f",
		"\n\u200b", "\u0085\n",
	}
}

func bytesAlone() (all []string) {
	for b := 0; b < 128; b++ {
		all = append(all, string([]byte{byte(b)}))
	}
	return append(all, "\x80", "\xbf", "\xc0", "\xc2", "\xf5", "\xff")
}

func runes() (all []string) {
	runes := []rune{0xA1, 0xFF, 0x7FF, 0x800, 0xFFF, 0x1000, 0x200B, 0x2027, 0x2028,
		0x2029, 0x202A, 0x3000, 0xD7FF, 0xE000, 0xFDD0, 0xFEFE, 0xFEFF, 0xFF00, 0xFFFD,
		0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF}
	for r := rune(0); r <= 0xA0; r++ {
		runes = append(runes, r)
	}
	for _, r := range runes {
		all = append(all, "a"+string(r)+"b", "a\n"+string(r)+"b\n")
	}
	return all
}

func indicators() (all []string) {
	for _, r := range "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" {
		p := string(r)
		all = append(all, p+"a", p+" a", "a"+p, "a "+p, "a"+p+" b", p+p+p, p+"\na")
	}
	return all
}

func typed() []string {
	words := strings.Fields(`true True TRUE tRUE false False FALSE null Null NULL ~ nil
		y Y yes Yes YES yEs on On ON n N no No NO off Off OFF oFF
		.nan .NaN .NAN .Nan .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF inf nan
		0 00 07 08 09 0_ 0_0 1 -1 +1 - + -0 -00 -0.0 +0 +0.0 _1 1_ 1_000 1__0 --1 1-1
		0x 0x1F 0X1f 0xg -0x1F +0x1F 0x_1 0b 0b1 0b2 0B1 -0b1 0b-1 0b+1 -0b-1 0o 0o7 0o8
		0O7 -0o7 0o-7 0o+7 0_x1 0x1_f
		9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616
		-9223372036854775808 -9223372036854775809 +9223372036854775808
		0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 0x10000000000000000
		-0x8000000000000000 -0x8000000000000001 0x00000000000000000000000000000000001
		01777777777777777777777 02000000000000000000000
		1.5 1. .5 -.5 +.5 . .. ._5 .5_ .5_5 .5__5 .5_e1 .5e1_0 .5e_1 1.5_5 1_1.5 1e3 1E3
		1e+3 1e-3 1e 1e+ e1 1.5e3 .5e3 .e3 1e400 .5e400 -1e400 1e-400 0x1p4 0x1.8p1 1.5.5
		12:30 12:30:45 1:2 1:60 1:5:59.5 -1:30 +1:30 1_0:30 12:30:60 190:20:30.15 :30 1:
		2001-02-03 2001-2-3 2001-02-29 2000-02-29 1900-02-29 2004-02-29 2001-13-01 2001-00-01
		2001-01-00 2001-01-32 2001-04-31 0000-01-01 0000-02-29 99999-01-01 201-01-01 2001-
		2001-1 2001-01-01a 2001-01-01T
		2001-01-01T1:2:3Z 2001-01-01t01:02:03Z 2001-01-01T01:02:03 2001-01-01T01:02:03z
		2001-01-01T24:00:00Z 2001-01-01T23:60:00Z 2001-01-01T23:59:60Z 2001-01-01T1:2:3.5Z
		2001-01-01T1:2:3,5Z 2001-01-01T1:2:3.Z 2001-01-01T1:2:3.1234567890123Z
		2001-01-01T1:2:3+01:00 2001-01-01T1:2:3-24:60 2001-01-01T1:2:3+25:00
		2001-01-01T1:2:3+24:61 2001-01-01T1:2:3+0100 2001-01-01T1:2Z`)
	return append(words,
		"2001-01-01 1:2:3", "2001-01-01  1:2:3", "2001-01-01 1:2:3.5", "2001-01-01 1:2:3,25",
		"2001-01-01 1:2:3Z", "2001-01-01 1:2", "2001-01-01 ", "2001-01-01 24:0:0",
		"2001-01-01\t1:2:3", "2001-01-01 1:2:3 +1", strings.Repeat("1", 400),
		"0x"+strings.Repeat("0", 100)+"1", "0x"+strings.Repeat("f", 100),
		"."+strings.Repeat("3", 400), "\u0661", "\u0662\u0660\u0660\u0661-\u0660\u0661-\u0660\u0661")
}

// blanks joins blank ends with texts, of which some hold blanks themselves.
func blanks() (all []string) {
	ends := []string{"", " ", "\t", "\n", "\n\n", " \n", "\n "}
	texts := []string{"", "a", "a\nb", "a\n\n\nb", "a\n  b\n\tc", "a \nb", "a\t\nb"}
	for _, before := range ends {
		for _, text := range texts {
			for _, after := range ends {
				all = append(all, before+text+after)
			}
		}
	}
	return all
}

// separators puts the line ends of YAML 1.1 between all sorts of neighbours.
func separators() (all []string) {
	neighbours := []string{"", "a", " ", "\n", "\t", "'", "a\nb"}
	for _, before := range neighbours {
		for _, end := range []string{"\u2028", "\u2029", "\u2028\u2029"} {
			for _, after := range neighbours {
				all = append(all, before+end+after)
			}
		}
	}
	return all
}

// lengths has what goes by length: rows of base64, keys, and lines that are not folded.
func lengths() (all []string) {
	for _, n := range []int{1, 2, 3, 4, 48, 50, 51, 52, 53, 104, 105, 106, 6719, 6720, 6721} {
		all = append(all, strings.Repeat("\xff", n))
	}
	for n := 126; n <= 131; n++ {
		all = append(all, strings.Repeat("k", n), strings.Repeat("k: ", n)[:n])
	}
	for n := 63; n <= 66; n++ {
		all = append(all, strings.Repeat("\u00e9", n))
	}
	for _, n := range []int{81, 1025} {
		all = append(all, strings.Repeat("k", n), strings.Repeat("a ' b ", n)[:n-1]+"x",
			strings.Repeat("a\tb ", n)[:n-1]+"x", strings.Repeat("line\n", n)[:n])
	}
	return all
}

// repeated is a large body that both sides make by rule: Unit Count times, then End.
type repeated struct {
	Name  string `json:"name"`
	Unit  text   `json:"unit"`
	Count int    `json:"count"`
	End   text   `json:"end"`
}

func largeBodies() []repeated {
	const mib = 1 << 20
	unit := func(name, unit, end string) repeated {
		return repeated{name, text(unit), (mib - len(end)) / len(unit), text(end)}
	}
	return []repeated{
		unit("json", `{"id": 12345, "name": "it's", "list": [1, 2, 3]}, `, "}"),
		unit("plain", "some words in a row ", "end"),
		unit("sse", "data: {\"delta\": \"it's\"}\n\n", "data: [DONE]\n\n"),
		unit("sse with CRLF", "data: {\"delta\": \"it's\"}\r\n\r\n", "data: [DONE]\r\n\r\n"),
		unit("tabs", "a\tb: 'c' ", "."),
		unit("pretty JSON", "  {\n    \"a\": 1\n  },\n", "]"),
		unit("indented", "  \tindented\n", ""),
		unit("Chinese", "\u4e2d\u6587\uff0c\u5b57", ""),
		unit("emoji", "\u4e2d \U0001F600 \u00e9 \u201cq\u201d\n", "\u2028"),
		unit("binary", "\x00\x01\xfe\xff", "\x80"),
		unit("binary rows", strings.Repeat("\xff", 105), ""),
		unit("BOM", "\ufeffa\u00e9\n", ""),
	}
}

func (r repeated) body() string {
	return strings.Repeat(string(r.Unit), r.Count) + string(r.End)
}
