// An archive that mitmvcr wrote: imported by Chromium's own developer tools, and replayed by Playwright.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {readFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {folder, launch, python} from "./rig.mjs";

const run = promisify(execFile);
const made = fileURLToPath(new URL("archive.py", import.meta.url));
const ORIGIN = "http://api.example.com";
let browser, place, archive;

before(async () => {
  [browser, place] = await Promise.all([launch(), folder()]);
  await run(python, [made, place.path]);
  archive = `${place.path}/a.har`;
});

after(async () => {
  await browser?.close();
  await place?.close();
});

// As the network panel's button "Import HAR file" does it.
async function imported(page, text) {
  await page.goto("devtools://devtools/bundled/devtools_app.html?panel=network");
  await page.waitForFunction(() => globalThis.UI);
  return page.evaluate(async (text) => {
    const bundled = "devtools://devtools/bundled";
    const [network, logs] = await Promise.all([import(`${bundled}/panels/network/network.js`), import(`${bundled}/models/logs/logs.js`)]);
    await network.NetworkPanel.NetworkPanel.instance().networkLogView.onLoadFromFile(new File([text], "a.har"));
    const all = logs.NetworkLog.NetworkLog.instance().requests();
    return Promise.all(all.map(async (each) => {
      const content = await each.requestContentData();
      return {
        url: each.url(), method: each.requestMethod, status: each.statusCode, type: each.mimeType,
        body: content.isTextContent ? content.text : content.base64, form: await each.requestFormData(),
        cookies: each.responseHeaders.filter(({name}) => name === "Set-Cookie").map(({value}) => value),
        sent: each.requestHeaders().map(({name}) => name), failed: each.failed || each.statusCode === 0,
        messages: each.frames().map(({type, text}) => `${type} ${text}`),
      };
    }));
  }, text);
}

test("the developer tools of Chromium import it", async () => {
  const page = await browser.newPage();
  const found = await imported(page, await readFile(archive, "utf8"));
  await page.close();
  const by = Object.fromEntries(found.map((each) => [new URL(each.url).pathname, each]));
  assert.equal(found.length, 7);
  assert.equal(by["/json"].url, `${ORIGIN}/json?a=1&b=%20`);
  assert.deepEqual([by["/json"].status, by["/json"].type, by["/json"].body], [200, "application/json", '{"word": "café"}']);
  assert.equal(by["/image"].body, Buffer.from("\x89PNG\0\xff", "latin1").toString("base64"));
  assert.equal(by["/packed"].body, "unpacked");
  assert.deepEqual([by["/form"].method, by["/form"].form, by["/form"].cookies], ["POST", "name=x&n=1", ["a=1", "b=2"]]);
  assert.deepEqual(by["/form"].sent, ["Content-Type"]);
  assert.equal(by["/nothing"].status, 404);
  assert.ok(by["/cut"].failed);
  assert.deepEqual(by["/socket"].messages, ["send ping", "receive p"]);
});

test("Playwright replays it", async () => {
  const context = await browser.newContext();
  await context.routeFromHAR(archive, {notFound: "abort"});
  const page = await context.newPage();
  await page.goto(`${ORIGIN}/nothing`);
  const found = await page.evaluate(async () => {
    const text = async (path, how) => (await fetch(path, how)).text();
    const image = new Uint8Array(await (await fetch("/image")).arrayBuffer());
    const form = {method: "POST", body: "name=x&n=1", headers: {"content-type": "application/x-www-form-urlencoded"}};
    return [await text("/json?a=1&b=%20"), await text("/packed"), await text("/form", form), [...image]];
  });
  await context.close();
  assert.deepEqual(found, ['{"word": "café"}', "unpacked", "thanks", [0x89, 0x50, 0x4e, 0x47, 0, 0xff]]);
});
