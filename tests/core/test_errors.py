"""Each error prints as one line, and has its facts as attributes."""

import pytest

from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
    CassetteVersionError,
    CassetteWriteError,
    OptionError,
    VcrError,
)


def test_an_option_error_names_option_value_and_remedy() -> None:
    error = OptionError("vcr_mode", "recrod", "use one of record, replay")
    assert str(error) == "vcr_mode=recrod: use one of record, replay"
    assert (error.option, error.value, error.remedy) == (
        "vcr_mode",
        "recrod",
        "use one of record, replay",
    )


def test_a_cassette_error_names_the_file_first() -> None:
    error = CassetteError("a/b.yaml", "is empty")
    assert str(error) == "a/b.yaml: is empty"
    assert (error.path, error.problem) == ("a/b.yaml", "is empty")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "b.yaml: is not a list"),
        ({"line": 3}, "b.yaml: line 3: is not a list"),
        ({"interaction": 0}, "b.yaml: interaction 0: is not a list"),
        ({"field": "request.form"}, "b.yaml: request.form: is not a list"),
        (
            {"line": 3, "interaction": 0, "field": "request.form"},
            "b.yaml: line 3, interaction 0, request.form: is not a list",
        ),
    ],
)
def test_damage_is_told_with_the_place_as_far_as_it_is_known(
    place: dict[str, object], text: str
) -> None:
    error = CassetteDamagedError("b.yaml", "is not a list", **place)  # type: ignore[arg-type] # a dict of all three
    assert str(error) == text
    facts = {"line": error.line, "interaction": error.interaction, "field": error.field}
    assert facts == {"line": None, "interaction": None, "field": None} | place


def test_a_wrong_version_is_told_with_what_was_found_and_the_remedy() -> None:
    error = CassetteVersionError("b.yaml", 1, "convert it")
    assert str(error) == (
        "b.yaml: is of cassette format 1, and format 2 is needed: convert it"
    )
    assert error.found == 1


@pytest.mark.parametrize(
    "error",
    [
        OptionError("vcr_mode", "a\nb\r\nc", "use\nanother"),
        CassetteError("a\nb", "is\x85bad"),
        CassetteDamagedError("a", "one\ntwo", field="re\nquest"),
        VcrError("one\u2028two"),
    ],
)
def test_an_error_is_one_line_whatever_the_user_wrote(error: VcrError) -> None:
    assert len(str(error).splitlines()) == 1


def test_all_of_them_are_caught_as_one_kind() -> None:
    kinds = (
        OptionError,
        CassetteError,
        CassetteNotFoundError,
        CassetteDamagedError,
        CassetteVersionError,
        CassetteWriteError,
    )
    assert all(issubclass(kind, VcrError) for kind in kinds)
    assert all(issubclass(kind, CassetteError) for kind in kinds[1:])


def test_what_would_help_is_a_field_of_its_own_and_ends_the_line() -> None:
    error = CassetteWriteError("b.yaml", "is locked", remedy="end that: or wait")
    assert str(error) == "b.yaml: is locked: end that: or wait"
    assert error.problem == "is locked: end that: or wait"
    assert error.remedy == "end that: or wait"
    assert CassetteDamagedError("b.yaml", "is odd", line=2, remedy="mend it").remedy
    assert CassetteVersionError("b.yaml", 1, "convert it").remedy == "convert it"
    assert CassetteError("b.yaml", "cannot be read: why").remedy == ""
    assert VcrError("failed", remedy="try again").remedy == "try again"
