"""What is moved to the present in a replay, and who reads it.

A time in a header is moved wherever it stands, unless it is none that anybody means
(before 1990, or 2037 and later, as in ``Expires: Thu, 01 Jan 1970 00:00:00 GMT``). One
in a body is moved where it has one of these names and stood near the recording.
docs/time.md prints this table.
"""

from collections.abc import Mapping

#: Headers of an answer that hold a time, in lower case -> who reads them.
HEADERS: Mapping[str, str] = {
    "date": "RFC 9110, 6.6.1: caches count an answer's age from it (RFC 9111, 4.2.3);"
    " botocore and azure-core correct their clock by it, and AWS's SDKs for JavaScript"
    " and Go sign by it",
    "expires": "RFC 9111, 5.3: hishel, Cache-Control libraries, browsers",
    "last-modified": "RFC 9110, 8.8.2: validators, and caches' heuristics",
    "retry-after": "RFC 9110, 10.2.3: urllib3's Retry, azure-core, Go's clients; a"
    " number of seconds is no time, and stays",
    "sunset": "RFC 8594: SDKs warn of an API that ends",
    "x-ratelimit-reset": "Octokit, PyGithub: Unix seconds at which a limit ends",
    "ratelimit-reset": "GitLab, and others: Unix seconds at which a limit ends",
    "anthropic-ratelimit-requests-reset": "Anthropic's limits, in RFC 3339",
    "anthropic-ratelimit-tokens-reset": "Anthropic's limits, in RFC 3339",
}
#: Who reads ``expires`` of a Set-Cookie.
COOKIE_SOURCE = (
    "RFC 6265, 4.1.2.1: http.cookiejar (requests), curl, aiohttp, Go's"
    " net/http/cookiejar"
)
#: Members of JSON and elements of XML -> who reads them.
MEMBERS: Mapping[str, str] = {
    "exp": "RFC 7519, 4.1.4, RFC 7662, 2.2: token introspection",
    "iat": "RFC 7519, 4.1.6, RFC 7662, 2.2",
    "nbf": "RFC 7519, 4.1.5, RFC 7662, 2.2",
    "auth_time": "OpenID Connect Core, 2",
    "expires_at": "oauthlib and Authlib: OAuth2Token; GitHub's installation tokens",
    "expires_on": "Azure's managed identities and ADFS: msal, azure-identity",
    "not_before": "Azure's managed identities, Azure AD B2C",
    "refresh_on": "azure-identity: AccessTokenInfo",
    "refresh_token_expires_at": "oauth servers beside expires_at",
    "Expiration": "AWS: STS and instance metadata: botocore's RefreshableCredentials;"
    " Cognito's identities",
    "LastUpdated": "AWS: instance metadata",
    "expiration": "AWS: GetRoleCredentials of SSO, in milliseconds",
    "expiresAt": "AWS: tokens of SSO and of EKS; aws-sdk-js",
    "clientIdIssuedAt": "AWS: RegisterClient of SSO",
    "clientSecretExpiresAt": "AWS: RegisterClient of SSO",
    "client_id_issued_at": "RFC 7591, 3.2.1",
    "client_secret_expires_at": "RFC 7591, 3.2.1; 0 is never, and stays",
    "expireTime": "Google: generateAccessToken: google-auth's impersonation",
    "expirationTimestamp": "Kubernetes: ExecCredential and TokenRequest",
    "expiry": "golang.org/x/oauth2: Token",
    "expiry_date": "google-auth-library for Node, in milliseconds",
    "issued_at": "Salesforce, in milliseconds",
}
#: Parameters of a presigned URL, in a body or a Location -> who reads them.
PARAMETERS: Mapping[str, str] = {
    "X-Amz-Date": "AWS Signature Version 4: with X-Amz-Expires, in seconds",
    "X-Goog-Date": "Google Cloud Storage, V4 signatures",
    "Expires": "AWS Signature Version 2, CloudFront, Google Cloud Storage's V2",
    "se": "Azure Storage: the end of a shared access signature",
    "st": "Azure Storage: its start",
    "ske": "Azure Storage: the end of its user delegation key",
    "skt": "Azure Storage: the start of it",
}
#: Claims of a JWT, wherever one stands.
CLAIMS: Mapping[str, str] = {
    "exp": "RFC 7519, 4.1.4: PyJWT, google-auth, msal",
    "nbf": "RFC 7519, 4.1.5",
    "iat": "RFC 7519, 4.1.6: PyJWT refuses one in the future",
    "auth_time": "OpenID Connect Core, 2: with max_age",
}
#: Of these, what says since when: that it has passed ends nothing.
BEGINNINGS = frozenset(
    (
        *("iat", "nbf", "auth_time", "not_before", "issued_at", "LastUpdated"),
        *("clientIdIssuedAt", "client_id_issued_at", "st", "skt"),
    )
)
#: In seconds: a time in a body that is farther from the recording is none of it.
NEAR = 366 * 86400
#: Times before 1990, and from 2037 on, stand for none (Unix seconds).
EARLIEST, LATEST = 631_152_000, 2_114_380_800
#: In bytes: a longer body holds no such time.
LONGEST = 1 << 22
