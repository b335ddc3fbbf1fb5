// The live page in a real browser.
import assert from "node:assert/strict";
import {readFile, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";
import {ask, control, folder, launch, origin, serve, tab} from "./rig.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const HOSTILE = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b id=owned>`;

let browser, proxy, site, cassettes;

function answer(request, response) {
  if (request.url === "/stream") {
    response.writeHead(200, {"content-type": "text/event-stream"});
    ["one", "two", "three"].forEach((word, n) => setTimeout(() => {
      response.write(`event: tick\ndata: {"word": "${word}"}\n\n`);
      if (n === 2) response.end();
    }, 30 * n));
  } else if (request.url === "/image") {
    response.writeHead(200, {"content-type": "image/png"});
    response.end(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"));
  } else if (request.url === "/hostile") {
    response.writeHead(200, {"content-type": "text/html", "x-hostile": HOSTILE});
    response.end(HOSTILE);
  } else if (request.url === "/binary") {
    response.writeHead(200, {"content-type": "application/octet-stream"});
    response.end(Buffer.from([0, 1, 2, 255]));
  } else {
    response.writeHead(request.url.includes("missing") ? 404 : 200, {"content-type": "application/json"});
    response.end(JSON.stringify({path: request.url, number: 1.5, list: [1, {deep: null}], word: "needle" + request.url.length}));
  }
}

before(async () => {
  [browser, site, cassettes] = await Promise.all([launch(), origin(answer), folder()]);
  proxy = await serve(cassettes.path);
});

after(async () => {
  await browser?.close();
  await proxy?.close();
  site?.close();
  await cassettes?.close();
});

async function opened(at = "", options = {}) {
  const own = await tab(browser, options);
  await own.page.goto(`${proxy.control}/${at}`);
  return own;
}

async function isSound(own, served = proxy.control) {
  assert.deepEqual(own.faults, []);
  assert.deepEqual([...own.asked].filter((each) => each !== "null"), [served]);
  await own.close();
}

const row = (page, text) => page.locator(".row:not(.head)", {hasText: text});

test("a recording is watched live", async () => {
  const own = await opened();
  await own.page.getByText("No session is open yet").waitFor();
  await ask(proxy, "live/one", `${site.url}/first`);
  await row(own.page, "/first").waitFor();
  await ask(proxy, "live/one", `${site.url}/second`);
  await row(own.page, "/second").waitFor();
  await own.page.locator(".session", {hasText: "live/one"}).getByText("2 recorded").waitFor();
  await row(own.page, "/first").click();
  await own.page.locator(".detail .json").first().waitFor();
  assert.match(await own.page.locator(".detail").innerText(), /"number": 1\.5/);
  await isSound(own);
});

test("who has no session is told, and why", async () => {
  const place = await folder(), alone = await serve(place.path);
  try {
    await writeFile(`${place.path}/broken.yaml`, "version: 2\ninteractions: 7\n");
    const own = await tab(browser);
    await own.page.goto(`${alone.control}/`);
    await own.page.getByText("No session is open yet").waitFor();
    for (const times of ["1 request refused", "2 requests refused"]) {
      assert.equal((await ask(alone, "broken", `${site.url}/first`)).status, 400);
      await own.page.locator(".refused", {hasText: "broken.yaml"}).getByText(times).waitFor();
    }
    await own.page.getByText("No session is open.").waitFor();
    await isSound(own, alone.control);
  } finally {
    await alone.close();
    await place.close();
  }
});

test("the proxy's own port serves it too", async () => {
  const served = `http://127.0.0.1:${proxy.port}`, own = await tab(browser);
  await own.page.goto(`${served}/_vcr/#session=port`);
  await own.page.locator(".live", {hasText: "live"}).waitFor();
  await ask(proxy, "port", `${site.url}/page?size=1`);
  await own.page.goto(`${served}/_vcr#session=port`); // a slash that nobody types
  await row(own.page, "size=1").waitFor();
  await ask(proxy, "port", `${site.url}/later`);
  await own.page.locator(".session", {hasText: "port"}).getByText("2 recorded").waitFor();
  await row(own.page, "/later").click();
  await own.page.locator(".detail .json").first().waitFor();
  await own.page.getByText("Switch", {exact: true}).first().click();
  await own.page.locator("input[name=cassette]").fill("port");
  await own.page.locator("select[name=mode]").selectOption("replay_only");
  await own.page.getByRole("button", {name: "Switch"}).click();
  await own.page.locator(".said", {hasText: "plays port"}).waitFor();
  assert.equal((await ask(proxy, "port", `${site.url}/page?size=2`)).status, 424);
  await row(own.page, "missed").click();
  assert.match(await own.page.locator(".differ tbody tr").first().innerText(), /query\.size\s+"2"\s+"1"/);
  await isSound(own, served);
});

test("with a token a browser asks for it", async () => {
  const token = "a-token-of-the-page-0123456789";
  const guarded = await serve(cassettes.path, [], {MITMVCR_CONTROL_TOKEN: token});
  try {
    for (const place of [guarded.control, `http://127.0.0.1:${guarded.port}/_vcr`]) {
      const {page, faults, close} = await tab(browser, {httpCredentials: {username: "me", password: token}});
      await page.goto(`${place}/`);
      await page.locator(".live", {hasText: "live"}).waitFor();
      await page.getByText("No session is open yet").waitFor();
      assert.deepEqual(faults, []);
      await close();
      const other = await tab(browser);
      assert.equal((await other.page.goto(`${place}/`).catch((error) => error)).status?.() ?? 401, 401);
      await other.close();
    }
  } finally {
    await guarded.close();
  }
});

test("events, images and bytes are shown as what they are", async () => {
  for (const place of ["/stream", "/image", "/binary"]) await ask(proxy, "kinds", site.url + place);
  const own = await opened("#session=kinds");
  await row(own.page, "/stream").click();
  await own.page.locator(".pieces li").nth(2).waitFor();
  assert.match(await own.page.locator(".pieces li").nth(1).innerText(), /event: tick[^]*two/);
  await row(own.page, "/image").click();
  const image = own.page.locator("img.shown");
  await image.waitFor();
  assert.equal(await image.evaluate((each) => each.decode().then(() => each.naturalWidth)), 1);
  await row(own.page, "/binary").click();
  await own.page.locator(".hex", {hasText: "00 01 02 ff"}).waitFor();
  await isSound(own);
});

test("a miss is read, and its remedy copied", async () => {
  await ask(proxy, "misses", `${site.url}/page?size=1`);
  await control(proxy, "DELETE", "/sessions/misses");
  await control(proxy, "POST", "/sessions", {cassette: "misses", mode: "replay_only", port: false});
  assert.equal((await ask(proxy, "misses", `${site.url}/page?size=2`)).status, 424);
  const own = await opened("#session=misses", {permissions: ["clipboard-read", "clipboard-write"]});
  await row(own.page, "missed").click();
  const cells = own.page.locator(".differ tbody tr").first();
  await cells.waitFor();
  assert.match(await cells.innerText(), /query\.size\s+"2"\s+"1"/);
  await own.page.locator(".copy").first().click();
  await own.page.locator(".said", {hasText: "copied"}).waitFor();
  assert.match(await own.page.evaluate(() => navigator.clipboard.readText()), /ignore.query.*size/);
  await isSound(own);
});

test("it filters, searches bodies, and keeps its state in the address", async () => {
  for (const place of ["/a", "/bb", "/missing"]) await ask(proxy, "filters", site.url + place);
  const own = await opened("#session=filters");
  await row(own.page, "/missing").waitFor();
  await own.page.locator("#status").selectOption("4xx");
  assert.equal(await row(own.page, "").count(), 1);
  await own.page.locator("#status").selectOption("");
  await own.page.locator("#text").fill("needle3");
  await own.page.locator("#text").press("Enter");
  await row(own.page, "/a").waitFor({state: "detached"});
  assert.equal(await row(own.page, "").count(), 1);
  await row(own.page, "/bb").click();
  await own.page.locator(".detail").waitFor();
  const shared = own.page.url();
  assert.match(shared, /text=needle3/);
  const other = await tab(browser);
  await other.page.goto(shared);
  await other.page.locator(".detail", {hasText: "/bb"}).waitFor();
  assert.equal(await row(other.page, "").count(), 1);
  await isSound(other);
  await isSound(own);
});

test("what a filter does stands in its field", async () => {
  for (const place of ["/e1", "/e2"]) await ask(proxy, "fields", site.url + place);
  const own = await opened("#session=fields");
  await row(own.page, "/e2").waitFor();
  const isWith = async (field, typed, count) => {
    assert.equal(await own.page.locator(field).inputValue(), typed);
    await own.page.locator(".about", {hasText: `${count} of 2`}).first().waitFor();
  };
  await own.page.locator("#q").fill("e2");
  await own.page.locator("#q").press("Escape"); // which empties a field for a search
  await isWith("#q", "e2", 1);
  await own.page.locator("#q").fill("");
  await own.page.locator("#text").fill("/e1");
  await own.page.locator("#text").press("Enter");
  await isWith("#text", "/e1", 1);
  const box = await own.page.locator("#text").boundingBox();
  await own.page.mouse.click(box.x + box.width - 14, box.y + box.height / 2); // its cross
  await isWith("#text", "", 2);
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  await own.page.route("**/search?*", async (route) => { await held; await route.continue(); });
  await own.page.locator("#text").fill("none such");
  const late = own.page.waitForResponse("**/search?*");
  await own.page.locator("#text").press("Enter");
  await own.page.locator("#text").fill("");
  await own.page.locator("#text").press("Enter");
  go();
  await (await late).finished();
  await own.page.locator("#q").fill("e");
  await isWith("#text", "", 2);
  await isSound(own);
});

test("the keyboard is enough", async () => {
  for (const place of ["/k1", "/k2", "/k3"]) await ask(proxy, "keys", site.url + place);
  const own = await opened("#session=keys");
  await row(own.page, "/k3").waitFor();
  await own.page.keyboard.press("ArrowDown");
  await own.page.locator(".detail", {hasText: "/k1"}).waitFor();
  await own.page.keyboard.press("j");
  await own.page.locator(".detail", {hasText: "/k2"}).waitFor();
  await own.page.keyboard.press("End");
  await own.page.locator(".detail", {hasText: "/k3"}).waitFor();
  await own.page.keyboard.press("Escape");
  await own.page.locator(".detail").waitFor({state: "detached"});
  await own.page.keyboard.press("/");
  await own.page.keyboard.type("k2");
  await row(own.page, "/k1").waitFor({state: "detached"});
  await isSound(own);
});

test("what could not be written is told, and not that it is saved", async () => {
  await ask(proxy, "both", `${site.url}/keep`);
  await ask(proxy, "both", `${site.url}/leave`);
  await control(proxy, "DELETE", "/sessions/both");
  for (const name of ["both/one", "both/two"]) {
    await control(proxy, "POST", "/sessions", {name, cassette: "both", mode: "replay_only", port: false});
    await control(proxy, "PUT", `/sessions/${encodeURIComponent(name)}/interactions/1/dropped`, {dropped: true});
  }
  await writeFile(`${cassettes.path}/both.yaml`, (await readFile(`${cassettes.path}/both.yaml`, "utf8")).replace("/leave", "/other"));
  const own = await opened("#session=both/two");
  await own.page.getByText("Switch", {exact: true}).first().click();
  await own.page.locator("input[name=cassette]").fill("both/next");
  await own.page.getByRole("button", {name: "Switch"}).click();
  await own.page.locator(".said", {hasText: "its marked interactions stay"}).waitFor();
  await own.page.locator(".session", {hasText: "both/one"}).click();
  own.page.removeAllListeners("dialog");
  own.page.once("dialog", (dialog) => dialog.accept());
  await own.page.getByRole("button", {name: "End"}).click();
  await own.page.locator(".session", {hasText: "both/one"}).waitFor({state: "detached"});
  await own.page.locator(".said", {hasText: "its marked interactions stay"}).waitFor();
  assert.doesNotMatch(await own.page.locator(".said").innerText(), /is saved/);
  await control(proxy, "DELETE", "/sessions/both%2Ftwo");
  await isSound(own);
});

test("a session is switched, saved and ended, and an interaction dropped", async () => {
  await ask(proxy, "tools", `${site.url}/keep`);
  await ask(proxy, "tools", `${site.url}/leave`);
  const own = await opened("#session=tools");
  await row(own.page, "/leave").click();
  await own.page.locator("#drop").check();
  await own.page.locator(".said", {hasText: "leaves the cassette"}).waitFor();
  await own.page.getByRole("button", {name: "Save"}).click();
  await own.page.locator(".said", {hasText: "is saved"}).waitFor();
  assert.match(await readFile(`${cassettes.path}/tools.yaml`, "utf8"), /\/leave/);
  await own.page.getByText("Switch", {exact: true}).first().click();
  await own.page.locator("input[name=cassette]").fill("tools/next");
  await own.page.getByRole("button", {name: "Switch"}).click();
  await own.page.locator(".said", {hasText: "plays tools/next"}).waitFor();
  const saved = await readFile(`${cassettes.path}/tools.yaml`, "utf8");
  assert.match(saved, /\/keep/);
  assert.doesNotMatch(saved, /\/leave/);
  own.page.removeAllListeners("dialog");
  own.page.once("dialog", (dialog) => dialog.accept());
  await own.page.getByRole("button", {name: "End"}).click();
  await own.page.locator(".session", {hasText: "tools"}).waitFor({state: "detached"});
  await isSound(own);
});

test("an error names what would help", async () => {
  await ask(proxy, "errors", `${site.url}/x`);
  const own = await opened("#session=errors");
  await own.page.getByText("Switch", {exact: true}).first().click();
  await own.page.locator("input[name=cassette]").fill("../out");
  await own.page.getByRole("button", {name: "Switch"}).click();
  await own.page.getByRole("alert").waitFor();
  assert.match(await own.page.getByRole("alert").innerText(), /'\.\.'; use a name as login\/ok$/);
  assert.doesNotMatch(await own.page.getByRole("alert").innerText(), /use a name.*use a name/);
  own.faults.length = 0; // the browser itself notes the status 422
  await isSound(own);
});

test("what comes from traffic is never markup", async () => {
  const name = "<img src=x onerror=alert(1)>".replace(/[<>]/g, "'");
  await ask(proxy, name, `${site.url}/hostile`);
  await ask(proxy, name, `${site.url}/q?${encodeURI(HOSTILE)}`, {method: "POST", body: HOSTILE, headers: {"X-Mine": HOSTILE, "Content-Type": "text/html"}});
  const own = await opened(`#${new URLSearchParams({session: name})}`);
  for (const place of ["/hostile", "/q?"]) {
    await row(own.page, place).click();
    await own.page.locator(".detail", {hasText: place}).waitFor();
    assert.match(await own.page.locator(".detail").innerText(), /onerror/);
  }
  assert.equal(await own.page.locator("#owned, img[src=x]").count(), 0);
  assert.notEqual(await own.page.title(), "owned");
  await isSound(own);
});

for (const [name, options] of [["light", {colorScheme: "light"}], ["dark", {colorScheme: "dark"}], ["narrow", {viewport: {width: 360, height: 700}}]]) {
  test(`nothing serious is found by axe: ${name}`, async () => {
    await ask(proxy, "axe", `${site.url}/stream`);
    await ask(proxy, "axe", `${site.url}/json`);
    const own = await opened("#session=axe", {...options, bypassCSP: true});
    await row(own.page, "/json").first().click();
    await own.page.locator(".detail .json").first().waitFor();
    await own.page.addScriptTag({path: axe});
    const found = await own.page.evaluate(() => globalThis.axe.run());
    const serious = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
    assert.deepEqual(serious.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
    if (name === "narrow") {
      const wide = await own.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide} px wide`);
    }
    await own.close();
  });
}

test("the back button leaves a row that was opened, and not the page", async () => {
  await ask(proxy, "back", `${site.url}/back/1`);
  await ask(proxy, "back", `${site.url}/back/2`);
  const own = await opened("#session=back"), {page} = own;
  await row(page, "/back/1").click();
  await page.locator(".detail", {hasText: "/back/1"}).waitFor();
  await row(page, "/back/2").click();
  await page.locator(".detail", {hasText: "/back/2"}).waitFor();
  await page.goBack();
  await page.locator(".detail").waitFor({state: "detached"});
  await row(page, "/back/2").waitFor();
  await page.goForward();
  await page.locator(".detail", {hasText: "/back/2"}).waitFor();
  await isSound(own);
});

test("a link says of which session it is, and one of none says so", async () => {
  await ask(proxy, "0/first", `${site.url}/linked`);
  const own = await opened(), {page} = own;
  await page.locator(".session[aria-current=true]").waitFor();
  const first = await page.locator(".session[aria-current=true] .name").innerText();
  await page.locator(".row:not(.head)").first().click();
  await page.locator(".detail").waitFor();
  assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("session"), first);
  await isSound(own);
  const other = await opened("#session=nobody&row=log-0");
  await other.page.locator(".said", {hasText: "no session nobody is open"}).waitFor();
  assert.equal(await other.page.locator(".detail").count(), 0);
  await isSound(other);
});
