import sys

from anthropic import Anthropic

client = Anthropic(api_key="sk-ant-example", base_url=sys.argv[1])
messages = [{"role": "user", "content": "Count."}]
with client.messages.stream(
    model="claude-x", max_tokens=99, messages=messages
) as stream:
    for text in stream.text_stream:
        print(text, end="")
