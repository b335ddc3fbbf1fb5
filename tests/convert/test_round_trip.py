"""A cassette through each format and back: what the table says is kept is kept, and
what is not is said."""

from dataclasses import fields
from urllib.parse import parse_qsl

import pytest

from convert.samples import BINARY, IN_LATIN_1, RICH, interaction
from mitmvcr.convert import (
    ASPECTS,
    BY_NAME,
    FORMATS,
    READ,
    WRITTEN,
    Format,
    Source,
    format_of,
    read,
    write,
)
from mitmvcr.convert.aspects import FAILURE
from mitmvcr.core.model import Interaction, Request, Response

BOTH = [BY_NAME[name] for name in WRITTEN if name in READ]
#: Read by the reader of another row.
READERS = {"go-vcr-v3": "go-vcr", "vcrpy-json": "vcrpy", "betamax": "ruby-vcr"}
THROUGH = [*BOTH, *(BY_NAME[name] for name in READERS)]


def there_and_back(items: tuple[Interaction, ...], form: Format) -> list[Interaction]:
    written = write(items, form)
    data = written.data if isinstance(written.data, bytes) else b"".join(written.data)
    known = format_of(data, "a.file")
    wanted = READERS.get(form.name, form.name)
    assert known == BY_NAME[wanted]
    found = read(Source(data, "a.file", origin="https://api.test"), BY_NAME[wanted])
    return found.interactions


@pytest.mark.parametrize("form", THROUGH, ids=lambda form: form.name)
@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.name)
def test_the_table_says_what_is_kept(form, aspect) -> None:
    back = there_and_back(RICH, form)
    assert len(back) == len(RICH)
    counted = [n for n, each in enumerate(RICH) if counts(aspect.name, each)]
    before, after = (
        [plain(aspect.of(items[n])) for n in counted] for items in (RICH, back)
    )
    assert (before == after) is (aspect.name in form.holds), (before, after)


def counts(name: str, each: Interaction) -> bool:
    """A failure has no answer, and bytes that are no text may have become some."""
    is_answer = not each.response.failure or not name.startswith("response.")
    bodies = each.request.body, each.response.body
    is_bytes = name in ("request.body", "response.body") and BINARY in bodies
    headers = each.request.headers, each.response.headers
    is_raw = name.endswith(("headers", "repeated")) and IN_LATIN_1 in headers
    return name == FAILURE or (is_answer and not is_bytes and not is_raw)


def test_each_key_of_ours_is_in_the_table() -> None:
    """What a stream waits for was lost without a word."""
    known = {each.name for each in ASPECTS}
    for record, last, whose in (
        (Request, "headers", "request"),
        (Response, "duration", "response"),
    ):
        names = [each.name for each in fields(record)]
        ours = names[names.index(last) + 1 :]
        assert {f"{whose}.{name}" for name in ours} <= known


@pytest.mark.parametrize("form", THROUGH, ids=lambda form: form.name)
def test_the_table_says_which_failures_are_kept(form) -> None:
    back = there_and_back(RICH, form)
    for before, after in zip(RICH, back, strict=True):
        failure = before.response.failure
        kept = failure in form.failures or FAILURE in form.holds
        assert after.response.failure == (failure if kept else "")


def plain(value: object) -> object:
    """Lists and tuples alike; an empty value as nothing."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()} or None
    if isinstance(value, list | tuple):
        return [plain(each) for each in value] or None
    return value or None


@pytest.mark.parametrize("form", THROUGH, ids=lambda form: form.name)
def test_method_and_url_are_always_kept(form) -> None:
    back = there_and_back(RICH, form)
    for before, after in zip(RICH, back, strict=True):
        assert before.request.method == after.request.method
        one, other = before.request.url, after.request.url
        assert parts(one) == parts(other)
        if form.name != "hoverfly":  # which knows no order of parameters
            assert one == other


def parts(url: str) -> tuple[str, list[tuple[str, str]]]:
    place, _, query = url.partition("?")
    return place, sorted(parse_qsl(query))


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_format_has_no_place_for_is_said(name) -> None:
    form = BY_NAME[name]
    said = {note.field for note in write(RICH, form).notes}
    wanted = {each.name for each in ASPECTS if each.name not in form.holds}
    if "response.code" in wanted:
        wanted = {each for each in wanted if each.startswith("request.")}
        wanted.add("response")
    assert said == (wanted | {form.when}) - {""}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_not_utf_8_stands_as_text_where_there_are_no_bytes(name) -> None:
    form = BY_NAME[name]
    data = write(RICH, form).data
    whole = data if isinstance(data, bytes) else b"".join(data)
    assert b"udce9" not in whole.lower()  # half of a pair: most readers refuse it
    if name not in READ or "response.headers, binary" in form.holds:
        return
    (found,) = there_and_back(RICH[5:6], form)
    assert found.response.headers["X-Old"] == ["caf\xe9"]


def test_a_status_and_a_url_that_are_not_utf_8_are_said_too() -> None:
    one = interaction("https://api.test/caf\udce9", status="200 Tr\udce8s bien")
    fields = {note.field for note in write([one], BY_NAME["har"]).notes}
    assert {"request.headers, binary", "response.headers, binary"} <= fields
    text = b"".join([write([one], BY_NAME["har"]).data])
    assert b"caf\\u00e9" in text
    assert b"Tr\\u00e8s bien" in text


def test_each_format_is_read_or_written() -> None:
    assert all(each.is_read or each.write for each in FORMATS)
