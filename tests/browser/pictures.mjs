// Draws what docs/ shows of the page: pictures.mjs FOLDER.
import {execFile} from "node:child_process";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {folder, launch, origin, python, serve, ask, control, tab} from "./rig.mjs";

const target = process.argv[2];

function answer(request, response) {
  if (request.url.includes("completions")) {
    response.writeHead(200, {"content-type": "text/event-stream"});
    const words = ["Uno", ", ", "dos", ", ", "tres"];
    words.forEach((word, n) => setTimeout(() => {
      response.write(`data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"${word}"}}]}\n\n`);
      if (n === words.length - 1) response.end("data: [DONE]\n\n");
    }, 60 * n));
    return;
  }
  response.writeHead(request.url.includes("none") ? 404 : 200, {"content-type": "application/json"});
  setTimeout(() => response.end(JSON.stringify({id: request.url, name: "Ada", total: 12.50, tags: ["a", "b"]})), 20 + 5 * request.url.length);
}

const [browser, site, cassettes] = await Promise.all([launch(), origin(answer), folder()]);
const proxy = await serve(cassettes.path, ["--record-chunks"]);
try {
  for (const place of ["/users?page=1", "/users?page=2", "/users/1/orders"]) await ask(proxy, "TestOrders/list", site.url + place);
  await control(proxy, "DELETE", "/sessions/TestOrders%2Flist");
  await control(proxy, "POST", "/sessions", {cassette: "TestOrders/list", mode: "replay_only", port: false});
  await ask(proxy, "TestOrders/list", `${site.url}/users?page=1`);
  await ask(proxy, "TestOrders/list", `${site.url}/users?page=3`);
  await Promise.all(["/models", "/users/1", "/users/2", "/none"].map((place) => ask(proxy, "TestChat/streams", site.url + place)));
  await ask(proxy, "TestChat/streams", `${site.url}/v1/chat/completions`, {method: "POST", body: JSON.stringify({model: "m", stream: true}), headers: {"content-type": "application/json"}});
  await ask(proxy, "TestChat/streams", `${site.url}/users/3`);
  for (const [name, session, row, colorScheme] of [["page", "TestChat/streams", "completions", "light"], ["page-miss", "TestOrders/list", "missed", "dark"]]) {
    const own = await tab(browser, {colorScheme, viewport: {width: 1100, height: 560}});
    await own.page.goto(`${proxy.control}/#${new URLSearchParams({session})}`);
    await own.page.locator(".row:not(.head)", {hasText: row}).click();
    await own.page.locator(".detail .side").first().waitFor();
    await own.page.screenshot({path: `${target}/${name}.png`});
    await own.close();
  }
  const run = promisify(execFile), diff = `${cassettes.path}/diff.html`;
  await run(python, [fileURLToPath(new URL("two.py", import.meta.url)), cassettes.path]);
  // 1 says that they differ.
  await run(python, ["-m", "mitmvcr", "cassette", "diff", "one.yaml", "two.yaml", "--html", diff], {cwd: cassettes.path}).catch((error) => { if (error.code !== 1) throw error; });
  const own = await tab(browser, {viewport: {width: 1100, height: 480}});
  await own.page.goto(`file://${diff}`);
  await own.page.locator(".row:not(.head)", {hasText: "notes"}).click();
  await own.page.locator(".texts").waitFor();
  await own.page.screenshot({path: `${target}/page-diff.png`});
  await own.close();
} finally {
  await browser.close();
  await proxy.close();
  site.close();
  await cassettes.close();
}
