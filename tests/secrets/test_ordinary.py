"""What is no secret stays byte for byte, whatever words stand around it."""

import base64
import gzip
import io
import json
import random
import tarfile
import zipfile
import zlib

import pytest

from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij"


def _tar(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:  # stored, so that the texts show
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


#: In 30 languages.
SAID_OF_PASSWORDS = (
    *("Passwort", "Kennwort", "Contraseña", "Senha", "Palavra-passe", "Wachtwoord"),
    *("Hasło", "Пароль", "密码", "密碼", "パスワード", "비밀번호", "암호", "Lösenord"),
    *("Adgangskode", "Passord", "Salasana", "Jelszó", "Heslo", "Parola", "Şifre"),
    *("كلمة المرور", "Parola d’ordine", "Mot de passe", "Mật khẩu", "Κωδικός"),
    *("סיסמה", "รหัสผ่าน", "पासवर्ड", "Parolă", "Contrasenya", "Kata sandi", "Lozinka"),
    *("رمز عبور", "Wachtwoord:", "Пароль *", "MOT DE PASSE"),
)
_SOURCE = {
    "lib.rs": b"/// Takes `<token>stream</token>` and redis://user:pass@localhost\n"
    b'let password = "x1-y2-z3";\n{"api_key": "k3y-of-a-test"}'
}
_PIXELS = random.Random(4).randbytes(300)
_CHUNK = b'{"token":"a1b2c3d4e5f6g7h8"}<password>x1y2z3w4</password>'

#: name: Content-Type, body
BODIES: dict[str, tuple[str, bytes]] = {
    # Language models
    "logprobs": (
        "application/json",
        b'{"content":[{"token":"Hello","logprob":-0.3,"bytes":[72]},{"token":" wor'
        b'ld","logprob":-1e-5},{"token":"authentication"},{"token":"\xc4\xa0ing"}]}',
    ),
    "stream of tokens": (
        "text/event-stream",
        b'data: {"token":{"id":264,"text":" a","logprob":-0.1,"special":false}}\n\n'
        b'data: {"token": "ization", "index": 3}\n\ndata: [DONE]\n\n',
    ),
    "tokenizer": (
        "application/json",
        b'{"eos_token":"<|endoftext|>","pad_token":"[PAD_0000]","max_tokens":4096,'
        b'"unk_token":"<unk>","stop_token":"</s_00000>","tokens":["to","ken"]}',
    ),
    "usage": (
        "application/json",
        b'{"prompt_tokens":9,"completion_tokens_details":{"reasoning_tokens":0},'
        b'"cached_tokens":12345678,"token_type":"Bearer","token_count":[1,2]}',
    ),
    # Pages
    "pages": (
        "application/json",
        b'{"next_token":"b1c2d3e4f5a6b7c8","nextPageToken":"CAUQAA1b2c3d",'
        b'"continuation_token":"a1b2c3d4e5f6","nextSyncToken":"CPDAlvWDx70CEP"}',
    ),
    # Schemas and messages
    "errors": ("application/json", b'{"errors":{"password":"is too short"}}'),
    "errors of Django": (
        "application/json",
        b'{"password":["This field is required.","Ensure it has at least 8 letters."]}',
    ),
    "openapi": (
        "application/json",
        b'{"properties":{"password":{"type":"string","format":"password"},'
        b'"api_key":{"type":"string","description":"Use <api_key> here: <b>x</b>"},'
        b'"secret":{"$ref":"#/components/schemas/Secret"}}}',
    ),
    "openapi, references": (
        "application/json",
        b'{"mapping":{"PASSWORD":"#/definitions/PasswordPolicy","token":"#/d/Token_2"},'
        b'"security":[{"oauth2_password":["write:things","read:user"]}]}',
    ),
    "addresses and variables": (
        "application/json",
        b'{"secret":"https://images.example/icons/3299.png?v8","API_KEY":"$MY_API_KEY",'
        b'"password":"${DB_PASSWORD}","client_secret":"{{ vault.secret }}"}',
    ),
    "openapi, YAML": (
        "application/yaml",
        b"properties:\n  password:\n    type: string\n  token: string\n"
        b"  api_key: required\n  client_secret:\n    - $ref: '#/x'\n",
    ),
    "i18n": (
        "application/json",
        b'{"password":"Password","new_password":"Enter a new password",'
        b'"token":"Token","secret":"Secret","forgotPassword":"Forgot your password?"}',
    ),
    "errors, codes": (
        "application/json",
        b'{"errors":{"password":["too_short","validation.min.string"]},"a":{"error":'
        b'{"token":"token_expired"}},"password":"ERR_TOO_SHORT","secret":"required"}',
    ),
    "errors, another language": (
        "application/json",
        """{"errors":{"password":["ist zu kurz","est trop court","は短すぎます"]},
        "fieldErrors":[{"password":"Pflichtfeld"}],"violations":{"api_key":"Heslo!"},
        "m":"{\\"errors\\":{\\"password\\":[\\"zu kurz\\"]}}"}""".encode(),
    ),
    "sentences": (
        "application/json",
        """{"password":"Das Passwort ist falsch.","secret":["es demasiado corta"],
        "a":{"password":"não pode ficar em branco"},"b":{"password":"doit contenir"},
        "c":{"password":"не может быть пустым"},"d":{"password":"密码不能为空"},
        "e":{"password":"パスワードを入力してください"},"f":{"password":"moet langer"},
        "g":{"password":"비밀번호를 입력하세요"},
        "h":{"password":"jest za krótkie"},"i":{"password":"Ce mot est pris."},
        "j":{"password":"ist erforderlich"},
        "k":{"password":"è richiesta!"}}""".encode(),
    ),
    "i18n, other languages": (
        "application/json",
        json.dumps(
            [{"password": word, "newPassword": word} for word in SAID_OF_PASSWORDS],
            ensure_ascii=False,
        ).encode(),
    ),
    "signs over events": (
        "text/event-stream",
        b'data: {"t":"<password>"}\n\ndata: {"t":"Utrecht"}\n\n'
        b'data: {"t":"</password>"}\n\n'
        b"data: <token>\n\ndata: Delft\n\ndata: </token>\n\n",
    ),
    "signs over strings": (
        "application/json",
        b'{"a":["<password>","Utrecht","</password>"],'
        b'"b":"<secret> here","c":"</secret>",'
        b'"d":"[\\"<token>\\",\\"Delft\\",\\"</token>\\"]"}',
    ),
    "signs over lines": (
        "application/x-ndjson",
        b'{"t":"<token>"}\n{"t":"Utrecht"}\n{"t":"</token>"}\n',
    ),
    "text with signs": (
        "text/plain",
        b"Set <api_key> and <token>, then <password>. Next: a <b>bold</b> word.\n",
    ),
    "html form": (
        "text/html",
        b'<label for="password">Password</label><input type=password name="password">',
    ),
    "javascript": (
        "application/javascript",
        b'const e={password:"Password is required",token:"token",secret:null};'
        b"if(t.token===n){secret=u.secret}var password=getPassword();",
    ),
    "python": (
        "text/x-python",
        b"password: str = None\ntoken = get_token(u)\nsecret = os.environ['SECRET']\n"
        b'PASSWORD = "changeme"\n',
    ),
    "env example": ("text/plain", b"PASSWORD=\nAPI_KEY=<your-key>\nSECRET=${SECRET}\n"),
    "prose with colons": (
        "text/plain",
        b"Password: must be changed each month\nToken: see above\nsecret: yes\n",
    ),
    # Tables
    "dbt": ("application/json", b'{"primaryKey":"user_id","secondaryKey":"made_at"}'),
    "working directory": ("application/json", b'{"pwd":"/home/somebody/src"}'),
    "windows directory": ("application/json", b'{"pwd":"C:\\\\Users\\\\somebody"}'),
    # Identifiers
    "commit": (
        "application/json",
        b'{"sha":"da39a3ee5e6b4b0d3255bfef95601890afd80709","tree":{"sha":"4b825dc642'
        b'cb6eb9a060e54bf8d69288fbee4904"},"sku":"SKU-0012-AB","etag":"\\"33a64df5\\""}',
    ),
    "public key": (
        "text/plain",
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me@host\n-----BEGIN PUBLIC KEY-----"
        b"\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n",
    ),
    "keys by name": (
        "application/json",
        b'{"public_key":"MIIBIjANBgkqhkiG9w0B","key":"value-1","keys":["a1b2c3d4"],'
        b'"key_id":"k-123456","token_endpoint":"https://h/token","secretName":"db-1"}',
    ),
    "oidc discovery": (
        "application/json",
        b'{"token_endpoint":"https://h/oauth/token","jwks_uri":"https://h/jwks",'
        b'"token_endpoint_auth_methods_supported":["client_secret_basic"]}',
    ),
    "dates": ("application/json", b'{"token_expires_at":"2024-01-01T00:00:00Z"}'),
    "named pair": ("application/json", b'{"name":"Accept","value":"a1b2c3d4e5f6"}'),
    "number and letters": (
        "application/json",
        '{"token":"1234567890","plex_token":"schlüsselwörter"}'.encode(),
    ),
    "columns without a secret": ("text/csv", b"id,max tokens\n1,a1b2c3d4e5f6g7h8\n"),
    "columns without a value": ("text/csv", b"id,password\n1,\n2,null\n3,is wrong\n"),
    "csv": ("text/csv", b"id,name\n1,a1b2c3d4e5f6g7h8\n"),
    "mail": ("text/plain", b"someone@example.com https://example.com/@someone"),
    "base64 of JSON": (
        "application/json",
        b'{"page":"%b"}' % base64.b64encode(b'{"id":1,"name":"a1b2c3d4e5f6"}'),
    ),
    # Files
    "crate": ("application/octet-stream", gzip.compress(_tar(_SOURCE))),
    "tgz": ("application/gzip", gzip.compress(_tar(_SOURCE))),
    "gz of a text": ("application/octet-stream", gzip.compress(_SOURCE["lib.rs"])),
    "tar": ("application/x-tar", _tar(_SOURCE)),
    "tar without a type": ("", _tar(_SOURCE)),
    "wheel": ("application/octet-stream", _zip(_SOURCE)),
    "zip": ("application/zip", _zip(_SOURCE)),
    "docx": ("application/vnd.openxmlformats-officedocument", _zip(_SOURCE)),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + _CHUNK + _PIXELS),
    "png without a type": ("", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + _CHUNK + _PIXELS),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + _CHUNK + _PIXELS),
    "gif": ("image/gif", b"GIF89a\1\0\1\0" + _CHUNK),
    "webp": ("image/webp", b"RIFF\1\0\0\0WEBP" + _CHUNK),
    "pdf": ("application/pdf", b"%PDF-1.7\n<</Password (x)>>" + _CHUNK),
    "font": ("font/woff2", b"wOF2\0\1\0\0" + _CHUNK),
    "sentences about accounts": (
        "text/markdown",
        b"Machine learning, or machine assisted password cracking.\nSee the login page"
        b" password policy: an account needs password protection, and no account has"
        b" password hints!\nset account password (optional).\n",
    ),
    "code with optional chaining": (
        "text/javascript",
        b"if(a?.secret===b?.secret)return;ok=e?.password=='abc12345';f(token=t?.access_t"
        b"oken)\nthis.auth={token:n?.access_token, password: process.env?.DB_PASSWORD};"
        b"\nlogin(password=user?.password2)\n",
    ),
    "optional chaining in JSON": (
        "application/json",
        b'{"code": "token=t?.access_token", "a": "a?.password===b?.password"'
        b', "b": "password: process.env?.DB_PASSWORD"}',
    ),
    "font without a type": ("", b"\0\1\0\0\0\x0f" + _CHUNK),
    "mp3": ("audio/mpeg", b"ID3\4\0" + _CHUNK),
    "mp4": ("video/mp4", b"\0\0\0\x18ftypmp42" + _CHUNK),
    "wasm": ("application/wasm", b"\0asm\1\0\0\0" + _CHUNK),
    "elf": ("application/octet-stream", b"\x7fELF\2\1\1\0" + _CHUNK),
    "class": ("", b"\xca\xfe\xba\xbe\0\0\0\x34" + _CHUNK),
    "pack": ("application/x-git-upload-pack-result", b"0008NAK\nPACK\0\0\0\2" + _CHUNK),
    "sqlite": ("", b"SQLite format 3\0" + _CHUNK),
    "parquet": ("", b"PAR1\x15\0" + _CHUNK),
    "model": ("application/octet-stream", b"GGUF\3\0\0\0" + _CHUNK),
    "xz": ("", b"\xfd7zXZ\0" + _CHUNK),
    "zstd": ("", b"(\xb5/\xfd\0" + _CHUNK),
    "bz2": ("", b"BZh91AY&SY\0" + _CHUNK),
    "7z": ("", b"7z\xbc\xaf\x27\x1c\0" + _CHUNK),
    "deb": ("application/vnd.debian.binary-package", b"!<arch>\n" + _CHUNK),
    "other binary": ("application/octet-stream", b"\0\1\2\3" + _CHUNK + b"\0"),
    "bytes of protobuf": ("application/x-protobuf", b"\n\x1f\0\1" + _CHUNK[28:]),
    "deflated data": ("application/octet-stream", zlib.compress(_CHUNK)),
    "grpc": ("application/grpc", b'\0\0\0\0\x1e\n\x1c{"next_token":"a1b2c3d4e5f6"}'),
}  # fmt: skip

