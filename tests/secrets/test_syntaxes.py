"""Secrets planted in the syntaxes of files, tools and languages; and what is none."""

# ruff: noqa: E501 # texts are easier to compare in one piece

from base64 import b64encode

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

SECRET = "q7Rk2Zp9Wm4Xc8Vb3Nt6"
CODED = b64encode(SECRET.encode()).decode()
PAIR = b64encode(f"someone:{SECRET}".encode()).decode()

#: %s is the secret, %6 its base64, %B the base64 of a user and it.
TEXTS = {
    "toon kv": "user:\n  id: 5\n  password: %s\n  name: x\n",
    "toon table": "users[2]{id,password}:\n  1,%s\n  2,none\n",
    "toon table2": 'users[2]{id,apiKey,role}:\n  1,%s,admin\n  2,"%s",admin\n',
    "jsonc": '{\n  // secret\n  "api_key": /* k */ "%s", // x\n}\n',
    "json5 unquoted": "{ apiKey: '%s', b: 1 }",
    "json5 sq": "{ 'apiKey': '%s', b: 1 }",
    "hcl": 'provider "x" {\n  api_token = "%s"\n}\n',
    "hcl map": 'variables = {\n  "db_password" = "%s"\n}\n',
    "hcl var default": 'variable "db_password" {\n  type = string\n  default = "%s"\n}\n',
    "proto text": 'account {\n  user: "a"\n  password: "%s"\n}\n',
    "proto text sq": "account { api_key: '%s' }",
    "proto text msg": 'secret { value: "%s" }\n',
    "cbor diag": '{"client_secret": "%s", 1: h\'00\'}',
    "env list yaml": "environment:\n  - DB_PASSWORD=%s\n  - A=b\n",
    "env list yaml q": 'environment:\n  - "DB_PASSWORD=%s"\n  - A=b\n',
    "env list json": '{"Env":["PATH=/usr/bin","DB_PASSWORD=%s"]}',
    "k8s secret": "apiVersion: v1\nkind: Secret\ndata:\n  password: %6\n",
    "k8s secret stringData": "kind: Secret\nstringData:\n  token: %s\n",
    "k8s secret json": '{"kind":"Secret","data":{"password":"%6"}}',
    "docker config": '{"auths":{"https://index.docker.io/v1/":{"auth":"%B"}}}',
    "npmrc": "//registry.npmjs.org/:_authToken=%s\n",
    "npmrc, short": "//npm.example:4873/a/:_authToken=%s4q\n//npm.example/:_password=x-%s\n",
    "npmrc auth": "_auth=%B\n",
    "pypirc": "[pypi]\nusername = __token__\npassword = %s\n",
    "input": '<input type="password" name="wpaPSK" value="%s"><input value="%s" type=password>',
    "input, capitals": "<INPUT TYPE=PASSWORD NAME=f3 VALUE=%s>",
    "parameter of a type": '<param name="f3" type="password">%s</param>',
    "setting of a type": '{"name": "f3", "type": "password", "value": "%s", "n": 1}',
    "setting of a type, behind": '{"value": "%s", "type": "password"}',
    "setting of a type, default": '{"variable": "x", "type": "password", "default": "%s"}',
    "fragment of a route": '<a href="https://app.test/#/access_token=%s&x=1">x</a>',
    "fragment of a route, old": '{"url": "https://app.test/#!/id_token=%s&x=1"}',
    "property": "stripe.api.key=%s\nb=1\n",
    "property, yaml": "stripe.api.key: %s\nb: 2\n",
    "property, json": '{"ssl.private.key": "%s", "n": 1}',
    "git extraheader": "http.extraheader=AUTHORIZATION: basic %B\n",
    "aws ini heredoc": "cat > ~/.aws/credentials <<EOF\n[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLX\naws_secret_access_key = %s\nEOF\n",
    "wsse": '<wsse:Security><wsse:UsernameToken><wsse:Username>a</wsse:Username><wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/x#PasswordText">%s</wsse:Password></wsse:UsernameToken></wsse:Security>',
    "wsse bst": '<wsse:BinarySecurityToken ValueType="x509" EncodingType="b">%s</wsse:BinarySecurityToken>',
    "saml form": '<form><input type="hidden" name="SAMLResponse" value="%s"/></form>',
    "saml artifact": "SAMLart=%s&RelayState=x",
    "scim": '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","password":"%s"}',
    "scim patch": '{"Operations":[{"op":"replace","path":"password","value":"%s"}]}',
    "json patch": '[{"op":"add","path":"/config/apiKey","value":"%s"}]',
    "ldif": "dn: cn=a\nuserPassword: %s\n",
    "ldif b64": "dn: cn=a\nuserPassword:: %6\n",
    "ldif hash": "dn: cn=a\nuserPassword: {SSHA}%s\n",
    "systemd": '[Service]\nEnvironment="DB_PASSWORD=%s"\nEnvironment=API_KEY=%s\n',
    "xml attr pair": '<add key="ApiKey" value="%s" />',
    "xml attr pair turned": '<add value="%s" key="ApiKey" />',
    "xml name/value els": "<property><name>db.password</name><value>%s</value></property>",
    "postman var": '{"key":"apiKey","value":"%s","type":"secret"}',
    "postman auth": '{"auth":{"type":"bearer","bearer":[{"key":"token","value":"%s","type":"string"}]}}',
    "har cookie": '{"cookies":[{"name":"sessionid","value":"%s"}]}',
    "har header": '{"headers":[{"name":"X-Api-Key","value":"%s"}]}',
    "graphql arg": '{"query":"mutation { login(user: \\"a\\", password: \\"%s\\") { id } }"}',
    "graphql bare": 'mutation { login(user: "a", password: "%s") { id } }',
    "curl -u": "curl -u admin:%s https://h/x\n",
    "curl --user": "curl --user admin:%s https://h/x\n",
    "curl -H": 'curl -H "X-Api-Key: %s" https://h/x\n',
    "mysql -p": "mysql --user=root --password=%s db\n",
    "sshpass": "sshpass -p '%s' ssh me@h\n",
    "docker login": "docker login -u me -p %s registry.example\n",
    "helm registry login": '{"run": "helm registry login registry.example -u me -p \\"%s\\""}',
    "az login": "az login --service-principal -u a -p=%s --tenant b\n",
    "mysql -pX": "mysqldump -h h -uroot -p%s db | gzip\nmysql -p'%s'\n",
    "mongosh": "mongosh h/d -u me -p %s --authenticationDatabase admin\n",
    "redis-cli": "$ redis-cli -h h -a %s ping\n",
    "ldapsearch": "ldapsearch -x -D cn=me -w %s -b dc=h\n",
    "sqlcmd": "sqlcmd -S h -U sa -P '%s' -Q x\n",
    "smbclient": "smbclient //h/s -U me%%s -c ls\n",
    "lftp": "lftp -u me,%s h\n",
    "zip -P": "unzip -P %s a.zip\n",
    "keytool": "keytool -list -storepass %s\njarsigner -keypass %s a.jar\n",
    "openssl": "openssl rsa -in k -passin pass:%s\n",
    "htpasswd": "htpasswd -bc file me %s\n",
    "rabbitmqctl": "rabbitmqctl add_user me %s\n",
    "net use": "net use x: \\\\h\\s /user:me %s\r\n",
    "http -a": "http -a me:%s GET h/x\nhttps --auth=me:%s h\n",
    "twine": "twine upload -u __token__ -p %s dist/*\n",
    "psql": "psql postgresql://me:%s@h/d\nPGPASSWORD=%s psql -h h\n",
    "link of a password": "Hi! https://h.example/reset-password/%s\n",
    "link of a password, whose": "https://h.example/accounts/reset/MQ/%s/ https://h/password/reset/%s.\n",
    "link of a password, UUID": "/magic-link/%s /set_password/%s\n",
    "link in PHP's JSON": '{"url": "https:\\/\\/h.example\\/verify-email\\/17\\/%s"}',
    "link in a mail": "<p><a href=\"https://h.example/invite/%s\">Join</a> or <a href='https://h.example/unsubscribe/me/%s?x=1'>not</a>",
    "link, percent-encoded": "https://h/login?next=%2Fverify%2F%s&a=1",
    "link, signed": "https://h/confirm/%s.ZxY12w.%s now",
    "scheme in a form": "a=1&auth=Bearer+%s&b=2",
    "other letters": '{"token":"p\u00e455-%s","password":"\u00e4\\"%s","n":1}',
    "aws configure": "aws configure set aws_secret_access_key %s\n",
    "npm config": "npm config set //npm.example/:_authToken %s\n",
    "jdbc": "jdbc:mysql://h/x?user=me&password=%s\n",
    "odbc": "Driver={X};Server=h;Uid=me;Pwd=%s;\n",
    "go struct": 'cfg := Config{Password: "%s", A: 1}\n',
    "python dict": "{'password': '%s', 'a': 1}",
    "python kw": "connect(host='h', password='%s')\n",
    "python repr bytes": "{'password': b'%s'}",
    "ruby hash": '{:password=>"%s", :a=>1}',
    "ruby sym": '{ password: "%s" }',
    "php": "'password' => '%s',\n",
    "php define": "define('DB_PASSWORD', '%s');\n",
    "php serialized": 'a:1:{s:8:"password";s:20:"%s";}',
    "java props": "spring.datasource.password=%s\n",
    "js env": 'process.env.API_KEY = "%s";\n',
    "powershell": '$env:API_KEY = "%s"\n',
    "cmd set": "set API_KEY=%s\r\n",
    "setx": 'setx API_KEY "%s"\n',
    "fish": "set -x API_KEY %s\n",
    "csh": "setenv API_KEY %s\n",
    "toml": 'api_key = "%s"\n',
    "toml inline": 'auth = { token = "%s", a = 1 }\n',
    "toml multi": "password = '''\n%s'''\n",
    "yaml block": "password: |\n  %s\nb: 1\n",
    "yaml block fold": "password: >-\n  %s\nb: 1\n",
    "yaml flow": "{password: %s, b: 1}",
    "yaml flow2": "db: {user: a, password: %s}\n",
    "yaml name value": "- name: DB_PASSWORD\n  value: %s\n",
    "yaml value first": "- value: %s\n  name: DB_PASSWORD\n",
    "yaml name, type, value": "- key: DB_PASSWORD\n  type: x\n  value: %s\n",
    "yaml name, folded value": "- name: DB_PASSWORD\n  value: >-\n    hunter2-%s\n",
    "yaml name value, flow": "env: [{name: A, value: b}, {name: DB_PASSWORD, value: %s}]\n",
    "yaml name value, quoted": "- {name: DB_PASSWORD, value: \"hunter2-%s\"}\n- {value: 'hunter2-%s', name: API_KEY}\n",
    "yaml value first, flow": "- {value: %s, name: DB_PASSWORD}\n",
    "value with the word in it": "{value: 'values-and-value-%s', name: password}\n",
    "cloudformation": "- ParameterKey: DbPassword\n  ParameterValue: hunter2-%s\n",
    "cloudformation in json": '{"ParameterKey":"DbPassword","ParameterValue":"%s"}',
    "cloudformation in xml": "<ParameterKey>DbPassword</ParameterKey><ParameterValue>%s</ParameterValue>",
    "cloudformation in a form": "A=b&P.member.1.ParameterKey=DbPassword&P.member.1.ParameterValue=%s&V=1",
    "cloudformation in a command": "aws deploy --overrides ParameterKey=DbPassword,ParameterValue=%s x\n",
    "beanstalk": '{"Namespace":"aws:x","OptionName":"DB_PASSWORD","Value":"%s"}',
    "hcl name value": 'env = [{ name = "DB_PASSWORD", value = "hunter2-%s" }]\n',
    "helm_release": 'set_sensitive {\n  name  = "db.password"\n  value = "%s"\n}\n',
    "proto text name value": 'env { name: "API_KEY" value: "%s" }\n',
    "js name value": '[{name: \'X-Api-Key\', value: \'hunter2-%s\'}, {\n  key: "API_KEY",\n  type: "x",\n  value: "%s",\n}]',
    "python name value": "[{'name': 'DB_PASSWORD', 'value': '%s'}, {'value': '%s', 'name': 'API_KEY'}]",
    "go name value": 'ecs.KeyValuePair{Name: aws.String("API_KEY"), Value: aws.String("%s")}',
    "commented out": "a = 1\n; password = %s\n#DB_PASSWORD=hunter2-%s\n  // apiKey=%s\n-- password = %s\nb = 2\n",
    "yaml tag": "password: !vault %s\n",
    "yaml anchor": "password: &p %s\n",
    "yaml comment": "password: %s # rotate\n",
    "yaml key quoted": '"password": %s\n',
    "csv": "id,password\n1,%s\n",
    "md table": "| id | password |\n|---|---|\n| 1 | %s |\n",
    "html dl": "<dt>Password</dt><dd>%s</dd>",
    "html table": "<tr><th>API key</th><td>%s</td></tr>",
    "html data": '<div data-api-key="%s"></div>',
    "html meta": '<meta name="csrf-token" content="%s">',
    "html meta turned": '<meta content="%s" name="csrf-token">',
    "html input turned": '<input value="%s" type="hidden" name="csrf_token">',
    "js assign": 'window.__csrfToken="%s";',
    "js obj": 'window.cfg={csrfToken:"%s",a:1}',
    "js backtick": "const apiKey = `%s`;",
    "log kv": "level=info msg=ok password=%s user=a\n",
    "log kv q": 'level=info api_key="%s" user=a\n',
    "log sentence": "Using API key: %s\n",
    "log bracket": "[password=%s]\n",
    "log paren": "connect(password=%s)\n",
    "matrix": "https://h/x;sessionid=%s/y",
    "plist": "<dict><key>ApiToken</key><string>%s</string></dict>",
    "resx": '<data name="ApiKey"><value>%s</value></data>',
    "maven settings": "<server><id>x</id><username>a</username><password>%s</password></server>",
    "gradle": "password '%s'\n",
    "gradle2": 'password "%s"\n',
    "ansible": "ansible_password=%s\n",
    "wgconf": "PrivateKey = %s\n",
    "wpa": "wpa_passphrase=%s\n",
    "s3 xml": "<Credentials><SecretAccessKey>%s</SecretAccessKey></Credentials>",
    "dotnet": '{"ConnectionStrings":{"Db":"Server=h;Database=x;User Id=a;Password=%s;"}}',
    "ini nospace": "[a]\npassword=%s",
    "ini colon": "[a]\npassword:%s\n",
    "nginx": "proxy_set_header X-Api-Key %s;\n",
    "nginx q": 'proxy_set_header X-Api-Key "%s";\n',
    "caddy": 'header_up X-Api-Key "%s"\n',
    "http raw": "GET / HTTP/1.1\r\nHost: h\r\nX-Api-Key: %s\r\n\r\n",
    "http raw cookie": "HTTP/1.1 200 OK\r\nSet-Cookie: sessionid=%s; Path=/\r\n\r\n",
    "http raw auth": "GET / HTTP/1.1\r\nAuthorization: Token %s\r\n\r\n",
    "http raw auth shared key": "DELETE /a/box/b? HTTP/1.1\r\nAuthorization: SharedKey account:%6\r\nContent-Length: 0\r\n\r\n",
    "http raw auth escaped": '{"log": "GET / HTTP/1.1\\r\\nAuthorization: SharedKey account:%6\\r\\nAccept: a\\r\\n"}',
    "sql": "CREATE USER a IDENTIFIED BY '%s';\n",
    "sql2": "ALTER USER a WITH PASSWORD '%s';\n",
    "edn": '{:password "%s" :a 1}',
    "netrc, quoted": 'machine h login a password ;"%s\n',
    "call, nameless": '("API_KEY","%s")',
    "toon, two columns": "users[2]{password,apiKey}:\n  %s,%s\n  none,null\n",
    "netrc": "machine h login a password %s\n",
    "tf output": '{"db_password":{"sensitive":true,"type":"string","value":"%s"}}',
    "vault kv": '{"data":{"data":{"password":"%s"},"metadata":{}}}',
    "sec mgr": '{"SecretString":"{\\"password\\":\\"%s\\"}"}',
    "sec mgr plain": '{"Name":"x","SecretString":"%s"}',
    "sec mgr binary": '{"SecretBinary":"%s"}',
    "dynamo": '{"Item":{"password":{"S":"%s"}}}',
    "firestore": '{"fields":{"apiKey":{"stringValue":"%s"}}}',
    "github jit": '{"runner":{},"encoded_jit_config":"%s"}',
    "mcp auth": '{"registration_access_token":"%s","client_id":"a"}',
    "device": '{"device_code":"%s","user_code":"WDJB-MJHT"}',
    "openai eph": '{"client_secret":{"value":"%s","expires_at":1}}',
    "anthropic err": '{"error":{"message":"Incorrect API key provided: %s. You can"}}',
    "recovery": '{"recovery_codes":["%s"]}',
    "x-goog-signature": "https://storage.googleapis.com/b/o?X-Goog-Signature=%s\n",
    "list of passwords": '{"passwords":["%s"]}',
    "list of keys": '{"apiKeys": ["%s"], "n": 1}',
    "list of tokens": '{"refresh_tokens": ["none", "%s"]}',
    "pass of nodemailer": '{"auth": {"user": "me", "pass": "%s"}}',
    "pass, assigned": "smtp.pass=%s\n",
    "form of .NET": "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=password\r\n\r\n%s\r\n--b--\r\n",
    "form of .NET, file": "--b\r\nContent-Disposition: form-data; name=api_key; filename=k.txt\r\n\r\n%s\r\n--b--\r\n",
    "xmlrpc": "<member><name>api_key</name><value><string>%s</string></value></member>",
    "json in html": '<div data-props="{&quot;a&quot;:1,&quot;csrfToken&quot;:&quot;%s&quot;}">',
    "xml in xml": "<a>&lt;password&gt;%s&lt;/password&gt;</a>",
    "js x22": 'JSON.parse("{\\x22apiKey\\x22:\\x22%s\\x22}")',
    "js u0022": 'JSON.parse("{\\u0022apiKey\\u0022:\\u0022%s\\u0022}")',
    "json u0022": '{"a":"{\\u0022apiKey\\u0022:\\u0022%s\\u0022}"}',
    "html input id": '<input type="hidden" id="csrf_token" value="%s">',
    "html input unquoted": "<input type=hidden name=csrf_token value=%s>",
    "html td td": "<tr><td>API key</td><td><code>%s</code></td></tr>",
    "html dt colon": "<dt>API key:</dt><dd>%s</dd>",
    "html bold": "<b>API key:</b> %s<br>",
    "php var_dump": 'array(1) {\n  ["password"]=>\n  string(20) "%s"\n}',
    "php print_r": "Array\n(\n    [password] => %s\n)\n",
    "dockerfile env": "FROM x\nENV API_KEY %s\n",
    "yaml list": "passwords:\n  - %s\napi_key:\n  - '%s'\n",
    "yaml value": "db_password:\n  value: %s\n",
    "yaml key quoted, odd": '"password": hunter2!%s\n',
    "yaml tag, odd": "password: !!str hunter2!%s\n",
    "props, dollar": "ossrhPassword=pa$$W%s\n",
    "md fields": "| field | value |\n|---|---|\n| api_key | %s |\n",
    "md marked": "- **api_key**: `%s`\n",
    "md in prose": "The token: `%s`, your API key: `%s`\n",
    "js after a word": "const apiKey = `hunter2-%s`; f({ apiKey: `hunter2-%s` })\n",
    "scopes and keys": '{"api_keys":["read:user","%s"]}',
    "csv as text, other words": "id,\u540d\u524d,password\n1,\u592a\u90ce,%s\n",
    "md set": "Set `API_KEY` to `%s`.\n",
    "ascii table": "+----+----------+\n| id | password |\n+----+----------+\n| 1  | %s |\n+----+----------+\n",
    "list of headers": '{"rawHeaders":["Host","h","X-Api-Key","%s"],"pairs":[["X-Api-Key","%s"]]}',
    "sql user": "CREATE USER 'u'@'%' IDENTIFIED BY 'hunter2!%s'",
    "cookies in json": '{"headers":{"Cookie":"theme=dark; connect.sid=s%3A%s","X":"1"}}',
    "cookies raw": "GET / HTTP/1.1\r\nHost: h\r\nCookie: a=1; sid=%s\r\n\r\n",
    "cookies, js": 'document.cookie = "sid=%s; path=/"',
    "jwk": '{"keys":[{"kty":"RSA","n":"0vx7","e":"AQAB","d":"%s","p":"%s"}]}',
    "jwk turned": '{"crv":"Ed25519","d":"%s","kty":"OKP","x":"x1"}',
    "jwk in a string": '{"x":"{\\"kty\\":\\"oct\\",\\"k\\":\\"%s\\"}"}',
    "flag": '{"key":"FOO","value":"%s","protected":true,"masked":true}',
    "flag first": '{"sensitive":true,"type":"string","value":"%s"}',
    "type": '{"Name":"/app/x","Type":"SecureString","Value":"%s","Version":1}',
    "type behind": '{"Value":"%s","Type":"SecureString"}',
    "env": '{"name":"STRIPE_KEY","value":"%s"}',
    "env line": "DEPLOY_KEY=%s\nGH_PAT=%s\n",
    "tail": '{"password1":"%s","clientSecretValue":"%s","api_key_live":"%s"}',
    "hash": '{"SECRET_HASH":"%s"}',
    "session": '{"ChallengeName":"SMS_MFA","Session":"%s"}',
    "secret id": '{"role_id":"a","secret_id":"3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e","x":{"SecretID":"%s"}}',
    "plaintext": '{"CiphertextBlob":"x","Plaintext":"%s"}',
    "preshared": "[Peer]\nPresharedKey = %s\n",
    "publish profile": '<publishProfile userName="$x" userPWD="%s"/>',
    "web push": '{"keys":{"p256dh":"x","auth":"%s"}}',
    "rails array": "https://h/x?a=1&password[]=%s&b=2",
    "token alone in a URL": "see https://%s@git.example/x.git now",
    "hash sign in a password": "x: mongodb+srv://u:S3same#%s@c.example/d",
    "oracle": "jdbc:oracle:thin:scott/%s@//h:1521/s",
    "oauth code": "https://app.example/cb?code=%s&state=xyz",
    "in other words": '{"usuario":"eu","senha":"%s","Passwort":"%s","mot_de_passe":"%s"}',
    "form in other words": "contrasena=%s&kennwort=%s&wachtwoord=%s&motDePasse=%s",
    "stated": "Hello! The password is %s, and stays so.\n",
    "stated, was": '{"message": "your API key was: %s"}',
    "stated, tags": "<p>Your API key is <b>%s</b></p><p>API key: <code>%s</code></p>",
    "httpie": "http POST h/login user:me password:%s\n",
    "httpie in json": '{"cmd": "http h api-key:%s"}',
    "csv as text": "id,user name,password\n1,me,%s\n2,you,hunter2-%s\n",
    "csv as text, quoted": '"id","api_key","n"\r\n"1","%s","2,5"\r\n',
    "csv as text, semicolons": "id;password\n1;%s\n",
    "tsv as text": "id\tpassword\tn\n1\t%s\t2\n",
    "jar": "# Netscape HTTP Cookie File\n.h.example\tTRUE\t/\tFALSE\t0\tsessionid\t%s\n",
    "jar, HttpOnly": "#HttpOnly_.h.example\tFALSE\t/a\tTRUE\t1893456000\tsid\t%s\n",
    "jar in json": '{"cookies": "h\\tTRUE\\t/\\tTRUE\\t1893456000\\tsid\\t%s\\n"}',
    "graphql block": '{"query":"mutation { login(user: \\"a\\", password: \\"\\"\\"%s\\"\\"\\") { id } }"}',
    "graphql block, lines": '{"query":"{ login(password: \\"\\"\\"\\n  %s\\n\\"\\"\\") { id } }"}',
    "cookies of Playwright": '{"cookies":[{"name":"at","value":"%s","domain":"h.example","path":"/","expires":-1,"httpOnly":true}],"origins":[]}',
    "cookies of a browser": '[{"domain":".h.example","hostOnly":false,"httpOnly":false,"name":"SSO","path":"/","value":"%s"},{"httpOnly":true,"value":"%s","name":"x"}]',
    "cookies of Firefox's HAR": '{"cookies": [\n {"name": "theme", "value": "dark"},\n {"name": "at", "value": "%s"}\n ]}',
    "cookie, flags twice": '{"name":"at","value":"%s","httpOnly":true,"x":1,"httpOnly":true}',
    "cookies in a string": '{"x":"{\\"cookies\\":[{\\"name\\":\\"at\\",\\"value\\":\\"%s\\"}]}"}',
    "cookies by name": '{"cookies":{"theme":"dark","sid":"%s","at":"%s"}}',
    "query of a HAR": '{"queryString":[{"name":"n","value":"12"},{"name":"key","value":"hunter2-%s"}]}',
    "query of a lambda": '{"queryStringParameters":{"key":"hunter2-%s","n":"1"}}',
    "postman, secret": '{"values":[{"key":"thing","value":"hunter2-%s","type":"secret"},{"type":"secret","key":"x","value":"%s"}]}',
    "secret flag": '{"name":"X","secret":true,"value":"hunter2-%s"}',
    "secret of Entra": '{"passwordCredentials":[{"keyId":"x","secretText":"~%s"}]}',
    "yaml, flow list": "passwords: [%s, none]\napi_keys: [ '%s' ] # two\nsecret: ['hunter2!', \"%s\"]\n",
    "yaml, next line": 'password:\n  hunter2-%s\nb:\n  - api_key:\n      "hunter2-%s"\n',
    "value of a property": 'db.password.value=%s\nx.client_secret.text = "%s"\n',
    "value of a form": "user[password][value]=%s",
    "list of variables with signs": '{"Env":["A=b","DB_PASSWORD=hunter2&x%s","API_KEY=it\'s&%s","SMTP_PASSWORD=a\\\\b\\"\\u00e4%s"]} -var \'db_password=x&%s\'\n',
    "dollar": '{"password":"$%s","Env":["DB_PASSWORD=$ecret99x%s"]}',
    "pass of": "ansible_ssh_pass=hunt3r!%s smtp_pass = '%s'\n",
    "commented, colon": "a: 1\n#api_key: 'x!%s'\n#password: %s\n",
    "heredoc of HCL": "password = <<-EOT\n  hunter2!%s\nEOT\n",
    "setting alone": "user me\npassword %s\nrequirepass hunter2!%s\n",
    "version": '{"access_token_v2":"%s","apiKeyV3":"%s"} https://h/x?api_key_v2=%s',
    "attribute of SAML": '<saml:Attribute Name="access_token"><saml:AttributeValue xsi:type="xs:string">%s</saml:AttributeValue></saml:Attribute>',
    "key of a new key": '{"data":{"createApiKey":{"key":"%s","id":1}}}',
    "Terraform's state": '{"attributes":{"id":"none","result":"hunter2-%s","tags":{"a":"b"},"uri":"x%s"},"sensitive_attributes":[[{"type":"get_attr","value":"result"}],[{"type":"get_attr","value":"uri"}]]}',
    "Terraform's values": '{"values":{"id":"x","pin_of_it":"hunter2-%s"},"sensitive_values":{"pin_of_it":true,"tags":{}}}',
    "Terraform's plan": '{"change":{"actions":["create"],"after":{"content":"hunter2-%s"},"after_unknown":{},"before_sensitive":false,"after_sensitive":{"content":true}}}',
    "names of others": 'validationKey="%s" decryptionKey="%s" x.hash_salt = "%s"\nnpmAuthIdent: "me:%s"\n',
    "keys of somebody": '{"openai_key":"%s","hmacKey":"%s","gitlab_pat":"%s","bearer":"%s","tokenValue":"%s","passkey":"%s","keys_base64":["%s"]}',
    "keys of somebody, lines": "stripe_key: %s\nwebhookKey = '%s'\ndatadogKey=%s\n",
    "halves of names": "openai.api.key=%s\nx.access.token: %s\nhttps://h/x?a=1&api[key]=%s\n",
    "pw": '{"smtp_pw":"hunt3r!%s","PassWord":"hunter2!%s","wifi_psk":"%s"}',
    "typed": 'let apiKey: String = "%s"\nconst API_KEY: &\'static str = "%s";\npassword: str = "%s"\nconst apiKey string = "%s"\npublic string Password { get; set; } = "%s";\n',
    "of R, Ruby, Erlang": 'password <- "%s"\nENV["API_KEY"] ||= "%s"\n[{user,"me"},{password,"%s"}]\n#{password => <<"%s">>}\n',
    "servers": "SetEnv DB_PASSWORD %s\nfastcgi_param DB_PASSWORD %s;\nuser me insecure-password hunter2!%s\n",
    "comment of an INI": "password = hunter2!%s ; the one\n",
    "text of a type": '{"name":"FOO","text":"%s","type":"secret_text"},{"type":"secret_text","name":"X","text":"%s"}',
    "concealed": '{"fields":[{"id":"x1","type":"CONCEALED","label":"thing","value":"hunter2-%s"}]}',
    "list of secrets": '{"secrets":[{"name":"x","value":"hunter2-%s"},{"key":"y","value":"%s"}]}',
    "nested values": '<Password><Value>%s</Value><Plain>true</Plain></Password><Setting Name="Password"><Value>%s</Value></Setting><keyMaterial>hunter2!%s</keyMaterial>',
    "session in a URL": "https://h/x?a=1&session=%s\n",
    "second factor": '{"manualEntryKey":"%s","setup_key":"%s","scratch_codes":["%s"]}',
    "address that nginx signed": "https://h/x?md5=Aa%s&expires=1893456000 https://h/x?expires=1893456000&md5=Aa%s\n",
    "cloudfront": "https://d.cloudfront.net/x?Expires=1&Signature=%s&Key-Pair-Id=APK\n",
}

