// A multipart upload and a request's own id: Node's fetch.
import { randomUUID } from "node:crypto";
import { strict as assert } from "node:assert";

const base = process.argv[2];
const form = new FormData();
form.set("run", randomUUID());
form.set("data", new Blob(["x".repeat(1000)]), "a.bin");
const found = await (await fetch(`${base}/upload`, { method: "POST", body: form })).json();
assert.deepEqual(found, { run: 36, data: 1000 });
const id = randomUUID();
const answer = await fetch(`${base}/rpc`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ jsonrpc: "2.0", id, method: "sum", params: [1, 2] }),
});
assert.deepEqual(await answer.json(), { jsonrpc: "2.0", id, result: 3 });