HEADERS: dict[str, str] = {
    "WWW-Authenticate": 'Bearer resource_metadata="https://h/.well-known/oauth-prote'
    'cted-resource", error="invalid_token"',
    "Idempotency-Key": "5d1e3a4b-91c2-4000-8000-abcdefabcdef",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "X-Cache-Key": "/v1/things?a=1",
    "Surrogate-Key": "a1 b2 c3",
    "X-Partition-Key": "a1b2c3d4",
    "X-Next-Page-Token": "a1b2c3d4e5f6",
    "X-Ms-Continuation-Token": "a1b2c3d4e5f6",
    "X-Ratelimit-Remaining-Tokens": "149984",
    "Cookie": "theme=dark; lang=en-US; consent=accepted; tz=Europe/Berlin; n=12",
    "Set-Cookie": "theme=dark-mode; Path=/; HttpOnly",
    "X-Authenticated-User": "somebody",
    "X-Api-Key-Id": "a1b2c3d4",
    "ETag": 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"',
    "Docker-Content-Digest": "sha256:" + "0a" * 32,
}


@pytest.mark.parametrize("name", BODIES)
def test_an_ordinary_body_stays_byte_for_byte(name: str) -> None:
    kind, body = BODIES[name]
    headers: Headers = {"Content-Type": [kind]} if kind else {}
    met = Interaction(0, Request(), Response(body=body, headers=headers))
    assert Redactor().interaction(met).response.body == body
    asked = Interaction(0, Request(body=body, headers=headers), Response())
    assert Redactor().interaction(asked).request.body == body


