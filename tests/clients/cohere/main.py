import sys

import cohere

client = cohere.ClientV2(api_key="example", base_url=sys.argv[1])
messages = [{"role": "user", "content": "Count."}]
print(client.chat(model="command-x", messages=messages).message.content[0].text)
