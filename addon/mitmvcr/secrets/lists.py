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


def listed(*lines: str) -> tuple[str, ...]:
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
    Named("x-amzn-oidc-data x-ms-authorization-auxiliary", "put in by proxies", _AZURE),
    Named(
        "x-sid x-chkp-sid vmware-api-session-id x-apple-id-session-id sid x-ftl-sid"
        " x-transmission-session-id",
        "sessions",
        "https://sc1.checkpoint.com/documents/latest/APIs/",
    ),
    Named("dpop", "a proof that is bound to a token", _RFC + "rfc9449"),
    Named(
        "x-wsse",
        "a digest of a password, with all else that it was made of",
        "https://answers.sap.com/t5/crm-and-cx-questions/instructions-for-emarsys-postman/qaq-p/12717386",
    ),
    Named(
        "x-lc-sign",
        "a digest of a key, with all else that it was made of",
        "https://docs.leancloud.cn/en/sdk/storage/guide/rest/",
    ),
    Named(
        "x-identity-header",
        "what a program asks with for its managed identity",
        "https://learn.microsoft.com/azure/app-service/overview-managed-identity",
    ),
    Named(
        "x-registry-config",
        "Docker",
        "https://docs.docker.com/reference/api/engine/",
    ),
    Named(
        "x-jfrog-art-api",
        "Artifactory",
        "https://jfrog.com/help/r/jfrog-rest-apis/introduction-to-the-artifactory-rest-apis",
    ),
    Named(
        "x-honeycomb-team",
        "Honeycomb",
        "https://docs.honeycomb.io/api/authentication",
    ),
    Named(
        "x-vercel-protection-bypass",
        "opens what is protected",
        "https://vercel.com/docs/deployment-protection",
    ),
    Named(
        "x-wp-nonce",
        "bound to a session",
        "https://developer.wordpress.org/rest-api/using-the-rest-api/authentication/",
    ),
    Named(
        "npm-otp 2fa-code x-2fa-approval",
        "a code",
        "https://docs.npmjs.com/cli/v11/using-npm/config#otp",
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
        "subjecttoken actortoken oauthverifier idtokenhint",
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
        "bindpw rootpw olcrootpw requirepass masterauth",
        "passwords in files of LDAP and Redis",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
    ),
    Named(
        "secretstring secretbinary",
        "what AWS Secrets Manager holds",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html",
    ),
    Named(
        "secrettext",
        "a client's secret in Entra",
        "https://learn.microsoft.com/graph/api/resources/passwordcredential",
    ),
    Named(
        "encodedjitconfig",
        "configures a runner, with its credentials",
        "https://docs.github.com/en/rest/actions/self-hosted-runners",
    ),
    Named(
        "recoverycodes backupcodes scratchcodes",
        "codes for the day the second factor is lost",
        "https://auth0.com/docs/secure/multi-factor-authentication",
    ),
    Named(
        "identifiedby",
        "a password in SQL",
        "https://dev.mysql.com/doc/refman/8.4/en/create-user.html",
    ),
    Named(
        "codeverifier clientassertion samlresponse samlrequest samlart samlassertion "
        "devicecode authorizationcode preauthorizedcode authreqid oobcode "
        "appsecretproof wresult signedrequest sigrequest sigresponse",
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
    Named("jwt otp totp cvv cvc", "one-time or payment codes", _AZURE),
    Named("xsrf", "bound to a session", _AZURE),
    Named(
        "securityanswer secretanswer",
        "opens an account whose password is lost",
        "https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/",
    ),
    Named(
        "connectionstring primaryconnectionstring secondaryconnectionstring "
        "administratorloginpassword",
        "Azure",
        _AZURE,
    ),
)

#: A field whose whole name ends so is one of them too: ``stripe_secret_key``.
ENDINGS = listed(
    "password, passwd, passphrase, secret, apikey, secretkey, privatekey, accesstoken",
    "refreshtoken, authtoken, idtoken, sessiontoken, bearertoken, apitoken, csrftoken",
    "bottoken, accesskey, secretaccesskey, clientassertion, passcode, pwd, privkey",
    "sshpass, becomepass, dbpass, smtppass, imappass, mailpass, rootpass, adminpass",
    "storepass, keypass",
    "presharedkey, otpcode, mfacode, emailotp, smsotp, onetimepassword, recoverykey",
    "bypasscode",
)

