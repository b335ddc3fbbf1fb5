"""What a journal holds that a recording left over."""

from pathlib import Path

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.wording import number_of
from mitmvcr.format import reader, writer


def interactions_in(path: Path) -> int | None:
    """Return how many whole interactions a journal holds; None if it is no journal."""
    data = without_cut_off(path.read_bytes())
    if data == writer.preamble():
        return 0
    try:
        return len(reader.loads(data, str(path), lazy=True).interactions)
    except CassetteError:
        return None


def contents(count: int | None) -> str:
    """Describe a journal that holds this many interactions; None is no journal."""
    if count is None:
        return "does not hold a recording, and blocks a new one"
    interactions = number_of(count, "interaction")
    return f"holds {interactions} of a recording that was not saved"


def without_cut_off(data: bytes) -> bytes:
    """Return a journal without a last interaction that was cut off: a whole one ends
    with the line of its duration. What is no journal is left as it is."""
    sample = writer.dumper()(Interaction(0, Request(), Response()), 0)
    last_line = sample[sample.rindex(b"\n", 0, -1) :].removesuffix(b"0s\n")
    lines = data[: data.rfind(b"\n") + 1]
    last = lines.rfind(last_line)
    if last >= 0:
        return data[: data.index(b"\n", last + 1) + 1]
    head = writer.preamble()
    return head if data.startswith(head) or head.startswith(data) else data
