// Runs talkback in front of an origin: node talkback.cjs ORIGIN PORT FOLDER
const [origin, port, folder] = process.argv.slice(2);
const talkback = require("talkback");
const options = { host: origin, record: talkback.Options.RecordMode.NEW, port: +port, path: folder, silent: true, summary: false };
talkback(options).start();