#: Such words behind a sure name leave it what it is, if the value looks like a secret:
#: ``new_password_confirm``, ``clientSecretValue``; so does a number.
TAILS = listed(
    "value, text, string, plain, raw, data, old, new, current, previous, next, confirm",
    "confirmation, repeat, again, prod, production, live, test, sandbox, staging, dev",
    "primary, secondary, base, base64, b64",
)
#: And these, if it is long and of letters by chance: ``SECRET_HASH``.
VAGUE_ENDINGS = listed(
    "sessionkey, signingkey, encryptionkey, sharedkey, masterkey, authkey, otpkey",
    "appskey, ticket, session, secretid, canary, sso",
    "statehandle, interactionhandle, authentication, pskc, crumb",
)
VAGUE_TAILS = listed(
    "code, hash, digest, seed, block, salt, plaintext, bytes, blob, info"
)

#: A field of any other name that ends in such a word holds a secret if its value looks
#: like one: ``plex_token``.
DOUBTFUL_ENDINGS = listed(
    "token, credential, credentials, macaroon, psk",
    # Of several, a list: not tokens alone, which language models have too.
    "passwords, apikeys, secretkeys, privatekeys, accesskeys, accesstokens",
    "refreshtokens, authtokens, sessiontokens, bearertokens, apitokens, clientsecrets",
    "registrationtokens, devicetokens, pushtokens",
)

#: Names that hold secrets in one program and ordinary words in another: a token of a
#: language model, the primary key of a table. What they hold has to look like a secret.
DOUBTFUL = (
    Named(
        "primarykey secondarykey primarymasterkey secondarymasterkey",
        "keys of tables",
        "https://docs.getdbt.com/reference/resource-properties/constraints",
    ),
    Named("assertion", "objects", _AZURE),
    Named(
        "transactionkey merchantkey localkey",
        "keys of shops and of devices, of 16 letters",
        "https://developer.authorize.net/api/reference/",
    ),
    Named(
        "staticobjecttoken",
        "a user's",
        "https://docs.gitlab.com/security/tokens/",
    ),
    Named(
        "setupkey manualentrykey",
        "the seed of a second factor, or what a device joins a network with",
        "https://docs.netbird.io/how-to/register-machines-using-setup-keys",
    ),
    Named(
        "npmauthident",
        "a user and a password",
        "https://yarnpkg.com/configuration/yarnrc#npmAuthIdent",
    ),
    Named(
        "macaroons biscuit",
        "tokens that can be narrowed",
        "https://doc.biscuitsec.org/reference/specifications",
    ),
    Named(
        "xamzsignature xgoogsignature",
        "presigned forms",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html",
    ),
    Named(
        "passwort kennwort contrasena senha motdepasse wachtwoord",
        "passwords in German, Spanish, Portuguese, French and Dutch, or what is said of"
        " them",
        "https://en.wiktionary.org/wiki/password#Translations",
    ),
    Named(
        "keymaterial",
        "of a new pair of keys, and of a wireless network",
        "https://learn.microsoft.com/windows/win32/nativewifi/wlan-profileschema-sharedkey-security-element",
    ),
    Named(
        "pass userpass pw",
        "a password, or that a test has passed",
        "https://nodemailer.com/smtp/",
    ),
    Named(
        "auth",
        "a user and a password in base64, or a word",
        "https://docs.docker.com/reference/cli/docker/login/",
    ),
    Named(
        "crumb",
        "bound to a session, or of a path of pages",
        "https://www.jenkins.io/doc/book/security/csrf-protection/",
    ),
    Named(
        "functionkeys",
        "keys by name",
        "https://learn.microsoft.com/azure/azure-functions/function-keys-how-to",
    ),
    Named(
        "passworddata",
        "of a new machine",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html",
    ),
)

