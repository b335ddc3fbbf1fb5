// A streaming client: node stream.mjs NAME BASE_URL QUERY [ACK_URL], sent to a proxy as
// `mitmvcr run` does it.
//
//   openai  the official SDK; a token is a delta of a chat completion
//   sse     fetch; a token is the data of an event
//   reads   node:https; a token is whatever one "data" event brought
//
// It prints each token and when it came, in seconds since the request, as JSON. With
// ACK_URL each is acknowledged there before the next is read.

import http from "node:http";
import https from "node:https";
import OpenAI from "openai";

const [name, base, query, ack] = process.argv.slice(2);
const target = `${base}/chat/completions?${query}`;
const got = [];
let start;

async function note(token) {
  got.push([token, (performance.now() - start) / 1000]);
  if (!ack) return;
  if (!token) await acknowledge(); // behind the last one of OpenAI's there is one event more
  await acknowledge();
}

async function acknowledge() {
  await new Promise((done, failed) => {
    http.get(ack, (answer) => answer.resume().on("end", done)).on("error", failed);
  });
}

async function openai() {
  const sdk = new OpenAI({ baseURL: base, apiKey: "x", maxRetries: 0 });
  const asked = { model: "gpt-x", messages: [{ role: "user", content: "Count" }], stream: true };
  const options = { query: Object.fromEntries(new URLSearchParams(query)) };
  for await (const chunk of await sdk.chat.completions.create(asked, options)) {
    for (const choice of chunk.choices) await note(choice.delta.content ?? "");
  }
}

async function sse() {
  const answer = await fetch(target, { method: "POST", body: "{}" });
  let text = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const events = (text + part).split("\n\n");
    text = events.pop();
    for (const event of events) await note(event.replace(/^data: /, ""));
  }
}

async function reads() {
  const answer = await new Promise((done, failed) => {
    https.request(target, { method: "POST" }, done).on("error", failed).end("{}");
  });
  for await (const part of answer) await note(part.toString());
}

start = performance.now();
await { openai, sse, reads }[name]();
process.stdout.write(JSON.stringify(got));
