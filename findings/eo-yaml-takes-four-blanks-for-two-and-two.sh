#!/usr/bin/env bash
# eo-yaml, a reader for Java that is written from scratch, takes two blanks of each line's indentation off and leaves the
# rest in the text, and drops empty lines: of a body that yaml.v3 wrote, which indents by four, each line begins with two
# blanks more; one of yaml.v2 or PyYAML, by two, loses its empty lines alone. A block that ends in an empty line ("|+"),
# as each stream of events does, it refuses. In double quotes it undoes no escape: "\n" is a backslash and an n.
#
# Versions: eo-yaml 8.0.2 (Java 17 or newer); gopkg.in/yaml.v3 v3.0.1 and yaml.v2 v2.4.0, which wrote the files and read
# them back, and PyYAML 6.0.4.
# Source: observed; YAML 1.2.2, section 8.1.1.1: a block's indentation is that of its first line that is not empty,
# section 8.1.2: an empty line is a line break of the content, and section 5.7: "\n" is a line feed.
# Why it matters to a recorder: a program in Java that replays a cassette of go-vcr with it has CSV, diffs and signatures
# that are others, and no error, and loses all of a cassette by one stream.
set -euo pipefail
for tool in mvn java go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=com.amihaiemil.web:eo-yaml:8.0.2 -DoutputDirectory=. > /dev/null
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	v2 "gopkg.in/yaml.v2"
	v3 "gopkg.in/yaml.v3"
)

type kept struct {
	Body string
	Code int
}

func main() {
	texts := map[string]string{"bill": "to ann\n\n  10 EUR\n", "stream": "data: a\n\ndata: b\n\n"}
	for writer, write := range map[string]func(any) ([]byte, error){"yaml.v2": v2.Marshal, "yaml.v3": v3.Marshal} {
		for name, text := range texts {
			file, _ := write(kept{text, 200})
			os.WriteFile(writer+" "+name, file, 0o644)
			var read kept
			if err := v3.Unmarshal(file, &read); err != nil || read.Body != text {
				panic(fmt.Sprint(err, read))
			}
		}
	}
}
GO
cat > write.py <<'PY'
import yaml

for name in ("yaml.v2 bill", "yaml.v3 bill", "yaml.v3 stream"):
    with open(name) as file:
        print("PyYAML", name, repr(yaml.safe_load(file)["body"]))
with open("yaml.v3 bill") as file:
    text = yaml.safe_load(file)["body"]
for name, style in (("PyYAML block", "|"), ("PyYAML quotes", '"')):
    with open(name, "w") as file:
        yaml.safe_dump({"body": text}, file, default_style=style)
PY
cat > Look.java <<'JAVA'
import com.amihaiemil.eoyaml.Yaml;
import java.io.File;

public class Look {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            String text;
            try {
                text = Yaml.createYamlInput(new File(name)).readYamlMapping().string("body");
                text = "'" + text.replace("\\", "\\\\").replace("\n", "\\n") + "'";
            } catch (RuntimeException error) {
                text = "refused: " + error.getMessage();
            }
            System.out.println("eo-yaml " + name + " " + text);
        }
    }
}
JAVA
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get gopkg.in/yaml.v3@v3.0.1 gopkg.in/yaml.v2@v2.4.0 2> got
go run .
{
  venv/bin/python write.py
  java -cp eo-yaml-8.0.2.jar Look.java "yaml.v2 bill" "yaml.v3 bill" "PyYAML block" "PyYAML quotes" "yaml.v3 stream"
} > found
tail -n +1 "yaml.v3 bill" "PyYAML block" "PyYAML quotes" "yaml.v3 stream"
cat found
cat > expected <<'END'
PyYAML yaml.v2 bill 'to ann\n\n  10 EUR\n'
PyYAML yaml.v3 bill 'to ann\n\n  10 EUR\n'
PyYAML yaml.v3 stream 'data: a\n\ndata: b\n\n'
eo-yaml yaml.v2 bill 'to ann\n  10 EUR\n'
eo-yaml yaml.v3 bill '  to ann\n    10 EUR\n'
eo-yaml PyYAML block 'to ann\n  10 EUR\n'
eo-yaml PyYAML quotes 'to ann\\n\\n  10 EUR\\n'
eo-yaml yaml.v3 stream refused: Indentation of line 2 [data: a] is greater than the one of line 1 [body: |+]. It should be less or equal.
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
