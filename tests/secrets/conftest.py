"""What all tests of secrets share."""

import itertools

import pytest


@pytest.fixture(autouse=True)
def salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in each run: two values have the same hint in one case of 1,024."""
    made = (f"{number:08x}" for number in itertools.count(0x5EED))
    monkeypatch.setattr("mitmvcr.secrets.identities.token_hex", lambda _: next(made))
