import { chromium } from 'playwright-core';

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
const page = await browser.newPage();
await page.goto(`${process.argv[2]}/json`);
console.log(await page.locator('pre').textContent());
const rest = await page.evaluate(async () => {
  const get = async (path, options) => (await fetch(path, options)).text();
  return [
    await get('/encoded/gzip'),
    await get('/json', { method: 'POST', body: '{"a": 1}' }),
    await get('/redirect/308'),
    await get('/sse?n=2'),
  ];
});
for (const text of rest) console.log(text);
await browser.close();
