#!/usr/bin/env bash
# json-iterator, by which Go programs and Gin can replace encoding/json, writes a map's fields in another order each time in
# its default configuration, and so does sonic's; jsoniter's ConfigFastest writes six digits behind the point, so that
# a place 52.5200066 is 52.520007 and a price of 0.0000001 is 0. jsoniter's own "compatible" writes 1e-07 where
# encoding/json writes 1e-7; goccy/go-json and sonic's ConfigStd write what encoding/json does.
#
# Versions: github.com/json-iterator/go v1.1.12, github.com/bytedance/sonic v1.15.5, github.com/goccy/go-json v0.12.0.
# Source: jsoniter's config.go: ConfigDefault does not sort maps and ConfigFastest has MarshalFloatWith6Digits; sonic's
# ConfigDefault does not sort; encoding/json sorts a map's fields, and shortens an exponent by its zero.
# Why it matters to a recorder: a program that swaps its JSON for a faster one sends bodies that are other bytes in each
# call, of equal length, and numbers that differ from those of its recording by more than a rounding; the order can be
# passed over, the digits cannot.
set -euo pipefail
command -v go > /dev/null || { echo "go is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/json-iterator/go@v1.1.12 github.com/bytedance/sonic@v1.15.5 github.com/goccy/go-json@v0.12.0 2> got
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"
	jsoniter "github.com/json-iterator/go"
)

func main() {
	libraries := []struct {
		name  string
		write func(any) ([]byte, error)
	}{
		{"encoding/json", json.Marshal},
		{"jsoniter default", jsoniter.ConfigDefault.Marshal},
		{"jsoniter compatible", jsoniter.ConfigCompatibleWithStandardLibrary.Marshal},
		{"jsoniter fastest", jsoniter.ConfigFastest.Marshal},
		{"sonic default", sonic.ConfigDefault.Marshal},
		{"sonic std", sonic.ConfigStd.Marshal},
		{"goccy", goccy.Marshal},
	}
	for _, library := range libraries {
		orders := map[string]bool{}
		for range 1000 {
			written, err := library.write(map[string]int{"a": 1, "b": 2, "c": 3, "d": 4})
			if err != nil {
				panic(err)
			}
			orders[string(written)] = true
		}
		order := "one order"
		if len(orders) > 1 {
			order = "many orders"
		}
		numbers, err := library.write([]float64{52.5200066, 0.0000001, 1.5})
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %s, %s\n", library.name, order, numbers)
	}
}
GO
go run . > found
cat found
cat > expected <<'END'
encoding/json: one order, [52.5200066,1e-7,1.5]
jsoniter default: many orders, [52.5200066,1e-07,1.5]
jsoniter compatible: one order, [52.5200066,1e-07,1.5]
jsoniter fastest: many orders, [52.520007,0,1.5]
sonic default: many orders, [52.5200066,1e-7,1.5]
sonic std: one order, [52.5200066,1e-7,1.5]
goccy: one order, [52.5200066,1e-7,1.5]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
