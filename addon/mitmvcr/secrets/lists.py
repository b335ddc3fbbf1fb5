"""What counts as a secret. Data only: each entry has its reason or its source.

Generic names (``id``, ``name``, ``etag``, ``key`` at the root) are not in it: they
ruin ordinary cassettes (Azure SDK for Python, #13930).

A sample is made up from its template: ``{w36}`` is 36 letters and digits, ``{h8}``
lower-case hex digits, ``{u16}`` capitals and 2 to 7, ``{c16}`` capitals and digits,
``{d10}`` digits, ``{l34}`` small letters, ``{b43}`` base64url, ``{s40}`` base64.
"""

from typing import NamedTuple


class Named(NamedTuple):
    """Headers or fields; names in lower case, fields without ``-``, ``_`` and the
    like."""

    names: str
    reason: str
    source: str


class Pattern(NamedTuple):
    """A value that shows what it is. ``anchors`` are texts one of which every match
    holds; the first group, where there is one, is the secret."""

    kind: str
    anchors: tuple[str, ...]
    regex: str
    source: str
    sample: str
    #: How many bytes before its anchor a match may begin.
    back: tuple[int, ...] = (0,)


_RFC = "https://www.rfc-editor.org/rfc/"
_GH = "https://docs.github.com/en/"
_GH_TOKENS = (
    "https://docs.github.com/en/authentication/"
    "keeping-your-account-and-data-secure/about-authentication-to-github"
)
_LEAKS = "https://github.com/gitleaks/gitleaks/blob/master/cmd/generate/config/rules/"
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
        "codeverifier clientassertion samlresponse samlrequest devicecode "
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
ENDINGS = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "secretkey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "idtoken",
    "sessiontoken",
    "bearertoken",
    "apitoken",
    "csrftoken",
    "bottoken",
    "accesskey",
    "secretaccesskey",
    "clientassertion",
]

#: A field of any other name that ends in such a word holds a secret if its value looks
#: like one: ``plex_token``.
DOUBTFUL_ENDINGS = ["token", "credential"]

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
)

#: A cookie with such a part in its name is a secret, whatever its value; of the others
#: those are whose values look like one.
COOKIES = ["sess", "sid", "auth", "token", "login", "remember", "csrf", "xsrf", "jwt"]

#: The word before the last that makes a name harmless: ``next_token``.
HARMLESS = [
    # Pages and changes
    "page",
    "next",
    "nextpage",
    "prev",
    "previous",
    "continuation",
    "continue",
    "sync",
    "cursor",
    "resume",
    "skip",
    "delta",
    "change",
    "consistency",
    "snapshot",
    "start",
    "starting",
    "end",
    "watermark",
    "scroll",
    # Keys of tables, caches and queues
    "cache",
    "surrogate",
    "partition",
    "sort",
    "row",
    "shard",
    "routing",
    "ordering",
    "object",
    "document",
    "lookup",
    "correlation",
    "dedup",
    "deduplication",
    "idempotency",
    "idempotent",
    "message",
    "translation",
    "issue",
    "project",
    "foreign",
    "unique",
    # Of protocols
    "websocket",
    "public",
    # Of language models
    "eos",
    "bos",
    "pad",
    "unk",
    "mask",
    "sep",
    "cls",
    "special",
    "stop",
    "max",
    "min",
    "per",
    "image",
    "audio",
    "first",
    "last",
    "each",
]

#: A header whose last word is one of them is a secret: ``X-Plex-Token``.
HEADER_ENDINGS = [
    "token",
    "key",
    "secret",
    "auth",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "assertion",
    "apikey",
    "jwt",
]

