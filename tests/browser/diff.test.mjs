// Two cassettes side by side, in a file that opens from a disk.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {folder, launch, python, tab} from "./rig.mjs";

const run = promisify(execFile);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const two = fileURLToPath(new URL("two.py", import.meta.url));
let browser, made, file;

before(async () => {
  [browser, made] = await Promise.all([launch(), folder()]);
  await run(python, [two, made.path]);
  file = `${made.path}/diff.html`;
  const ended = await run(python, ["-m", "mitmvcr", "cassette", "diff", `${made.path}/one.yaml`, `${made.path}/two.yaml`, "--html", file]).catch((error) => error);
  assert.equal(ended.code, 1, ended.stderr);
});

after(async () => {
  await browser?.close();
  await made?.close();
});

const row = (page, text) => page.locator(".row:not(.head)", {hasText: text});

async function opened(at = "", options = {}) {
  const own = await tab(browser, options);
  await own.page.goto(`file://${file}${at}`);
  await row(own.page, "/users/1").waitFor();
  return own;
}

async function isSound(own) {
  assert.deepEqual(own.faults, []);
  assert.deepEqual([...own.asked], ["null"]); // a file's origin
  await own.close();
}

test("what is the same, changed, and only in one is in the table", async () => {
  const own = await opened();
  const cells = await row(own.page, "/").evaluateAll((rows) => rows.map((each) => [".c-out .word", ".c-id", ".c-status"].map((name) => each.querySelector(name).innerText.trim()).join(" | ")));
  assert.deepEqual(cells, ["same | 0 | 200", "changed | 1 | 200", "changed | 2 | 200", "only in A | 3 | 200", "changed | 4 → 3 | 200 → 404", "changed | 5 → 4 | 200", "changed | 6 → 5 | 200", "only in B | 6 | 200"]);
  await own.page.locator("#outcome").selectOption("only in B");
  assert.equal(await row(own.page, "/").count(), 1);
  await own.page.locator("#outcome").selectOption("");
  for (const status of ["2xx", "4xx"]) {
    await own.page.locator("#status").selectOption(status);
    await row(own.page, "/missing").waitFor();
  }
  await isSound(own);
});

test("JSON is compared by place, text by line, and both are there whole", async () => {
  const own = await opened();
  await row(own.page, "/orders").click();
  const cells = own.page.locator(".differ tbody tr", {hasText: "response body.items[0].price"});
  await cells.waitFor();
  assert.match(await cells.innerText(), /12\.5\s+13/);
  await own.page.locator(".whole").first().locator("summary").first().click();
  assert.match(await own.page.locator(".whole").first().innerText(), /"price": 12\.5/);
  await row(own.page, "/notes.txt").click();
  const changed = own.page.locator(".t-changed");
  await changed.waitFor();
  assert.deepEqual(await changed.locator("td").allInnerTexts(), ["31", "it was so", "31", "now it is thus"]);
  assert.deepEqual(await own.page.locator(".gap").allInnerTexts(), ["27 equal lines", "26 equal lines"]);
  await row(own.page, "/large").click(); // what was opened stays open
  await own.page.locator(".whole .cut", {hasText: "more are not shown"}).first().waitFor();
  await own.page.locator("#text").fill("now it is thus");
  await own.page.locator("#text").press("Enter");
  await own.page.getByText("1 of 8 interactions").waitFor();
  await isSound(own);
});

test("the keyboard is enough, and what comes from traffic is never markup", async () => {
  const own = await opened();
  for (let n = 0; n < 6; n++) await own.page.keyboard.press("j");
  await own.page.locator(".detail", {hasText: "/hostile"}).waitFor();
  assert.match(await own.page.locator(".detail").innerText(), /onerror/);
  for (const one of await own.page.locator(".whole > summary").all()) await one.press("Enter");
  await own.page.locator(".whole[open] .headers").first().waitFor();
  assert.equal(await own.page.locator("#owned, img[src=x]").count(), 0);
  assert.notEqual(await own.page.title(), "owned");
  await isSound(own);
});

test("WebSocket messages and gRPC frames are shown one by one", async () => {
  const page = `${made.path}/messages.html`;
  await run(python, ["-m", "mitmvcr", "cassette", "show", `${made.path}/messages.yaml`, "--html", page]);
  const own = await tab(browser);
  await own.page.goto(`file://${page}`);
  await row(own.page, "/socket").click();
  await own.page.locator(".from-client", {hasText: `"hello": 1`}).waitFor();
  assert.match(await own.page.locator(".from-server").innerText(), /\+2\.00 ms[^]*00 ff/);
  await row(own.page, "/grpc").click();
  await own.page.locator(".about", {hasText: "2 messages"}).waitFor();
  assert.deepEqual((await own.page.locator(".pieces .hex").allInnerTexts()).map((each) => each.slice(10, 18)), ["08 01 10", "08 07   "]);
  await isSound(own);
});

for (const [name, options] of [["light", {colorScheme: "light"}], ["dark", {colorScheme: "dark"}], ["narrow", {viewport: {width: 360, height: 700}}]]) {
  test(`nothing serious is found by axe: ${name}`, async () => {
    for (const place of ["/orders", "/notes.txt"]) {
      const own = await opened("", {...options, bypassCSP: true});
      await row(own.page, place).click();
      await own.page.locator(".differ").waitFor();
      await own.page.addScriptTag({path: axe});
      const found = await own.page.evaluate(() => globalThis.axe.run());
      const serious = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
      assert.deepEqual(serious.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
      const wide = await own.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= own.page.viewportSize().width, `${wide} px wide`);
      await own.close();
    }
  });
}
