#!/usr/bin/env bash
# Where the connection ends without an answer Free Pascal's HTTP client raises nothing: the status is 0 and the body is
# empty, and an answer that breaks off is the whole one, also within a chunk and with a Content-Length. After 103 Early
# Hints the real answer, status line and all, is the body of a 103. A POST's 301 and 302 are followed by the same POST,
# and its 303 by a GET with the POST's body and length.
#
# Versions: TFPHTTPClient of Free Pascal 3.2.2 (fp-compiler-3.2.2 and fp-units-* 3.2.2+dfsg-20, Debian 12's packages).
# Source: fcl-web's src/base/fphttpclient.pp (ReadString and ReadResponse end where Read gives 0, DoMethod changes the
# method for 303 alone and keeps RequestBody); RFC 9112, section 8: such a message is incomplete.
# Why it matters to a recorder: to close the connection, the usual way to say "not recorded" below HTTP, is no refusal to
# this client, and a recorder that replays half an answer as half an answer gives a success. A GET with a body after a 303
# is another request than the GET that anybody else sends there.
set -euo pipefail
for tool in apt-get dpkg ld python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY
apt-get -qq download fp-compiler-3.2.2=3.2.2+dfsg-20 fp-units-rtl-3.2.2=3.2.2+dfsg-20 fp-units-base-3.2.2=3.2.2+dfsg-20 \
  fp-units-fcl-3.2.2=3.2.2+dfsg-20 fp-units-net-3.2.2=3.2.2+dfsg-20
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.pas <<'PAS'
{$mode objfpc}{$H+}
program look;
uses classes, sysutils, fphttpclient;

procedure ask(method, path, content: string);
var
  client: TFPHTTPClient;
  answer: TStringStream;
begin
  client := TFPHTTPClient.Create(nil);
  client.AllowRedirect := True;
  answer := TStringStream.Create('');
  if content <> '' then client.RequestBody := TStringStream.Create(content);
  write(method, ' ', path, ': ');
  try
    client.HTTPMethod(method, ParamStr(1) + path, answer, []);
    writeln(client.ResponseStatusCode, ' "', StringReplace(answer.DataString, #13#10, '/', [rfReplaceAll]), '"');
  except
    on e: Exception do writeln(e.ClassName);
  end;
  client.Free;
end;

begin
  ask('GET', '/whole', '');
  ask('GET', '/nothing', '');
  ask('POST', '/nothing', 'a=1');
  ask('GET', '/length', '');
  ask('GET', '/chunk', '');
  ask('GET', '/early', '');
  ask('POST', '/301', 'a=1');
  ask('POST', '/302', 'a=1');
  ask('POST', '/303', 'a=1');
  writeln('Free Pascal ', {$I %FPCVERSION%});
end.
PAS
cat > look.py <<'PY'
import socketserver
import subprocess
import threading

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10 and 1000"
ANSWERS = {
    "/nothing": b"",
    "/length": WHOLE[:-9],
    "/chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\npay 10",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + WHOLE,
}
came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name.lower() == b"content-length" else length
        came.append(f"{method} {path} {self.rfile.read(length).decode()}".strip())
        moved = f"HTTP/1.1 {path[1:]} Moved\r\nLocation: http://{self.host()}/whole\r\nContent-Length: 0\r\n\r\n"
        self.wfile.write(moved.encode() if path[1:].isdigit() else ANSWERS.get(path, WHOLE))

    def host(self):
        return f"127.0.0.1:{self.server.server_address[1]}"


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"
print(subprocess.run(["./look", url], capture_output=True, text=True, timeout=60, check=True).stdout, end="")
print("asked:", ", ".join(came[-6:]))
PY
units=unpacked/usr/lib/x86_64-linux-gnu/fpc/3.2.2/units/x86_64-linux
unpacked/usr/lib/x86_64-linux-gnu/fpc/3.2.2/ppcx64 -n "-Fu$units/*" look.pas > built 2>&1 || { cat built; exit 1; }
python3 look.py | tee found
cat > expected <<'END'
GET /whole: 200 "pay 10 and 1000"
GET /nothing: 0 ""
POST /nothing: 0 ""
GET /length: 200 "pay 10"
GET /chunk: 200 "pay 10"
GET /early: 103 "HTTP/1.1 200 OK/Content-Length: 15//pay 10 and 1000"
POST /301: 200 "pay 10 and 1000"
POST /302: 200 "pay 10 and 1000"
POST /303: 200 "pay 10 and 1000"
Free Pascal 3.2.2
asked: POST /301 a=1, POST /whole a=1, POST /302 a=1, POST /whole a=1, POST /303 a=1, GET /whole a=1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