#: In the query of a URL these are credentials too: they sign it.
QUERY = (
    Named(
        "sig signature xamzsignature xamzcredential xamzsecuritytoken xgoogsignature "
        "xgoogcredential awsaccesskeyid googleaccessid",
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
NUMBERS = [
    "password",
    "passcode",
    "otp",
    "totp",
    "otpcode",
    "mfacode",
    "cvv",
    "cvc",
]

#: Parts of the names above, a comma between two: a text without any of them, however
#: its words are joined and spelled, has no such field.
STEMS = [
    "passw",
    "passphrase",
    "pass phrase",
    "passcode",
    "pass code",
    "pwd",
    "token",
    "secret",
    "api key",
    "access key",
    "auth key",
    "private key",
    "signing key",
    "shared key",
    "subscription key",
    "account key",
    "storage key",
    "primary key",
    "secondary key",
    "master key",
    "function key",
    "encryption key",
    "service key",
    "license key",
    "integration key",
    "session key",
    "session id",
    "sessid",
    "credential",
    "authoriz",
    "verifier",
    "assertion",
    "saml resp",
    "saml req",
    "device code",
    "csrf",
    "xsrf",
    "set cookie",
    "jwt",
    "otp",
    "cvv",
    "cvc",
    "mfa code",
    "connection string",
    "signature",
    "sig=",
    "access id",
    "key id",
    "?key=",
    "&key=",
    "?auth=",
    "&auth=",
    "#key=",
    "#auth=",
    "app key",
    "app id",
    "developer key",
    "dev key",
    "user key",
]

#: Variables of the environment: a part of the name, as words between underscores.
ENVIRONMENT = [
    "KEY",
    "APIKEY",
    "TOKEN",
    "TOKENS",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWD",
    "PWD",
    "PASS",
    "PASSPHRASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "PAT",
    "JWT",
    "AUTH",
]
#: The last word of a variable's name that makes it harmless: ``KEY_VAULT_NAME``.
ABOUT_SECRETS = [
    "NAME",
    "TYPE",
    "ID",
    "IDS",
    "URL",
    "URI",
    "ENDPOINT",
    "PATH",
    "FILE",
    "DIR",
    "HOST",
    "PORT",
    "USER",
    "USERNAME",
    "EMAIL",
    "VERSION",
    "COUNT",
    "SIZE",
    "LENGTH",
    "LIMIT",
    "TTL",
    "TIMEOUT",
    "EXPIRY",
    "EXPIRES",
    "REGION",
    "METHOD",
    "MODE",
    "ALGORITHM",
    "PROVIDER",
    "ENABLED",
    "DISABLED",
    "ISSUER",
    "AUDIENCE",
    "SCOPE",
    "SCOPES",
    "REALM",
    "DOMAIN",
    "HEADER",
    "PREFIX",
    "FORMAT",
    "POLICY",
    "SOCK",
    "ARN",
]
#: Variables with such names that hold none.
NO_SECRETS = [
    "PWD",
    "OLDPWD",
    "SSH_AUTH_SOCK",
    "XAUTHORITY",
    "PUBLIC_KEY",
    "GPG_KEY",
    "KEY_ID",
    "COLOR_KEY",
    "GIT_CONFIG_KEY_0",
    "GIT_CONFIG_KEY_1",
    "GIT_CONFIG_KEY_2",
    "MITMVCR_SECRET",  # it holds names of variables
]

#: Nothing that could go on the word stands before it.
_B = r"(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

PATTERNS = (
    # Of any provider
    Pattern(
        "jwt",
        ("eyJ",),
        _B + r"eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]*+",
        _RFC + "rfc7519",
        "eyJ{b30}.eyJ{b60}.{b43}",
    ),
    Pattern(
        "private-key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z0-9]{2,12} )?PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]|-(?!----)){16,20000}+-----END (?:[A-Z0-9]{2,12} )?"
        r"PRIVATE KEY(?: BLOCK)?-----",
        _RFC + "rfc7468",
        "-----BEGIN RSA PRIVATE KEY-----\n{s64}\n{s64}\n-----END RSA PRIVATE KEY-----",
    ),
    Pattern(
        "age-secret-key",
        ("AGE-SECRET-KEY-1",),
        r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
        "https://github.com/C2SP/C2SP/blob/main/age.md",
        "AGE-SECRET-KEY-1{r58}",
    ),
    Pattern(
        "bearer",
        ("Bearer ", "bearer ", "BEARER "),
        # Not the first parameter of a challenge: Bearer resource_metadata="..."
        r"[Bb](?:earer|EARER) (?![a-z_]+=\\?\")([A-Za-z0-9._~+/-]{16,}+={0,2})",
        _RFC + "rfc6750",
        "Bearer {w40}",
    ),
    Pattern(
        "basic",
        ("Basic ", "basic "),
        r"[Bb]asic ((?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{12,}+={0,2})",
        _RFC + "rfc7617",
        "Basic {w39}=",
    ),
    # Clouds
    Pattern(
        "aws-access-key-id",
        ("AKIA", "ASIA", "ABIA", "ACCA"),
        _B + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        "AKIA{u16}",
    ),
    Pattern(
        "aws-bedrock-key",
        ("ABSK",),
        _B + r"ABSK[A-Za-z0-9+/]{109,269}+={0,2}",
        _LEAKS + "aws.go",
        "ABSK{s120}",
    ),
    Pattern(
        "aws-mws",
        ("amzn.mws.",),
        r"amzn\.mws\." + _UUID,
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/",
        "amzn.mws.{h8}-{h4}-{h4}-{h4}-{h12}",
    ),
    Pattern(
        "gcp-api-key",
        ("AIza",),
        r"AIza[\w-]{35}(?![\w-])",
        "https://cloud.google.com/docs/authentication/api-keys",
        "AIza{b35}",
    ),
    Pattern(
        "google-oauth-secret",
        ("GOCSPX-",),
        r"GOCSPX-[\w-]{28}",
        _GH
        + "code-security/reference/secret-security/supported-secret-scanning-patterns",
        "GOCSPX-{b28}",
    ),
    Pattern(
        "google-oauth-token",
        ("ya29.",),
        _B + r"ya29\.[\w-]{20,}+",
        "https://developers.google.com/identity/protocols/oauth2",
        "ya29.{b60}",
    ),
    Pattern(
        "google-refresh-token",
        ("1//0",),
        _B + r"1//0[\w-]{40,}+",
        "https://developers.google.com/identity/protocols/oauth2",
        "1//0{b60}",
    ),
    Pattern(
        "azure-client-secret",
        ("Q~",),
        _B + r"[\w.~-]{3}[0-9]Q~[\w.~-]{31,34}(?![\w.~-])",
        _LEAKS + "azure.go",
        "{w3}8Q~{w34}",
        back=(4,),
    ),
    Pattern(
        "azure-account-key",
        ("AccountKey=", "SharedAccessKey="),
        r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/%]{32,}+={0,2})",
        "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
        "AccountKey={s86}==",
    ),
    Pattern(
        "azure-sas",
        ("sig=",),
        r"[?&;]sig=([A-Za-z0-9%+/=]{40,}+)",
        "https://learn.microsoft.com/rest/api/storageservices/create-service-sas",
        "?sig={w43}%3D",
        back=(1,),
    ),
    Pattern(
        "azure-devops-pat",
        ("AZDO",),
        r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
        "https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
        "{w76}AZDO{w4}",
        back=(76,),
    ),
    Pattern(
        "alibaba-access-key-id",
        ("LTAI",),
        _B + r"LTAI[A-Za-z0-9]{17,21}(?![A-Za-z0-9])",
        _LEAKS + "alibaba.go",
        "LTAI{w20}",
    ),
    Pattern(
        "tencent-secret-id",
        ("AKID",),
        _B + r"AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])",
        "https://www.tencentcloud.com/document/product/598/32675",
        "AKID{w32}",
    ),
    Pattern(
        "yandex-api-key",
        ("AQVN",),
        _B + r"AQVN[\w-]{35,38}(?![\w-])",
        _LEAKS + "yandex.go",
        "AQVN{b36}",
    ),
    Pattern(
        "digitalocean",
        ("doo_v1_", "dop_v1_", "dor_v1_"),
        r"do[opr]_v1_[0-9a-f]{64}",
        "https://docs.digitalocean.com/reference/api/create-personal-access-token/",
        "dop_v1_{h64}",
    ),
    Pattern(
        "cloudflare-origin-ca",
        ("v1.0-",),
        _B + r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}",
        _LEAKS + "cloudflare.go",
        "v1.0-{h24}-{h146}",
    ),
    Pattern(
        "heroku",
        ("HRKU-",),
        r"HRKU-[\w-]{36,60}",
        "https://devcenter.heroku.com/articles/authentication",
        "HRKU-AA{b58}",
    ),
    Pattern(
        "flyio",
        ("fm1a_", "fm1r_", "fm2_", "fo1_"),
        r"(?:fm1[ar]_|fm2_)[A-Za-z0-9+/]{100,}+={0,3}|" + _B + r"fo1_[\w-]{43}",
        "https://fly.io/docs/security/tokens/",
        "fm2_{s120}",
    ),
    Pattern(
        "databricks",
        ("dapi",),
        _B + r"dapi[0-9a-f]{32}(?:-[0-9])?(?![A-Za-z0-9])",
        "https://docs.databricks.com/dev-tools/auth/pat.html",
        "dapi{h32}",
    ),
    Pattern(
        "openshift",
        ("sha256~",),
        r"sha256~[\w-]{43}",
        "https://docs.openshift.com/container-platform/latest/authentication/",
        "sha256~{b43}",
    ),
    Pattern(
        "scaleway",
        ("SCW",),
        _B + r"SCW[A-Z0-9]{17}(?![A-Za-z0-9])",
        "https://www.scaleway.com/en/docs/iam/how-to/create-api-keys/",
        "SCW{c17}",
    ),
    # Models
    Pattern(
        "openai",
        ("sk-",),
        _B + r"sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,}+|[A-Za-z0-9]{32,}+)",
        "https://platform.openai.com/docs/api-reference/authentication",
        "sk-proj-{b74}T3BlbkFJ{b74}",
    ),
    Pattern(
        "anthropic",
        ("sk-ant-",),
        r"sk-ant-[a-z]{3,8}[0-9]{2}-[\w-]{40,}+",
        "https://docs.anthropic.com/en/api/overview",
        "sk-ant-api03-{b93}AA",
    ),
    Pattern(
        "openrouter",
        ("sk-or-v1-",),
        r"sk-or-v1-[0-9a-f]{64}",
        "https://openrouter.ai/docs/api-reference/authentication",
        "sk-or-v1-{h64}",
    ),
    Pattern(
        "langsmith",
        ("lsv2_",),
        r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        "https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key",
        "lsv2_pt_{h32}_{h10}",
    ),
    Pattern(
        "hugging-face",
        ("hf_", "api_org_"),
        _B + r"(?:hf|api_org)_[A-Za-z0-9]{34,40}(?![A-Za-z0-9])",
        "https://huggingface.co/docs/hub/security-tokens",
        "hf_{w34}",
    ),
    Pattern(
        "groq",
        ("gsk_",),
        _B + r"gsk_[A-Za-z0-9]{48,52}(?![A-Za-z0-9])",
        "https://console.groq.com/docs/quickstart",
        "gsk_{w52}",
    ),
    Pattern(
        "perplexity",
        ("pplx-",),
        r"pplx-[A-Za-z0-9]{48}",
        "https://docs.perplexity.ai/getting-started/quickstart",
        "pplx-{w48}",
    ),
    Pattern(
        "replicate",
        ("r8_",),
        _B + r"r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])",
        "https://replicate.com/docs/topics/security/api-tokens",
        "r8_{w37}",
    ),
    Pattern(
        "xai",
        ("xai-",),
        _B + r"xai-[A-Za-z0-9]{70,90}(?![A-Za-z0-9])",
        "https://docs.x.ai/docs/overview",
        "xai-{w80}",
    ),
    Pattern(
        "nvidia",
        ("nvapi-",),
        r"nvapi-[\w-]{60,70}",
        "https://docs.nvidia.com/nim/",
        "nvapi-{b64}",
    ),
    Pattern(
        "pinecone",
        ("pcsk_",),
        r"pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,80}",
        "https://docs.pinecone.io/guides/projects/manage-api-keys",
        "pcsk_{w6}_{w63}",
    ),
    Pattern(
        "tavily",
        ("tvly-",),
        r"tvly-(?:(?:dev|prod)-)?[A-Za-z0-9]{28,}+",
        "https://docs.tavily.com/documentation/api-reference/introduction",
        "tvly-{w32}",
    ),
    Pattern(
        "fireworks",
        ("fw_",),
        _B + r"fw_[A-Za-z0-9]{22,24}(?![A-Za-z0-9])",
        "https://docs.fireworks.ai/api-reference/introduction",
        "fw_{w24}",
    ),
    # Code hosts, packages, builds
    Pattern(
        "github",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        r"gh[pousr]_[A-Za-z0-9]{36,251}",
        _GH_TOKENS,
        "ghp_{w36}",
    ),
    Pattern(
        "github-fine-grained",
        ("github_pat_",),
        r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
        _GH_TOKENS,
        "github_pat_{w22}_{w59}",
    ),
    Pattern(
        "gitlab",
        (
            "glpat-",
            "gldt-",
            "glrt-",
            "glft-",
            "glcbt-",
            "glptt-",
            "glimt-",
            "glagent-",
            "gloas-",
            "glsoat-",
            "glffct-",
        ),
        r"gl(?:pat|dt|rt|ft|cbt|ptt|imt|agent|oas|soat|ffct)-[\w.-]{20,320}",
        "https://docs.gitlab.com/security/tokens/",
        "glpat-{b20}",
    ),
    Pattern(
        "gitlab-runner-registration",
        ("GR1348941",),
        r"GR1348941[\w-]{20}",
        "https://docs.gitlab.com/security/tokens/",
        "GR1348941{b20}",
    ),
    Pattern(
        "atlassian",
        ("ATATT3", "ATCTT3", "ATBB"),
        r"AT[AC]TT3[\w=-]{60,200}|" + _B + r"ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9])",
        "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        "ATATT3{b186}",
    ),
    Pattern(
        "npm",
        ("npm_",),
        _B + r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
        "https://docs.npmjs.com/about-access-tokens",
        "npm_{w36}",
    ),
    Pattern(
        "pypi",
        ("pypi-AgE",),
        r"pypi-AgE[\w-]{50,1000}",
        "https://pypi.org/help/#apitoken",
        "pypi-AgEIcHlwaS5vcmc{b80}",
    ),
    Pattern(
        "rubygems",
        ("rubygems_",),
        r"rubygems_[0-9a-f]{48}",
        "https://guides.rubygems.org/api-key-scopes/",
        "rubygems_{h48}",
    ),
    Pattern(
        "crates-io",
        ("cio",),
        _B + r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])",
        "https://doc.rust-lang.org/cargo/reference/publishing.html",
        "cio{w32}",
    ),
    Pattern(
        "clojars",
        ("CLOJARS_",),
        r"CLOJARS_[a-z0-9]{60}",
        _LEAKS + "clojars.go",
        "CLOJARS_{h60}",
    ),
    Pattern(
        "nuget",
        ("oy2",),
        _B + r"oy2[a-z0-9]{43}(?![A-Za-z0-9])",
        "https://learn.microsoft.com/nuget/nuget-org/publish-a-package",
        "oy2{h43}",
    ),
    Pattern(
        "docker",
        ("dckr_pat_", "dckr_oat_"),
        r"dckr_[po]at_[\w-]{27,40}",
        "https://docs.docker.com/security/access-tokens/",
        "dckr_pat_{b27}",
    ),
    Pattern(
        "artifactory",
        ("AKCp", "cmVmd"),
        _B + r"(?:AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})(?![A-Za-z0-9])",
        _LEAKS + "artifactory.go",
        "AKCp{w69}",
    ),
    Pattern(
        "circleci",
        ("CCIPAT_", "CCIPRJ_"),
        r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}",
        "https://circleci.com/docs/managing-api-tokens/",
        "CCIPAT_{w22}_{h40}",
    ),
    Pattern(
        "buildkite",
        ("bkua_",),
        r"bkua_[0-9a-f]{40}",
        "https://buildkite.com/docs/apis/managing-api-tokens",
        "bkua_{h40}",
    ),
    Pattern(
        "pulumi",
        ("pul-",),
        _B + r"pul-[0-9a-f]{40}(?![A-Za-z0-9])",
        "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/",
        "pul-{h40}",
    ),
    Pattern(
        "terraform",
        (".atlasv1.",),
        r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}",
        "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
        "{w14}.atlasv1.{w67}",
        back=(14,),
    ),
    Pattern(
        "vault",
        ("hvs.", "hvb.", "hvr."),
        _B + r"hv[sbr]\.[\w-]{24,300}",
        "https://developer.hashicorp.com/vault/docs/concepts/tokens",
        "hvs.{b95}",
    ),
    Pattern(
        "doppler",
        ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa."),
        r"dp\.(?:pt|st|ct|sa)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}",
        "https://docs.doppler.com/reference/auth-token-formats",
        "dp.pt.{w43}",
    ),
    Pattern(
        "1password",
        ("ops_eyJ",),
        r"ops_eyJ[A-Za-z0-9+/_-]{250,}+={0,3}",
        "https://developer.1password.com/docs/service-accounts/security/",
        "ops_eyJ{s260}",
    ),
    Pattern(
        "prefect",
        ("pnu_",),
        _B + r"pnu_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
        "https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys",
        "pnu_{w36}",
    ),
    Pattern(
        "postman",
        ("PMAK-",),
        r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
        "https://learning.postman.com/docs/developer/postman-api/authentication/",
        "PMAK-{h24}-{h34}",
    ),
    Pattern(
        "readme",
        ("rdme_",),
        r"rdme_[a-z0-9]{70}",
        "https://docs.readme.com/main/docs/api-keys",
        "rdme_{h70}",
    ),
    Pattern(
        "sourcegraph",
        ("sgp_",),
        _B + r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}",
        "https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
        "sgp_{h40}",
    ),
    # Chat
    Pattern(
        "slack",
        (
            "xoxb-",
            "xoxp-",
            "xoxa-",
            "xoxr-",
            "xoxs-",
            "xoxo-",
            "xoxe-",
            "xapp-",
            "xoxe.",
        ),
        r"xox[a-z](?:\.xox[bp])?-[A-Za-z0-9-]{20,200}|xapp-[0-9]-[A-Za-z0-9-]{20,200}",
        "https://api.slack.com/authentication/token-types",
        "xoxb-{d12}-{d12}-{w24}",
    ),
    Pattern(
        "slack-webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{40,60})",
        "https://api.slack.com/messaging/webhooks",
        "https://hooks.slack.com/services/T{c8}/B{c8}/{w24}",
    ),
    Pattern(
        "discord-webhook",
        ("/api/webhooks/",),
        r"/api/webhooks/[0-9]{17,20}/([\w-]{60,72})",
        "https://discord.com/developers/docs/resources/webhook",
        "https://discord.com/api/webhooks/{d18}/{b68}",
    ),
    Pattern(
        "teams-webhook",
        ("/IncomingWebhook/",),
        r"/IncomingWebhook/([0-9a-f]{32}/" + _UUID + ")",
        "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
        "/IncomingWebhook/{h32}/{h8}-{h4}-{h4}-{h4}-{h12}",
    ),
    Pattern(
        "telegram-bot",
        (":AA",),
        r"(?<![0-9])[0-9]{8,10}:AA[\w-]{33}(?![\w-])",
        "https://core.telegram.org/bots/api#authorizing-your-bot",
        "{d10}:AA{b33}",
        back=(8, 9, 10),
    ),
    Pattern(
        "facebook",
        ("EAAC", "EAAM", "EAAG", "EAAB", "EAAD"),
        _B + r"EAA[BCDGM][A-Za-z0-9]{80,}+",
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
        "EAAC{w120}",
    ),
    # Payments and shops
    Pattern(
        "stripe",
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_prod_", "rk_prod_"),
        r"[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,247}",
        "https://docs.stripe.com/keys",
        "sk_live_{w24}",
    ),
    Pattern(
        "stripe-webhook",
        ("whsec_",),
        r"whsec_[A-Za-z0-9+/=]{24,64}",
        "https://docs.stripe.com/webhooks#verify-events",
        "whsec_{w32}",
    ),
    Pattern(
        "square",
        ("sq0atp-", "sq0csp-", "EAAA"),
        r"sq0(?:atp-[\w-]{22}|csp-[\w-]{43})|" + _B + r"EAAA[\w-]{60}(?![\w-])",
        "https://developer.squareup.com/docs/build-basics/access-tokens",
        "sq0atp-{b22}",
    ),
    Pattern(
        "braintree",
        ("access_token$",),
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",
        "https://developer.paypal.com/braintree/docs/",
        "access_token$production${h16}${h32}",
    ),
    Pattern(
        "shopify",
        ("shpat_", "shpca_", "shppa_", "shpss_"),
        r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
        "shpat_{h32}",
    ),
    Pattern(
        "razorpay",
        ("rzp_live_", "rzp_test_"),
        r"rzp_(?:live|test)_[A-Za-z0-9]{14}",
        "https://razorpay.com/docs/api/authentication/",
        "rzp_live_{w14}",
    ),
    Pattern(
        "flutterwave",
        ("FLWSECK",),
        r"FLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,40}(?:-X)?",
        "https://developer.flutterwave.com/docs/authentication",
        "FLWSECK-{h32}-X",
    ),
    Pattern(
        "plaid",
        ("access-production-", "access-sandbox-", "access-development-"),
        r"access-(?:sandbox|development|production)-" + _UUID,
        "https://plaid.com/docs/api/items/",
        "access-production-{h8}-{h4}-{h4}-{h4}-{h12}",
    ),
    Pattern(
        "easypost",
        ("EZAK", "EZTK"),
        _B + r"EZ[AT]K[A-Za-z0-9]{54}(?![A-Za-z0-9])",
        "https://docs.easypost.com/docs/authentication",
        "EZAK{w54}",
    ),
    Pattern(
        "shippo",
        ("shippo_live_", "shippo_test_"),
        r"shippo_(?:live|test)_[0-9a-f]{40}",
        "https://docs.goshippo.com/docs/guides_general/authentication/",
        "shippo_live_{h40}",
    ),
    Pattern(
        "duffel",
        ("duffel_live_", "duffel_test_"),
        r"duffel_(?:live|test)_[\w=-]{43}",
        "https://duffel.com/docs/api/overview/making-requests/authentication",
        "duffel_live_{b43}",
    ),
    # Mail and messages
    Pattern(
        "sendgrid",
        ("SG.",),
        _B + r"SG\.[\w-]{22}\.[\w-]{43}",
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
        "SG.{b22}.{b43}",
    ),
    Pattern(
        "twilio",
        ("SK",),
        _B + r"SK[0-9a-f]{32}(?![A-Za-z0-9])",
        "https://www.twilio.com/docs/iam/api-keys",
        "SK{h32}",
    ),
    Pattern(
        "mailgun",
        ("key-",),
        _B + r"key-[0-9a-f]{32}(?![A-Za-z0-9])",
        "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth",
        "key-{h32}",
    ),
    Pattern(
        "mailchimp",
        ("-us",),
        _B + r"[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])",
        "https://mailchimp.com/developer/marketing/guides/quick-start/",
        "{h32}-us12",
        back=(32,),
    ),
    Pattern(
        "brevo",
        ("xkeysib-", "xsmtpsib-"),
        r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        "https://developers.brevo.com/docs/getting-started",
        "xkeysib-{h64}-{w16}",
    ),
    Pattern(
        "resend",
        ("re_",),
        _B + r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])",
        "https://resend.com/docs/api-reference/introduction",
        "re_{w8}_{w24}",
    ),
    # Watching
    Pattern(
        "grafana",
        ("glsa_", "glc_"),
        r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|"
        + _B
        + r"glc_[A-Za-z0-9+/]{32,400}={0,3}",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        "glsa_{w32}_{h8}",
    ),
    Pattern(
        "sentry",
        ("sntrys_", "sntryu_"),
        r"sntrys_[A-Za-z0-9+/=_]{40,500}|sntryu_[0-9a-f]{64}",
        "https://docs.sentry.io/account/auth-tokens/",
        "sntryu_{h64}",
    ),
    Pattern(
        "new-relic",
        ("NRAK-", "NRII-", "NRJS-"),
        r"NR(?:AK-[A-Z0-9]{27}|II-[\w-]{32}|JS-[0-9a-f]{19})",
        "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        "NRAK-{c27}",
    ),
    Pattern(
        "dynatrace",
        ("dt0c01.", "dt0s01.", "dt0s02.", "dt0s16."),
        r"dt0[a-z][0-9]{2}\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}",
        "https://docs.dynatrace.com/docs/dynatrace-api/basics/dynatrace-api-authentication",
        "dt0c01.{c24}.{c64}",
    ),
    Pattern(
        "posthog",
        ("phx_",),
        _B + r"phx_[A-Za-z0-9]{43,48}(?![A-Za-z0-9])",
        "https://posthog.com/docs/api",
        "phx_{w43}",
    ),
    # Work and data
    Pattern(
        "notion",
        ("ntn_", "secret_"),
        _B + r"(?:ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9])",
        "https://developers.notion.com/reference/authentication",
        "ntn_{d11}{w35}",
    ),
    Pattern(
        "linear",
        ("lin_api_", "lin_oauth_"),
        r"lin_(?:api_[A-Za-z0-9]{40}|oauth_[0-9a-f]{64})",
        "https://linear.app/developers/graphql",
        "lin_api_{w40}",
    ),
    Pattern(
        "figma",
        ("figd_",),
        r"figd_[\w-]{40}",
        "https://www.figma.com/developers/api#access-tokens",
        "figd_{b40}",
    ),
    Pattern(
        "typeform",
        ("tfp_",),
        r"tfp_[\w.-]{59}",
        "https://www.typeform.com/developers/get-started/personal-access-token/",
        "tfp_{b59}",
    ),
    Pattern(
        "asana",
        ("1/1", "2/1"),
        _B + r"[12]/1[0-9]{12,16}(?:/[0-9]{16})?:[0-9a-f]{32}",
        "https://developers.asana.com/docs/personal-access-token",
        "1/1{d15}:{h32}",
    ),
    Pattern(
        "frameio",
        ("fio-u-",),
        r"fio-u-[\w=-]{64}",
        _LEAKS + "frameio.go",
        "fio-u-{b64}",
    ),
    Pattern(
        "contentful",
        ("CFPAT-",),
        r"CFPAT-[\w-]{43}",
        "https://www.contentful.com/developers/docs/references/authentication/",
        "CFPAT-{b43}",
    ),
    Pattern(
        "mapbox",
        ("sk.eyJ",),
        r"sk\.eyJ[\w-]{40,}+\.[\w-]{22}",
        "https://docs.mapbox.com/help/dive-deeper/access-tokens/",
        "sk.eyJ{b60}.{b22}",
    ),
    Pattern(
        "supabase",
        ("sbp_", "sb_secret_"),
        r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{31,40}",
        "https://supabase.com/docs/guides/api/api-keys",
        "sbp_{h40}",
    ),
    Pattern(
        "planetscale",
        ("pscale_tkn_", "pscale_oauth_", "pscale_pw_"),
        r"pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}",
        "https://planetscale.com/docs/concepts/service-tokens",
        "pscale_tkn_{b43}",
    ),
    Pattern(
        "netlify",
        ("nfp_", "nfc_", "nfo_"),
        _B + r"nf[pco]_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
        "https://docs.netlify.com/api/get-started/",
        "nfp_{w36}",
    ),
    Pattern(
        "launchdarkly",
        ("api-", "sdk-"),
        _B + r"(?:api|sdk)-" + _UUID,
        "https://launchdarkly.com/docs/home/account/api",
        "api-{h8}-{h4}-{h4}-{h4}-{h12}",
    ),
    Pattern(
        "octopus",
        ("API-",),
        _B + r"API-[A-Z0-9]{26,32}(?![A-Za-z0-9])",
        "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
        "API-{c26}",
    ),
    Pattern(
        "maxmind",
        ("_mmk",),
        r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
        "https://dev.maxmind.com/license-key-format/",
        "{w6}_{w29}_mmk",
        back=(36,),
    ),
    Pattern(
        "infracost",
        ("ico-",),
        _B + r"ico-[A-Za-z0-9]{32}(?![A-Za-z0-9])",
        _LEAKS + "infracost.go",
        "ico-{w32}",
    ),
    Pattern(
        "okta",
        ("SSWS ",),
        r"SSWS ([\w-]{40,44})",
        "https://developer.okta.com/docs/guides/create-an-api-token/main/",
        "SSWS 00{b40}",
    ),
)

#: ``user:password@`` in a URL; looked for where there is an ``@``.
USERINFO = r"://[^\s/?#\"'<>@:\\]{0,80}+:([^\s/?#\"'<>@\\]{1,200}+)@"
USERINFO_SOURCE = _RFC + "rfc3986#section-3.2.1"
