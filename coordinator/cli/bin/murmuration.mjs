#!/usr/bin/env node
// `murmuration`. In a checkout it runs the sources, so that nothing has to be built; in an installed package it runs `dist`.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const runner = new URL('../../../scripts/run.mjs', import.meta.url);
const source = new URL('../src/cli.ts', import.meta.url);
if (existsSync(runner) && existsSync(source)) {
  process.argv.splice(2, 0, fileURLToPath(source));
  await import(runner.href);
} else {
  await import(new URL('../dist/cli.js', import.meta.url).href);
}
