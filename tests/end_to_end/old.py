"""What was recorded a year ago, for clients that look at the clock."""

import base64
import json
from email.utils import formatdate
from pathlib import Path

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

ORIGIN = "http://old.test"
YEAR = 365 * 86400
_STS = (
    "<AssumeRoleWithWebIdentityResponse xmlns="
    '"https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>'
    "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret"
    "</SecretAccessKey><SessionToken>token</SessionToken><Expiration>{}</Expiration>"
    "</Credentials></AssumeRoleWithWebIdentityResult>"
    "</AssumeRoleWithWebIdentityResponse>"
)
#: Asks twice for what is fresh, and says how much of it came the second time.
_PAGE = """<body><script>
for (let turn = 0; turn < 2; turn++) {
  const asked = new XMLHttpRequest();
  asked.open("GET", "/fresh", false);
  asked.send();
}
const all = performance.getEntriesByType("resource");
document.write("size" + "=" + all[all.length - 1].transferSize);
</script></body>"""


def _coded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(at: int) -> str:
    claims = {"iss": "https://old.test", "iat": at, "exp": at + 3600, "sub": "me"}
    return f"{_coded({'alg': 'RS256', 'typ': 'JWT'})}.{_coded(claims)}.{'c2ln' * 85}"


class _Year:
    """Interactions of one moment, in Unix seconds."""

    def __init__(self, at: int) -> None:
        self.at, self.all = at, list[Interaction]()

    def add(self, path: str, body: str, method: str = "GET", **more: str) -> None:
        headers = {
            "Date": [formatdate(self.at, usegmt=True)],
            "Content-Type": [more.pop("kind", "application/json")],
            "Content-Length": [str(len(body))],
        }
        headers |= {k.replace("_", "-").title(): [v] for k, v in more.items()}
        asked = {"Cookie": ["who=you"]} if body == "you" else {}
        form = (
            {"Content-Type": ["application/x-www-form-urlencoded; charset=utf-8"]}
            if method == "POST"
            else {}
        )
        self.all.append(
            Interaction(
                len(self.all),
                Request(method=method, url=ORIGIN + path, headers=asked | form),
                Response(
                    code=200,
                    status="200 OK",
                    proto="HTTP/1.1",
                    proto_major=1,
                    proto_minor=1,
                    headers=headers,
                    body=body.encode(),
                    content_length=len(body),
                ),
            )
        )


def old_cassette(path: Path, at: int) -> None:
    """Write what all of old_client.py ask, as it was recorded ``at``. Who sends the
    cookie is told apart by it: match headers too."""
    year = _Year(at)
    late = formatdate(at + 3600, usegmt=True)
    cookie = f"who=you; Path=/cookie; Expires={late}"
    iso = f"{_iso(at + 3600)}"
    year.add("/cookie", "set", kind="text/plain", set_cookie=cookie)
    year.add("/cookie/who", "you", kind="text/plain")
    year.add("/cookie/who", "nobody", kind="text/plain")
    year.add("/page", _PAGE, kind="text/html")
    year.add("/token", json.dumps({"id_token": token(at)}))
    year.add("/", _STS.format(iso), "POST", kind="text/xml")
    year.add("/bucket", "", "HEAD")
    msi = {"access_token": "a", "expires_on": f"{at + 7200}", "resource": "r"}
    identity = "?api-version=2019-08-01&resource=https%3A%2F%2Fapi.test"
    year.add(f"/msi{identity}", json.dumps(msi))
    year.add("/fresh", "fresh", kind="text/plain", expires=late)
    _google(year)
    path.write_bytes(writer.dumps(Cassette(year.all)))


def _google(year: _Year) -> None:
    meta = "/computeMetadata/v1/instance/service-accounts/default/"
    flavor = {"metadata_flavor": "Google"}
    account = {"email": "a@p.test", "scopes": ["s"], "aliases": ["default"]}
    year.add(f"{meta}?recursive=true", json.dumps(account), **flavor)
    asked = "identity?audience=https%3A%2F%2Fapp.test&format=full"
    year.add(meta + asked, token(year.at), kind="text/html", **flavor)


def _iso(at: int) -> str:
    import datetime

    return f"{datetime.datetime.fromtimestamp(at, datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
