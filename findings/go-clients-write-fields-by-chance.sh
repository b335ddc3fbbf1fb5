#!/usr/bin/env bash
# Go clients that take a form as a map write its multipart as the map comes: resty puts the
# fields beside a file in another order with each call of one program, and so does the usual
# client of Telegram's bots, whose program gave it no map at all. The same fields without a file
# are sorted.
#
# Versions: github.com/go-resty/resty/v2 v2.17.2, github.com/go-telegram-bot-api/
# telegram-bot-api/v5 v5.5.1.
# Source: resty's middleware.go (handleMultipart ranges over r.FormData), telegram-bot-api's
# bot.go (UploadFiles ranges over Params); Go's specification: the order of iteration over a
# map is not specified. url.Values.Encode sorts; RFC 7578, section 5.2, wants the form's order.
# Why it matters to a recorder: to leave the boundary out of account does not help: most uploads
# miss, and a second recording shows changes that nobody made. Who sorts all parts goes too far:
# S3 passes over the fields that follow the file.
set -euo pipefail
for tool in go; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sort"
	"strings"

	"github.com/go-resty/resty/v2"
	telegram "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// By path, each order in which fields came, and how often.
var orders = map[string]map[string]int{}

func names(r *http.Request) (found []string) {
	media, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "multipart/form-data" {
		body, err := io.ReadAll(r.Body)
		check(err)
		for _, field := range strings.Split(string(body), "&") {
			name, _, _ := strings.Cut(field, "=")
			found = append(found, name)
		}
		return found
	}
	for parts := multipart.NewReader(r.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return found
		}
		check(err)
		found = append(found, part.FormName())
	}
}

func main() {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		step, order := r.URL.Path, strings.Join(names(r), " ")
		if orders[step] == nil {
			orders[step] = map[string]int{}
		}
		orders[step][order]++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"ok": true, "result": {"id": 1, "message_id": 1}}`)
	}))
	defer origin.Close()

	fields := map[string]string{"model": "m", "purpose": "batch", "user": "u"}
	for range 60 {
		file := strings.NewReader("content")
		request := resty.New().R().SetFormData(fields).SetFileReader("file", "a.txt", file)
		_, err := request.Post(origin.URL + "/with-file")
		check(err)
		_, err = resty.New().R().SetFormData(fields).Post(origin.URL + "/without")
		check(err)
	}
	bot, err := telegram.NewBotAPIWithAPIEndpoint("token", origin.URL+"/%s/%s")
	check(err)
	for range 60 {
		photo := telegram.NewPhoto(1, telegram.FileBytes{Name: "a.png", Bytes: []byte("a")})
		photo.Caption, photo.ParseMode = "hello", "HTML"
		_, err = bot.Send(photo)
		check(err)
	}
	for _, step := range []string{"/with-file", "/token/sendPhoto", "/without"} {
		var all []string
		for each, times := range orders[step] {
			all = append(all, fmt.Sprintf("  %2d times %s", times, each))
		}
		sort.Strings(all)
		fmt.Printf("%s\n%s\n", step, strings.Join(all, "\n"))
	}
	one := url.Values{"model": {"m"}, "purpose": {"batch"}, "user": {"u"}}
	fmt.Println("url.Values:", one.Encode())
	many := len(orders["/with-file"]) > 1 && len(orders["/token/sendPhoto"]) > 1
	if !many || len(orders["/without"]) != 1 {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
cat > go.mod <<'MOD'
module look

go 1.24
MOD
export GOFLAGS=-mod=mod
go get github.com/go-resty/resty/v2@v2.17.2 \
  github.com/go-telegram-bot-api/telegram-bot-api/v5@v5.5.1 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/go-resty/resty/v2 github.com/go-telegram-bot-api/telegram-bot-api/v5
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
go run .
