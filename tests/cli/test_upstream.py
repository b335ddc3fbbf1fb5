"""An inherited proxy."""

import pytest

from mitmvcr.cli.child.upstream import inherited_proxy
from mitmvcr.core.errors import OptionError


def test_there_is_none_by_default(capsys):
    assert inherited_proxy({"HTTPS_PROXY": " ", "ALL_PROXY": "socks5://x"}) is None
    assert capsys.readouterr().err == ""


def test_https_comes_first_and_it_is_said(capsys):
    found = inherited_proxy({"http_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"})
    assert found == "http://b:2"
    expected = "mitmvcr: HTTPS_PROXY is set: going on through http://b:2\n"
    assert capsys.readouterr().err == expected


def test_a_scheme_is_added():
    assert inherited_proxy({"https_proxy": "corp:3128"}) == "http://corp:3128"


def test_a_password_is_not_shown(capsys):
    url = "http://me:secret@corp:3128"
    assert inherited_proxy({"https_proxy": url}) == url
    assert "secret" not in capsys.readouterr().err


@pytest.mark.parametrize("url", ["socks5://corp:1080", "http://", "http://corp:port"])
def test_one_that_cannot_be_gone_through_is_an_error(url):
    with pytest.raises(OptionError, match="unset it"):
        inherited_proxy({"HTTPS_PROXY": url})