#: What stands beside a name and is no secret.
ORDINARY = {
    "names in a list": '["API_KEY", "OAUTH2_CLIENT_CREDENTIALS", "V1Secret", "V1SecretEnvSource"]',
    "codes": "https://h/x?code=en-US https://h/x?code=SUMMER-SALE-2024-XYZ https://h/x?code=404&app_id=29110",
    "flags": '{"sensitive":false,"value":"q7Rk2Zp9"},{"masked":true,"key":"x"},{"case_sensitive":true,"value":"q7Rk2Zp9"}',
    "types": '{"type":"string","value":"q7Rk2Zp9Wm4X"},{"Type":"SecureString"},{"type":"SecureString","n":{"value":"q7Rk2Zp9"}}',
    "public jwk": '{"keys":[{"kty":"EC","crv":"P-256","x":"q7Rk2Zp9Wm4Xc8Vb3Nt6","y":"q7Rk2Zp9Wm4Xc8Vb3Nt6"}]}',
    "cookies": '{"Cookie":"theme=dark; at=2016-03-22T05%3A49%3A01.101Z; n=12","cookie":"is set by the server"}',
    "session": '{"session":"2024-spring-term-1","Session":{"id":"x"},"session":"GetSearchApplicationSessionStatsResponse"}',
    "operations": '{"BlockchainMembers_ListApiKeys":{"value":"contosemember1"},"reset_password":"20/m/ip","CHANGE_PASSWORD":"/account/password/change"}',
    "references": '{"secret":{"$ref":"GoogleCloudRunV2SecretVolumeSource"},"clientSecret":{"properties":{"x":{"id":"a","n":"GoogleIamAdminV1OidcClientSecret"}}}}',
    "resource names": '{"secret":"projects/p/secrets/db-1/versions/latest","s":"arn:aws:secretsmanager:us-east-1:012345678901:secret:myorg/x1-A1B2C3"}',
    "format strings": "https://h/x?token=%s&api_key={api_key} Authorization: Bearer %(token)s",
    "units": '{"AccessToken":"hours","IdToken":"minutes"}',
    "pages of tokens": '{"input_token":"Marker","output_token":"InvalidationList.NextMarker","ClientRequestToken":"a8ca07e4-61ec-4399-99f4-19853801bcd5"}',
    "set in prose": "It is better to set annotation_id_token instead).\n",
    "value is a name": '{"apikey":[{"key":"value","value":"X-Api-Key"}],"secret":"client_secret"}',
    "capitals": 'PARTITION_KEY: user_id_1234\nCACHE_KEY=q7Rk2Zp9Wm4Xc8Vb3Nt6\nSTATE_SESSION_KEY = "account_reauthentication_state"\n',
    "code in lines": "f(\n    code_verifier=self._client.code_verifier1,\n)\nprivate_key = self._private_key_or_func2\n",
    "pages of OData": "https://h/x?$top=10&$skiptoken=NPK%3D28%3A2857p428pug&nexttoken=q7Rk2Zp9Wm4X",
    "port and fragment": "http://h:8080#a@b https://medium.example/@someone me@h.example",
    "escaped": "&lt;password&gt; is a field, &quot;token&quot;:&quot;x&quot; too",
    "yaml lists": "oauth2_password:\n  - read:user\n  - write:things\nsecret:\n  - name: x1y2z3w4\n",
    "md columns": "| api_key | string, required |\n| `token` | the token |\n",
    "code": "password = get_password(user1)\nif (token === other.token1) return\nx.password=b1.value;",
    "code, called": "connect(password=settings.DB_PASSWORD_1, token=os.environ['A1B2'])\n",
    "type": "interface A { password: string; apiKey?: ApiKey2; token: Token1 }",
    "joi": "{ password: Joi.string().min(8), apiKey: z.string() }",
    "jsx": '<Input name="password" label="Password 12345678" />',
    "sentence": "Your password: at least 12 characters. API key: see docs/api-keys-2024.\n",
    "sentence, quoted": 'The field "password" is required, "secret" must not be empty.',
    "unexpected": "SyntaxError: Unexpected token 'a1b2' in JSON at position 12345678\n",
    "docker user": "docker run -u 1000:1000 --user 1000:1000 image\n",
    "commands": "docker login -u $U -p $P h\ndocker login -u a -p <password> h\nmysql -u root -p mydb1234\nmysql -p%PASS% -pYOUR_PASSWORD\nmysql --port 33060\n",
    "commands in prose": "mysql and docker login with -p are unsafe. Use redis-cli or openssl -passin env:PASS1234 -p8080:80 (docker run -p 8080:8080).\n",
    "links": "https://h/verify/your-email-address-now-2024 /reset-password/how-to-change-it-in-3-steps /invite/GetSearchApplicationSession /magic/the-gathering-set-2024-01 /unsubscribe/weekly-newsletter-12345678 /activate/20241130123456789012 /invitations/q7Rk2Zp9Wm4Xc8Vb3Nt6 /reset-password/:token /verify/{verification_token_id} /confirm/3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e /invite/507f1f77bcf86cd799439011\n",
    "links to files": "/verify/q7Rk2Zp9Wm4Xc8Vb3Nt6.js /reset/assets/q7Rk2Zp9Wm4Xc8Vb3Nt6.css xverify/q7Rk2Zp9Wm4Xc8Vb3Nt6\n",
    "names and values": '{name: "password", value: "Password"}, {name: password, value: password1}\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: x1y2z3w4\n- name: A\n  value: x1y2z3w4\n',
    "names and fields": "{ name: 'password', type: 'password', minlength: 8, value: '' }, { hostname: 'x1y2z3w4', value: 'q7Rk2Zp9Wm4X' }\n",
    "values of others": "{value: 'x1y2z3w4', other: value, value, name: password}, value value value value, name: password\n",
    "name of another": 'set {\n  name = "password"\n}\nset {\n  value = "x1y2z3w4"\n}\n',
    "comments": "# password: sha256-based\n// token: base64url\n; password\n// x.password = y.password1\n# token = required\n",
    "npmrc of a variable": "//registry.npmjs.org/:_authToken=${NPM_TOKEN_1}\n",
    "scopes": '{"security":[{"api_key":["read:user","write","admin-role"]},{"oauth_token":["repo","user:email"]}]}',
    "input without a value": '<input type="password" value="" placeholder="Password"><p class="a1b2c3d4">x</p>',
    "keys of properties": '{"foreign.key": "q7Rk2Zp9Wm4X", "sort.key": "q7Rk2Zp9Wm4X", "key": "q7Rk2Zp9Wm4X", "a.key": "q7Rk2Zp9Wm4X"}',
    "scopes in yaml": "security:\n  - api_key:\n    - read:user\n    - write-things\n",
    "md in prose": "The token: `abc-def-123-ghi`, a password: `at-least-8`\n",
    "settings": "git config password.hint none-at-all1 && config token reset\n",
    "curl": "curl -u $USER:$PASS -u user:$TOKEN https://h/x\n",
    "auth word": '{"auth": "oauth2", "a": {"auth": "bearerAuth12"}, "auth" : "c2hvcnQ="}',
    "markdown": "| password | string |\n|---|---|\n| must be 12 | required |\n",
    "toon": "items[2]{id,name}:\n  1,a1b2c3d4e5f6g7h8\n  2,b\n",
    "patch": '[{"op":"replace","path":"/title","value":"a1b2c3d4e5f6g7h8"}]',
    "tree": '{"path":"src/token","mode":"100644","sha":"3f786850e387550fdab836ed7e6dc881de23001b"}',
    "block": 'variable "password_length" { default = "a1b2c3d4e5f6" }',
    "yaml nested": 'secret:\n  "name-1234": other\npassword:\n  - min: 8\n',
    "yaml block": "password_help: |\n  It has 12 letters.\nb: 1\n",
    "sql": "ALTER TABLE t ADD COLUMN password varchar(255) NOT NULL;\n",
    "tags": "<dt>Password</dt><dd>Must be changed each month</dd>",
    "css": ".password::after { content: 'a1b2c3d4' } #token-1234 { color: red }",
    "shell": "export TOKEN=$(cat /run/token) PASSWORD=${PASSWORD:-none}\n",
    "python, f": "portfolio_token = f'share-{portfolio_1}-{org}'\npassword = f\"{registry_1}-auth\"\n",
    "passed": '{"pass": "12 of 12", "bypass": "a1b2c3d4e5f6g7h8", "compass": "q7Rk2Zp9Wm4X", "pass": true}',
    "names of tokens": '{"apiKeys": ["production", "staging-eu"], "accessTokens": [{"owner": "q7Rk2Zp9Wm4Xc8Vb3Nt6"}], "tokens": ["q7Rk2Zp9Wm4X"]}',
    "form, unquoted": "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nq7Rk2Zp9Wm4X\r\n--b--\r\n",
    "other words": '{"senha":"Senha","passwort":"Bitte eingeben","mot_de_passe":"requis","contrasena":"incorrecta"}',
    "image": '{"image": "registry.example/vault/secret:3f786850e387550fdab836ed7e6dc881de23001b"}',
    "stated": "The password is required_for_user_1234. Your API key is described-in-docs-2024, the secret is 12345678901234567890.\n",
    "stated, code": "if password is not_the_same_as_before1: password:str token:int secret:v1/path/of/it\n",
    "sentences with commas": "Dear user, your password\nFirst, second-x1y2z3\n\nid, password\n",
    "csv": "id,password hint\n1,q7Rk2Zp9Wm4Xc8Vb3Nt6\n",
    "csv, uneven": "from a import token, password\nrun(q7Rk2Zp9Wm4Xc8Vb3Nt6)\n",
    "csv, words": "name,password,n\nx,correct,1\ny,is too short,2\n",
    "jar": "h\tTRUE\t/\tFALSE\t0\ttheme\tdark\nTRUE\t/\tx\n",
    "quotes": '{"a": "password: \\"\\" and \\"\\"", "password": ""}',
    "secret json": '{"SecretString":"{\\"user\\":\\"david\\"}"}',
    "cookies of a page": '{"cookies":{"title":"We use cookies","link":"https://h/privacy-1","accept":"accept_all_1"},"x":{"httpOnly":true,"name":"theme","value":"dark"}}',
    "cookies, no list": '{"cookies":["a1b2c3d4e5"],"httpOnly":false} document.cookies=true&cookies=accepted httpOnly',
    "cookies without objects": 'x"httpOnly":true}, {"httpOnly":true,"httpOnly":true',
    "cookies without names": '{"cookies":[{"id":"q7Rk2Zp9Wm4Xc8Vb3Nt6","provider":"x"},{"name":"at"}],"n":{"httpOnly":true}} "httpOnly":true}',
    "queries": '{"queryString":[{"name":"q","value":"q7Rk2Zp9Wm4Xc8Vb3Nt6"}],"queryString":"a=1","queryStringParameters":{"page":"q7Rk2Zp9Wm4X"}}',
    "type of a secret": '{"type":"secret","name":"db-creds"},{"secret":true,"name":"x"},{"type":"secret"}',
    "keys of things": '{"cacheKey":"%s","s3Key":"%s","file_key":"%s","public_key":"%s","openai_key":"gpt-4-turbo-2024","deployKey":"ssh-rsa %s","bearer":"required_1","pw":12,"pat":"%s","key":"%s"}'.replace(
        "%s", SECRET
    ),
    "halves of others": "user.key=q7Rk2Zp9Wm4Xc8Vb3Nt6\napi.key=required\ncache[key]=q7Rk2Zp9Wm4Xc8Vb3Nt6",
    "typed, nothing": '<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion">\npassword: str = "string"\nlet token: Token = other1\npassword string = "required"\n{user,"x1y2z3w4"} {password,"Password"}\n',
    "secrets of others": '{"secrets":[{"name":"q7Rk2Zp9Wm4X","valueFrom":"arn:aws:x"}],"secrets":{"a":"db-1"},"type":"CONCEALED","note":"x1y2z3w4"}',
    "users": "the user enters password correctly and a username with password protection, user me password required\n",
    "variables": '{"password":"$db_pass1","api_key":"$oauth2_token2","secret":"${s3cret}","token":"$s3Token","pwd":"$p"}',
    "quotes in lists": '["password=`a b` is it","token=<b>x1y2z3w4</b>","secret=a b1c2d3","pwd=&a1=b2c3d4","password=", "n"]',
    "yaml, next lines": "password:\n  min-length:\n    12\ntoken:\nother-1234-abcd: x\nsecret:\n  name: x1y2z3w4\napi_key:\n  required\npassword:\nhunter2-x\n",
    "yaml, flow": "tokens: [start, end, next-token-2]\noauth2_password: [read:user, write:things2, 'admin:it', 'repo']\nsecret: [a, b]\nmy password: [q7Rk2Zp9Wm4Xc8Vb3Nt6] is\n",
    "texts of properties": "login.password.text=Passwort vergessen?\npassword.value=required\na.b.value=q7Rk2Zp9Wm4Xc8Vb3Nt6\n",
    "comments, colons": "#password: see the manual\n#token: string\n# secret: x1y2z3w4v5\n",
    "settings in prose": "password protected-area\ntoken authentication2\nprivateKey ed25519.PrivateKey\npassword varchar(255)\npassword protected2 is it\n",
    "heredoc": "description = <<EOT\nhunter2!x\nEOT\npassword = <<EOT\n",
    "versions": '{"token_v2":"enabled","ipv4":"q7Rk2Zp9Wm4X","next_token_v2":"q7Rk2Zp9Wm4X","api_v2":"q7Rk2Zp9Wm4X","httpOnlyV2":"x"}',
    "keys of secrets": '{"secretKeyRef":{"name":"x","key":"db-1"},"password":{"name":"x1y2z3w4","key":"db-pass-1"}}',
    "Terraform, nothing": '{"values":{"size":12345678,"n":null},"sensitive_values":{"size":true,"n":true},"attributes":{"id":"q7Rk2Zp9Wm4X","arn":"x"},"sensitive_attributes":[],"sensitive_values":{"tags":{}},"after_sensitive":{"id":true},"sensitive_attributes":[[{"type":"get_attr","value":"none_of_it"}]]}',
    "checksums in addresses": "https://h/x?md5=1B2M2Y8AsgTpgAmY7PhCfg https://h/x?md5=d41d8cd98f00b204e9800998ecf8427e&expires=1893456000 ?verify=1 ?verify=true&s=640\n",
    "hash sums": "nsec1 xprv ed25519-private/ MTIzNDU2Nzg5MDEyMzQ1Njc4 AgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEAAgEA\n",
    "log-ins of protocols": "USER root\nRUN x\nUSER me\r\n230 ok\r\nPASSED 12345\nAUTH PLAIN LOGIN CRAM-MD5\nAUTH PLAIN aGVsbG8gd29ybGQh\n",
    "words of a phrase": 'mnemonic: "mov"\nmnemonic: every good boy does fine is what we say of the lines of it all\n',
}


