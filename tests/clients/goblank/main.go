// Asks for a URL as a library does whose key is empty, and prints what came back. The
// proxy and the CA to trust are in the environment.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest("GET", os.Args[1], nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("API_KEY"))
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(request); err == nil {
			fmt.Println(answer.Proto, answer.StatusCode)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
