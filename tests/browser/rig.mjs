// A browser, a proxy with a control port, and an origin: all on this machine.
import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, rm} from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import {chromium} from "playwright-core";

export const python = process.env.PYTHON ?? "python3";
export const PATIENCE = Number(process.env.MITMVCR_TEST_PATIENCE ?? 120) * 1000;
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export async function origin(answer) {
  const server = http.createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close())};
}

export async function folder() {
  const made = await mkdtemp(path.join(os.tmpdir(), "mitmvcr-page-"));
  return {path: made, close: () => rm(made, {recursive: true, force: true})};
}

// A proxy that serves the page; what it has said is in `log`.
export async function serve(cassettes, more = [], environment = {}) {
  const port = String(await freePort());
  const child = spawn(python, ["-m", "mitmvcr", "serve", "--cassettes", cassettes, "--control", "0", "--port", port, ...more], {env: {...process.env, ...environment}});
  const proxy = {log: "", control: "", port: 0};
  const ready = Promise.withResolvers?.() ?? resolvers();
  const take = (data) => {
    proxy.log += data;
    const control = /control at (http:\/\/127\.0\.0\.1:\d+)/.exec(proxy.log);
    const port = /proxy listening at 127\.0\.0\.1:(\d+)/.exec(proxy.log);
    if (control && port) ready.resolve(Object.assign(proxy, {control: control[1], port: Number(port[1])}));
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  child.on("exit", (code) => ready.reject(new Error(`serve ended with ${code}: ${proxy.log}`)));
  proxy.close = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  };
  await ready.promise;
  return proxy;
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const {port} = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, {resolve, reject}));
  return made;
}

// Ask the origin through the proxy, in a session.
export function ask(proxy, session, url, {method = "GET", body = "", headers = {}} = {}) {
  return new Promise((resolve, reject) => {
    const who = Buffer.from(`${encodeURIComponent(session)}:x`).toString("base64");
    const sent = http.request({
      host: "127.0.0.1", port: proxy.port, method, path: url,
      headers: {host: new URL(url).host, "proxy-authorization": `Basic ${who}`, ...headers},
    }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({status: answer.statusCode, body: Buffer.concat(parts)}));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export async function control(proxy, method, place, facts) {
  const headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"};
  const answer = await fetch(proxy.control + place, {method, headers, body: method === "GET" ? undefined : JSON.stringify(facts ?? {})});
  const found = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(found));
  return found;
}

export const launch = () => chromium.launch({executablePath: browserPath, args: ["--no-sandbox"]});

// A page that notes what it must not do: errors, and requests to anybody else.
export async function tab(browser, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 760}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [], asked = new Set();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  return {page, faults, asked, close: () => context.close()};
}
