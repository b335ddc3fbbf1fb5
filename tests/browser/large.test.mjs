// Large cassettes: in the live page, and in a report that opens from a disk.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {readFile, stat, writeFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {control, folder, launch, python, serve, tab} from "./rig.mjs";

const run = promisify(execFile);
const many = fileURLToPath(new URL("many.py", import.meta.url));
let browser, proxy, cassettes;

before(async () => {
  [browser, cassettes] = await Promise.all([launch(), folder()]);
  await run(python, [many, `${cassettes.path}/large.yaml`, "10000"]);
  proxy = await serve(cassettes.path);
});

after(async () => {
  await browser?.close();
  await proxy?.close();
  await cassettes?.close();
});

const rows = (page) => page.locator(".row:not(.head)");

async function scrolled(page) {
  const list = page.locator(".list");
  await list.evaluate((each) => { each.scrollTop = each.scrollHeight; });
  await page.locator(".row:not(.head)", {hasText: "/items/9999"}).waitFor();
  assert.ok(await rows(page).count() < 100, "only what can be seen is in the document");
  await list.evaluate((each) => { each.scrollTop = 0; });
  await page.locator(".row:not(.head)", {hasText: "/items/0"}).first().waitFor();
}

test("10,000 interactions are scrolled and filtered in the live page", async () => {
  await control(proxy, "POST", "/sessions", {cassette: "large", mode: "replay_only", port: false});
  const own = await tab(browser);
  await own.page.goto(`${proxy.control}/#session=large`);
  await own.page.getByText("10000 of 10000 interactions").waitFor();
  await scrolled(own.page);
  await own.page.locator("#status").selectOption("4xx");
  await own.page.getByText("100 of 10000 interactions").waitFor();
  assert.deepEqual(own.faults, []);
  await own.close();
});

test("a report of 10,000 interactions opens from a disk, and asks nobody", async () => {
  const file = `${cassettes.path}/large.html`;
  await run(python, ["-m", "mitmvcr", "cassette", "show", `${cassettes.path}/large.yaml`, "--html", file]);
  const own = await tab(browser);
  await own.page.goto(`file://${file}`);
  await own.page.getByText("10000 of 10000 interactions").last().waitFor();
  await scrolled(own.page);
  await rows(own.page).first().click();
  await own.page.locator(".detail .json").first().waitFor();
  await own.page.locator("#text").fill(`"number": 7777`);
  await own.page.locator("#text").press("Enter");
  await own.page.getByText("1 of 10000 interactions").waitFor();
  assert.deepEqual(own.faults, []);
  assert.deepEqual([...own.asked], ["null"]); // a file's origin
  await own.close();
});

test("a cassette of 30 MB gives a report that opens, and says what is cut", async () => {
  await run(python, [many, `${cassettes.path}/heavy.yaml`, "30", "1048576"]);
  const file = `${cassettes.path}/heavy.html`;
  await run(python, ["-m", "mitmvcr", "cassette", "show", `${cassettes.path}/heavy.yaml`, "--html", file]);
  assert.ok((await stat(file)).size < 4 << 20);
  const own = await tab(browser);
  await own.page.goto(`file://${file}`);
  await rows(own.page).first().click();
  await own.page.locator(".cut", {hasText: "more are not shown"}).waitFor();
  assert.deepEqual(own.faults, []);
  await own.close();
});

test("a run writes a report: what was replayed, what missed and why", async () => {
  await run(python, [many, `${cassettes.path}/run.yaml`, "2"]);
  const file = `${cassettes.path}/run.html`;
  const ask = "import urllib.request as u\nfor n in (0, 5):\n    try: print(u.urlopen(f'http://api.example.com/items/{n}').status)\n    except OSError as e: print(e)";
  const text = (await readFile(`${cassettes.path}/run.yaml`, "utf8")).replaceAll("https://", "http://");
  await writeFile(`${cassettes.path}/run.yaml`, text);
  const ended = await run(python, ["-m", "mitmvcr", "run", "--cassette", `${cassettes.path}/run.yaml`, "-m", "replay_only", "--report", file, "--", python, "-c", ask]).catch((error) => error);
  assert.equal(ended.code, 100, ended.stderr);
  const own = await tab(browser);
  await own.page.goto(`file://${file}`);
  await rows(own.page).nth(2).waitFor();
  assert.deepEqual((await own.page.locator(".c-out:not([role=columnheader])").allInnerTexts()).map((each) => each.trim().split(/\s+/).pop()), ["replayed", "missed", "unused"]);
  await rows(own.page).nth(1).click();
  await own.page.locator(".why", {hasText: "nearest"}).waitFor();
  await rows(own.page).nth(0).click();
  await own.page.locator(".detail", {hasText: `"number": 0`}).waitFor();
  assert.deepEqual(own.faults, []);
  await own.close();
});
