import sys

from google import genai

options = {"base_url": sys.argv[1], "api_version": "v1beta"}
client = genai.Client(api_key="example", http_options=options)
answer = client.models.generate_content(model="gemini-x", contents="Count.")
print(answer.text)
