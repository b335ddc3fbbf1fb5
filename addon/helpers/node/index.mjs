import mitmvcr from './index.cjs';

export const { VcrError, open, useVcr, useVcrEverywhere, vcr } = mitmvcr;
