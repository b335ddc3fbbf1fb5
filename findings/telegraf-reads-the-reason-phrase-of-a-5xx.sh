#!/usr/bin/env bash
# Telegraf, by which bots of Telegram are written in JavaScript, reads nothing of a 5xx but the words behind its number in the
# status line: they are the description of the error that the bot sees, and what the body says is lost. Of all other
# answers it reads the body alone: a 424 and a 404 whose JSON says ok are a message that was sent. Python's telebot looks
# at the body whatever the status is, so that to it a 502 that says ok is one, too.
#
# Versions: telegraf 4.16.3 (Node 20), pyTelegramBotAPI 4.37.1 (CPython 3.11).
# Source: telegraf's lib/core/network/client.js (callApi takes res.statusText where res.status >= 500, and data.ok elsewhere),
# telebot/apihelper.py (_check_result asks for the status only where the body is no JSON).
# Why it matters to a recorder: a reason phrase is what HTTP says that nobody needs to read, and HTTP/2 has none: one that
# writes it anew from the number, or records on the way to the service over HTTP/2, gives a bot another text to log,
# to compare and to send to its user. And a refusal that a recorder makes of a recorded answer by its status alone,
# with the body as it was, is no refusal.
set -euo pipefail
for tool in node npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund telegraf@4.16.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyTelegramBotAPI==4.37.1
cat > send.mjs <<'JS'
import { Telegram } from "telegraf";

const bot = new Telegram("7:example", { apiRoot: process.argv[2] });
try {
  console.log("sent", (await bot.sendMessage(7, "hello")).message_id);
} catch (error) {
  console.log(error.message);
}
JS
cat > look.py <<'PY'
import json
import logging
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import telebot
from telebot import apihelper

logging.disable(logging.CRITICAL)
SENT = {"ok": True, "result": {"message_id": 70, "date": 7, "chat": {"id": 7, "type": "private"}, "text": "hello"}}
told = {}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, reason, said = told["now"]
        body = json.dumps(said).encode()
        self.send_response_only(status, reason)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def telegraf():
    ran = subprocess.run(["node", "send.mjs", url], check=True, capture_output=True, text=True, timeout=60)
    return ran.stdout.strip()


def python():
    try:
        return f"sent {telebot.TeleBot('7:example').send_message(7, 'hello').message_id}"
    except apihelper.ApiTelegramException as error:
        return f"{error.error_code}: {error.description}"


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
apihelper.API_URL = url + "/bot{0}/{1}"
with open("node_modules/telegraf/package.json") as file:
    print("telegraf", json.load(file)["version"])
print("pyTelegramBotAPI", version("pyTelegramBotAPI"))
for status, reason, said in (
    (200, "OK", SENT),
    (429, "Slow", {"ok": False, "error_code": 429, "description": "wait for it"}),
    (502, "Bad Gateway", {"ok": False, "error_code": 502, "description": "restarting"}),
    (502, "Come back at seven", {"ok": False, "error_code": 502, "description": "restarting"}),
    (502, "Bad Gateway", SENT),
    (424, "Failed Dependency", SENT),
    (404, "Not Found", SENT),
):
    told["now"] = status, reason, said
    body = "ok" if said["ok"] else said["description"]
    print(f"{status} {reason}, {body}: telegraf {telegraf()!r}, telebot {python()!r}")
PY
timeout 120 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
telegraf 4.16.3
pyTelegramBotAPI 4.37.1
200 OK, ok: telegraf 'sent 70', telebot 'sent 70'
429 Slow, wait for it: telegraf '429: wait for it', telebot '429: wait for it'
502 Bad Gateway, restarting: telegraf '502: Bad Gateway', telebot '502: restarting'
502 Come back at seven, restarting: telegraf '502: Come back at seven', telebot '502: restarting'
502 Bad Gateway, ok: telegraf '502: Bad Gateway', telebot 'sent 70'
424 Failed Dependency, ok: telegraf 'sent 70', telebot 'sent 70'
404 Not Found, ok: telegraf 'sent 70', telebot 'sent 70'
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
