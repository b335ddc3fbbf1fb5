"""What counts as a secret. Data only: each entry has its reason or its source.

Generic names (``id``, ``name``, ``etag``, ``key`` at the root) are not in it: they
ruin ordinary cassettes (Azure SDK for Python, #13930). Whole names stand in
``names.txt``, the forms of tokens in ``forms.txt`` and ``patterns.py``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_AZURE = (
    "https://github.com/Azure/azure-sdk-tools/blob/main/tools/test-proxy/"
    "Azure.Sdk.Tools.TestProxy/Common/SanitizerDictionary.cs"
)


class Named(NamedTuple):
    """A row of ``names.txt``: names, why they are there, and a source."""

    names: str
    reason: str
    source: str


def rows(file: str) -> Iterator[Sequence[str]]:
    """Yield the rows of a file that stands beside this one, but its comments."""
    for line in Path(__file__).with_name(file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield re.split(r" {2,}", line)


def _tables() -> Mapping[str, Sequence[Named]]:
    """Return the rows of ``names.txt`` by the title above them."""
    found, title = defaultdict[str, list[Named]](list), ""
    for first, *rest in rows("names.txt"):
        if rest:
            reason, source = rest
            source = _AZURE if source == "A" else source
            found[title].append(Named(first, reason, source))
        else:
            title = first.strip("[]")
    return found


def listed(*lines: str) -> tuple[str, ...]:
    """Return what stands in the lines with commas between."""
    return tuple(", ".join(lines).split(", "))


HEADERS, NAMES, DOUBTFUL, VAGUE, FLAGS, HOLDERS, QUERY, VAGUE_QUERY = map(
    _tables().__getitem__,
    listed("HEADERS, NAMES, DOUBTFUL, VAGUE, FLAGS, HOLDERS, QUERY, VAGUE_QUERY"),
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
    "appskey, ticket, session, sessionid, secretid, canary, sso",
    "statehandle, interactionhandle, authentication, pskc, crumb, jwt, ltsk",
)
VAGUE_TAILS = listed(
    "code, hash, digest, seed, block, salt, plaintext, bytes, blob, info, enc, create"
)

#: A field of any other name that ends in such a word holds a secret if its value looks
#: like one: ``plex_token``.
DOUBTFUL_ENDINGS = listed(
    "token, credential, credentials, macaroon, psk",
    # Of several, a list: not tokens alone, which language models have too.
    "passwords, apikeys, secretkeys, privatekeys, accesskeys, accesstokens",
    "refreshtokens, authtokens, sessiontokens, bearertokens, apitokens, clientsecrets",
    "registrationtokens, devicetokens, pushtokens, trusttokens",
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
    "salt, delete, vwire, link, sentry, signaling, context, consumer, token",
)

#: Types of fields that are names of secrets, too: of forms, of Postman's, and one of
#: https://developers.cloudflare.com/api/resources/workers/subresources/scripts/
TYPES = (b"secret", b"secret_text", b"secretText", b"password")
#: A cookie with such a part in its name is a secret, whatever its value; of the others
#: those are whose values look like one.
COOKIES = ["sess", "sid", "auth", "token", "login", "remember", "csrf", "xsrf", "jwt"]

#: RFC 2965 had the second one, and servers of Java still send it.
SET_COOKIES = ("set-cookie", "set-cookie2")
#: A header whose last word is one of them is a secret: ``X-Plex-Token``.
HEADER_ENDINGS = listed(
    "token, key, secret, auth, password, passwd, passphrase, credential, credentials",
    "assertion, apikey, jwt, pass, bearer, macaroon, macaroons, authorization",
    "authorisation, authentication, session, sess, ticket, crumb, biscuit, cred, psk",
)
#: Those of them that no other word ends in: a name in small letters is one word.
LONG_ENDINGS = listed("token, secret, password, credential, apikey")

QUERY_ENDINGS = ("signature",)
#: Such may be of a message, or the name of a picture.
VAGUE_QUERY_ENDINGS = ("sig", "sign", "hmac", "code")
#: A parameter that is no secret where its value is a number or a word: of GitHub.
LIKELY_QUERY = ("appid",)

#: Claims of a JWT that are new in each.
FRESH_CLAIMS = listed(
    "aio, at_hash, auth_time, c_hash, exp, iat, jti, nbf, nonce, rat, rh, s_hash, sid",
    "uti",
)
#: What is called a phrase of words, which open a wallet, has such a part.
PHRASES = listed("nemonic, NEMONIC, d_phrase, dPhrase, D_PHRASE, y_phrase, yPhrase")

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
#: spelled, has no such field. What ends in a quote may end in other
#: signs, too.
STEMS = listed(
    "passw, passphrase, pass phrase, passcode, pass code, pwd, token, secret, api key",
    "access key, auth key, private key, signing key, shared key, subscription key",
    "account key, storage key, primary key, secondary key, master key, function key",
    "encryption key, service key, license key, integration key, session key",
    "session id, sessid, credential, authoriz, verifier, assertion, recovery code",
    "backup code, macaroon, biscuit, privkey, stok",
    "device code, csrf, xsrf, jwt, otp, cvv, cvc, mfa code",
    "connection string, signature, sig=, access id, key id",
    '?key=, &key=, auth", _auth=, ?auth=, &auth=, #key=, #auth=, app key, app id',
    "developer key, dev key, user key",
    "psk, crumb, seed, pfx, p12, pkcs12, keystore, plaintext, masterauth, bindpw",
    "rootpw, ticket=, sign=, sid=, launch=, interact_ref=, zak=, slt=, ?sk=, &sk=",
    # Not in passed and compass, which are in any text.
    'pass", pass=, pass:, <pass ',
    'session", preshared, code=, sensitive", masked", secured", kty"',
    'cookie, kennwort, contrasena, senha, wachtwoord, sso", canary, hmac=',
    'session:, auth:, pw", lsd", lsd=, ltsk, aes":, tls":, encryption":, encryption:',
)
#: The same, in these spellings alone.
SPELLED = listed(
    "_KEY, _key, -key, Key, _PAT, _AUTH, -Auth, preShared, PreShared, pre_shared",
    "session =, pass =, PASS =, Pass =, oobCode, oob_code, auth_req_id, ession_",
    "essionInfo, essionData, PW>, _SALT",
    "SecureString, secureString, securestring, secure_string",
    "validationKey, decryptionKey, hash_salt, npmAuthIdent, olcRootPW, setup_key",
    "setupKey, manualEntryKey, scratch_code, scratchCode, privKey",
    "motdepasse, motDePasse, MotDePasse, mot_de_passe, mot-de-passe",
    "queryString, sensitive_attributes, sensitive_values, requirepass",
    "PassW, Pass_w, pass_w, PASS_W, auth_code, authCode, AuthCode, asskey, assKey",
    "ass_key, keys_base64, unseal_keys, keyMaterial, KeyMaterial, session=, CONCEALED",
    '_pat", Pat", _pat:, _pat=',
    'bearer", bearer=, bearer:, pw=, pw:, pw>, pw =, icket", rlkey=, tempauth=',
    'httpOnly", HttpOnly", httponly", passhash, secureJsonData',
    "ecurity_answer, ecurityAnswer, uthId=, tateHandle, tionHandle, tion_handle, pskc",
    "dtsg, access_code, accessCode, ssecurity, modhash, appCertificate, app_cert",
    'tication", tkey", ekey", wresult, signed_request, signedRequest, sig_re',
    "TokInfo, tokInfo, authSid, auth_sid, AuthSid, hantSalt, hant_salt, AccessLicense",
    'rtspAlias, rtsp_alias, sFT", sCtx", PPFT, g_ck, checkForm, registrationLock, S2_A',
    "S2_U, S0_L, setup_pin, setupPin, setup_manual, setupManual, setup_qr, setupQr",
    "rriot, api_id=, uthHash, auth_hash, HA-Access, SAMLRe, samlRe, SamlRe, saml_re",
    "saml-re, samlre, SAMLar, SAMLas, samlar, saml_ar, jit_config, jitConfig, jitconf",
    "jit-config, amz-date, Amz-Date, amzdate, AmzDate, amz_date, goog-date, Goog-Date",
    "googdate, GoogDate, goog_date, IDENTIFIED BY, identified by, Identified By",
    "identified_by, identifiedBy, IDENTIFIED_BY, SAML_RE, SAMLART",
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
    "hooks.nabu.casa/, dl.cloudsmith.io/, api.day.app/, datadoghq.com/v1/input/",
    "/integrations/generic/20131114/alert/, /rtmp/, /cd/0/get/, box.com/s/",
    "box.com/shared/static/, /3/device/, /dynamic/update.php?",
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
