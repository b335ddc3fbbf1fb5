"""A prompt that holds today's date and a conversation's id: openai."""

import datetime
import sys
import uuid

from openai import OpenAI

client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="sk-" + "a1B2c3D4" * 6)
today = datetime.date.today().strftime("%A, %B %d, %Y")
for question in ("Count to three.", "Count to four."):
    messages = [
        {"role": "system", "content": f"You are helpful. Today is {today}. Be brief."},
        {"role": "user", "content": question},
    ]
    found = client.chat.completions.create(
        model="gpt-4o", messages=messages, metadata={"conversation": str(uuid.uuid4())}
    )
    assert found.choices[0].message.content == "I was told 2 things"
