// The page: its state stands in the address, what it shows comes from the control API.
import {html, nothing, render} from "./lit-html.js";
import {ROW, changes, filtered, heading, interaction, miss, rows, spanOf} from "./view.js";

const root = document.getElementById("app");
const data = document.getElementById("data");
const report = data ? JSON.parse(data.textContent) : null;

const state = {
  sessions: [], refused: [], rows: [], unused: [], whole: null, error: "", live: report ? "" : "connecting",
  top: 0, height: 600, found: null, said: "",
};

// The address

function wanted() {
  const found = new URLSearchParams(location.hash.slice(1));
  return {
    session: found.get("session") ?? "", row: found.get("row") ?? "", q: found.get("q") ?? "",
    status: found.get("status") ?? "", outcome: found.get("outcome") ?? "", text: found.get("text") ?? "",
  };
}

// A link says of which session it is, and what is opened is left by the back button.
function go(changes) {
  const next = new URLSearchParams(), now = wanted();
  for (const [name, value] of Object.entries({...now, session: now.session || shown, ...changes})) if (value !== "") next.set(name, value);
  const opens = changes.row && !now.row || changes.session && changes.session !== shown;
  history[opens ? "pushState" : "replaceState"](null, "", `#${next}`);
  return follow();
}

// The API

async function api(path, method = "GET", sent) {
  const options = {method, headers: {"X-Vcr-Control": "1"}};
  if (method !== "GET") {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(sent ?? {});
  }
  const answer = await fetch(path, options);
  const facts = await answer.json(), {detail = "", remedy = ""} = facts;
  if (!answer.ok) throw new Error(detail.includes(remedy) ? detail : `${detail} — ${remedy}`);
  return facts;
}

const at = (name) => `sessions/${encodeURIComponent(name)}`;

async function attempt(what) {
  try {
    state.error = "";
    await what();
  } catch (error) {
    state.error = error.message;
  }
  draw();
}

// What is shown

let shown = "", played = "", asked = 0;

// Another cassette has rows of its own, and the one that was chosen is not among them.
function forget(cassette) {
  if (played) {
    Object.assign(state, {rows: [], unused: [], whole: null});
    history.replaceState(null, "", `#${new URLSearchParams({session: shown})}`);
  }
  played = cassette;
}

async function follow() {
  const {session, row, text} = wanted();
  const isThere = state.sessions.some((each) => each.name === session);
  const name = isThere || report ? session : (state.sessions[0]?.name ?? "");
  if (session && !isThere && !report && state.sessions.length) {
    state.said = `no session ${session} is open`;
    return go({session: "", row: "", text: ""});
  }
  if (name !== shown) {
    shown = name;
    played = state.sessions.find((each) => each.name === name)?.cassette ?? "";
    Object.assign(state, {rows: [], unused: [], whole: null, found: null});
    if (!report) await refresh();
  }
  await searchText(text);
  await open(row);
  draw();
}

// One at a time: whoever ends a session waits for the last.
let refreshing = Promise.resolve();
const refresh = () => (refreshing = refreshing.then(readOn));

async function readOn() {
  if (!shown) return;
  const name = shown;
  await attempt(async () => {
    for (;;) {
      const next = await api(`${at(name)}/log?from=${state.rows.length}`);
      if (name !== shown) return;
      if (next.total < state.rows.length) { state.rows = []; continue; }
      state.rows = state.rows.concat(next.rows.map((each) => ({...each, key: `log-${each.n}`})));
      draw();
      if (!next.rows.length || state.rows.length >= next.total) break;
    }
    const unused = [], isFirst = !state.unused.length;
    for (;;) {
      const next = await api(`${at(name)}/unused?from=${unused.length}`);
      if (name !== shown) return;
      unused.push(...next.rows.map((each) => ({...each, key: `unused-${each.n}`})));
      if (!next.rows.length || unused.length >= next.total) break;
      if (isFirst) { state.unused = [...unused]; draw(); }
    }
    state.unused = unused;
  });
}

function texts({request, response, messages = []}) {
  const parts = [request.body, response.body].flatMap((body) => [body, ...(body.pieces ?? [])]);
  return [...parts, ...messages].map((part) => part.text).filter(Boolean);
}

let searched = "";

async function searchText(text) {
  const key = text && `${shown}\n${text}`;
  if (key === searched) return;
  searched = key;
  if (!text) { state.found = null; return; }
  if (report) {
    const low = text.toLowerCase();
    state.found = new Set(report.interactions.filter((each) => texts(each).some((text) => text.toLowerCase().includes(low))).map((each) => each.place));
    return;
  }
  await attempt(async () => {
    const found = await api(`${at(shown)}/search?text=${encodeURIComponent(text)}`);
    if (key === searched) state.found = new Set(found.interactions);
  });
}

