#!/usr/bin/env bash
# Told 401 by its server, the MCP client for Node asks four addresses of that host for who gives tokens, and where each
# is refused, be it by 404, 403 or 424, it registers the program by a POST to one that no answer named, /register; only
# a 5xx stops it, after two questions. The error that the program sees is of the last of the six.
#
# Versions: @modelcontextprotocol/sdk 1.32.2 (Node 20 to 24), with an authProvider.
# Source: the SDK's src/client/auth.ts (discoverOAuthProtectedResourceMetadata takes each 4xx for "not there", then
# registerClient falls back to new URL("/register", server)), which MCP's revision of 2025-03-26 has for servers without
# metadata; the client speaks that of 2025-11-25.
# Why it matters to a recorder: a refusal of the first kind is read as an answer, so a replay that misses is followed by
# four requests more and a POST, which a recorder that lets unknown requests through sends to the real host: a
# registration is made there. And what is reported, a misformed answer of /register, is not what missed.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 > /dev/null
cat > look.mjs <<'JS'
import fs from 'node:fs';
import http from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const asked = [];
let refusal;
const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.url === '/api/mcp' ? 401 : refusal);
    response.end();
  });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = new URL(`http://127.0.0.1:${server.address().port}/api/mcp`);
const authProvider = {
  redirectUrl: 'http://localhost/back',
  clientMetadata: { redirect_uris: ['http://localhost/back'], client_name: 'program' },
  clientInformation: () => undefined,
  saveClientInformation: () => {},
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: () => {},
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
};
const about = JSON.parse(fs.readFileSync('node_modules/@modelcontextprotocol/sdk/package.json'));
console.log(about.name, about.version);
for (refusal of [404, 403, 424, 503]) {
  asked.length = 0;
  let said = 'connected';
  try {
    const client = new Client({ name: 'program', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  } catch (error) {
    said = error.message.includes('OAuth error response') ? 'of /register' : 'of the metadata';
  }
  console.log(`all else is answered by ${refusal}; the error is ${said}`);
  for (const request of asked) console.log(`  ${request}`);
}
server.close();
JS
timeout 60 node look.mjs | tee found
cat > expected <<'END'
@modelcontextprotocol/sdk 1.32.2
all else is answered by 404; the error is of /register
  POST /api/mcp
  GET /.well-known/oauth-protected-resource/api/mcp
  GET /.well-known/oauth-protected-resource
  GET /.well-known/oauth-authorization-server
  GET /.well-known/openid-configuration
  POST /register
all else is answered by 403; the error is of /register
  POST /api/mcp
  GET /.well-known/oauth-protected-resource/api/mcp
  GET /.well-known/oauth-protected-resource
  GET /.well-known/oauth-authorization-server
  GET /.well-known/openid-configuration
  POST /register
all else is answered by 424; the error is of /register
  POST /api/mcp
  GET /.well-known/oauth-protected-resource/api/mcp
  GET /.well-known/oauth-protected-resource
  GET /.well-known/oauth-authorization-server
  GET /.well-known/openid-configuration
  POST /register
all else is answered by 503; the error is of the metadata
  POST /api/mcp
  GET /.well-known/oauth-protected-resource/api/mcp
  GET /.well-known/oauth-authorization-server
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
