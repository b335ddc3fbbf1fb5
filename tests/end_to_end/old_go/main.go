// Asks twice with a cookie jar, and prints the last answer.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
)

func main() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err)
	}
	client := &http.Client{Jar: jar}
	for _, path := range []string{"/cookie", "/cookie/who"} {
		answer, err := client.Get(os.Args[1] + path)
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			panic(err)
		}
		fmt.Print(string(body))
	}
}
