import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { benchmarksPage, folder, printedIn, readResults, renewed, withHeadlines } from './figures/figures.ts';

// npm run figures -- NAME.json …: keeps what commands printed with --json, each in a file called as its result, and writes the tables.
const results = readResults();
const on = {
  date: new Date(systemClock.now()).toISOString().slice(0, 10),
  machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`,
  node: process.versions.node,
};
for (const file of process.argv.slice(2)) {
  const name = basename(file).replace(/\.[^.]+$/, '');
  const kept = results.get(name);
  if (!kept) {
    console.error(`There is no result called ${name}: ${[...results.keys()].join(', ')}.`);
    process.exit(1);
  }
  const result = renewed(kept, printedIn(readFileSync(file, 'utf8')), on);
  results.set(name, result);
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
writeFileSync(new URL('index.md', folder), benchmarksPage(results));
const readme = new URL('../../README.md', import.meta.url);
writeFileSync(readme, withHeadlines(readFileSync(readme, 'utf8'), results));
