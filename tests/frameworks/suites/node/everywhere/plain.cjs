// Clients that know of no proxy, made once.
const http = require('node:http');
const https = require('node:https');

const body = (answer) => new Promise((resolve) => {
  let text = '';
  answer.on('data', (data) => { text += data; });
  answer.on('end', () => resolve(JSON.parse(text).asked));
});

exports.clients = {
  fetch: async (path) => (await (await fetch(`https://api.test${path}`)).json()).asked,
  https: (path) => new Promise((resolve, reject) => {
    https.get(`https://api.test${path}`, (answer) => resolve(body(answer)))
      .on('error', reject);
  }),
  http: (path) => new Promise((resolve, reject) => {
    http.get(`http://api.test${path}`, (answer) => resolve(body(answer)))
      .on('error', reject);
  }),
};
