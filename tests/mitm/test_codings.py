"""Content codings, part by part: each library decodes what we encode."""

import gzip
import zlib

import brotli
import pytest
import zstandard

from mitmvcr.mitm.codings import decode_start, decoder, encode_pieces

PIECES = [b"data: %d\n\n" % number for number in range(5)]
WHOLE = b"".join(PIECES)
CODINGS = ["gzip", "deflate", "br", "zstd"]
THEIRS = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_each_piece_can_be_read_when_it_comes(coding: str) -> None:
    encoded = encode_pieces(PIECES, coding)
    assert THEIRS[coding](b"".join(encoded)) == WHOLE
    decode = decoder(coding)
    assert decode is not None
    assert [decode(part) for part in encoded] == PIECES


@pytest.mark.parametrize("coding", CODINGS)
def test_nothing_has_no_pieces(coding: str) -> None:
    assert encode_pieces([], coding) == []


@pytest.mark.parametrize("coding", CODINGS)
def test_what_was_cut_off_is_read_as_far_as_it_goes(coding: str) -> None:
    encoded = encode_pieces(PIECES, coding)
    assert decode_start(b"".join(encoded[:3]), coding) == b"".join(PIECES[:3])


@pytest.mark.parametrize("coding", [*CODINGS, "unknown"])
def test_what_is_not_in_its_coding_is_not_decoded(coding: str) -> None:
    assert not decode_start(b"\xff\xfe plain text, as it happens", coding)


def test_bare_deflate_is_read_too() -> None:
    state = zlib.compressobj(wbits=-15)
    body = state.compress(WHOLE) + state.flush()
    assert decode_start(body, "deflate") == WHOLE
    decode = decoder("deflate")
    assert decode is not None
    assert decode(b"") + decode(body[:3]) + decode(body[3:]) == WHOLE
