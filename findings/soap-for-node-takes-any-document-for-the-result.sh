#!/usr/bin/env bash
# soap, the usual client of SOAP for Node, gives a program whatever XML comes as the result of its call: after a 302 it
# asks by GET and returns the page that it gets there, a WSDL or a catalogue, as an object; a 200 with no body is a
# result with no fields, and a 500 with a result in it is that result. Only a Fault, HTML and text are errors.
#
# Versions: soap 1.13.0 (Node 20 to 24).
# Source: soap's src/client.ts (_invoke: where what was read has no Body and is no HTML, that is the result) and
# src/http.ts (validateStatus is null, so that no status is an error); axios follows redirects as browsers do.
# Why it matters to a recorder: an answer of another interaction, or a redirect to a page that lists services, is no
# error to the program, which finds each field undefined: who answers a call by something near it makes a payment
# without an id. A status that was changed in the cassette, to try an error out, changes nothing.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund soap@1.13.0 > /dev/null
cat > look.mjs <<'JS'
import fs from 'node:fs';
import http from 'node:http';
import soap from 'soap';

for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
const asked = [];
let answer;
const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    asked.push(`${request.method} ${request.url}`);
    const [status, body, location] = request.url === '/pay' ? answer : [200, wsdl()];
    response.writeHead(status, { 'content-type': 'text/xml', ...(location && { location }) });
    response.end(body);
  });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

function wsdl() {
  const field = (name, type) => `<x:element name="${name}" type="x:${type}"/>`;
  const type = (name, fields) =>
    `<x:element name="${name}"><x:complexType><x:sequence>${fields}</x:sequence></x:complexType></x:element>`;
  return `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:t="urn:shop" xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shop"><types>
    <x:schema targetNamespace="urn:shop" elementFormDefault="qualified">
    ${type('Pay', field('to', 'string') + field('amount', 'int'))}${type('Paid', field('id', 'string'))}
    </x:schema></types><message name="I"><part name="p" element="t:Pay"/></message>
    <message name="O"><part name="p" element="t:Paid"/></message>
    <portType name="P"><operation name="Pay"><input message="t:I"/><output message="t:O"/></operation></portType>
    <binding name="B" type="t:P"><s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Pay"><s:operation soapAction="urn:pay"/><input><s:body use="literal"/></input>
    <output><s:body use="literal"/></output></operation></binding>
    <service name="S"><port name="X" binding="t:B"><s:address location="${origin}/pay"/></port></service>
    </definitions>`;
}

function envelope(body) {
  const space = 'http://schemas.xmlsoap.org/soap/envelope/';
  return `<e:Envelope xmlns:e="${space}"><e:Body>${body}</e:Body></e:Envelope>`;
}

const paid = envelope('<Paid xmlns="urn:shop"><id>1</id></Paid>');
const fault = envelope('<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>');
const answers = {
  'a result': [200, paid],
  'a result with 500': [500, paid],
  'a result with 424': [424, paid],
  'no body': [200, ''],
  'no body with 500': [500, ''],
  'a redirect to the WSDL': [302, '', '/shop?wsdl'],
  'a catalogue': [200, '<shops><shop>one</shop></shops>'],
  'a fault': [500, fault],
  'text with 424': [424, 'not recorded'],
};
console.log('soap', JSON.parse(fs.readFileSync('node_modules/soap/package.json')).version);
const client = await soap.createClientAsync(`${origin}/shop?wsdl`);
for ([, answer] of Object.entries(answers)) {
  const name = Object.keys(answers).find((key) => answers[key] === answer);
  asked.length = 0;
  let said;
  try {
    const [result] = await client.PayAsync({ to: 'ann', amount: 1 });
    const keys = Object.keys(result ?? {});
    said = `a result with ${keys.length ? keys : 'no fields'}, id ${result?.id}`;
  } catch (error) {
    said = 'an error';
  }
  console.log(`${name} (${asked.join(', ')}): ${said}`);
}
server.close();
JS
timeout 60 node look.mjs | tee found
cat > expected <<'END'
soap 1.13.0
a result (POST /pay): a result with id, id 1
a result with 500 (POST /pay): a result with id, id 1
a result with 424 (POST /pay): a result with id, id 1
no body (POST /pay): a result with no fields, id undefined
no body with 500 (POST /pay): an error
a redirect to the WSDL (POST /pay, GET /shop?wsdl): a result with definitions, id undefined
a catalogue (POST /pay): a result with shops, id undefined
a fault (POST /pay): an error
text with 424 (POST /pay): an error
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
