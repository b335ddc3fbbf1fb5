"""Pulls an image as container runtimes do: a challenge, a token, the manifest and its
blobs, each checked by its digest. Prints the digests."""

import hashlib
import json
import sys
import urllib.error
import urllib.request

BASE = "http://image.test/v2/sample/"


def get(url: str, token: str = "") -> bytes:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return bytes(answer.read())


def main() -> None:
    try:
        get(BASE + "manifests/latest")
        sys.exit("not challenged")
    except urllib.error.HTTPError as error:
        challenge = error.headers["WWW-Authenticate"]
    realm = challenge.partition('realm="')[2].partition('"')[0]
    scope = "?service=image.test&scope=repository:sample:pull"
    token = json.loads(get(realm + scope))["token"]
    manifest = json.loads(get(BASE + "manifests/latest", token))
    for each in (manifest["config"], *manifest["layers"]):
        blob = get(BASE + "blobs/" + each["digest"], token)
        digest = "sha256:" + hashlib.sha256(blob).hexdigest()
        if (digest, len(blob)) != (each["digest"], each["size"]):
            sys.exit(f"a blob of {digest}, not {each['digest']}")
        sys.stdout.write(f"{digest}\n")


main()
