import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'sk-example', baseURL: `${process.argv[2]}/v1` });
const stream = await client.chat.completions.create({
  model: 'gpt-x', messages: [{ role: 'user', content: 'Count.' }], stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0].delta.content || '');
}
