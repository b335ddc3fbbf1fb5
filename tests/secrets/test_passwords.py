"""Passwords that people make up, which are not letters by chance: in lists of words, in
commands, settings and connection strings; and what stands there and is none."""

# ruff: noqa: E501 # texts are easier to compare in one piece

from base64 import b64encode
from urllib.parse import quote

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

PASSWORD = "Tr0ub4dor-x9K2"
KEY = "q7Rk2Zp9Wm4Xc8Vb3Nt6"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
UUID = "3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e"

#: %s is a password, %k a key, %h digits in hex, %u a UUID.
TEXTS = {
    # Options, also among the words of a list
    "words": '{"cmd": ["mysql", "--user", "me", "--password", "%s", "--db", "d"]}',
    "words, lines": '{"args": [\n  "--db-password",\n  "%s",\n  "--verbose"\n]}',
    "words in a string": '{"body": "{\\"args\\": [\\"--api-key\\", \\"%s\\"]}"}',
    "words of Docker": 'FROM x\nCMD ["server", "--password", "%s"]\n',
    "words of Python": "subprocess.run(['x', '--password', '%s', '-v'])\n",
    "variables with angles": '{"Env": ["DB_PASSWORD=<%s", "SMTP_PASSWORD=a9>%s<", "API_KEY=x<%k"]}',
    "PASS of YAML": "env:\n  USER: me\n  PASS: %s\nb: 1\n",
    "PASS of YAML, quoted": "PASS: '%s'\nc:\n  PASS: \"%k\"\n",
    "PASS of YAML, alone": "PASS: %s\n",
    "PASS in a string": '{"m": "HOST: h\\nPASS: %s\\nPORT: 3"}',
    "PASS as an argument": '{"query": "mutation { f(PASS: \\"%s\\") }"}',
    "words of YAML": "args:\n    - --password\n    - %s\n    - --verbose\n",
    "words of YAML, quoted": "command: ['x', '--token', '%k']\n",
    "option, quoted": "wget --user me --password '%s' https://h/\n",
    "option, one dash": "vault write x -token %k y\n",
    "option of PowerShell": "Connect-Thing -User me -Password '%s' -Force\n",
    "option of PowerShell, bare": "Connect-Thing -Password %s -Force\n",
    "option of PowerShell, colon": 'Connect-Thing -ApiKey:"%k"\n',
    # Commands whose words have no name
    "docker login, words": '["docker", "login", "-u", "me", "-p", "%s", "r.example"]',
    "curl, words": '["curl", "-u", "me:%s", "https://h/"]',
    "curl, words of Python": "run(['curl', '-u', 'me:%s', 'https://h/'])\n",
    "curl, words in a string": '{"body": "[\\"curl\\", \\"-u\\", \\"me:%s\\"]"}',
    "mysql, words": '["mysql", "-u", "root", "-p%s", "db"]',
    "redis-cli, lines": '[\n  "redis-cli",\n  "-h",\n  "h",\n  "-a",\n  "%s"\n]',
    "vault login": "$ vault login %k\n",
    "vault login, words": '["vault", "login", "%k"]',
    "snyk auth": "snyk auth %u\n",
    "bw login": "bw login me@h.example %s --raw\n",
    "mc alias": "mc alias set a https://h me %s\n",
    "poetry": "poetry config pypi-token.pypi %k\npoetry config http-basic.a me %s\n",
    "doctl": "doctl auth init -t %k\n",
    "gh": "gh secret set API --body %k\n",
    "pipe": "echo %s | docker login -u me --password-stdin\n",
    "pipe, quoted": "echo -n '%s' | helm registry login h --password-stdin\n",
    "pipe of gh": 'echo "%k" | gh auth login --with-token\n',
    "pipe of sudo": "printf %s | sudo -S ls\n",
    "here-string": "docker login -u me --password-stdin <<< %s\n",
    "here-document": "docker login --password-stdin <<EOF\n%s\nEOF\n",
    "secure string": '$p = ConvertTo-SecureString "%s" -AsPlainText -Force\n',
    "secure string, named": "ConvertTo-SecureString -AsPlainText -String '%s'\n",
    "certificate": "curl --cert c.pem:%s https://h/\n",
    "npm config": "npm config set //registry.npmjs.example/:_authToken %k\n",
    "cookies of curl": "curl 'https://h/' -b 'a=1; session=%k; theme=dark'\n",
    "cookies of curl, long": "curl --cookie session=%k https://h/\n",
    # Settings
    "values of helm": "helm install x y --set auth.rootPassword=%s,image.tag=1\n",
    "literal of kubectl": "kubectl create secret generic x --from-literal=password=%s\n",
    "systemd": "[Service]\nEnvironment=DB_PASSWORD=%s\n",
    "netrc, account": "machine h\nlogin me\naccount a\npassword %s\n",
    "netrc, no login": "machine h password %s login me\n",
    "pass of Ansible": "ansible_become_pass: %s\n",
    "pass of Ansible, host": "h ansible_ssh_pass=%s\n",
    "pass of a string": '{"a": "{\\"smtp_pass\\": \\"%s\\"}"}',
    "pass of Python": "{'user': 'me', 'pass': '%s'}\n",
    "pass of rclone": "[a]\ntype = webdav\npass = %s\n",
    "pass of XML": "<server><user>me</user><pass>%s</pass></server>",
    "pass of XML, attribute": '<Pass encoding="base64">%s</Pass>',
    "passes of a variable": "SSHPASS=%s sshpass -e ssh h\n",
    "gradle": "credentials {\n    username 'me'\n    password '%s'\n}\n",
    "setx": 'setx DB_PASSWORD "%s"\n',
    "nginx": 'proxy_set_header X-Api-Key "%s";\n',
    "ldap, colon": "rootpw: %s\n",
    "anchor of YAML": "password: &p %s\n",
    "wp-config": "define( 'AUTH_KEY', '%s' );\n",
    "rails": "secret_key_base: %k\n",
    "xmlrpc": "<member>\n  <name>password</name>\n  <value>\n    <string>%s</string>\n  </value>\n</member>",
    # Variables of build services
    "pair in a form": "key=DB_PASSWORD&value=%s&masked=true",
    "pair in a form, nested": "variables[][key]=DB_PASSWORD&variables[][value]=%s",
    "pair with values": '{"key": "API_TOKEN", "values": [{"context": "all", "value": "%k"}]}',
    "flag": '{"FOO": {"isSecret": true, "value": "%s"}}',
    "flag, object": '{"sensitive": true, "type": "object", "value": {"a": "%k"}}',
    # Heads in files of recorders
    "scheme in YAML": "    Authorization:\n        - token %k\n",
    "scheme in YAML, parameters": "    Authorization:\n    - Digest username=me, response=%h\n",
    "basic in YAML": "      Authorization:\n      - Basic bWU6%s\n",
    "cookie in YAML": "      Cookie:\n      - sid=%k; a=1\n",
    "cookies in YAML": "      Set-Cookie:\n      - session=%k; Path=/\n",
    "cookie in a pair": '{"headers": [{"name": "Cookie", "value": "a=1; session=%k"}]}',
    "header that no standard has": '{"headers": [{"name": "X-Functions-Key", "value": "%k"}]}',
    "header that no standard has, small": "x-functions-key: %k\n",
    "token of aria2": '{"method": "aria2.addUri", "params": ["token:%k", ["http://x"]]}',
    # Connection strings
    "ADO, first": "Password=%s;User Id=me;Server=h",
    "ADO, blanks": "Server = h; User Id = me; Pwd = %s ; X=1",
    "ODBC": "Driver={ODBC};Pwd=%s;Uid=me",
    "ODBC, braces": "Driver={X};Server=h;Uid=me;Pwd={a;%s};",
    "JDBC, parentheses": "jdbc:mysql://address=(host=h)(user=me)(password=%s)/d",
    "Redis": "h:6380,password=%s,ssl=True,abortConnect=False",
    # Addresses, and forms
    "ticket": "https://h/auth/?ticket=%k",
    "sign": "https://h/k?sign=%k",
    "presigned form": '{"fields": {"key": "k", "x-amz-signature": "%h%h"}}',
    "offer": '{"pre-authorized_code": "%k", "tx_code": {}}',
    "SSH2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: x\n%h%h\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
    "OpenVPN": "-----BEGIN OpenVPN Static key V1-----\n%h\n%h\n-----END OpenVPN Static key V1-----\n",
    "DSA": "-----BEGIN DSA PRIVATE KEY-----\n%k%k\n-----END DSA PRIVATE KEY-----\n",
}  # fmt: skip