@pytest.mark.parametrize("name", HEADERS)
def test_an_ordinary_header_stays(name: str) -> None:
    headers = {name: [HEADERS[name]]}
    met = Interaction(0, Request(headers=headers), Response(headers=headers))
    assert Redactor().interaction(met) == met


def test_base64_without_a_secret_stays_beside_one() -> None:
    coded = base64.b64encode(b'{"id":1,"name":"a1b2c3d4e5f6"}')
    body = b'{"password":"x1y2z3","page":"%b"}' % coded
    kept = Redactor().message(body)
    assert kept == body.replace(b"x1y2z3", b"[REDACTED:password]")


def test_ordinary_values_are_not_learned() -> None:
    redactor = Redactor()
    body = b'{"token":"user_profile","pwd":"/srv/app","password":"is too short"}'
    url = "https://h/?key=user_profile&theme=dark-mode"
    headers = {"Cookie": ["theme=dark-mode; sessiontype=user_profile"]}
    met = Interaction(0, Request(url=url, body=body, headers=headers), Response())
    redactor.interaction(met)
    assert list(redactor.memory.since(0)) == []


@pytest.mark.parametrize(
    "body",
    [
        '{"errors": {"password": "%s"}}',  # opaque: it is no message
        '{"errors": {"password": "hunter2"}}',
        '{"error": {"request": {"password": "hunter2-x"}}}',
        '{"errors": [{"value": "hunter2-x", "path": "password"}]}',
        '{"errors": {"password": {"value": "hunter2-x"}}}',
        '{"errors": {}, "password": "hunter2-x"}',
        '{"errors": null, "password": "hunter2-x"}',
        '{"errors": ["expected {"], "password": "hunterhunter"}',
        '{"errors": [{"m": "a \\"[{"}], "password": "hunterhunter"}',
        '{"x": "{\\"errors\\": [\\"[\\"], \\"password\\": \\"hunterhunter\\"}"}',
        '{"password": "Passwort-x"}',
        '{"password": "too_hunter_short"}',
        '{"password": "hunter-password"}',
        '{"password": "hunter rides on mars"}',
        '{"password": "mein hunter ist braun"}',
        '{"password": "Le hunter est noir"}',
        '{"password": "apfel hunter zu tisch wolke"}',
        '{"password": "mój hunter nie śpi"}',
        '{"password": "il hunter è nero"}',
        '{"password": "мой hunter не спит"}',
        "<a><password>hunter2-x</password></a>",
        '<a><password>{"key": "hunter2-x"}</password></a>',
        '<a><password>hunter2"x</password><token>hunter2-xx</token></a>',
        '<a><password>hunter2"}x</password><token>hunter2",x</token></a>',
        '<a><password>hunter2",x"y</password><token>hunter2"]"x</token></a>',
        "<a><password>\n\n  hunter2-x\n</password></a>",
        "<a><password>\r\n hunter2-x\r\n\r\n</password></a>",
        '{"xml": "<a><password>hunter2-x</password></a>"}',
        '{"xml": "<a b=\\"c\\"><password>hunter2-x</password></a>"}',
        "<a><password>\n  hunter2-x\n</password></a>",
    ],
)
def test_a_secret_beside_what_is_said_is_hidden(body: str) -> None:
    clean = Redactor().message(body.replace("%s", "q7Rk2Zp9Wm4Xc8Vb3Nt6").encode())
    assert b"[REDACTED" in clean
    assert not [each for each in (b"hunter", b"q7Rk", b"Passwort") if each in clean]


