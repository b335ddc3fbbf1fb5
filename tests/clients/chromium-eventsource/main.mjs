import { chromium } from 'playwright-core';

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
const page = await browser.newPage();
await page.goto(`${process.argv[2]}/json`);
console.log(await page.locator('pre').textContent());
const events = await page.evaluate(
  () =>
    new Promise((done) => {
      const seen = [];
      const source = new EventSource('/sse?n=2');
      source.onmessage = ({ data }) => {
        seen.push(`data: ${data}`);
        if (data !== '[DONE]') return;
        source.close();
        done(seen);
      };
    }),
);
for (const event of events) console.log(event);
await browser.close();
