"""What counts as a secret. Data only: each entry has its reason or its source.

Generic names (``id``, ``name``, ``etag``, ``key`` at the root) are not in it: they
ruin ordinary cassettes (Azure SDK for Python, #13930). The forms of tokens stand
in ``forms.txt`` and ``patterns.py``.
"""

from typing import NamedTuple


class Named(NamedTuple):
    """Headers or fields; names in lower case, fields without ``-``, ``_`` and the
    like."""

    names: str
    reason: str
    source: str


def _listed(*lines: str) -> tuple[str, ...]:
    """Return what stands in the lines with commas between."""
    return tuple(", ".join(lines).split(", "))


_RFC = "https://www.rfc-editor.org/rfc/"
_AZURE = (
    "https://github.com/Azure/azure-sdk-tools/blob/main/tools/test-proxy/"
    "Azure.Sdk.Tools.TestProxy/Common/SanitizerDictionary.cs"
)

#: Dropped from requests, so that go-vcr's WithIgnoreAuthorization finds what it
#: expects; masked in responses. A header whose name ends like a secret field's is
#: treated the same without being listed.
HEADERS = (
    Named("authorization proxy-authorization", "credentials", _RFC + "rfc9110"),
    Named("x-api-key api-key apikey x-apikey", "API keys", _AZURE),
    Named(
        "x-goog-api-key x-goog-iam-authorization-token x-goog-authenticated-user-jwt",
        "Google",
        "https://cloud.google.com/docs/authentication/api-keys-use",
    ),
    Named("x-auth-token x-subject-token x-auth-key", "OpenStack", _AZURE),
    Named(
        "x-amz-security-token x-aws-ec2-metadata-token",
        "AWS",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html",
    ),
    Named("ocp-apim-subscription-key aeg-sas-key aeg-sas-token", "Azure", _AZURE),
    Named("x-ms-authorization-auxiliary x-ms-encryption-key", "Azure", _AZURE),
    Named(
        "private-token job-token deploy-token",
        "GitLab",
        "https://docs.gitlab.com/api/rest/authentication/",
    ),
    Named(
        "x-vault-token",
        "Vault",
        "https://developer.hashicorp.com/vault/docs/auth/token",
    ),
    Named("x-csrf-token x-csrftoken x-xsrf-token", "bound to a session", _AZURE),
    Named("x-forwarded-access-token x-amzn-oidc-data", "put in by proxies", _AZURE),
    Named(
        "dd-api-key dd-application-key", "Datadog", "https://docs.datadoghq.com/api/"
    ),
    Named(
        "x-sid x-chkp-sid",
        "sessions",
        "https://sc1.checkpoint.com/documents/latest/APIs/",
    ),
    Named("dpop", "a proof that is bound to a token", _RFC + "rfc9449"),
    Named(
        "x-registry-auth x-registry-config",
        "Docker",
        "https://docs.docker.com/reference/api/engine/",
    ),
)

