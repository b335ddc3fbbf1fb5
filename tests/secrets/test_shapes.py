"""What APIs, tools and devices have where a secret is, each as it is documented."""

import random
import re

import pytest

from made_up import sample
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

#: ``<w40>`` is a secret.
ANSWERS = {
    "a ticket": '{"authTicket": "<w40>", "url": "https://h/in?__clerk_ticket=<w60>"}',
    "the hash of a token": '{"token_hash": "<h56>", "type": "email"}',
    "in base64": '{"macSecretBase64": "<w86>==", "passwordBase64": "<w19>="}',
    "keys of a device": '{"x_authkey": "<h32>", "x_mgmt_key": "<h32>"}',
    "keys of LoRaWAN": '{"k": {"nwkKey": "<h32>", "appKey": "<h32>"}, '
    '"nwkSEncKey": "<h32>", "appSKey": "<h32>", "sNwkSIntKey": "<h32>"}',
    "keys of LoRaWAN, nested": '{"nwk_key": {"key": "<H32>"}}',
    "of a stream": '{"listenKey": "<w64>"}',
    "of payments": '{"transactionKey": "<w15>7", "merchantKey": "<w15>7"}',
    "of a token in GitLab": '{"static_object_token": "<w19>7"}',
    "seeds": '{"random_seed": "<w200>", "secretCode": "<u52>"}',
    "a new value": '{"Password": {"HasValue": true, "NewValue": "Tr0ub-<w6>"}}',
    "an item": '{"items": [{"fieldName": "Password", "itemValue": "Tr0ub-<w6>"}]}',
    "raw secrets": '{"secrets": {"A": {"raw": "<w15>7", "computed": "<w15>7", '
    '"note": ""}, "B": {"raw": "<w15>7", "computed": "<w15>7"}}}',
    "secure data": '{"secureJsonData": {"httpHeaderValue1": "<w40>"}}',
    "a code": '{"grant_type": "authorization_code", "code": "<w48>7"}',
    "of its type": '{"data": {"attributes": {"key": "<h32>", "name": "k"}, '
    '"type": "api_keys"}}',
    "of its type, twice": '[{"type": "api_keys", "key": "<h32>"}, '
    '{"type": "api_keys", "key": "<h32>"}]',
    "of its object": '{"object": "organization.admin_api_key", "value": "<w39>7"}',
    "of its kind": '{"kind": "api_key", "key": "<w39>7"}',
    "binary": '{"ipatokenotpkey": [{"__base64__": "<w27>="}]}',
    "an answer": '{"securityAnswer": "Fluffy-<w6>", "security_answer": "Rex-<w6>"}',
    "no password": "https://<w36>7:@repo.example.com/me/",
    "conda": "https://conda.example.com/t/<w36>/ch/noarch/repodata.json",
    "packages": "https://packagecloud.example/priv/<h48>/me/repo/a.deb",
    "logs": "https://h.example.com/receiver/v1/http/<w80>==",
    "hooks": "https://h/build_hooks/<h24> https://h/deploy_hooks/<h8>-<h4>-<h4>-<h4>-"
    "<h12>",
    "tools": "https://mcp.example.com/api/mcp/s/<w60>/mcp",
    "webhook": "https://discord.com/api/v10/webhooks/123456789012345678/<w68>",
    "calendar": "https://h/owa/calendar/me@example.com/<h48>/calendar.ics",
    "activation": "https://shop.example.com/account/activate/123/<h32>-1700000000",
    "shared link": "https://h/scl/fi/abc/a.txt?rlkey=<a25>&dl=0",
    "download": "https://h/download.aspx?UniqueId=x&tempauth=v1.<w90>&v=2",
    "passhash": "https://h/api/table.json?username=u&passhash=<d10>",
    "nkey": "-----BEGIN USER NKEY SEED-----\nSU<u56>\n------END USER NKEY SEED------",
    "user info": '{"a.basic.auth.user.info": "ABCDEF:<w64>"}',
    "user info, a file": "basic.auth.user.info=ABCDEF:<w64>\n",
    "JNLP": "<application-desc><argument><h64></argument></application-desc>",
    "OpenVPN": "<auth-user-pass>\nme\n<w12>\n</auth-user-pass>\n",
    "join": "kubeadm join h:6443 --certificate-key <h64>\n",
    "k3s": f"K10{64 * 'a'}::server:<h32>",
    "ephemeral": '{"value": "ek_<h32>", "name": "auth_tokens/<h64>"}',
    "virtual": '{"key": "sk-<w21>7"}',
    "in a string": '{"body": "{\\"session\\": \\"<w60>\\", '
    '\\"x-functions-key\\": \\"<w40>\\"}"}',
    ".env, signs": "DB_PASSWORD=hunter2,<w6>(x\nA=1\nexport API_SECRET=x,<w6>{y}\n",
    "handles": '{"stateHandle": "02.id.<w40>~c.<w9>", "interaction_handle": "<w43>"}',
    "codes": '{"code": "<h32>", "interaction_code": "<h43>", "temp_code": "<w49>"}',
    "sessions": '{"userSession": "<w40>", "auth_session": "<w40>", "sealed_session": '
    '"<w60>", "sessionInfo": "AM5P<w90>", "x": "/a?session_code=<w43>&tab_id=1"}',
    "cookies": '{"sessionCookie": "<w60>", "cookie_value": "<w40>"}',
    "tickets and log-ins": '{"co_verifier": "<w32>", "npsso": "<w64>", "sso": "<w40>", '
    '"canary": "<w60>", "authentication": "<w43>="}',
    "keys in one word": '{"clientkey": "<c32>", "devicekey": "<w32>"}',
    "keys of owners": '{"routing_key": "<h32>", "ticket_key": "<h64>", "EdgeKey": '
    '"<w90>", "permanentKey": "<h32>", "pskc": "<h32>"}',
    "a key of a server of names": '{"key": "<w43>=", "name": "k", "type": "TSIGKey"}',
    "of a machine": '{"NodeSecretID": "<h8>-<h4>-<h4>-<h4>-<h12>"}',
    "numbered": '{"token04": "04<w60>", "my_secret_3": "<w40>"}',
    "recovery": '{"personalRecoveryKey": "<c4>-<c4>-<c4>-<c4>-<c4>-<c4>", '
    '"recovery_key": "<d6>-<d6>-<d6>-<d6>", "activationLockBypassCode": "<c9>-<c9>"}',
    "signed": "/a.png?w=1&s=<h32> /v?lsig=<w60>&temp_url_sig=<h40> /cb?a=1&hmac=<h64>",
    "of a log-in": "/done?authId=<h8>-<h4>-<h4>-<h4>-<h12> /x?sid=<h32>&launch=<w60> "
    "/cb?interact_ref=<w30>7",
    "iron": '{"sealed": "Fe26.2*1*<h64>*<w22>*<w90>*170*<h64>*<w43>", "a": 1}',
    "of Ory": '{"x": "ory_at_<w43>.<w43>"}',
    "of phones": '{"qrcode": "LPA:1$smdp.example.com$<c32>"}',
    "of health": "the link is shlink:/<w90>",
    "of Discord": "/api/v10/interactions/1/aW50ZXJhY3Rpb246<w90>/callback",
    "of bills": "https://h/acct_1/test_YWNjdF8x<w90>?s=ap /CAcaFwoVYWNjdF8x<w60>",
    "of Amazon": "it is Atza|<w90> and Atzr%7C<w90>",
    "of Telegram": "/cb?id=1&auth_date=1700000000&hash=<h64> "
    '{"x": "auth_date=1700000000&first_name=x&hash=<h64>"}',
    "of XMPP": "<auth xmlns='urn:x' mechanism='PLAIN'>AG1lAF<w33>=</auth>",
    "of XMPP, in JSON": '{"a": "<authenticate mechanism=\\"PLAIN\\"><initial-response>'
    'AG1lAF<w33>=</initial-response>"}',
    "links": '{"a": "https://h/api/webhook/<h64>", "b": "https://h/signin/<w60>", '
    '"c": "https://h/deliver/<h50>"}',
    "of Proxmox": '{"ticket": "PVE:root@pam:65A1B2C3::<w90>=="}',
    "OpenVPN, in XML": "&lt;auth-user-pass&gt;\nme\n<w9><w12>&amp;<w6>amp;<w6>\n&lt;/x",
    "a part": '--b\r\nContent-Disposition: form-data; name="exchange_code"\r\n\r\n<h32>'
    "\r\n--b--\r\n",
    "a lamp": '[{"success":{"username":"<w40>"}}]',
    "a crumb": "Jenkins-Crumb:<h64>",
    "phones": '{"registrationTokens": ["<w60>7"]}',
    "npm": '{"loginUrl": "https://h/login/cli/<h8>-<h4>-<h4>-<h4>-<h12>"}',
    "federated": "wa=wsignin1.0&wresult=%3Ct%3ARequest%3E<w90>%3C&wctx=x",
    "signed requests": "a=1&signed_request=<w43>.eyJhIjoxfQ&sig_response=AUTH%7C<w40>",
    "keys of services": '{"service_role_key": "<w60>", "anon_key": "<w60>", "sdkKey": '
    '"<w60>", "static_key": "<h64>"}',
    "of a directory": '{"bindCredentials": "Hunter-<d6>"}',
    "of domains": "<login><pw>Hunter-<d6></pw><newPW>Hunter-<d6></newPW></login>",
    "of WordPress": "define( 'AUTH_SALT', '<w64>' );",
    "signed, a sign": "/x?X-Sign=<w40>&a=1",
    "of payments, in XML": "<a><transactionKey><w15>7</transactionKey><b:hmac-key><h40>"
    "</b:hmac-key></a> &lt;cookie_key&gt;<w40>&lt;/cookie_key&gt;",
    "of payments, elsewhere": '{"saltKey": "<h8>-<h4>-<h4>-<h4>-<h12>", "Passkey": '
    '"<h64>", "access_code": "<a14>7", "appCertificate": "<h32>"}',
    "keys of owners, in code": "{'hmacKey': '<h40>', 'openai_key': '<w40>'}\n",
    "keys of owners, elsewhere": "run --hmac-key <h40>\n[hmacKey] => <h40>\n"
    "&quot;aesKey&quot;:&quot;<w40>&quot;\n",
    "sessions and tickets, elsewhere": "{'session': '<w40>', 'auth': '<w40>'}"
    "<ticket><w40></ticket> &quot;userSession&quot;:&quot;<w40>&quot; &lt;sso&gt;<w40>"
    "&lt;/sso&gt; <key>session</key><string><w40></string> \\x22pw\\x22:\\x22<w40>"
    "\\x22 {'github_pat': '<w40>'}\n[session] => <w40>\n",
    "a key of a store": "jarsigner -keypass <w20> a.jar",
    "of Stripe": "seti_<w24>_secret_<w25> cs_test_<w58>_secret_<w60>",
    "of Cashfree": '{"payment_session_id": "session_<w80>payment", "cf_order_id": 1}',
    "of eWeLink": '{"data":{"at":"<h40>","rt":"<h40>","region":"eu"}} {"rt":"<h40>"}',
    "of Plaid": '{"public_token": "public-sandbox-<h8>-<h4>-<h4>-<h4>-<h12>"}',
    "of Gitea": '{"id":1,"name":"ci","sha1":"<h40>","token_last_eight":"0a1b2c3d"}',
    "of ForgeRock": '{"tokenId": "<w60>.*AAJTSQACMDE.*", "successUrl": "/console"}',
    "of Facebook": "fb_dtsg=NAcO<w43>%3A17%3A1700000000&a=1 "
    '<input name="fb_dtsg" value="NAcO<w43>:17:1700000000">',
    "of Reddit": '{"data": {"modhash": "<a49>7"}}',
    "of Xiaomi": '{"ssecurity": "<w22>=="}',
    "of cPanel": "/cpsess<d10>/frontend/",
    "of devices": '{"X-HA-Access": "Hunter<d6>", "lsd": "AV<w9>7"}',
    "in a log": "INFO token: <w40>\nWARN session: <h32> is old\n",
    "in YAML": "registry:\n  auth: <w40>\n  session: <w40>\n"
    "api:\n  encryption:\n    key: <w43>=\n",
    "in cells": "| plex_token | <w40> |\n",
    "yaml, signs": "db:\n  password: hunter2,<w6>(x\n  a: b\n",
}
HEADERS = {
    "vmware-api-session-id": "<h32>",
    "x-vercel-protection-bypass": "<w32>",
    "X-Apple-ID-Session-Id": "<w60>",
    "X-FTL-SID": "<w22>=",
    "2fa-code": "<d6>",
    "x-2fa-approval": "<h32>",
    "X-Transmission-Session-Id": "<w48>",
    "rbx-authentication-ticket": "<c90>",
    "A-Sess": "<w60>",
    "X-Cred": "<w40>",
    "X-HA-Access": "Hunter<d2>",
    "X-Biscuit": "<w80>",
    "X-WSSE": 'UsernameToken Username="me", PasswordDigest="<w27>=", Nonce="<h32>", '
    'Created="2026-11-30T07:00:00Z"',
    "X-LC-Sign": "<h32>,1764486000000,master",
}


