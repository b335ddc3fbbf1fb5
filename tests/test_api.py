import pytest

import mitmvcr
from mitmvcr.core.errors import CassetteNotFoundError


def test_a_cassette_is_loaded_and_written_as_it_was(tmp_path):
    path = tmp_path / "a.yaml"
    text = "---\nversion: 2\ninteractions: []\n"
    path.write_text(text)
    assert mitmvcr.dumps(mitmvcr.load(path)) == text


def test_the_older_layout_writes_empty_fields(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "---\nversion: 2\ninteractions:\n"
        "- {request: {url: u, method: GET}, response: {code: 200}}\n"
    )
    cassette = mitmvcr.load(path)
    assert "transfer_encoding: []" in mitmvcr.dumps(cassette, "v3")
    assert "transfer_encoding" not in mitmvcr.dumps(cassette)


def test_a_missing_cassette_is_an_error_of_ours(tmp_path):
    with pytest.raises(CassetteNotFoundError):
        mitmvcr.load(tmp_path / "absent.yaml")
