#!/usr/bin/env bash
# Whether the SDKs of OpenAI and Anthropic send a refused request again goes by a header of the answer that no standard
# names, x-should-retry, before it goes by the status: with "true" a POST that got a 400, a 401, a 404 or a 424 is sent three
# times, and with "false" a 429 and a 503 once, Retry-After or not. Other spellings, as "True", count for nothing.
#
# Versions: openai 6.49.0, @anthropic-ai/sdk 1.14.0 (Node 20).
# Source: openai's src/client.ts and @anthropic-ai/sdk's src/client.ts (shouldRetry), groq's groq/_base_client.py
# (_should_retry, 1.7.0): the generator that wrote these writes it into each SDK that it makes, for many a service.
# Why it matters to a recorder: an answer that is kept without its headers that begin with "x-", as noise, is another number of
# requests in the replay, of equal POSTs that cost money when they are sent; and one that answers such a client itself,
# because it has nothing, ends the matter by "x-should-retry: false", whatever its status is. Each later try counts
# itself in a header of its own, x-stainless-retry-count.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund openai@6.49.0 @anthropic-ai/sdk@1.14.0
cat > look.mjs <<'JS'
import { readFileSync } from "node:fs";
import http from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
let told;
let bodies;
let counts;
const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  bodies.add(Buffer.concat(chunks).toString());
  counts.push(request.headers["x-stainless-retry-count"]);
  response.writeHead(told.status, { ...told.headers, "Content-Type": "application/json" });
  response.end('{"error": {"message": "no"}}');
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const asked = { model: "m", messages: [{ role: "user", content: "7" }] };
const openai = new OpenAI({ apiKey: "example", baseURL });
const anthropic = new Anthropic({ apiKey: "example", baseURL });
const failed = (error) => error.status;
const sdks = {
  openai: () => openai.chat.completions.create(asked).catch(failed),
  anthropic: () => anthropic.messages.create({ ...asked, max_tokens: 7 }).catch(failed),
};

console.log("openai", version("openai"), "@anthropic-ai/sdk", version("@anthropic-ai/sdk"));
for (const [status, should, after] of [
  [400, "true"],
  [424, "true"],
  [424, "True"],
  [424],
  [503, "false", "0.1"],
  [429, "false"],
  [503, undefined, "0.1"],
]) {
  const headers = {};
  if (should) headers["x-should-retry"] = should;
  if (after) headers["Retry-After"] = after;
  told = { status, headers };
  const said = [];
  for (const [name, call] of Object.entries(sdks)) {
    bodies = new Set();
    counts = [];
    if ((await call()) !== status || bodies.size !== 1) throw new Error("not the same request");
    said.push(`${name} ${counts.length} (${counts.join(", ")})`);
  }
  console.log(`${status}, ${JSON.stringify(headers)}: ${said.join(", ")}`);
}
server.close();
server.closeAllConnections();
JS
timeout 120 node look.mjs 2> errors | tee found
cat > expected <<'END'
openai 6.49.0 @anthropic-ai/sdk 1.14.0
400, {"x-should-retry":"true"}: openai 3 (0, 1, 2), anthropic 3 (0, 1, 2)
424, {"x-should-retry":"true"}: openai 3 (0, 1, 2), anthropic 3 (0, 1, 2)
424, {"x-should-retry":"True"}: openai 1 (0), anthropic 1 (0)
424, {}: openai 1 (0), anthropic 1 (0)
503, {"x-should-retry":"false","Retry-After":"0.1"}: openai 1 (0), anthropic 1 (0)
429, {"x-should-retry":"false"}: openai 1 (0), anthropic 1 (0)
503, {"Retry-After":"0.1"}: openai 3 (0, 1, 2), anthropic 3 (0, 1, 2)
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