#: Fields of JSON, XML, forms and queries, whole names.
NAMES = (
    Named(
        "password passwd passphrase passcode pwd passwordconfirmation "
        "confirmpassword newpassword oldpassword currentpassword userpassword",
        "passwords",
        _AZURE,
    ),
    Named(
        "accesstoken refreshtoken idtoken authtoken oauthtoken oauthtokensecret "
        "bearertoken sessiontoken securitytoken apitoken logintoken "
        "personalaccesstoken accesstokensecret "
        "subjecttoken actortoken oauthverifier",
        "tokens that stand for a user or a program",
        _RFC + "rfc6749",
    ),
    Named(
        "secret clientsecret appsecret apisecret secretkey consumersecret "
        "sharedsecret webhooksecret signingsecret totpsecret masterkey "
        "secretaccesskey awssecretaccesskey",
        "secrets by name",
        _RFC + "rfc6749",
    ),
    Named(
        "apikey xapikey accesskey authkey privatekey signingkey sharedkey "
        "subscriptionkey accountkey storagekey sharedaccesskey functionkey "
        "sshprivatekey encryptionkey servicekey licensekey integrationkey",
        "keys that open something",
        _AZURE,
    ),
    Named("authorization", "credentials", _AZURE),
    Named(
        "secretstring secretbinary",
        "what AWS Secrets Manager holds",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html",
    ),
    Named(
        "encodedjitconfig",
        "configures a runner, with its credentials",
        "https://docs.github.com/en/rest/actions/self-hosted-runners",
    ),
    Named(
        "recoverycodes backupcodes",
        "codes for the day the second factor is lost",
        "https://auth0.com/docs/secure/multi-factor-authentication",
    ),
    Named(
        "identifiedby",
        "a password in SQL",
        "https://dev.mysql.com/doc/refman/8.4/en/create-user.html",
    ),
    Named(
        "codeverifier clientassertion samlresponse samlrequest samlart devicecode "
        "authorizationcode",
        "what OAuth and SAML exchange for tokens",
        _RFC + "rfc7636",
    ),
    Named(
        "csrf csrftoken xsrftoken csrfmiddlewaretoken authenticitytoken "
        "requestverificationtoken",
        "bound to a session",
        _AZURE,
    ),
    Named(
        "sessionid sessionkey phpsessid jsessionid aspnetsessionid setcookie",
        "sessions",
        _AZURE,
    ),
    Named("jwt otp totp cvv cvc otpcode mfacode", "one-time or payment codes", _AZURE),
    Named(
        "connectionstring primaryconnectionstring secondaryconnectionstring "
        "administratorloginpassword",
        "Azure",
        _AZURE,
    ),
)

#: A field whose whole name ends so is one of them too: ``stripe_secret_key``.
ENDINGS = _listed(
    "password, passwd, passphrase, secret, apikey, secretkey, privatekey, accesstoken",
    "refreshtoken, authtoken, idtoken, sessiontoken, bearertoken, apitoken, csrftoken",
    "bottoken, accesskey, secretaccesskey, clientassertion",
)

#: A field of any other name that ends in such a word holds a secret if its value looks
#: like one: ``plex_token``.
DOUBTFUL_ENDINGS = _listed(
    "token, credential",
    # Of several, a list: not tokens alone, which language models have too.
    "passwords, apikeys, secretkeys, privatekeys, accesskeys, accesstokens",
    "refreshtokens, authtokens, sessiontokens, bearertokens, apitokens, clientsecrets",
)

#: Names that hold secrets in one program and ordinary words in another: a token of a
#: language model, the primary key of a table. What they hold has to look like a secret.
DOUBTFUL = (
    Named(
        "token devicetoken clienttoken usertoken",
        "what a tokenizer makes",
        "https://platform.openai.com/docs/api-reference/chat/object#logprobs",
    ),
    Named(
        "primarykey secondarykey primarymasterkey secondarymasterkey",
        "keys of tables",
        "https://docs.getdbt.com/reference/resource-properties/constraints",
    ),
    Named("credential credentials assertion", "objects", _AZURE),
    Named(
        "pass userpass dbpass",
        "a password, or that a test has passed",
        "https://nodemailer.com/smtp/",
    ),
    Named(
        "auth",
        "a user and a password in base64, or a word",
        "https://docs.docker.com/reference/cli/docker/login/",
    ),
)

#: A cookie with such a part in its name is a secret, whatever its value; of the others
#: those are whose values look like one.
COOKIES = ["sess", "sid", "auth", "token", "login", "remember", "csrf", "xsrf", "jwt"]

#: The word before the last that makes a name harmless: ``next_token``.
HARMLESS = _listed(
    # Pages and changes
    "page, next, nextpage, prev, previous, continuation, continue, sync, cursor",
    "resume, skip, delta, change, consistency, snapshot, start, starting, end",
    "watermark, scroll",
    # Keys of tables, caches and queues
    "cache, surrogate, partition, sort, row, shard, routing, ordering, object",
    "document, lookup, correlation, dedup, deduplication, idempotency, idempotent",
    "message, translation, issue, project, foreign, unique",
    # Of protocols
    "websocket, public",
    # Of language models
    "eos, bos, pad, unk, mask, sep, cls, special, stop, max, min, per, image, audio",
    "first, last, each",
)

