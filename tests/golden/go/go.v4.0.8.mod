module mitmvcr.test/golden

go 1.24

require (
	go.yaml.in/yaml/v4 v4.0.0
	gopkg.in/dnaeon/go-vcr.v3 v3.2.0
	gopkg.in/dnaeon/go-vcr.v4 v4.0.8
)

require gopkg.in/yaml.v3 v3.0.1 // indirect
