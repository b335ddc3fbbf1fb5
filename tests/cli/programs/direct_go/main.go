// Asks for each URL through a transport that knows no proxy.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	client := &http.Client{Transport: &http.Transport{}}
	for _, url := range os.Args[1:] {
		answer, err := client.Get(url)
		if err != nil {
			fmt.Println("failed")
			continue
		}
		answer.Body.Close()
		fmt.Println(answer.StatusCode)
	}
}