#: A header whose last word is one of them is a secret: ``X-Plex-Token``.
HEADER_ENDINGS = _listed(
    "token, key, secret, auth, password, passwd, passphrase, credential, credentials",
    "assertion, apikey, jwt, pass, bearer",
)

#: In the query of a URL these are credentials too: they sign it.
QUERY = (
    Named(
        # The date is signed too, and new with each signature.
        "sig signature xamzsignature xamzcredential xamzsecuritytoken xgoogsignature "
        "xgoogcredential awsaccesskeyid googleaccessid xamzdate xgoogdate",
        "presigned URLs",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
    ),
    Named("key auth accesskeyid", "API keys in queries", _AZURE),
    Named(
        "appid appkey developerkey devkey userkey",
        "API keys in queries",
        "https://openweathermap.org/appid",
    ),
)

#: Numbers under these names are secrets: a code, a card's check digits.
NUMBERS = _listed("password, passcode, otp, totp, otpcode, mfacode, cvv, cvc")

#: Parts of the names above, a comma between two: a text without any of them, however
#: its words are joined and spelled, has no such field.
STEMS = _listed(
    "passw, passphrase, pass phrase, passcode, pass code, pwd, token, secret, api key",
    "access key, auth key, private key, signing key, shared key, subscription key",
    "account key, storage key, primary key, secondary key, master key, function key",
    "encryption key, service key, license key, integration key, session key",
    "session id, sessid, credential, authoriz, verifier, assertion, saml resp",
    "saml req, saml art, jit config, recovery code, backup code, identified by",
    "device code, csrf, xsrf, set cookie, jwt, otp, cvv, cvc, mfa code",
    "connection string, signature, amz date, goog date, sig=, access id, key id",
    '?key=, &key=, auth", _auth=, ?auth=, &auth=, #key=, #auth=, app key, app id',
    "developer key, dev key, user key",
    'pass", pass=, pass:',
)

#: Variables of the environment: a part of the name, as words between underscores.
ENVIRONMENT = _listed(
    "KEY, APIKEY, TOKEN, TOKENS, SECRET, SECRETS, PASSWORD, PASSWD, PWD, PASS",
    "PASSPHRASE, CREDENTIAL, CREDENTIALS, PAT, JWT, AUTH",
)
#: The last word of a variable's name that makes it harmless: ``KEY_VAULT_NAME``.
ABOUT_SECRETS = _listed(
    "NAME, TYPE, ID, IDS, URL, URI, ENDPOINT, PATH, FILE, DIR, HOST, PORT, USER",
    "USERNAME, EMAIL, VERSION, COUNT, SIZE, LENGTH, LIMIT, TTL, TIMEOUT, EXPIRY",
    "EXPIRES, REGION, METHOD, MODE, ALGORITHM, PROVIDER, ENABLED, DISABLED, ISSUER",
    "AUDIENCE, SCOPE, SCOPES, REALM, DOMAIN, HEADER, PREFIX, FORMAT, POLICY, SOCK, ARN",
)
#: Variables with such names that hold none; the last one holds names of variables.
NO_SECRETS = _listed(
    "PWD, OLDPWD, SSH_AUTH_SOCK, XAUTHORITY, PUBLIC_KEY, GPG_KEY, KEY_ID, COLOR_KEY",
    "GIT_CONFIG_KEY_0, GIT_CONFIG_KEY_1, GIT_CONFIG_KEY_2, MITMVCR_SECRET",
)

#: ``user:password@`` in a URL (RFC 3986, 3.2.1); looked for where there is an ``@``.
USERINFO = r"://[^\s/?#\"'<>@:\\]{0,80}+:([^\s/?#\"'<>@\\]{1,200}+)@"
#: ``curl -u user:password`` and ``sshpass -p password``.
COMMANDS = (
    r"(?:curl [^\n|;]{0,100}?(?:-u|--user|--proxy-user) ?[\"']?[^\s:\"'$]{1,64}:"
    r"|sshpass -p ?[\"']?)(?!\$)([^\s\"'\\]{4,200}+)"
)
