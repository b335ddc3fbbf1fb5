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
        if first.startswith("["):
            title = first.strip("[]")
        else:
            reason, source = rest or ("", "")
            source = _AZURE if source == "A" else source
            found[title].append(Named(first, reason, source))
    return found


def _words_of(title: str) -> tuple[str, ...]:
    return tuple(word for row in _TABLES[title] for word in row.names.split())


def listed(*lines: str) -> tuple[str, ...]:
    """Return what stands in the lines with commas between."""
    return tuple(", ".join(lines).split(", "))


_TABLES = _tables()
HEADERS, NAMES, DOUBTFUL, VAGUE, FLAGS, HOLDERS, QUERY, VAGUE_QUERY = map(
    _TABLES.__getitem__,
    listed("HEADERS, NAMES, DOUBTFUL, VAGUE, FLAGS, HOLDERS, QUERY, VAGUE_QUERY"),
)
ENDINGS, TAILS, VAGUE_ENDINGS, VAGUE_TAILS, DOUBTFUL_ENDINGS, KEY_OWNERS = map(
    _words_of,
    listed("ENDINGS, TAILS, VAGUE_ENDINGS, VAGUE_TAILS, DOUBTFUL_ENDINGS, KEY_OWNERS"),
)
HEADER_ENDINGS, FRESH_CLAIMS, NUMBERS, ENVIRONMENT, HARMLESS, VERBS = map(
    _words_of,
    listed("HEADER_ENDINGS, FRESH_CLAIMS, NUMBERS, ENVIRONMENT, HARMLESS, VERBS"),
)
ABOUT_SECRETS, PLACES_OF_SECRETS, NO_SECRETS, PAGES_OF_PASSWORDS, PAGES = map(
    _words_of,
    listed("ABOUT_SECRETS, PLACES_OF_SECRETS, NO_SECRETS, PAGES_OF_PASSWORDS, PAGES"),
)
ADDRESSES, CHANNELS = map(_words_of, ("ADDRESSES", "CHANNELS"))

#: Types of fields that are names of secrets, too: of forms, of Postman's, and one of
#: https://developers.cloudflare.com/api/resources/workers/subresources/scripts/
TYPES = (b"secret", b"secret_text", b"secretText", b"password")
#: A cookie with such a part in its name is a secret, whatever its value; of the others
#: those are whose values look like one.
COOKIES = ["sess", "sid", "auth", "token", "login", "remember", "csrf", "xsrf", "jwt"]

#: RFC 2965 had the second one, and servers of Java still send it.
SET_COOKIES = ("set-cookie", "set-cookie2")
#: Those of them that no other word ends in: a name in small letters is one word.
LONG_ENDINGS = listed("token, secret, password, credential, apikey, session, auth")

QUERY_ENDINGS = ("signature",)
#: Such may be of a message, or the name of a picture.
VAGUE_QUERY_ENDINGS = ("sig", "sign", "hmac", "code")
#: A parameter that is no secret where its value is a number or a word: of GitHub.
LIKELY_QUERY = ("appid",)

#: What is called a phrase of words, which open a wallet, has such a part.
PHRASES = listed(
    "nemonic, NEMONIC, d_phrase, dPhrase, D_PHRASE, y_phrase, yPhrase",
    "eed_words, eedWords",
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
    "_KEY, _key, -key, -KEY, .KEY, Key, _PAT, _AUTH, -Auth, preShared, PreShared",
    "pre_shared, session =, pass =, PASS =, Pass =, oobCode, oob_code, auth_req_id",
    "ession_, essionInfo, essionData, PW>, _SALT",
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
    "identified_by, identifiedBy, IDENTIFIED_BY, SAML_RE, SAMLART, .key=, inkey, PW=",
    'beaconkey, key-auth, "wif, "ha1, "rune, uthinfo, uthInfo, .key":',
    "manualPairing, manual_pairing, revocation_code",
)


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
    ("zip,ipmitool", "-P~"),
    ("ssh-keygen", "-N~"),
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
        r"(?:--(?:[a-z-]{1,20}-)?stdin|--with-token|chpasswd|\bsudo~-S|\bsecret put~))",
    ),
)
