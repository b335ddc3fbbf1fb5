"""The table of programs that call home."""

import pytest

from mitmvcr.core.home_calls import HOME_CALLS, home_call


@pytest.mark.parametrize("each", HOME_CALLS, ids=lambda each: each.host + each.path)
def test_each_row_is_found_and_has_its_source(each):
    url = f"https://{each.host}{each.path}"
    found = home_call(url)
    assert found is not None
    assert found.who == each.who
    assert home_call(f"{url}?x=1") == found
    assert home_call(url.upper().replace(each.path.upper(), each.path)) == found
    assert each.who
    assert "/" in each.source
    assert ":" in each.source
    assert each.path.startswith("/")
    assert each.host == each.host.lower()


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.npmjs.org/npmlog",
        "https://registry.npmjs.org/npm/-/npm-11.0.0.tgz",
        "https://registry.npmjs.org/express",
        "https://pypi.org/simple/pipx/",
        "https://accounts.google.com/o/oauth2/token",
        "https://huggingface.co/api/models/gpt2",
        "https://api.gradio.app/v3/tunnel-request",
        "https://update.googleapis.com.example.test/service/update2/json",
        "https://example.test/",
        "https://[::1",
        "no URL",
    ],
)
def test_what_a_user_may_want_is_not_in_it(url):
    assert home_call(url) is None


def test_no_row_stands_twice():
    rows = [(each.host, each.path) for each in HOME_CALLS]
    assert len(rows) == len({*rows})
