"""What an answer cost, by the usage that it states: tokens of a language model.

- OpenAI: ``usage.prompt_tokens`` and ``completion_tokens``, or ``input_tokens`` and
  ``output_tokens``
- Anthropic: ``usage.input_tokens`` and ``output_tokens``; a stream repeats the latter,
  each time as the sum so far
- Google: ``usageMetadata.promptTokenCount`` and ``candidatesTokenCount``
- Bedrock: ``usage.inputTokens`` and ``outputTokens``
- Ollama: ``prompt_eval_count`` and ``eval_count``
"""

import re
from typing import NamedTuple

_HINTS = (b'"usage', b'"prompt_eval_count"')
_INPUT = b"prompt_tokens|input_tokens|promptTokenCount|inputTokens|prompt_eval_count"
_OUTPUT = (
    b"completion_tokens|output_tokens|candidatesTokenCount|outputTokens|eval_count"
)
_COUNTS = re.compile(rb'"(?:(%b)|(?:%b))"\s*:\s*(\d{1,12})' % (_INPUT, _OUTPUT))


class Spend(NamedTuple):
    """How many answers stated their usage, and how many tokens they took as input and
    gave as output."""

    calls: int = 0
    input: int = 0
    output: int = 0

    @property
    def tokens(self) -> int:
        return self.input + self.output

    def plus(self, other: "Spend") -> "Spend":
        return Spend(*(one + more for one, more in zip(self, other, strict=True)))


NOTHING = Spend()


def spend_of(body: bytes) -> Spend:
    """Return the usage that an answer states; of a repeated count the largest."""
    if not any(hint in body for hint in _HINTS):
        return NOTHING
    most = [0, 0]
    for found in _COUNTS.finditer(body):
        place = 0 if found[1] else 1
        most[place] = max(most[place], int(found[2]))
    return Spend(1, *most) if any(most) else NOTHING