def _filled(text: str, chance: random.Random) -> tuple[str, list[str]]:
    secrets = []

    def drawn(found: re.Match[str]) -> str:
        secrets.append(sample("{" + found[1] + "}", chance))
        return secrets[-1]

    return re.sub(r"<(\w\d+)>", drawn, text), secrets


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("shape", ANSWERS)
def test_no_secret_of_a_shape_stays(shape: str, asked: bool) -> None:
    chance = random.Random(shape)
    for _ in range(9):
        body, secrets = _filled(ANSWERS[shape], chance)
        said, told = (body.encode(), b"") if asked else (b"", body.encode())
        met = Interaction(0, Request("POST", body=said), Response(body=told))
        kept = Redactor().interaction(met)
        left = (kept.request.body + kept.response.body).decode()
        assert [each for each in secrets if len(each) > 5 and each in left] == [], left


@pytest.mark.parametrize("name", HEADERS)
def test_no_secret_of_a_header_stays(name: str) -> None:
    value, _ = _filled(HEADERS[name], random.Random(name))
    met = Interaction(0, Request(headers={name: [value]}), Response())
    assert name not in Redactor().interaction(met).request.headers


@pytest.mark.parametrize(
    "body",
    [
        '{"type": "api_keys", "key": "name-of-a-key-in-a-table"}',
        '[{"type": "api_keys", "key": "a"}, {"type": "api_keys", "key": "b"}]',
        '{"kind": "text", "key": "q7Rk2Zp9Wm4Xc8Vb3Nt6"}',
        '{"type": "password", "key": "q7Rk2Zp9Wm4Xc8Vb3Nt6"}',
        '{"ticket": "PROJ-1234", "ticket_id": "12345678"}',
        '{"db_password": "db_password", "stripe_api_key": "stripe-api-key"}',
        '{"code": "0x608060405234801561001057600080fd5b50600436106100", "code": "E1"}',
        '{"qr_code": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "error_code": 7}',
        '{"verifier": "q7Rk2Zp9Wm4Xc8Vb3Nt6", "routing_key": "mail.sent", "s": "x"}',
        '{"sid": "SM0123456789abcdef0123456789abcdef", "inSession": true}',
        '<auth mechanism="PLAIN">q7Rk2Zp9Wm4Xc8Vb3Nt6</auth> mechanism="x" a="b">',
        '{"postcode": "AB12 3CD", "zipCode":"q7Rk2Zp9", "a": "/x?country_code=NL"}',
        "https://h/webhook/12345 https://h/login/a-page-that-is-for-you-alone/x",
        "https://h/?s=how+to+log+in&sid=12 https://h/a.png?s=200&hmac=no",
        "https://h/avatar.svg?seed=0b9b1c6e-2f4d-4e1a-9c1e-5a7b8c9d0e1f&size=64",
        '{"canary": "15.0.0-canary.1", "seed": "0b9b1c6e-2f4d-4e1a-9c1e-5a7b8c9d0e1f"}',
        '{"allowCredentials": [{"id": "q7Rk2Zp9Wm4Xc8Vb3Nt6", "type": "public-key"}]}',
        '{"session_info": "the first of two", "cookie_value": "dark-mode"}',
        '{"secrets": {"A": {"raw": "", "computed": null}}}',
        '{"secrets": 12, "a": {"secrets": {"A": {"raw": 12345}}}}',
        '{"a": "text", "b": "pretext of a text next to it", "sensitive": true}',
        '{"errors": {"a": "%s", "errors": {"password": "zu kurz"}}}' % ("x " * 90),
        '{"errors": {"a": "%s", "errors": {"password": "zu kurz"}}}' % ("x " * 400),
        "https://forum.example.com/t/how-to-use-this-thing-with-that/1234",
        "https://h/t/q7Rk2Zp9Wm4Xc8Vb3Nt6 and /priv/some-words-and-more-words/",
        "https://h/webhooks/123456789012345678/messages",
        "sk-some-words-joined-up-x ek_short week_abcdefghijklmnopqrstuvwxyzabcdef",
        "<argument>--name</argument> K10 is high",
        "password=getpass.getpass()\npassword=x[0]\ntoken=foo(bar),\nsecret={}\n",
        "  password: hash(x),\n  token: Array<string>;\n  secret: x=>y(z)\n",
        "  password: Optional[str]=None\n  apiKey: Map<string,Token>\n",
        'f({field: "deviceCode",\n  value: input.deviceCode\n})',
        'f({field: "token",\n  value: databaseTokens,\n})',
        "fs.append(path, `JWT_SECRET=${jwtSecret}\\n`);",
        '{"password": "[%key:common::data::password%]"}',
        "<Key>photos/2026/a1b2c3d4e5f6a7b8c9d0.jpg</Key><PartitionKey>x9Y8z7W6v5U4t3S2r1"
        "</PartitionKey><sortKey>q7Rk2Zp9Wm4Xc8Vb3Nt6</sortKey>",
        "{'sortKey': 'q7Rk2Zp9Wm4Xc8Vb3Nt6', 'Key': 'q7Rk2Zp9Wm4Xc8Vb3Nt6'}",
        '{"at": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "rt": 3}',
        '{"sha1": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "size": 8}',
        '{"access_code": "none", "accessCodes": ["READ"], "app_certificate": "a.pem"}',
        'h["Authorization"] = "Bearer {}".format(x); secret = "<another-secret>"',
    ],
)
def test_what_only_looks_like_one_stays(body: str) -> None:
    assert Redactor().message(body.encode()).decode() == body


