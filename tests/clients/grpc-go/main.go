package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func main() {
	target := strings.TrimPrefix(os.Args[1], "https://") + ":443"
	client, err := grpc.NewClient(target, grpc.WithTransportCredentials(credentials.NewTLS(nil)))
	if err != nil {
		panic(err)
	}
	defer client.Close()
	answer := &wrapperspb.StringValue{}
	asked := wrapperspb.String("wörld")
	if err := client.Invoke(context.Background(), "/echo.Echo/Say", asked, answer); err != nil {
		panic(err)
	}
	fmt.Println(answer.Value)
}
