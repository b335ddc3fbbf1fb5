import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';

const openai = createOpenAI({ apiKey: 'sk-example', baseURL: `${process.argv[2]}/v1` });
const { textStream } = streamText({ model: openai.chat('gpt-x'), prompt: 'Count.' });
for await (const piece of textStream) process.stdout.write(piece);
