"""What answers of language models say of the tokens that they used."""

import pytest

from mitmvcr.core.spend import NOTHING, Spend, spend_of


@pytest.mark.parametrize(
    ("body", "spent"),
    [
        (b'{"usage": {"prompt_tokens": 9, "completion_tokens": 12}}', Spend(1, 9, 12)),
        (b'{"usage":{"input_tokens":9,"output_tokens":12}}', Spend(1, 9, 12)),
        (
            b'data: {"m": {"usage": {"input_tokens": 25, "output_tokens": 1}}}\n\n'
            b'data: {"usage": {"output_tokens": 15}}\n\n',
            Spend(1, 25, 15),
        ),
        (
            b'{"usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 6}}',
            Spend(1, 4, 6),
        ),
        (b'{"usage": {"inputTokens": 3, "outputTokens": 2}}', Spend(1, 3, 2)),
        (b'{"prompt_eval_count": 26, "eval_count": 298}', Spend(1, 26, 298)),
        (b'{"usage": null}', NOTHING),
        (b'{"prompt_tokens": 9}', NOTHING),
        (b'{"text": "{\\"usage\\": {\\"prompt_tokens\\": 9}}"}', NOTHING),
        (b"", NOTHING),
    ],
)
def test_an_answer_says_what_it_used(body: bytes, spent: Spend) -> None:
    assert spend_of(body) == spent


def test_what_was_spent_adds_up() -> None:
    assert Spend(1, 2, 3).plus(Spend(1, 4, 0)) == Spend(2, 6, 3)
    assert Spend(1, 2, 3).tokens == 5
