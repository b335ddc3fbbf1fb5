"""The real ``openai`` package, streaming; prints what it got as JSON."""

import json
import sys

import openai

MESSAGES = [
    {"role": "system", "content": "You are a helpful assistant"},
    {"role": "user", "content": "Count from 1 to 3 in Spanish"},
]


def main() -> None:
    tokens, usage = [], None
    with openai.OpenAI(max_retries=0) as client:
        stream = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        with stream:
            for chunk in stream:
                tokens += [choice.delta.content or "" for choice in chunk.choices]
                usage = chunk.usage.total_tokens if chunk.usage else usage
    json.dump({"tokens": tokens, "total_tokens": usage}, sys.stdout)


if __name__ == "__main__":
    main()