#: What stands in such places and is no secret.
ORDINARY = {
    "manual": "  --password PASSWORD  --token string  the token\n  --api-key=<key>  -Password $p --password-stdin\n",
    "words": '["--password", "--token", "-v"], ["--password", "$PASSWORD"], ["--token", "{{ token }}"]\n',
    "words of code": "['--token', args.token], [\"--password\", opts[1]]\n",
    "words of files": "args:\n  - --password-file\n  - /run/secrets/db-1\n  - --token-ttl\n  - 24h30m10s\n",
    "schemes": '{"schemes": ["http", "https"], "modes": ["auth", "login", "-p", "%s"]}',
    "pipes": "echo a1b2c3d4 | grep -i password\necho $TOKEN | docker login --password-stdin\nprintf '%d' x1y2z3w4 > f\n",
    "commands": "vault login failed\nvault login -method=oidc\nsnyk auth\nConvertTo-SecureString $env:PASS -AsPlainText\ngh secret set API < file1234\n",
    "here-document": "cat <<EOF\nx1y2z3w4\nEOF\n",
    "minified": "a.token=e.data1;b=2;n.password=t.value12;o=3;c.pass=s.next1;d=4\n",
    "passes": '{"boarding_pass": "Gate 12", "first_pass": "2024-01-01", "render_pass": "opaque", "multiPass": 3, "bypass": "q7Rk2Zp9Wm4X"}',
    "passes of a test": "pass = 12\npass: 3 of 4\n<pass>12</pass>\n42 pass 3 fail\npass \"it is so\"\n",
    "verdicts of tests": "PASS: tests/check-foo-2\nPASS: t0001-init.sh\n--- PASS: TestInterruptor\n\"PASS: CopyFileToRemote\"\nFAIL: smoke-test-7\n",
    "verdicts of tests, in a string": '{"log": "FAIL: a-1x\\nPASS: smoke-test-7\\n# TOTAL: 2", "b": "PASS: tests/t0001-x.py"}',
    "verdict of a test of Go": "=== RUN x\n--- PASS: TestX/case_7-q9 (0.00s)\n",
    "pairs": "key=theme&value=dark&x=1 name=password_hint&value=dog name=token&value=12",
    "keys": "x-cache-key: q7Rk2Zp9Wm4Xc8Vb3Nt6\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\ndata-key=\"q7Rk2Zp9Wm4Xc8Vb3Nt6\" X-Sort-Key: a\n",
    "names with colons": '["token:Bearer", "secret:name", "password:required", "arn:aws:x:secret:MyDatabaseSecret-a1b2c3"]',
    "prose": "Your machine translation password policy\npassword rules-1\nPassword 'x' is wrong\n",
    "lists of pairs": "(user=me)(mail=a@h)(token=) h:80,a=1,b=2 --set a=1,b=2\n",
    "keys to the public": "-----BEGIN PUBLIC KEY-----\nq7Rk2Zp9Wm4Xc8Vb3Nt6\n-----END PUBLIC KEY-----\n---- BEGIN SSH2 PUBLIC KEY ----\nq7Rk2Zp9Wm4Xc8Vb3Nt6\n---- END SSH2 PUBLIC KEY ----\n",
    "tickets": "https://h/?ticket=1234567&sign=in&sign=aries https://h/?ticket=SUPPORT-2024-1234",
}  # fmt: skip


