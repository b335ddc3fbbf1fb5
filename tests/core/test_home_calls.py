"""The table of programs that call home."""

import pytest

from mitmvcr.core.callers import HOME_CALLS, Preset
from mitmvcr.core.home_calls import home_call


@pytest.mark.parametrize("each", HOME_CALLS, ids=lambda each: each.host + each.path)
def test_each_row_is_found_and_has_its_source(each):
    url = f"https://{each.host}{each.path}"
    only = (each.preset,)
    found = home_call(url, only)
    assert found is not None
    assert found.who == each.who
    assert home_call(f"{url}?x=1", only) == found
    assert home_call(url.upper().replace(each.path.upper(), each.path), only) == found
    assert each.who
    assert "/" in each.source
    assert ":" in each.source
    assert each.path.startswith("/")
    assert each.host == each.host.lower()


@pytest.mark.parametrize(
    "url",
    [
        "https://pypi.org/pypi/requests/json",
        "https://crates.io/api/v1/crates/serde",
        "https://rubygems.org/api/v1/gems/rails.json",
        "https://luarocks.org/modules/openresty/lua-cjson",
        "https://luarocks.org/api/1/search",
        "https://nodejs.org/api/http.json",
        "https://github.com/astral-sh/uv",
        "https://jsr.io/packages",
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


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.npmjs.org/npmlog",
        "https://registry.npmjs.org/npm/-/npm-11.0.0.tgz",
        "https://pypi.org/simple/pipx/",
        "https://luarocks.org/manifest-5.4.zip",
        "https://luarocks.org/lua-cjson-2.1.0-1.rockspec",
        "https://luarocks.org/manifests/luarocks/lua-cjson-2.1.0-1.src.rock",
    ],
)
def test_a_package_is_no_update_check(url):
    assert home_call(url, (Preset.TELEMETRY,)) is None
    assert home_call(url).preset is Preset.PACKAGES


def test_of_two_rows_one_that_is_left_out_counts():
    url = "https://pypi.org/simple/pip/"
    assert home_call(url).preset is Preset.PACKAGES
    assert home_call(url, (Preset.TELEMETRY,)).is_recorded
    assert home_call(url, ()) is None


def test_no_row_stands_twice():
    rows = [(each.host, each.path) for each in HOME_CALLS]
    assert len(rows) == len({*rows})
