#!/usr/bin/env node
import { run } from './run.ts';

void run(process.argv.slice(2)).then(well => {
  // Resources still open after an error, such as a file that is never read to its end, must not keep the
  // process alive.
  if (!well) setTimeout(() => process.exit(), 1_000).unref();
});
