// A multipart upload with an id and a time: Go's net/http.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"time"
)

func main() {
	id := make([]byte, 16)
	rand.Read(id)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("run", hex.EncodeToString(id))
	form.WriteField("at", time.Now().UTC().Format(time.RFC3339Nano))
	part, _ := form.CreateFormFile("data", "a.bin")
	part.Write(bytes.Repeat([]byte("x"), 1000))
	form.Close()
	// Go's own rule leaves loopback out.
	proxy, _ := url.Parse(os.Getenv("HTTP_PROXY"))
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	answer, err := (&http.Client{Transport: transport}).Post(os.Args[1]+"/upload", form.FormDataContentType(), &body)
	if err != nil {
		panic(err)
	}
	raw, _ := io.ReadAll(answer.Body)
	var found map[string]int
	if err := json.Unmarshal(raw, &found); err != nil || found["data"] != 1000 || found["run"] != 32 {
		panic(string(raw))
	}
}
