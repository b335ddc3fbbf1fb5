// What the live page and the report share: values in, templates out. All that comes from
// traffic goes through lit's text and attribute bindings, which never parse it as markup.
import {html, nothing} from "./lit-html.js";

const OUTCOMES = {
  recorded: ["●", "recorded"],
  replayed: ["▶", "replayed"],
  missed: ["✕", "missed"],
  unused: ["○", "unused"],
  same: ["=", "same"],
  changed: ["≠", "changed"],
  "only in A": ["−", "only in A"],
  "only in B": ["+", "only in B"],
};

export const size = (n) =>
  n >= 1048576 ? `${(n / 1048576).toFixed(1)} MiB` : n >= 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${n} B`;

export const time = (ms) =>
  ms == null ? "" : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(2)} ms`;

export const outcome = (name) => {
  const [sign, word] = OUTCOMES[name] ?? ["·", name];
  return html`<span class="outcome ${name.replaceAll(" ", "-")}"><span aria-hidden="true">${sign}</span> <span class="word">${word}</span></span>`;
};

export const statusClass = (status) => `s${Math.floor((status ?? 0) / 100)}`;

// JSON over lines, each value as it is spelled; a text that is no JSON stays as it is.
export function laidOut(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let out = "", depth = 0;
  tokens.forEach((token, at) => {
    const opens = token === "{" || token === "[", closes = token === "}" || token === "]";
    if (closes) {
      depth--;
      if (!["{", "["].includes(tokens[at - 1])) out += "\n" + "  ".repeat(Math.min(depth, 40));
    }
    out += token === ":" ? ": " : token;
    if (opens) depth++;
    if (token === "," || (opens && !["}", "]"].includes(tokens[at + 1]))) out += "\n" + "  ".repeat(Math.min(depth, 40));
  });
  return out;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)/g;

function coloured(line) {
  const parts = [];
  let from = 0;
  for (const found of line.matchAll(TOKEN)) {
    if (found.index > from) parts.push(line.slice(from, found.index));
    const kind = found[2] !== undefined ? "key" : found[1] !== undefined ? "string" : found[3] ? "word" : "number";
    parts.push(html`<span class="j-${kind}">${found[1] ?? found[0]}</span>`);
    if (found[2] !== undefined) parts.push(found[2]);
    from = found.index + found[0].length;
  }
  parts.push(line.slice(from));
  return parts;
}

const indent = (line) => line.length - line.trimStart().length;
const MOST_LINES = 5000;