#: In the words of translations that real pages fetch.
LABELS = (
    '{"newPassword": "Nova senha", "repeatPassword": "Repetir senha"}',
    '{"password": "Senha do usuário administrador", "api_key": "Chave de API"}',
    '{"api_key": "Ключ API", "api_token": "API-ключ", "access_token": "Token akses"}',
    '{"secret_api_key": "Slapti API raktai", "api_key": "API-nyckel"}',
    '{"confirmPassword": "ยืนยันรหัสผ่าน", "passwordConfirm": "新しいパスワード（確認）"}',
    '{"console-new-password": "Ny Adgangskode:", "newPassword": "كلمة المرور الجديدة"}',
    '{"invalid_access_token": "Niepoprawny token dostępu", "apiKey": "API 키"}',
)


@pytest.mark.parametrize("body", LABELS)
def test_a_label_of_several_words_is_no_secret(body: str) -> None:
    redactor = Redactor()
    assert redactor.message(body.encode()).decode() == body
    assert list(redactor.memory.since(0)) == []


@pytest.mark.parametrize(
    "value",
    [
        *("senha1 segura", "senha-segura", "API-k3y", "token1 ring", "APIx tokenx yz"),
        *("密码hunter2x9", "tango apia delta", "clavel rojo mesa"),
    ],
)
def test_what_has_such_a_word_and_more_is_one(value: str) -> None:
    for name in ("password", "api_key"):
        clean = Redactor().message(f'{{"{name}": "{value}"}}'.encode())
        assert clean == f'{{"{name}": "[REDACTED:{name}]"}}'.encode()


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://h/latest/api/token", "<w56>"),
        ("https://h/api/user/token?x=1", "<w60>\n"),
        ("https://h/rest/V1/integration/admin/token", '"<w60>"'),
        ("https://h/api/session/", '"<h32>"'),
        ("https://h/api/security/encryptedPassword", "<w60>"),
    ],
)
def test_what_is_all_that_an_address_of_a_secret_answers_is_one(
    url: str, body: str
) -> None:
    body, secrets = _filled(body, random.Random(url))
    met = Interaction(0, Request("POST", url), Response(body=body.encode()))
    redactor = Redactor()
    assert [each.place for each in redactor.findings(met)] == ["response.body"]
    kept = redactor.interaction(met).response.body.decode()
    assert secrets[0] not in kept
    assert kept.strip().strip('"').startswith("[REDACTED:")
    again = Request(headers={"X-Note": [secrets[0]]})
    assert secrets[0] not in str(redactor.request(again))


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://h/latest/api/token", "the token is not there"),
        ("https://h/latest/api/token", "a-word-with-some-other-words"),
        ("https://h/latest/api/things", "q7Rk2Zp9Wm4Xc8Vb3Nt6"),
        ("https://h/things/public_key", "q7Rk2Zp9Wm4Xc8Vb3Nt6"),
        ("https://h/cookies", "q7Rk2Zp9Wm4Xc8Vb3Nt6"),
    ],
)
def test_what_else_an_address_answers_stays(url: str, body: str) -> None:
    met = Interaction(0, Request("GET", url), Response(body=body.encode()))
    assert Redactor().interaction(met) is met
    off = Redactor(Rules(off=True))
    assert off.interaction(met) is met


