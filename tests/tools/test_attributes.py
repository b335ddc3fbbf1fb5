"""What git is to know of cassettes."""

import pytest

from mitmvcr.tools.attributes import below, installed, pattern, uninstalled

HEAD = (
    "# mitmvcr: cassettes differ and merge by interaction ('mitmvcr git uninstall')\n"
)
LINE = "/c/*.yaml merge=mitmvcr diff=mitmvcr\n"
BLOCK = f"{HEAD}{LINE}# mitmvcr: end\n"


@pytest.mark.parametrize("text", ["", "*.png binary\n"])
def test_what_is_installed_is_uninstalled(text):
    assert installed(text, ["/c/*.yaml"]) == text + BLOCK
    assert uninstalled(text + BLOCK) == text


def test_to_install_again_replaces_what_was_there():
    once = installed("a text\n", ["/old/*.yaml"]) + "b text\n"
    assert installed(once, ["/c/*.yaml"]) == f"a text\nb text\n{BLOCK}"
    assert installed("no end", ["/c/*.yaml"]) == f"no end\n{BLOCK}"


@pytest.mark.parametrize(
    ("folder", "written"),
    [
        ("", "/*.yaml"),
        ("a/b", "/a/b/*.yaml"),
        ("a[1]*", "/a\\[1\\]\\*/*.yaml"),
    ],
)
def test_a_folder_is_a_pattern(folder, written):
    assert pattern(folder, "*.yaml") == written


def test_blanks_and_quotes_are_quoted():
    line = installed("", ['/my "old" c\\[/*.yaml']).splitlines()[1]
    assert line.startswith('"/my \\"old\\" c\\\\[/*.yaml" merge=')


def test_packed_cassettes_of_a_folder_are_named_too() -> None:
    assert below("a b") == ["/a b/**/*.y*ml", "/a b/**/*.y*ml.gz"]
    assert below("") == ["/**/*.y*ml", "/**/*.y*ml.gz"]
