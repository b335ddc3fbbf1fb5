#!/usr/bin/env bash
# Whether a refusal is an error to Supabase's client for JavaScript goes by what stands in a 404: with no body it is a
# 204 "No Content" without an error, so that a delete that met no table went well; with a JSON list, empty or not, it
# is a 200 with no rows. Since the answer to a HEAD has no body, a count of what is not there never fails: it is
# null, and so the same as one that the server did not tell.
#
# Versions: @supabase/postgrest-js 2.109.0 (Node 20).
# Source: postgrest-js's src/PostgrestBuilder.ts (processResponse puts another status and statusText in the place of what
# came; its comments name two defects of PostgREST's that this is a workaround for).
# Why it matters to a recorder: an answer that leaves out the body of a refusal, as one does that keeps no bodies of errors
# or cuts long ones, makes a success of it; the program's own status is none that was sent. What a recorder answers itself
# where it has nothing has to be no 404: a 424 without a body, to a HEAD too, is an error here.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @supabase/postgrest-js@2.109.0
cat > look.mjs <<'JS'
import { createRequire } from "node:module";
import http from "node:http";
import { PostgrestClient } from "@supabase/postgrest-js";

const found = createRequire(import.meta.url)("./node_modules/@supabase/postgrest-js/package.json");
let told;
const server = http.createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(told.status, { "Content-Type": "application/json" });
    response.end(request.method === "HEAD" ? undefined : told.body);
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const database = new PostgrestClient(`http://127.0.0.1:${server.address().port}`);
const calls = {
  select: () => database.from("orders").select(),
  delete: () => database.from("orders").delete().eq("id", 7),
  count: () => database.from("orders").select("*", { count: "exact", head: true }),
};
const REFUSED = '{"code": "42P01", "message": "there is no such table"}';

console.log("postgrest-js", found.version);
for (const [name, status, body] of [
  ["delete", 404, REFUSED],
  ["delete", 404, ""],
  ["delete", 404, "[]"],
  ["select", 404, '[{"id": 7}]'],
  ["count", 404, ""],
  ["count", 424, ""],
  ["delete", 424, ""],
  ["delete", 410, "[]"],
]) {
  told = { status, body };
  const said = await calls[name]();
  const as = `${said.status} ${said.statusText}`;
  console.log(`${name}, ${status} ${body || "without a body"}: ${said.error ? "an error" : "no error"}, ${as}, data ${JSON.stringify(said.data)}, count ${said.count}`);
}
server.close();
server.closeAllConnections();
JS
timeout 100 node look.mjs | tee found
cat > expected <<'END'
postgrest-js 2.109.0
delete, 404 {"code": "42P01", "message": "there is no such table"}: an error, 404 Not Found, data null, count null
delete, 404 without a body: no error, 204 No Content, data null, count null
delete, 404 []: no error, 200 OK, data [], count null
select, 404 [{"id": 7}]: no error, 200 OK, data [], count null
count, 404 without a body: no error, 204 No Content, data null, count null
count, 424 without a body: an error, 424 Failed Dependency, data null, count null
delete, 424 without a body: an error, 424 Failed Dependency, data null, count null
delete, 410 []: an error, 410 Gone, data null, count null
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