def test_a_live_request_for_a_session_is_hidden_as_the_recorded_one_is() -> None:
    body, _ = _filled('{"key": "<h64>"}', random.Random(7))
    asked = Request("PUT", "https://h/v1/sys/unseal", body=body.encode())
    kept = Redactor().interaction(Interaction(0, asked, Response())).request
    assert kept.body == b'{"key": "[REDACTED:key]"}'
    assert Redactor().request(asked) == kept
    assert Redactor(Rules(off=True)).request(asked) is asked
    whole = Redactor(Rules(keep=("key",))).request(asked)
    assert whole.body == asked.body


def test_the_key_of_a_pair_is_found_elsewhere() -> None:
    key, secret = "q7Rk2Zp9Wm4Xc8Vb", "N3t6Yb1Lq8Ks5Dg2"
    headers = {
        "Authorization": [f"LOW {key}:{secret}"],
        "User-Agent": [f"internetarchive/3.5 (Linux x86_64; N; en; {key}) Python/3.13"],
    }
    met = Interaction(0, Request(headers=headers), Response())
    kept = Redactor().interaction(met).request.headers
    assert key not in str(kept)
    shared = {"Authorization": ["SharedKey mystorageaccount12:c2ln"]}
    met = Interaction(0, Request(headers=shared), Response(body=b"mystorageaccount12"))
    assert Redactor().interaction(met).response.body == b"mystorageaccount12"