def kept(body: str, kind: str = "text/plain") -> str:
    response = Response(body=body.encode(), headers={"Content-Type": [kind]})
    met = Interaction(0, Request(), response)
    return Redactor().interaction(met).response.body.decode()


@pytest.mark.parametrize("name", TEXTS)
def test_none_stays(name: str) -> None:
    planted = TEXTS[name].replace("%6", CODED).replace("%B", PAIR)
    body = planted.replace("%s", SECRET)
    clean = kept(body, "text/csv" if name == "csv" else "text/plain")
    assert not [each for each in (SECRET, CODED, PAIR) if each in clean], clean
    assert any(mark in clean for mark in ("[REDACTED:", "%5BREDACTED", "W1JFREFDVEVEO"))
    first, *_, last = planted.replace(CODED, "%s").replace(PAIR, "%s").split("%s")
    before = first.partition("AKIA")[0].rpartition(" ")[0]
    assert clean.startswith(before)
    assert clean.endswith(last)


def test_a_parameter_of_the_name_of_a_holder_is_no_secret() -> None:
    form = {"cookies": ["all-of-them-1"], "httpOnly": ["q7Rk2Zp9Wm4X"]}
    met = Interaction(0, Request(form=form), Response())
    assert Redactor().interaction(met).request.form == form


