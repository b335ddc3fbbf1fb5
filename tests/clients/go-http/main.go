package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func show(answer *http.Response, err error) {
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(body))
}

func main() {
	base := os.Args[1]
	client := http.DefaultClient
	show(client.Get(base + "/json"))
	show(client.Get(base + "/encoded/gzip"))
	show(client.Post(base+"/json", "application/json", strings.NewReader(`{"a": 1}`)))
	show(client.Get(base + "/redirect/308"))
	request, _ := http.NewRequest("GET", base+"/cookies", nil)
	request.AddCookie(&http.Cookie{Name: "flavour", Value: "oat"})
	show(client.Do(request))
	show(client.Get(base + "/sse?n=2"))
}
