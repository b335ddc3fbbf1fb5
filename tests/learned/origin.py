"""What the programs talk to, on loopback: OAuth and OpenID Connect, an API that repeats
what it is sent, chat, GraphQL over a WebSocket and Socket.IO. Prints its port."""

import asyncio
import base64
import hashlib
import json
import sys
import time
import uuid
from typing import Any

import jwt
import socketio
from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ROUTES = web.RouteTableDef()
CODES: dict[str, dict[str, str]] = {}
NONCES: set[str] = set()
UPLOADS: set[str] = set()


def id_token(audience: str, nonce: str = "") -> str:
    now = int(time.time())
    claims = {"iss": "http://issuer.test", "aud": audience, "iat": now, "sub": "u-1"}
    claims |= {"exp": now + 3600, "tid": "t"} | ({"nonce": nonce} if nonce else {})
    return jwt.encode(claims, KEY, "RS256", headers={"kid": "k1"})


@ROUTES.get("/authorize")
async def authorize(request: web.Request) -> web.Response:
    code = uuid.uuid4().hex
    CODES[code] = dict(request.query)
    state, back = request.query["state"], request.query["redirect_uri"]
    raise web.HTTPFound(f"{back}?code={code}&state={state}")


@ROUTES.get("/callback")
async def callback(_: web.Request) -> web.Response:
    return web.Response(text="you may close this window")


@ROUTES.post("/{tenant:.*}token")
async def token(request: web.Request) -> web.Response:
    form = await request.post()
    asked = CODES.pop(str(form.get("code", "")), {})
    if challenge := asked.get("code_challenge"):
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
    if "DPoP" in request.headers:
        proof = jwt.decode(request.headers["DPoP"], options={"verify_signature": False})
        if proof.get("nonce") not in NONCES:
            nonce = uuid.uuid4().hex
            NONCES.add(nonce)
            return web.json_response(
                {"error": "use_dpop_nonce"}, status=400, headers={"DPoP-Nonce": nonce}
            )
    found: dict[str, Any] = {"access_token": "at-" + uuid.uuid4().hex}
    found |= {
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": uuid.uuid4().hex,
    }
    audience = str(form.get("client_id") or asked.get("client_id") or "app")
    found["id_token"] = id_token(audience, asked.get("nonce", ""))
    return web.json_response(found)


@ROUTES.get("/tenant/v2.0/.well-known/openid-configuration")
async def discovery(_: web.Request) -> web.Response:
    base = "https://login.test"  # MSAL wants https; the program sends it here
    return web.json_response(
        {
            "issuer": f"{base}/tenant/v2.0",
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/tenant/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/device",
        }
    )


@ROUTES.post("/rpc")
async def rpc(request: web.Request) -> web.Response:
    asked = await request.json()
    several = asked if isinstance(asked, list) else [asked]
    found = [
        {"jsonrpc": "2.0", "id": each["id"], "result": sum(each["params"])}
        for each in several
    ]
    return web.json_response(found if isinstance(asked, list) else found[0])


@ROUTES.post("/events")
async def events(request: web.Request) -> web.StreamResponse:
    asked = await request.json()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for number in range(3):
        event = {"request_id": asked["request_id"], "part": number}
        await response.write(f"data: {json.dumps(event)}\n\n".encode())
    return response


@ROUTES.post("/upload")
async def upload(request: web.Request) -> web.Response:
    found = {}
    async for part in await request.multipart():
        found[part.name] = len(await part.read())
    return web.json_response(found)


@ROUTES.put("/objects/{name}")
@ROUTES.get("/objects/{name}")
async def objects(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if request.method == "PUT":
        UPLOADS.add(name)
    headers = {"X-Request-Id": request.headers.get("X-Request-Id", "")}
    return web.json_response({"name": name, "is": name in UPLOADS}, headers=headers)


THINGS: dict[str, str] = {}


@ROUTES.put("/things/{name}")
@ROUTES.get("/things/{name}")
async def things(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if request.method == "PUT":
        THINGS[name] = await request.text()
    return web.json_response({"colour": THINGS[name]})


CURSORS: dict[str, int] = {}


@ROUTES.get("/items")
async def items(request: web.Request) -> web.Response:
    start = CURSORS.get(request.query.get("cursor", ""), 0)
    nxt = uuid.uuid4().hex if start < 6 else None
    if nxt:
        CURSORS[nxt] = start + 3
    found = {"items": list(range(start, start + 3)), "next": nxt}
    return web.json_response(found)


@ROUTES.post("/v1/chat/completions")
async def chat(request: web.Request) -> web.Response:
    asked = await request.json()
    text = f"I was told {len(asked['messages'])} things"
    message = {"role": "assistant", "content": text}
    found = {"id": "chatcmpl-" + uuid.uuid4().hex, "object": "chat.completion"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    found |= {"created": int(time.time()), "model": asked["model"], "choices": [choice]}
    return web.json_response(found)


@ROUTES.post("/payments")
async def payments(request: web.Request) -> web.Response:
    key = request.headers["Idempotency-Key"]
    asked = await request.json()
    return web.json_response({"idempotency_key": key, "amount": asked["amount"]})


@ROUTES.post("/soap")
async def soap(request: web.Request) -> web.Response:
    import re

    text = await request.text()
    found = re.search("<MessageID>(.*?)</MessageID>", text)
    assert found
    body = f"<Envelope><RelatesTo>{found[1]}</RelatesTo><Sum>3</Sum></Envelope>"
    return web.Response(text=body, content_type="text/xml")


@ROUTES.get("/graphql")
async def graphql(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(protocols=("graphql-transport-ws",))
    await socket.prepare(request)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        asked = json.loads(message.data)
        if asked["type"] == "connection_init":
            await socket.send_json({"type": "connection_ack"})
        elif asked["type"] == "subscribe":
            for number in range(3):
                data = {"data": {"count": number}}
                answer = {"id": asked["id"], "type": "next", "payload": data}
                await socket.send_json(answer)
            await socket.send_json({"id": asked["id"], "type": "complete"})
    return socket


@ROUTES.get("/talk")
async def talk(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            asked = json.loads(message.data)
            await socket.send_json({"heard": asked["text"]})
    return socket


def application() -> web.Application:
    made = web.Application()
    made.add_routes(ROUTES)
    server = socketio.AsyncServer(async_mode="aiohttp")
    server.attach(made)

    @server.on("sum")
    async def _sum(_: str, data: dict[str, Any]) -> dict[str, Any]:
        return {"request_id": data["request_id"], "sum": sum(data["of"])}

    return made


async def main() -> None:
    runner = web.AppRunner(application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main())