def test_a_word_is_a_password_behind_a_user() -> None:
    clean = kept(
        "docker exec db mysql -uroot -pmysecretword -e x\nmysql -pretty -port\n"
    )
    assert "mysecretword" not in clean
    assert clean.endswith(" -e x\nmysql -pretty -port\n")


@pytest.mark.parametrize(
    "address",
    [
        "/magic-link/3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e",
        "/accounts/reset/MQ/c1q9wx-3f786850e387550fdab836ed7e6dc881",
        "/password/reset/507f1f77bcf86cd799439011",
    ],
)
def test_what_opens_a_page_of_a_password_is_hidden(address: str) -> None:
    before = address.rpartition("/")[0]
    assert kept(f"see {address}/ now") == f"see {before}/[REDACTED:link-token]/ now"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "credentials",
    [
        "AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=host;x, Signature=%s",
        'Digest username="a", realm="b", response="%s"',
        'Hawk id="a", mac="%s"',
        "SharedKeyLite account:%s=",
    ],
)
@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_all_behind_a_scheme_is_hidden_in_a_request_within_a_body(
    name: str, credentials: str, end: str
) -> None:
    scheme = credentials.partition(" ")[0]
    body = f"GET / HTTP/1.1{end}{name}: {{}}{end}Accept: a{end}{end}"
    clean = kept(body.format(credentials % SECRET))
    before, mark, after = clean.partition("[REDACTED:authorization]")
    assert (before + "{}" + after, bool(mark)) == (body.format(f"{scheme} {{}}"), True)
    text = f"{name}: Basic <token>{end}{name}: needed for all calls{end}"
    assert kept(text) == text


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_ordinary_stays(name: str) -> None:
    assert kept(ORDINARY[name]) == ORDINARY[name]


