#!/usr/bin/env bash
# Which statements of a transaction share a request of libSQL's client for JavaScript goes by how fast the earlier ones were
# answered: what a program asks for while an answer is due is kept and leaves with the next request, in one body. Four
# statements 300 ms apart are three requests to a database that takes two seconds, and five to one that answers at once.
#
# Versions: @libsql/client 0.18.0, @libsql/hrana-client 0.10.0 (Node 20).
# Source: hrana-client's src/http/stream.ts (flushQueue returns while it is flushing, and then takes all that waits in
# the queue); the protocol lets one request have any number of statements.
# Why it matters to a recorder: a replay is faster than the origin was, so that the bodies of the recording never come again
# although the program is the same: each is another list of the same statements, and the answers are lists that belong to
# them. Only a replay that waits as long as the recorded answers did has a chance. Statements that are awaited one by
# one, and those asked for at once, are the same requests always.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @libsql/client@0.18.0 @libsql/hrana-client@0.10.0
cat > look.mjs <<'JS'
import { readFileSync } from "node:fs";
import http from "node:http";
import { createClient } from "@libsql/client/http";

const NOTHING = { cols: [], rows: [], affected_row_count: 1, last_insert_rowid: null };
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
let wait;
let came;

function answer({ type, batch }) {
  if (type === "execute") return { type, result: NOTHING };
  if (type !== "batch") return { type };
  return { type, result: { step_results: batch.steps.map(() => NOTHING), step_errors: batch.steps.map(() => null) } };
}

function short({ type, stmt, batch }, sqls) {
  const sql = (statement) => statement.sql ?? sqls.get(statement.sql_id);
  if (stmt) return sql(stmt);
  return batch ? batch.steps.map((step) => sql(step.stmt)).join(" ") : type;
}

const sqls = new Map();
const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { requests } = JSON.parse(Buffer.concat(chunks));
  for (const each of requests) if (each.type === "store_sql") sqls.set(each.sql_id, each.sql);
  const shown = requests.filter(({ type }) => !type.endsWith("_sql"));
  came.push(shown.map((each) => short(each, sqls)).join("; "));
  await pause(wait);
  const results = requests.map((each) => ({ type: "ok", response: answer(each) }));
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ baton: "next", base_url: null, results }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

async function pay(way) {
  const client = createClient({ url: `http://127.0.0.1:${server.address().port}` });
  const transaction = await client.transaction("write");
  const started = [];
  for (const name of ["A", "B", "C", "D"]) {
    started.push(transaction.execute(name));
    if (way === "one by one") await started.at(-1);
    if (way === "300 ms apart") await pause(300);
  }
  await Promise.all(started);
  await transaction.commit();
  client.close();
}

for (const name of ["client", "hrana-client"]) {
  console.log(name, JSON.parse(readFileSync(`node_modules/@libsql/${name}/package.json`)).version);
}
for (const way of ["300 ms apart", "one by one", "at once"]) {
  for (wait of [0, 2000]) {
    came = [];
    await pay(way);
    console.log(`${way}, answered in ${wait} ms: ${came.length} requests: ${came.join(" | ")}`);
  }
}
server.close();
server.closeAllConnections();
JS
timeout 100 node look.mjs | tee found
cat > expected <<'END'
client 0.18.0
hrana-client 0.10.0
300 ms apart, answered in 0 ms: 5 requests: BEGIN IMMEDIATE A | B | C | D | COMMIT; close
300 ms apart, answered in 2000 ms: 3 requests: BEGIN IMMEDIATE A | B; C; D | COMMIT; close
one by one, answered in 0 ms: 5 requests: BEGIN IMMEDIATE A | B | C | D | COMMIT; close
one by one, answered in 2000 ms: 5 requests: BEGIN IMMEDIATE A | B | C | D | COMMIT; close
at once, answered in 0 ms: 3 requests: BEGIN IMMEDIATE A | B; C; D | COMMIT; close
at once, answered in 2000 ms: 3 requests: BEGIN IMMEDIATE A | B; C; D | COMMIT; close
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