async function open(key) {
  if (!key) { state.whole = null; return; }
  if (state.whole?.key === key) return;
  if (report) {
    const entry = list().find((each) => each.key === key);
    const whole = (place) => report.interactions.find((each) => each.place === place);
    state.whole = {key, interaction: whole(entry?.place), other: whole(entry?.places?.[0]), changes: entry?.changes, miss: entry?.miss, entry};
    return;
  }
  const [kind, number] = key.split("-"), mine = ++asked;
  await attempt(async () => {
    const facts = kind === "log" ? await api(`${at(shown)}/log/${number}`) : {interaction: await api(`${at(shown)}/interactions/${number}`)};
    if (mine === asked) state.whole = {key, ...facts};
  });
}

function list() {
  return report ? report.rows : state.rows.concat(state.unused);
}

// What somebody does

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    state.said = `copied: ${text}`;
  } catch {
    state.said = text;
  }
  draw();
}

// An error would go with the next event; why a cassette was not written is to stay.
function tell(said, {failure}) {
  state.said = failure ?? said;
}

const save = () => attempt(async () => tell(`${shown} is saved`, await api(`${at(shown)}/save`, "POST")));

const ending = new Set();

const end = () => confirm(`End session ${shown}? What was recorded is saved.`) && attempt(async () => {
  const name = shown;
  state.sessions = state.sessions.filter((each) => each.name !== name);
  shown = "";
  history.replaceState(null, "", "#");
  ending.add(name); // until it has, the server still tells of it
  try {
    await refreshing;
    tell(`${name} has ended and is saved`, await api(at(name), "DELETE"));
  } finally {
    ending.delete(name);
  }
});

function change(event) {
  event.preventDefault();
  const form = new FormData(event.target), mode = form.get("mode"), cassette = form.get("cassette").trim();
  if (!cassette) return;
  attempt(async () => {
    await refreshing;
    const {session, ended} = await api(`${at(shown)}/cassette`, "PUT", mode ? {cassette, mode} : {cassette});
    forget(session.cassette);
    await refresh();
    tell(`${shown} plays ${cassette} now`, ended);
  });
}

const drop = (position, dropped) => attempt(async () => {
  await api(`${at(shown)}/interactions/${position}/dropped`, "PUT", {dropped});
  state.whole = {...state.whole, interaction: {...state.whole.interaction, dropped}};
  state.said = dropped ? `${position} leaves the cassette when the session ends` : `${position} stays`;
});

function keys(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("q").focus();
  } else if (event.key === "Escape") {
    event.preventDefault(); // which would empty a field, and let its filter stand
    if (typing) event.target.blur();
    else go({row: ""});
  } else if (!typing && ["ArrowDown", "ArrowUp", "j", "k", "Home", "End"].includes(event.key)) {
    if (event.target.closest?.(".detail")) return;
    const all = visible(), now = all.findIndex((each) => each.key === wanted().row);
    const steps = {ArrowDown: now + 1, j: now + 1, ArrowUp: now - 1, k: now - 1, Home: 0, End: all.length - 1};
    const next = Math.max(0, Math.min(all.length - 1, steps[event.key]));
    if (!all[next]) return;
    event.preventDefault();
    const box = document.querySelector(".list");
    if (next * ROW < box.scrollTop) box.scrollTop = next * ROW;
    if ((next + 2) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (next + 2) * ROW - box.clientHeight;
    go({row: all[next].key});
  }
}

// Templates

let memo = {};

function visible() {
  const {q, status, outcome: wish} = wanted(), all = list();
  const key = [q, status, wish, state.found, state.rows, state.unused, report];
  if (!memo.key || key.some((each, n) => each !== memo.key[n])) {
    const found = filtered(all, {q, status, outcome: wish, found: state.found});
    memo = {key, found, span: spanOf(found)};
  }
  return memo.found;
}

const count = (name, n) => html`<span class="count ${n ? name : "zero"}"><b>${n}</b> ${name}</span>`;

const sessionItem = (each) => html`<li><button class="session" aria-current=${each.name === shown ? "true" : "false"} @click=${() => go({session: each.name, row: ""})}>
  <span class="name">${each.name}</span> <span class="mode">${each.mode}</span>
  <span class="counts">${["recorded", "replayed", "missed", "unused"].map((name) => count(name, each.counts[name]))}</span></button></li>`;

const refusal = ({why, times}) => html`<p class="refused" role="status"><b>${times === 1 ? "1 request" : `${times} requests`} refused</b> ${why}</p>`;

const noSession = () => html`<p class="none">${state.refused.length ? "No session is open." : "No session is open yet: one begins with the first request."}</p>`;

