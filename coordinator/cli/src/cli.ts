#!/usr/bin/env node
import { run } from './run.ts';

void run(process.argv.slice(2)).then(well => {
  // Whatever is still open after an error, such as a file that is never read to its end, does not keep it.
  if (!well) setTimeout(() => process.exit(), 1_000).unref();
});