#: Names that tell next to nothing: what they hold has to be long, and of letters by
#: chance.
VAGUE = (
    Named(
        "plaintext",
        "what was encrypted",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html",
    ),
    Named(
        "bearer passkey",
        "a token, a code, a key of a tracker's, or a word",
        _RFC + "rfc6750",
    ),
    Named(
        "keysbase64 unsealkeysb64 unsealkeyshex",
        "what unseals Vault",
        "https://developer.hashicorp.com/vault/api-docs/system/init",
    ),
    Named(
        "validationkey decryptionkey",
        "what signs and encrypts the tickets of ASP.NET",
        "https://learn.microsoft.com/dotnet/api/system.web.configuration.machinekeysection",
    ),
    Named(
        "hashsalt",
        "what signs the links and forms of Drupal",
        "https://api.drupal.org/api/drupal/sites%21default%21default.settings.php",
    ),
    Named(
        "pfx p12 pkcs12 keystore",
        "a key and its certificate",
        _RFC + "rfc7292",
    ),
)

#: The word before ``key`` that makes it one that opens something, if it is long and of
#: letters by chance: ``openai_key``, ``hmacKey``. Others are parts of names.
KEY_OWNERS = listed(
    "aes, hmac, enc, encrypt, cipher, decrypt, fernet, sign, jwt, cookie, crypto",
    "unseal, unlock, recovery, wallet, wrapping, admin, root, server, login, deploy",
    "stream, rtmp, ingest, enrollment, provisioning, registration, join, wifi, wep",
    "wpa, webhook, write, pass, rest, auth, jit, openai, anthropic, gemini, mistral",
    "cohere, groq, perplexity, deepseek, stripe, adyen, braintree, easypost, paypal",
    "plaid, sendgrid, mailgun, mailchimp, postmark, twilio, datadog, newrelic",
    "relic, pagerduty, opsgenie, honeycomb, logdna, rollbar, algolia, maps, google",
    "gcp, azure, aws, fcm, apns, kraken, coinbase, binance, github, gitlab, slack",
    "discord, cloudflare, heroku, segment, amplitude, mixpanel, posthog, hubspot",
    "zendesk, airtable, notion, linear, weather, application, network, certificate",
    "mac, mgmt, iapp, listen, nwk, app, int, client, device, edge, gateway, routing",
    "permanent, signature, register, generation, tsig, ticket, static, anon, role, sdk",
)

#: Flags that are true beside a secret, and types: ``"sensitive": true, "value": "x"``.
FLAGS = (
    Named(
        "sensitive issensitive",
        "variables and outputs",
        "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/variables",
    ),
    Named(
        "masked", "variables", "https://docs.gitlab.com/api/project_level_variables/"
    ),
    Named(
        "secured",
        "variables",
        "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/",
    ),
    Named(
        "issecret",
        "variables",
        "https://learn.microsoft.com/rest/api/azure/devops/distributedtask/variablegroups",
    ),
    Named(
        "concealed",
        "a type",
        "https://developer.1password.com/docs/connect/api-reference/",
    ),
    Named(
        "securestring",
        "a type",
        "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html",
    ),
    Named(
        "kty", "a key, as JSON has it, whose members have one letter", _RFC + "rfc7517"
    ),
)

#: The same, which are names of secrets, too: of forms, of Postman's, and one of
#: https://developers.cloudflare.com/api/resources/workers/subresources/scripts/
TYPES = (b"secret", b"secret_text", b"secretText", b"password")
#: What holds names and their values, or says which of them are secrets.
HOLDERS = (
    Named(
        "securejsondata",
        "secrets by name",
        "https://grafana.com/docs/grafana/latest/developers/http_api/data_source/",
    ),
    Named(
        "cookie cookies httponly",
        "cookies",
        "https://playwright.dev/docs/api/class-browsercontext#browser-context-cookies",
    ),
    Named(
        "secrets",
        "secrets by name",
        "https://learn.microsoft.com/azure/container-apps/manage-secrets",
    ),
    Named(
        "querystring querystringparameters",
        "parameters of a URL",
        "http://www.softwareishard.com/blog/har-12-spec/#queryString",
    ),
    Named(
        "sensitiveattributes sensitivevalues aftersensitive beforesensitive",
        "names of attributes",
        "https://developer.hashicorp.com/terraform/internals/json-format",
    ),
)

