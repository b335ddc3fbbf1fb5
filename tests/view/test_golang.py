import pytest

from mitmvcr.view.golang import STATUS_TEXT, canonical


@pytest.mark.parametrize(
    ("wire", "go"),
    [
        (b"content-type", b"Content-Type"),
        (b"x-stainless-os", b"X-Stainless-Os"),
        (b"ETAG", b"Etag"),
        (b"www-authenticate", b"Www-Authenticate"),
        (b"-a--b-", b"-A--B-"),
        (b"x_y", b"X_y"),
        (b"bad name", b"bad name"),
        (b"gr\xc3\xb6\xc3\x9fe", b"gr\xc3\xb6\xc3\x9fe"),
        (b"", b""),
    ],
)
def test_a_name_is_spelled_as_go_spells_it(wire, go):
    assert canonical(wire) == go


def test_gos_own_words_for_a_status_differ_from_the_newer_standard():
    assert STATUS_TEXT[413] == "Request Entity Too Large"
    assert STATUS_TEXT[422] == "Unprocessable Entity"
