package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func listen(name string, options ...connect.ClientOption) {
	url := os.Args[1] + "/echo.Echo/" + name
	client := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](http.DefaultClient, url, options...)
	stream, err := client.CallServerStream(context.Background(), connect.NewRequest(wrapperspb.String("ä")))
	if err != nil {
		panic(err)
	}
	fmt.Print(name, ":")
	for stream.Receive() {
		fmt.Print(" ", stream.Msg().Value)
	}
	fmt.Println()
	if stream.Err() != nil {
		panic(stream.Err())
	}
}

func main() {
	listen("Connect")
	listen("Web", connect.WithGRPCWeb())
}
