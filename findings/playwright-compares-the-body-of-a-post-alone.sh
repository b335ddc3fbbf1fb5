#!/usr/bin/env bash
# Playwright's routeFromHAR compares the body of a POST and of nothing else: a PUT or PATCH gets
# the first recorded one's answer, whatever it says, and nothing is ever used up, so that
# whoever asks three times for a job sees it "queued" three times, though its archive has all
# three answers.
#
# Versions: playwright-core 1.64.1 with the Chromium that is installed (156 and others).
# Source: playwright-core's HarBackend (_harFindResponse looks at the body if the method is POST,
# and takes the first of those whose headers agree best). Its documentation has this, as "for
# POST requests", and says nothing of equal requests.
# Why it matters to a recorder: a page that saves twice shows its first version again, and one
# that polls never gets on; the same archive replays in order elsewhere, so that a suite which is
# moved sees other answers, and the right ones. What is converted to HAR for Playwright has to
# be free of such series: it has no place for them.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
browser=$(command -v chromium || command -v google-chrome) || {
  echo "no Chromium is installed" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . playwright-core@1.64.1
cat > look.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import { chromium } from "playwright-core";

let answered = 0;
let jobs = 0;
const origin = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    if (!["/job", "/item"].includes(request.url)) return response.end();
    answered += 1;
    response.end(request.url === "/job" ? ["queued", "running", "done"][jobs++] : `saved ${body}`);
  });
});
await new Promise((done) => origin.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${origin.address().port}/`;

const ask = (page) =>
  page.evaluate(async () => {
    const text = async (path, init) => (await fetch(path, init)).text();
    const found = { GET: [] };
    for (let i = 0; i < 3; i += 1) found.GET.push(await text("/job"));
    for (const method of ["POST", "PUT", "PATCH"]) {
      found[method] = [];
      for (const body of ["one", "two"]) found[method].push(await text("/item", { method, body }));
    }
    return found;
  });

const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", ...quiet],
});
const seen = {};
for (const update of [true, false]) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.routeFromHAR("page.har", { update, updateContent: "embed", notFound: "abort" });
  await page.goto(base);
  answered = 0;
  const name = update ? "recorded" : "replayed";
  seen[name] = await ask(page);
  console.log(name, JSON.stringify(seen[name]));
  assert.equal(answered, update ? 9 : 0);
  await context.close();
}
await browser.close();
origin.close();
const saved = ["saved one", "saved two"];
const first = ["saved one", "saved one"];
assert.deepEqual(seen, {
  recorded: { GET: ["queued", "running", "done"], POST: saved, PUT: saved, PATCH: saved },
  replayed: { GET: ["queued", "queued", "queued"], POST: saved, PUT: first, PATCH: first },
});
JS
echo "playwright-core $(node -p 'require("./node_modules/playwright-core/package.json").version')"
env -u HTTP_PROXY -u http_proxy -u ALL_PROXY -u all_proxy \
  timeout 180 node look.mjs "$browser" || { echo "the behaviour has changed"; exit 1; }
