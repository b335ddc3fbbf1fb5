"""Fuzz target for the reader, run by ``scripts/fuzz`` (atheris, guided by coverage).

For any bytes: a cassette or a CassetteError, and the fast way gives what the slow way
gives.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mitmvcr"]):
    from mitmvcr.core.errors import CassetteError, CassetteVersionError
    from mitmvcr.core.model import FORMAT_VERSION
    from mitmvcr.format import reader, yamlreader

HEAD = b"---\nversion: 2\ninteractions:\n"


def target(data: bytes) -> None:
    # Half of the inputs need not find the head of a file by themselves.
    for text in (data, HEAD + data):
        agree(text)


def agree(data: bytes) -> None:
    slow = yamlreader.read(data)
    sound = not slow.faults and slow.version == FORMAT_VERSION
    try:
        found = reader.loads(data)
    except CassetteVersionError:
        assert slow.version not in (None, FORMAT_VERSION)
    except CassetteError:
        assert not sound
    else:
        assert sound
        assert list(found.interactions) == slow.interactions


if __name__ == "__main__":
    corpus = Path(__file__).parent / "corpus"
    atheris.Setup([*sys.argv, str(corpus)], target)
    atheris.Fuzz()
