import sys

from mistralai.client import Mistral

client = Mistral(api_key="example", server_url=sys.argv[1] + "/whole")
messages = [{"role": "user", "content": "Count."}]
answer = client.chat.complete(model="x", messages=messages)
print(answer.choices[0].message.content)
