import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ apiKey: 'sk-ant-example', baseURL: process.argv[2] });
const stream = client.messages.stream({
  model: 'claude-x', max_tokens: 99, messages: [{ role: 'user', content: 'Count.' }],
});
stream.on('text', (text) => process.stdout.write(text));
await stream.finalMessage();
