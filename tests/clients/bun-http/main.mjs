import https from 'node:https';
import { gunzipSync } from 'node:zlib';

const [, , base] = process.argv;

function show(path, options = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = https.request(base + path, options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        const zipped = answer.headers['content-encoding'] === 'gzip';
        console.log((zipped ? gunzipSync(whole) : whole).toString());
        resolve();
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

await show('/json');
await show('/encoded/gzip', { headers: { 'Accept-Encoding': 'gzip' } });
await show('/json', { method: 'POST' }, '{"a": 1}');
await show('/cookies', { headers: { Cookie: 'flavour=oat' } });
await show('/sse?n=2');
