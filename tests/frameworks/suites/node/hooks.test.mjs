// One port serves one test after another, also on a connection that is kept.
import assert from 'node:assert';
import { once } from 'node:events';
import https from 'node:https';
import test, { afterEach, before, beforeEach } from 'node:test';
import { useVcr } from 'mitmvcr';

const vcr = useVcr({}, { afterEach, before, beforeEach });
const agent = vcr.httpsAgent;

for (const [number, name] of ['first', 'second'].entries()) {
  test(name, async () => {
    assert.equal(vcr.cassette, `hooks/${name}`);
    const request = https.get(`https://api.test/json?${name}`, { agent });
    const [answer] = await once(request, 'response');
    assert.equal(answer.statusCode, 200);
    assert.equal(request.reusedSocket, number === 1);
    await once(answer.resume(), 'end');
  });
}