def kept(body: str) -> str:
    met = Interaction(0, Request(), Response(body=body.encode()))
    return Redactor().interaction(met).response.body.decode()


@pytest.mark.parametrize("name", TEXTS)
def test_none_stays(name: str) -> None:
    text, values = TEXTS[name], {"%s": PASSWORD, "%k": KEY, "%h": HEX, "%u": UUID}
    body = text
    for mark, value in values.items():
        body = body.replace(mark, value)
    clean = kept(body)
    assert not [each for each in values.values() if each in clean], clean
    assert "[REDACTED:" in clean
    assert kept(clean) == clean


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_ordinary_stays(name: str) -> None:
    assert kept(ORDINARY[name]) == ORDINARY[name]


def test_what_stands_beside_a_secret_stays() -> None:
    for before, after in (
        ('["x", "--password", "', '", "--db", "d"]'),
        ("args:\n- --password\n- ", "\n- --verbose\n"),
        ("key=DB_PASSWORD&value=", "&masked=true"),
        ("h:6380,password=", ",ssl=True,abortConnect=False"),
        ("helm install x --set a.password=", ",image.tag=1\n"),
        ("Password=", ";User Id=me;Server=h"),
        ("echo ", " | docker login -u me --password-stdin\n"),
        ("jdbc:mysql://address=(user=me)(password=", ")/d"),
    ):
        clean = kept(before + PASSWORD + after)
        assert clean.startswith(before + "[REDACTED:")
        assert clean.endswith("]" + after)


def test_a_value_in_a_form_is_known_decoded_elsewhere() -> None:
    value = "a+b/c=" + KEY
    body = f"key=API_TOKEN&value={quote(value, safe='')}\n\nand {value} too"
    assert KEY not in kept(body)


def test_a_macaroon_in_a_header_is_left_out() -> None:
    met = Request(
        headers={"Grpc-Metadata-macaroon": [b64encode(KEY.encode()).decode()]}
    )
    assert Redactor().request(met).headers == {}


def test_a_message_of_one_format_is_not_read_as_one_of_another() -> None:
    """``g`` before ``in_pass`` is its length in CBOR."""
    body = b"\x81\xa9log_in_pass\xa4four"
    met = Interaction(
        0,
        Request(),
        Response(body=body, headers={"Content-Type": ["application/msgpack"]}),
    )
    assert Redactor().interaction(met).response.body == body


def test_a_long_name_of_a_number_has_no_text() -> None:
    body = b"\xd9\x22the_last_day_of_the_users_password\x07 and so on\0"
    kind = {"Content-Type": ["application/msgpack"]}
    met = Interaction(0, Request(), Response(body=body, headers=kind))
    assert Redactor().interaction(met).response.body == body