#: A cookie with such a part in its name is a secret, whatever its value; of the others
#: those are whose values look like one.
COOKIES = ["sess", "sid", "auth", "token", "login", "remember", "csrf", "xsrf", "jwt"]

#: RFC 2965 had the second one, and servers of Java still send it.
SET_COOKIES = ("set-cookie", "set-cookie2")
#: A header whose last word is one of them is a secret: ``X-Plex-Token``.
HEADER_ENDINGS = listed(
    "token, key, secret, auth, password, passwd, passphrase, credential, credentials",
    "assertion, apikey, jwt, pass, bearer, macaroon, macaroons, authorization",
    "authorisation, authentication, session, sess, ticket, crumb, biscuit, cred",
)
#: Those of them that no other word ends in: a name in small letters is one word.
LONG_ENDINGS = listed("token, secret, password, credential, apikey")

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
    Named(
        "rlkey tempauth passhash",
        "open a file, or an account",
        "https://www.paessler.com/manuals/prtg/http_api",
    ),
)

QUERY_ENDINGS = ("signature",)
#: Such may be of a message, or the name of a picture.
VAGUE_QUERY_ENDINGS = ("sig", "sign", "hmac", "code")
#: Parameters that may be anything, if the value is long and of letters by chance.
VAGUE_QUERY = (
    Named(
        "sid authid",
        "a session, or a log-in that goes on",
        "https://area51.phpbb.com/docs/dev/3.3.x/extensions/tutorial_basics.html",
    ),
    Named(
        "launch interactref",
        "what a program exchanges for a context or a token",
        "https://hl7.org/fhir/smart-app-launch/app-launch.html",
    ),
)
#: A parameter that is no secret where its value is a number or a word: of GitHub.
LIKELY_QUERY = ("appid",)

#: Numbers under these names are secrets: a code, a card's check digits.
NUMBERS = listed(
    "password, passcode, otp, totp, otpcode, mfacode, emailotp, smsotp, cvv, cvc"
)

#: Variables of the environment: a part of the name, as words between underscores.
ENVIRONMENT = listed(
    "KEY, APIKEY, TOKEN, TOKENS, SECRET, SECRETS, PASSWORD, PASSWD, PWD, PASS",
    "PASSPHRASE, CREDENTIAL, CREDENTIALS, PAT, JWT, AUTH",
)

