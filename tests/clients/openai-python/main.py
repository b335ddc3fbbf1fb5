import sys

from openai import OpenAI

client = OpenAI(api_key="sk-example", base_url=sys.argv[1] + "/v1")
messages = [{"role": "user", "content": "Count."}]
for chunk in client.chat.completions.create(
    model="gpt-x", messages=messages, stream=True
):
    print(chunk.choices[0].delta.content or "", end="")