const outcomes = report?.sides ? ["same", "changed", "only in A", "only in B"] : ["recorded", "replayed", "missed", "unused"];

const filters = (now) => html`<form class="filters" role="search" @submit=${(event) => event.preventDefault()}>
  <label>URL <input id="q" type="search" placeholder="words ( / )" .value=${now.q} @input=${(event) => go({q: event.target.value})}></label>
  <label>Body text <input id="text" type="search" .value=${now.text} @change=${(event) => go({text: event.target.value})} @search=${(event) => go({text: event.target.value})}></label>
  <label>Status <select id="status" @change=${(event) => go({status: event.target.value})}>
    ${["", "2xx", "3xx", "4xx", "5xx"].map((each) => html`<option value=${each} ?selected=${each === now.status}>${each || "any"}</option>`)}</select></label>
  <label>Outcome <select id="outcome" @change=${(event) => go({outcome: event.target.value})}>
    ${["", ...outcomes].map((each) => html`<option value=${each} ?selected=${each === now.outcome}>${each || "any"}</option>`)}</select></label>
</form>`;

const tools = (session) => html`<div class="tools">
  <button @click=${save}>Save</button><button @click=${end}>End</button>
  <details><summary>Switch</summary><form @submit=${change}><label>Cassette <input name="cassette" required placeholder="login/ok" autocomplete="off"></label>
    <label>Mode <select name="mode"><option value="">as now</option>${["record_once", "replay_only", "record_only", "replay_with_new_episodes", "passthrough"].map((each) => html`<option>${each}</option>`)}</select></label>
    <button>Switch</button></form></details>
  <span class="file">${session.cassette}</span></div>`;

function detail() {
  const whole = state.whole;
  if (!whole) return nothing;
  const found = whole.interaction, note = whole.entry?.note;
  return html`<section class="detail" tabindex="0" aria-label="Details">
    <div class="bar-top"><button class="close" @click=${() => go({row: ""})} aria-label="Close the details">✕</button>
      ${found && !report ? html`<label><input type="checkbox" id="drop" .checked=${!!found.dropped} @change=${(event) => drop(found.id, event.target.checked)}> drop it at the end</label>` : nothing}</div>
    ${note ? html`<p class="why">${note}</p>` : nothing}
    ${whole.miss ? miss(whole.miss, copy) : nothing}
    ${whole.changes ? changes(whole.changes, report.sides, whole.other, found) : found ? interaction(found) : nothing}</section>`;
}

function draw() {
  const now = wanted(), all = visible(), session = state.sessions.find((each) => each.name === shown);
  render(html`<header><h1>${report ? report.title : "mitmvcr"}</h1>
      ${report ? report.facts.map((each) => html`<span class="fact">${each}</span>`) : html`<span class="live ${state.live}" role="status">${state.live}</span>`}
      <span class="said" role="status">${state.said}</span></header>
    ${state.error ? html`<p class="error" role="alert">${state.error}</p>` : nothing}
    ${report ? nothing : html`<nav aria-label="Sessions">${state.refused.map(refusal)}${state.sessions.length ? html`<ul>${state.sessions.map(sessionItem)}</ul>` : noSession()}</nav>`}
    <main class="${state.whole ? "with-detail" : ""} ${report?.sides ? "compares" : ""}">
      <div class="left">${filters(now)}${session ? tools(session) : nothing}
        <p class="about" role="status">${all.length} of ${list().length} interactions</p>
        <div class="list" role="table" aria-label="Interactions" aria-rowcount=${all.length + 1} tabindex="0" @scroll=${scrolled}>${heading}
          ${rows({list: all, top: state.top, height: state.height, chosen: now.row, span: memo.span, choose: (each) => go({row: each.key})})}</div></div>
      ${detail()}</main>`, root);
}

let isDue = false;

function scrolled(event) {
  state.top = event.target.scrollTop;
  state.height = event.target.clientHeight;
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; draw(); });
}

// Its life

function listen() {
  const events = new EventSource("events");
  events.onopen = () => { state.live = "live"; draw(); };
  events.onerror = () => { state.live = "lost"; draw(); };
  events.addEventListener("sessions", async (event) => {
    state.sessions = JSON.parse(event.data).filter((each) => !ending.has(each.name));
    const cassette = state.sessions.find((each) => each.name === shown)?.cassette;
    if (cassette && cassette !== played) forget(cassette);
    await follow();
    await refresh();
    draw();
  });
  events.addEventListener("refused", (event) => { state.refused = JSON.parse(event.data); draw(); });
}

addEventListener("hashchange", follow);
addEventListener("keydown", keys);
addEventListener("resize", () => { state.height = document.querySelector(".list")?.clientHeight ?? 600; draw(); });
draw();
if (report) follow(); else listen();
