// One request with fetch or with node:https; 77 where it is absent. For Node, Deno, Bun.
const [which, url] = globalThis.Deno ? Deno.args : process.argv.slice(2);
const leave = (code) => (globalThis.Deno ? Deno.exit(code) : process.exit(code));

async function withFetch() {
  if (typeof fetch !== 'function') leave(77);
  console.log(await (await fetch(url)).text());
}

function withHttps() {
  require('node:https')
    .get(url, (answer) => answer.pipe(process.stdout))
    .on('error', (error) => {
      console.error(String(error.message));
      leave(1);
    });
}

if (which === 'https') withHttps();
else
  withFetch().catch((error) => {
    console.error(String((error.cause || error).message));
    leave(1);
  });
