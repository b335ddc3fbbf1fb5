// Opens pages in Chromium in turns, and prints what it took to show their rows and to scroll
// through them: page.mjs PLAYWRIGHT CHROMIUM ROUNDS COUNT NAME=URL=LIST=ROW...
import {createRequire} from "node:module";

const [playwright, executablePath, rounds, count, ...words] = process.argv.slice(2);
const {chromium} = createRequire(import.meta.url)(playwright);
const subjects = words.map((each) => each.split(" ")).map(([name, url, list, row]) => ({name, url, list, row}));
const SCROLLED_MS = 3000;

// In the page: looks at each frame whether the first row and then all are there.
function watch({list, row, count}) {
  const seen = {longest: 0};
  globalThis.seen = seen;
  new PerformanceObserver((found) => {
    for (const task of found.getEntries()) seen.longest = Math.max(seen.longest, task.duration);
  }).observe({type: "longtask", buffered: true});
  const look = () => {
    const first = document.querySelector(row), box = document.querySelector(list);
    if (first && !seen.first) seen.first = performance.now();
    if (first && box.scrollHeight > first.getBoundingClientRect().height * count * 0.99) seen.all = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function scroll({list, ms}) {
  const box = document.querySelector(list), most = box.scrollHeight - box.clientHeight, frames = [];
  globalThis.seen.longest = 0;
  return new Promise((resolve) => {
    const began = performance.now();
    let last = began;
    const step = (now) => {
      frames.push(now - last);
      last = now;
      box.scrollTop = most * Math.min(1, (now - began) / ms);
      if (now - began < ms) requestAnimationFrame(step);
      // Long tasks are told of a little later.
      else setTimeout(() => resolve({frames, longest: globalThis.seen.longest}), 300);
    };
    requestAnimationFrame(step);
  });
}

async function measured(browser, {url, list, row}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 760}});
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.addInitScript(watch, {list, row, count: Number(count)});
  await page.goto(url);
  await page.waitForFunction(() => globalThis.seen.all);
  const opened = await page.evaluate(() => ({...globalThis.seen, paint: performance.getEntriesByName("first-contentful-paint")[0].startTime}));
  const {frames, longest} = await page.evaluate(scroll, {list, ms: SCROLLED_MS});
  await context.close();
  const sorted = frames.sort((one, other) => one - other);
  return {
    paint: opened.paint, first: opened.first, all: opened.all, opening: opened.longest,
    frames: (1000 * frames.length) / SCROLLED_MS, frame: sorted[Math.floor(sorted.length * 0.95)], task: longest,
  };
}

const browser = await chromium.launch({executablePath, args: ["--no-sandbox"]});
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const each of round % 2 ? subjects.toReversed() : subjects) {
      console.log(JSON.stringify({name: each.name, ...(await measured(browser, each))}));
    }
  }
} finally {
  await browser.close();
}
