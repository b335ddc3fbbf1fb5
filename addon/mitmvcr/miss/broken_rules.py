"""Words for the rules of HTTP that keep an equal interaction from answering, or that a
replay went past."""

from collections.abc import Iterable, Iterator

from mitmvcr.core.choosing import Objection, by_vary, strange_to
from mitmvcr.core.matching import Rule
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.wording import shown
from mitmvcr.miss.differences import told_apart
from mitmvcr.miss.masking import masked_text
from mitmvcr.miss.report import Difference

_WHY = {
    Rule.RANGE: "and a partial answer is for its own bytes",
    Rule.VALIDATORS: "and a 304 or 412 is for its own conditions",
    Rule.VARY: "and the answer's Vary names it",
    Rule.OPERATION: "and it says what is asked for",
}


def broken_rules(objections: Iterable[Objection]) -> Iterator[Difference]:
    """Yield what speaks against an interaction, one difference for each place."""
    for each in objections:
        ignoring = ("off", str(each.rule))
        if each.rule is Rule.IDENTITY:
            yield Difference(shown(each.name), "", "", ignoring, why=_whose(each))
        else:
            place = f"header.{shown(each.name)}"
            texts = told_apart(place, each.asked, each.recorded)
            yield Difference(*texts, ignoring, why=_WHY[each.rule])


def _whose(found: Objection) -> str:
    name = shown(found.name)
    if not found.several:
        return f"this is for another value of `{name}`"
    values = "1 value" if found.several == 1 else f"{found.several} different values"
    if found.asked is None:
        yours = "yours has none that is hidden"
    else:
        yours = "yours is neither" if found.several == 2 else "yours is none of them"
    return f"this cassette holds {values} of `{name}`; {yours}"


def noted(request: Request, found: Interaction) -> str:
    """Return what to note of a replay: the headers that its answer depends on and that
    differ. As it may be shown."""
    differ = broken_rules(map(by_vary, strange_to(request, found)))
    return "; ".join(masked_text(str(each)) for each in differ)