def test_what_is_said_is_not_learned() -> None:
    redactor = Redactor()
    body = json.dumps([{"password": each} for each in SAID_OF_PASSWORDS]).encode()
    assert redactor.message(body) == body
    assert list(redactor.memory.since(0)) == []


def test_harmless_variables_are_none() -> None:
    environment = {
        "KEY_VAULT_NAME": "my-vault-of-2024",
        "TOKEN_TYPE": "access_token_v2",
        "AUTH_METHOD": "oauth2-device",
        "SECRET_ARN": "arn:aws:secretsmanager:eu:1:secret:x",
        "SERVICE_KEY": "my-vault",
        "GRANT_TOKEN": "access_token",
        "API_TOKEN_URL": "https://h/oauth/token",
        "SIGNING_KEY": "/run/keys/signing.pem",
        "DEPLOY_KEY": "/Users/Somebody/DeployKey2024ForProduction",
        "GIT_AUTH": "somebody@git.example",
        "SECRET_MANAGER_PROJECT": "my-project-4711",
        "AZURE_KEY_VAULT": "kv-prod-01",
        "SECRETS_BACKEND": "airflow.secrets.gcp.Manager",
        "TOKEN_SERVICE": "sts.eu-central.example.com",
        "SECRET_STORE": "projects/12345/secrets",
    }
    assert list(Redactor(environment=environment).memory.since(0)) == []


