package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func main() {
	url := os.Args[1] + "/echo.Echo/Say"
	client := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](http.DefaultClient, url)
	answer, err := client.CallUnary(context.Background(), connect.NewRequest(wrapperspb.String("wörld")))
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Msg.Value)
}
