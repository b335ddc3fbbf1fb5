'use strict';
// A `globalSetup` of jest or vitest: one proxy for all workers. It ends with the run.

const { VARIABLE, controlUrl } = require('./control.cjs');

module.exports = async () => {
  process.env[VARIABLE] = await controlUrl();
};