// Lines of JSON, of which a block can be folded at its first line.
function json(lines, from = 0, to = lines.length) {
  const parts = [];
  for (let at = from; at < to; at++) {
    const line = lines[at];
    if (/[[{]$/.test(line)) {
      let end = at + 1;
      while (end < to && indent(lines[end]) > indent(line)) end++;
      const count = end - at - 1, close = lines[end] ?? "";
      parts.push(html`<details open><summary>${coloured(line)}<span class="folded"> ${count} ${count === 1 ? "line" : "lines"} ${close.trim()}</span></summary>${json(lines, at + 1, end)}</details>`);
      at = end - 1;
    } else {
      parts.push(html`<div class="line">${coloured(line)}</div>`);
    }
  }
  return parts;
}

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

function hex(base64) {
  const data = bytes(base64), rows = [];
  for (let at = 0; at < Math.min(data.length, 65536); at += 16) {
    const row = [...data.slice(at, at + 16)];
    const text = row.map((c) => (c > 31 && c < 127 ? String.fromCharCode(c) : ".")).join("");
    rows.push(`${at.toString(16).padStart(8, "0")}  ${row.map((c) => c.toString(16).padStart(2, "0")).join(" ").padEnd(47)}  ${text}`);
  }
  return html`<pre class="hex">${rows.join("\n")}</pre>`;
}

const IMAGES = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

function content(facts, media = "") {
  if (facts.kind === "empty" || (facts.text === undefined && facts.base64 === undefined)) return nothing;
  if (facts.kind === "image") {
    const type = media.split(";")[0].trim().toLowerCase();
    const source = IMAGES.test(type) ? `data:${type};base64,${facts.base64}` : "";
    return source ? html`<img class="shown" src=${source} alt="the body, an image of ${size(facts.size)}">` : hex(facts.base64);
  }
  if (facts.base64 !== undefined) return hex(facts.base64);
  if (facts.kind === "json") {
    const lines = laidOut(facts.text).split("\n");
    if (lines.length <= MOST_LINES) return html`<div class="json" role="group" aria-label="JSON">${json(lines)}</div>`;
    return html`<pre>${lines.join("\n")}</pre>`;
  }
  return html`<pre>${facts.text}</pre>`;
}

function piece(facts, number) {
  const fields = ["event", "id", "retry", "comment"].filter((name) => facts[name] !== undefined);
  return html`<li>
    <div class="meta"><span class="n">${number}</span>
      ${facts.at_ms === undefined ? nothing : html`<span class="at">+${time(facts.at_ms)}</span>`}
      ${fields.map((name) => html`<span class="field">${name}: ${facts[name]}</span>`)}
      ${facts.compressed ? html`<span class="field">compressed</span>` : nothing}
    </div>${folded(facts)}</li>`;
}

// What is long on one line is opened by a click: a stream of them is read line by line.
const folded = (facts) =>
  facts.kind === "json" && facts.text.length > 60 && !facts.text.includes("\n")
    ? html`<details class="one"><summary>${facts.text}</summary>${content(facts)}</details>`
    : content(facts);

const MOST_PIECES = 500;

export function body(facts) {
  if (!facts || facts.kind === "empty") return html`<p class="none">no body</p>`;
  const about = [facts.kind, size(facts.size)];
  if (facts.coding) about.push(facts.damaged ? `${facts.coding} cannot be undone: ${facts.damaged}` : `${facts.coding} undone`);
  if (facts.count !== undefined) about.push(`${facts.count} ${facts.kind}`);
  if (facts.unfinished) about.push("the last one is unfinished");
  const shown = facts.pieces?.slice(0, MOST_PIECES);
  return html`<p class="about">${about.join(", ")}</p>
    ${shown ? html`<ol class="pieces">${shown.map(piece)}</ol>` : content(facts, facts.type)}
    ${shown && shown.length < facts.pieces.length ? html`<p class="cut">${facts.pieces.length - shown.length} more ${facts.kind} are not shown</p>` : nothing}
    ${facts.cut ? html`<p class="cut">${size(facts.cut)} more are not shown</p>` : nothing}`;
}

const headers = (pairs, caption) =>
  pairs.length
    ? html`<table class="headers"><caption>${caption}</caption><tbody>${pairs.map(
        ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`
    : nothing;

const side = (facts, title) => html`<section class="side"><h3>${title}</h3>
  ${headers(facts.headers, "Headers")}${body(facts.body)}${headers(facts.trailer, "Trailer")}${headers(facts.own ?? [], "In the cassette")}</section>`;

export function interaction(facts) {
  const answer = facts.failure
    ? `the exchange failed: ${facts.failure}`
    : `${facts.response.protocol} ${facts.response.status}`;
  return html`<p class="line1"><b>${facts.method}</b> <span class="url">${facts.url}</span></p>
    <p class=${statusClass(facts.status)}>${answer}${facts.duration_ms ? ` after ${time(facts.duration_ms)}` : ""}</p>
    ${facts.messages ? html`<section class="side"><h3>Messages</h3><ol class="pieces">${facts.messages.map(message)}</ol></section>` : nothing}
    ${side(facts.response, "Response")}${side(facts.request, "Request")}`;
}

const message = (facts, number) => html`<li class="from-${facts.from}">
  <div class="meta"><span class="n">${number}</span><span class="at">+${time(facts.at_ms)}</span>
    <span class="field">${facts.from === "client" ? "→ client" : "← server"} ${facts.type}</span></div>${folded(facts)}</li>`;

// Values side by side, place by place; two values that are hidden say so.
const differ = (list, one, other, left, right) => html`<table class="differ">
  <thead><tr><th scope="col">where</th><th scope="col">${left}</th><th scope="col">${right}</th></tr></thead>
  <tbody>${list.map((each) => html`<tr><th scope="row">${each.place}</th>
    <td>${each.hidden ? "(hidden)" : each[one]}</td><td>${each.hidden ? "(hidden)" : each[other]}
    ${each.looks ? html`<i>${each.looks}</i>` : nothing}${each.why ? html`<i>${each.why}</i>` : nothing}</td></tr>`)}</tbody></table>`;

const WORDS = {changed: "changed", a: "only in A", b: "only in B", same: "the same"};

function textLine([kind, a, textA, b, textB]) {
  if (kind === "gap") return html`<tr class="gap"><td colspan="4">${a} equal ${a === 1 ? "line" : "lines"}</td></tr>`;
  return html`<tr class="t-${kind}"><td class="n" aria-label="${WORDS[kind]}${a === null ? "" : `, line ${a} of A`}">${a}</td><td class="in-a">${textA}</td>
    <td class="n" aria-label=${b === null ? nothing : `line ${b} of B`}>${b}</td><td class="in-b">${textB}</td></tr>`;
}

// Two interactions: where they differ, then texts line by line, then both whole.
export function changes(facts, sides, one, other) {
  return html`<p class="line1"><b>${other.method}</b> <span class="url">${other.url}</span></p>
    ${facts.matches ? nothing : html`<p class="why">The requests do not match: a replay of one misses the other.</p>`}
    ${differ(facts.differ, "a", "b", "A", "B")}
    ${facts.more ? html`<p class="cut">more differences are not shown</p>` : nothing}
    ${facts.texts.map((each) => html`<section class="side"><h3>${each.place}</h3>
      <table class="texts"><colgroup><col class="numbers"><col><col class="numbers"><col></colgroup><thead><tr><th scope="col" colspan="2">A</th><th scope="col" colspan="2">B</th></tr></thead><tbody>${each.rows.map(textLine)}</tbody></table>
      ${each.left ? html`<p class="cut">${each.left} more lines are not compared</p>` : nothing}</section>`)}
    ${[one, other].map((each, at) => html`<details class="whole"><summary>${"AB"[at]} whole: interaction ${each.id} of ${sides[at]}</summary>${interaction(each)}</details>`)}`;
}

const copies = (options, copy) =>
  options && copy ? html`<button class="copy" @click=${() => copy(options)} title="copy what would let it match">copy <b>${options}</b></button>` : nothing;

// A miss: what was asked beside what is recorded, and what would let it match.
export function miss(facts, copy) {
  return html`<p class="line1"><b>${facts.request.method}</b> <span class="url">${facts.request.url}</span></p>
    <p class="why">${facts.reason}</p>
    ${facts.same_used ? copies(facts.hint, copy) : nothing}
    ${facts.nearest.map((near) => html`<section class="side"><h3>Interaction ${near.interaction} (${near.used ? "already used" : "unused"})</h3>
      <p class="url">${near.method} ${near.url}</p>
      ${near.differ.length
        ? differ(near.differ, "asked", "recorded", "asked", "recorded")
        : html`<p>It is the same, and each is replayed once.</p>`}
      ${copies(near.hint, copy)}
    </section>`)}
    <p class="about">${facts.remedy}</p>`;
}

// Rows, of which only those that can be seen are in the document.
export const ROW = 26;

export function rows({list, top, height, chosen, span, choose}) {
  const first = Math.max(0, Math.floor(top / ROW) - 10);
  const last = Math.min(list.length, Math.ceil((top + height) / ROW) + 10);
  return html`<div class="space" role="presentation" .style=${`height:${list.length * ROW}px`}>${list.slice(first, last).map((each, at) => line(each, first + at, chosen, span, choose))}</div>`;
}

// The path is what tells URLs apart: the host gives way first.
function place(url) {
  const cut = url.indexOf("/", url.indexOf("://") + 3);
  return cut < 0 ? url : html`<span class="host">${url.slice(0, cut)}</span><span class="path">${url.slice(cut)}</span>`;
}

function line(each, at, chosen, span, choose) {
  const [start, total] = span;
  const left = each.began === undefined || !total ? 0 : ((each.began - start) / total) * 100;
  const known = total && (each.began !== undefined || each.lasted_ms);
  const lasted = each.lasted_ms ?? each.duration_ms ?? 0;
  const width = total ? Math.max(0.5, (lasted / 1000 / total) * 100) : 0;
  return html`<div class="row ${chosen === each.key ? "chosen" : ""}" role="row" id="row-${at}" aria-rowindex=${at + 2} aria-selected=${chosen === each.key} .style=${`top:${at * ROW}px`} @click=${() => choose(each)}>
    <span role="cell" class="c-id">${each.interaction ?? "–"}</span>
    <span role="cell" class="c-out">${each.outcome ? outcome(each.outcome) : nothing}</span>
    <span role="cell" class="c-method">${each.method}</span>
    <span role="cell" class="c-url" title=${each.url}>${place(each.url)}</span>
    <span role="cell" class="c-status ${statusClass(each.status)}">${each.states || each.failure || each.status || ""}</span>
    <span role="cell" class="c-size">${each.size ? size(each.size) : ""}</span>
    <span role="cell" class="c-time">${time(each.duration_ms)}</span>
    <span role="cell" class="c-proto">${each.protocol}</span>
    <span role="cell" class="c-fall">${known ? html`<span class="bar" .style=${`left:${left.toFixed(2)}%;width:${Math.min(width, 100 - left).toFixed(2)}%`}></span>` : nothing}</span>
  </div>`;
}

export const heading = html`<div class="row head" role="row" aria-rowindex="1">
  <span role="columnheader" class="c-id">#</span><span role="columnheader" class="c-out">outcome</span>
  <span role="columnheader" class="c-method">method</span><span role="columnheader" class="c-url">URL</span>
  <span role="columnheader" class="c-status">status</span><span role="columnheader" class="c-size">size</span>
  <span role="columnheader" class="c-time">time</span><span role="columnheader" class="c-proto">protocol</span>
  <span role="columnheader" class="c-fall">when</span></div>`;

const statuses = (each) => (each.states ?? String(each.status)).split(" → ");

// Which rows a filter lets through: words of the URL, a status or its class, an outcome.
export function filtered(list, {q, status, outcome, found}) {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((each) =>
    (!outcome || each.outcome === outcome) &&
    (!status || statuses(each).some((one) => (/^\dxx$/i.test(status) ? one[0] === status[0] : one === status))) &&
    (!found || (each.places ?? [each.place ?? each.interaction]).some((one) => found.has(one))) &&
    words.every((word) => `${each.method} ${each.url} ${each.session ?? ""}`.toLowerCase().includes(word)));
}

// Where it is not known when they began, all begin at the left.
export function spanOf(list) {
  let start = Infinity, end = -Infinity, longest = 0;
  for (const each of list) {
    longest = Math.max(longest, (each.lasted_ms ?? 0) / 1000);
    if (each.began === undefined) continue;
    start = Math.min(start, each.began);
    end = Math.max(end, each.began + (each.lasted_ms ?? 0) / 1000);
  }
  return end > start ? [start, end - start] : [0, longest];
}
