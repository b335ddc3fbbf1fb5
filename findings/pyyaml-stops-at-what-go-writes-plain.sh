#!/usr/bin/env bash
# A form field whose value is "=", as a filter's operator is, makes a cassette of go-vcr a file that
# PyYAML refuses, all of it: Go's YAML writes the text without quotes, and to PyYAML it is a
# type of its own that it has no object for. A time with a blank before its offset, "2026-11-29
# 13:36:59 +00:00", Go writes plain as well: PyYAML and Psych make a time of it.
#
# Versions: go-vcr 4.0.8 (go.yaml.in/yaml v4.0.0), PyYAML 6.0.4 (CPython 3.11 to 3.13), Ruby's Psych
# 4.0.3, yaml 2.9.1 for Node, which writes "=" plain too.
# Source: PyYAML's resolver.py (the implicit tag value of YAML 1.1) and constructor.py, which has
# no method for it; go.yaml.in/yaml's resolve.go knows neither the tag nor the blank in its
# formats of times. YAML 1.1's types Value and Timestamp have both.
# Why it matters to a recorder: one request for what equals something, and whoever reads or converts
# the file in Python gets a ConstructorError and none of its interactions; and a header that
# holds a time is no text. To read another library's cassette all scalars have to be taken as
# text (BaseLoader), and made numbers by the names of their fields.
set -euo pipefail
for tool in go npm python3 ruby; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
npm install --silent --no-audit --no-fund yaml@2.9.1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/url"

	"go.yaml.in/yaml/v4"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	const time = "2026-11-29 13:36:59 +00:00"
	for name, text := range map[string]string{"equals": "=", "time": time} {
		c := cassette.New(name)
		c.MarshalFunc = yaml.Marshal // as go-vcr's recorder does
		i := &cassette.Interaction{}
		i.Request.Method, i.Request.URL = "POST", "https://example.com/"
		i.Request.Form = url.Values{"op": {text}}
		i.Request.Body = i.Request.Form.Encode()
		i.Response.Code, i.Response.Headers = 200, http.Header{"X-Built": {text}}
		c.AddInteraction(i)
		check(c.Save())
		again, err := cassette.Load(name)
		check(err)
		if again.Interactions[0].Request.Form.Get("op") != text {
			panic(name)
		}
	}
	fmt.Println("go-vcr reads what it has written")
}
GO
cat > read.py <<'PY'
import yaml

print("PyYAML", yaml.__version__)
for loader in (yaml.SafeLoader, yaml.CSafeLoader, yaml.BaseLoader):
    for name in ("equals", "time"):
        with open(f"{name}.yaml") as file:
            try:
                one = yaml.load(file, loader)["interactions"][0]
            except yaml.YAMLError as error:
                print(f"  {loader.__name__}, {name}: {error.problem}")
                continue
        values = one["request"]["form"]["op"] + one["response"]["headers"]["X-Built"]
        print(f"  {loader.__name__}, {name}:", *(type(each).__name__ for each in values))
print("  writes it itself as", yaml.safe_dump({"op": "="}).strip())
PY
cat > read.rb <<'RB'
require 'yaml'
puts "Psych #{Psych::VERSION}"
%w[equals time].each do |name|
  one = YAML.unsafe_load_file("#{name}.yaml")['interactions'][0]
  values = one['request']['form']['op'] + one['response']['headers']['X-Built']
  puts "  #{name}: #{values.map(&:class).join(' ')}"
end
RB
printf 'module look\n\ngo 1.24.0\n' > go.mod
GOFLAGS=-mod=mod go get gopkg.in/dnaeon/go-vcr.v4@v4.0.8 2> got || { cat got; exit 1; }
{
  GOFLAGS=-mod=mod go run .
  venv/bin/python read.py
  ruby read.rb
  node -e 'console.log("yaml for Node writes", require("yaml").stringify({op: "="}).trim())'
} | tee found
cat > expected <<'END'
go-vcr reads what it has written
PyYAML 6.0.4
  SafeLoader, equals: could not determine a constructor for the tag 'tag:yaml.org,2002:value'
  SafeLoader, time: datetime datetime
  CSafeLoader, equals: could not determine a constructor for the tag 'tag:yaml.org,2002:value'
  CSafeLoader, time: datetime datetime
  BaseLoader, equals: str str
  BaseLoader, time: str str
  writes it itself as op: '='
Psych 4.0.3
  equals: String String
  time: Time Time
yaml for Node writes op: =
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