def test_fields_of_an_object_under_a_doubtful_name_are_looked_at_too() -> None:
    body = '{"Credentials":{"A":"b","SecretAccessKey":"%s","n":"m"},"o":1}'
    clean = body.replace("%s", "[REDACTED:SecretAccessKey]")
    assert kept(body.replace("%s", "wJalrXUtn2FEMI")) == clean
    inner = '{"token": "see {\\"password\\": \\"%s\\"}"}'
    assert kept(inner.replace("%s", "x1")) == inner.replace("%s", "[REDACTED:password]")


#: The last of them ends in a backslash in Big5 and in Shift JIS.
WORDS = {
    "gbk": "\u7528\u6237\u540d\u8bf4\u660e",
    "big5": "\u4f7f\u7528\u8005\u8aaa\u660e\u529f\u84cb",
}
WORDS |= {
    "shift_jis": "\u5229\u7528\u8005\u8868\u793a\u80fd",
    "euc_kr": "\uc0ac\uc6a9\uc790\uc774\ub984",
}


@pytest.mark.parametrize("codec", WORDS)
def test_text_of_an_encoding_that_nothing_names_is_read(codec: str) -> None:
    def redacted(text: str) -> str:
        body = text.replace("%w", WORDS[codec]).encode(codec)
        said = Response(body=body, headers={"Content-Type": ["text/plain"]})
        met = Interaction(0, Request(), said)
        return Redactor().interaction(met).response.body.decode(codec)

    for text in (
        '{"password":"%w","n":"%w","api_key":"%s"}',
        "id,%w,password\n1,%w,%s\n",
        "%w: 1\npassword: %s\n",
        "<a><b>%w</b><password>%s</password></a>",
    ):
        clean = redacted(text.replace("%s", SECRET))
        assert SECRET not in clean
        assert clean.endswith(text.rpartition("%s")[2])
    for text in (
        '{"token":"%w","credentials":"%w%w","n":1}',
        "token: %w\n",
        '{"message":"token: %w"}',
    ):
        assert redacted(text) == text.replace("%w", WORDS[codec])
