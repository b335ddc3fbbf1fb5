"""What a report notes of a request that was answered."""

from mitmvcr.core.choosing import by_vary, strange_to
from mitmvcr.core.model import Interaction, Request
from mitmvcr.miss.broken_rules import broken_rules
from mitmvcr.miss.masking import masked_text


def noted(request: Request, found: Interaction) -> str:
    """Return what to note of a replay: the headers that its answer depends on and that
    differ. As it may be shown."""
    differ = broken_rules(map(by_vary, strange_to(request, found)))
    return "; ".join(masked_text(str(each)) for each in differ)
