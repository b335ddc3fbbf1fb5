"""What a body's digest is said to be stays true of what is written."""

import base64
import hashlib
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

BODY = b'{"password": "x1-y2-z3-w4", "a": 1}'
CLEAN = b'{"password": "[REDACTED:password]", "a": 1}'
#: By google-crc32c and by awscrt, of the one body and of the other.
CRC32C, CLEAN_CRC32C = "61plZg==", "VVoeQA=="
CRC64, CLEAN_CRC64 = "BDZm1b0O3t4=", "jiXS02NyWZ4="
SHA256 = hashlib.sha256(BODY).hexdigest()


def coded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def kept(url: str = "https://h/x", **headers: str) -> Interaction:
    said = {name.replace("_", "-"): [value] for name, value in headers.items()}
    met = Interaction(0, Request(url=url), Response(body=BODY, headers=said))
    return Redactor().interaction(met)


@pytest.mark.parametrize(
    "url",
    [f"https://r/v2/a/blobs/sha256:{SHA256}", f"https://r/blobs/sha256%3A{SHA256}?x=1"],
)
def test_what_is_asked_for_by_its_digest_stays_whole(url: str) -> None:
    assert kept(url).response.body == BODY
    other = url.replace(SHA256, "0" * 64)
    assert kept(other).response.body == CLEAN


def test_a_manifest_that_is_told_apart_by_its_digest_stays_whole() -> None:
    digest = f"sha256:{SHA256}"
    assert kept(Docker_Content_Digest=digest).response.body == BODY
    assert kept(Docker_Content_Digest="sha256:" + "1" * 64).response.body == CLEAN


def test_what_stays_whole_is_told_once() -> None:
    url = f"https://r/v2/a/blobs/sha256:{SHA256}"
    met = Interaction(0, Request("GET", url), Response(body=BODY))
    redactor = Redactor()
    assert redactor.interaction(met) == met
    assert list(redactor.left_whole) == [url]
    clean = Interaction(0, Request("GET", url), Response(body=b"{}"))
    assert redactor.interaction(clean) == clean
    assert list(redactor.left_whole) == [url]


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Content_MD5", hashlib.md5),
        ("x_amz_checksum_sha256", hashlib.sha256),
        ("x_amz_checksum_sha1", hashlib.sha1),
    ],
)
def test_a_digest_in_a_header_is_made_right(name: str, of: Callable[..., Any]) -> None:
    answer = kept(**{name: coded(of(BODY).digest())}).response
    assert answer.body == CLEAN
    assert answer.headers == {name.replace("_", "-"): [coded(of(CLEAN).digest())]}
    wrong = kept(**{name: "AAAA"}).response
    assert wrong.headers == {name.replace("_", "-"): ["AAAA"]}


def test_a_crc_and_a_list_of_digests_are_made_right() -> None:
    crc = [coded(zlib.crc32(body).to_bytes(4)) for body in (BODY, CLEAN)]
    found = kept(x_amz_checksum_crc32=crc[0]).response.headers
    assert found == {"x-amz-checksum-crc32": [crc[1]]}
    sums = [coded(hashlib.sha256(body).digest()) for body in (BODY, CLEAN)]
    md5 = [coded(hashlib.md5(body).digest()) for body in (BODY, CLEAN)]
    found = kept(Repr_Digest=f"sha-256=:{sums[0]}:, sha=AAAA").response.headers
    assert found == {"Repr-Digest": [f"sha-256=:{sums[1]}:, sha=AAAA"]}
    found = kept(x_goog_hash=f"crc32c=n03x6A==,md5={md5[0]}").response.headers
    assert found == {"x-goog-hash": [f"crc32c=n03x6A==,md5={md5[1]}"]}


def test_dynamodbs_crc_is_made_right() -> None:
    crc = [str(zlib.crc32(body)) for body in (BODY, CLEAN)]
    assert kept(x_amz_crc32=crc[0]).response.headers == {"x-amz-crc32": [crc[1]]}
    assert kept(x_amz_crc32="7").response.headers == {"x-amz-crc32": ["7"]}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("crc32c", CRC32C, CLEAN_CRC32C), ("crc64nvme", CRC64, CLEAN_CRC64)],
)
def test_a_crc_of_the_object_stores_is_made_right(
    name: str, before: str, after: str
) -> None:
    header = f"x-amz-checksum-{name}"
    assert kept(**{header: before}).response.headers == {header: [after]}
    assert kept(**{header: "AAAA"}).response.headers == {header: ["AAAA"]}


def test_googles_crc_is_made_right_in_its_list() -> None:
    found = kept(x_goog_hash=f"crc32c={CRC32C},md5=AAAA").response.headers
    assert found == {"x-goog-hash": [f"crc32c={CLEAN_CRC32C},md5=AAAA"]}
