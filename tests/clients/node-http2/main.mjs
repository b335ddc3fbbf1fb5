import { connect } from 'node:http2';

const session = connect(process.argv[2]);

function show(path, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ...headers });
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (piece) => { text += piece; });
    stream.on('end', () => { console.log(text); resolve(); });
    stream.on('error', reject);
    stream.end(body);
  });
}

await show('/json');
await show('/json', { ':method': 'POST' }, '{"a": 1}');
await show('/cookies', { cookie: 'flavour=oat' });
await show('/sse?n=2');
session.close();