@pytest.mark.parametrize("name", ["id_token", "note", "access_token", "password"])
def test_a_kept_form_is_kept_wherever_it_stands(name: str) -> None:
    body = json.dumps({name: JWT, "x": JWT}).encode()
    redactor = Redactor(Rules(keep=("jwt",)))
    assert redactor.message(body) == body
    url = f"https://h/?{name}={JWT}"
    assert redactor.request(Request(url=url)).url == url


def test_a_kept_form_that_only_begins_is_not_one() -> None:
    redactor = Redactor(Rules(keep=("jwt",)))
    body = f"eyJ is how {JWT} begins".encode()
    assert redactor.message(body) == body


def test_what_is_named_after_its_place_may_be_a_secret() -> None:
    environment = {
        "DEPLOY_TOKEN_PROJECT": "q7Rk2Zp9Wm4Xc8Vb3Nt6",
        "DB_PASSWORD_CLUSTER": "hunter2-x9",
        "SECRET_KEY_STAGE": "correct4horse",
    }
    known = {*Redactor(environment=environment).memory.since(0)}
    assert {each.encode() for each in environment.values()} <= known


@pytest.mark.parametrize(
    "expression",
    [
        *("${t.token}", "${token}", "${getToken()}", "${encodeURIComponent(t.token)}"),
        *('${t["token"]}', "${this.auth?.token}", "${tokens[0]}", "#{config.api_key}"),
        *("${t!.token}", "{{ token.value }}", "{{token}}", "$(t.token)", "${a}${b.c}"),
    ],
)
@pytest.mark.parametrize("around", ["fetch(`%s`)", "fetch(`%s&x=1`)", "`%s#top`", "%s"])
def test_an_expression_in_a_template_is_no_secret(expression: str, around: str) -> None:
    body = (around % f"/a?token={expression}").encode()
    assert Redactor().message(body) == body
    login = (around % f"https://me:{expression}@h/a").encode()
    assert Redactor().message(login) == login


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("${TOKEN:-hunter2-x9}", "`)"),
        ('${t?.token ?? "hunter2-x9"}', "`)"),
        ("hunter2-x9${t.token}y8z7", "&x=1`"),
        ("${t.token}hunter2-x9", "`"),
        ("hunter2`x9", "`,"),
        ("hunter2-x9", "` is read"),
        ('$(cut -d"=" -f2 hunter2-x9)', '"'),
    ],
)
def test_what_is_a_secret_beside_an_expression_goes_whole(
    value: str, rest: str
) -> None:
    clean = Redactor().message(f"`/a?token={value}{rest}".encode())
    assert clean == f"`/a?token=[REDACTED:token]{rest}".encode()
