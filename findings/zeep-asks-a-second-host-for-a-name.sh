#!/usr/bin/env bash
# Where a WSDL uses a name of SOAP's encoding, as old services with arrays do, zeep takes the namespace for an
# address and fetches it, http://schemas.xmlsoap.org/soap/encoding/, from a host that no document tells it
# to ask; it does so with each Client, and if that is refused there is no Client. suds, given the
# same WSDL, asks nobody, as it has that schema in itself.
#
# Versions: zeep 4.3.3, suds-community 1.2.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: zeep's zeep/xsd/const.py (AUTO_IMPORT_NAMESPACES) and xsd/schema.py. Its documentation has a cache,
# which is off unless a Transport is made with one. XML's namespaces are names and need not be addresses.
# Why it matters to a recorder: a filter that records the service's host alone, or a strict replay of such
# a cassette, fails where the client is made, before any call, with an error that names a host of which
# the program knows nothing. It is a plain http:// request, in programs whose service has https://, for which
# HTTP_PROXY has to be set, too. With SqliteCache it is asked for once in an hour by that user.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check zeep==4.3.3 suds-community==1.2.0 requests==2.34.2
cat > look.py <<'PY'
"""The service is asked directly; what goes to any other host comes to a proxy, here."""

import http.server
import os
import threading
import urllib.parse
from importlib.metadata import version

import suds.cache
import suds.client
import zeep

ARRAY = """
<xsd:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>
<xsd:complexType name="Names"><xsd:complexContent><xsd:restriction base="enc:Array">
  <xsd:attribute ref="enc:arrayType" w:arrayType="xsd:string[]"/>
</xsd:restriction></xsd:complexContent></xsd:complexType>"""
PLAIN = '<xsd:complexType name="Names"><xsd:sequence/></xsd:complexType>'
WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="urn:x" targetNamespace="urn:x"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
  xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:w="http://schemas.xmlsoap.org/wsdl/">
<types><xsd:schema targetNamespace="urn:x">{}</xsd:schema></types>
<message name="ask"/><portType name="p"><operation name="ask"><input message="tns:ask"/></operation></portType>
<binding name="b" type="tns:p"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="ask"><soap:operation soapAction=""/><input><soap:body use="literal"/></input></operation></binding>
<service name="s"><port name="q" binding="tns:b"><soap:address location="http://127.0.0.1/"/></port></service>
</definitions>"""
SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="http://schemas.xmlsoap.org/soap/encoding/"
  targetNamespace="http://schemas.xmlsoap.org/soap/encoding/"><xs:attribute name="arrayType" type="xs:string"/>
  <xs:complexType name="Array"><xs:sequence/></xs:complexType></xs:schema>"""
asked = []


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, WSDL.format(types).encode())

    def answer(self, status, body):
        asked.append(urllib.parse.urlsplit(self.path).hostname or "the service")
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Proxy(Service):
    def do_GET(self):
        self.answer(refusal or 200, SCHEMA)


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


for name in ("all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"):
    os.environ.pop(name, None)
os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = serve(Proxy)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
url = f"{serve(Service)}/orders?wsdl"
print("zeep", version("zeep"), "suds-community", version("suds-community"))
clients = {
    "zeep": lambda: zeep.Client(url),
    "zeep once more": lambda: zeep.Client(url),
    "suds": lambda: suds.client.Client(url, cache=suds.cache.NoCache()),
}
for case, types, refusal in (("no array", PLAIN, None), ("an array", ARRAY, None), ("an array, refused", ARRAY, 424)):
    for name, make in clients.items():
        asked.clear()
        try:
            said = type(make()).__name__
        except Exception as error:
            said = type(error).__name__
        print(f"{case}, {name}: {said}; asked {', then '.join(asked)}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
zeep 4.3.3 suds-community 1.2.0
no array, zeep: Client; asked the service
no array, zeep once more: Client; asked the service
no array, suds: Client; asked the service
an array, zeep: Client; asked the service, then schemas.xmlsoap.org
an array, zeep once more: Client; asked the service, then schemas.xmlsoap.org
an array, suds: Client; asked the service
an array, refused, zeep: HTTPError; asked the service, then schemas.xmlsoap.org
an array, refused, zeep once more: HTTPError; asked the service, then schemas.xmlsoap.org
an array, refused, suds: Client; asked the service
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