#: The word before the last that makes a name harmless: ``next_token``.
HARMLESS = listed(
    # Pages and changes
    "page, next, nextpage, prev, previous, continuation, continue, sync, cursor",
    "resume, skip, delta, change, consistency, snapshot, start, starting, end",
    "watermark, scroll, pagination, input, output, clientrequest",
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

#: Words before the last of what is done with secrets, and holds none:
#: ``BlockchainMembers_ListApiKeys``, ``reset_password``.
VERBS = listed(
    "get, list, create, delete, update, put, describe, generate, regenerate, derive",
    "reset, change, set, forgot, forget, rotate, revoke",
)
#: The last word of a variable's name that makes it harmless: ``KEY_VAULT_NAME``.
ABOUT_SECRETS = listed(
    "NAME, TYPE, ID, IDS, URL, URI, ENDPOINT, PATH, FILE, DIR, HOST, PORT, USER",
    "USERNAME, EMAIL, VERSION, COUNT, SIZE, LENGTH, LIMIT, TTL, TIMEOUT, EXPIRY",
    "EXPIRES, REGION, METHOD, MODE, ALGORITHM, PROVIDER, ENABLED, DISABLED, ISSUER",
    "AUDIENCE, SCOPE, SCOPES, REALM, DOMAIN, HEADER, PREFIX, FORMAT, POLICY, SOCK, ARN",
)
#: The last word of the name of where secrets are, ``SECRET_MANAGER_PROJECT``: what it
#: holds is none if it is made of words and numbers. A token for a place may end so too.
PLACES_OF_SECRETS = listed(
    "PROJECT, MANAGER, STORE, STORAGE, VAULT, ACCOUNT, LOCATION, ZONE, NAMESPACE",
    "CLUSTER, BUCKET, TABLE, TENANT, ORG, ORGANIZATION, SERVICE, SERVER, BACKEND",
    "ENV, ENVIRONMENT, STAGE, ROLE, LABEL, ALIAS, CLASS, KIND, ENGINE, STRATEGY",
)
#: Variables with such names that hold none; the last one holds names of variables.
NO_SECRETS = listed(
    "PWD, OLDPWD, SSH_AUTH_SOCK, XAUTHORITY, PUBLIC_KEY, GPG_KEY, KEY_ID, COLOR_KEY",
    "GIT_CONFIG_KEY_0, GIT_CONFIG_KEY_1, GIT_CONFIG_KEY_2, MITMVCR_SECRET",
)

#: A comma between two: a text without any of them, however its words are joined and
#: spelled, has no such field. What ends in a quote may have it escaped.
STEMS = listed(
    "passw, passphrase, pass phrase, passcode, pass code, pwd, token, secret, api key",
    "access key, auth key, private key, signing key, shared key, subscription key",
    "account key, storage key, primary key, secondary key, master key, function key",
    "encryption key, service key, license key, integration key, session key",
    "session id, sessid, credential, authoriz, verifier, assertion, saml resp",
    "saml req, saml art, jit config, recovery code, backup code, identified by",
    "macaroon, biscuit, privkey",
    "device code, csrf, xsrf, jwt, otp, cvv, cvc, mfa code",
    "connection string, signature, amz date, goog date, sig=, access id, key id",
    '?key=, &key=, auth", _auth=, ?auth=, &auth=, #key=, #auth=, app key, app id',
    "developer key, dev key, user key",
    "psk, crumb, seed, pfx, p12, pkcs12, keystore, plaintext, masterauth, bindpw",
    "rootpw, ticket=, sign=, sid=, launch=, interact_ref=",
    # Not in passed and compass, which are in any text.
    "pass\", pass\\, pass', pass>, pass=, pass:, <pass ",
    'session", preshared, code=, sensitive", masked", secured", kty"',
    'cookie, kennwort, contrasena, senha, wachtwoord, sso", canary, hmac=',
)
#: The same, in these spellings alone.
SPELLED = listed(
    '_KEY, _PAT, _AUTH, -Key, -key:, -key", -Auth, preShared, PreShared, pre_shared',
    "pass =, PASS =, Pass =, oobCode, oob_code, auth_req_id, ession_, essionInfo",
    "essionData, PW>, _SALT",
    "SecureString, secureString, securestring, secure_string",
    "validationKey, decryptionKey, hash_salt, npmAuthIdent, olcRootPW, setup_key",
    "setupKey, manualEntryKey, scratch_code, scratchCode, privKey",
    "motdepasse, motDePasse, MotDePasse, mot_de_passe, mot-de-passe",
    "queryString, sensitive_attributes, sensitive_values, requirepass",
    "PassW, Pass_w, pass_w, PASS_W, auth_code, authCode, AuthCode, passkey, passKey",
    "pass_key, keys_base64, unseal_keys, keyMaterial, KeyMaterial, session=, CONCEALED",
    '_key", Key", _key:, Key:, _key=, Key=, _key =, Key =, _pat", Pat", _pat:, _pat=',
    'bearer", bearer=, bearer:, pw", pw=, pw:, pw>, pw =, icket", rlkey=, tempauth=',
    'httpOnly", HttpOnly", httponly", passhash, certificate-key, secureJsonData',
    "ecurity_answer, ecurityAnswer, uthId=, tateHandle, tionHandle, tion_handle, pskc",
    'tication", tkey", ekey", wresult, signed_request, signedRequest, sig_re',
)

#: Names of pages that are for whoever has their address, and of an account's password;
#: behind the others may stand whose page it is.
PAGES_OF_PASSWORDS = listed(
    "reset-password, reset_password, resetPassword, password-reset, password_reset",
    "password/reset, set-password, set_password, forgot-password, forgot_password",
    "magic-link, magic_link, magiclink, magic, login/cli",
)
PAGES = listed(
    "verify, verify-email, verify_email, verifyEmail, email-verification, confirm",
    "confirm-email, confirm_email, activate, invite, accept-invite, accept_invite",
    "accept-invitation, unsubscribe, reset, webhook, hook, join, share, signin",
    "sign-in, login, deliver",
)
#: What stands in an address before a token that is its next piece: of Sumo Logic, hooks
#: that build, MCP servers of Zapier, Nextcloud, Home Assistant and Cloudsmith; and of
#: conda and packagecloud, where more has to follow.
ADDRESSES = listed(
    "/receiver/v1/http/, /build_hooks/, /deploy_hooks/, /mcp/s/, /login/v2/flow/",
    "hooks.nabu.casa/, dl.cloudsmith.io/",
)
CHANNELS = listed("/t/, /priv/")

_USER = r"[\"']?[^\s:\"'$%,]{1,64}"
#: Programs, commas between, and what stands before the secret in their command lines,
#: in the manual of each. A tilde parts two words, as a blank does or, in a list, the
#: end of one and the start of the next.
COMMANDS = (
    (
        "curl",
        rf"(?:(?:-u|-U|--(?:proxy-)?user)~?{_USER}|(?:-E|--cert)~[^\s:]{{1,99}}):",
    ),
    ("http,https,xh", rf"(?:-a|--auth|--session=\S{{1,40}}~-a)(?:~|=){_USER}:"),
    ("sshpass", "-p~?"),
    (
        "docker login,podman login,nerdctl login,buildah login,skopeo login,oras login"
        ",registry login,auth login,az login,oc login",
        "-p(?:~|=)",
    ),
    # With a blank behind it, it asks; what follows then is the name of a database. A
    # word may be another program's option, where no user stands before it.
    (
        "mysql,mysqldump,mysqladmin,mysqlimport,mysqlsh,mariadb,mariadb-dump",
        r"(?:-u~?[\w.-]{1,64}~-p(?!~)|-p(?!~|[a-z]{1,20}(?:[\s.,=\"']|\Z)))",
    ),
    ("mongo,mongosh,mongodump,mongorestore,cqlsh,twine upload", "-p~?"),
    ("redis-cli", "-a~"),
    ("ldapsearch,ldapadd,ldapmodify,ldapwhoami,ldappasswd", "-w~"),
    ("sqlcmd", "-P~?"),
    ("smbclient", rf"-U~?{_USER}%"),
    ("lftp", rf"-u~?{_USER},"),
    ("zip", "-P~"),
    ("keytool,jarsigner", "-(?:src|dest)?(?:store|key)pass~"),
    ("openssl", "-(?:pass|passin|passout)~pass:"),
    ("htpasswd", r"-[a-zA-Z]{0,5}b[a-zA-Z]{0,5}~\S{1,200}~\S{1,64}~"),
    ("rabbitmqctl", r"(?:add_user|change_password|authenticate_user)~\S{1,64}~"),
    ("net use", r"/user:\S{1,64}~"),
    ("gh secret set", "(?:-b|--body)(?:~|=)"),
    ("doctl auth init,fly auth login,flyctl auth login", "-t~"),
    ("--password-stdin,--with-token", r"<<(?:<|-?[\"']?\w{1,20}[\"']?\r?\n)~?"),
)
#: The same, where it is the next word.
NEXT_WORDS = (
    ("vault login,snyk auth", r"(?=[^\s\"']{0,199}[0-9])"),
    ("bw login", r"\S{1,64}~"),
    ("mc alias set", r"\S{1,64}~\S{1,200}~\S{1,64}~"),
    ("poetry config", r"(?:pypi-token\.\S{1,40}|http-basic\.\S{1,40}~\S{1,64})~"),
    ("ConvertTo-SecureString", r"(?:-[A-Za-z]{1,12}~){0,4}+"),
    # echo x | docker login --password-stdin
    (
        "echo,printf",
        r"(?:-[neE]{1,3}~)?+(?=[^\n|]{1,250}\|[^\n|]{0,99}"
        r"(?:--[a-z-]{1,20}-stdin|--with-token|\bsudo~-S))",
    ),
)
